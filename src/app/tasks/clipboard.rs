//! Masks of one photo at the size of another.

use std::path::PathBuf;

use super::{Kind, Outcome, Tasks};
use crate::app::clipboard::CopiedMasks;
use crate::files::session::Session;

impl Tasks {
    /// Prepares masks for a photo of this size.
    pub fn fit(&mut self, photo: u64, size: (u32, u32), copied: CopiedMasks) {
        self.spawn(Kind::Other, move || Outcome::Fitted { photo, masks: copied.fitted(size) });
    }

    /// Prepares the saved masks of another photo.
    pub fn fit_session(&mut self, photo: u64, size: (u32, u32), other: PathBuf) {
        self.spawn(Kind::Other, move || {
            let copied = Session::newest_for(&other).map(|session| CopiedMasks::of_session(&session));
            Outcome::Fitted { photo, masks: copied.unwrap_or_default().fitted(size) }
        });
    }
}

//! Keeping what was found with the photos, as the window does.

use anyhow::anyhow;

use crate::annotation::Annotation;
use crate::document::{ClassId, Document, Edit};
use crate::files::Photo;
use crate::files::session::{Opened, Session, SessionFile};

/// What became of the masks of a photo.
pub(super) struct Kept {
    /// What the report tells: how many masks are new, and where they are kept.
    pub report: String,
    /// What the user should know besides.
    pub notices: Vec<String>,
}

/// Adds masks to what is kept about a photo, but for those that are there already, pixel by pixel. A photo of which
/// nothing is kept gets a session even without masks, as a sign that it is done.
///
/// # Errors
/// The session can be written nowhere.
pub(super) fn keep(photo: &Photo, masks: Vec<Annotation<ClassId>>, model: &str) -> anyhow::Result<Kept> {
    let loaded = Session::load(&photo.path, photo.pixels.dimensions(), photo.fingerprint);
    let (mut file, Opened { document, notice }) = SessionFile::open(photo, loaded);
    let mut notices: Vec<String> = notice.into_iter().collect();
    let mut document = document.unwrap_or_default();
    let missing = missing_in(&document, masks);
    let count = missing.len();
    if count > 0 || !file.exists() {
        document.apply(Edit::AddMasks(missing));
        notices.extend(file.save(&document, Some(model)).map_err(|error| anyhow!(error))?);
    }
    Ok(Kept { report: format!("{count} new in {}", file.path().display()), notices })
}

fn missing_in(document: &Document, mut masks: Vec<Annotation<ClassId>>) -> Vec<Annotation<ClassId>> {
    let is_kept =
        |new: &Annotation<ClassId>| document.masks().iter().any(|known| known.annotation.mask == new.mask);
    masks.retain(|new| !is_kept(new));
    masks
}

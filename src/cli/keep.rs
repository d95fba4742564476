//! Saves the masks that were found with their photos, as the window does.

use anyhow::anyhow;

use crate::annotation::Annotation;
use crate::document::{ClassId, Document, Edit};
use crate::files::Photo;
use crate::files::project::OpenProject;
use crate::files::session::{Opened, Session, SessionFile};

/// The result of saving the masks of a photo.
pub(super) struct Kept {
    /// For the report: the number of new masks, and their file.
    pub report: String,
    /// Further notices for the user.
    pub notices: Vec<String>,
}

/// Adds masks to the session of a photo, except those whose pixels are already there. A photo without a
/// session gets one even without masks, as a sign that it is done.
///
/// # Errors
/// The session cannot be written anywhere.
pub(super) fn keep(photo: &Photo, masks: Vec<Annotation<ClassId>>, model: &str) -> anyhow::Result<Kept> {
    let loaded = Session::load(&photo.path, photo.pixels.dimensions(), photo.fingerprint);
    let (mut file, Opened { document, notice }) =
        SessionFile::open(photo, loaded, &mut OpenProject::of_photo(&photo.path));
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
        |new: &Annotation<ClassId>| document.masks().iter().any(|item| item.annotation.mask == new.mask);
    masks.retain(|new| !is_kept(new));
    masks
}

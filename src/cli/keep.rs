//! Saves the masks that were found with their photos, as the window does.

use anyhow::anyhow;

use crate::annotation::Annotation;
use crate::files::session::SavedWork;

/// Adds masks to the saved work on a photo, except those that are already there; returns the number of new masks
/// and their file, for the report.
///
/// # Errors
/// The session cannot be written anywhere.
pub(super) fn keep(work: &mut SavedWork, masks: Vec<Annotation>, model: &str) -> anyhow::Result<String> {
    let count = work.add(masks, model).map_err(|error| anyhow!(error))?;
    Ok(format!("{count} new in {}", work.path().display()))
}

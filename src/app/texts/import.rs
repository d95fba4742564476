//! Importing masks.

pub const QUESTION_TITLE: &str = "Masks for several photos";
pub const QUESTION_HINT: &str =
    "For photos that have not been opened yet, the masks are added to the work saved next to them.";
pub const IMPORT_ALL: &str = "Import all";
pub const THIS_PHOTO_ONLY: &str = "This photo only";
pub const CANCEL: &str = "Cancel import";
pub const PHOTO_CHANGED: &str = "changed in the meantime; skipped";

pub fn question(file: &str, photos: usize) -> String {
    format!("{file} contains masks for {} in this window.", super::photos(photos))
}

pub fn masks_imported(masks: usize) -> String {
    format!("{} imported", super::masks(masks))
}

pub fn masks_of_photos_imported(masks: usize, photos: usize) -> String {
    format!("{} for {} imported", super::masks(masks), super::photos(photos))
}

pub fn with_problems(imported: &str, problems: &str) -> String {
    format!("{imported}; skipped or changed: {problems}")
}

pub fn failed(error: &impl std::fmt::Display) -> String {
    format!("{error}. Nothing was imported.")
}

/// `new` of the `read` classes were not in the list.
pub fn classes_imported(new: usize, read: usize) -> String {
    let read = super::plural(read, "class", "classes");
    format!("Read {read}; {new} new.")
}

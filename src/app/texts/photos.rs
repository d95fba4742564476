//! Opening photos.

use std::fmt::Display;
use std::path::Path;

pub const PROGRAM: &str = "Tinsel";

/// The title of the window.
pub fn window_title(photo: &str) -> String {
    format!("{photo} - {PROGRAM}")
}

/// Which of how many photos it is; `number` counts from 1.
pub fn place(name: &str, number: usize, count: usize) -> String {
    format!("{name} ({number} of {count})")
}

/// Its place, and its size in pixels.
pub fn with_size(place: &str, (width, height): (u32, u32)) -> String {
    format!("{place}  {width} × {height}")
}

pub fn changed_size(photo: &Path) -> String {
    format!("{}: changed size; starting without masks", photo.display())
}

pub fn no_photos(folder: &Path) -> String {
    format!("{}: contains no photos", folder.display())
}

pub fn unreadable_folder(folder: &Path, error: &impl Display) -> String {
    format!("{}: the folder cannot be read: {error}", folder.display())
}

/// The project of the folder cannot be used.
pub fn project_unusable(why: &str) -> String {
    format!("{why}. Changes of classes and states of photos are not saved.")
}

/// The project of the folder cannot be saved at the moment.
pub fn project_not_saved(why: &str) -> String {
    format!("{why}. Changes of classes and states of photos are not saved yet; Tinsel keeps trying.")
}

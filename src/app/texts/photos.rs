//! Opening photos.

use std::fmt::Display;
use std::path::Path;

use super::shown;

texts! { photos:
    /// The title of the window.
    window_title(photo: &str);
    /// Which of how many photos it is; `number` counts from 1.
    place(name: &str, number: usize, count: usize);
    changed_size(photo: &Path => shown(photo));
    no_photos(folder: &Path => shown(folder));
    unreadable_folder(folder: &Path => shown(folder), error: &impl Display => error.to_string());
    /// The project of the folder cannot be used.
    project_unusable(why: &str);
    /// The project of the folder cannot be saved at the moment.
    project_not_saved(why: &str);
}

pub const PROGRAM: &str = "Tinsel";

/// Width and height in pixels.
pub fn size((width, height): (u32, u32)) -> String {
    format!("{width} × {height}")
}

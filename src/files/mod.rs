//! Photos in, results out.

mod atomic;
pub mod export;
mod folder;
mod photo;
mod selection;
pub mod session;

pub use atomic::{FileSet, WriteError};
pub use folder::{PHOTO_EXTENSIONS, photos_beside, photos_in};
pub use photo::{Photo, PhotoError};
pub use selection::{Selected, SelectionError, select_photos};

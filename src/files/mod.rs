//! Photos in, results out.

mod atomic;
pub mod export;
mod folder;
pub mod import;
mod names;
mod photo;
pub mod project;
mod regular;
mod selection;
pub mod session;
mod stamped;
mod text;
mod yaml;

pub use atomic::{FileSet, WriteError};
pub use folder::{PHOTO_EXTENSIONS, photos_beside, photos_in};
pub use photo::{Photo, PhotoError, PhotoIdentity};
pub use selection::{Selected, SelectionError, Skipped, select_photos};

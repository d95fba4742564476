//! Photos in, results out.

mod atomic;
pub mod boxes;
pub mod drawing;
pub mod export;
mod folder;
pub mod formats;
pub mod import;
mod kind;
mod names;
mod paths;
mod photo;
pub mod project;
mod regular;
mod selection;
pub mod sequence;
pub mod session;
mod stamped;
mod text;
mod yaml;

/// The sample photo, a JPEG file.
pub const SAMPLE_PHOTO: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/coffee.jpg"));

pub use atomic::{FileSet, WriteError};
pub use folder::{photos_beside, photos_in};
pub use kind::{FILM_EXTENSIONS, PHOTO_EXTENSIONS, holds_masks, is_film, mask_extensions};
pub use paths::slashed;
pub use photo::{
    Adjustment, Channels, Photo, PhotoError, PhotoIdentity, Rendering, Samples, Window, file_and_page,
    name_of, page_path, pages, stem_of,
};
pub use selection::{Selected, SelectionError, Skipped, select_photos};

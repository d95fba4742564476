//! The common part of the readers of all formats.
//!
//! An object in a file is imported completely or not at all: an unusable object is reported as a [`Problem`],
//! an unusable file as an [`ImportError`]. The content decides the format, not the file's name.

mod imported;
pub mod json;
pub mod polygon;
mod target;
pub mod xml;

use serde_json::Value;

pub use imported::{ImportError, Imported, Problem};
pub(in crate::files) use imported::{annotation, listed};
pub use target::{Costs, Target};

/// The content of a file, before its format is known.
pub enum Content<'a> {
    /// The bytes of an image that can contain masks.
    Picture(&'a [u8]),
    /// An object or an array, and its text.
    Json { value: Value, text: &'a str },
    /// Any other text.
    Text(&'a str),
}

impl Content<'_> {
    /// The JSON value, if it is one.
    pub fn json(&mut self) -> Option<&mut Value> {
        match self {
            Self::Json { value, .. } => Some(value),
            Self::Picture(_) | Self::Text(_) => None,
        }
    }
}

/// Reads the files of a format, or of several similar ones.
pub trait Reader: Sync {
    /// The unique name of such files in messages.
    fn name(&self) -> &'static str;

    /// The extensions that such files usually have, in lower case.
    fn extensions(&self) -> &'static [&'static str];

    /// Reads a file; `None` if it has another format. Only a reader that recognises the format may take the
    /// value out of `content`.
    fn read(&self, target: &Target, content: &mut Content) -> Option<Result<Imported, ImportError>>;

    /// The name of the photo of a JSON file, if it is only one.
    fn photo_name<'a>(&self, _: &'a Value) -> Option<&'a str> {
        None
    }
}

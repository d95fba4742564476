//! What the readers of all formats have in common.
//!
//! An object in a file is imported whole or not at all: what cannot be used is reported as a [`Problem`],
//! what makes the whole file useless as an [`ImportError`]. The content decides the format, not the
//! file's name.

mod imported;
pub mod json;
pub mod polygon;
mod target;

use serde_json::Value;

pub use imported::{ImportError, Imported, Problem};
pub(in crate::files) use imported::{annotation, listed};
pub use target::{Costs, Target};

/// The content of a file, as far as it is clear without knowing the format.
pub enum Content<'a> {
    /// The bytes of a picture that can hold masks.
    Picture(&'a [u8]),
    /// An object or an array, and the text from which it was parsed.
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

/// Reads the files of a format, or of several that look alike.
pub trait Reader: Sync {
    /// What messages call such files; no two readers have the same name.
    fn name(&self) -> &'static str;

    /// The extensions that such files usually have, in lower case.
    fn extensions(&self) -> &'static [&'static str];

    /// Reads a file; `None` if it is of another format. Only a reader that knows the format may take the value out
    /// of `content`.
    fn read(&self, target: &Target, content: &mut Content) -> Option<Result<Imported, ImportError>>;

    /// The name of the only photo that a JSON file is about.
    fn photo_name<'a>(&self, _: &'a Value) -> Option<&'a str> {
        None
    }
}

//! A model as people name it: a name of the catalogue, the built-in one or a file, and how large the
//! network sees photos.

use std::fmt;
use std::path::Path;

/// Sides of the network input that can be chosen, in pixels.
pub const INPUT_SIDES: [usize; 5] = [1024, 896, 768, 640, 512];

/// A name or path, and the side of the network input if it differs from the model's own.
///
/// The text form is `NAME` or `NAME@SIDE`, such as `sam2.1-tiny@512`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub name: String,
    /// In pixels.
    pub side: Option<usize>,
}

impl Choice {
    /// Parses the text. An `@` and the rest belong to the name if the rest is not a number, or if a file with
    /// the whole name exists.
    pub fn parse(text: &str) -> Self {
        if Path::new(text).exists() {
            return Self { name: text.into(), side: None };
        }
        let parts = text.rsplit_once('@').and_then(|(name, side)| Some((name, side.parse().ok()?)));
        match parts.filter(|(name, _)| !name.is_empty()) {
            Some((name, side)) => Self { name: name.into(), side: Some(side) },
            None => Self { name: text.into(), side: None },
        }
    }

    /// The side that a file was probably trained with, according to its name: fine-tunes at 512 pixels
    /// usually have it in their name.
    pub fn suggested_side(file_name: &str) -> Option<usize> {
        let is_fine_tune = file_name.contains("512") || file_name.to_lowercase().contains("medsam2");
        is_fine_tune.then_some(512)
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.side {
            Some(side) => write!(f, "{}@{side}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_and_without_a_side() {
        for (text, name, side) in [
            ("sam2.1-tiny", "sam2.1-tiny", None),
            ("sam2.1-tiny@512", "sam2.1-tiny", Some(512)),
            ("folder@home/net.pt", "folder@home/net.pt", None),
            ("folder@home/net.pt@768", "folder@home/net.pt", Some(768)),
            ("@512", "@512", None),
            ("a@-1", "a@-1", None),
        ] {
            let choice = Choice::parse(text);
            assert_eq!((&choice.name[..], choice.side), (name, side));
            assert_eq!(choice.to_string(), text);
        }
    }

    #[test]
    fn fine_tunes_tell_their_side() {
        assert_eq!(Choice::suggested_side("MedSAM2_latest.pt"), Some(512));
        assert_eq!(Choice::suggested_side("sam2.1_hiera_tiny_512.pt"), Some(512));
        assert_eq!(Choice::suggested_side("sam2.1_hiera_tiny.pt"), None);
    }
}

//! The names of exported files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::part::Part;
use crate::annotation::Annotation;
use crate::files::names::fitting;
use crate::files::photo::{name_of, stem_of};

/// The destination of a photo's files.
#[derive(Debug, Clone)]
pub struct Destination {
    pub folder: PathBuf,
    /// The prefix of their names.
    pub stem: String,
    /// The photo's part of a split dataset.
    pub part: Option<Part>,
}

impl Destination {
    /// The usual destination: names begin with the photo's name without extension.
    pub fn new(folder: &Path, photo: &Path) -> Self {
        Self { folder: folder.into(), stem: stem_of(photo), part: None }
    }

    /// The destination of a photo in a part of a dataset.
    pub fn in_part(self, part: Option<Part>) -> Self {
        Self { part, ..self }
    }

    /// A destination that photos with other extensions do not share: names begin with the photo's full name.
    pub fn of_its_own(self, photo: &Path) -> Self {
        Self { stem: name_of(photo), ..self }
    }

    /// The photo's file with this ending, such as `_overlay.png`.
    pub fn file(&self, ending: &str) -> PathBuf {
        fitting(&self.folder, &self.stem, ending)
    }

    /// A unique file for each mask, with the mask's name before the ending.
    pub fn file_per_mask(&self, masks: &[Annotation], ending: &str) -> Vec<PathBuf> {
        let mut taken = HashSet::new();
        let file = |mask: &Annotation| {
            let base = slug(&mask.name);
            let mut name = base.clone();
            let mut n = 2;
            while !taken.insert(name.clone()) {
                name = format!("{base}-{n}");
                n += 1;
            }
            fitting(&self.folder, &format!("{}_{name}", self.stem), ending)
        };
        masks.iter().map(file).collect()
    }
}

/// A name that every file system accepts: letters and digits in any script, the rest as hyphens.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_alphanumeric() || c == '_' {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "mask".into() } else { slug.chars().take(80).collect() }
}

#[cfg(test)]
mod tests {
    use super::super::tests::subject;
    use super::*;

    #[test]
    fn names_are_predictable_and_distinct() {
        let (photo, masks) = subject();
        let files = Destination::new(Path::new("out"), &photo.path).file_per_mask(&masks, "_cutout.png");
        let expected = ["out/photo.one_cup-tea_cutout.png", "out/photo.one_cup-tea-2_cutout.png"];
        assert_eq!(files, expected.map(PathBuf::from));
        assert_eq!(
            (slug("../../etc"), slug("Ätna 3"), slug("?")),
            ("etc".into(), "ätna-3".into(), "mask".into())
        );
    }
}

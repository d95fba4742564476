//! Splitting a dataset into parts for training, validation and testing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::files::formats::Part;
use crate::files::paths::slashed;
use crate::files::regular;
use crate::files::text;

/// Larger lists are rejected.
const MAX_LIST_BYTES: u64 = 64 << 20;

/// A rule that assigns photos to parts. Photos on the list belong to the part named there, photos with a tag
/// `train`, `val` or `test` to that part; all others are drawn by lot, with a chance given by the shares. The lot of a photo depends on its name and the seed only,
/// so that a photo keeps its part when others are added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The shares of train, val and test, relative to their sum; with a sum of 0, only listed and tagged photos
    /// have a part.
    pub shares: [u32; 3],
    pub seed: u64,
    /// The photos assigned by hand.
    pub list: SplitList,
}

impl Split {
    /// The part of a photo, given by its relative path in the export and its tags; `None` if there are no shares
    /// and nobody has assigned the photo.
    pub fn part_of(&self, below: &Path, tags: &[String]) -> Option<Part> {
        let name = slashed(below);
        let tagged = || Part::ALL.into_iter().find(|part| tags.iter().any(|tag| tag == part.key()));
        self.list.part_of(&name).or_else(tagged).or_else(|| self.drawn(&name))
    }

    fn drawn(&self, name: &str) -> Option<Part> {
        let hash = Sha256::digest(format!("{} {name}", self.seed));
        let (first, _) = hash.split_first_chunk::<8>()?;
        let total: u128 = self.shares.iter().copied().map(u128::from).sum();
        // Evenly spread from 0 to below the total.
        let lot = (u128::from(u64::from_be_bytes(*first)) * total) >> 64;
        let mut end = 0;
        Part::ALL.into_iter().zip(self.shares).find_map(|(part, share)| {
            end += u128::from(share);
            (lot < end).then_some(part)
        })
    }
}

/// Why a list of photos and their parts cannot be used. The message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum SplitListError {
    #[error("{}: cannot be read: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{}: is too large or not text; write lines such as `train NAME`", path.display())]
    NoText { path: PathBuf },
    #[error("{}: line {line} is not `train NAME`, `val NAME` or `test NAME`", path.display())]
    Line { path: PathBuf, line: usize },
    #[error("{}: line {line} puts {name} into a second part; delete one of its lines", path.display())]
    Twice { path: PathBuf, line: usize, name: String },
}

/// Photos that were assigned to parts by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SplitList {
    parts: HashMap<String, Part>,
}

impl SplitList {
    /// Reads a list with a line for each photo, such as `train NAME`; NAME is a file name, or a path relative
    /// to the exported folder. Blank lines and lines that begin with `#` are skipped.
    ///
    /// # Errors
    /// See [`SplitListError`].
    pub fn read(path: &Path) -> Result<Self, SplitListError> {
        let unreadable = |cause| SplitListError::Unreadable { path: path.into(), cause };
        let no_text = || SplitListError::NoText { path: path.into() };
        if path.metadata().map_err(unreadable)?.len() > MAX_LIST_BYTES {
            return Err(no_text());
        }
        let mut bytes = vec![];
        let mut file = regular::open(path).map_err(unreadable)?;
        std::io::Read::read_to_end(&mut file, &mut bytes).map_err(unreadable)?;
        Self::parse(path, &text::decode(&bytes).ok_or_else(no_text)?.text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, SplitListError> {
        let mut parts = HashMap::new();
        for (line, content) in (1..).zip(text.lines().map(str::trim)) {
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let (key, name) = content.split_once(char::is_whitespace).unwrap_or((content, ""));
            let (part, name) = (Part::ALL.into_iter().find(|part| part.key() == key), name.trim_start());
            let Some(part) = part.filter(|_| !name.is_empty()) else {
                return Err(SplitListError::Line { path: path.into(), line });
            };
            if parts.insert(name.replace('\\', "/"), part).is_some_and(|other| other != part) {
                return Err(SplitListError::Twice { path: path.into(), line, name: name.into() });
            }
        }
        Ok(Self { parts })
    }

    /// The part of a photo, by its path or its file name.
    fn part_of(&self, name: &str) -> Option<Part> {
        let file_name = name.rsplit('/').next().unwrap_or(name);
        self.parts.get(name).or_else(|| self.parts.get(file_name)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(shares: [u32; 3], seed: u64) -> Split {
        Split { shares, seed, list: SplitList::default() }
    }

    fn part(split: &Split, name: &str) -> Option<Part> {
        split.part_of(Path::new(name), &[])
    }

    #[test]
    fn the_shares_are_met_and_the_seed_draws_others() {
        let names: Vec<String> = (0..10_000).map(|n| format!("photo {n}.jpg")).collect();
        let parts = |split: Split| names.iter().map(|name| part(&split, name)).collect::<Vec<_>>();
        let drawn = parts(split([80, 10, 10], 1));
        for (wanted, share) in Part::ALL.into_iter().zip([8000, 1000, 1000]) {
            let count = drawn.iter().filter(|part| **part == Some(wanted)).count();
            assert!(count.abs_diff(share) < 150, "{wanted:?}: {count}");
        }
        assert_eq!(drawn, parts(split([8, 1, 1], 1)));
        let moved = drawn.iter().zip(parts(split([80, 10, 10], 2))).filter(|(a, b)| *a != b).count();
        assert!(moved > 2000, "{moved}");
        assert!(parts(split([1, 0, 0], 5)).iter().all(|part| *part == Some(Part::Train)));
        assert!(parts(split([0; 3], 5)).iter().all(Option::is_none));
    }

    #[test]
    fn the_part_of_a_photo_never_changes() {
        // Datasets that were split by older versions are continued.
        let split = split([50, 25, 25], 7);
        let parts = ["a.jpg", "b.jpg", "c.jpg", "x/a.jpg", "杯.png"].map(|name| part(&split, name).unwrap());
        assert_eq!(parts.map(Part::key), ["train", "val", "val", "train", "val"]);
    }

    #[test]
    fn a_list_decides_by_path_or_name_before_the_lot() {
        let text = "# by hand\n\ntest a b.jpg\r\n  val\tx/c.jpg\ntrain c.jpg\n";
        let list = SplitList::parse(Path::new("list.txt"), text).unwrap();
        let split = Split { list, ..split([0; 3], 0) };
        let parts = ["a b.jpg", "y/a b.jpg", "x/c.jpg", "z/c.jpg", "d.jpg"].map(|name| part(&split, name));
        use Part::{Test, Train, Val};
        assert_eq!(parts, [Some(Test), Some(Test), Some(Val), Some(Train), None]);
        let tagged = |name: &str| split.part_of(Path::new(name), &["night".into(), "val".into()]);
        assert_eq!([tagged("d.jpg"), tagged("c.jpg")], [Some(Val), Some(Train)]);
        for (text, expected) in [
            ("train a.jpg\nb.jpg\n", "list.txt: line 2 is not"),
            ("training a.jpg\n", "line 1 is not"),
            ("val\n", "line 1 is not"),
            ("val a.jpg\ntrain a.jpg", "line 2 puts a.jpg into a second part"),
        ] {
            let said = SplitList::parse(Path::new("list.txt"), text).unwrap_err().to_string();
            assert!(said.contains(expected), "{said}");
        }
    }
}

//! The files that list the photos of each part of a split dataset.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::files::formats::Part;
use crate::files::formats::part::PartList;
use crate::files::{FileSet, WriteError};

/// The stems of the exported photos of a folder, and their parts.
pub(super) type Listed = BTreeMap<String, Part>;

/// Adds the lists of a folder to a set and returns them, each with the number of its photos. Existing lists
/// are extended; a photo that was in another part moves.
///
/// # Errors
/// See [`FileSet::check`]; an existing list that cannot be read.
pub(super) fn add(
    set: &mut FileSet,
    folder: &Path,
    lists: &[PartList],
    listed: &Listed,
) -> Result<Vec<(PathBuf, usize)>, WriteError> {
    let mut added = vec![];
    for list in lists {
        let file = folder.join(list.file);
        let existing = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => {
                let cause = format!("the list of photos cannot be read ({e}); choose another folder");
                return Err(WriteError::Encoding { path: file, cause });
            }
        };
        let others = existing.lines().map(str::trim_end);
        let others = others.filter(|stem| !stem.is_empty() && !listed.contains_key(*stem));
        let own = listed.iter().filter(|(_, part)| list.parts.contains(part)).map(|(stem, _)| &**stem);
        let stems: Vec<&str> = others.chain(own).collect();
        if stems.is_empty() && existing.is_empty() {
            continue;
        }
        let text: String = stems.iter().map(|stem| format!("{stem}\n")).collect();
        set.add_shared(&file, &text)?;
        added.push((file, stems.len()));
    }
    Ok(added)
}

//! Lists of classes that all photos of a folder share.
//!
//! The number of a class is its place in the list, and labels written before rely on it: a list
//! that is there already is extended at its end and never reordered.

use std::path::Path;

use super::{ExportMask, UNCLASSED};
use crate::files::WriteError;
use crate::files::yaml;

/// Larger files are no lists of classes.
const MAX_BYTES: u64 = 4 << 20;

/// The name of a mask's class on one line; those without have a common one.
pub(super) fn class_of(item: &ExportMask) -> String {
    let name = item.class.as_deref().unwrap_or(UNCLASSED);
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() { UNCLASSED.into() } else { name }
}

/// Classes in the order of their numbers, with their colours (`#rrggbb`) where these are known.
pub(super) type ClassList = Vec<(String, Option<String>)>;

/// A list of which no colours are known.
pub(super) fn uncoloured(names: Vec<String>) -> ClassList {
    names.into_iter().map(|name| (name, None)).collect()
}

/// Appends the classes of masks that a list does not have yet, with the colour of their first mask.
pub(super) fn extend(list: &mut ClassList, masks: &[ExportMask]) {
    for item in masks {
        let name = class_of(item);
        if list.iter().all(|(known, _)| *known != name) {
            let [r, g, b] = item.colour;
            list.push((name, Some(format!("#{r:02x}{g:02x}{b:02x}"))));
        }
    }
}

/// The names in a list.
pub(super) fn names(list: &ClassList) -> Vec<String> {
    list.iter().map(|(name, _)| name.clone()).collect()
}

/// What messages call the lists of classes that were written before one.
pub(super) const FOLDERS_BEFORE: &str = "the folders before";

/// Joins a list with that of a file. `of_list` says where the list is from.
///
/// # Errors
/// A number is that of different classes in the two, so that labels would change their meaning.
pub(super) fn go_on_with(
    list: &mut ClassList,
    mut there: ClassList,
    file: &Path,
    of_list: &str,
) -> Result<(), WriteError> {
    if let Some(((known, _), (other, _))) = list.iter().zip(&there).find(|(a, b)| a.0 != b.0) {
        let cause = format!(
            "its class {} has the number that {} has in {of_list}; make the lists agree, or choose another folder",
            quoted(other),
            quoted(known)
        );
        return Err(WriteError::Encoding { path: file.into(), cause });
    }
    there.extend(list.drain(..).skip(there.len()));
    *list = there;
    Ok(())
}

/// Where a class is in a list.
pub(super) fn place(names: &[String], class: &str) -> usize {
    names.iter().position(|name| name == class).unwrap_or(0)
}

/// The names in a file with one on each line; none if there is no file.
pub(super) fn read_lines(path: &Path) -> Result<Vec<String>, WriteError> {
    let text = read(path)?.unwrap_or_default();
    Ok(text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect())
}

/// The text of a shared file; `None` if there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, WriteError> {
    let failed = |cause: String| WriteError::Encoding { path: path.into(), cause };
    match path.metadata() {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Ok(metadata) if metadata.len() > MAX_BYTES => {
            return Err(failed(
                "the file there is too large for a list of classes; choose another folder".into(),
            ));
        }
        _ => {}
    }
    let read = std::fs::read_to_string(path);
    read.map(Some)
        .map_err(|e| failed(format!("the list of classes there cannot be read ({e}); choose another folder")))
}

/// The class names in the text of a `data.yaml`.
pub(super) fn names_in_yaml(path: &Path, text: &str) -> Result<Vec<String>, WriteError> {
    yaml::class_names(text).map_err(|cause| WriteError::Encoding {
        path: path.into(),
        cause: format!("the list of classes there cannot be read ({cause}); choose another folder"),
    })
}

/// One name on each line.
pub(super) fn lines(names: &[String]) -> String {
    names.iter().map(|name| format!("{name}\n")).collect()
}

/// Text in quotes, as both YAML and JSON read it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Replaces the block under a key at the left border of a YAML text, or appends it.
pub(super) fn with_block(text: &str, key: &str, block: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let start =
        lines.iter().position(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    let start = start.unwrap_or(lines.len());
    let end = lines.get(start).map_or(start, |first| start + 1 + lines_of_value(first, &lines[start + 1..]));
    let whole = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    whole(&lines[..start]) + block + &whole(&lines[end..])
}

/// How many of the lines after the first one of a value belong to it, too.
fn lines_of_value(first: &str, after: &[&str]) -> usize {
    // A list in brackets may go over several lines.
    let opened =
        |line: &str| line.matches(['[', '{']).count() as i64 - line.matches([']', '}']).count() as i64;
    let (mut open, mut count) = (opened(first), 0);
    for (i, line) in after.iter().enumerate() {
        let is_blank = line.trim().is_empty();
        if open > 0 || line.starts_with([' ', '\t', '-']) && !is_blank {
            open += opened(line);
            count = i + 1;
        } else if !is_blank && !line.starts_with('#') {
            // Comments and blank lines belong to it only if more of it follows.
            break;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_block_is_replaced() {
        let block = "names:\n  0: \"a\"\n";
        let cases = [
            ("path: x\nnames: [a,\n b]\nnc: 2\n", "path: x\nnames:\n  0: \"a\"\nnc: 2\n"),
            ("names:\n  0: a\n  1: b\n\nval: y # why\n", "names:\n  0: \"a\"\n\nval: y # why\n"),
            ("names:\n  0: a\n# more\n\n  1: b\n# y\nval: y\n", "names:\n  0: \"a\"\n# y\nval: y\n"),
            ("names:\n- a\n- b\nval: y\n", "names:\n  0: \"a\"\nval: y\n"),
            ("val: y\n", "val: y\nnames:\n  0: \"a\"\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(with_block(text, "names", block), expected);
        }
    }

    #[test]
    fn lists_are_joined_unless_they_disagree() {
        let list = |names: &[&str]| uncoloured(names.iter().map(|name| (*name).to_owned()).collect());
        for (ours, theirs) in [(&["a"][..], &["a", "b"][..]), (&["a", "b"], &["a"]), (&["a", "b"], &[])] {
            let mut ours = list(ours);
            go_on_with(&mut ours, list(theirs), Path::new("x"), "y").unwrap();
            assert_eq!(ours, list(&["a", "b"]));
        }
        let mut ours = list(&["a", "b"]);
        let said = go_on_with(&mut ours, list(&["a", "c"]), Path::new("x.txt"), "y").unwrap_err().to_string();
        assert!(["x.txt: ", "\"c\"", "\"b\" has in y"].iter().all(|part| said.contains(part)), "{said}");
    }
}

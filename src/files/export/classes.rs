//! Lists of classes that all photos of a folder share.
//!
//! The number of a class is its place in the list, and labels written before rely on it: a list
//! that is there already is extended at its end and never reordered.

use std::path::Path;

use super::{ExportMask, UNCLASSED};
use crate::document::Colour;
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

/// The classes of masks with the colour of their first mask, in the order of appearance.
pub(super) fn classes_of(masks: &[ExportMask]) -> Vec<(String, Colour)> {
    let mut classes: Vec<(String, Colour)> = vec![];
    for item in masks {
        let name = class_of(item);
        if classes.iter().all(|(known, _)| *known != name) {
            classes.push((name, item.colour));
        }
    }
    classes
}

/// Appends what a list does not have yet.
pub(super) fn extended(mut names: Vec<String>, masks: &[ExportMask]) -> Vec<String> {
    for (name, _) in classes_of(masks) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Where a class is in a list.
pub(super) fn place(names: &[String], class: &str) -> usize {
    names.iter().position(|name| name == class).unwrap_or(0)
}

/// The names in a file with one on each line; none if there is no file.
pub(super) fn read_lines(path: &Path) -> Result<Option<Vec<String>>, WriteError> {
    let lines = |text: String| text.lines().map(|line| line.trim_end().to_owned()).collect();
    Ok(read(path)?.map(lines))
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
    let start = format!("{key}:");
    let belongs = |line: &str| line.starts_with([' ', '\t', '-']) || line.trim().is_empty();
    let mut result = String::new();
    let mut lines = text.lines().peekable();
    let mut replaced = false;
    while let Some(line) = lines.next() {
        if line.starts_with(&start) && !replaced {
            replaced = true;
            result.push_str(block);
            // A list in brackets may go over several lines, too.
            let mut open = line.matches(['[', '{']).count() as i64 - line.matches([']', '}']).count() as i64;
            while let Some(inside) = lines.next_if(|line| open > 0 || belongs(line)) {
                open += inside.matches(['[', '{']).count() as i64 - inside.matches([']', '}']).count() as i64;
            }
        } else {
            result.push_str(line);
            result.push('\n');
        }
    }
    if !replaced {
        result.push_str(block);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_block_is_replaced() {
        let block = "names:\n  0: \"a\"\n";
        let cases = [
            ("path: x\nnames: [a,\n b]\nnc: 2\n", "path: x\nnames:\n  0: \"a\"\nnc: 2\n"),
            ("names:\n  0: a\n  1: b\n\nval: y # why\n", "names:\n  0: \"a\"\nval: y # why\n"),
            ("names:\n- a\n- b\nval: y\n", "names:\n  0: \"a\"\nval: y\n"),
            ("val: y\n", "val: y\nnames:\n  0: \"a\"\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(with_block(text, "names", block), expected);
        }
    }
}

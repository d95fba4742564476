//! Reading class lists: of this program, and of others.

use std::collections::HashSet;
use std::path::Path;

use serde_json::Value;

use super::{ImportError, is_json, json, no_text, read};
use crate::colour::Colour;
use crate::files::text::{self, Decoded};
use crate::files::yaml;

/// Classes of a file: names, and colours if it has any.
pub type NamedClasses = Vec<(String, Option<Colour>)>;

/// The names and colours of the classes in a file: names in lines (`classes.txt`, `obj.names`), YOLO's
/// `data.yaml`, ISAT's `isat.yaml`, the categories of COCO, the labels of labelme and ISAT, a project or a
/// session of this program. Each name occurs once.
///
/// # Errors
/// The file cannot be read, is damaged, or has no classes.
pub fn read_classes(path: &Path) -> Result<NamedClasses, ImportError> {
    let damaged = |cause: String| ImportError::Damaged { path: path.into(), cause };
    let bytes = read(path)?;
    let Some(Decoded { text, .. }) = text::decode(&bytes) else { return Err(no_text(path, &bytes)) };
    let is_yaml =
        path.extension().is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"));
    let classes = if is_json(&text) {
        in_json(&json::parse(&text).map_err(damaged)?)
    } else if is_yaml {
        in_yaml(&text).map_err(damaged)?
    } else if text.contains('\0') {
        return Err(ImportError::UnknownFormat { path: path.into() });
    } else {
        text.lines().map(|line| (line.to_owned(), None)).collect()
    };
    let mut known = HashSet::new();
    let named = classes.into_iter().map(|(name, colour)| (name.trim().to_owned(), colour));
    let classes: Vec<_> = named.filter(|(name, _)| !name.is_empty() && known.insert(name.clone())).collect();
    if classes.is_empty() {
        return Err(damaged("it has no classes".into()));
    }
    Ok(classes)
}

/// The classes of projects and sessions, of COCO, labelme and ISAT.
fn in_json(value: &Value) -> NamedClasses {
    let lists = [("classes", "name"), ("categories", "name"), ("shapes", "label"), ("objects", "category")];
    let entries = lists.iter().flat_map(|(list, key)| {
        let entries = value[list].as_array().into_iter().flatten();
        entries.filter_map(|entry| Some((json::name(&entry[*key])?, colour(entry))))
    });
    entries.collect()
}

fn colour(entry: &Value) -> Option<Colour> {
    json::colour(&entry["colour"]).or_else(|| json::colour(&entry["color"]))
}

fn in_yaml(text: &str) -> Result<NamedClasses, String> {
    let names = yaml::class_names(text)?.into_iter().map(|name| (name, None));
    let labels = yaml::isat_labels(text)?.into_iter().filter(|(name, _)| name != "__background__");
    let labels = labels.map(|(name, colour)| (name, colour.and_then(|c| json::colour(&c.into()))));
    Ok(names.chain(labels).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_lists_of_all_kinds_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let read = |name: &str, content: &str| {
            let file = dir.path().join(name);
            std::fs::write(&file, content).unwrap();
            read_classes(&file).map_err(|error| error.to_string())
        };
        let plain = |names: &[&str]| Ok(names.iter().map(|name| ((*name).to_owned(), None)).collect());
        assert_eq!(read("classes.txt", "cup\r\n\n dog \ncup\n"), plain(&["cup", "dog"]));
        assert_eq!(read("data.yaml", "names:\n  0: cup\n  1: dog\n"), plain(&["cup", "dog"]));
        let isat = "label:\n- {color: '#000000', name: __background__}\n- {color: '#ff8000', name: cup}\n";
        assert_eq!(read("isat.yaml", isat), Ok(vec![("cup".into(), Some([255, 128, 0]))]));
        assert_eq!(read("coco.json", r#"{"categories": [{"id": 3, "name": "cup"}]}"#), plain(&["cup"]));
        let labelme = r#"{"shapes": [{"label": "dog"}, {"label": "cup"}, {"label": "dog"}]}"#;
        assert_eq!(read("a.json", labelme), plain(&["dog", "cup"]));
        let project = r#"{"format": "tinsel-project", "classes": [{"name": "cup", "colour": [1, 2, 3]}]}"#;
        assert_eq!(read("p.json", project), Ok(vec![("cup".into(), Some([1, 2, 3]))]));
        let error = read("b.json", "{}").unwrap_err();
        assert!(error.contains("b.json") && error.contains("no classes"), "{error}");
        assert!(read("c.yaml", "names: 5").is_err() && read("d.json", "{").is_err());
    }
}

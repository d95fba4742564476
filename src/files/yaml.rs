//! Class lists in YAML files of other programs.

use yaml_rust2::parser::{Event, Parser};
use yaml_rust2::{Yaml, YamlLoader};

/// More classes than this are a mistake, or an attack.
const MAX_CLASSES: usize = 1_000_000;
/// The greatest nesting; class lists are nested only a few levels deep. The loader is recursive.
const MAX_DEPTH: usize = 32;

/// The class names of a YOLO `data.yaml`: `names` as a list, or as a mapping from numbers. A missing number
/// gets a name that contains it.
///
/// # Errors
/// The reason why it cannot be used, in a few words.
pub(super) fn class_names(text: &str) -> Result<Vec<String>, String> {
    let document = parse(text)?;
    match &document["names"] {
        Yaml::BadValue | Yaml::Null => Ok(vec![]),
        Yaml::Array(names) => {
            names.iter().map(|name| scalar(name).ok_or("a name is not text".into())).collect()
        }
        Yaml::Hash(names) => {
            let mut list: Vec<String> = vec![];
            for (number, name) in names {
                let number = number.as_i64().and_then(|n| usize::try_from(n).ok());
                let (Some(number), Some(name)) = (number.filter(|n| *n < MAX_CLASSES), scalar(name)) else {
                    return Err("the names are not numbered from 0".into());
                };
                (list.len()..=number).for_each(|i| list.push(format!("class {i}")));
                list[number] = name;
            }
            Ok(list)
        }
        _ => Err("the names are neither a list nor numbered".into()),
    }
}

/// The names and colours (`#rrggbb`) of the labels in an ISAT configuration.
///
/// # Errors
/// The reason why it cannot be used, in a few words.
pub(super) fn isat_labels(text: &str) -> Result<Vec<(String, Option<String>)>, String> {
    let document = parse(text)?;
    match &document["label"] {
        Yaml::BadValue | Yaml::Null => Ok(vec![]),
        Yaml::Array(labels) => labels
            .iter()
            .map(|label| {
                let name = scalar(&label["name"]).ok_or_else(|| "a label has no name".to_owned())?;
                Ok((name, label["color"].as_str().map(Into::into)))
            })
            .collect(),
        _ => Err("its labels are not a list".into()),
    }
}

/// Quoted text that is valid in both YAML and JSON.
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

/// How many of the lines after the first line of a value also belong to it.
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

fn scalar(value: &Yaml) -> Option<String> {
    match value {
        Yaml::String(text) | Yaml::Real(text) => Some(text.clone()),
        Yaml::Integer(number) => Some(number.to_string()),
        Yaml::Boolean(value) => Some(value.to_string()),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Yaml, String> {
    check(text)?;
    let documents = YamlLoader::load_from_str(text).map_err(|e| e.to_string())?;
    Ok(documents.into_iter().next().unwrap_or(Yaml::Null))
}

/// Rejects text that the loader cannot handle safely.
fn check(text: &str) -> Result<(), String> {
    let mut parser = Parser::new_from_str(text);
    let mut depth = 0usize;
    loop {
        match parser.next_token().map_err(|e| e.to_string())?.0 {
            Event::StreamEnd => return Ok(()),
            // The loader would expand references, which can be nested to grow without bound.
            Event::Alias(_) => return Err("it uses references (*), which are not supported".into()),
            Event::SequenceStart(..) | Event::MappingStart(..) if depth == MAX_DEPTH => {
                return Err(format!("it is nested more than {MAX_DEPTH} levels deep"));
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_every_form() {
        for text in [
            "path: x\nnames: [cup, 'red, cat', 3]\n",
            "names:\n- cup\n- \"red, cat\"\n- 3\n",
            "nc: 3\nnames:\n  0: cup\n  2: 3\n  1: red, cat\n",
        ] {
            assert_eq!(class_names(text).unwrap(), ["cup", "red, cat", "3"], "{text}");
        }
        assert_eq!(class_names("names: {2: a}").unwrap(), ["class 0", "class 1", "a"]);
        for none in ["nc: 3", "", "names:\n", "names: []"] {
            assert!(class_names(none).unwrap().is_empty(), "{none}");
        }
        for bad in
            ["names: x", "names: {a: b}", "names: {-1: b}", "names: {99999999: b}", "names: [[1]]", "a: ["]
        {
            assert!(class_names(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn references_are_refused() {
        let laughs = "a: &a [x, x]\nb: &b [*a, *a]\nnames: [*b]";
        assert!(class_names(laughs).unwrap_err().contains("references"));
    }

    #[test]
    fn what_is_nested_without_end_is_refused() {
        let nested = [
            format!("names:\n{}a\n", "- ".repeat(50_000)),
            format!("names: {}", "[".repeat(200)),
            format!("names: {}", "{a: ".repeat(200)),
            (0..2000).fold("names:\n".into(), |text, i| text + &" ".repeat(i + 1) + "a:\n"),
            "? ".repeat(50_000),
        ];
        for text in nested {
            let said = class_names(&text).unwrap_err();
            assert!(said.contains("nested more than 32 levels") || said.contains("limit"), "{said}");
        }
        assert_eq!(
            class_names(&format!("a: {}{}\nnames: [b]", "[".repeat(20), "]".repeat(20))).unwrap(),
            ["b"]
        );
    }

    #[test]
    fn labels_of_isat() {
        let text = "label:\n- color: '#ff0000'\n  name: __background__\n- name: cup\nlanguage: zh\n";
        let expected = [("__background__".into(), Some("#ff0000".into())), ("cup".into(), None)];
        assert_eq!(isat_labels(text).unwrap(), expected);
    }

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
}

//! XML of other programs, as far as annotation files need it: elements, attributes and text. Comments, processing
//! instructions and document types are skipped.

use roxmltree::{Document, Node, ParsingOptions};

/// Files are not nested deeper.
const MAX_DEPTH: usize = 64;

/// An element with all that it contains.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Element {
    /// Without the prefix of a namespace.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// The text directly in it, without the white space around it.
    pub text: String,
}

impl Element {
    /// The children of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of a name, if there is any.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str()).filter(|text| !text.is_empty())
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The outermost element of a document.
///
/// # Errors
/// The error and its place.
pub fn parse(text: &str) -> Result<Element, String> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| error.to_string())?;
    element(document.root_element(), 1)
}

fn element(node: Node, depth: usize) -> Result<Element, String> {
    if depth > MAX_DEPTH {
        return Err("elements are nested too deeply".into());
    }
    let text: String = node.children().filter(Node::is_text).filter_map(|text| text.text()).collect();
    let children = node.children().filter(Node::is_element).map(|child| element(child, depth + 1));
    Ok(Element {
        name: node.tag_name().name().into(),
        attributes: node.attributes().map(|each| (each.name().into(), each.value().into())).collect(),
        children: children.collect::<Result<_, _>>()?,
        text: text.trim().into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_attributes_and_text_are_read() {
        let root = parse(concat!(
            "\u{feff}<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY x \"y\">]>\n<!-- <b> -->\n",
            "<ns:a xmlns:ns='n' id = \"1 &lt; 2\" k='\"'>\n one <b/>&#x4e00;&#65; <b>two<c>3</c></b><![CDATA[<raw&]]>\n</ns:a>\n",
        ));
        let root = root.unwrap();
        assert_eq!(
            (root.name.as_str(), root.attribute("id"), root.attribute("k")),
            ("a", Some("1 < 2"), Some("\""))
        );
        assert_eq!(root.text, "one 一A <raw&");
        assert_eq!((root.all("b").count(), root.children[1].text_of("c")), (2, Some("3")));
        assert_eq!((root.text_of("b"), root.child("d")), (None, None));
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let deep = "<a>".repeat(MAX_DEPTH + 1) + &"</a>".repeat(MAX_DEPTH + 1);
        for (text, told) in [
            ("", "root node"),
            ("<a>\n<b>\n</a>", "at 3:1"),
            ("<a x=1/>", "at 1:6"),
            ("<a>&lol;</a>", "lol"),
            ("<a", "root node"),
            (deep.as_str(), "too deeply"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn no_file_grows_or_recurses_without_end() {
        let nested = "<a>".repeat(100_000);
        assert!(parse(&nested).is_err());
        let mut laughs = String::from("<!DOCTYPE a [<!ENTITY e0 \"ha\">");
        for n in 1..30 {
            laughs += &format!("<!ENTITY e{n} \"&e{0};&e{0};&e{0};&e{0};\">", n - 1);
        }
        assert!(parse(&(laughs + "]><a>&e29;</a>")).is_err());
    }
}

//! XML of other programs, as far as annotation files need it: elements, attributes and text. Comments, processing
//! instructions and document types are skipped; only the five predefined entities and numbers are resolved, so
//! that no file can grow while it is read.

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
/// The error and its line.
pub fn parse(text: &str) -> Result<Element, String> {
    let mut parser = Parser { rest: text };
    parser.document().map_err(|what| {
        let line = text[..text.len() - parser.rest.len()].matches('\n').count() + 1;
        format!("{what} at line {line}")
    })
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Result<Element, String> {
        // The elements that are still open.
        let mut open: Vec<Element> = vec![];
        loop {
            let text = self.until("<").ok_or("the document ends too early")?;
            if let Some(element) = open.last_mut() {
                element.text.push_str(&resolved(text)?);
            }
            if self.skipped_markup()? {
                continue;
            }
            let closed = if let Some(text) = self.after("![CDATA[").then(|| self.until("]]>")) {
                let text = text.ok_or("a section of text is not closed")?;
                open.last_mut().ok_or("text outside all elements")?.text.push_str(text);
                None
            } else if self.after("/") {
                let name = self.until(">").ok_or("a tag is not closed")?;
                let element = open.pop().filter(|element| element.name == bare(name.trim()));
                Some(element.ok_or_else(|| format!("</{name}> closes nothing"))?)
            } else {
                let (element, is_empty) = self.tag()?;
                if open.len() >= MAX_DEPTH {
                    return Err("elements are nested too deeply".into());
                }
                open.push(element);
                if is_empty { open.pop() } else { None }
            };
            if let Some(mut element) = closed {
                element.text = element.text.trim().into();
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return Ok(element),
                }
            }
        }
    }

    /// Skips what is neither an element nor text; returns whether there was any.
    fn skipped_markup(&mut self) -> Result<bool, String> {
        let end = if self.after("!--") {
            "-->"
        } else if self.after("?") {
            "?>"
        } else if self.after("!DOCTYPE") {
            let declaration = self.rest.find('>').unwrap_or(self.rest.len());
            if self.rest[..declaration].contains('[') { "]" } else { ">" }
        } else {
            return Ok(false);
        };
        self.until(end).ok_or("markup is not closed")?;
        if end == "]" {
            self.until(">").ok_or("markup is not closed")?;
        }
        Ok(true)
    }

    /// An opening tag after its `<`, and whether it is closed, too.
    fn tag(&mut self) -> Result<(Element, bool), String> {
        let name = self.word();
        if name.is_empty() {
            return Err("a tag has no name".into());
        }
        let mut element = Element { name: bare(name).into(), ..Element::default() };
        loop {
            self.rest = self.rest.trim_start();
            if self.after("/>") {
                return Ok((element, true));
            }
            if self.after(">") {
                return Ok((element, false));
            }
            let key = self.word();
            self.rest = self.rest.trim_start();
            if key.is_empty() || !self.after("=") {
                return Err(format!("the tag {name} is damaged"));
            }
            self.rest = self.rest.trim_start();
            let quote = ["\"", "'"].into_iter().find(|quote| self.after(quote));
            let value = quote.and_then(|quote| self.until(quote));
            let value = value.ok_or_else(|| format!("an attribute of {name} is not quoted"))?;
            element.attributes.push((bare(key).into(), resolved(value)?));
        }
    }

    fn word(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| c.is_whitespace() || "/>=<\"'".contains(c));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    /// Steps over this, if it comes next.
    fn after(&mut self, what: &str) -> bool {
        let rest = self.rest.strip_prefix(what);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Steps over all up to and including this; returns what is in front of it.
    fn until(&mut self, end: &str) -> Option<&'a str> {
        let (before, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(before)
    }
}

fn bare(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Text with its entities resolved.
fn resolved(text: &str) -> Result<String, String> {
    let mut parts = text.split('&');
    let mut resolved = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, rest) = part.split_once(';').ok_or("an & stands for itself")?;
        resolved.push(character(entity).ok_or_else(|| format!("the entity &{entity}; is unknown"))?);
        resolved.push_str(rest);
    }
    Ok(resolved)
}

fn character(entity: &str) -> Option<char> {
    Some(match entity {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_attributes_and_text_are_read() {
        let root = parse(concat!(
            "\u{feff}<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY x \"y\">]>\n<!-- <b> -->\n",
            "<ns:a id = \"1 &lt; 2\" k='\"'>\n one <b/>&#x4e00;&#65; <b>two<c>3</c></b><![CDATA[<raw&]]>\n</ns:a>\n",
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
    fn damage_is_told_with_its_line() {
        let deep = "<a>".repeat(MAX_DEPTH + 1);
        for (text, told) in [
            ("", "ends too early"),
            ("<a>\n<b>\n</a>", "</a> closes nothing at line 3"),
            ("<a x=1/>", "not quoted"),
            ("<a x>", "damaged"),
            ("<a>&lol;</a>", "&lol; is unknown"),
            ("<a>&</a>", "stands for itself"),
            ("<a", "damaged"),
            ("<!-- ", "not closed"),
            ("< a/>", "no name"),
            (deep.as_str(), "too deeply"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}

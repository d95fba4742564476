//! JSON of other programs.

use std::borrow::Cow;

use serde_json::Value;

use crate::colour::Colour;

/// Parses JSON, including the invalid JSON of Python's `json`: `NaN` and `Infinity` become null, and an
/// unpaired surrogate becomes the replacement character.
///
/// # Errors
/// The error and its position.
pub fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).or_else(|error| match repaired(text) {
        Cow::Owned(repaired) => serde_json::from_str(&repaired).map_err(|e| e.to_string()),
        Cow::Borrowed(_) => Err(error.to_string()),
    })
}

/// The text with Python's special words replaced; borrowed if there are none.
fn repaired(text: &str) -> Cow<'_, str> {
    let mut repaired = String::new();
    let (mut from, mut at) = (0, 0);
    let mut in_string = false;
    while let Some(byte) = text.as_bytes().get(at) {
        let rest = &text.as_bytes()[at..];
        let (length, replacement) = match byte {
            b'"' => {
                in_string = !in_string;
                (1, None)
            }
            b'\\' if in_string => match escaped_unit(rest) {
                Some(0xd800..0xdc00) if matches!(escaped_unit(&rest[6..]), Some(0xdc00..0xe000)) => {
                    (12, None)
                }
                Some(0xd800..0xe000) => (6, Some("\\ufffd")),
                _ => (2, None),
            },
            b'-' | b'I' | b'N' if !in_string => {
                let word =
                    ["NaN", "Infinity", "-Infinity"].into_iter().find(|w| rest.starts_with(w.as_bytes()));
                word.map_or((1, None), |word| (word.len(), Some("null")))
            }
            _ => (1, None),
        };
        if let Some(replacement) = replacement {
            repaired.push_str(&text[from..at]);
            repaired.push_str(replacement);
            from = at + length;
        }
        at += length;
    }
    if from == 0 {
        return text.into();
    }
    repaired.push_str(&text[from..]);
    repaired.into()
}

/// The UTF-16 unit of an escape (`\uXXXX`) at the beginning of a text.
fn escaped_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// A whole number of pixels, in the JSON variants of several programs.
pub fn whole(value: &Value) -> Option<u32> {
    let number =
        value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number));
    number.map(|number| number as u32)
}

/// A name, which may be a number in the file.
pub fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A score in a file, if it is one.
pub fn score(value: &Value) -> Option<f32> {
    value.as_f64().map(|score| score as f32).filter(|score| score.is_finite())
}

/// `[[x, y], ...]`
pub fn points(value: &Value) -> Option<Vec<[f64; 2]>> {
    let point = |value: &Value| match value.as_array()?.as_slice() {
        [x, y] => Some([x.as_f64()?, y.as_f64()?]),
        _ => None,
    };
    value.as_array()?.iter().map(point).collect()
}

/// `[r, g, b]` or `#rrggbb`
pub fn colour(value: &Value) -> Option<Colour> {
    if let Some(text) = value.as_str() {
        let number = u32::from_str_radix(text.strip_prefix('#').filter(|hex| hex.len() == 6)?, 16).ok()?;
        let [_, r, g, b] = number.to_be_bytes();
        return Some([r, g, b]);
    }
    serde_json::from_value(value.clone()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_only_python_writes_is_read() {
        let text = r#"{"NaN": [NaN, Infinity, -Infinity, -1, "-Infinity \"NaN"], "a": "\\", "b": NaN}"#;
        let expected = json!({"NaN": [null, null, null, -1, "-Infinity \"NaN"], "a": "\\", "b": null});
        assert_eq!(parse(text).unwrap(), expected);
        for (text, expected) in [
            (r#"["\ud83d\ude00 \ud83d", NaN]"#, json!(["😀 \u{fffd}", null])),
            (r#"["\ude00\ud83dx\\ud83d"]"#, json!(["\u{fffd}\u{fffd}x\\ud83d"])),
            (r#"["\ud83d\ud83d\ude00"]"#, json!(["\u{fffd}😀"])),
        ] {
            assert_eq!(parse(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_told() {
        for bad in ["[NaN", "[NaNa]", "[\"\\ud8", "[\"\\", "{\"a\": \"\\udéé\"}", "[1 2]"] {
            assert!(parse(bad).unwrap_err().contains("line 1"), "{bad}");
        }
    }
}

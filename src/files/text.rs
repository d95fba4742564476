//! Text in the encodings of other programs.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

/// Text without its byte order mark.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// The encoding, if it was guessed.
    pub guessed: Option<&'static str>,
}

/// The text of a file: UTF-8 or UTF-16, with or without a byte order mark, or GB 18030 (including GB 2312 and
/// GBK), as on Chinese systems. `None` if it is none of these.
pub(super) fn decode(bytes: &[u8]) -> Option<Decoded<'_>> {
    let certain = |text| Decoded { text, guessed: None };
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]).map(certain);
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.contains('\0')
    {
        return Some(certain(text.into()));
    }
    // The texts in question begin with an ASCII character.
    let encoding = match bytes {
        [_, 0, ..] => UTF_16LE,
        [0, _, ..] => UTF_16BE,
        _ => GB18030,
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some(Decoded { text, guessed: Some(encoding.name()) }).filter(|decoded| !decoded.text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_no_part_of_the_text() {
        let utf_16 = |mark: bool, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let text = if mark { "\u{feff}{\"杯\"" } else { "{\"杯\"" };
            text.encode_utf16().flat_map(bytes).collect()
        };
        let cases: [(Vec<u8>, Option<&str>); 7] = [
            ("{\"杯\"".into(), None),
            ("\u{feff}{\"杯\"".into(), None),
            (utf_16(true, u16::to_le_bytes), None),
            (utf_16(true, u16::to_be_bytes), None),
            (utf_16(false, u16::to_le_bytes), Some("UTF-16LE")),
            (utf_16(false, u16::to_be_bytes), Some("UTF-16BE")),
            (b"{\"\xb1\xad\"".into(), Some("gb18030")),
        ];
        for (bytes, guessed) in cases {
            let decoded = decode(&bytes).unwrap();
            assert_eq!((&*decoded.text, decoded.guessed), ("{\"杯\"", guessed), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_none() {
        for bytes in [&b"caf\xe9\""[..], b"\x89PNG\r\n\x1a\n\0\0", b"abc\0\0def", b"\xff\xd8\xff\xe0\0\x10"] {
            assert!(decode(bytes).is_none(), "{bytes:?}");
        }
        assert_eq!(decode(b"").unwrap().text, "");
    }
}

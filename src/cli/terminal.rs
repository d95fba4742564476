//! Output to the terminal.

use std::borrow::Cow;
use std::io::{ErrorKind, IsTerminal, Write};

/// Prints to standard output; a closed pipe is not an error.
pub(super) fn print_text(text: &str) -> anyhow::Result<()> {
    print_painted(&harmless(text))
}

/// As [`print_text`], for JSON: the characters are escaped as JSON has it.
pub(super) fn print_json(json: &str) -> anyhow::Result<()> {
    print_painted(&harmless_json(json))
}

/// As [`print_text`], for text that is harmless but for colours of our own.
pub(super) fn print_painted(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

/// A colour of the terminal's own palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Red,
    Green,
    Yellow,
}

/// Whether standard output shows colours: a terminal that can, unless `NO_COLOR` is set.
pub(super) fn has_colours() -> bool {
    let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    std::io::stdout().is_terminal() && !is_refused && !is_dumb
}

/// The text in a colour.
pub(super) fn painted(text: &str, colour: Colour) -> String {
    let code = match colour {
        Colour::Red => 31,
        Colour::Green => 32,
        Colour::Yellow => 33,
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// Prints a line to standard error. Failures are ignored: the work goes on even if nobody can read its
/// messages.
pub(super) fn print_error(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", harmless(line));
}

/// The text without characters that control the terminal or reverse the direction of text: file names may
/// contain anything. Such characters are written as `\u{1b}`.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c.escape_unicode().to_string())
}

/// JSON without such characters, which can only stand inside its texts.
fn harmless_json(json: &str) -> Cow<'_, str> {
    escaped(json, |c| format!("\\u{:04x}", u32::from(c)))
}

fn escaped(text: &str, escape: impl Fn(char) -> String) -> Cow<'_, str> {
    let is_control = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_control) {
        return text.into();
    }
    text.chars().map(|c| if is_control(c) { escape(c) } else { c.into() }).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_is_shown_instead() {
        assert_eq!(harmless("ünï\t名前.jpg\n"), "ünï\t名前.jpg\n");
        assert_eq!(harmless("a\x1b[2Jb\r\u{9b}1m\u{7f}"), r"a\u{1b}[2Jb\u{d}\u{9b}1m\u{7f}");
        assert_eq!(harmless("x\u{202e}gpj.exe"), r"x\u{202e}gpj.exe");
        let name = "a\u{7f}\u{9b}\u{202e}.jpg";
        let json = serde_json::to_string(name).unwrap();
        let shown = harmless_json(&json);
        assert_eq!(shown, r#""a\u007f\u009b\u202e.jpg""#);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), name);
    }
}

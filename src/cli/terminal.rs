//! Output to the terminal.

use std::borrow::Cow;
use std::io::{ErrorKind, Write};

/// Prints to standard output; a closed pipe is not an error.
pub(super) fn print_text(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(harmless(text).as_bytes()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

/// Prints a line to standard error. Failures are ignored: the work goes on even if nobody can read its
/// messages.
pub(super) fn print_error(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", harmless(line));
}

/// The text without characters that control the terminal or reverse the direction of text: file names may
/// contain anything. Such characters are written as `\u{1b}`.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let is_control = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_control) {
        return text.into();
    }
    let shown = |c: char| if is_control(c) { c.escape_unicode().to_string() } else { c.into() };
    text.chars().map(shown).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_is_shown_instead() {
        assert_eq!(harmless("ünï\t名前.jpg\n"), "ünï\t名前.jpg\n");
        assert_eq!(harmless("a\x1b[2Jb\r\u{9b}1m\u{7f}"), r"a\u{1b}[2Jb\u{d}\u{9b}1m\u{7f}");
        assert_eq!(harmless("x\u{202e}gpj.exe"), r"x\u{202e}gpj.exe");
    }
}

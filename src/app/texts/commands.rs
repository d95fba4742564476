//! The texts of the commands. Their messages have the commands' ids.

use super::language::Language;

/// What menus call a command.
pub fn text(id: &str) -> &'static str {
    text_in(Language::current(), id)
}

/// The same in a language.
pub fn text_in(language: Language, id: &str) -> &'static str {
    language.text(&message_id(id))
}

/// What a command does; that of its family, such as `Class` of `Class(1)`, if it has none of its own. May be empty.
pub fn tooltip(id: &str) -> &'static str {
    tooltip_in(Language::current(), id)
}

/// The same in a language.
pub fn tooltip_in(language: Language, id: &str) -> &'static str {
    let own = language.text(&(message_id(id) + ".tooltip"));
    match id.split_once('(') {
        Some((family, _)) if own.is_empty() => language.text(&(message_id(family) + ".tooltip")),
        _ => own,
    }
}

/// `command-Class-1` for `Class(1)`.
pub(super) fn message_id(id: &str) -> String {
    format!("command-{}", id.replace('(', "-").replace(')', ""))
}

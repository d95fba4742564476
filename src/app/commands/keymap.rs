//! The keys of the commands: their default keys, but for what the user has changed.

use std::collections::BTreeMap;

use egui::text_selection::LabelSelectionState;
use egui::{Context, Event, Key, KeyboardShortcut, ModifierNames, Modifiers};
use serde::{Deserialize, Serialize};

use super::{Command, all};
use crate::app::texts::shortcuts;

/// Held to hide all masks, and to move the photo.
const HELD: [Key; 2] = [Key::H, Key::Space];

/// Of the main part of the keyboard.
const DIGITS: [Key; 10] = [
    Key::Num0,
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
];

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(in crate::app) struct Keymap {
    /// By the ids of commands, so that a command of another version spoils nothing.
    changed: BTreeMap<String, Vec<KeyboardShortcut>>,
}

impl Keymap {
    /// All keys that start a command; the first one is shown next to it.
    pub fn keys(&self, command: &Command) -> Vec<KeyboardShortcut> {
        self.changed.get(command.id).cloned().unwrap_or_else(|| command.keys.to_vec())
    }

    /// The key to show next to a command, as text.
    pub fn text(&self, ctx: &Context, command: &Command) -> Option<String> {
        self.keys(command).first().map(|key| key_text(ctx, *key))
    }

    /// Whether a command has other keys than its default ones.
    pub fn is_changed(&self, command: &Command) -> bool {
        self.changed.contains_key(command.id)
    }

    /// Why a combination cannot be given to a command, if so.
    pub fn refusal(key: KeyboardShortcut) -> Option<&'static str> {
        let held = key.modifiers == Modifiers::NONE && HELD.contains(&key.logical_key);
        held.then_some(shortcuts::held_keys())
    }

    /// Gives a command these keys. They are taken from the commands that had them, which are returned.
    pub fn set(&mut self, command: &Command, keys: Vec<KeyboardShortcut>) -> Vec<&'static Command> {
        let previous_owners: Vec<&Command> = all()
            .filter(|other| !command.may_share_keys(other))
            .filter(|other| self.keys(other).iter().any(|key| keys.contains(key)))
            .collect();
        for other in &previous_owners {
            let remaining = self.keys(other).into_iter().filter(|key| !keys.contains(key)).collect();
            self.put(other, remaining);
        }
        self.put(command, keys);
        previous_owners
    }

    /// Gives a command, or all, the default keys again. Commands that these were given to lose them.
    pub fn reset(&mut self, command: Option<&Command>) {
        match command {
            Some(command) => drop(self.set(command, command.keys.to_vec())),
            None => self.changed.clear(),
        }
    }

    fn put(&mut self, command: &Command, keys: Vec<KeyboardShortcut>) {
        if keys == command.keys {
            self.changed.remove(command.id);
        } else {
            self.changed.insert(command.id.to_owned(), keys);
        }
    }

    /// The enabled command whose keys were pressed first in this frame, if any; that press is consumed,
    /// those after it are left, because frames can be long.
    ///
    /// While a widget has the keyboard focus, Enter, Space and the arrows are its own.
    pub fn pressed(
        &self,
        ctx: &Context,
        widget_focused: bool,
        enabled: impl Fn(&Command) -> bool,
    ) -> Option<&'static Command> {
        use Key::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Enter, Space};
        let for_widget = |k: &KeyboardShortcut| {
            let its_own = [Enter, Space, ArrowLeft, ArrowRight, ArrowUp, ArrowDown];
            widget_focused && k.modifiers == Modifiers::NONE && its_own.contains(&k.logical_key)
        };
        let mut keyed: Vec<(KeyboardShortcut, &'static Command)> = all()
            .flat_map(|command| self.keys(command).into_iter().map(move |key| (key, command)))
            .filter(|(key, _)| !for_widget(key))
            .collect();
        let length = |k: &KeyboardShortcut| {
            let Modifiers { alt, shift, command, .. } = k.modifiers;
            u8::from(alt) + u8::from(shift) + u8::from(command)
        };
        // egui lets Ctrl+Z match while Shift is held too, so the longer combinations go first, and nothing
        // takes the place of a longer one whose command is not enabled.
        keyed.sort_by_key(|(k, _)| std::cmp::Reverse(length(k)));
        let has_selected_text = ctx.plugin::<LabelSelectionState>().lock().has_selection();
        ctx.input_mut(|input| {
            let command_of = |event: &Event| match event {
                // Text in a label can be copied, too.
                Event::Copy if has_selected_text => None,
                event => {
                    let (key, physical_key, modifiers) = pressed_key(event)?;
                    // With Shift, the digits of many keyboards are other characters.
                    let is_digit = |wanted: Key| {
                        modifiers.shift && DIGITS.contains(&wanted) && physical_key == Some(wanted)
                    };
                    let matches = |(k, _): &&(KeyboardShortcut, &Command)| {
                        let is_key = k.logical_key == key || is_digit(k.logical_key);
                        is_key && modifiers.matches_logically(k.modifiers)
                    };
                    let longest = keyed.iter().find(matches).map(|(k, _)| length(k))?;
                    let alike = keyed.iter().filter(matches).filter(|(k, _)| length(k) == longest);
                    alike.map(|(_, command)| *command).find(|command| enabled(command))
                }
            };
            let (at, command) =
                input.events.iter().enumerate().find_map(|(at, event)| Some((at, command_of(event)?)))?;
            input.events.remove(at);
            Some(command)
        })
    }
}

/// A combination of keys as people write it, with the names that are printed on the keys.
pub(in crate::app) fn key_text(ctx: &Context, shortcut: KeyboardShortcut) -> String {
    let printed = match shortcut.logical_key {
        Key::Escape => shortcuts::escape(),
        Key::PageUp => shortcuts::page_up(),
        Key::PageDown => shortcuts::page_down(),
        Key::ArrowLeft => shortcuts::left(),
        Key::ArrowRight => shortcuts::right(),
        Key::ArrowUp => shortcuts::up(),
        Key::ArrowDown => shortcuts::down(),
        Key::Enter => shortcuts::enter(),
        Key::Tab => shortcuts::tab(),
        Key::Space => shortcuts::space(),
        Key::Delete => shortcuts::delete(),
        Key::Backspace => shortcuts::backspace(),
        Key::Insert => shortcuts::insert(),
        Key::Home => shortcuts::home(),
        Key::End => shortcuts::end(),
        Key::Minus => "-",
        other => other.symbol_or_name(),
    };
    held_text(ctx, shortcut.modifiers) + printed
}

/// The keys that are held, with what stands before the last key. On a Mac, symbols where the font has them.
fn held_text(ctx: &Context, held: Modifiers) -> String {
    if held.is_none() {
        return String::new();
    }
    if ctx.os().is_mac() {
        let with_letter = ctx.format_shortcut(&KeyboardShortcut::new(held, Key::A));
        return with_letter.trim_end_matches('A').to_owned();
    }
    let names = ModifierNames {
        alt: shortcuts::alt(),
        ctrl: shortcuts::ctrl(),
        shift: shortcuts::shift(),
        ..ModifierNames::NAMES
    };
    names.format(&held, false) + names.concat
}

/// The key that an event says was pressed, where it is on the keyboard if that is known, and what is held. The system has its own events for the clipboard's keys.
fn pressed_key(event: &Event) -> Option<(Key, Option<Key>, Modifiers)> {
    match event {
        Event::Key { key, physical_key, pressed: true, modifiers, .. } => {
            Some((*key, *physical_key, *modifiers))
        }
        Event::Copy => Some((Key::C, None, Modifiers::COMMAND)),
        Event::Cut => Some((Key::X, None, Modifiers::COMMAND)),
        Event::Paste(_) | Event::PasteImage(_) => Some((Key::V, None, Modifiers::COMMAND)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::class::CLASS_2;
    use super::super::edit::SELECT_NONE;
    use super::super::file::EXPORT;
    use super::super::plain;
    use super::super::prompt::{CANDIDATE_1, DROP_PROMPT, REFINE};
    use super::super::tool::BRUSH;
    use super::*;

    #[test]
    fn a_key_belongs_to_the_command_that_it_was_given_to_last() {
        let mut keymap = Keymap::default();
        assert_eq!(keymap.keys(&REFINE), [plain(Key::R)]);
        assert_eq!(keymap.set(&EXPORT, vec![plain(Key::R)]), [&REFINE]);
        assert_eq!(keymap.keys(&EXPORT), [plain(Key::R)]);
        assert!(keymap.keys(&REFINE).is_empty() && keymap.is_changed(&REFINE));
        keymap.reset(Some(&REFINE));
        assert_eq!(keymap.keys(&REFINE), [plain(Key::R)]);
        assert!(keymap.keys(&EXPORT).is_empty());
        keymap.reset(None);
        assert_eq!(keymap, Keymap::default());
    }

    #[test]
    fn commands_that_are_never_enabled_together_share_keys() {
        let mut keymap = Keymap::default();
        assert_eq!(keymap.set(&CANDIDATE_1, vec![plain(Key::Num2)]), [&CLASS_2]);
        assert!(keymap.set(&CANDIDATE_1, SELECT_NONE.keys.to_vec()).contains(&&DROP_PROMPT));
        assert_eq!(keymap.keys(&SELECT_NONE), SELECT_NONE.keys);
    }

    #[test]
    fn saved_keys_are_read_by_the_ids_of_commands() {
        let saved = r#"{"changed":{"Tool(Brush)":[],"Gone":[]}}"#;
        let keymap: Keymap = serde_json::from_str(saved).unwrap();
        assert!(keymap.keys(&BRUSH).is_empty() && keymap.is_changed(&BRUSH));
        assert_eq!(serde_json::to_string(&keymap).unwrap(), r#"{"changed":{"Gone":[],"Tool(Brush)":[]}}"#);
    }

    #[test]
    fn keys_are_called_as_they_are_printed() {
        let ctx = Context::default();
        ctx.set_os(egui::os::OperatingSystem::Nix);
        let text = |modifiers, key| key_text(&ctx, KeyboardShortcut::new(modifiers, key));
        let named =
            [Key::OpenBracket, Key::Minus, Key::Period, Key::Escape, Key::PageDown, Key::ArrowUp, Key::F2];
        assert_eq!(
            named.map(|key| text(Modifiers::NONE, key)),
            ["[", "-", ".", "Esc", "Page Down", "Up", "F2"]
        );
        assert_eq!(text(Modifiers::COMMAND, Key::Plus), "Ctrl++");
        assert_eq!(text(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::CloseBracket), "Ctrl+Shift+]");
    }

    #[test]
    fn what_is_held_is_no_command() {
        assert!(Keymap::refusal(plain(Key::H)).is_some() && Keymap::refusal(plain(Key::J)).is_none());
        for command in all() {
            assert!(command.keys.iter().all(|key| Keymap::refusal(*key).is_none()), "{command:?}");
        }
    }
}

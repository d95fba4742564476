//! The command palette: every command by its name.

use egui::{Align2, Button, Context, Key, Modifiers, ScrollArea, TextEdit, Window};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability, Command};
use super::super::texts::{Language, commands as command_texts, palette as texts};

/// What the palette remembers between frames.
#[derive(Default)]
pub(in crate::app) struct Palette {
    pub open: bool,
    typed: String,
    chosen: usize,
    was_open: bool,
}

impl Palette {
    pub fn ui(&mut self, ctx: &Context, availability: &Availability, actions: &mut Actions) {
        let just_opened = self.open && !self.was_open;
        self.was_open = self.open;
        if !self.open {
            return;
        }
        if just_opened {
            (self.typed, self.chosen) = (String::new(), 0);
        }
        let pressed = |key| ctx.input_mut(|i| i.consume_key(Modifiers::NONE, key));
        let (up, down) = (pressed(Key::ArrowUp), pressed(Key::ArrowDown));
        let (enter, escape) = (pressed(Key::Enter), pressed(Key::Escape));
        let words: Vec<String> = self.typed.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let others = commands::all().filter(|command| **command != commands::help::PALETTE);
        let scored =
            others.filter_map(|command| Some((distance(command, &words, Language::current())?, command)));
        let mut found: Vec<(u32, &'static Command)> = scored.collect();
        found.sort_by_key(|(distance, _)| *distance);
        let found: Vec<&'static Command> = found.into_iter().map(|(_, command)| command).collect();
        let last = found.len().saturating_sub(1);
        self.chosen = (self.chosen + usize::from(down)).saturating_sub(usize::from(up)).min(last);
        let mut run = found.get(self.chosen).copied().filter(|_| enter);

        let at = ctx.content_rect().center_top() + egui::vec2(0.0, 80.0);
        let window = Window::new(texts::title()).title_bar(false).resizable(false).fixed_pos(at);
        window.pivot(Align2::CENTER_TOP).show(ctx, |ui| {
            ui.set_width(460.0);
            let edit = TextEdit::singleline(&mut self.typed).hint_text(texts::hint()).desired_width(460.0);
            let response = ui.add(edit);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, texts::label()));
            if response.changed() {
                self.chosen = 0;
            }
            response.request_focus();
            if found.is_empty() {
                ui.weak(texts::nothing_found(self.typed.trim()));
            }
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for (i, command) in found.iter().enumerate() {
                    let mut button =
                        Button::new(command.text()).selected(i == self.chosen).frame(i == self.chosen);
                    if let Some(key) = availability.keymap.text(ui.ctx(), command) {
                        button = button.shortcut_text(key);
                    }
                    let enabled = availability.is_enabled(command);
                    let response = ui.add_enabled(enabled, button.min_size(egui::vec2(440.0, 0.0)));
                    if i == self.chosen && (up || down) {
                        response.scroll_to_me(None);
                    }
                    if response.on_hover_text(command.tooltip()).clicked() {
                        run = Some(*command);
                    }
                }
            });
        });
        if let Some(command) = run {
            actions.push(Action::Run(command));
        }
        if escape || run.is_some() {
            self.open = false;
        }
    }
}

/// How far a command is from what was typed, in the language of the window or in English; `None` if it is something
/// else. What is called so comes before what is nearly called so, and that before what is only described so.
fn distance(command: &Command, words: &[String], language: Language) -> Option<u32> {
    let english = (language != Language::English).then_some(Language::English);
    [Some(language), english].into_iter().flatten().filter_map(|l| distance_in(l, command, words)).min()
}

fn distance_in(language: Language, command: &Command, words: &[String]) -> Option<u32> {
    let text = command_texts::text_in(language, command.id).to_lowercase();
    let tooltip = command_texts::tooltip_in(language, command.id).to_lowercase();
    words.iter().map(|word| distance_of_word(word, &text, &tooltip)).sum()
}

fn distance_of_word(word: &str, text: &str, tooltip: &str) -> Option<u32> {
    const DESCRIBED: u32 = 1000;
    if text.split_whitespace().any(|part| part.starts_with(word)) {
        return Some(0);
    }
    if text.contains(word) {
        return Some(1);
    }
    let spread = spread(word, text);
    spread.map(|spread| 2 + spread).or(tooltip.contains(word).then_some(DESCRIBED))
}

/// How many letters of a text lie between those of a word, if the text has them in this order. The first one begins
/// a word of the text.
fn spread(word: &str, text: &str) -> Option<u32> {
    let first = word.chars().next()?;
    let begins = |at: usize| text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
    let starts = text.char_indices().filter(|(at, letter)| *letter == first && begins(*at));
    let spread_from = |(start, _): (usize, char)| {
        let mut wanted = word.chars().peekable();
        let mut skipped = 0;
        for letter in text[start..].chars() {
            match wanted.peek() {
                None => break,
                Some(next) if *next == letter => drop(wanted.next()),
                Some(_) => skipped += 1,
            }
        }
        wanted.peek().is_none().then_some(skipped)
    };
    starts.filter_map(spread_from).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_in(language: Language, typed: &str) -> Option<&'static Command> {
        let words: Vec<String> = typed.split_whitespace().map(str::to_owned).collect();
        let scored =
            commands::all().filter_map(|command| Some((distance(command, &words, language)?, command)));
        scored.min_by_key(|(distance, _)| *distance).map(|(_, command)| command)
    }

    fn first(typed: &str) -> Option<&'static str> {
        first_in(Language::English, typed).map(Command::text)
    }

    #[test]
    fn commands_are_found_by_their_names_in_the_language_of_the_window_and_in_english() {
        let everything = Some(&commands::prompt::SEGMENT_EVERYTHING);
        assert_eq!(first_in(Language::German, "alles seg"), everything);
        assert_eq!(first_in(Language::German, "segment every"), everything);
        assert_eq!(first_in(Language::Chinese, "分割一切"), everything);
        assert_eq!(first_in(Language::Chinese, "segm every"), everything);
        assert_eq!(first_in(Language::English, "alles seg"), None);
    }

    #[test]
    fn commands_are_found_by_parts_and_letters_of_their_names() {
        assert_eq!(first("segm every"), Some("Segment everything"));
        assert_eq!(first("sgmt"), Some("Segment everything"));
        assert_eq!(first("flstrp"), Some("Filmstrip"));
        assert_eq!(first("mirror quick"), None);
        assert_eq!(first("xyzzy"), None);
        // Only its description says so.
        assert_eq!(first("transparent"), Some("Copy cut-out as picture"));
    }
}

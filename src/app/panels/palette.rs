//! The command palette: every command by its name.

use egui::{Align2, Button, Context, Key, Modifiers, ScrollArea, TextEdit, Window};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability, Command};
use super::super::texts::palette as texts;

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
        let matches = |c: &&Command| {
            let text = format!("{} {}", c.text, c.tooltip).to_lowercase();
            **c != commands::help::PALETTE && words.iter().all(|word| text.contains(word))
        };
        let mut found: Vec<&'static Command> = commands::all().filter(matches).collect();
        // What is called so comes before what is only described so.
        let is_called_so = |c: &Command| {
            let text = c.text.to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        found.sort_by_key(|c| !is_called_so(c));
        let last = found.len().saturating_sub(1);
        self.chosen = (self.chosen + usize::from(down)).saturating_sub(usize::from(up)).min(last);
        let mut run = found.get(self.chosen).copied().filter(|_| enter);

        let at = ctx.content_rect().center_top() + egui::vec2(0.0, 80.0);
        let window = Window::new(texts::TITLE).title_bar(false).resizable(false).fixed_pos(at);
        window.pivot(Align2::CENTER_TOP).show(ctx, |ui| {
            ui.set_width(460.0);
            let edit = TextEdit::singleline(&mut self.typed).hint_text(texts::HINT).desired_width(460.0);
            let response = ui.add(edit);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, texts::LABEL));
            if response.changed() {
                self.chosen = 0;
            }
            response.request_focus();
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for (i, command) in found.iter().enumerate() {
                    let mut button =
                        Button::new(command.text).selected(i == self.chosen).frame(i == self.chosen);
                    if let Some(key) = availability.keymap.text(ui.ctx(), command) {
                        button = button.shortcut_text(key);
                    }
                    let enabled = availability.is_enabled(command);
                    let response = ui.add_enabled(enabled, button.min_size(egui::vec2(440.0, 0.0)));
                    if i == self.chosen && (up || down) {
                        response.scroll_to_me(None);
                    }
                    if response.on_hover_text(command.tooltip).clicked() {
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

//! The cheat-sheet: all keys and gestures, where the keys can be changed too.

use egui::{
    Button, Context, Event, Grid, Key, KeyboardShortcut, Modifiers, RichText, ScrollArea, Ui, Window,
};

use super::super::actions::{Action, Actions};
use super::super::commands::{Command, Keymap, Menu, key_text};
use super::super::texts::shortcuts as texts;

/// The window of the keys.
#[derive(Default)]
pub(in crate::app) struct Keys {
    pub open: bool,
    /// The command whose next key is waited for, and which of its keys that replaces.
    recording: Option<(&'static Command, Option<usize>)>,
    refusal: Option<&'static str>,
}

impl Keys {
    /// Whether the next key belongs to this window.
    pub fn is_recording(&self) -> bool {
        self.open && self.recording.is_some()
    }

    pub fn ui(&mut self, ctx: &Context, keymap: &Keymap, actions: &mut Actions) {
        if self.is_recording() {
            self.record(ctx, keymap, actions);
        }
        let mut open = self.open;
        let window = Window::new(texts::title()).open(&mut open).resizable([false, true]);
        window.collapsible(false).default_height(560.0).show(ctx, |ui| {
            ui.label(texts::hint());
            if let Some((command, _)) = self.recording {
                ui.strong(texts::press_for(command.text()));
            } else if let Some(refusal) = self.refusal {
                ui.colored_label(ui.visuals().error_fg_color, refusal);
            } else if ui.button(texts::reset_all()).clicked() {
                actions.push(Action::ResetKeys(None));
            }
            ui.separator();
            ScrollArea::vertical().auto_shrink([true, false]).show(ui, |ui| {
                Grid::new("gestures").num_columns(2).striped(true).show(ui, |ui| {
                    for (gesture, effect) in texts::gestures() {
                        ui.strong(gesture);
                        ui.label(effect);
                        ui.end_row();
                    }
                });
                for menu in Menu::ALL {
                    ui.add_space(8.0);
                    ui.heading(menu.label());
                    Grid::new(menu.label()).num_columns(2).striped(true).show(ui, |ui| {
                        for command in menu.commands() {
                            ui.label(command.text()).on_hover_text(command.tooltip());
                            ui.horizontal(|ui| self.keys_of_ui(ui, command, keymap, actions));
                            ui.end_row();
                        }
                    });
                }
            });
        });
        self.open = open;
        if !open {
            (self.recording, self.refusal) = (None, None);
        }
    }

    fn keys_of_ui(&mut self, ui: &mut Ui, command: &'static Command, keymap: &Keymap, actions: &mut Actions) {
        let text = command.text();
        let keys = keymap.keys(command);
        let places = keys.iter().map(|key| key_text(ui.ctx(), *key)).enumerate();
        let buttons: Vec<(Option<usize>, String)> =
            places.map(|(i, key)| (Some(i), key)).chain([(None, texts::add_mark().to_owned())]).collect();
        for (place, key) in buttons {
            let name = match place {
                Some(_) => texts::change(&key, text),
                None => texts::add(text),
            };
            let waits = self.recording == Some((command, place));
            let button = Button::new(RichText::new(key).strong()).small().selected(waits);
            let response = ui.add(button).on_hover_text(&name);
            if response.accessible_name(name).clicked() {
                self.recording = (!waits).then_some((command, place));
                self.refusal = None;
                // Enter and Space would press the button again.
                ui.memory_mut(|memory| memory.stop_text_input());
            }
        }
        if keymap.is_changed(command) {
            let button = ui.small_button(texts::reset()).on_hover_text(texts::reset_tooltip());
            if button.accessible_name(texts::reset_command(text)).clicked() {
                actions.push(Action::ResetKeys(Some(command)));
            }
        }
    }

    /// Takes the first key of this frame for the command that waits for one.
    fn record(&mut self, ctx: &Context, keymap: &Keymap, actions: &mut Actions) {
        let Some((command, place)) = self.recording else { return };
        let pressed = ctx.input_mut(|input| {
            let key_of = |event: &Event| match event {
                Event::Key { key, pressed: true, modifiers, .. } => Some((*key, *modifiers)),
                _ => None,
            };
            let pressed = input.events.iter().find_map(key_of);
            input.events.retain(|event| !matches!(event, Event::Key { .. }));
            pressed
        });
        let Some((key, held)) = pressed else { return };
        self.recording = None;
        let mut keys = keymap.keys(command);
        let shortcut = match key {
            Key::Escape => return,
            Key::Backspace => None,
            _ => Some(KeyboardShortcut::new(portable(held), key)),
        };
        self.refusal = shortcut.and_then(Keymap::refusal);
        if self.refusal.is_some() || shortcut.is_some_and(|new| keys.contains(&new)) {
            return;
        }
        match (place.filter(|i| *i < keys.len()), shortcut) {
            (Some(i), Some(new)) => keys[i] = new,
            (Some(i), None) => drop(keys.remove(i)),
            (None, Some(new)) => keys.push(new),
            (None, None) => return,
        }
        actions.push(Action::SetKeys(command, keys));
    }
}

/// Ctrl, and Command on a Mac, count as one.
fn portable(held: Modifiers) -> Modifiers {
    Modifiers { ctrl: held.ctrl && !held.command, mac_cmd: false, ..held }
}

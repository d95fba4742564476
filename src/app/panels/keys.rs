//! The cheat-sheet: all keys and gestures.

use egui::{Grid, ScrollArea, Ui};

use super::super::commands::{Command, Menu};

const GESTURES: [(&str, &str); 11] = [
    ("Left click", "a point on the thing"),
    ("Right click, Shift + left click", "a point beside the thing"),
    ("Left drag", "a box around the thing"),
    ("Drag a point", "move it"),
    ("Click a point", "delete it"),
    ("Drag inside a box, or its side or corner", "move it, or resize it"),
    ("Wheel, pinch", "zoom at the pointer"),
    ("Middle drag, Space + left drag", "move the photo"),
    ("Click or drag in the minimap", "go there"),
    ("Picking masks: click, Shift + click", "select one, or several"),
    ("Picking masks: double click", "zoom to the mask"),
];

pub(in crate::app) fn keys_ui(ui: &mut Ui) {
    ScrollArea::vertical().max_height(520.0).show(ui, |ui| {
        Grid::new("gestures").num_columns(2).striped(true).show(ui, |ui| {
            for (gesture, effect) in GESTURES {
                ui.strong(gesture);
                ui.label(effect);
                ui.end_row();
            }
        });
        for menu in Menu::ALL {
            ui.add_space(8.0);
            ui.heading(menu.label());
            Grid::new(menu.label()).num_columns(2).striped(true).show(ui, |ui| {
                for info in Command::ALL.map(Command::info) {
                    if info.menu != menu || info.keys.is_empty() {
                        continue;
                    }
                    let keys: Vec<String> = info.keys.iter().map(|k| ui.ctx().format_shortcut(k)).collect();
                    ui.strong(keys.join(", "));
                    ui.label(info.text);
                    ui.end_row();
                }
            });
        }
    });
}

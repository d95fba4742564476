//! The tools at the left: icons with the letters of their keys.

use egui::scroll_area::ScrollBarVisibility;
use egui::{Align2, Button, Color32, FontId, Response, ScrollArea, Ui, vec2};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability, Command};
use super::super::look::{icon, icons, tokens};
use super::super::texts::menus as texts;

/// Side of a button, and of one in a low window, in points.
const BUTTON: f32 = 36.0;
const SMALLEST_BUTTON: f32 = 26.0;
/// Above the first button and below the last one.
const MARGIN: f32 = 6.0;
/// The height of a line between groups, and the room on each side of it.
const LINE: f32 = 5.0;
const LINE_GAP: f32 = 2.0;

pub(in crate::app) fn rail_ui(ui: &mut Ui, availability: &Availability, actions: &mut Actions) {
    use commands::{help, prompt, tool};
    let groups: [&[(char, &'static Command)]; 3] = [
        &[
            (icons::CURSOR, &tool::SELECT),
            (icons::CURSOR_CLICK, &tool::POSITIVE),
            (icons::MINUS_CIRCLE, &tool::NEGATIVE),
            (icons::BOUNDING_BOX, &tool::BOX),
        ],
        &[
            (icons::PAINT_BRUSH, &tool::BRUSH),
            (icons::ERASER, &tool::ERASER),
            (icons::LASSO, &tool::LASSO),
            (icons::POLYGON, &tool::VERTICES),
        ],
        &[(icons::SPARKLE, &prompt::SEGMENT_EVERYTHING), (icons::COLUMNS, &prompt::COMPARE)],
    ];
    // In a low window the buttons are small and stand close.
    let buttons = groups.iter().map(|group| group.len()).sum::<usize>() + 1;
    let lines = (groups.len() - 1) as f32 * (LINE + 2.0 * LINE_GAP);
    let for_buttons = ui.available_height() - 2.0 * MARGIN - lines;
    let side = (for_buttons / buttons as f32).floor().clamp(SMALLEST_BUTTON, BUTTON);
    let gap = (for_buttons / buttons as f32 - side).clamp(0.0, 4.0);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space(MARGIN);
            for (i, group) in groups.into_iter().enumerate() {
                if i > 0 {
                    ui.add_space(LINE_GAP);
                    let (line, _) = ui.allocate_exact_size(vec2(22.0, LINE), egui::Sense::hover());
                    let colour = tokens(ui.visuals()).divider;
                    ui.painter().hline(line.x_range(), line.center().y, (1.0, colour));
                    ui.add_space(LINE_GAP);
                }
                for (symbol, command) in group {
                    if rail_button(ui, *symbol, command, side, availability).clicked() {
                        actions.push(Action::Run(command));
                    }
                    ui.add_space(gap);
                }
            }
            ui.add_space((ui.available_height() - side - MARGIN).max(0.0));
            if rail_button(ui, icons::QUESTION, &help::KEYS, side, availability).clicked() {
                actions.push(Action::Run(&help::KEYS));
            }
        });
    });
}

fn rail_button(
    ui: &mut Ui,
    symbol: char,
    command: &'static Command,
    side: f32,
    availability: &Availability,
) -> Response {
    let (is_on, is_enabled) = (availability.is_on(command), availability.is_enabled(command));
    let keys = availability.keymap.text(ui.ctx(), command);
    let button = Button::new(icon(symbol, side.min(30.0) - 10.0)).selected(is_on).frame_when_inactive(is_on);
    let response = ui.add_enabled(is_enabled, button.min_size(vec2(BUTTON, side)));
    // A letter that works only with Ctrl would be mistaken for a key.
    if let Some(key) = keys.as_deref().filter(|key| key.chars().count() == 1) {
        let tokens = tokens(ui.visuals());
        let colour = if is_on { Color32::WHITE } else { tokens.text_3 };
        let at = response.rect.right_bottom() - vec2(4.0, 2.0);
        ui.painter().text(at, Align2::RIGHT_BOTTOM, key, FontId::proportional(9.0), colour);
    }
    let text = if command.tooltip().is_empty() { command.text() } else { command.tooltip() };
    let tooltip = texts::tooltip(&format!("{}: {text}", command.text()), keys.as_deref());
    response.on_hover_text(tooltip).accessible_name(command.text())
}

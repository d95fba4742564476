//! The tools at the left: icons with the letters of their keys.

use egui::{Align2, Button, Color32, FontId, Response, Ui, vec2};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability, Command};
use super::super::look::{icon, icons, tokens};
use super::super::texts::menus as texts;

/// Side of a button, in points.
const BUTTON: f32 = 36.0;

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
    // In a low window the buttons stand close.
    ui.spacing_mut().item_spacing.y = if ui.available_height() < 480.0 { 0.0 } else { 4.0 };
    ui.vertical_centered(|ui| {
        ui.add_space(8.0);
        for (i, group) in groups.into_iter().enumerate() {
            if i > 0 {
                ui.add_space(2.0);
                let (line, _) = ui.allocate_exact_size(vec2(22.0, 5.0), egui::Sense::hover());
                ui.painter().hline(line.x_range(), line.center().y, (1.0, tokens(ui.visuals()).divider));
                ui.add_space(2.0);
            }
            for (symbol, command) in group {
                if rail_button(ui, *symbol, command, availability).clicked() {
                    actions.push(Action::Run(command));
                }
            }
        }
        let rest = ui.available_height() - BUTTON - 8.0;
        if rest > 0.0 {
            ui.add_space(rest);
            if rail_button(ui, icons::QUESTION, &help::KEYS, availability).clicked() {
                actions.push(Action::Run(&help::KEYS));
            }
        }
    });
}

fn rail_button(
    ui: &mut Ui,
    symbol: char,
    command: &'static Command,
    availability: &Availability,
) -> Response {
    let (is_on, is_enabled) = (availability.is_on(command), availability.is_enabled(command));
    let keys = availability.keymap.text(ui.ctx(), command);
    let button = Button::new(icon(symbol, 20.0)).selected(is_on).frame_when_inactive(is_on);
    let response = ui.add_enabled(is_enabled, button.min_size(vec2(BUTTON, BUTTON)));
    if let Some(key) =
        keys.as_deref().and_then(|keys| keys.rsplit('+').next()).filter(|key| key.chars().count() == 1)
    {
        let tokens = tokens(ui.visuals());
        let colour = if is_on { Color32::WHITE } else { tokens.text_3 };
        let at = response.rect.right_bottom() - vec2(4.0, 2.0);
        ui.painter().text(at, Align2::RIGHT_BOTTOM, key, FontId::proportional(9.0), colour);
    }
    let text = if command.tooltip.is_empty() { command.text } else { command.tooltip };
    let tooltip = texts::tooltip(&format!("{}: {text}", command.text), keys.as_deref());
    response.on_hover_text(tooltip).accessible_name(command.text)
}

//! What an empty window says.

use egui::{RichText, Ui};

use super::super::actions::{Action, Actions};
use super::super::commands::Command;

pub(in crate::app) fn welcome_ui(ui: &mut Ui, loading: bool, actions: &mut Actions) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.32);
        if loading {
            ui.heading("Opening…");
            return;
        }
        ui.heading("Drop a photo or a folder here");
        ui.add_space(4.0);
        ui.label(RichText::new("Then click on a thing to get its mask.").weak());
        ui.add_space(16.0);
        for command in [Command::OpenPhotos, Command::OpenFolder, Command::OpenSample] {
            let info = command.info();
            let button = egui::Button::new(info.text).min_size(egui::vec2(220.0, 30.0));
            if ui.add(button).on_hover_text(info.tooltip).clicked() {
                actions.push(Action::Run(command));
            }
        }
    });
}

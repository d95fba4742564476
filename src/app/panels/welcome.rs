//! What a window without a photo says.

use egui::{RichText, Ui};

use super::super::actions::{Action, Actions};
use super::super::commands::file::{OPEN_FOLDER, OPEN_PHOTOS, OPEN_SAMPLE};
use super::super::texts::welcome as texts;

pub(in crate::app) struct Welcome<'a> {
    pub loading: bool,
    /// Files can be dropped on the window.
    pub takes_drops: bool,
    /// Why there is no photo although one was to be opened.
    pub unreadable: Option<&'a str>,
}

pub(in crate::app) fn welcome_ui(ui: &mut Ui, welcome: &Welcome, actions: &mut Actions) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.32);
        if welcome.loading {
            ui.heading(texts::OPENING);
            return;
        }
        let (heading, hint) = match (welcome.unreadable, welcome.takes_drops) {
            (Some(error), _) => (texts::UNREADABLE, error),
            (None, true) => (texts::DROP, texts::HINT),
            (None, false) => (texts::OPEN, texts::HINT),
        };
        ui.heading(heading);
        ui.add_space(4.0);
        ui.label(RichText::new(hint).weak());
        ui.add_space(16.0);
        for command in [&OPEN_PHOTOS, &OPEN_FOLDER, &OPEN_SAMPLE] {
            let button = egui::Button::new(command.text).min_size(egui::vec2(220.0, 30.0));
            if ui.add(button).on_hover_text(command.tooltip).clicked() {
                actions.push(Action::Run(command));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    fn page(takes_drops: bool, unreadable: Option<&'static str>) -> Harness<'static> {
        Harness::new_ui(move |ui| {
            welcome_ui(ui, &Welcome { loading: false, takes_drops, unreadable }, &mut Actions::new());
        })
    }

    #[test]
    fn only_a_window_that_takes_dropped_files_asks_for_them() {
        page(true, None).get_by_label("Drop a photo or a folder here");
        let without = page(false, None);
        assert!(without.query_by_label_contains("Drop").is_none());
        without.get_by_label("Open a photo or a folder");
        let failed = page(true, Some("a.jpg: is empty"));
        assert!(failed.query_by_label_contains("Drop").is_none());
        failed.get_by_label("a.jpg: is empty");
    }
}

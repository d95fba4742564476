//! What a window without a photo says.

use std::path::PathBuf;

use egui::{RichText, Ui};

use super::super::actions::{Action, Actions};
use super::super::commands::file::{OPEN_FOLDER, OPEN_PHOTOS, OPEN_SAMPLE};
use super::super::look::section_title;
use super::super::recent::{RecentFiles, RecentList};
use super::super::texts::{recent as recent_texts, welcome as texts};

/// So many of the photos and folders that were opened last are listed.
const RECENT: usize = 6;

pub(in crate::app) struct Welcome<'a> {
    pub loading: bool,
    /// Files can be dropped on the window.
    pub takes_drops: bool,
    pub recent: &'a RecentList,
    pub files: &'a RecentFiles,
    /// Why there is no photo although one was to be opened.
    pub unreadable: Option<&'a str>,
}

pub(in crate::app) fn welcome_ui(ui: &mut Ui, welcome: &Welcome, actions: &mut Actions) {
    ui.vertical_centered(|ui| {
        let share = if welcome.recent.paths().is_empty() { 0.32 } else { 0.2 };
        ui.add_space(ui.available_height() * share);
        if welcome.loading {
            ui.heading(texts::opening());
            return;
        }
        let (heading, hint) = match (welcome.unreadable, welcome.takes_drops) {
            (Some(error), _) => (texts::unreadable(), error),
            (None, true) => (texts::drop(), texts::hint()),
            (None, false) => (texts::open(), texts::hint()),
        };
        ui.heading(heading);
        ui.add_space(4.0);
        ui.label(RichText::new(hint).weak());
        ui.add_space(16.0);
        for command in [&OPEN_PHOTOS, &OPEN_FOLDER, &OPEN_SAMPLE] {
            let button = egui::Button::new(command.text()).min_size(egui::vec2(220.0, 30.0));
            if ui.add(button).on_hover_text(command.tooltip()).clicked() {
                actions.push(Action::Run(command));
            }
        }
        recent_ui(ui, welcome, actions);
    });
}

/// What was opened last and is still there.
fn recent_ui(ui: &mut Ui, welcome: &Welcome, actions: &mut Actions) {
    let is_there = |path: &&PathBuf| !welcome.files.is_missing(path);
    let paths: Vec<&PathBuf> = welcome.recent.paths().iter().filter(is_there).take(RECENT).collect();
    if paths.is_empty() {
        return;
    }
    ui.add_space(24.0);
    ui.label(section_title(recent_texts::recent()));
    ui.add_space(4.0);
    for path in paths {
        let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        let text = (recent_texts::name(path), RichText::new(folder).weak());
        let button = egui::Button::new(text).frame_when_inactive(false).truncate();
        let button = ui.add_sized([440.0_f32.min(ui.available_width()), 28.0], button);
        if button.on_hover_text(path.display().to_string()).clicked() {
            actions.push(Action::OpenRecent(path.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    fn page(takes_drops: bool, unreadable: Option<&'static str>) -> Harness<'static> {
        Harness::new_ui(move |ui| {
            let (recent, files) = (RecentList::default(), RecentFiles::new(ui.ctx().clone()));
            let welcome = Welcome { loading: false, takes_drops, recent: &recent, files: &files, unreadable };
            welcome_ui(ui, &welcome, &mut Actions::new());
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

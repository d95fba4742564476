//! A file with masks of several photos: of all of them, or of the open one only?

use std::path::PathBuf;

use egui::Id;

use super::actions::{Action, Actions};
use super::texts::import as texts;

/// A file that was to be imported, and which of the photos it is about.
#[derive(Debug)]
pub(super) struct ImportQuestion {
    pub file: PathBuf,
    pub photos: Vec<PathBuf>,
}

impl ImportQuestion {
    /// Asks; returns true when that has been answered.
    pub fn ui(&self, ctx: &egui::Context, actions: &mut Actions) -> bool {
        let modal = egui::Modal::new(Id::unique("import question")).show(ctx, |ui| {
            ui.set_width(380.0);
            ui.heading(texts::question_title());
            let name = self.file.file_name().unwrap_or_default().to_string_lossy();
            ui.label(texts::question(&name, self.photos.len()));
            ui.label(texts::question_hint());
            ui.horizontal(|ui| {
                if ui.button(texts::import_all()).clicked() {
                    actions.push(Action::ImportAll { file: self.file.clone(), photos: self.photos.clone() });
                    ui.close();
                }
                if ui.button(texts::this_photo_only()).clicked() {
                    actions.push(Action::ImportHere(self.file.clone()));
                    ui.close();
                }
                if ui.button(texts::cancel()).clicked() {
                    ui.close();
                }
            });
        });
        modal.should_close()
    }
}

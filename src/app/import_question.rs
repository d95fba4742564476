//! A file with masks of several photos: of all of them, or of the open one only?

use std::path::PathBuf;

use egui::Id;

use super::actions::{Action, Actions};

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
            ui.heading("Masks of several photos");
            let name = self.file.file_name().unwrap_or_default().to_string_lossy();
            ui.label(format!("{name} has masks of {} of these photos.", self.photos.len()));
            ui.label("Masks of photos that were not opened yet are added to what is kept beside them.");
            ui.horizontal(|ui| {
                if ui.button("Import all").clicked() {
                    actions.push(Action::ImportAll { file: self.file.clone(), photos: self.photos.clone() });
                    ui.close();
                }
                if ui.button("This photo only").clicked() {
                    actions.push(Action::ImportHere(self.file.clone()));
                    ui.close();
                }
                if ui.button("Cancel import").clicked() {
                    ui.close();
                }
            });
        });
        modal.should_close()
    }
}

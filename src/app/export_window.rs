//! What to export, and where to; asks before anything is overwritten.

use std::path::{Path, PathBuf};

use egui::{Id, TextEdit, Window};

use super::actions::{Action, Actions};
use crate::document::Document;
use crate::files::Photo;
use crate::files::export::{ExportMask, Format, planned_files};

/// Which masks are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Which {
    #[default]
    Visible,
    Selected,
}

/// All that an export needs, fixed when it was asked for.
#[derive(Debug, Clone)]
pub(super) struct ExportJob {
    pub photo: Photo,
    pub masks: Vec<ExportMask>,
    pub format: Format,
    pub folder: PathBuf,
    pub overwrite: bool,
}

/// The choices of the export window.
#[derive(Debug)]
pub(super) struct ExportChoices {
    pub open: bool,
    pub format: Format,
    pub which: Which,
    pub folder: String,
    /// An export that has to be confirmed, and the files that it would overwrite.
    asking: Option<(ExportJob, Vec<PathBuf>)>,
}

impl Default for ExportChoices {
    fn default() -> Self {
        Self {
            open: false,
            format: Format::CutoutCropped,
            which: Which::Visible,
            folder: String::new(),
            asking: None,
        }
    }
}

impl ExportChoices {
    /// Opens the window; a selection is what people want to export, if there is one.
    pub fn open_for(&mut self, document: &Document, photo: &Photo, remembered: Option<&Path>) {
        self.open = true;
        self.asking = None;
        self.which = if document.selection().is_empty() { Which::Visible } else { Which::Selected };
        if self.folder.is_empty() {
            let beside = photo.path.parent().filter(|p| !p.as_os_str().is_empty());
            let folder = remembered.or(beside).map_or_else(|| ".".into(), Path::to_path_buf);
            self.folder = folder.display().to_string();
        }
    }

    /// Whether the user is asked something, so that nothing else should happen meanwhile.
    pub fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// The masks that are meant.
    fn masks(&self, document: &Document) -> Vec<ExportMask> {
        document
            .masks()
            .iter()
            .filter(|m| match self.which {
                Which::Visible => document.is_shown(m),
                Which::Selected => document.selection().contains(&m.id),
            })
            .map(|m| ExportMask {
                name: m.name.clone(),
                class: None,
                mask: m.mask.clone(),
                colour: m.colour,
                predicted_iou: m.predicted_iou,
                stability_score: m.stability_score,
            })
            .collect()
    }

    pub fn ui(&mut self, ctx: &egui::Context, document: &Document, photo: &Photo, actions: &mut Actions) {
        let mut open = self.open;
        let masks = self.masks(document);
        let files = planned_files(photo, &masks, self.format, Path::new(self.folder.trim()));
        let window = Window::new("Export").open(&mut open).resizable(false).collapsible(false);
        let centre = ctx.content_rect().center();
        window.pivot(egui::Align2::CENTER_CENTER).default_pos(centre).show(ctx, |ui| {
            ui.set_width(420.0);
            for format in Format::ALL {
                ui.radio_value(&mut self.format, format, format.label());
            }
            ui.separator();
            let selected = document.selection().len();
            let shown = document.masks().iter().filter(|m| document.is_shown(m)).count();
            ui.radio_value(&mut self.which, Which::Visible, format!("Visible masks ({shown})"));
            ui.radio_value(&mut self.which, Which::Selected, format!("Selected masks ({selected})"));
            ui.separator();
            ui.horizontal(|ui| {
                ui.label("Folder");
                let edit = TextEdit::singleline(&mut self.folder).hint_text("Folder").desired_width(270.0);
                ui.add(edit);
                if ui.button("Choose…").clicked() {
                    actions.push(Action::ChooseExportFolder);
                }
            });
            let summary = match (masks.len(), &files[..]) {
                (0, _) => "There are no such masks.".to_owned(),
                (_, [one]) => format!("Writes {}", file_name(one)),
                (_, [first, ..]) => format!("Writes {} files: {}, …", files.len(), file_name(first)),
                (_, []) => String::new(),
            };
            ui.weak(summary);
            let ready = !masks.is_empty() && !self.folder.trim().is_empty();
            if ui.add_enabled(ready, egui::Button::new("Write files")).clicked() {
                let existing: Vec<PathBuf> = files.iter().filter(|f| f.exists()).cloned().collect();
                let job = ExportJob {
                    photo: photo.clone(),
                    masks: masks.clone(),
                    format: self.format,
                    folder: PathBuf::from(self.folder.trim()),
                    overwrite: !existing.is_empty(),
                };
                if existing.is_empty() {
                    actions.push(Action::Export(job));
                } else {
                    self.asking = Some((job, existing));
                }
            }
        });
        self.open = open;
        self.confirm_ui(ctx, actions);
    }

    fn confirm_ui(&mut self, ctx: &egui::Context, actions: &mut Actions) {
        let Some((job, existing)) = &self.asking else { return };
        let modal = egui::Modal::new(Id::unique("overwrite")).show(ctx, |ui| {
            ui.set_width(360.0);
            ui.heading("Overwrite files?");
            let first = existing.first().map(|f| file_name(f)).unwrap_or_default();
            ui.label(match existing.len() {
                1 => format!("{first} is there already."),
                n => format!("{n} files are there already, {first} among them."),
            });
            ui.horizontal(|ui| {
                if ui.button("Overwrite").clicked() {
                    actions.push(Action::Export(job.clone()));
                    ui.close();
                }
                if ui.button("Keep them").clicked() {
                    ui.close();
                }
            });
        });
        if modal.should_close() {
            self.asking = None;
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

//! What a batch is to do: the dialogs in front of it.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{ComboBox, Context, Id, Ui};

use super::actions::{Action, Actions};
use super::look::number_slider;
use super::state::BatchWork;
use super::tasks::OpenedBoxes;
use super::texts::batch as texts;
use super::texts::everything::preset as preset_name;
use crate::engine::How;
use crate::everything::{Parameters, Preset};
use crate::files::boxes::BoxFiles;
use crate::files::holds_masks;

/// A batch that the user is asked about.
pub(super) enum BatchQuestion {
    Everything {
        /// `None` stands for the settings in use.
        preset: Option<Preset>,
        only_without_masks: bool,
    },
    Boxes {
        paths: Vec<PathBuf>,
        files: Arc<BoxFiles>,
        covered: usize,
        missing: usize,
        min_score: f32,
    },
}

impl BatchQuestion {
    pub fn everything() -> Self {
        Self::Everything { preset: None, only_without_masks: true }
    }

    pub fn boxes(OpenedBoxes { paths, files, covered, missing }: OpenedBoxes) -> Self {
        Self::Boxes { paths, files, covered, missing, min_score: 0.0 }
    }

    /// Asks; returns true when that has been answered. `parameters` are those in use.
    pub fn ui(
        &mut self,
        ctx: &Context,
        photos: usize,
        parameters: &Parameters,
        actions: &mut Actions,
    ) -> bool {
        let modal = egui::Modal::new(Id::unique("batch question")).show(ctx, |ui| {
            ui.set_width(420.0);
            match self {
                Self::Everything { preset, only_without_masks } => {
                    ui.heading(texts::everything_title());
                    ui.label(texts::photos_in_window(photos));
                    preset_ui(ui, preset);
                    ui.checkbox(only_without_masks, texts::only_without_masks());
                }
                Self::Boxes { files, covered, missing, min_score, .. } => {
                    ui.heading(texts::boxes_title());
                    ui.label(texts::boxes_for(files.count(), *covered));
                    if *missing > 0 {
                        ui.label(texts::missing(*missing));
                    }
                    for problem in files.problems().iter().take(3) {
                        ui.weak(texts::problem_in_file(&problem.place, &problem.what));
                    }
                    if files.has_scores() {
                        let slider = number_slider(min_score, 0.0..=1.0).text(texts::min_score());
                        ui.add(slider).on_hover_text(texts::min_score_tooltip());
                    }
                }
            }
            ui.weak(texts::hint());
            ui.horizontal(|ui| {
                if ui.button(texts::start()).clicked() {
                    actions.push(Action::StartBatch(self.work(parameters)));
                    ui.close();
                }
                if let Self::Boxes { paths, .. } = self
                    && paths.iter().all(|path| holds_masks(path))
                    && ui.button(texts::import_instead()).clicked()
                {
                    actions.extend(paths.iter().cloned().map(Action::ImportFile));
                    ui.close();
                }
                if ui.button(texts::cancel()).clicked() {
                    ui.close();
                }
            });
        });
        modal.should_close()
    }

    fn work(&self, parameters: &Parameters) -> BatchWork {
        match self {
            Self::Everything { preset, only_without_masks } => BatchWork::Everything {
                how: preset.map_or(How::Exactly(*parameters), How::Preset),
                only_without_masks: *only_without_masks,
            },
            Self::Boxes { files, min_score, .. } => {
                BatchWork::Boxes { files: files.clone(), min_score: *min_score }
            }
        }
    }
}

fn preset_ui(ui: &mut Ui, chosen: &mut Option<Preset>) {
    let name = |preset: Option<Preset>| preset.map_or(texts::current_settings(), preset_name);
    ComboBox::from_label(texts::preset()).selected_text(name(*chosen)).show_ui(ui, |ui| {
        for preset in [None].into_iter().chain(Preset::ALL.map(Some)) {
            ui.selectable_value(chosen, preset, name(preset));
        }
    });
}

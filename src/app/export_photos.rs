//! Which photos of the folder are exported, and as which parts of a dataset.

use std::path::PathBuf;

use egui::Ui;

use super::actions::{Action, Actions};
use super::look::number_field;
use super::texts::{export as texts, states as states_texts};
use crate::files::export::{Split, SplitList, Wanted};
use crate::files::formats::{Format, Part};
use crate::files::project::WorkState;

/// The choices for an export of several photos.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PhotoChoices {
    /// In the order of the buttons; empty for photos with masks and those that are done.
    states: Vec<WorkState>,
    is_split: bool,
    shares: [u32; 3],
    seed: u64,
    /// The photos assigned to parts by hand, and the file that lists them.
    list: Option<(PathBuf, SplitList)>,
}

impl Default for PhotoChoices {
    fn default() -> Self {
        Self { states: vec![], is_split: false, shares: [80, 10, 10], seed: 0, list: None }
    }
}

impl PhotoChoices {
    /// The photos and masks to export.
    pub fn wanted(&self) -> Wanted {
        Wanted { states: self.states.clone(), ..Wanted::default() }
    }

    /// The parts of the dataset, if it is to be split and the format keeps them apart.
    pub fn split(&self, format: Format) -> Option<Split> {
        let list = || self.list.as_ref().map(|(_, list)| list.clone()).unwrap_or_default();
        (self.is_split && format.has_parts()).then(|| Split {
            shares: self.shares,
            seed: self.seed,
            list: list(),
        })
    }

    /// Uses a list of photos that were assigned by hand.
    pub fn assign(&mut self, file: PathBuf, list: SplitList) {
        self.list = Some((file, list));
    }

    pub fn ui(&mut self, ui: &mut Ui, format: Format, actions: &mut Actions) {
        ui.horizontal(|ui| {
            ui.label(texts::only_states()).on_hover_text(texts::states_tooltip());
            for state in WorkState::ALL {
                let mut is_on = self.states.contains(&state);
                if ui.toggle_value(&mut is_on, states_texts::state(state)).changed() {
                    let others = |other: &WorkState| self.states.contains(other) && *other != state;
                    let is_chosen = |other: &WorkState| others(other) || (*other == state && is_on);
                    self.states = WorkState::ALL.into_iter().filter(is_chosen).collect();
                }
            }
        });
        if format.has_parts() {
            self.split_ui(ui, actions);
        }
    }

    fn split_ui(&mut self, ui: &mut Ui, actions: &mut Actions) {
        ui.horizontal(|ui| {
            ui.checkbox(&mut self.is_split, texts::split()).on_hover_text(texts::split_tooltip());
            ui.add_enabled_ui(self.is_split, |ui| {
                for (part, share) in Part::ALL.into_iter().zip(&mut self.shares) {
                    let label = ui.label(part.key());
                    ui.add(number_field(share).range(0..=100)).labelled_by(label.id);
                }
                let label = ui.label(texts::seed());
                ui.add(number_field(&mut self.seed)).labelled_by(label.id);
                self.list_ui(ui, actions);
            });
        });
    }

    fn list_ui(&mut self, ui: &mut Ui, actions: &mut Actions) {
        if ui.button(texts::split_list()).on_hover_text(texts::split_list_tooltip()).clicked() {
            actions.push(Action::ChooseSplitList);
        }
        let name = self.list.as_ref().and_then(|(file, _)| file.file_name());
        if let Some(name) = name.map(|name| name.to_string_lossy().into_owned())
            && ui.button(texts::without_list(&name)).clicked()
        {
            self.list = None;
        }
    }
}

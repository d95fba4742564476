//! The end of the window: what could not be saved is not dropped without a question.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use egui::{Id, RichText};

use super::actions::{Action, Actions};

/// How far closing the window is.
#[derive(Debug, Default)]
pub(super) struct Closing {
    /// Somebody who cannot be asked ends the program.
    end: Arc<AtomicBool>,
    /// The photos whose work could not be saved, and why, while the user is asked about them.
    unsaved: Vec<(String, String)>,
    /// Nothing more is to be asked.
    certain: bool,
}

impl Closing {
    pub fn new(end: Arc<AtomicBool>) -> Self {
        Self { end, ..Self::default() }
    }

    /// Whether the program is to end without a question.
    pub fn must_end(&self) -> bool {
        self.end.load(Ordering::Relaxed)
    }

    /// Whether the window closes now, come what may.
    pub fn is_certain(&self) -> bool {
        self.certain
    }

    pub fn be_certain(&mut self) {
        *self = Self { certain: true, ..Self::new(self.end.clone()) };
    }

    /// Asks what to do with work that could not be saved.
    pub fn ask(&mut self, unsaved: Vec<(String, String)>) {
        self.unsaved = unsaved;
    }

    pub fn stay(&mut self) {
        self.unsaved.clear();
    }

    pub fn is_asking(&self) -> bool {
        !self.unsaved.is_empty()
    }

    /// Asks, if there is something to ask.
    pub fn ui(&self, ctx: &egui::Context, actions: &mut Actions) {
        if self.unsaved.is_empty() {
            return;
        }
        let modal = egui::Modal::new(Id::unique("closing question")).show(ctx, |ui| {
            ui.set_width(460.0);
            ui.heading("Work that could not be saved");
            for (photo, why) in &self.unsaved {
                ui.label(RichText::new(photo).strong());
                ui.label(why);
            }
            ui.label("Save it in another folder (File > Import masks… reads it again), or make room and close again.");
            ui.horizontal(|ui| {
                if ui.button("Save elsewhere…").clicked() {
                    actions.push(Action::ChooseSavingFolder);
                }
                if ui.button("Keep the window open").clicked() {
                    actions.push(Action::StayOpen);
                }
                if ui.button("Discard and close").clicked() {
                    actions.push(Action::DiscardAndClose);
                }
            });
        });
        if modal.should_close() {
            actions.push(Action::StayOpen);
        }
    }
}

//! The end of the window: what could not be saved is not dropped without a question.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use egui::{Context, Id, RichText, ViewportCommand};

use super::actions::{Action, Actions};
use super::shell::Tinsel;
use super::texts::exit as texts;

/// How far closing the window is.
#[derive(Debug, Default)]
pub(super) struct Closing {
    /// Somebody who cannot be asked ends the program.
    end: Arc<AtomicBool>,
    /// The photos and folders whose work could not be saved, and why, while the user is asked about them.
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

    pub fn confirm(&mut self) {
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
    pub fn ui(&self, ctx: &Context, actions: &mut Actions) {
        if self.unsaved.is_empty() {
            return;
        }
        let modal = egui::Modal::new(Id::unique("closing question")).show(ctx, |ui| {
            ui.set_width(460.0);
            ui.heading(texts::title());
            for (photo, why) in &self.unsaved {
                ui.label(RichText::new(photo).strong());
                ui.label(why);
            }
            ui.label(texts::ways_out());
            ui.horizontal(|ui| {
                if ui.button(texts::save_elsewhere()).clicked() {
                    actions.push(Action::ChooseSavingFolder);
                }
                if ui.button(texts::keep_open()).clicked() {
                    actions.push(Action::StayOpen);
                }
                if ui.button(texts::discard()).clicked() {
                    actions.push(Action::DiscardAndClose);
                }
            });
        });
        if modal.should_close() {
            actions.push(Action::StayOpen);
        }
    }
}

impl Tinsel {
    /// Saves everything when the window is to be closed, and keeps it open where that fails.
    pub(super) fn follow_closing(&mut self, ctx: &Context) {
        let is_requested = ctx.input(|input| input.viewport().close_requested());
        if self.closing.is_certain() {
            return;
        }
        if self.closing.must_end() {
            self.save_all();
            self.sessions.flush();
            self.projects.flush();
            self.close(ctx);
        } else if is_requested && !self.saves_all() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        }
    }

    /// Closes the window for certain.
    pub(super) fn close(&mut self, ctx: &Context) {
        self.closing.confirm();
        ctx.send_viewport_cmd(ViewportCommand::Close);
    }

    /// Saves what could not be saved in a folder that the user has chosen, and closes the window.
    pub(super) fn save_unsaved_in(&mut self, folder: &Path) {
        self.sessions.save_elsewhere(folder);
        self.projects.save_elsewhere(folder);
        if self.saves_all() {
            self.close(&self.tasks.ctx().clone());
        }
    }

    /// Saves everything and waits for it; asks what to do if that fails.
    fn saves_all(&mut self) -> bool {
        self.save_all();
        self.sessions.flush();
        let unsaved = [self.sessions.unsaved(), self.projects.flush()].concat();
        self.closing.ask(unsaved);
        !self.closing.is_asking()
    }
}

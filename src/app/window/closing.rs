//! Closing the window, by the user or by the system.

use std::path::Path;

use egui::{Context, ViewportCommand};

use super::Tinsel;

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
            self.close(ctx);
        } else if is_requested && !self.saves_all() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        }
    }

    /// Closes the window for certain.
    pub(super) fn close(&mut self, ctx: &Context) {
        self.closing.be_certain();
        ctx.send_viewport_cmd(ViewportCommand::Close);
    }

    /// Saves what could not be saved in a folder that the user has chosen, and closes the window.
    pub(super) fn save_unsaved_in(&mut self, folder: &Path) {
        self.sessions.save_elsewhere(folder);
        if self.saves_all() {
            self.close(&self.background.ctx().clone());
        }
    }

    /// Saves everything and waits for it; asks what to do if that fails.
    fn saves_all(&mut self) -> bool {
        self.save_all();
        self.sessions.flush();
        self.closing.ask(self.sessions.unsaved());
        !self.closing.is_asking()
    }
}

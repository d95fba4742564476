//! When the work was saved.

use std::time::SystemTime;

use egui::Context;

use crate::app::tasks::Clock;
use crate::files::session::Autosave;

/// What the status bar says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum SaveState {
    /// Hour and minute, as soon as the time zone is known.
    Saved(Option<(u8, u8)>),
    Failed,
}

#[derive(Default)]
pub(in crate::app) struct LastSave {
    saved: Option<SystemTime>,
    has_failed: bool,
    clock: Clock,
}

impl LastSave {
    /// Takes in how saves have ended; returns what the user has to know. Call it in every frame.
    pub fn receive(&mut self, sessions: &mut Autosave, ctx: &Context) -> Vec<String> {
        self.clock.follow(ctx);
        let was_saving = sessions.is_saving();
        let warnings = sessions.receive();
        if was_saving && !sessions.is_saving() {
            self.has_failed = !sessions.unsaved().is_empty();
            self.saved = Some(SystemTime::now()).filter(|_| !self.has_failed).or(self.saved);
        }
        warnings
    }

    /// `None` until something was saved.
    pub fn state(&self) -> Option<SaveState> {
        if self.has_failed {
            return Some(SaveState::Failed);
        }
        self.saved.map(|time| SaveState::Saved(self.clock.time_of_day(time)))
    }
}

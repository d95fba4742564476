//! Undo and redo between whole states.

use std::sync::atomic::{AtomicU64, Ordering};

/// When a change was made, so that the newest of several histories can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

impl Moment {
    /// Later than all moments before.
    pub fn now() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed))
    }
}

/// A state, and the change that replaced it.
#[derive(Debug)]
struct Step<S> {
    label: String,
    moment: Moment,
    state: S,
}

/// Previous states, each with the label of the change that replaced it.
#[derive(Debug)]
pub(super) struct History<S> {
    undo: Vec<Step<S>>,
    redo: Vec<Step<S>>,
}

impl<S> Default for History<S> {
    fn default() -> Self {
        Self { undo: vec![], redo: vec![] }
    }
}

impl<S> History<S> {
    /// Stores the state before a change. Undone changes can no longer be redone.
    pub fn push(&mut self, label: String, before: S) {
        self.undo.push(Step { label, moment: Moment::now(), state: before });
        self.redo.clear();
    }

    pub fn undo_label(&self) -> Option<&str> {
        self.undo.last().map(|step| step.label.as_str())
    }

    pub fn redo_label(&self) -> Option<&str> {
        self.redo.last().map(|step| step.label.as_str())
    }

    pub fn undo_moment(&self) -> Option<Moment> {
        self.undo.last().map(|step| step.moment)
    }

    pub fn redo_moment(&self) -> Option<Moment> {
        self.redo.last().map(|step| step.moment)
    }

    pub fn undo(&mut self, current: &mut S) -> bool {
        Self::step(&mut self.undo, &mut self.redo, current)
    }

    pub fn redo(&mut self, current: &mut S) -> bool {
        Self::step(&mut self.redo, &mut self.undo, current)
    }

    fn step(from: &mut Vec<Step<S>>, to: &mut Vec<Step<S>>, current: &mut S) -> bool {
        let Some(Step { label, moment, state }) = from.pop() else { return false };
        to.push(Step { label, moment, state: std::mem::replace(current, state) });
        true
    }
}

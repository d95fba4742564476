//! Undo and redo between whole states, within limits of steps and memory.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Label;

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

/// A state whose memory can be estimated. States share most of their content.
pub(super) trait Footprint {
    /// The memory that this state takes in addition to another one, in bytes.
    fn bytes_beyond(&self, other: &Self) -> usize;
}

/// How much is kept. The last step is kept whatever its size.
#[derive(Debug, Clone, Copy)]
struct Limits {
    steps: usize,
    bytes: usize,
}

const LIMITS: Limits = Limits { steps: 1000, bytes: 256 << 20 };

/// A previous or undone state.
#[derive(Debug)]
struct Step<S> {
    /// The change between this state and the next one towards the present.
    label: Label,
    moment: Moment,
    state: S,
    /// The memory that it takes in addition to that next state.
    bytes: usize,
}

/// Previous states, each with the label of the change that replaced it; the oldest are dropped when they take
/// too much memory.
#[derive(Debug)]
pub(super) struct History<S> {
    undo: VecDeque<Step<S>>,
    redo: VecDeque<Step<S>>,
    limits: Limits,
}

impl<S> Default for History<S> {
    fn default() -> Self {
        Self { undo: VecDeque::new(), redo: VecDeque::new(), limits: LIMITS }
    }
}

impl<S: Footprint> History<S> {
    /// Stores the state before a change to `after`. Undone changes can no longer be redone.
    pub fn push(&mut self, label: Label, before: S, after: &S) {
        self.redo.clear();
        let bytes = before.bytes_beyond(after);
        self.undo.push_back(Step { label, moment: Moment::now(), state: before, bytes });
        while self.undo.len() > 1 && (self.undo.len() > self.limits.steps || self.bytes() > self.limits.bytes)
        {
            self.undo.pop_front();
        }
    }

    /// All states, previous and undone, for changes that are no step.
    pub fn states_mut(&mut self) -> impl Iterator<Item = &mut S> {
        self.undo.iter_mut().chain(&mut self.redo).map(|step| &mut step.state)
    }

    pub fn undo_label(&self) -> Option<&Label> {
        self.undo.back().map(|step| &step.label)
    }

    pub fn redo_label(&self) -> Option<&Label> {
        self.redo.back().map(|step| &step.label)
    }

    pub fn undo_moment(&self) -> Option<Moment> {
        self.undo.back().map(|step| step.moment)
    }

    pub fn redo_moment(&self) -> Option<Moment> {
        self.redo.back().map(|step| step.moment)
    }

    pub fn undo(&mut self, current: &mut S) -> bool {
        Self::step(&mut self.undo, &mut self.redo, current)
    }

    pub fn redo(&mut self, current: &mut S) -> bool {
        Self::step(&mut self.redo, &mut self.undo, current)
    }

    /// The estimated memory of all steps in addition to the current state, in bytes.
    pub fn bytes(&self) -> usize {
        self.undo.iter().chain(&self.redo).map(|step| step.bytes).sum()
    }

    fn step(from: &mut VecDeque<Step<S>>, to: &mut VecDeque<Step<S>>, current: &mut S) -> bool {
        let Some(Step { label, moment, state, .. }) = from.pop_back() else { return false };
        let left = std::mem::replace(current, state);
        let bytes = left.bytes_beyond(current);
        to.push_back(Step { label, moment, state: left, bytes });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A state of one number, which takes as many bytes unless the other state has the same.
    impl Footprint for usize {
        fn bytes_beyond(&self, other: &Self) -> usize {
            if self == other { 0 } else { *self }
        }
    }

    fn changed(history: &mut History<usize>, states: impl IntoIterator<Item = usize>) -> usize {
        let mut current = 0;
        for state in states {
            history.push(Label::AddMasks(state), current, &state);
            current = state;
        }
        current
    }

    fn undone(history: &mut History<usize>, mut current: usize) -> Vec<usize> {
        std::iter::from_fn(|| history.undo(&mut current).then_some(current)).collect()
    }

    #[test]
    fn the_oldest_steps_are_dropped_when_there_are_too_many() {
        let mut history = History { limits: Limits { steps: 3, bytes: 1000 }, ..History::default() };
        let current = changed(&mut history, 1..=10);
        assert_eq!(history.undo_label(), Some(&Label::AddMasks(10)));
        assert_eq!(undone(&mut history, current), [9, 8, 7]);
        assert_eq!(history.redo_label(), Some(&Label::AddMasks(8)));
    }

    #[test]
    fn the_oldest_steps_are_dropped_when_they_take_too_much_memory() {
        let mut history = History { limits: Limits { steps: 100, bytes: 50 }, ..History::default() };
        let current = changed(&mut history, [10, 20, 20, 15, 15, 1]);
        assert_eq!(history.bytes(), 20 + 15 + 10, "states that share their content count once");
        assert_eq!(undone(&mut history, current), [15, 15, 20, 20, 10, 0]);

        let current = changed(&mut history, [40, 500, 2]);
        assert_eq!(undone(&mut history, current), [500], "the last step is kept");
        assert_eq!(history.bytes(), 2);
    }
}

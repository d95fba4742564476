//! Changes over many frames at once: each is one step of undo, and reaches frames that are not in the window through
//! their sessions.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use crate::document::{Moment, TrackChange, TrackEdit};

/// Steps that can be undone.
const STEPS: usize = 100;
/// Interval between attempts to save after a failure.
const RETRY: Duration = Duration::from_secs(20);

/// Names a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::app) struct StepId(u64);

/// A change over many frames.
#[derive(Debug, Clone)]
pub(in crate::app) struct SequenceStep {
    pub id: StepId,
    pub label: String,
    pub moment: Moment,
    /// What it has changed, by frame.
    pub changes: BTreeMap<usize, Vec<TrackChange>>,
}

/// Steps, done and undone.
#[derive(Default)]
pub(in crate::app) struct Steps {
    done: VecDeque<SequenceStep>,
    undone: Vec<SequenceStep>,
    last: u64,
}

impl Steps {
    /// Begins a step. Undone ones can no longer be redone.
    pub fn begin(&mut self, label: String) -> StepId {
        self.last += 1;
        let id = StepId(self.last);
        self.undone.clear();
        self.done.push_back(SequenceStep { id, label, moment: Moment::now(), changes: BTreeMap::new() });
        if self.done.len() > STEPS {
            self.done.pop_front();
        }
        id
    }

    /// Notes what a step has changed on a frame.
    pub fn note(&mut self, id: StepId, frame: usize, changes: Vec<TrackChange>) {
        if let Some(step) = self.done.iter_mut().rfind(|step| step.id == id)
            && !changes.is_empty()
        {
            step.changes.entry(frame).or_default().extend(changes);
        }
    }

    /// Drops steps that have changed nothing, once nothing is under way.
    pub fn drop_empty(&mut self) {
        self.done.retain(|step| !step.changes.is_empty());
    }

    pub fn next_undo(&self) -> Option<&SequenceStep> {
        self.done.back()
    }

    pub fn next_redo(&self) -> Option<&SequenceStep> {
        self.undone.last()
    }

    /// The edits that take the last step back.
    pub fn undo(&mut self) -> Vec<(usize, TrackEdit)> {
        let Some(step) = self.done.pop_back() else { return vec![] };
        let edits =
            step.changes.iter().map(|(frame, made)| (*frame, TrackEdit::Undo(made.clone()))).collect();
        self.undone.push(step);
        edits
    }

    /// The edits that make the last undone step again.
    pub fn redo(&mut self) -> Vec<(usize, TrackEdit)> {
        let Some(step) = self.undone.pop() else { return vec![] };
        let edits =
            step.changes.iter().map(|(frame, made)| (*frame, TrackEdit::Redo(made.clone()))).collect();
        self.done.push_back(step);
        edits
    }
}

/// An edit of a frame, and the step that it belongs to; none for undo and redo.
pub(in crate::app) type StepEdit = (Option<StepId>, TrackEdit);

/// Edits of frames that are on their way into sessions.
#[derive(Default)]
pub(in crate::app) struct Waiting {
    edits: BTreeMap<usize, Vec<StepEdit>>,
    saving: Option<Saving>,
    retry: Option<Instant>,
}

/// Frames whose sessions are being written. The receiver ends with that.
pub(in crate::app) struct Saving {
    pub frames: Vec<usize>,
    /// Whether a step has yet to learn what it has changed.
    pub is_step: bool,
    pub end: Receiver<()>,
}

impl Waiting {
    pub fn add(&mut self, frame: usize, edit: StepEdit) {
        self.edits.entry(frame).or_default().push(edit);
    }

    /// Puts edits back that could not be saved, before those that have come since.
    pub fn put_back(&mut self, frame: usize, mut edits: Vec<StepEdit>) {
        let later = self.edits.remove(&frame).unwrap_or_default();
        edits.extend(later);
        self.edits.insert(frame, edits);
        self.retry = Some(Instant::now() + RETRY);
    }

    /// The frames with edits.
    pub fn frames(&self) -> Vec<usize> {
        self.edits.keys().copied().collect()
    }

    /// Takes the edits of a frame.
    pub fn take(&mut self, frame: usize) -> Vec<StepEdit> {
        self.edits.remove(&frame).unwrap_or_default()
    }

    /// Whether edits may be written now.
    pub fn can_save(&self) -> bool {
        self.saving.is_none() && self.retry.is_none_or(|retry| retry <= Instant::now())
    }

    pub fn save(&mut self, saving: Saving) {
        (self.saving, self.retry) = (Some(saving), None);
    }

    pub fn saved(&mut self) {
        self.saving = None;
    }

    /// What to wait for before the session of a frame is read.
    pub fn saving_of(&self, frame: usize) -> Option<Receiver<()>> {
        let saving = self.saving.as_ref().filter(|saving| saving.frames.contains(&frame))?;
        Some(saving.end.clone())
    }

    /// Ends when the sessions are written that are being written now.
    pub fn end_of_saving(&self) -> Option<Receiver<()>> {
        self.saving.as_ref().map(|saving| saving.end.clone())
    }

    /// Whether all steps know what they have changed, so that they can be undone.
    pub fn is_recorded(&self) -> bool {
        let waits = self.edits.values().flatten().any(|(step, _)| step.is_some());
        !waits && self.saving.as_ref().is_none_or(|saving| !saving.is_step)
    }

    /// Whether everything is written.
    pub fn is_settled(&self) -> bool {
        self.edits.is_empty() && self.saving.is_none()
    }
}

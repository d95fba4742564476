//! Undo and redo between whole states.

/// Previous states, each with the label of the change that replaced it.
#[derive(Debug)]
pub(super) struct History<S> {
    undo: Vec<(String, S)>,
    redo: Vec<(String, S)>,
}

impl<S> Default for History<S> {
    fn default() -> Self {
        Self { undo: vec![], redo: vec![] }
    }
}

impl<S> History<S> {
    /// Stores the state before a change. Undone changes can no longer be redone.
    pub fn push(&mut self, label: String, before: S) {
        self.undo.push((label, before));
        self.redo.clear();
    }

    pub fn undo_label(&self) -> Option<&str> {
        self.undo.last().map(|(label, _)| label.as_str())
    }

    pub fn redo_label(&self) -> Option<&str> {
        self.redo.last().map(|(label, _)| label.as_str())
    }

    pub fn undo(&mut self, current: &mut S) -> bool {
        Self::step(&mut self.undo, &mut self.redo, current)
    }

    pub fn redo(&mut self, current: &mut S) -> bool {
        Self::step(&mut self.redo, &mut self.undo, current)
    }

    fn step(from: &mut Vec<(String, S)>, to: &mut Vec<(String, S)>, current: &mut S) -> bool {
        let Some((label, state)) = from.pop() else { return false };
        to.push((label, std::mem::replace(current, state)));
        true
    }
}

//! Undo and redo over the changes of the photo's masks and of its folder: the newest of both goes first.

use super::shell::Tinsel;
use super::texts::review;

impl Tinsel {
    /// What undo would revert: the newest change of the photo's masks or of its folder.
    pub(super) fn undo_label(&self) -> Option<&str> {
        if self.can_undo_review() {
            return Some(review::UNDO);
        }
        match self.undoes_project() {
            true => self.projects.current()?.next_undo().map(|(label, _)| label),
            false => self.document().undo_label(),
        }
    }

    /// What redo would restore.
    pub(super) fn redo_label(&self) -> Option<&str> {
        match self.redoes_project() {
            true => self.projects.current()?.next_redo().map(|(label, _)| label),
            false if self.redoes_document() => self.document().redo_label(),
            false => None,
        }
    }

    fn undoes_project(&self) -> bool {
        let project = self.projects.current().and_then(|project| project.next_undo());
        project.map(|(_, moment)| moment) > self.document().undo_moment()
    }

    /// Nothing is restored that was made before a change that still stands.
    fn redoes_project(&self) -> bool {
        let Some(project) = self.projects.current() else { return false };
        let Some((_, moment)) = project.next_redo() else { return false };
        let document = self.document();
        document.undo_moment().is_none_or(|other| other < moment)
            && document.redo_moment().is_none_or(|other| moment < other)
    }

    fn redoes_document(&self) -> bool {
        let project = self.projects.current().and_then(|project| project.next_undo());
        let last = project.map(|(_, moment)| moment);
        self.document().redo_moment().is_some_and(|moment| last.is_none_or(|other| other < moment))
    }

    pub(super) fn undo(&mut self) {
        if self.can_undo_review() {
            self.undo_review();
        } else if self.undoes_project() {
            self.projects.project().undo();
        } else if self.workspace.document.undo() {
            self.everything.follow(&self.workspace.document);
        }
    }

    pub(super) fn redo(&mut self) {
        if self.redoes_project() {
            self.projects.project().redo();
        } else if self.redoes_document() && self.workspace.document.redo() {
            self.everything.follow(&self.workspace.document);
        }
    }
}

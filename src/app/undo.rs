//! Undo and redo over the changes of the photo's masks, of its folder, and of the objects of a sequence: the newest of
//! all goes first.

use super::shell::Tinsel;
use super::texts::{review, sequence as texts, undo};
use crate::document::Moment;
use crate::files::project::ProjectLabel;

/// What has a history of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Photo,
    Folder,
    Sequence,
}

impl Source {
    const ALL: [Self; 3] = [Self::Photo, Self::Folder, Self::Sequence];
}

fn of_project((label, moment): (&ProjectLabel, Moment)) -> (String, Moment) {
    (undo::of_project(label), moment)
}

impl Tinsel {
    /// What undo would revert: the newest change.
    pub(super) fn undo_label(&self) -> Option<String> {
        if self.can_undo_review() {
            return Some(review::undo().to_owned());
        }
        if self.sequence.is_following() {
            return Some(texts::step().to_owned());
        }
        Some(self.next_undo(self.newest()?)?.0)
    }

    /// What redo would restore.
    pub(super) fn redo_label(&self) -> Option<String> {
        Some(self.next_redo(self.oldest_undone()?)?.0)
    }

    fn next_undo(&self, source: Source) -> Option<(String, Moment)> {
        match source {
            Source::Photo => {
                self.document().undo_label().map(undo::of_document).zip(self.document().undo_moment())
            }
            Source::Folder => self.projects.current()?.next_undo().map(of_project),
            Source::Sequence => {
                let timeline = self.sequence.open.as_ref()?;
                timeline.steps.next_undo().map(|step| (step.label.clone(), step.moment))
            }
        }
    }

    fn next_redo(&self, source: Source) -> Option<(String, Moment)> {
        match source {
            Source::Photo => {
                self.document().redo_label().map(undo::of_document).zip(self.document().redo_moment())
            }
            Source::Folder => self.projects.current()?.next_redo().map(of_project),
            Source::Sequence => {
                let timeline = self.sequence.open.as_ref()?;
                timeline.steps.next_redo().map(|step| (step.label.clone(), step.moment))
            }
        }
    }

    /// Where the newest change was made.
    fn newest(&self) -> Option<Source> {
        let moments = Source::ALL.into_iter().filter_map(|source| Some((self.next_undo(source)?.1, source)));
        moments.max_by_key(|(moment, _)| *moment).map(|(_, source)| source)
    }

    /// Where the oldest of the changes was made that can be made again. Nothing is restored that was made before a
    /// change that still stands.
    fn oldest_undone(&self) -> Option<Source> {
        let stands = |moment: Moment, source: Source| {
            let others = Source::ALL.into_iter().filter(|other| *other != source);
            others.filter_map(|other| self.next_undo(other)).all(|(_, other)| other < moment)
        };
        let undone = Source::ALL.into_iter().filter_map(|source| Some((self.next_redo(source)?.1, source)));
        let undone = undone.filter(|(moment, source)| stands(*moment, *source));
        undone.min_by_key(|(moment, _)| *moment).map(|(_, source)| source)
    }

    pub(super) fn undo(&mut self) {
        if self.can_undo_review() {
            return self.undo_review();
        }
        if self.sequence.is_following() {
            self.stop_following();
            return self.messages.news(texts::stopped_by_undo());
        }
        match self.newest() {
            Some(Source::Folder) => self.projects.project().undo(),
            Some(Source::Sequence) => self.undo_sequence(),
            Some(Source::Photo) if self.workspace.document.undo() => {
                self.everything.follow(&self.workspace.document);
            }
            _ => {}
        }
    }

    pub(super) fn redo(&mut self) {
        match self.oldest_undone() {
            Some(Source::Folder) => self.projects.project().redo(),
            Some(Source::Sequence) => self.redo_sequence(),
            Some(Source::Photo) if self.workspace.document.redo() => {
                self.everything.follow(&self.workspace.document);
            }
            _ => {}
        }
    }
}

//! Changes of objects over many frames at once, and their undo.

use std::collections::BTreeSet;

use crate::app::shell::Tinsel;
use crate::app::state::StepEdit;
use crate::app::texts::sequence as texts;
use crate::colour::mask_colour;
use crate::document::{Document, Edit, Looks, MaskId, OnFrame, Presence, TrackEdit};
use crate::track::TrackId;

impl Tinsel {
    /// Changes objects on these frames, as one step of undo.
    fn change_tracks(&mut self, label: String, frames: BTreeSet<usize>, edit: &TrackEdit) {
        self.change_frames(label, frames.into_iter().map(|frame| (frame, edit.clone())).collect());
    }

    fn change_frames(&mut self, label: String, edits: Vec<(usize, TrackEdit)>) {
        if self.sequence.is_following() {
            return self.messages.news(texts::running());
        }
        let Some(timeline) = &mut self.sequence.open else { return };
        let step = timeline.steps.begin(label);
        edits.into_iter().for_each(|(frame, edit)| timeline.waiting.add(frame, (Some(step), edit)));
        self.spread_edits();
    }

    /// The frames on which any of the objects is as wanted.
    fn frames_with(
        &self,
        tracks: &BTreeSet<TrackId>,
        is_wanted: impl Fn(usize, &Presence) -> bool,
    ) -> BTreeSet<usize> {
        let timeline = self.sequence.open.as_ref();
        timeline.map(|timeline| timeline.lanes.frames_with(tracks, is_wanted)).unwrap_or_default()
    }

    /// Removes what was followed of the selected objects, or of all, from the open frame on.
    pub(in crate::app) fn clear_from_here(&mut self) {
        let Some(first) = self.frame() else { return };
        let tracks = self.tracks_at_work();
        let frames = self.frames_with(&tracks, |frame, _| frame >= first);
        self.change_tracks(texts::clear().to_owned(), frames, &TrackEdit::Clear(tracks));
    }

    /// Removes an object from all frames.
    pub(in crate::app) fn delete_tracks(&mut self, tracks: BTreeSet<TrackId>) {
        let frames = self.frames_with(&tracks, |_, _| true);
        self.change_tracks(texts::deleted(tracks.len()), frames, &TrackEdit::Delete(tracks));
    }

    /// Makes one object of two.
    pub(in crate::app) fn merge_tracks(&mut self, from: TrackId, to: TrackId) {
        let frames = self.frames_with(&[from].into(), |_, _| true);
        let looks = self.looks_of(to);
        let edits = [TrackEdit::Renumber { from, to }, TrackEdit::Describe(to, looks)];
        let edits = frames.into_iter().flat_map(|frame| edits.clone().map(|edit| (frame, edit)));
        self.change_frames(texts::merge().to_owned(), edits.collect());
    }

    /// Makes an object of its own of what is there of another from the open frame on, where the other one ends.
    pub(in crate::app) fn split_track(&mut self, from: TrackId) {
        let Some(first) = self.frame() else { return };
        let frames = self.frames_with(&[from].into(), |frame, _| frame >= first);
        let looks = self.looks_of(from);
        let Some(timeline) = &mut self.sequence.open else { return };
        let to = timeline.lanes.new_id();
        let looks = Looks { name: texts::part(&looks.name), colour: mask_colour(to.into()), ..looks };
        let edits = [TrackEdit::Renumber { from, to }, TrackEdit::Describe(to, looks)];
        let mut all = vec![];
        for (place, frame) in frames.into_iter().enumerate() {
            all.extend(edits.clone().map(|edit| (frame, edit)));
            if place == 0 {
                let ends = OnFrame::Absent { is_prompted: true };
                all.push((frame, TrackEdit::Put(vec![(from, Some(ends))])));
                all.push((frame, TrackEdit::Confirm(to)));
            }
        }
        self.change_frames(texts::split().to_owned(), all);
    }

    fn looks_of(&self, track: TrackId) -> Looks {
        let lane = self.sequence.open.as_ref().and_then(|timeline| timeline.lanes.get(track));
        lane.map(|lane| lane.looks.clone()).unwrap_or_default()
    }

    /// Gives an object another name on all frames.
    pub(in crate::app) fn rename_track(&mut self, track: TrackId, name: String) {
        let frames = self.frames_with(&[track].into(), |_, _| true);
        self.change_tracks(texts::rename().to_owned(), frames, &TrackEdit::Rename(track, name));
    }

    /// Edits masks. What is said about an object of a sequence holds for all frames.
    pub(in crate::app) fn edit(&mut self, edit: Edit) {
        let track_of =
            |document: &Document, id: MaskId| Some(document.mask(id)?.annotation.track.as_ref()?.track);
        let document = &self.workspace.document;
        match edit {
            Edit::Rename(id, name) if self.sequence.open.is_some() && track_of(document, id).is_some() => {
                track_of(document, id).into_iter().for_each(|track| self.rename_track(track, name.clone()));
            }
            Edit::SetClass(ids, class) if self.sequence.open.is_some() => {
                let name = class.and_then(|class| document.classes().get(class)).map(|c| c.name.clone());
                let (tracked, plain): (Vec<MaskId>, Vec<MaskId>) =
                    ids.into_iter().partition(|id| track_of(document, *id).is_some());
                let tracks: BTreeSet<TrackId> =
                    tracked.into_iter().filter_map(|id| track_of(document, id)).collect();
                if !plain.is_empty() {
                    self.workspace.document.apply(Edit::SetClass(plain, class));
                }
                for track in tracks {
                    let frames = self.frames_with(&[track].into(), |_, _| true);
                    let edit = TrackEdit::Classify(track, name.clone());
                    self.change_tracks(texts::classify().to_owned(), frames, &edit);
                }
            }
            edit => self.workspace.document.apply(edit),
        }
    }

    /// Copies the selected masks to the next frame, as if a person had drawn them there, and goes there.
    pub(in crate::app) fn copy_to_next_frame(&mut self) {
        let selected: Vec<MaskId> = self.selected().map(|item| item.id).collect();
        self.track_masks();
        let Some(next) = self.neighbour(1) else { return };
        let document = &self.workspace.document;
        let place = |id: &MaskId| {
            let mut annotation = document.annotation(document.mask(*id)?);
            let mark = annotation.track.as_mut()?;
            mark.correct();
            Some((mark.track, Some(OnFrame::Visible(annotation))))
        };
        let places: Vec<_> = selected.iter().filter_map(place).collect();
        if !places.is_empty() {
            self.change_tracks(texts::copy().to_owned(), [next].into(), &TrackEdit::Put(places));
            self.open_photo(next);
        }
    }

    /// Says that the selected objects, or the chosen one, are not on the open frame.
    pub(in crate::app) fn mark_absent(&mut self) {
        for track in self.tracks_in_hand() {
            self.workspace.document.apply(Edit::MarkAbsent(track));
        }
    }

    /// The objects that are selected or chosen, or all.
    fn tracks_at_work(&self) -> BTreeSet<TrackId> {
        let in_hand = self.tracks_in_hand();
        if !in_hand.is_empty() {
            return in_hand;
        }
        self.sequence.open.as_ref().map(|timeline| timeline.lanes.ids()).unwrap_or_default()
    }

    /// Puts edits of undo or redo on their way.
    fn make(&mut self, edits: Vec<(usize, TrackEdit)>) {
        if let Some(timeline) = &mut self.sequence.open {
            edits.into_iter().for_each(|(frame, edit)| timeline.waiting.add(frame, (None, edit) as StepEdit));
        }
        self.spread_edits();
    }

    /// Whether undo and redo of the sequence have to wait until its last change is saved.
    fn waits_for_saving(&self) -> bool {
        self.sequence.open.as_ref().is_some_and(|timeline| !timeline.waiting.is_recorded())
    }

    pub(in crate::app) fn undo_sequence(&mut self) {
        if self.waits_for_saving() {
            return self.messages.news(texts::still_saving());
        }
        let edits = self.sequence.open.as_mut().map(|timeline| timeline.steps.undo());
        self.make(edits.unwrap_or_default());
    }

    pub(in crate::app) fn redo_sequence(&mut self) {
        if self.waits_for_saving() {
            return self.messages.news(texts::still_saving());
        }
        let edits = self.sequence.open.as_mut().map(|timeline| timeline.steps.redo());
        self.make(edits.unwrap_or_default());
    }
}

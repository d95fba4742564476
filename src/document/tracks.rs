//! The objects of a sequence on its frames. What runs, and commands about whole tracks, do to the frames is beside
//! their histories: it is undone over all frames at once.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::edit::{new_item, track_of};
use super::{Document, MaskId, MaskItem, State};
use crate::annotation::Annotation;
use crate::colour::Colour;
use crate::document::ClassId;
use crate::track::{Doubt, TrackId, TrackMark};

/// An object of a sequence on a frame.
#[derive(Debug, Clone, PartialEq)]
pub enum OnFrame<Class = String> {
    /// Its mask, with a mark that names the track.
    Visible(Annotation<Class>),
    /// It is not there, as a person or a network has said.
    Absent { is_prompted: bool },
}

impl<Class> OnFrame<Class> {
    /// Whether a person has said so.
    pub fn is_prompted(&self) -> bool {
        match self {
            Self::Visible(annotation) => annotation.track.as_ref().is_some_and(|mark| mark.is_prompted),
            Self::Absent { is_prompted } => *is_prompted,
        }
    }
}

/// A change of the objects of a sequence on one frame.
#[derive(Debug, Clone, PartialEq)]
pub enum TrackEdit {
    /// Puts objects where they were followed to, unless a person has said where they are.
    Follow(Vec<(TrackId, OnFrame)>),
    /// Puts objects where a person says they are, or removes them from the frame.
    Put(Vec<(TrackId, Option<OnFrame>)>),
    /// Removes what was followed of these objects.
    Clear(BTreeSet<TrackId>),
    /// Removes the objects.
    Delete(BTreeSet<TrackId>),
    /// Makes one track of two, or two of one: what is there of the first becomes the second. Where both are, the
    /// second stays, unless it is not prompted and either the first is or the second is not visible.
    Renumber { from: TrackId, to: TrackId },
    /// Gives an object another name.
    Rename(TrackId, String),
    /// Gives an object another name, class and colour.
    Describe(TrackId, Looks),
    /// Says that an object is where it was followed to.
    Confirm(TrackId),
    /// Gives an object another class, or none.
    Classify(TrackId, Option<String>),
    /// Takes changes back, the last one first, where nothing has changed since.
    Undo(Vec<TrackChange>),
    /// Makes changes again, where nothing has changed since they were taken back.
    Redo(Vec<TrackChange>),
}

/// What has changed of an object on a frame; `None` if nothing is known.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackChange {
    pub track: TrackId,
    pub before: Option<OnFrame>,
    pub after: Option<OnFrame>,
}

impl TrackEdit {
    /// Whether all masks that it puts on a frame have this size.
    pub fn fits(&self, size: (u32, u32)) -> bool {
        self.places().into_iter().all(|place| match place {
            OnFrame::Visible(Annotation { mask, .. }) => (mask.width(), mask.height()) == size,
            OnFrame::Absent { .. } => true,
        })
    }

    /// The names of the classes that it needs.
    pub fn classes(&self) -> Vec<String> {
        match self {
            Self::Classify(_, class) | Self::Describe(_, Looks { class, .. }) => {
                class.iter().cloned().collect()
            }
            _ => {
                let classes = self.places().into_iter().filter_map(|place| match place {
                    OnFrame::Visible(annotation) => annotation.class.clone(),
                    OnFrame::Absent { .. } => None,
                });
                classes.collect()
            }
        }
    }

    /// What it puts on a frame.
    fn places(&self) -> Vec<&OnFrame> {
        match self {
            Self::Follow(places) => places.iter().map(|(_, place)| place).collect(),
            Self::Put(places) => places.iter().filter_map(|(_, place)| place.as_ref()).collect(),
            Self::Undo(changes) => changes.iter().filter_map(|change| change.before.as_ref()).collect(),
            Self::Redo(changes) => changes.iter().filter_map(|change| change.after.as_ref()).collect(),
            Self::Clear(_) | Self::Delete(_) | Self::Renumber { .. } => vec![],
            Self::Rename(..) | Self::Describe(..) | Self::Confirm(_) | Self::Classify(..) => vec![],
        }
    }
}

/// What a timeline shows of an object on a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    pub track: TrackId,
    pub presence: Presence,
    /// What its mask is called and looks like.
    pub looks: Option<Looks>,
}

/// Name, class and colour of a mask.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Looks {
    pub name: String,
    pub class: Option<String>,
    pub colour: Colour,
}

/// How an object came to be on a frame, or not to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// A person has said where it is.
    Prompted,
    /// It was followed there, with signs that its mask may be wrong.
    Followed(Vec<Doubt>),
    Absent {
        is_prompted: bool,
    },
}

impl Sighting {
    /// An object with a mask.
    pub fn visible(mark: TrackMark, looks: Looks) -> Self {
        let presence = if mark.is_prompted { Presence::Prompted } else { Presence::Followed(mark.doubts) };
        Self { track: mark.track, presence, looks: Some(looks) }
    }

    /// An object that is not on the frame.
    pub fn absent(track: TrackId, is_prompted: bool) -> Self {
        Self { track, presence: Presence::Absent { is_prompted }, looks: None }
    }
}

impl Document {
    /// The objects of a sequence on this frame.
    pub fn sightings(&self) -> Vec<Sighting> {
        let visible = self.masks().iter().filter_map(|item| {
            let Annotation { track, name, class, colour, .. } = self.annotation(item);
            let looks = Looks { name, class, colour: colour.unwrap_or_default() };
            Some(Sighting::visible(track?, looks))
        });
        visible.chain(self.absences().map(|(track, prompted)| Sighting::absent(track, prompted))).collect()
    }

    /// The objects that are not on this frame, and whether a person has said so.
    pub fn absences(&self) -> impl Iterator<Item = (TrackId, bool)> {
        self.state.absences.iter().map(|(track, is_prompted)| (*track, *is_prompted))
    }

    /// The mask of an object of a sequence.
    pub fn mask_of_track(&self, track: TrackId) -> Option<&Arc<MaskItem>> {
        self.masks().iter().find(|item| track_of(item) == Some(track))
    }

    /// What is known of an object on this frame.
    pub fn on_frame(&self, track: TrackId) -> Option<OnFrame> {
        let absence = || Some(OnFrame::Absent { is_prompted: *self.state.absences.get(&track)? });
        let mask = self.mask_of_track(track).map(|item| OnFrame::Visible(self.annotation(item)));
        mask.or_else(absence)
    }

    /// Changes the objects of a sequence on this frame, in the present state and in all that undo and redo lead to:
    /// it is no step. Masks keep their place in the list, and whether they are visible. Classes that the document
    /// does not have are none.
    pub fn change_tracks(&mut self, edit: &TrackEdit) -> Vec<TrackChange> {
        if let TrackEdit::Renumber { from, to } = *edit
            && self.on_frame(to).is_none()
        {
            return self.renumber(from, to);
        }
        let mut changes = vec![];
        for Change { track, place, over_prompted } in self.changes(edit) {
            let before = self.on_frame(track);
            if before == place || (before.as_ref().is_some_and(OnFrame::is_prompted) && !over_prompted) {
                continue;
            }
            let place = place.map(|place| self.with_class_id(place));
            let id = self.mask_of_track(track).map_or(MaskId(self.last_id + 1), |item| item.id);
            let states = self.history.states_mut().chain(std::iter::once(&mut self.state));
            states.for_each(|state| put(state, track, id, place.as_ref(), over_prompted));
            self.last_id = self.last_id.max(id.0);
            changes.push(TrackChange { track, before, after: self.on_frame(track) });
        }
        if !changes.is_empty() {
            self.revision += 1;
            self.follow_state();
        }
        changes
    }

    /// Gives an object a number that none has on this frame. Its mask stays the same, with its selection.
    fn renumber(&mut self, from: TrackId, to: TrackId) -> Vec<TrackChange> {
        let before = self.on_frame(from);
        if before.is_none() {
            return vec![];
        }
        let states = self.history.states_mut().chain(std::iter::once(&mut self.state));
        states.for_each(|state| {
            state.masks.iter_mut().filter(|item| track_of(item) == Some(from)).for_each(|item| {
                let mark = Arc::make_mut(item).annotation.track.as_mut();
                mark.into_iter().for_each(|mark| mark.track = to);
            });
            if let Some(is_prompted) = state.absences.remove(&from) {
                state.absences.insert(to, is_prompted);
            }
        });
        self.revision += 1;
        let after = self.on_frame(to);
        vec![TrackChange { track: from, before, after: None }, TrackChange { track: to, before: None, after }]
    }

    fn changes(&self, edit: &TrackEdit) -> Vec<Change> {
        let change = |track, place, over_prompted| Change { track, place, over_prompted };
        match edit {
            TrackEdit::Follow(places) => {
                places.iter().map(|(track, place)| change(*track, Some(place.clone()), false)).collect()
            }
            TrackEdit::Put(places) => {
                places.iter().map(|(track, place)| change(*track, place.clone(), true)).collect()
            }
            TrackEdit::Clear(tracks) => tracks.iter().map(|track| change(*track, None, false)).collect(),
            TrackEdit::Delete(tracks) => tracks.iter().map(|track| change(*track, None, true)).collect(),
            TrackEdit::Renumber { from, to } => {
                let Some(mut moved) = self.on_frame(*from) else { return vec![] };
                if let OnFrame::Visible(annotation) = &mut moved
                    && let Some(mark) = &mut annotation.track
                {
                    mark.track = *to;
                }
                let is_better = |other: OnFrame| {
                    let is_gone = matches!(other, OnFrame::Absent { .. });
                    !other.is_prompted() && (moved.is_prompted() || is_gone)
                };
                let goes = self.on_frame(*to).is_none_or(is_better);
                let moved = goes.then(|| change(*to, Some(moved), true));
                std::iter::once(change(*from, None, true)).chain(moved).collect()
            }
            TrackEdit::Rename(track, name) => {
                let renamed = |annotation| Annotation { name: name.clone(), ..annotation };
                self.described(*track, renamed)
            }
            TrackEdit::Describe(track, Looks { name, class, colour }) => {
                let described = |annotation| Annotation {
                    name: name.clone(),
                    class: class.clone(),
                    colour: Some(*colour),
                    ..annotation
                };
                self.described(*track, described)
            }
            TrackEdit::Confirm(track) => {
                let confirmed = |mut annotation: Annotation| {
                    annotation.track.iter_mut().for_each(TrackMark::correct);
                    annotation
                };
                self.described(*track, confirmed)
            }
            TrackEdit::Classify(track, class) => {
                let classified = |annotation| Annotation { class: class.clone(), ..annotation };
                self.described(*track, classified)
            }
            TrackEdit::Undo(changes) => {
                let back = changes.iter().rev().map(|made| (made.track, &made.after, &made.before));
                self.replaced(back)
            }
            TrackEdit::Redo(changes) => {
                self.replaced(changes.iter().map(|made| (made.track, &made.before, &made.after)))
            }
        }
    }

    /// Replaces what is there, if it is what is expected.
    fn replaced<'a>(
        &self,
        wanted: impl Iterator<Item = (TrackId, &'a Option<OnFrame>, &'a Option<OnFrame>)>,
    ) -> Vec<Change> {
        let mut now: HashMap<TrackId, Option<OnFrame>> = HashMap::new();
        let mut changes = vec![];
        for (track, expected, place) in wanted {
            let present = now.entry(track).or_insert_with(|| self.on_frame(track));
            if is_same_place(present.as_ref(), expected.as_ref()) {
                present.clone_from(place);
                changes.push(Change { track, place: place.clone(), over_prompted: true });
            }
        }
        changes
    }

    fn described(&self, track: TrackId, how: impl FnOnce(Annotation) -> Annotation) -> Vec<Change> {
        match self.on_frame(track) {
            Some(OnFrame::Visible(annotation)) => {
                let place = Some(OnFrame::Visible(how(annotation)));
                vec![Change { track, place, over_prompted: true }]
            }
            Some(OnFrame::Absent { .. }) | None => vec![],
        }
    }

    fn with_class_id(&self, place: OnFrame) -> OnFrame<ClassId> {
        match place {
            OnFrame::Absent { is_prompted } => OnFrame::Absent { is_prompted },
            OnFrame::Visible(annotation) => {
                let class = annotation.class.as_ref().and_then(|name| self.classes.named(name));
                OnFrame::Visible(annotation.with_class(class.map(|class| class.id)))
            }
        }
    }
}

/// Whether the object is at the same place, and for the same reason. Its class may have another name by now.
fn is_same_place(one: Option<&OnFrame>, other: Option<&OnFrame>) -> bool {
    match (one, other) {
        (Some(OnFrame::Visible(a)), Some(OnFrame::Visible(b))) => a.mask == b.mask && a.track == b.track,
        (one, other) => one == other,
    }
}

struct Change {
    track: TrackId,
    /// `None` removes the object.
    place: Option<OnFrame>,
    over_prompted: bool,
}

/// Puts an object on a frame. A new mask gets this id.
fn put(state: &mut State, track: TrackId, id: MaskId, place: Option<&OnFrame<ClassId>>, over_prompted: bool) {
    let at = state.masks.iter().position(|item| track_of(item) == Some(track));
    let is_marked = |item: &Arc<MaskItem>| item.annotation.track.as_ref().is_some_and(|m| m.is_prompted);
    let is_prompted = at.map_or(state.absences.get(&track) == Some(&true), |at| is_marked(&state.masks[at]));
    if is_prompted && !over_prompted {
        return;
    }
    state.absences.remove(&track);
    match (place, at) {
        (Some(OnFrame::Visible(annotation)), Some(at)) => {
            let item = Arc::make_mut(&mut state.masks[at]);
            (item.annotation, item.chosen, item.from) = (annotation.clone(), None, None);
        }
        (Some(OnFrame::Visible(annotation)), None) => {
            let mut last_id = id.0 - 1;
            let item = MaskItem { edited: true, ..new_item(&mut last_id, annotation.clone()) };
            state.masks.push(Arc::new(item));
        }
        (other, at) => {
            if let Some(at) = at {
                state.masks.remove(at);
            }
            if let Some(OnFrame::Absent { is_prompted }) = other {
                state.absences.insert(track, *is_prompted);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Edit, Label, Reshape};
    use crate::mask::Mask;

    fn mask(x: u32) -> Mask {
        Mask::from_fn(30, 20, |px, _| (x..x + 5).contains(&px))
    }

    fn followed(track: TrackId, x: u32) -> (TrackId, OnFrame) {
        let mark = TrackMark { track, is_prompted: false, doubts: vec![] };
        (track, OnFrame::Visible(Annotation { track: Some(mark), ..Annotation::new("cup", mask(x)) }))
    }

    fn left(document: &Document, track: TrackId) -> Option<u32> {
        document.mask_of_track(track)?.annotation.mask.bbox().map(|b| b.x0)
    }

    #[test]
    fn what_is_followed_is_no_step_and_never_replaces_what_a_person_said() {
        let mut document = Document::default();
        document.apply(Edit::AddMasks(vec![Annotation::new("", mask(20))]));
        let made = document.change_tracks(&TrackEdit::Follow(vec![followed(1, 3)]));
        assert_eq!((made[0].track, &made[0].before), (1, &None));
        assert_eq!((left(&document, 1), document.undo_label()), (Some(3), Some(&Label::AddMasks(1))));
        document.undo();
        assert_eq!((document.masks().len(), left(&document, 1)), (1, Some(3)), "undo leads past it");
        document.redo();
        assert_eq!(document.masks().len(), 2);

        let id = document.mask_of_track(1).unwrap().id;
        let changed = vec![(id, Arc::new(mask(6)))];
        document.apply(Edit::Reshape(Reshape { changed, ..Reshape::default() }));
        assert!(
            document.on_frame(1).unwrap().is_prompted(),
            "whoever corrects a mask says where the object is"
        );
        assert_eq!(document.change_tracks(&TrackEdit::Follow(vec![followed(1, 9)])), []);
        assert_eq!(left(&document, 1), Some(6));
        document.undo();
        let made = document.change_tracks(&TrackEdit::Follow(vec![followed(1, 9)]));
        assert_eq!((left(&document, 1), document.mask_of_track(1).unwrap().id), (Some(9), id));
        document.redo();
        assert_eq!(left(&document, 1), Some(6));
        assert_eq!(document.change_tracks(&TrackEdit::Undo(made.clone())), [], "a correction stays");
        document.undo();
        document.change_tracks(&TrackEdit::Undo(made.clone()));
        assert_eq!(left(&document, 1), Some(3));
        document.change_tracks(&TrackEdit::Redo(made));
        assert_eq!(left(&document, 1), Some(9));
    }

    #[test]
    fn objects_can_be_absent_and_tracks_joined() {
        let mut document = Document::default();
        let gone = |is_prompted| OnFrame::Absent { is_prompted };
        document.change_tracks(&TrackEdit::Follow(vec![followed(1, 3), followed(2, 9), (3, gone(false))]));
        document.apply(Edit::MarkAbsent(2));
        assert_eq!(document.absences().collect::<Vec<_>>(), [(2, true), (3, false)]);
        document.change_tracks(&TrackEdit::Follow(vec![followed(2, 9), followed(3, 15)]));
        assert_eq!([1, 2, 3].map(|track| left(&document, track)), [Some(3), None, Some(15)]);
        document.change_tracks(&TrackEdit::Renumber { from: 3, to: 1 });
        assert_eq!((left(&document, 1), document.on_frame(3)), (Some(3), None), "the second stays");
        let id = document.mask_of_track(1).unwrap().id;
        document.select([id]);
        let made = document.change_tracks(&TrackEdit::Renumber { from: 1, to: 7 });
        assert_eq!([1, 7].map(|track| left(&document, track)), [None, Some(3)]);
        assert!(document.selection().contains(&id), "it is the same mask");
        document.change_tracks(&TrackEdit::Undo(made.clone()));
        assert_eq!([1, 7].map(|track| left(&document, track)), [Some(3), None]);
        document.change_tracks(&TrackEdit::Redo(made));
        document.change_tracks(&TrackEdit::Follow(vec![(8, gone(false))]));
        document.change_tracks(&TrackEdit::Renumber { from: 7, to: 8 });
        assert_eq!(
            left(&document, 8),
            Some(3),
            "a mask is worth more than an absence that was only followed"
        );
        document.change_tracks(&TrackEdit::Renumber { from: 8, to: 7 });
        document.change_tracks(&TrackEdit::Confirm(7));
        assert!(document.on_frame(7).unwrap().is_prompted());
        assert!(!TrackEdit::Follow(vec![followed(1, 3)]).fits((9, 9)));
        document.change_tracks(&TrackEdit::Rename(7, "bowl".into()));
        assert_eq!(document.mask_of_track(7).unwrap().annotation.name, "bowl");
        let made = document.change_tracks(&TrackEdit::Delete([2, 7].into()));
        assert_eq!((document.masks().len(), document.absences().count()), (0, 0));
        document.change_tracks(&TrackEdit::Undo(made));
        assert_eq!((left(&document, 7), document.on_frame(2)), (Some(3), Some(gone(true))));
        document.change_tracks(&TrackEdit::Clear([2, 7].into()));
        assert_eq!((left(&document, 7), document.on_frame(2)), (Some(3), Some(gone(true))));
    }

    #[test]
    fn a_mask_is_one_object_and_a_frame_shows_each_once() {
        let mut document = Document::default();
        document.apply(Edit::AddMasks(vec![Annotation::new("", mask(0)), Annotation::new("", mask(20))]));
        let [first, second] = [0, 1].map(|i| document.masks()[i].id);
        document.apply(Edit::SetTrack(vec![(first, 1), (second, 2)]));
        assert_eq!([1, 2].map(|track| left(&document, track)), [Some(0), Some(20)]);
        document.apply(Edit::Paste(vec![document.masks()[0].annotation.clone()]));
        assert_eq!(document.masks()[2].annotation.track, None);
        document.apply(Edit::SetTrack(vec![(second, 1)]));
        assert_eq!((document.masks().len(), left(&document, 1), left(&document, 2)), (2, Some(20), None));
        document.undo();
        assert_eq!(left(&document, 1), Some(0));
    }
}

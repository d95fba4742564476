//! The edits of a document.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{
    ClassId, Former, FoundKey, Label, MaskId, MaskItem, NAME, Prompting, Sifting, State, mask_colour,
};
use crate::annotation::Annotation;
use crate::attribute::AttributeValue;
use crate::mask::Mask;
use crate::prompt::{BoxPrompt, Point, Prompt};
use crate::track::{TrackId, TrackMark};

/// A change of the pixels of masks, such as a brush stroke or a union.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reshape {
    /// The label of the undo step.
    pub what: Label,
    /// New pixels of existing masks; a mask without pixels is removed.
    pub changed: Vec<(MaskId, Arc<Mask>)>,
    pub removed: Vec<MaskId>,
    /// New masks, each with the mask that it is a part of, if any: it inherits that mask's name, class and
    /// position.
    pub added: Vec<(Annotation<ClassId>, Option<MaskId>)>,
}

impl Reshape {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.removed.is_empty() && self.added.is_empty()
    }
}

/// One change of a document; coordinates are photo pixels. Locked masks are not changed. A new mask without a
/// name or colour gets one.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Adds a point, and the previous answer that the network should start from.
    AddPoint(Point, Option<Former>),
    /// Adds a point, and chooses the candidate picked in its preview, by its index in the prediction.
    AddPointWithCandidate(Point, usize),
    MovePoint {
        index: usize,
        x: f32,
        y: f32,
    },
    DeletePoint(usize),
    SetBox(Option<BoxPrompt>),
    /// Chooses a candidate by its index in the prediction.
    Choose(usize),
    ClearPrompt,
    /// Reopens a mask with this prompt.
    Reopen(MaskId, Prompting),
    /// Adds the answer to the prompt, together with the prompt, to the list or to the reopened mask, and
    /// starts a new prompt.
    Accept(Annotation<ClassId>),
    Reshape(Reshape),
    AddMasks(Vec<Annotation<ClassId>>),
    /// Keeps exactly `kept` of the masks that a run of everything mode found, each with its
    /// [`FoundKey::index`]. They replace the masks of other runs; masks edited by hand are kept.
    Sift {
        sifting: Sifting,
        kept: Vec<(usize, Annotation<ClassId>)>,
    },
    /// Adds masks that people have seen elsewhere, so that filters do not change them.
    Import(Vec<Annotation<ClassId>>),
    /// Adds masks of another photo; like [`Edit::Import`], but names are made unique.
    Paste(Vec<Annotation<ClassId>>),
    Delete(Vec<MaskId>),
    Rename(MaskId, String),
    /// Accepts proposals as they are.
    AcceptProposals(Vec<MaskId>),
    SetVisible(Vec<MaskId>, bool),
    SetLocked(Vec<MaskId>, bool),
    Solo(Option<MaskId>),
    /// Moves masks in the list before another mask, or to the end.
    Move {
        ids: Vec<MaskId>,
        before: Option<MaskId>,
    },
    SetClass(Vec<MaskId>, Option<ClassId>),
    /// Without a value, the attribute is removed.
    SetAttribute(Vec<MaskId>, String, Option<AttributeValue>),
    /// Says which object of a sequence a mask shows. Other masks of that object on this frame go.
    SetTrack(Vec<(MaskId, TrackId)>),
    /// Says that an object of a sequence is not on this frame.
    MarkAbsent(TrackId),
}

impl Edit {
    /// The label of the undo step.
    pub(super) fn label(&self, state: &State) -> Label {
        match self {
            Edit::AddPoint(..) | Edit::AddPointWithCandidate(..) => Label::AddPoint,
            Edit::MovePoint { .. } => Label::MovePoint,
            Edit::DeletePoint(_) => Label::DeletePoint,
            Edit::SetBox(Some(_)) if state.prompting.prompt.bbox.is_some() => Label::ChangeBox,
            Edit::SetBox(Some(_)) => Label::DrawBox,
            Edit::SetBox(None) => Label::DeleteBox,
            Edit::Choose(_) => Label::ChooseCandidate,
            Edit::ClearPrompt => Label::ClearPrompt,
            Edit::Reopen(..) => Label::RefineMask,
            Edit::Accept(_) => Label::AcceptMask,
            Edit::Reshape(reshape) => reshape.what.clone(),
            Edit::AddMasks(masks) => Label::AddMasks(masks.len()),
            Edit::Sift { sifting, .. } if state.sifting.is_some_and(|s| s.run == sifting.run) => {
                Label::FilterMasks
            }
            Edit::Sift { kept, .. } => Label::AddMasks(kept.len()),
            Edit::Import(masks) => Label::ImportMasks(masks.len()),
            Edit::Paste(masks) => Label::PasteMasks(masks.len()),
            Edit::Delete(ids) => Label::DeleteMasks(ids.len()),
            Edit::Rename(..) => Label::RenameMask,
            Edit::AcceptProposals(ids) => Label::AcceptMasks(ids.len()),
            Edit::SetVisible(ids, true) => Label::ShowMasks(ids.len()),
            Edit::SetVisible(ids, false) => Label::HideMasks(ids.len()),
            Edit::Solo(Some(_)) => Label::ShowOne,
            Edit::Solo(None) => Label::ShowAll,
            Edit::SetLocked(ids, true) => Label::LockMasks(ids.len()),
            Edit::SetLocked(ids, false) => Label::UnlockMasks(ids.len()),
            Edit::Move { ids, .. } => Label::MoveMasks(ids.len()),
            Edit::SetAttribute(_, name, _) => Label::ChangeAttribute(name.clone()),
            Edit::SetClass(ids, _) => Label::ClassifyMasks(ids.len()),
            Edit::SetTrack(_) => Label::TrackObjects,
            Edit::MarkAbsent(_) => Label::MarkAbsent,
        }
    }

    pub(super) fn perform(self, state: &mut State, last_id: &mut u64) {
        let prompting = &mut state.prompting;
        match self {
            Edit::AddPoint(point, from) => {
                prompting.prompt.points.push(point);
                prompting.chosen = None;
                if from.is_some() {
                    prompting.from = from;
                }
            }
            Edit::AddPointWithCandidate(point, candidate) => {
                prompting.prompt.points.push(point);
                prompting.chosen = Some(candidate);
            }
            Edit::MovePoint { index, x, y } => {
                if let Some(point) = prompting.prompt.points.get_mut(index) {
                    (point.x, point.y) = (x, y);
                    forget_answer(prompting);
                }
            }
            Edit::DeletePoint(index) => {
                if index < prompting.prompt.points.len() {
                    prompting.prompt.points.remove(index);
                    forget_answer(prompting);
                    forget_empty(state);
                }
            }
            Edit::SetBox(bbox) => {
                prompting.prompt.bbox = bbox;
                forget_answer(prompting);
                forget_empty(state);
            }
            Edit::Choose(candidate) => prompting.chosen = Some(candidate),
            Edit::ClearPrompt => {
                *prompting = Prompting::default();
                state.reopened = None;
            }
            Edit::Reopen(id, from) => {
                if !from.is_empty() && state.masks.iter().any(|m| m.id == id && !m.locked) {
                    *prompting = from;
                    state.reopened = Some(id);
                }
            }
            Edit::Accept(answer) => accept(state, last_id, answer),
            Edit::Reshape(reshape) => reshape.perform(state, last_id),
            Edit::AddMasks(masks) => {
                state.masks.extend(masks.into_iter().map(|mask| Arc::new(new_item(last_id, mask))));
            }
            Edit::Import(masks) => import(state, last_id, masks),
            Edit::Paste(mut masks) => {
                make_names_unique(state, &mut masks);
                import(state, last_id, masks);
            }
            Edit::Sift { sifting, kept } => sift(state, last_id, sifting, kept),
            Edit::Delete(ids) => {
                let ids: HashSet<MaskId> = ids.into_iter().collect();
                let deleted = |m: &Arc<MaskItem>| ids.contains(&m.id) && !m.locked;
                state.dismissed.extend(state.masks.iter().filter(|m| deleted(m)).filter_map(|m| m.found));
                state.masks.retain(|m| !deleted(m));
            }
            Edit::Rename(id, name) => change(state, &[id], |m| {
                m.annotation.name.clone_from(&name);
                m.edited = true;
            }),
            Edit::AcceptProposals(ids) => set(state, &ids, |m| m.annotation.proposal = None),
            Edit::SetVisible(ids, visible) => set(state, &ids, |m| m.visible = visible),
            Edit::SetLocked(ids, locked) => set(state, &ids, |m| m.locked = locked),
            Edit::Solo(id) => state.solo = id,
            Edit::Move { ids, before } => {
                let ids: HashSet<MaskId> = ids.into_iter().collect();
                let (moved, mut stay): (Vec<_>, Vec<_>) =
                    std::mem::take(&mut state.masks).into_iter().partition(|m| ids.contains(&m.id));
                let at = before.and_then(|id| stay.iter().position(|m| m.id == id)).unwrap_or(stay.len());
                stay.splice(at..at, moved);
                state.masks = stay;
            }
            Edit::SetAttribute(ids, name, value) => change(state, &ids, |m| {
                match value.clone() {
                    Some(value) => m.annotation.attributes.insert(name.clone(), value),
                    None => m.annotation.attributes.remove(&name),
                };
                m.edited = true;
            }),
            Edit::SetClass(ids, class) => change(state, &ids, |m| {
                m.annotation.class = class;
                m.edited = true;
            }),
            Edit::SetTrack(marks) => {
                for (id, track) in marks {
                    set_track(state, id, track);
                }
            }
            Edit::MarkAbsent(track) => {
                state.masks.retain(|m| track_of(m) != Some(track) || m.locked);
                if !state.masks.iter().any(|m| track_of(m) == Some(track)) {
                    state.absences.insert(track, true);
                }
            }
        }
    }
}

/// A mask for the list, with a name and a colour if it has none.
pub(super) fn new_item(last_id: &mut u64, mut annotation: Annotation<ClassId>) -> MaskItem {
    *last_id += 1;
    if annotation.name.is_empty() {
        annotation.name = format!("{NAME}{last_id}");
    }
    annotation.colour.get_or_insert_with(|| mask_colour(*last_id));
    MaskItem::new(MaskId(*last_id), annotation)
}

fn accept(state: &mut State, last_id: &mut u64, answer: Annotation<ClassId>) {
    let Prompting { prompt, chosen, from } = std::mem::take(&mut state.prompting);
    let answer = Annotation { prompt, ..answer };
    // An object of a sequence is on a frame once.
    let track = answer.track.as_ref().map(|mark| mark.track);
    let of_track = track.and_then(|track| state.masks.iter().find(|m| track_of(m) == Some(track)));
    let reopened = state.reopened.take().or(of_track.map(|item| item.id));
    if let Some(track) = track {
        state.absences.remove(&track);
    }
    match reopened.filter(|id| state.masks.iter().any(|m| m.id == *id && !m.locked)) {
        Some(id) => change(state, &[id], |m| {
            let Annotation { name, class, colour, attributes, track, .. } = m.annotation.clone();
            m.annotation = Annotation { name, class, colour, attributes, track, ..answer.clone() };
            m.annotation.track.iter_mut().for_each(TrackMark::correct);
            (m.chosen, m.from, m.edited) = (chosen, from.clone(), true);
        }),
        None => {
            let item = MaskItem { chosen, from, ..new_item(last_id, answer) };
            state.masks.push(Arc::new(item));
        }
    }
}

fn import(state: &mut State, last_id: &mut u64, masks: Vec<Annotation<ClassId>>) {
    for mut mask in masks {
        // A frame shows an object once.
        let shown = mask.track.as_ref().map(|mark| mark.track);
        if shown.is_some() && state.masks.iter().any(|m| track_of(m) == shown) {
            mask.track = None;
        }
        state.masks.push(Arc::new(MaskItem { edited: true, ..new_item(last_id, mask) }));
    }
}

/// The object of a sequence that a mask shows.
pub(super) fn track_of(item: &MaskItem) -> Option<TrackId> {
    item.annotation.track.as_ref().map(|mark| mark.track)
}

fn set_track(state: &mut State, id: MaskId, track: TrackId) {
    let is_free = |m: &Arc<MaskItem>| m.id == id && !m.locked;
    if !state.masks.iter().any(is_free) {
        return;
    }
    state.masks.retain(|m| m.id == id || track_of(m) != Some(track));
    state.absences.remove(&track);
    change(state, &[id], |m| m.annotation.track = Some(TrackMark::prompted(track)));
}

/// Gives masks names that no other mask has: default names are chosen anew, others get a number.
fn make_names_unique(state: &State, masks: &mut [Annotation<ClassId>]) {
    let mut taken: HashSet<String> = state.masks.iter().map(|m| m.annotation.name.clone()).collect();
    for Annotation { name, .. } in masks {
        let is_default = name.strip_prefix(NAME).is_some_and(|number| number.parse::<u64>().is_ok());
        if is_default {
            name.clear();
        } else if taken.contains(name) {
            let (base, number) = match name.rsplit_once(' ') {
                Some((base, number)) => (base, number.parse().ok()),
                None => (name.as_str(), None),
            };
            let base = if number.is_some() { base } else { name.as_str() }.to_owned();
            let mut numbered = (number.unwrap_or(1_u64)..).skip(1).map(|number| format!("{base} {number}"));
            *name = numbered.find(|name| !taken.contains(name)).unwrap_or_default();
        }
        taken.insert(name.clone());
    }
}

fn sift(state: &mut State, last_id: &mut u64, sifting: Sifting, kept: Vec<(usize, Annotation<ClassId>)>) {
    let run = sifting.run;
    let masks: HashMap<usize, &Arc<Mask>> = kept.iter().map(|(index, kept)| (*index, &kept.mask)).collect();
    let wanted = |m: &MaskItem| masks.get(&m.found.filter(|key| key.run == run)?.index).copied();
    let is_others = |m: &MaskItem| m.found.is_none_or(|key| sifting.beside && key.run != run);
    state.masks.retain(|m| is_others(m) || m.edited || m.locked || wanted(m).is_some());
    for item in state.masks.iter_mut().filter(|m| !m.edited && !m.locked) {
        // Cleaning small regions changes the pixels of the kept masks.
        if let Some(mask) = wanted(item).filter(|mask| **mask != item.annotation.mask) {
            Arc::make_mut(item).annotation.mask = mask.clone();
        }
    }
    state.sifting = Some(sifting);
    let listed: BTreeSet<FoundKey> = state.masks.iter().filter_map(|m| m.found).collect();
    let mut new = vec![];
    for (index, annotation) in kept {
        let key = FoundKey { run, index };
        if !listed.contains(&key) && !state.dismissed.contains(&key) {
            new.push(Arc::new(MaskItem { found: Some(key), ..new_item(last_id, annotation) }));
        }
    }
    lay_over_larger(&mut state.masks, new, run);
}

/// Puts new masks of a run into the layers, each below the first smaller mask of the run.
fn lay_over_larger(masks: &mut Vec<Arc<MaskItem>>, mut new: Vec<Arc<MaskItem>>, run: u64) {
    let area = |m: &Arc<MaskItem>| m.annotation.mask.area();
    // Of equal ones, the first comes first.
    new.sort_by_key(|m| Reverse(area(m)));
    let mut new = new.into_iter().peekable();
    let mut layers = Vec::with_capacity(masks.len() + new.len());
    for mask in masks.drain(..) {
        if mask.found.is_some_and(|key| key.run == run) {
            layers.extend(std::iter::from_fn(|| new.next_if(|new| area(new) > area(&mask))));
        }
        layers.push(mask);
    }
    layers.extend(new);
    *masks = layers;
}

/// Sets a property that a lock does not protect.
fn set(state: &mut State, ids: &[MaskId], mut with: impl FnMut(&mut MaskItem)) {
    let ids: HashSet<&MaskId> = ids.iter().collect();
    state.masks.iter_mut().filter(|m| ids.contains(&m.id)).for_each(|m| with(Arc::make_mut(m)));
}

/// Changes masks that are not locked. Whoever changes a proposal has accepted it.
fn change(state: &mut State, ids: &[MaskId], mut with: impl FnMut(&mut MaskItem)) {
    let ids: HashSet<&MaskId> = ids.iter().collect();
    for item in state.masks.iter_mut().filter(|m| ids.contains(&m.id) && !m.locked) {
        let item = Arc::make_mut(item);
        with(item);
        item.annotation.proposal = None;
    }
}

/// The prompt has changed, so that no previous answer belongs to it.
fn forget_answer(prompting: &mut Prompting) {
    prompting.chosen = None;
    prompting.from = None;
}

/// Without points and box, no mask is reopened.
fn forget_empty(state: &mut State) {
    if state.prompting.is_empty() {
        state.prompting = Prompting::default();
        state.reopened = None;
    }
}

impl Reshape {
    fn perform(self, state: &mut State, last_id: &mut u64) {
        let Self { changed, mut removed, added, .. } = self;
        for (id, mask) in changed {
            if mask.is_empty() {
                removed.push(id);
            } else {
                change(state, &[id], |m| {
                    m.annotation.mask = mask.clone();
                    // The prompt no longer describes how the mask was made.
                    m.annotation.prompt = Prompt::default();
                    m.annotation.track.iter_mut().for_each(TrackMark::correct);
                    (m.chosen, m.from, m.edited) = (None, None, true);
                });
            }
        }
        for (new, part_of) in added {
            if let Some(mark) = &new.track {
                state.absences.remove(&mark.track);
            }
            let mut item = new_item(last_id, new);
            let whole = part_of.and_then(|id| state.masks.iter().position(|m| m.id == id));
            let mut at = state.masks.len();
            if let Some(whole) = whole {
                let annotation = &state.masks[whole].annotation;
                item.annotation.name = format!("{} part", annotation.name);
                item.annotation.class = annotation.class;
                item.edited = true;
                at = whole + 1;
            }
            state.masks.insert(at, Arc::new(item));
        }
        let goes = |m: &Arc<MaskItem>| removed.contains(&m.id) && !m.locked;
        state.dismissed.extend(state.masks.iter().filter(|m| goes(m)).filter_map(|m| m.found));
        state.masks.retain(|m| !goes(m));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_masks_lie_where_they_would_if_they_came_one_by_one() {
        let item = |id: u64, area: u64, run: u64| {
            let mask = Mask::from_fn(20, 1, |x, _| u64::from(x) < area);
            let found = Some(FoundKey { run, index: id as usize });
            Arc::new(MaskItem { found, ..MaskItem::new(MaskId(id), Annotation::new("", mask)) })
        };
        let mut random = 7_u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) % below
        };
        for _ in 0..200 {
            let mut layers: Vec<_> = (0..6).map(|id| item(id, next(20), next(2))).collect();
            let new: Vec<_> = (6..12).map(|id| item(id, next(20), 1)).collect();
            let mut expected = layers.clone();
            for new in &new {
                let is_smaller = |m: &Arc<MaskItem>| {
                    m.found.is_some_and(|key| key.run == 1)
                        && m.annotation.mask.area() < new.annotation.mask.area()
                };
                let place = expected.iter().position(is_smaller).unwrap_or(expected.len());
                expected.insert(place, new.clone());
            }
            lay_over_larger(&mut layers, new, 1);
            let ids = |masks: &[Arc<MaskItem>]| masks.iter().map(|m| m.id.0).collect::<Vec<_>>();
            assert_eq!(ids(&layers), ids(&expected));
        }
    }
}

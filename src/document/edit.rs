//! The changes a document knows.

use std::collections::HashMap;
use std::sync::Arc;

use super::{
    Class, ClassId, Colour, Former, FoundKey, MaskId, MaskItem, NAME, Prompting, Sifting, State, mask_colour,
};
use crate::mask::Mask;
use crate::prompt::BoxPrompt;
use crate::prompt::Point;

/// A mask on its way into the document.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMask {
    pub mask: Arc<Mask>,
    /// As [`MaskItem::predicted_iou`](super::MaskItem).
    pub predicted_iou: Option<f32>,
    pub stability_score: Option<f32>,
    /// As [`MaskItem::model`](super::MaskItem).
    pub model: Option<Arc<str>>,
    pub prompting: Prompting,
    /// Where in a run of everything mode the mask comes from.
    pub found: Option<FoundKey>,
}

/// A change of the pixels of masks, such as a brush stroke or a union.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reshape {
    /// What the step is called.
    pub what: String,
    /// New pixels of masks that stay; one left without pixels goes.
    pub changed: Vec<(MaskId, Arc<Mask>)>,
    pub removed: Vec<MaskId>,
    /// Each new mask takes name, class and place from the mask that it is a part of, if there is one.
    pub added: Vec<(NewMask, Option<MaskId>)>,
}

impl Reshape {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.removed.is_empty() && self.added.is_empty()
    }
}

/// A mask that comes with a name, such as one from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    pub name: String,
    /// Name of its class, which is made if there is none of that name.
    pub class: Option<String>,
    pub colour: Option<Colour>,
    pub new: NewMask,
}

/// One change of a document; coordinates are photo pixels. What is locked stays as it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A further point, and the former answer that the network is to start from.
    AddPoint(Point, Option<Former>),
    /// A point, and the candidate that was picked in its preview, by its index in the prediction.
    AddPointWithCandidate(Point, usize),
    MovePoint {
        index: usize,
        x: f32,
        y: f32,
    },
    DeletePoint(usize),
    SetBox(Option<BoxPrompt>),
    /// Picks a candidate by its index in the prediction.
    Choose(usize),
    ClearPrompt,
    /// Works on a mask again, with this prompt.
    Reopen(MaskId, Prompting),
    /// Puts the answer to the prompt into the list, or into the mask that was reopened, and starts
    /// a new prompt.
    Accept(NewMask),
    Reshape(Reshape),
    AddMasks(Vec<NewMask>),
    /// Leaves exactly `kept` of what a run of everything mode found. They replace those of other
    /// runs; what was changed by hand stays as it is.
    Sift {
        sifting: Sifting,
        kept: Vec<NewMask>,
    },
    /// Adds masks with names and classes, and classes that no mask has.
    Import {
        masks: Vec<Named>,
        classes: Vec<(String, Option<Colour>)>,
    },
    Delete(Vec<MaskId>),
    Rename(MaskId, String),
    SetVisible(Vec<MaskId>, bool),
    SetLocked(Vec<MaskId>, bool),
    Solo(Option<MaskId>),
    /// Moves masks in the list to the place before another one, or to its end.
    Move {
        ids: Vec<MaskId>,
        before: Option<MaskId>,
    },
    SetClass(Vec<MaskId>, Option<ClassId>),
    AddClass(String),
    RenameClass(ClassId, String),
    SetClassColour(ClassId, Colour),
    /// Masks of the class stay, without one.
    DeleteClass(ClassId),
}

impl Edit {
    /// What the step is called in the menu.
    pub(super) fn label(&self, state: &State) -> String {
        let many = |n: usize| if n == 1 { "mask".to_owned() } else { format!("{n} masks") };
        match self {
            Edit::AddPoint(..) | Edit::AddPointWithCandidate(..) => "Add point".into(),
            Edit::MovePoint { .. } => "Move point".into(),
            Edit::DeletePoint(_) => "Delete point".into(),
            Edit::SetBox(Some(_)) if state.prompting.prompt.bbox.is_some() => "Change box".into(),
            Edit::SetBox(Some(_)) => "Draw box".into(),
            Edit::SetBox(None) => "Delete box".into(),
            Edit::Choose(_) => "Choose candidate".into(),
            Edit::ClearPrompt => "Drop prompt".into(),
            Edit::Reopen(..) => "Refine mask".into(),
            Edit::Accept(_) => "Accept mask".into(),
            Edit::Reshape(reshape) => reshape.what.clone(),
            Edit::AddMasks(masks) => format!("Add {}", many(masks.len())),
            Edit::Sift { sifting, .. } if state.sifting.is_some_and(|s| s.run == sifting.run) => {
                "Filter masks".into()
            }
            Edit::Sift { kept, .. } => format!("Add {}", many(kept.len())),
            Edit::Import { masks, .. } => format!("Import {}", many(masks.len())),
            Edit::Delete(ids) => format!("Delete {}", many(ids.len())),
            Edit::Rename(..) => "Rename mask".into(),
            Edit::SetVisible(ids, true) => format!("Show {}", many(ids.len())),
            Edit::SetVisible(ids, false) => format!("Hide {}", many(ids.len())),
            Edit::Solo(Some(_)) => "Show one mask alone".into(),
            Edit::Solo(None) => "Show all masks again".into(),
            Edit::SetLocked(ids, true) => format!("Lock {}", many(ids.len())),
            Edit::SetLocked(ids, false) => format!("Unlock {}", many(ids.len())),
            Edit::Move { ids, .. } => format!("Move {}", many(ids.len())),
            Edit::SetClass(ids, _) => format!("Classify {}", many(ids.len())),
            Edit::AddClass(name) => format!("Add class {name}"),
            Edit::RenameClass(..) => "Rename class".into(),
            Edit::SetClassColour(..) => "Colour class".into(),
            Edit::DeleteClass(_) => "Delete class".into(),
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
                    anew(prompting);
                }
            }
            Edit::DeletePoint(index) => {
                if index < prompting.prompt.points.len() {
                    prompting.prompt.points.remove(index);
                    anew(prompting);
                    forget_empty(state);
                }
            }
            Edit::SetBox(bbox) => {
                prompting.prompt.bbox = bbox;
                anew(prompting);
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
            Edit::Accept(mask) => {
                *prompting = Prompting::default();
                let reopened = state.reopened.take();
                match reopened.filter(|id| state.masks.iter().any(|m| m.id == *id && !m.locked)) {
                    Some(id) => change(state, &[id], |m| {
                        m.mask = mask.mask.clone();
                        m.predicted_iou = mask.predicted_iou;
                        m.stability_score = mask.stability_score;
                        m.model = mask.model.clone();
                        m.prompting = mask.prompting.clone();
                        m.edited = true;
                    }),
                    None => add(state, last_id, mask),
                }
            }
            Edit::Reshape(reshape) => reshape.perform(state, last_id),
            Edit::AddMasks(masks) => masks.into_iter().for_each(|mask| add(state, last_id, mask)),
            Edit::Import { masks, classes } => {
                // Files may list very many classes.
                let known = state.classes.iter().rev().map(|class| (class.name.clone(), class.id));
                let mut ids: HashMap<String, ClassId> = known.collect();
                for (name, colour) in classes {
                    ids.entry(name).or_insert_with_key(|name| add_class(state, last_id, name, colour));
                }
                for Named { name, class, colour, new } in masks {
                    let class = class.map(|class| {
                        *ids.entry(class).or_insert_with_key(|name| add_class(state, last_id, name, None))
                    });
                    add(state, last_id, new);
                    if let Some(item) = state.masks.last_mut().map(Arc::make_mut) {
                        (item.name, item.class, item.edited) = (name, class, true);
                        item.colour = colour.unwrap_or(item.colour);
                    }
                }
            }
            Edit::Sift { sifting, kept } => sift(state, last_id, sifting, kept),
            Edit::Delete(ids) => {
                let deleted = |m: &Arc<MaskItem>| ids.contains(&m.id) && !m.locked;
                state.dismissed.extend(state.masks.iter().filter(|m| deleted(m)).filter_map(|m| m.found));
                state.masks.retain(|m| !deleted(m));
            }
            Edit::Rename(id, name) => change(state, &[id], |m| {
                m.name.clone_from(&name);
                m.edited = true;
            }),
            Edit::SetVisible(ids, visible) => set(state, &ids, |m| m.visible = visible),
            Edit::SetLocked(ids, locked) => set(state, &ids, |m| m.locked = locked),
            Edit::Solo(id) => state.solo = id,
            Edit::Move { ids, before } => {
                let (moved, mut stay): (Vec<_>, Vec<_>) =
                    std::mem::take(&mut state.masks).into_iter().partition(|m| ids.contains(&m.id));
                let at = before.and_then(|id| stay.iter().position(|m| m.id == id)).unwrap_or(stay.len());
                stay.splice(at..at, moved);
                state.masks = stay;
            }
            Edit::SetClass(ids, class) => change(state, &ids, |m| {
                m.class = class;
                m.edited = true;
            }),
            Edit::AddClass(name) => {
                if state.classes.iter().all(|class| class.name != name) {
                    add_class(state, last_id, &name, None);
                }
            }
            Edit::RenameClass(id, name) => change_class(state, id, |class| class.name.clone_from(&name)),
            Edit::SetClassColour(id, colour) => change_class(state, id, |class| class.colour = colour),
            Edit::DeleteClass(id) => {
                Arc::make_mut(&mut state.classes).retain(|class| class.id != id);
                for item in state.masks.iter_mut().filter(|m| m.class == Some(id)) {
                    Arc::make_mut(item).class = None;
                }
            }
        }
    }
}

fn add(state: &mut State, last_id: &mut u64, new: NewMask) {
    *last_id += 1;
    // What was found keeps its name and colour however often filters take it away and back.
    let (name, colour) = match new.found {
        Some(key) => (format!("Found {}", key.index + 1), mask_colour(key.index as u64)),
        None => (format!("{NAME}{last_id}"), mask_colour(*last_id)),
    };
    state.masks.push(Arc::new(MaskItem {
        id: MaskId(*last_id),
        name,
        colour,
        visible: true,
        mask: new.mask,
        predicted_iou: new.predicted_iou,
        stability_score: new.stability_score,
        model: new.model,
        prompting: new.prompting,
        found: new.found,
        edited: false,
        class: None,
        locked: false,
    }));
}

fn sift(state: &mut State, last_id: &mut u64, sifting: Sifting, kept: Vec<NewMask>) {
    let wanted = |m: &MaskItem| kept.iter().find(|new| new.found == m.found);
    let is_others = |m: &MaskItem| m.found.is_none_or(|key| sifting.beside && key.run != sifting.run);
    state.masks.retain(|m| is_others(m) || m.edited || m.locked || wanted(m).is_some());
    for item in state.masks.iter_mut().filter(|m| m.found.is_some() && !m.edited && !m.locked) {
        // Cleaning up small regions changes the pixels of what stays.
        if let Some(new) = wanted(item).filter(|new| new.mask != item.mask) {
            Arc::make_mut(item).mask = new.mask.clone();
        }
    }
    state.sifting = Some(sifting);
    for new in kept {
        let is_there = state.masks.iter().any(|m| m.found == new.found);
        if !is_there && !new.found.is_some_and(|key| state.dismissed.contains(&key)) {
            add(state, last_id, new);
            lay_over_larger(&mut state.masks, sifting.run);
        }
    }
}

/// Moves the last mask down in the layers, under the first smaller one of its run.
fn lay_over_larger(masks: &mut [Arc<MaskItem>], run: u64) {
    let Some((last, others)) = masks.split_last() else { return };
    let of_run = |m: &MaskItem| m.found.is_some_and(|key| key.run == run);
    let smaller = others.iter().position(|m| of_run(m) && m.mask.area() < last.mask.area());
    if let Some(at) = smaller {
        masks[at..].rotate_right(1);
    }
}

/// Sets what a lock does not protect.
fn set(state: &mut State, ids: &[MaskId], mut with: impl FnMut(&mut MaskItem)) {
    state.masks.iter_mut().filter(|m| ids.contains(&m.id)).for_each(|m| with(Arc::make_mut(m)));
}

fn change(state: &mut State, ids: &[MaskId], mut with: impl FnMut(&mut MaskItem)) {
    for item in state.masks.iter_mut().filter(|m| ids.contains(&m.id) && !m.locked) {
        with(Arc::make_mut(item));
    }
}

/// A new class, whose name no other has.
fn add_class(state: &mut State, last_id: &mut u64, name: &str, colour: Option<Colour>) -> ClassId {
    *last_id += 1;
    let (id, colour) = (ClassId(*last_id), colour.unwrap_or_else(|| mask_colour(*last_id)));
    Arc::make_mut(&mut state.classes).push(Class { id, name: name.to_owned(), colour });
    id
}

fn change_class(state: &mut State, id: ClassId, with: impl FnOnce(&mut Class)) {
    if let Some(class) = Arc::make_mut(&mut state.classes).iter_mut().find(|class| class.id == id) {
        with(class);
    }
}

/// The prompt is another one, which no former answer belongs to.
fn anew(prompting: &mut Prompting) {
    prompting.chosen = None;
    prompting.from = None;
}

/// Without points and box, nothing is being worked on.
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
                    m.mask = mask.clone();
                    // The prompt no longer tells how the mask came to be.
                    m.prompting = Prompting::default();
                    m.edited = true;
                });
            }
        }
        for (new, part_of) in added {
            add(state, last_id, new);
            let whole = part_of.and_then(|id| state.masks.iter().position(|m| m.id == id));
            let Some(at) = whole else { continue };
            if let Some(mut part) = state.masks.pop() {
                let whole = state.masks[at].clone();
                let item = Arc::make_mut(&mut part);
                item.class = whole.class;
                item.edited = true;
                item.name = format!("{} part", whole.name);
                state.masks.insert(at + 1, part);
            }
        }
        let goes = |m: &Arc<MaskItem>| removed.contains(&m.id) && !m.locked;
        state.dismissed.extend(state.masks.iter().filter(|m| goes(m)).filter_map(|m| m.found));
        state.masks.retain(|m| !goes(m));
    }
}

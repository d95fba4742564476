//! The changes a document knows.

use std::sync::Arc;

use super::{FoundKey, MaskId, MaskItem, Prompting, Sifting, State, mask_colour};
use crate::mask::Mask;
use crate::sam2::Point;
use crate::sam2::predictor::BoxPrompt;

/// A mask on its way into the document.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMask {
    pub mask: Arc<Mask>,
    pub predicted_iou: f32,
    pub stability_score: f32,
    pub prompting: Prompting,
    /// Where in a run of everything mode the mask comes from.
    pub found: Option<FoundKey>,
}

/// One change of a document; coordinates are photo pixels.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    AddPoint(Point),
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
    /// Puts the answer to the prompt into the list and starts a new prompt.
    Accept(NewMask),
    AddMasks(Vec<NewMask>),
    /// Leaves exactly `kept` of what a run of everything mode found. They replace those of other
    /// runs; what was changed by hand stays as it is.
    Sift {
        sifting: Sifting,
        kept: Vec<NewMask>,
    },
    Delete(Vec<MaskId>),
    Rename(MaskId, String),
    SetVisible(Vec<MaskId>, bool),
    Solo(Option<MaskId>),
}

impl Edit {
    /// What the step is called in the menu.
    pub(super) fn label(&self, state: &State) -> String {
        let many = |n: usize| if n == 1 { "mask".to_owned() } else { format!("{n} masks") };
        match self {
            Edit::AddPoint(_) => "Add point".into(),
            Edit::MovePoint { .. } => "Move point".into(),
            Edit::DeletePoint(_) => "Delete point".into(),
            Edit::SetBox(Some(_)) => "Draw box".into(),
            Edit::SetBox(None) => "Delete box".into(),
            Edit::Choose(_) => "Choose candidate".into(),
            Edit::ClearPrompt => "Drop prompt".into(),
            Edit::Accept(_) => "Accept mask".into(),
            Edit::AddMasks(masks) => format!("Add {}", many(masks.len())),
            Edit::Sift { sifting, .. } if state.sifting.is_some_and(|s| s.run == sifting.run) => {
                "Filter masks".into()
            }
            Edit::Sift { kept, .. } => format!("Add {}", many(kept.len())),
            Edit::Delete(ids) => format!("Delete {}", many(ids.len())),
            Edit::Rename(..) => "Rename mask".into(),
            Edit::SetVisible(ids, true) => format!("Show {}", many(ids.len())),
            Edit::SetVisible(ids, false) => format!("Hide {}", many(ids.len())),
            Edit::Solo(Some(_)) => "Show one mask alone".into(),
            Edit::Solo(None) => "Show all masks again".into(),
        }
    }

    pub(super) fn perform(self, state: &mut State, last_id: &mut u64) {
        let prompting = &mut state.prompting;
        match self {
            Edit::AddPoint(point) => {
                prompting.points.push(point);
                prompting.chosen = None;
            }
            Edit::MovePoint { index, x, y } => {
                if let Some(point) = prompting.points.get_mut(index) {
                    (point.x, point.y) = (x, y);
                    prompting.chosen = None;
                }
            }
            Edit::DeletePoint(index) => {
                if index < prompting.points.len() {
                    prompting.points.remove(index);
                    prompting.chosen = None;
                }
            }
            Edit::SetBox(bbox) => {
                prompting.bbox = bbox;
                prompting.chosen = None;
            }
            Edit::Choose(candidate) => prompting.chosen = Some(candidate),
            Edit::ClearPrompt => *prompting = Prompting::default(),
            Edit::Accept(mask) => {
                *prompting = Prompting::default();
                add(state, last_id, mask);
            }
            Edit::AddMasks(masks) => masks.into_iter().for_each(|mask| add(state, last_id, mask)),
            Edit::Sift { sifting, kept } => sift(state, last_id, sifting, kept),
            Edit::Delete(ids) => {
                let deleted = |m: &Arc<MaskItem>| ids.contains(&m.id);
                state.dismissed.extend(state.masks.iter().filter(|m| deleted(m)).filter_map(|m| m.found));
                state.masks.retain(|m| !deleted(m));
            }
            Edit::Rename(id, name) => change(state, &[id], |m| {
                m.name.clone_from(&name);
                m.edited = true;
            }),
            Edit::SetVisible(ids, visible) => change(state, &ids, |m| m.visible = visible),
            Edit::Solo(id) => state.solo = id,
        }
    }
}

fn add(state: &mut State, last_id: &mut u64, new: NewMask) {
    *last_id += 1;
    // What was found keeps its name and colour however often filters take it away and back.
    let (name, colour) = match new.found {
        Some(key) => (format!("Found {}", key.index + 1), mask_colour(key.index as u64)),
        None => (format!("Mask {last_id}"), mask_colour(*last_id)),
    };
    state.masks.push(Arc::new(MaskItem {
        id: MaskId(*last_id),
        name,
        colour,
        visible: true,
        mask: new.mask,
        predicted_iou: new.predicted_iou,
        stability_score: new.stability_score,
        prompting: new.prompting,
        found: new.found,
        edited: false,
    }));
}

fn sift(state: &mut State, last_id: &mut u64, sifting: Sifting, kept: Vec<NewMask>) {
    let wanted = |m: &MaskItem| kept.iter().find(|new| new.found == m.found);
    state.masks.retain(|m| m.found.is_none() || m.edited || wanted(m).is_some());
    for item in state.masks.iter_mut().filter(|m| m.found.is_some() && !m.edited) {
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
        }
    }
}

fn change(state: &mut State, ids: &[MaskId], mut with: impl FnMut(&mut MaskItem)) {
    for item in state.masks.iter_mut().filter(|m| ids.contains(&m.id)) {
        with(Arc::make_mut(item));
    }
}

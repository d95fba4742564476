//! The changes a document knows.

use std::sync::Arc;

use super::{MaskId, MaskItem, Prompting, State, mask_colour};
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
    Delete(Vec<MaskId>),
    Rename(MaskId, String),
    SetVisible(Vec<MaskId>, bool),
    Solo(Option<MaskId>),
}

impl Edit {
    /// What the step is called in the menu.
    pub(super) fn label(&self) -> String {
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
            Edit::Delete(ids) => state.masks.retain(|m| !ids.contains(&m.id)),
            Edit::Rename(id, name) => change(state, &[id], |m| m.name.clone_from(&name)),
            Edit::SetVisible(ids, visible) => change(state, &ids, |m| m.visible = visible),
            Edit::Solo(id) => state.solo = id,
        }
    }
}

fn add(state: &mut State, last_id: &mut u64, new: NewMask) {
    *last_id += 1;
    state.masks.push(Arc::new(MaskItem {
        id: MaskId(*last_id),
        name: format!("Mask {last_id}"),
        colour: mask_colour(*last_id),
        visible: true,
        mask: new.mask,
        predicted_iou: new.predicted_iou,
        stability_score: new.stability_score,
        prompting: new.prompting,
    }));
}

fn change(state: &mut State, ids: &[MaskId], mut with: impl FnMut(&mut MaskItem)) {
    for item in state.masks.iter_mut().filter(|m| ids.contains(&m.id)) {
        with(Arc::make_mut(item));
    }
}

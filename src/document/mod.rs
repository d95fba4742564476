//! What a person makes on one photo: masks, the prompt being worked on, and every step back.
//!
//! Changes come in as [`Edit`]s through [`Document::apply`]; each is one step of undo.

mod colour_mode;
mod edit;
mod history;
mod shape;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use colour_mode::{ColourMode, colours};
pub use edit::{Edit, Reshape};
use history::History;
pub use shape::{ShapeOp, painted, prompting_again, reshape};

use crate::annotation::Annotation;
use crate::colour::{Colour, mask_colour};
use crate::everything::Filters;
use crate::mask::PixelBox;
use crate::prompt::Prompt;
use crate::sam::{LowRes, Query};

/// Identifies a mask within its document; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MaskId(pub u64);

/// Which of the masks that a run of everything mode found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundKey {
    pub run: u64,
    pub index: usize,
}

/// A run of everything mode and what of its masks is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sifting {
    pub run: u64,
    pub filters: Filters,
    /// Masks of other runs stay, because this one searched only a part of the photo.
    pub beside: bool,
}

/// Identifies a class within its document; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u64);

/// A kind of thing, such as "cup", that masks can be marked as.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    pub id: ClassId,
    pub name: String,
    pub colour: Colour,
}

/// A finished mask in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskItem {
    pub id: MaskId,
    /// Always with a colour.
    pub annotation: Annotation<ClassId>,
    /// As [`Prompting::chosen`], of the prompt that made the mask.
    pub chosen: Option<usize>,
    /// As [`Prompting::from`], of the prompt that made the mask.
    pub from: Option<Former>,
    /// Where in a run of everything mode the mask comes from.
    pub found: Option<FoundKey>,
    pub visible: bool,
    /// Protected from being changed or deleted.
    pub locked: bool,
    /// Changed by hand, so that filters leave it alone.
    pub edited: bool,
}

impl MaskItem {
    /// A visible mask that nobody has touched.
    pub fn new(id: MaskId, annotation: Annotation<ClassId>) -> Self {
        Self {
            id,
            annotation,
            chosen: None,
            from: None,
            found: None,
            visible: true,
            locked: false,
            edited: false,
        }
    }

    /// The prompt that made the mask.
    pub fn prompting(&self) -> Prompting {
        Prompting { prompt: self.annotation.prompt.clone(), chosen: self.chosen, from: self.from.clone() }
    }
}

/// The prompt being worked on, in photo pixels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prompting {
    pub prompt: Prompt,
    /// The candidate that was chosen by hand; `None` leaves it to the network's suggestion.
    pub chosen: Option<usize>,
    /// A former answer to start from.
    pub from: Option<Former>,
}

/// An answer of the network, to ask again with.
#[derive(Debug, Clone, PartialEq)]
pub struct Former {
    pub logits: LowRes,
    /// The part of the photo that they cover; `None` for all of it.
    pub part: Option<PixelBox>,
}

impl Prompting {
    pub fn is_empty(&self) -> bool {
        self.prompt.is_empty()
    }

    /// What the network is asked when it sees this part of the photo, or all of it.
    pub fn query_in(&self, part: Option<PixelBox>) -> Query {
        let former = self.from.as_ref().filter(|former| former.part == part);
        let mask_input = former.map(|former| former.logits.clone());
        Query { prompt: self.prompt.clone(), mask_input }
    }
}

/// Everything that undo brings back. Cheap to clone: the masks are shared.
#[derive(Debug, Clone, PartialEq, Default)]
struct State {
    masks: Vec<Arc<MaskItem>>,
    classes: Arc<Vec<Class>>,
    prompting: Prompting,
    /// The mask that the prompt will replace when it is accepted.
    reopened: Option<MaskId>,
    solo: Option<MaskId>,
    sifting: Option<Sifting>,
    /// Found masks that were deleted by hand; filters do not bring them back.
    dismissed: BTreeSet<FoundKey>,
}

/// What the name of a mask begins with, before its number.
const NAME: &str = "Mask ";

/// The work on one photo.
#[derive(Debug, Default)]
pub struct Document {
    state: State,
    history: History<State>,
    selection: BTreeSet<MaskId>,
    last_id: u64,
    revision: u64,
}

impl Document {
    /// A document with work that was saved, and nothing to undo. The ids are all different.
    pub fn restored(classes: Vec<Class>, masks: Vec<MaskItem>) -> Self {
        let ids = masks.iter().map(|m| m.id.0).chain(classes.iter().map(|c| c.id.0));
        // New masks are called by their id, and no name is given twice.
        let numbers = masks.iter().filter_map(|m| m.annotation.name.strip_prefix(NAME)?.parse().ok());
        let last_id = ids.chain(numbers).max().unwrap_or(0);
        let masks = masks.into_iter().map(Arc::new).collect();
        let state = State { masks, classes: Arc::new(classes), ..State::default() };
        Self { state, last_id, ..Self::default() }
    }

    /// A number that grows with every change; 0 is the beginning.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The finished masks, oldest first.
    pub fn masks(&self) -> &[Arc<MaskItem>] {
        &self.state.masks
    }

    /// A finished mask by its id.
    pub fn mask(&self, id: MaskId) -> Option<&Arc<MaskItem>> {
        self.state.masks.iter().find(|m| m.id == id)
    }

    /// The classes, in the order of their number keys.
    pub fn classes(&self) -> &[Class] {
        &self.state.classes
    }

    /// What a mask is outside the document.
    pub fn annotation(&self, item: &MaskItem) -> Annotation {
        let class = item.annotation.class.and_then(|id| self.class(id));
        item.annotation.clone().with_class(class.map(|class| class.name.clone()))
    }

    /// A class by its id.
    pub fn class(&self, id: ClassId) -> Option<&Class> {
        self.state.classes.iter().find(|class| class.id == id)
    }

    /// The mask that is being worked on again and that accepting the prompt will change.
    pub fn reopened(&self) -> Option<&Arc<MaskItem>> {
        self.mask(self.state.reopened?)
    }

    /// The prompt being worked on.
    pub fn prompting(&self) -> &Prompting {
        &self.state.prompting
    }

    /// The only mask to be shown, if one is singled out.
    pub fn solo(&self) -> Option<MaskId> {
        self.state.solo
    }

    /// Whether a mask is to be shown.
    pub fn is_shown(&self, item: &MaskItem) -> bool {
        match self.state.solo {
            Some(solo) => solo == item.id,
            None => item.visible,
        }
    }

    /// The selected masks.
    pub fn selection(&self) -> &BTreeSet<MaskId> {
        &self.selection
    }

    /// Selects exactly these masks. Selecting is not a step of undo.
    pub fn select(&mut self, ids: impl IntoIterator<Item = MaskId>) {
        self.selection = ids.into_iter().collect();
        self.forget_lost_ids();
    }

    /// Adds a mask to the selection or takes it out.
    pub fn toggle_selected(&mut self, id: MaskId) {
        if !self.selection.remove(&id) {
            self.selection.insert(id);
        }
        self.forget_lost_ids();
    }

    /// The shown masks at a pixel, smallest first.
    pub fn masks_at(&self, x: u32, y: u32) -> Vec<MaskId> {
        let mut shown: Vec<&Arc<MaskItem>> =
            self.state.masks.iter().filter(|m| self.is_shown(m) && m.annotation.mask.get(x, y)).collect();
        shown.sort_by_key(|m| (m.annotation.mask.area(), m.id));
        shown.into_iter().map(|m| m.id).collect()
    }

    /// The mask at a pixel that a click selects: the smallest one, or, when one there is the only
    /// one selected, the next larger one and after the largest the smallest again.
    pub fn next_mask_at(&self, x: u32, y: u32) -> Option<MaskId> {
        let there = self.masks_at(x, y);
        let selected = self.selection.first().filter(|_| self.selection.len() == 1);
        let position = selected.and_then(|id| there.iter().position(|at| at == id));
        there.get(position.map_or(0, |i| (i + 1) % there.len())).copied()
    }

    /// The edit that draws the selected masks over the next one above them (`up`), or under the next
    /// one below; `None` where there is no such.
    pub fn moved_by_one(&self, up: bool) -> Option<Edit> {
        let masks = self.masks();
        let is_selected = |m: &Arc<MaskItem>| self.selection.contains(&m.id);
        let before = if up {
            let last = masks.iter().rposition(is_selected)?;
            masks.get(last + 1)?;
            masks.get(last + 2).map(|m| m.id)
        } else {
            let first = masks.iter().position(is_selected)?;
            Some(masks.get(first.checked_sub(1)?)?.id)
        };
        Some(Edit::Move { ids: self.selection.iter().copied().collect(), before })
    }

    /// The run of everything mode that was sifted last, and how.
    pub fn sifting(&self) -> Option<Sifting> {
        self.state.sifting
    }

    /// Makes one change, as one step of undo. A change that changes nothing is no step. A mask that is
    /// accepted is selected, alone.
    pub fn apply(&mut self, edit: Edit) {
        let before = self.state.clone();
        let label = edit.label(&before);
        let accepts = matches!(edit, Edit::Accept(_));
        edit.perform(&mut self.state, &mut self.last_id);
        if accepts {
            // What is done next is about this mask.
            let is_new = |mask: &&Arc<MaskItem>| !before.masks.iter().any(|known| Arc::ptr_eq(known, mask));
            self.selection = self.state.masks.iter().filter(is_new).map(|mask| mask.id).collect();
        }
        if self.state != before {
            self.history.push(label, before);
            self.revision += 1;
        }
        self.forget_lost_ids();
    }

    /// What undo would take back.
    pub fn undo_label(&self) -> Option<&str> {
        self.history.undo_label()
    }

    /// What redo would bring back.
    pub fn redo_label(&self) -> Option<&str> {
        self.history.redo_label()
    }

    /// Takes the last change back. Returns whether there was one.
    pub fn undo(&mut self) -> bool {
        let done = self.history.undo(&mut self.state);
        self.revision += u64::from(done);
        self.forget_lost_ids();
        done
    }

    /// Brings the last change that was taken back again. Returns whether there was one.
    pub fn redo(&mut self) -> bool {
        let done = self.history.redo(&mut self.state);
        self.revision += u64::from(done);
        self.forget_lost_ids();
        done
    }

    fn forget_lost_ids(&mut self) {
        let exists = |id: &MaskId| self.state.masks.iter().any(|m| m.id == *id);
        self.selection.retain(|id| exists(id));
        if self.state.solo.is_some_and(|id| !exists(&id)) {
            self.state.solo = None;
        }
        if self.state.reopened.is_some_and(|id| !exists(&id)) {
            self.state.reopened = None;
        }
    }
}

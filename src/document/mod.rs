//! The work on one photo: masks, the current prompt, and the history.
//!
//! Changes come in as [`Edit`]s through [`Document::apply`]; each is one step of undo.
//!
//! ```
//! use std::sync::Arc;
//!
//! use tinsel::annotation::Annotation;
//! use tinsel::document::{Document, Edit};
//! use tinsel::mask::Mask;
//!
//! let mut document = Document::default();
//! let mask = Arc::new(Mask::from_fn(6, 4, |x, _| x < 3));
//! document.apply(Edit::AddMasks(vec![Annotation::new("left", mask)]));
//! let id = document.masks()[0].id;
//! document.apply(Edit::Rename(id, "port".into()));
//! assert!(document.undo());
//! assert_eq!(document.masks()[0].annotation.name, "left");
//! ```

mod classes;
mod colour_mode;
mod edit;
mod history;
mod label;
mod proposals;
mod shape;
#[cfg(test)]
mod tests;
mod tracks;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

pub use classes::{Class, ClassId, ClassList};
pub use colour_mode::{ColourMode, colours};
pub use edit::{Edit, Reshape};
pub use history::Moment;
use history::{Footprint, History};
pub use label::Label;
pub use shape::{ShapeOp, painted, prompting_again, query_for_shape, refine_edges, reshape};
pub use tracks::{Looks, OnFrame, Presence, Sighting, TrackChange, TrackEdit};

use crate::annotation::Annotation;
use crate::colour::mask_colour;
use crate::everything::Filters;
use crate::mask::{Mask, PixelBox};
use crate::prompt::Prompt;
use crate::sam::{LowRes, Query};
use crate::track::TrackId;

/// The id of a mask within its document; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MaskId(pub u64);

/// The id of a mask found by everything mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundKey {
    pub run: u64,
    pub index: usize,
}

/// A run of everything mode and the filters for its masks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sifting {
    pub run: u64,
    pub filters: Filters,
    /// Masks of other runs are kept, because this run only searched a part of the photo.
    pub beside: bool,
}

/// A finished mask in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskItem {
    pub id: MaskId,
    /// Always has a colour.
    pub annotation: Annotation<ClassId>,
    /// Like [`Prompting::chosen`], for the prompt that made the mask.
    pub chosen: Option<usize>,
    /// Like [`Prompting::from`], for the prompt that made the mask.
    pub from: Option<Former>,
    /// The origin of the mask in a run of everything mode.
    pub found: Option<FoundKey>,
    pub visible: bool,
    /// Protected against changes and deletion.
    pub locked: bool,
    /// Edited by hand, so that filters do not change it.
    pub edited: bool,
}

impl MaskItem {
    /// A visible, unlocked mask that has not been edited.
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

/// The current prompt, in photo pixels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prompting {
    pub prompt: Prompt,
    /// The candidate chosen by hand; `None` means the network's suggestion.
    pub chosen: Option<usize>,
    /// The previous answer to start from.
    pub from: Option<Former>,
}

/// An answer of the network, as input of the next prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Former {
    pub logits: LowRes,
    /// The part of the photo that they cover; `None` for the whole photo.
    pub part: Option<PixelBox>,
}

impl Former {
    fn bytes(&self) -> usize {
        size_of_val(self.logits.values())
    }
}

impl Prompting {
    pub fn is_empty(&self) -> bool {
        self.prompt.is_empty()
    }

    /// The query to the network for this part of the photo, or for the whole photo.
    pub fn query_in(&self, part: Option<PixelBox>) -> Query {
        let former = self.from.as_ref().filter(|former| former.part == part);
        let mask_input = former.map(|former| former.logits.clone());
        Query { prompt: self.prompt.clone(), mask_input }
    }
}

/// Everything that undo restores. Cheap to clone: the masks are shared.
#[derive(Debug, Clone, PartialEq, Default)]
struct State {
    masks: Vec<Arc<MaskItem>>,
    prompting: Prompting,
    /// The mask that accepting the prompt will replace.
    reopened: Option<MaskId>,
    solo: Option<MaskId>,
    sifting: Option<Sifting>,
    /// Found masks that were deleted by hand; filters do not restore them.
    dismissed: BTreeSet<FoundKey>,
    /// Objects of a sequence that are not on this frame, and whether a person has said so.
    absences: BTreeMap<TrackId, bool>,
}

impl Footprint for State {
    fn bytes_beyond(&self, other: &Self) -> usize {
        let items: HashSet<*const MaskItem> = other.masks.iter().map(Arc::as_ptr).collect();
        let masks: HashSet<*const Mask> =
            other.masks.iter().map(|m| Arc::as_ptr(&m.annotation.mask)).collect();
        let own = self.masks.iter().filter(|item| !items.contains(&Arc::as_ptr(item)));
        let bytes_of = |item: &Arc<MaskItem>| {
            let mask = &item.annotation.mask;
            let pixels = if masks.contains(&Arc::as_ptr(mask)) { 0 } else { mask.bytes() };
            size_of::<MaskItem>() + pixels + item.from.as_ref().map_or(0, Former::bytes)
        };
        let lists = size_of_val(&self.masks[..]) + self.dismissed.len() * size_of::<FoundKey>();
        let prompt = self.prompting.from.as_ref().map_or(0, Former::bytes);
        size_of::<Self>() + lists + prompt + own.map(bytes_of).sum::<usize>()
    }
}

/// The default name of a mask, before its number.
const NAME: &str = "Mask ";

/// The work on one photo.
#[derive(Debug, Default)]
pub struct Document {
    state: State,
    /// Where each mask is in the list.
    places: HashMap<MaskId, usize>,
    classes: Arc<ClassList>,
    history: History<State>,
    selection: BTreeSet<MaskId>,
    last_id: u64,
    revision: u64,
}

impl Document {
    /// A document with saved work and no history. All ids of masks must be different. `absences` are the objects of
    /// a sequence that are not on this frame, and whether a person has said so.
    pub fn restored(
        classes: Arc<ClassList>,
        masks: Vec<MaskItem>,
        absences: impl IntoIterator<Item = (TrackId, bool)>,
    ) -> Self {
        let ids = masks.iter().map(|m| m.id.0);
        // New masks are named after their id, and no name is given twice.
        let numbers = masks.iter().filter_map(|m| m.annotation.name.strip_prefix(NAME)?.parse().ok());
        let last_id = ids.chain(numbers).max().unwrap_or(0);
        let masks = masks.into_iter().map(Arc::new).collect();
        let state = State { masks, absences: absences.into_iter().collect(), ..State::default() };
        let mut this = Self { state, classes, last_id, ..Self::default() };
        this.follow_state();
        this
    }

    /// A number that grows with every change, from 0.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The estimated memory of the masks and the history, in bytes.
    pub fn bytes(&self) -> usize {
        self.state.bytes_beyond(&State::default()) + self.history.bytes()
    }

    /// The finished masks, oldest first.
    pub fn masks(&self) -> &[Arc<MaskItem>] {
        &self.state.masks
    }

    /// A finished mask by its id.
    pub fn mask(&self, id: MaskId) -> Option<&Arc<MaskItem>> {
        self.state.masks.get(*self.places.get(&id)?)
    }

    /// The classes that masks can have.
    pub fn classes(&self) -> &Arc<ClassList> {
        &self.classes
    }

    /// Replaces the classes by their present state. This is not a step of undo, but work to be saved if the
    /// class of a mask has another name now.
    pub fn use_classes(&mut self, classes: Arc<ClassList>) {
        let name = |list: &ClassList, id| list.get(id).map(|class| class.name.clone());
        let ids: BTreeSet<ClassId> = self.state.masks.iter().filter_map(|m| m.annotation.class).collect();
        let differ = ids.into_iter().any(|id| name(&self.classes, id) != name(&classes, id));
        self.revision += u64::from(differ);
        self.classes = classes;
    }

    /// The class of a mask.
    pub fn class_of(&self, item: &MaskItem) -> Option<&Class> {
        self.classes.get(item.annotation.class?)
    }

    /// A mask as an annotation with the name of its class.
    pub fn annotation(&self, item: &MaskItem) -> Annotation {
        item.annotation.clone().with_class(self.class_of(item).map(|class| class.name.clone()))
    }

    /// The reopened mask, which accepting the prompt will change.
    pub fn reopened(&self) -> Option<&Arc<MaskItem>> {
        self.mask(self.state.reopened?)
    }

    /// The current prompt.
    pub fn prompting(&self) -> &Prompting {
        &self.state.prompting
    }

    /// The only mask to be shown, if any.
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

    /// Adds a mask to the selection or removes it.
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

    /// The mask that a click at a pixel selects: the smallest mask there. If exactly one mask there is
    /// selected, the next larger one, and after the largest the smallest again.
    pub fn next_mask_at(&self, x: u32, y: u32) -> Option<MaskId> {
        let there = self.masks_at(x, y);
        let selected = self.selection.first().filter(|_| self.selection.len() == 1);
        let position = selected.and_then(|id| there.iter().position(|at| at == id));
        there.get(position.map_or(0, |i| (i + 1) % there.len())).copied()
    }

    /// The edit that moves the selected masks above the next mask (`up`) or below the previous one; `None` if
    /// there is none.
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

    /// The last filtered run of everything mode, and its filters.
    pub fn sifting(&self) -> Option<Sifting> {
        self.state.sifting
    }

    /// Applies an edit as one undo step. An edit without effect is not a step. An accepted mask becomes the
    /// only selected one.
    pub fn apply(&mut self, edit: Edit) {
        let before = self.state.clone();
        let label = edit.label(&before);
        let accepts = matches!(edit, Edit::Accept(_));
        edit.perform(&mut self.state, &mut self.last_id);
        if accepts {
            // The next action will apply to this mask.
            let known: HashSet<*const MaskItem> = before.masks.iter().map(Arc::as_ptr).collect();
            let is_new = |mask: &&Arc<MaskItem>| !known.contains(&Arc::as_ptr(mask));
            self.selection = self.state.masks.iter().filter(is_new).map(|mask| mask.id).collect();
        }
        if self.state != before {
            self.history.push(label, before, &self.state);
            self.revision += 1;
        }
        self.follow_state();
    }

    /// The label of the change that undo would revert.
    pub fn undo_label(&self) -> Option<&Label> {
        self.history.undo_label()
    }

    /// The label of the change that redo would restore.
    pub fn redo_label(&self) -> Option<&Label> {
        self.history.redo_label()
    }

    /// When the change was made that undo would revert.
    pub fn undo_moment(&self) -> Option<Moment> {
        self.history.undo_moment()
    }

    /// When the change was made that redo would restore.
    pub fn redo_moment(&self) -> Option<Moment> {
        self.history.redo_moment()
    }

    /// Undoes the last change. Returns whether there was one.
    pub fn undo(&mut self) -> bool {
        let done = self.history.undo(&mut self.state);
        self.revision += u64::from(done);
        self.follow_state();
        done
    }

    /// Redoes the last undone change. Returns whether there was one.
    pub fn redo(&mut self) -> bool {
        let done = self.history.redo(&mut self.state);
        self.revision += u64::from(done);
        self.follow_state();
        done
    }

    /// Brings what depends on the state up to date. Call it after every change of the list of masks.
    fn follow_state(&mut self) {
        self.places.clear();
        self.places.extend(self.state.masks.iter().enumerate().map(|(place, mask)| (mask.id, place)));
        self.forget_lost_ids();
    }

    fn forget_lost_ids(&mut self) {
        let exists = |id: &MaskId| self.places.contains_key(id);
        self.selection.retain(|id| exists(id));
        if self.state.solo.is_some_and(|id| !exists(&id)) {
            self.state.solo = None;
        }
        if self.state.reopened.is_some_and(|id| !exists(&id)) {
            self.state.reopened = None;
        }
    }
}

//! What a person makes on one photo: masks, the prompt being worked on, and every step back.
//!
//! Changes come in as [`Edit`]s through [`Document::apply`]; each is one step of undo.

mod colour_mode;
mod edit;
mod history;
mod shape;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use colour_mode::{ColourMode, colours};
pub use edit::{Edit, Named, NewMask, Reshape};
use history::History;
pub use shape::{ShapeOp, painted, prompting_again, reshape};

use crate::annotation::Annotation;
use crate::colour::{Colour, mask_colour};
use crate::everything::Filters;
use crate::mask::{Mask, PixelBox};
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
    pub name: String,
    pub colour: Colour,
    pub visible: bool,
    pub mask: Arc<Mask>,
    /// The network's own estimate of the IoU, in [0, 1]; `None` where no network has made the mask.
    pub predicted_iou: Option<f32>,
    /// How little the mask changes with the threshold, in [0, 1]; `None` as above.
    pub stability_score: Option<f32>,
    /// Name of the model that made the mask; `None` where no network has, or an older version kept it.
    pub model: Option<Arc<str>>,
    /// The prompt that made the mask.
    pub prompting: Prompting,
    /// Where in a run of everything mode the mask comes from.
    pub found: Option<FoundKey>,
    /// Changed by hand, so that filters leave it alone.
    pub edited: bool,
    pub class: Option<ClassId>,
    /// Protected from being changed or deleted.
    pub locked: bool,
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

/// Work that was saved: classes and masks with ids of their own, in their order.
#[derive(Debug, Clone, Default)]
pub struct Restored {
    pub classes: Vec<Class>,
    pub masks: Vec<Arc<MaskItem>>,
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
    /// A document with work that was saved, and nothing to undo.
    pub fn restored(Restored { classes, masks }: Restored) -> Self {
        let ids = masks.iter().map(|m| m.id.0).chain(classes.iter().map(|c| c.id.0));
        // New masks are called by their id, and no name is given twice.
        let numbers = masks.iter().filter_map(|m| m.name.strip_prefix(NAME)?.parse().ok());
        let last_id = ids.chain(numbers).max().unwrap_or(0);
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

    /// A mask of the document without what only the document knows.
    pub fn annotation(&self, item: &MaskItem) -> Annotation {
        Annotation {
            name: item.name.clone(),
            class: item.class.and_then(|id| self.class(id)).map(|class| class.name.clone()),
            colour: Some(item.colour),
            mask: item.mask.clone(),
            predicted_iou: item.predicted_iou,
            stability_score: item.stability_score,
            model: item.model.clone(),
            prompt: item.prompting.prompt.clone(),
        }
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
            self.state.masks.iter().filter(|m| self.is_shown(m) && m.mask.get(x, y)).collect();
        shown.sort_by_key(|m| (m.mask.area(), m.id));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::{BoxPrompt, Point};

    fn new_mask(area: u32) -> NewMask {
        NewMask {
            mask: Arc::new(Mask::from_fn(20, 20, |x, y| y == 0 && x < area)),
            predicted_iou: Some(0.5),
            stability_score: Some(0.5),
            model: None,
            prompting: Prompting::default(),
            found: None,
        }
    }

    fn point(x: f32) -> Point {
        Point { x, y: 1.0, positive: true }
    }

    fn clicks<const N: usize>(at: [f32; N]) -> Prompt {
        Prompt { points: at.map(point).to_vec(), bbox: None }
    }

    #[test]
    fn every_step_can_be_undone_and_redone() {
        let mut doc = Document::default();
        doc.apply(Edit::AddPoint(point(3.0), None));
        doc.apply(Edit::AddPoint(point(4.0), None));
        doc.apply(Edit::MovePoint { index: 1, x: 9.0, y: 2.0 });
        doc.apply(Edit::Choose(2));
        doc.apply(Edit::Accept(new_mask(4)));
        assert!(doc.prompting().is_empty());
        let id = doc.masks()[0].id;
        doc.apply(Edit::Rename(id, "cup".into()));
        doc.apply(Edit::SetVisible(vec![id], false));
        doc.apply(Edit::Solo(Some(id)));
        doc.apply(Edit::Delete(vec![id]));
        assert!(doc.masks().is_empty() && doc.solo().is_none());
        let mut steps = 0;
        while doc.undo() {
            steps += 1;
        }
        assert_eq!(steps, 9);
        assert_eq!(doc.state, State::default());
        while doc.redo() {}
        assert!(doc.masks().is_empty());
        doc.undo();
        assert_eq!(doc.masks()[0].name, "cup");
        assert!(!doc.masks()[0].visible);
        assert_eq!(doc.masks()[0].id, id, "a mask keeps its identity through undo and redo");
    }

    #[test]
    fn accepting_is_one_step_back_to_the_points() {
        let mut doc = Document::default();
        doc.apply(Edit::AddPoint(point(3.0), None));
        doc.apply(Edit::Accept(new_mask(4)));
        assert_eq!(doc.undo_label(), Some("Accept mask"));
        doc.undo();
        assert_eq!((doc.masks().len(), doc.prompting().prompt.points.len()), (0, 1));
    }

    #[test]
    fn an_accepted_mask_is_selected_alone() {
        let mut doc = Document::default();
        doc.apply(Edit::AddMasks(vec![new_mask(9), new_mask(3)]));
        let old = doc.masks()[1].id;
        doc.select([doc.masks()[0].id, old]);
        doc.apply(Edit::AddPoint(point(3.0), None));
        doc.apply(Edit::Accept(new_mask(4)));
        let new = doc.masks()[2].id;
        assert_eq!(doc.selection(), &BTreeSet::from([new]));
        doc.apply(Edit::Reopen(old, Prompting { prompt: clicks([2.0]), ..Prompting::default() }));
        doc.apply(Edit::Accept(new_mask(3)));
        assert_eq!(doc.selection(), &BTreeSet::from([old]));
        doc.apply(Edit::AddClass("cup".into()));
        assert_eq!(doc.selection(), &BTreeSet::from([old]));
    }

    #[test]
    fn a_change_that_changes_nothing_is_no_step() {
        let mut doc = Document::default();
        doc.apply(Edit::ClearPrompt);
        doc.apply(Edit::DeletePoint(7));
        doc.apply(Edit::AddMasks(vec![]));
        assert_eq!(doc.undo_label(), None);
    }

    #[test]
    fn a_new_point_hands_the_choice_back_to_the_network() {
        let mut doc = Document::default();
        doc.apply(Edit::AddPoint(point(3.0), None));
        doc.apply(Edit::Choose(2));
        doc.apply(Edit::AddPoint(point(5.0), None));
        assert_eq!(doc.prompting().chosen, None);
    }

    #[test]
    fn clicks_cycle_through_the_shown_masks_from_the_smallest() {
        let mut doc = Document::default();
        doc.apply(Edit::AddMasks(vec![new_mask(9), new_mask(3)]));
        let (large, small) = (doc.masks()[0].id, doc.masks()[1].id);
        assert_eq!(doc.masks_at(1, 0), [small, large]);
        assert_eq!(doc.next_mask_at(5, 5), None);
        for expected in [small, large, small] {
            let next = doc.next_mask_at(1, 0);
            assert_eq!(next, Some(expected));
            doc.select(next);
        }
        assert_eq!(doc.next_mask_at(5, 0), Some(large));
        doc.select([small, large]);
        assert_eq!(doc.next_mask_at(1, 0), Some(small));
        doc.apply(Edit::SetVisible(vec![small], false));
        assert_eq!(doc.masks_at(1, 0), [large]);
    }

    #[test]
    fn a_reopened_mask_takes_the_new_answer() {
        let mut doc = Document::default();
        doc.apply(Edit::AddMasks(vec![new_mask(9), new_mask(3)]));
        let id = doc.masks()[0].id;
        let prompting = Prompting { prompt: clicks([2.0]), ..Prompting::default() };
        doc.apply(Edit::Reopen(id, prompting.clone()));
        assert_eq!((doc.reopened().unwrap().id, doc.prompting()), (id, &prompting));
        doc.apply(Edit::Accept(new_mask(5)));
        assert_eq!((doc.masks().len(), doc.masks()[0].mask.area(), doc.masks()[0].id), (2, 5, id));
        assert!(doc.reopened().is_none());
        doc.undo();
        assert_eq!(doc.reopened().unwrap().mask.area(), 9);
        doc.apply(Edit::ClearPrompt);
        doc.apply(Edit::Accept(new_mask(7)));
        assert_eq!(doc.masks().len(), 3);
    }

    #[test]
    fn shapes_change_together_and_locked_masks_do_not() {
        let mut doc = Document::default();
        doc.apply(Edit::AddMasks(vec![new_mask(9), new_mask(3), new_mask(4)]));
        let [a, b, c] = [0, 1, 2].map(|i| doc.masks()[i].id);
        doc.apply(Edit::SetLocked(vec![c], true));
        let part = new_mask(2);
        doc.apply(Edit::Reshape(Reshape {
            what: "Split".into(),
            changed: vec![(a, new_mask(6).mask), (b, new_mask(0).mask), (c, new_mask(1).mask)],
            removed: vec![c],
            added: vec![(part, Some(a))],
        }));
        let areas: Vec<u64> = doc.masks().iter().map(|m| m.mask.area()).collect();
        assert_eq!(areas, [6, 2, 4], "the part follows its whole, an empty mask goes, a locked one stays");
        assert_eq!(doc.undo_label(), Some("Split"));
        doc.apply(Edit::Delete(vec![a, c]));
        assert_eq!(doc.masks().len(), 2);
    }

    #[test]
    fn very_many_classes_are_imported_at_once() {
        let mut doc = Document::default();
        let classes: Vec<_> = (0..100_000).map(|i| (format!("c{i}"), None)).collect();
        for _ in 0..2 {
            doc.apply(Edit::Import { masks: vec![], classes: classes.clone() });
        }
        assert_eq!(doc.classes().len(), 100_000);
    }

    #[test]
    fn classes_and_order_are_steps_of_undo() {
        let mut doc = Document::default();
        doc.apply(Edit::AddMasks(vec![new_mask(9), new_mask(3), new_mask(4)]));
        let [a, b, c] = [0, 1, 2].map(|i| doc.masks()[i].id);
        doc.apply(Edit::AddClass("cup".into()));
        let class = doc.classes()[0].id;
        doc.apply(Edit::SetClass(vec![a, c], Some(class)));
        doc.apply(Edit::RenameClass(class, "mug".into()));
        doc.apply(Edit::Move { ids: vec![c], before: Some(a) });
        assert_eq!(doc.masks().iter().map(|m| m.id).collect::<Vec<_>>(), [c, a, b]);
        doc.apply(Edit::Move { ids: vec![c, a], before: None });
        assert_eq!(doc.masks().iter().map(|m| m.id).collect::<Vec<_>>(), [b, c, a]);
        assert_eq!(doc.class(class).unwrap().name, "mug");
        doc.apply(Edit::DeleteClass(class));
        assert!(doc.classes().is_empty() && doc.masks().iter().all(|m| m.class.is_none()));
        doc.undo();
        assert_eq!(doc.masks().iter().filter(|m| m.class == Some(class)).count(), 2);
    }

    fn sift(run: u64, kept: &[usize]) -> Edit {
        let filters = Filters { pred_iou_thresh: kept.len() as f32, ..Filters::from(&Default::default()) };
        let found = |index: &usize| NewMask {
            found: Some(FoundKey { run, index: *index }),
            ..new_mask(20 - *index as u32)
        };
        Edit::Sift {
            sifting: Sifting { run, filters, beside: false },
            kept: kept.iter().map(found).collect(),
        }
    }

    fn indices(doc: &Document) -> Vec<usize> {
        doc.masks().iter().filter_map(|m| Some(m.found?.index)).collect()
    }

    #[test]
    fn filters_take_masks_out_and_bring_the_same_back() {
        let mut doc = Document::default();
        doc.apply(Edit::AddMasks(vec![new_mask(15)]));
        doc.apply(sift(1, &[4, 2, 7]));
        // The larger one lies below.
        let (four, colour) = (doc.masks()[2].id, doc.masks()[2].colour);
        doc.apply(sift(1, &[4, 9]));
        assert_eq!(indices(&doc), [4, 9]);
        assert_eq!(doc.masks()[1].id, four, "what stays keeps its identity");
        doc.apply(sift(1, &[2]));
        doc.apply(sift(1, &[4]));
        assert_eq!((doc.masks()[1].name.as_str(), doc.masks()[1].colour), ("Found 5", colour));
        assert_eq!(doc.masks().len(), 2, "masks made by hand stay");
        let sifted = doc.sifting().unwrap().filters;
        doc.undo();
        assert_eq!(indices(&doc), [2]);
        assert_eq!((doc.sifting().unwrap().filters, doc.undo_label()), (sifted, Some("Filter masks")));
    }

    #[test]
    fn a_run_over_a_part_leaves_what_others_found() {
        let mut doc = Document::default();
        doc.apply(sift(1, &[0, 1]));
        for kept in [&[0, 3][..], &[3]] {
            let Edit::Sift { sifting, kept } = sift(2, kept) else { unreachable!() };
            doc.apply(Edit::Sift { sifting: Sifting { beside: true, ..sifting }, kept });
        }
        assert_eq!(indices(&doc), [0, 1, 3]);
        doc.apply(sift(3, &[7]));
        assert_eq!(indices(&doc), [7]);
    }

    #[test]
    fn a_mask_stands_for_the_answer_in_the_part_that_holds_it() {
        let mut doc = Document::default();
        doc.apply(Edit::AddMasks(vec![new_mask(4)]));
        let part = PixelBox { x0: 0, y0: 0, x1: 8, y1: 2 };
        let within = |part| prompting_again(&doc.masks()[0], Some(part)).from.unwrap();
        let from = within(part);
        assert_eq!(from.part, Some(part));
        assert_eq!(from.logits.mask(0.0, 1.0).0.area(), 2 * 2);
        assert_eq!(within(PixelBox { x1: 3, ..part }).part, None, "the part cuts the mask");
    }

    #[test]
    fn a_prompt_starts_from_an_answer_only_where_that_was_given() {
        let part = PixelBox { x0: 10, y0: 20, x1: 30, y1: 40 };
        let logits = LowRes::over_photo(vec![1.0; 16 * 16], 16, (20, 20)).unwrap();
        let former = Former { logits, part: Some(part) };
        let bbox = |x1| Some(BoxPrompt { x0: 12.0, y0: 20.0, x1, y1: 40.0 });
        let mut prompting = Prompting {
            prompt: Prompt { points: vec![], bbox: bbox(30.0) },
            from: Some(former),
            ..Prompting::default()
        };
        prompting.prompt.points.push(Point { x: 10.0, y: 21.0, positive: true });
        assert!(prompting.prompt.lies_in(part));
        assert!(prompting.query_in(Some(part)).mask_input.is_some());
        assert!(prompting.query_in(None).mask_input.is_none());
        prompting.prompt.bbox = bbox(31.0);
        assert!(!prompting.prompt.lies_in(part));
    }

    #[test]
    fn what_filters_bring_lies_under_what_is_smaller() {
        let mut doc = Document::default();
        let areas = |doc: &Document| doc.masks().iter().map(|m| m.mask.area()).collect::<Vec<_>>();
        let found =
            |index: usize, area: u32| NewMask { found: Some(FoundKey { run: 1, index }), ..new_mask(area) };
        let Edit::Sift { sifting, .. } = sift(1, &[]) else { unreachable!() };
        doc.apply(Edit::AddMasks(vec![new_mask(1)]));
        doc.apply(Edit::Sift { sifting, kept: vec![found(0, 3), found(1, 9), found(2, 5)] });
        assert_eq!(areas(&doc), [1, 9, 5, 3]);
        doc.apply(Edit::Move { ids: vec![doc.masks()[3].id], before: Some(doc.masks()[0].id) });
        assert_eq!(areas(&doc), [3, 1, 9, 5], "and can be put elsewhere");
    }

    #[test]
    fn the_selected_masks_move_one_layer_up_or_down() {
        let mut doc = Document::default();
        doc.apply(Edit::AddMasks([1, 2, 3, 4].map(new_mask).to_vec()));
        let areas = |doc: &Document| doc.masks().iter().map(|m| m.mask.area()).collect::<Vec<_>>();
        doc.select([doc.masks()[0].id, doc.masks()[1].id]);
        for (up, wanted) in [(true, [3, 1, 2, 4]), (true, [3, 4, 1, 2]), (false, [3, 1, 2, 4])] {
            let edit = doc.moved_by_one(up).unwrap();
            doc.apply(edit);
            assert_eq!(areas(&doc), wanted);
        }
        doc.select([doc.masks()[3].id]);
        assert_eq!(doc.moved_by_one(true), None);
    }

    #[test]
    fn filters_respect_what_was_done_by_hand() {
        let mut doc = Document::default();
        doc.apply(sift(1, &[0, 1, 2]));
        let id = |doc: &Document, i: usize| doc.masks()[i].id;
        doc.apply(Edit::Rename(id(&doc, 0), "cup".into()));
        doc.apply(Edit::Delete(vec![id(&doc, 1)]));
        doc.apply(sift(1, &[1]));
        assert_eq!(indices(&doc), [0], "a renamed mask stays, a deleted one does not come back");
        doc.apply(sift(1, &[0, 1]));
        assert_eq!(indices(&doc), [0]);
        doc.apply(sift(2, &[0, 5]));
        assert_eq!(indices(&doc), [0, 0, 5], "another run replaces what was not touched");
    }

    #[test]
    fn filters_leave_locked_and_united_masks_alone() {
        let mut doc = Document::default();
        doc.apply(sift(1, &[0, 1, 2]));
        let [a, b, c] = [0, 1, 2].map(|i| doc.masks()[i].id);
        doc.apply(Edit::SetLocked(vec![c], true));
        let united = Reshape {
            what: "Unite".into(),
            changed: vec![(a, new_mask(8).mask)],
            removed: vec![b],
            added: vec![],
        };
        doc.apply(Edit::Reshape(united));
        doc.apply(sift(1, &[0, 1]));
        assert_eq!(indices(&doc), [0, 2], "a united mask came back, or a locked one went");
        assert_eq!(doc.masks()[0].mask.area(), 8);
    }

    #[test]
    fn a_mask_without_a_prompt_is_no_longer_worked_on() {
        let mut doc = Document::default();
        doc.apply(Edit::AddMasks(vec![new_mask(9)]));
        let id = doc.masks()[0].id;
        doc.apply(Edit::Reopen(id, Prompting { prompt: clicks([2.0]), ..Prompting::default() }));
        doc.apply(Edit::DeletePoint(0));
        assert!(doc.reopened().is_none());
        doc.apply(Edit::AddPoint(point(4.0), None));
        doc.apply(Edit::Accept(new_mask(5)));
        assert_eq!(doc.masks().iter().map(|m| m.mask.area()).collect::<Vec<_>>(), [9, 5]);
    }

    #[test]
    fn names_and_ids_are_never_used_twice() {
        let mut doc = Document::default();
        doc.apply(Edit::AddMasks(vec![new_mask(1), new_mask(2)]));
        let first = doc.masks()[1].id;
        doc.apply(Edit::Delete(vec![first]));
        doc.apply(Edit::AddMasks(vec![new_mask(3)]));
        assert_ne!(doc.masks()[1].id, first);
        assert_eq!(doc.masks()[1].name, "Mask 3");
    }
}

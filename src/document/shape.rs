//! Operations on the pixels of selected masks.

use std::sync::Arc;

use image::RgbImage;

use super::edit::Reshape;
use super::{ClassId, Former, Label, MaskItem, Prompting};
use crate::annotation::Annotation;
use crate::edge::{self, Refinement};
use crate::mask::{Mask, PixelBox};
use crate::prompt::{BoxPrompt, Point, Prompt};
use crate::sam::{LowRes, Query};

/// An operation on the selected masks. Sizes are photo pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ShapeOp {
    /// Fills holes smaller than this area; all holes if it is `None`.
    FillHoles(Option<u64>),
    /// Removes separate parts smaller than this area.
    RemoveSpecks(u64),
    /// Rounds corners and closes gaps of about this radius.
    Smooth(f32),
    Grow(f32),
    Shrink(f32),
    KeepLargestPart,
    /// Splits a mask into its separate parts.
    Split,
    /// Merges the selected masks into one.
    Union,
    /// Subtracts all other masks from the first one.
    Subtract,
    /// Keeps the intersection of all masks.
    Intersect,
}

impl ShapeOp {
    /// The label of the operation.
    pub fn label(self) -> Label {
        match self {
            ShapeOp::FillHoles(_) => Label::FillHoles,
            ShapeOp::RemoveSpecks(_) => Label::RemoveSpecks,
            ShapeOp::Smooth(_) => Label::Smooth,
            ShapeOp::Grow(_) => Label::Grow,
            ShapeOp::Shrink(_) => Label::Shrink,
            ShapeOp::KeepLargestPart => Label::KeepLargestPart,
            ShapeOp::Split => Label::Split,
            ShapeOp::Union => Label::Merge,
            ShapeOp::Subtract => Label::Subtract,
            ShapeOp::Intersect => Label::Intersect,
        }
    }

    /// Whether the operation needs two masks.
    pub fn combines(self) -> bool {
        matches!(self, ShapeOp::Union | ShapeOp::Subtract | ShapeOp::Intersect)
    }
}

/// Applies the operation to these masks, in the order of the list, and returns the change. Takes a moment for
/// large photos. Locked masks are not changed; masks are not combined if a locked one would have to change.
pub fn reshape(items: &[Arc<MaskItem>], op: ShapeOp) -> Reshape {
    use rayon::prelude::*;
    let mut change = Reshape { what: op.label(), ..Reshape::default() };
    if op.combines() {
        let [first, others @ ..] = items else { return change };
        let others_change = op != ShapeOp::Subtract;
        if first.locked || (others_change && others.iter().any(|other| other.locked)) {
            return change;
        }
        let combine = |combined: Mask, other: &Arc<MaskItem>| match op {
            ShapeOp::Union => combined.union(&other.annotation.mask),
            ShapeOp::Subtract => combined.difference(&other.annotation.mask),
            _ => combined.intersection(&other.annotation.mask),
        };
        let combined = others.iter().fold((*first.annotation.mask).clone(), combine);
        change.changed.push((first.id, Arc::new(combined)));
        if others_change {
            change.removed.extend(others.iter().map(|item| item.id));
        }
        return change;
    }
    let items: Vec<&Arc<MaskItem>> = items.iter().filter(|item| !item.locked).collect();
    if op == ShapeOp::Split {
        for item in items {
            let mut parts = item.annotation.mask.parts().into_iter();
            let (Some(largest), true) = (parts.next(), parts.len() > 0) else { continue };
            change.changed.push((item.id, Arc::new(largest)));
            // Each part is inserted right after the whole, so that the last one added comes first.
            for part in parts.rev() {
                change.added.push((part_of(item, part), Some(item.id)));
            }
        }
        return change;
    }
    let changed = items.into_par_iter().filter_map(|item| {
        let mask = match op {
            ShapeOp::FillHoles(None) => item.annotation.mask.filled(),
            ShapeOp::FillHoles(Some(area)) => item.annotation.mask.without_small_holes(area),
            ShapeOp::RemoveSpecks(area) => item.annotation.mask.without_small_parts(area),
            ShapeOp::Smooth(radius) => item.annotation.mask.smoothed(radius),
            ShapeOp::Grow(pixels) => item.annotation.mask.grown(pixels),
            ShapeOp::Shrink(pixels) => item.annotation.mask.shrunk(pixels),
            _ => item.annotation.mask.largest_part(),
        };
        (mask != *item.annotation.mask).then(|| (item.id, Arc::new(mask)))
    });
    change.changed = changed.collect();
    change
}

/// Moves the boundaries of these masks to the edges of the photo ([`edge`](crate::edge)). Takes a moment for
/// large masks. Locked masks are not changed.
pub fn refine_edges(items: &[Arc<MaskItem>], photo: &RgbImage, refinement: &Refinement) -> Reshape {
    let unlocked = items.iter().filter(|item| !item.locked);
    let changed = unlocked.filter_map(|item| {
        let mask = edge::refine(photo, &item.annotation.mask, refinement).mask();
        (mask != *item.annotation.mask).then(|| (item.id, Arc::new(mask)))
    });
    Reshape { what: Label::RefineEdge, changed: changed.collect(), ..Reshape::default() }
}

/// A part of a mask, by the same model; without the prompt, which describes the whole.
fn part_of(item: &MaskItem, mask: Mask) -> Annotation<ClassId> {
    let whole = &item.annotation;
    Annotation {
        predicted_iou: whole.predicted_iou,
        stability_score: whole.stability_score,
        model: whole.model.clone(),
        ..Annotation::new("", mask)
    }
}

/// Adds `area` to a mask or subtracts it; creates a new mask of a class from it if none is given.
pub fn painted(
    item: Option<&MaskItem>,
    area: Mask,
    subtract: bool,
    class: Option<ClassId>,
) -> Option<Reshape> {
    let what = if subtract { Label::Erase } else { Label::Paint };
    let mut change = Reshape { what, ..Reshape::default() };
    match item {
        Some(item) => {
            let mask = if subtract {
                item.annotation.mask.difference(&area)
            } else {
                item.annotation.mask.union(&area)
            };
            change.changed.push((item.id, Arc::new(mask)));
        }
        None if subtract || area.is_empty() => return None,
        None => change.added.push((Annotation { class, ..Annotation::new("", area) }, None)),
    }
    Some(change)
}

/// The prompt for reopening a mask: the prompt that made it, or the mask itself and a point inside. If the
/// mask lies entirely in `part`, it refers to that part, which the network sees in more detail.
///
/// A prompt of several clicks started from the answer to the previous ones. Files do not store that answer;
/// then the mask itself replaces it.
pub fn prompting_again(item: &MaskItem, part: Option<PixelBox>) -> Prompting {
    let former = item.prompting();
    let clicks = former.prompt.points.len() + usize::from(former.prompt.bbox.is_some());
    if clicks == 1 || (clicks > 1 && former.from.is_some()) {
        return former;
    }
    let holds = |part: &PixelBox| {
        let b = item.annotation.mask.bbox().unwrap_or(*part);
        let holds_mask = part.x0 <= b.x0 && part.y0 <= b.y0 && b.x1 <= part.x1 && b.y1 <= part.y1;
        holds_mask && former.prompt.lies_in(*part)
    };
    let part = part.filter(holds);
    let seen = part
        .map_or_else(|| item.annotation.mask.clone(), |part| Arc::new(item.annotation.mask.cropped(part)));
    let from = LowRes::of_mask(&seen).ok().map(|logits| Former { logits, part });
    if clicks > 1 {
        return Prompting { chosen: None, from, ..former };
    }
    let inside = item.annotation.mask.inner_point().map(|[x, y]| Point { x, y, positive: true });
    let prompt = Prompt { points: inside.into_iter().collect(), bbox: None };
    Prompting { prompt, from, ..Prompting::default() }
}

/// How far an object may have moved in another photo, as a share of the sides of its box.
const MOVEMENT: f32 = 0.1;
/// Less than for a mask of the same photo, because the object may have moved.
const LIKELY: f32 = 4.0;

/// The query for an object whose mask in another photo is known, stretched to a photo of this size: the mask, a
/// point inside, and a box with room for a small movement. `None` for a mask without pixels.
pub fn query_for_shape(mask: &Mask, (width, height): (u32, u32)) -> Option<Query> {
    let (b, [x, y]) = (mask.bbox()?, mask.inner_point()?);
    let [right, bottom] = [width as f32, height as f32];
    let [across, down] = [right / mask.width() as f32, bottom / mask.height() as f32];
    let [room_x, room_y] = [b.width(), b.height()].map(|side| side as f32 * MOVEMENT);
    let bbox = BoxPrompt {
        x0: ((b.x0 as f32 - room_x) * across).max(0.0),
        y0: ((b.y0 as f32 - room_y) * down).max(0.0),
        x1: ((b.x1 as f32 + room_x) * across).min(right),
        y1: ((b.y1 as f32 + room_y) * down).min(bottom),
    };
    let inside = Point { x: x * across, y: y * down, positive: true };
    let mask_input = LowRes::of_mask_in(mask, (width, height), LIKELY).ok();
    Some(Query { prompt: Prompt { points: vec![inside], bbox: Some(bbox) }, mask_input })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Edit};

    #[test]
    fn edges_are_refined_in_one_step_and_not_those_of_locked_masks() {
        let photo = RgbImage::from_fn(40, 30, |x, _| image::Rgb([if x < 23 { 200 } else { 30 }; 3]));
        let mut document = Document::default();
        let mask = Mask::from_fn(40, 30, |x, _| x < 20);
        document.apply(Edit::AddMasks(vec![
            Annotation::new("", mask.clone()),
            Annotation::new("", mask.clone()),
        ]));
        let [first, second] = [0, 1].map(|i| document.masks()[i].id);
        document.apply(Edit::SetLocked(vec![second], true));
        document.apply(Edit::Reshape(refine_edges(document.masks(), &photo, &Refinement::default())));
        let area = |document: &Document, id| document.mask(id).unwrap().annotation.mask.area();
        assert_eq!([first, second].map(|id| area(&document, id)), [23 * 30, 20 * 30]);
        assert_eq!(document.undo_label(), Some(&Label::RefineEdge));
        document.undo();
        assert_eq!(area(&document, first), 20 * 30);
    }

    #[test]
    fn nothing_is_combined_if_a_locked_mask_would_change() {
        let mut document = Document::default();
        let strip =
            |from: u32, to: u32| Annotation::new("", Mask::from_fn(20, 4, |x, _| (from..to).contains(&x)));
        document.apply(Edit::AddMasks(vec![strip(0, 10), strip(5, 15)]));
        let [first, second] = [0, 1].map(|i| document.masks()[i].id);
        document.apply(Edit::SetLocked(vec![second], true));
        for op in [ShapeOp::Union, ShapeOp::Intersect] {
            assert!(reshape(document.masks(), op).is_empty(), "{op:?}");
        }
        // A locked one can be taken from another.
        let change = reshape(document.masks(), ShapeOp::Subtract);
        assert_eq!((change.changed.len(), change.changed[0].1.area()), (1, 5 * 4));
        document.apply(Edit::SetLocked(vec![first], true));
        assert!(reshape(document.masks(), ShapeOp::Subtract).is_empty());
    }
}

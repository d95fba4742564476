//! Masks that a model proposes, and that wait for a person's decision.

use std::sync::Arc;

use super::{Document, MaskItem};
use crate::annotation::Annotation;
use crate::mask::Mask;
use crate::prompt::BoxPrompt;

/// Answers to two boxes that overlap this much (IoU) are about the same object.
const SAME_OBJECT: f64 = 0.9;

impl Document {
    /// The masks that wait for a person's decision, least certain first.
    pub fn proposals(&self) -> Vec<&Arc<MaskItem>> {
        let mut proposals: Vec<_> = self.masks().iter().filter(|m| m.annotation.proposal.is_some()).collect();
        proposals.sort_by(|a, b| a.annotation.certainty().total_cmp(&b.annotation.certainty()));
        proposals
    }

    /// Whether a mask was made from this box.
    pub fn has_mask_of(&self, bbox: BoxPrompt) -> bool {
        self.masks().iter().any(|item| item.annotation.prompt.bbox == Some(bbox))
    }

    /// Those of the proposals that are not in the list yet, each once: by their pixels, and the answer to a box
    /// also by the object, which somebody may have corrected since.
    pub fn missing<Class>(&self, proposals: Vec<Annotation<Class>>) -> Vec<Annotation<Class>> {
        let mut missing: Vec<Annotation<Class>> = vec![];
        for new in proposals {
            let mut known = self.masks().iter().map(|item| &item.annotation.mask);
            let mut others = missing.iter().map(|other| &other.mask);
            // The bound is cheap; few pairs pass it.
            let overlap = if new.prompt.bbox.is_some() { SAME_OBJECT } else { 1.0 };
            let is_same =
                |mask: &Arc<Mask>| mask.iou_at_most(&new.mask) >= overlap && mask.iou(&new.mask) >= overlap;
            if !known.any(is_same) && !others.any(is_same) {
                missing.push(new);
            }
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{ClassId, Edit};
    use crate::prompt::Prompt;

    #[test]
    fn the_same_object_is_proposed_once() {
        let bbox = |x1| BoxPrompt { x0: 0.0, y0: 0.0, x1, y1: 9.0 };
        let of_box = |width: u32, x1| Annotation {
            prompt: Prompt { points: vec![], bbox: Some(bbox(x1)) },
            ..Annotation::new("", Mask::from_fn(40, 10, |x, _| x < width))
        };
        let mut document = Document::default();
        document.apply(Edit::Import(vec![of_box(20, 20.0)]));
        assert!(document.has_mask_of(bbox(20.0)) && !document.has_mask_of(bbox(21.0)));
        let widths = |missing: Vec<Annotation<ClassId>>| {
            missing.iter().map(|m| m.mask.area() / 10).collect::<Vec<_>>()
        };
        let all = vec![of_box(19, 19.0), of_box(10, 10.0), of_box(10, 11.0), of_box(30, 30.0)];
        assert_eq!(widths(document.missing(all.clone())), [10, 30]);
        // Everything mode has found what it has found: only the same pixels are the same mask.
        let found = all.into_iter().map(|m| Annotation { prompt: Prompt::default(), ..m }).collect();
        assert_eq!(widths(document.missing(found)), [19, 10, 30]);
    }
}

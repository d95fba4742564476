//! The answer to a prompt: which of the network's masks are made, which are handed out and which one is
//! suggested.
//!
//! Follows the end of `MaskDecoder.forward` in `sam2/modeling/sam/mask_decoder.py`, and of SAM 1's.

use super::input::{LowRes, Placement};
use super::network::{CANDIDATES, Family, RawMasks};
use crate::mask::Mask;
use crate::prompt::Prompt;

/// Offset of the stability score at photo resolution (`stability_score_offset`).
pub const STABILITY_OFFSET: f32 = 1.0;
/// `dynamic_multimask_stability_delta` and `..._thresh` of the published configurations.
const DYNAMIC_DELTA: f32 = 0.05;
const DYNAMIC_THRESHOLD: f32 = 0.98;

/// Which of the four masks is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    /// The three candidates (`multimask_output=True`): for an ambiguous prompt such as one click.
    #[default]
    Candidates,
    /// One mask (`multimask_output=False`): mask 0, with SAM 2 only if it is stable, else the best
    /// candidate; always the latter where an exported model leaves mask 0 out.
    Single,
    /// The single mask, if the model has one, then the three candidates, so that a person can
    /// choose among all.
    All,
}

impl Output {
    /// The official advice: the three candidates for the ambiguous prompt that one click is, `otherwise`
    /// for any that says more.
    pub fn advised(prompt: &Prompt, otherwise: Output) -> Self {
        let is_ambiguous = prompt.points.len() == 1 && prompt.bbox.is_none();
        if is_ambiguous { Output::Candidates } else { otherwise }
    }
}

/// Whether the first of so many masks is the single one, with the candidates after it.
pub fn has_single(masks: usize) -> bool {
    masks > CANDIDATES
}

/// One answer to a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The mask is where these are above 0.
    pub low_res: LowRes,
    /// The network's own estimate of the mask's IoU with the truth; in [0, 1] from SAM 2, while that
    /// of SAM 1 can lie a little outside.
    pub predicted_iou: f32,
}

/// All answers to one prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    pub candidates: Vec<Candidate>,
    /// Index of the candidate that the official predictor would hand out: of three candidates the
    /// one with the best predicted IoU, else the choice of [`Output::Single`].
    pub suggested: usize,
    /// Logit of "there is something here"; above 0 means yes. Exported models do not tell it.
    pub object_score: Option<f32>,
}

impl Prediction {
    /// The masks of a prompt that are handed out.
    pub(super) fn new(
        raw: RawMasks,
        output: Output,
        min_iou: f32,
        family: Family,
        placement: Placement,
    ) -> Self {
        let choice = Choice { iou: &raw.iou, output, min_iou };
        let single = if has_single(raw.iou.len()) { raw.logits[0].as_deref() } else { None };
        let is_taken = |logits: &Vec<f32>| family == Family::Sam1 || is_stable(logits);
        let (masks, suggested) = choice.handed_out(single.is_some_and(is_taken));
        let candidate = |mask: usize| {
            let low_res = LowRes::new(raw.logits[mask].clone()?, placement).ok()?;
            Some(Candidate { low_res, predicted_iou: raw.iou[mask] })
        };
        Self {
            candidates: masks.into_iter().filter_map(candidate).collect(),
            suggested,
            object_score: raw.object_score,
        }
    }

    /// The mask of a candidate at the photo's size, and its stability score in [0, 1].
    pub fn mask(&self, candidate: usize) -> (Mask, f32) {
        self.mask_with(candidate, 0.0, STABILITY_OFFSET)
    }

    /// Like [`Prediction::mask`], with another threshold and stability offset (in logits).
    pub fn mask_with(&self, candidate: usize, threshold: f32, offset: f32) -> (Mask, f32) {
        self.candidates[candidate].low_res.mask(threshold, offset)
    }

    /// The logits of a candidate at the photo's size, (height, width) row-major.
    pub fn logits(&self, candidate: usize) -> Vec<f32> {
        self.candidates[candidate].low_res.in_photo()
    }
}

/// Index of the highest score, the first of equals.
pub(super) fn best(scores: impl Iterator<Item = f32>) -> usize {
    scores.enumerate().fold((0, f32::NEG_INFINITY), |best, (i, s)| if s > best.1 { (i, s) } else { best }).0
}

/// `MaskDecoder.forward` around `predict_masks`: which masks are made and handed out.
pub(super) struct Choice<'a> {
    pub iou: &'a [f32],
    pub output: Output,
    /// Masks whose predicted IoU is not above this are left out.
    pub min_iou: f32,
}

impl Choice<'_> {
    /// Index of the first candidate: 1 after the single mask, 0 where an exported model leaves that
    /// out.
    fn first(&self) -> usize {
        usize::from(has_single(self.iou.len()))
    }

    fn best(&self) -> usize {
        self.first() + best(self.iou[self.first()..].iter().copied())
    }

    fn is_kept(&self, mask: &usize) -> bool {
        let left_out = self.iou[*mask] <= self.min_iou;
        !left_out
    }

    /// Masks whose logits are needed.
    pub fn wanted(&self) -> Vec<usize> {
        let all = match self.output {
            Output::Candidates => (self.first()..self.iou.len()).collect(),
            // Only its logits tell whether the single mask is taken.
            Output::Single if self.first() > 0 => vec![0, self.best()],
            Output::Single => vec![self.best()],
            Output::All => (0..self.iou.len()).collect::<Vec<_>>(),
        };
        let undecided = self.first() > 0 && self.output != Output::Candidates;
        let any = all.iter().any(|mask| self.is_kept(mask));
        all.into_iter().filter(|mask| self.is_kept(mask) || (undecided && any && *mask == 0)).collect()
    }

    /// The masks that are handed out and the suggested one, if the single mask is stable or not.
    fn handed_out(&self, is_stable: bool) -> (Vec<usize>, usize) {
        let single = if is_stable { 0 } else { self.best() };
        let (masks, suggested) = match self.output {
            Output::Candidates => (self.first()..self.iou.len(), self.best()),
            Output::Single => (single..single + 1, single),
            Output::All => (0..self.iou.len(), single),
        };
        let masks: Vec<usize> = masks.filter(|mask| self.is_kept(mask)).collect();
        let position = masks.iter().position(|mask| *mask == suggested);
        let suggested = position.unwrap_or_else(|| best(masks.iter().map(|mask| self.iou[*mask])));
        (masks, suggested)
    }
}

/// `_dynamic_multimask_via_stability`: whether a mask barely changes with the threshold.
pub(super) fn is_stable(logits: &[f32]) -> bool {
    let count = |limit: f32| logits.iter().filter(|x| **x > limit).count() as f32;
    let (inner, outer) = (count(DYNAMIC_DELTA), count(-DYNAMIC_DELTA));
    outer == 0.0 || inner / outer >= DYNAMIC_THRESHOLD
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::{BoxPrompt, Point};

    #[test]
    fn one_click_alone_asks_for_the_candidates() {
        let click = Point { x: 1.0, y: 2.0, positive: true };
        let bbox = Some(BoxPrompt { x0: 0.0, y0: 0.0, x1: 3.0, y1: 3.0 });
        for (clicks, bbox, expected) in [
            (1, None, Output::Candidates),
            (2, None, Output::All),
            (1, bbox, Output::All),
            (0, bbox, Output::All),
        ] {
            let prompt = Prompt { points: vec![click; clicks], bbox };
            assert_eq!(Output::advised(&prompt, Output::All), expected);
        }
    }

    fn choice(iou: &[f32], output: Output, min_iou: f32) -> Choice<'_> {
        Choice { iou, output, min_iou }
    }

    #[test]
    fn only_masks_that_may_be_handed_out_are_made() {
        let iou = [0.9, 0.2, 0.6, 0.4];
        let wanted = |output, min_iou| choice(&iou, output, min_iou).wanted();
        assert_eq!(wanted(Output::Candidates, f32::NEG_INFINITY), [1, 2, 3]);
        assert_eq!(wanted(Output::Candidates, 0.3), [2, 3]);
        assert!(wanted(Output::Candidates, 0.6).is_empty());
        assert_eq!(wanted(Output::Single, 0.7), [0]);
        assert_eq!(wanted(Output::All, 0.3), [0, 2, 3]);
        let without_single = [0.1, 0.5, 0.3];
        assert_eq!(choice(&without_single, Output::Single, 0.2).wanted(), [1]);
        // The single mask is the one to judge by, even where it cannot be handed out itself.
        assert_eq!(choice(&[0.1, 0.2, 0.6, 0.4], Output::Single, 0.5).wanted(), [0, 2]);
    }

    #[test]
    fn the_suggestion_is_among_what_is_left() {
        let iou = [0.1, 0.2, 0.6, 0.4];
        let handed_out = |output, min_iou, stable| choice(&iou, output, min_iou).handed_out(stable);
        assert_eq!(handed_out(Output::Candidates, f32::NEG_INFINITY, false), (vec![1, 2, 3], 1));
        assert_eq!(handed_out(Output::Candidates, 0.3, true), (vec![2, 3], 0));
        assert_eq!(handed_out(Output::Single, f32::NEG_INFINITY, true), (vec![0], 0));
        assert_eq!(handed_out(Output::Single, 0.3, true), (vec![], 0));
        assert_eq!(handed_out(Output::All, f32::NEG_INFINITY, true), (vec![0, 1, 2, 3], 0));
        assert_eq!(handed_out(Output::All, 0.15, true), (vec![1, 2, 3], 1));
    }
}

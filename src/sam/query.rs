//! Queries to a network, and their tokens.

use super::error::{Error, Result};
use super::input::{LowRes, Placement};
use super::network::{Family, Label, Token};
use crate::prompt::{BoxPrompt, Prompt};

/// The limit of logits fed back as a prompt, as in SAM 2's predictors.
pub(super) const MASK_INPUT_LIMIT: f32 = 32.0;

/// A query to the network: a prompt, and optionally a previous answer to refine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    pub prompt: Prompt,
    /// Logits of a previous answer, possibly of another model.
    pub mask_input: Option<LowRes>,
}

impl From<Prompt> for Query {
    fn from(prompt: Prompt) -> Self {
        Self { prompt, mask_input: None }
    }
}

/// Checks that a prompt is not empty and lies inside a photo of the given size.
///
/// # Errors
/// [`Error::Prompt`] names the part that does not.
pub fn check_prompt(prompt: &Prompt, (width, height): (u32, u32)) -> Result<()> {
    if prompt.is_empty() {
        return Err(Error::Prompt("the prompt is empty: give at least a point or a box".into()));
    }
    let inside = |x: f32, y: f32| (0.0..=width as f32).contains(&x) && (0.0..=height as f32).contains(&y);
    for p in &prompt.points {
        if !inside(p.x, p.y) {
            let (x, y) = (p.x, p.y);
            return Err(Error::Prompt(format!(
                "the point {x},{y} lies outside the photo of {width}x{height} pixels"
            )));
        }
    }
    if let Some(BoxPrompt { x0, y0, x1, y1 }) = prompt.bbox {
        if !inside(x0, y0) || !inside(x1, y1) {
            return Err(Error::Prompt(format!(
                "the box {x0},{y0},{x1},{y1} extends beyond the photo of {width}x{height} pixels"
            )));
        }
        if x1 <= x0 || y1 <= y0 {
            return Err(Error::Prompt(format!(
                "the box {x0},{y0},{x1},{y1} is empty: give its top-left corner first, then its bottom-right one"
            )));
        }
    }
    Ok(())
}

/// The tokens of a prompt, in network pixels, in the order of the family's official predictor.
pub(super) fn tokens(prompt: &Prompt, family: Family, placement: &Placement) -> Vec<Token> {
    let scale = |x: f32, y: f32| placement.in_network([x, y]);
    let corners = prompt
        .bbox
        .iter()
        .flat_map(|b| [(scale(b.x0, b.y0), Label::BoxTopLeft), (scale(b.x1, b.y1), Label::BoxBottomRight)]);
    let points = prompt
        .points
        .iter()
        .map(|p| (scale(p.x, p.y), if p.positive { Label::Positive } else { Label::Negative }));
    let padding = ([0.0; 2], Label::Padding);
    match family {
        Family::Sam1 if prompt.bbox.is_some() => points.chain(corners).collect(),
        Family::Sam1 => points.chain([padding]).collect(),
        Family::Sam2 => corners.chain(points).chain([padding]).collect(),
    }
}

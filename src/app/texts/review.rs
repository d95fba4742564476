//! The review of proposals.

use crate::app::state::ReviewCount;

pub const TITLE: &str = "Review";
pub const ACCEPT: &str = "Accept";
pub const REJECT: &str = "Reject";
pub const REFINE: &str = "Refine";
pub const SKIP: &str = "Skip";
pub const END: &str = "End";
pub const CONTINUE: &str = "Continue review";
pub const ELSEWHERE: &str = "Paused while another photo is open.";
/// The label of the step of undo that leads back to the previous photo.
pub const UNDO: &str = "Previous decision";
pub const NO_CLASS: &str = "none";
pub const NOTHING: &str = "No photo in this window has proposals to review.";

/// What is left in the photo, and in how many others.
pub fn left(proposals: usize, photos: usize) -> String {
    let here = format!("{proposals} to review here");
    match photos {
        0 => here,
        photos => format!("{here}, {} to come", super::photos(photos)),
    }
}

/// How certain model and detector are.
pub fn certainty(predicted_iou: Option<f32>, score: Option<f32>) -> String {
    let iou = predicted_iou.map(|iou| format!("IoU {:.2}", iou.clamp(0.0, 1.0)));
    let score = score.map(|score| format!("detector {score:.2}"));
    iou.into_iter().chain(score).collect::<Vec<_>>().join(", ")
}

pub fn class(name: &str) -> String {
    format!("Class: {name}")
}

/// How a review has ended.
pub fn ended(ReviewCount { accepted, corrected, rejected, undecided }: ReviewCount) -> String {
    let mut text = format!("Review: {accepted} accepted, {corrected} corrected, {rejected} rejected");
    if undecided > 0 {
        text += &format!(", {undecided} left");
    }
    text + "."
}

//! The review of proposals.

use super::{decimal, units};
use crate::app::state::ReviewCount;

texts! { review:
    title;
    accept;
    reject;
    refine;
    skip;
    end;
    resume;
    elsewhere;
    undo;
    no_class;
    nothing;
    here(proposals: usize);
    to_come(photos: usize);
    iou(score: f32 => decimal(score, 2));
    detector(score: f32 => decimal(score, 2));
    class(name: &str);
    decided(accepted: usize, corrected: usize, rejected: usize);
    undecided(masks: usize);
}

/// What is left in the photo, and in how many others.
pub fn left(proposals: usize, photos: usize) -> String {
    units::listed([Some(here(proposals)), Some(photos).filter(|photos| *photos > 0).map(to_come)])
}

/// How certain model and detector are.
pub fn certainty(predicted_iou: Option<f32>, score: Option<f32>) -> String {
    units::listed([predicted_iou.map(|score| iou(score.clamp(0.0, 1.0))), score.map(detector)])
}

/// How a review has ended.
pub fn ended(count: ReviewCount) -> String {
    let masks = Some(count.undecided).filter(|masks| *masks > 0);
    let decided = decided(count.accepted, count.corrected, count.rejected);
    units::sentence(&units::listed([Some(decided), masks.map(undecided)]))
}

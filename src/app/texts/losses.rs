//! What an export would lose.

use super::localised;
use crate::files::export::Loss;
use crate::files::formats::UNCLASSED;

texts! { losses:
    empty(masks: usize);
    holes(masks: usize, pixels: u64);
    joined_parts(masks: usize);
    separate_parts(masks: usize);
    simplified(pixels: f64 => localised(pixels.to_string()));
    hidden(pixels: u64);
    unclassed(masks: usize, name: &str);
    details;
    attributes(masks: usize);
    attributes_except_flags(masks: usize);
}

pub fn loss(loss: Loss) -> String {
    match loss {
        Loss::Empty(masks) => empty(masks),
        Loss::Holes { masks, pixels } => holes(masks, pixels),
        Loss::JoinedParts(masks) => joined_parts(masks),
        Loss::SeparateParts(masks) => separate_parts(masks),
        Loss::Simplified(pixels) => simplified(pixels),
        Loss::Hidden(pixels) => hidden(pixels),
        Loss::Unclassed(masks) => unclassed(masks, UNCLASSED),
        Loss::Details => details().to_owned(),
        Loss::Attributes(masks) => attributes(masks),
        Loss::AttributesExceptFlags(masks) => attributes_except_flags(masks),
    }
}

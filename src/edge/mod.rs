//! Edges: where the boundary of a mask lies in the photo, and how soft it is there.
//!
//! The masks of the networks are enlarged from a coarse grid, so their boundaries are off by a few pixels. Around
//! the boundary, a guided filter (He, Sun and Tang, "Guided Image Filtering", 2013) with the colours of the photo
//! as its guide moves it to where the colours change. First, with large windows, the boundary itself counts little,
//! and what is certainly inside or outside counts fully: colours decide on which side a pixel is. Then, with small
//! windows around the new boundary, the filter finds the opacity of each pixel. Depends on no other module but
//! [`mask`](crate::mask).

mod alpha;
mod guided;
#[cfg(test)]
mod tests;

use image::RgbImage;
use serde::{Deserialize, Serialize};

pub use alpha::Alpha;
use guided::Pass;

use crate::mask::Mask;

/// How a boundary is refined.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Refinement {
    /// How far the boundary may move, in photo pixels; between 1 and [`Refinement::MAX_RADIUS`].
    pub radius: f32,
    /// How little the present boundary counts against the colours, between 0 and 1.
    pub strength: f32,
}

impl Default for Refinement {
    fn default() -> Self {
        Self { radius: 8.0, strength: 0.5 }
    }
}

impl Refinement {
    /// The largest radius.
    pub const MAX_RADIUS: f32 = 64.0;
}

/// Sides of windows, in radii, that hold enough of both sides of a boundary.
const REACH: f32 = 1.5;
/// Even at full strength, the present boundary decides where the colours do not.
const LEAST_WEIGHT: f32 = 0.01;
/// Differences of colour whose square, of 1 for black to white, is far below this count as noise.
const NOISE: [f64; 2] = [1e-4, 1e-3];
/// More would let noise decide where colours hardly differ, less leave boundaries that are off to one side.
const PREFERENCE: f64 = 0.5;
/// How far from the boundary pixels can be partly transparent.
const SOFT_REACH: f32 = 3.0;
const SOFT_WINDOW: usize = 2;
/// Each round also straightens what noise has left.
const SOFT_ROUNDS: usize = 2;

/// The opacity of each pixel of `photo`, which has the size of the mask, with the boundary of the mask where the
/// colours change. Farther from the boundary than the radius, nothing changes.
pub fn refine(photo: &RgbImage, mask: &Mask, refinement: &Refinement) -> Alpha {
    let radius = refinement.radius.clamp(1.0, Refinement::MAX_RADIUS);
    let doubt = 1.0 - refinement.strength.clamp(0.0, 1.0);
    let coarse = Pass {
        reach: radius,
        window: (radius * REACH).ceil() as usize,
        weight: (doubt * doubt).max(LEAST_WEIGHT),
        noise: NOISE[0],
        preference: PREFERENCE,
    };
    let soft = Pass { reach: SOFT_REACH, window: SOFT_WINDOW, weight: 1.0, noise: NOISE[1], preference: 0.0 };
    let mut refined = coarse.run(photo, mask);
    for _ in 0..SOFT_ROUNDS {
        refined = soft.run(photo, &refined.mask());
    }
    // An object smaller than the radius may not differ from its surroundings.
    let bounds = mask.bbox().filter(|_| refined.mask().is_empty());
    bounds.map_or(refined, |bounds| Alpha::of(mask, bounds))
}

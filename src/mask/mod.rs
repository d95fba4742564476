//! Binary masks: pixels, run-length encoding, outlines, parts, overlaps, drawing and boolean operations.
//! Depends on no other module.

mod bitmap;
mod boolean;
mod components;
mod figures;
mod grid;
mod inner;
mod morphology;
mod outline;
mod overlap;
pub mod pillow;
pub mod polygon;
mod rle;
#[cfg(test)]
mod samples;
mod shapes;
pub mod vertices;

pub use bitmap::{Mask, MaskRows, PixelBox};
pub use figures::Figures;
pub use outline::outline;
pub use overlap::{Coverage, INSIDE, coverage, parents, union_area};
pub use rle::{CompressedRle, Rle, RleError};

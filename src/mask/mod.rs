//! Binary masks: the pixels, their run-length encoding, their outline, parts and overlaps, and how
//! they are drawn, joined and cut. Depends on nothing of ours.

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

pub use bitmap::{Mask, MaskRows, PixelBox};
pub use figures::Figures;
pub use outline::outline;
pub use overlap::{Coverage, INSIDE, coverage, parents, union_area};
pub use rle::{CompressedRle, Rle, RleError};

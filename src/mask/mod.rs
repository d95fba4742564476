//! Binary masks: the pixels, their run-length encoding, their outline, parts and overlaps. Depends
//! on nothing of ours.

mod bitmap;
mod components;
mod outline;
mod overlap;
pub mod polygon;
mod rle;

pub use bitmap::{Mask, MaskRows, PixelBox};
pub use outline::outline;
pub use overlap::{Coverage, INSIDE, coverage, parents, union_area};
pub use rle::{CompressedRle, Rle, RleError};

//! Binary masks: the pixels, their run-length encoding, outline and overlap. Depends on nothing of ours.

mod bitmap;
mod outline;
mod overlap;
mod rle;

pub use bitmap::{Mask, MaskRows, PixelBox};
pub use outline::outline;
pub use overlap::union_area;
pub use rle::{CompressedRle, Rle, RleError};

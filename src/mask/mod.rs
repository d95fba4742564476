//! Binary masks: the pixels, their run-length encoding, their outline. Depends on nothing of ours.

mod bitmap;
mod outline;
mod rle;

pub use bitmap::{Mask, MaskRows, PixelBox};
pub use outline::outline;
pub use rle::{Rle, RleError};

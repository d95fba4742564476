//! Binary masks: pixels, run-length encoding, outlines, parts, overlaps, drawing and boolean operations.
//! Depends on no other module.
//!
//! ```
//! use tinsel::mask::Mask;
//!
//! let left = Mask::from_fn(6, 4, |x, _| x < 4);
//! let right = Mask::from_fn(6, 4, |x, _| x >= 2);
//! assert_eq!(left.union(&right).area(), 24);
//! assert_eq!(left.difference(&right).bbox().map(|b| b.xywh()), Some([0, 0, 2, 4]));
//! assert_eq!(left.iou(&right), 8.0 / 24.0);
//! ```

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

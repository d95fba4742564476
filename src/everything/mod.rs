//! "Segment everything": prompt the network with a grid of points and keep the good masks.
//!
//! Follows `sam2/automatic_mask_generator.py`.

pub mod compare;
mod crops;
mod filter;
mod found;
mod generator;
mod grid;
mod nms;
mod overlap;
mod parameters;

pub use compare::{Comparison, DEFAULT_MIN_IOU, Pair, Unmatched, compare};
pub use filter::{Filters, Kept, filter};
pub use found::FoundMask;
pub use generator::{Batch, Outcome, Search, crop, generate};
pub use overlap::overlaps;
pub use parameters::{Parameters, ParametersError, Preset};

//! "Segment everything": prompt the network with a grid of points and keep the good masks.
//!
//! Follows `sam2/automatic_mask_generator.py`.

pub mod compare;
mod crops;
mod generator;
mod grid;
mod nms;
mod parameters;
mod settle;

pub use compare::{Alone, Comparison, DEFAULT_MIN_IOU, Pair, compare};
pub use generator::{Batch, FoundMask, Outcome, crop, generate};
pub use parameters::{Parameters, ParametersError, Preset};
pub use settle::{Filters, Settled, settle};

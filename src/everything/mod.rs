//! "Segment everything": prompt the network with a grid of points and keep the good masks.
//!
//! Follows `sam2/automatic_mask_generator.py` for one crop, the whole photo.

pub mod compare;
mod generator;
mod grid;
mod nms;

pub use generator::{Batch, FoundMask, Outcome, Parameters, ParametersError, generate};

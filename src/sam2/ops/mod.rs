//! Operators that tract lacks, fused into one pass over the data.

mod layer_norm;
mod max_pool;

pub(super) use layer_norm::LayerNorm;
pub(super) use max_pool::MaxPool2x2;

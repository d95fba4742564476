//! Operators that tract lacks, fused into one pass over the data.

mod layer_norm;

pub(super) use layer_norm::LayerNorm;

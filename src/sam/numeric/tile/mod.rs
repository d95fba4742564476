//! Kernels for the decoder: small products, and the operations on a tile between them, in the processor's
//! caches.
//!
//! A tile is a row-major matrix of rows of [`WIDTH`] values: one row a channel, one column a pixel,
//! so that a vector instruction works on neighbouring pixels.

mod attention;
mod columns;
mod cut;
mod product;

pub use attention::{STACKED, Seen, stacked_scores, turn_back, weigh};
pub use columns::{
    RunningSoftmax, add_gelu, add_to_rows, blend, dot_columns, norm_gelu, scale_columns, softmax_groups,
    sum_columns, transpose,
};
pub use cut::{Counts, Cuts, cut};
pub use product::{Left, Out, Shape, View, product};
/// Columns of a tile, and of a panel of weights.
pub const WIDTH: usize = 64;
/// Products make columns in multiples of this.
pub const GRANULE: usize = 16;

/// The next multiple of [`GRANULE`].
pub fn padded(columns: usize) -> usize {
    columns.next_multiple_of(GRANULE)
}

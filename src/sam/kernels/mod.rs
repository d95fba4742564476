//! Numeric kernels on tiles that stay in the processor's caches.
//!
//! A tile is a row-major matrix of rows of [`WIDTH`] values: one row a channel, one column a pixel,
//! so that a vector instruction works on neighbouring pixels. The kernels are compiled for several
//! instruction sets, and the best that the processor has is chosen when they are called.

mod cut;
pub mod functions;
mod product;
mod rows;

pub use cut::{Counts, Cuts, cut};
pub use product::{Left, Out, Shape, View, product};
pub use rows::{
    RunningSoftmax, add_gelu, add_to_rows, blend, dot_columns, norm_gelu, scale_columns, softmax_groups,
    sum_columns, transpose,
};

/// Columns of a tile, and of a panel of weights.
pub const WIDTH: usize = 64;
/// Products make columns in multiples of this.
pub const GRANULE: usize = 16;

/// The next multiple of [`GRANULE`].
pub fn padded(columns: usize) -> usize {
    columns.next_multiple_of(GRANULE)
}

/// Defines a function whose body is compiled for each instruction set; `S` and `simd` are the
/// chosen one's type and token in the body.
macro_rules! kernel {
    ($(#[$doc:meta])* fn $name:ident<$life:lifetime, $S:ident>($simd:ident; $($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        pub fn $name<$life>($($arg: $ty),*) {
            struct Kernel<$life> {
                $($arg: $ty),*
            }
            impl<$life> pulp::WithSimd for Kernel<$life> {
                type Output = ();

                #[inline(always)]
                fn with_simd<$S: pulp::Simd>(self, $simd: $S) {
                    let Self { $($arg),* } = self;
                    $body
                }
            }
            pulp::Arch::new().dispatch(Kernel { $($arg),* });
        }
    };
}
use kernel;

//! Numeric kernels on float32, for the widest vector instructions that the processor has.
//!
//! Two shapes of work, each with the products that suit it:
//!
//! - [`packed`] and [`rows`]: the encoder's large matrices, row-major and of any size, one factor repacked
//!   once for many products; functions run along rows.
//! - [`tile`]: the decoder's small matrices, [`tile::WIDTH`] pixels side by side, which stay in the
//!   processor's caches; functions run down columns.
//!
//! Both are compiled for several instruction sets, and both leave the choice to [`dispatch`].

mod functions;
mod instructions;
pub mod packed;
pub mod rows;
pub mod tile;

#[cfg(test)]
pub use instructions::tests::on_each_instruction_set;
pub use instructions::{InstructionSet, dispatch, instruction_set, mul_add};

//! Operators that tract lacks, fused into few passes over the data.

mod attention;
mod function;
mod global_attention;
mod layers;
mod mlp;
mod patch_embed;
mod window_attention;
mod windows;

pub(super) use attention::Attention;
pub(super) use function::{Function, FunctionOp};
pub(super) use global_attention::GlobalAttention;
pub(super) use layers::{Linear, Norm};
pub(super) use mlp::ResidualMlp;
pub(super) use patch_embed::PatchEmbed;
pub(super) use window_attention::WindowAttention;
pub(super) use windows::Windows;

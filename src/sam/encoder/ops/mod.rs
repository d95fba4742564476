//! Operators that tract lacks, fused into few passes over the data.

mod attention;
mod chain;
mod conv;
mod conv_neck;
mod conv_stem;
mod cubic;
mod function;
mod global_attention;
mod layers;
mod local_mlp;
mod mb_conv;
mod mixer_block;
mod mlp;
mod patch_embed;
mod patches;
mod position_bias;
mod rings;
mod squeeze_excite;
mod window_attention;
mod windows;

pub(super) use attention::{Attention, QkvOrder};
pub(super) use chain::{Chain, MapLayer};
pub(super) use conv_neck::ConvNeck;
pub(super) use conv_stem::ConvStem;
pub(super) use function::{Function, FunctionOp};
pub(super) use global_attention::GlobalAttention;
pub(super) use layers::{Linear, Norm};
pub(super) use local_mlp::LocalMlp;
pub(super) use mb_conv::{Around, MbConv};
pub(super) use mixer_block::MixerBlock;
pub(super) use mlp::ResidualMlp;
pub(super) use patch_embed::PatchEmbed;
pub(super) use patches::{PATCH, Patches};
pub(super) use position_bias::{AxisBias, DistanceBias};
pub(super) use window_attention::{WindowAttention, WindowBias};
pub(super) use windows::Windows;

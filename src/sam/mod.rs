//! The image networks of Segment Anything: photo in, masks out. Encoders are tract graphs; the decoder, which
//! runs thousands of times for one photo, is made of custom kernels.
//!
//! Knows tensors, prompts and logits, but not photo files, documents or windows. The modules have the names
//! of the official implementations (`facebookresearch/sam2`, `facebookresearch/segment-anything`,
//! `ChaoningZhang/MobileSAM`), so that both can be read side by side:
//!
//! | here | there |
//! | --- | --- |
//! | `encoder::hiera` | SAM 2: `modeling/backbones/hieradet.py`, `image_encoder.py` (`FpnNeck`) |
//! | `encoder::vit` | SAM 1: `modeling/image_encoder.py` |
//! | `encoder::tiny_vit` | MobileSAM: `modeling/tiny_vit_sam.py` |
//! | [`prompt_encoder`] | `modeling/sam/prompt_encoder.py` |
//! | [`decoder`], in the official order [`decoder::plain`] | `modeling/sam/mask_decoder.py`, `transformer.py` |
//! | [`input`] | `utils/transforms.py` |
//! | [`prediction`] | the end of `MaskDecoder.forward` in `mask_decoder.py` |
//! | [`memory`] | `modeling/memory_attention.py`, `memory_encoder.py`, `sam2_base.py` |
//! | [`query`], [`predictor`] | `sam2_image_predictor.py`, SAM 1: `predictor.py` |

pub mod config;
pub mod decoder;
pub mod encoder;
mod error;
pub mod input;
pub mod memory;
mod native;
mod network;
mod numeric;
mod onnx;
mod plan;
pub mod prediction;
pub mod predictor;
pub mod prompt_encoder;
pub mod query;
pub mod weights;

#[cfg(test)]
pub(crate) mod parity;

pub use config::{Config, MemoryConfig};
pub use error::{Error, Result};
pub use input::LowRes;
pub use network::{Family, Fit, InputFormat, Label, Map, Monitor, Token};
pub use numeric::{InstructionSet, instruction_set};
pub use prediction::{Candidate, Output, Prediction, has_single};
pub use predictor::{Embedding, Encoded, Encoding, Predictor};
pub use query::{Query, check_prompt};
pub use weights::Weights;

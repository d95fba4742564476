//! The image networks of Segment Anything: photo in, masks out. Encoders are tract graphs; the
//! decoder, of which one photo needs thousands of runs, is made of kernels of our own.
//!
//! Knows tensors, prompts and logits; nothing of files of photos, documents or windows. The
//! modules carry the names of the official implementations (`facebookresearch/sam2`,
//! `facebookresearch/segment-anything`, `ChaoningZhang/MobileSAM`), so that both can be read side by
//! side:
//!
//! | here | there |
//! | --- | --- |
//! | [`encoder::hiera`] | SAM 2: `modeling/backbones/hieradet.py`, `image_encoder.py` (`FpnNeck`) |
//! | [`encoder::vit`] | SAM 1: `modeling/image_encoder.py` |
//! | [`encoder::tiny_vit`] | MobileSAM: `modeling/tiny_vit_sam.py` |
//! | [`prompt_encoder`] | `modeling/sam/prompt_encoder.py` |
//! | [`decoder`] | `modeling/sam/mask_decoder.py`, `transformer.py` |
//! | [`input`] | `utils/transforms.py` |
//! | [`predictor`] | `sam2_image_predictor.py`, SAM 1: `predictor.py` |

pub mod config;
mod decoder;
pub mod encoder;
mod error;
mod gemm;
pub mod input;
mod kernels;
mod native;
mod network;
mod onnx;
mod plan;
pub mod predictor;
mod prompt_encoder;
mod simd;
pub mod weights;

#[cfg(test)]
mod parity;

pub use config::{Config, Family};
pub use error::{Error, Result};
pub use input::LowRes;
pub use network::Map;
pub use plan::Monitor;
pub use predictor::{
    Candidate, Embedding, Encoded, Encoding, Output, Prediction, Predictor, Query, check_prompt,
};
pub use weights::Weights;

//! The image path of Segment Anything 2: photo in, masks out. The encoder is a tract graph; the
//! decoder, of which one photo needs thousands of runs, is made of kernels of our own.
//!
//! Knows tensors, prompts and logits; nothing of files of photos, documents or windows. The
//! modules carry the names of the official implementation (`facebookresearch/sam2`), so that
//! both can be read side by side:
//!
//! | here | there |
//! | --- | --- |
//! | [`hiera`] | `modeling/backbones/hieradet.py` |
//! | [`neck`] | `modeling/backbones/image_encoder.py` (`FpnNeck`) |
//! | [`prompt`] | `modeling/sam/prompt_encoder.py` |
//! | [`decoder`] | `modeling/sam/mask_decoder.py`, `transformer.py` |
//! | [`input`] | `utils/transforms.py` |
//! | [`predictor`] | `sam2_image_predictor.py` |

pub mod config;
mod decoder;
mod error;
mod gemm;
mod graph;
mod hiera;
pub mod input;
mod kernels;
mod native;
mod neck;
mod onnx;
mod ops;
mod plan;
pub mod predictor;
mod prompt;
mod simd;
pub mod weights;

#[cfg(test)]
mod parity;

pub use config::Config;
pub use error::{Error, Result};
pub use plan::Monitor;
pub use predictor::{Candidate, Embedding, Encoded, Map, Output, Point, Prediction, Predictor, Prompt};
pub use weights::Weights;

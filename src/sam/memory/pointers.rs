//! Object pointers: an object on a frame as one vector.
//!
//! Follows `_forward_sam_heads` and `_prepare_memory_conditioned_features` in `sam2/modeling/sam2_base.py`.

use super::position::sine_1d;
use super::{Dense, POINTERS};
use crate::sam::config::MemoryConfig;
use crate::sam::decoder::layers::Mlp;
use crate::sam::error::Result;
use crate::sam::weights::Weights;

/// Makes pointers, and the tokens of a memory of them.
pub struct Pointers {
    projection: Mlp,
    /// The pointer of an object that is not there, (d).
    no_object: Vec<f32>,
    /// `obj_ptr_tpos_proj`; SAM 2.0 and EdgeTAM have none, and their pointers have no time.
    time: Option<Dense>,
    d: usize,
    mem_dim: usize,
}

impl Pointers {
    /// Reads their weights.
    ///
    /// # Errors
    /// A tensor that is missing or has another shape than the configuration asks for.
    pub fn new(weights: &Weights, config: MemoryConfig) -> Result<Self> {
        let (d, mem_dim) = (weights.config().d_model, config.mem_dim);
        let time = "obj_ptr_tpos_proj";
        let has_time = weights.has(&format!("{time}.weight"));
        Ok(Self {
            projection: Mlp::new(weights, "obj_ptr_proj", &[d; 4])?,
            no_object: weights.values("no_obj_ptr", &[1, d])?,
            time: has_time.then(|| Dense::new(weights, time, d, mem_dim)).transpose()?,
            d,
            mem_dim,
        })
    }

    /// The pointer of a mask, (d), from its token of the decoder; that of no object where the object score says
    /// so.
    pub fn pointer(&self, mask_token: &[f32], is_there: bool) -> Vec<f32> {
        if is_there { self.projection.apply(mask_token) } else { self.no_object.clone() }
    }

    /// Pointers with their distance in frames, positive into the past, as tokens of the memory and what is
    /// added to them as keys: (tokens, mem_dim) each. `frames` is the length of the sequence: the official code
    /// counts time in shares of the frames whose pointers it may keep.
    pub fn tokens(&self, pointers: &[(f32, &[f32])], frames: usize) -> (Vec<f32>, Vec<f32>) {
        let parts = self.d / self.mem_dim;
        let longest = frames.clamp(2, POINTERS) - 1;
        let (mut tokens, mut times) = (vec![], vec![]);
        for (distance, pointer) in pointers {
            tokens.extend_from_slice(pointer);
            let time = match &self.time {
                Some(projection) => projection.apply(&sine_1d(distance / longest as f32, self.d)),
                None => vec![0.0; self.mem_dim],
            };
            times.extend(time.repeat(parts));
        }
        (tokens, times)
    }
}

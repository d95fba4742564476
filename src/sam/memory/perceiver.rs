//! EdgeTAM's perceiver: condenses a memory, the map of a frame, to a few latents.
//!
//! Follows `PerceiverResampler` in `sam2/modeling/perceiver.py`. Some latents look at the whole map, the others at
//! a window each; both go through the same layers.

use super::Dense;
use super::attention::{attend, normalised};
use super::position::sine;
use crate::sam::config::PerceiverConfig;
use crate::sam::decoder::layers::Norm;
use crate::sam::error::{Error, Result};
use crate::sam::network::STRIDES;
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

const PREFIX: &str = "spatial_perceiver";
/// `ff_mult`
const EXPANSION: usize = 4;

/// `PerceiverResampler`.
pub struct Perceiver {
    /// Those that look at the whole map, (num_latents, mem_dim).
    latents: Vec<f32>,
    /// Those that look at a window each, row by row: (num_latents_2d, mem_dim).
    latents_2d: Vec<f32>,
    layers: Vec<Layer>,
    norm: Norm,
    /// Of the map: (cells, mem_dim).
    position: Vec<f32>,
    windows: Windows,
}

impl Perceiver {
    /// Reads its weights.
    ///
    /// # Errors
    /// A tensor that is missing or has another shape than the configuration asks for;
    /// [`Error::InputSide`] if the windows do not divide the map.
    pub fn new(weights: &Weights, config: PerceiverConfig, mem_dim: usize) -> Result<Self> {
        let cells = weights.config().embedding_side();
        let windows = Windows { cells, count: config.num_latents_2d.isqrt() };
        if !cells.is_multiple_of(windows.count) {
            let step = STRIDES[2] * windows.count;
            return Err(Error::InputSide {
                file: weights.name().to_owned(),
                side: weights.config().image_size,
                cause: format!("to follow objects, it must be a multiple of {step}"),
            });
        }
        let latents =
            |name: &str, count: usize| weights.values(&format!("{PREFIX}.{name}"), &[count, mem_dim]);
        let layer = |i: usize| Layer::new(weights, &format!("{PREFIX}.layers.{i}"), mem_dim);
        Ok(Self {
            latents: latents("latents", config.num_latents)?,
            latents_2d: latents("latents_2d", config.num_latents_2d)?,
            layers: (0..config.depth).map(layer).collect::<Result<_>>()?,
            norm: Norm::new(weights, &format!("{PREFIX}.norm"), mem_dim)?,
            position: sine(cells, mem_dim),
            windows,
        })
    }

    /// The latents of a map, (cells, mem_dim), as `Layout` orders them: (num_latents + num_latents_2d, mem_dim).
    pub fn condense(&self, map: &[f32]) -> Vec<f32> {
        let (mut of_map, mut of_windows) = (self.latents.clone(), self.latents_2d.clone());
        for layer in &self.layers {
            layer.apply(&mut of_map, &mut of_windows, map, &self.position, &self.windows);
        }
        of_map.append(&mut of_windows);
        normalised(&self.norm, &of_map)
    }
}

/// A square map in square windows, as many along each side.
struct Windows {
    /// Of the map's side.
    cells: usize,
    /// Along a side.
    count: usize,
}

impl Windows {
    /// The cells of each window, row by row.
    fn cells(&self) -> impl Iterator<Item = impl Iterator<Item = usize>> {
        let Self { cells, count } = *self;
        let side = cells / count;
        let window = move |i: usize| {
            let first = i / count * side * cells + i % count * side;
            (0..side).flat_map(move |y| (0..side).map(move |x| first + y * cells + x))
        };
        (0..count * count).map(window)
    }
}

/// `PerceiverEncoderLayer`.
struct Layer {
    attn: Attention,
    /// Of the map.
    norm_x: Norm,
    ff: FeedForward,
    self_attn: Attention,
    self_ff: FeedForward,
}

impl Layer {
    fn new(weights: &Weights, prefix: &str, width: usize) -> Result<Self> {
        let name = |part: &str| format!("{prefix}.{part}");
        Ok(Self {
            attn: Attention::new(weights, &name("attn"), "norm_latents", width)?,
            norm_x: Norm::new(weights, &name("attn.norm_x"), width)?,
            ff: FeedForward::new(weights, &name("ff"), width)?,
            self_attn: Attention::new(weights, &name("self_attn"), "norm", width)?,
            self_ff: FeedForward::new(weights, &name("self_ff"), width)?,
        })
    }

    /// Changes the latents that look at the whole map, and those that look at a window each.
    fn apply(
        &self,
        of_map: &mut [f32],
        of_windows: &mut [f32],
        map: &[f32],
        position: &[f32],
        windows: &Windows,
    ) {
        let map = normalised(&self.norm_x, map);
        let (mut keys, mut values) = (self.attn.to_k.apply(&map), self.attn.to_v.apply(&map));
        self.attn.look_at_windows(of_windows, &keys, &values, windows);
        // Those of the windows know where they are.
        rows::add(&mut keys, position);
        rows::add(&mut values, position);
        self.attn.look(of_map, &keys, &values);
        [&mut *of_map, of_windows].into_iter().for_each(|latents| self.ff.add_to(latents));
        let own = normalised(&self.self_attn.norm, of_map);
        self.self_attn.look(of_map, &self.self_attn.to_k.apply(&own), &self.self_attn.to_v.apply(&own));
        // Each of the others is alone in its window, and sees itself whatever its key is.
        let own = self.self_attn.to_v.apply(&normalised(&self.self_attn.norm, of_windows));
        self.self_attn.to_out.add_rows(&own, of_windows);
        [of_map, of_windows].into_iter().for_each(|latents| self.self_ff.add_to(latents));
    }
}

/// `PerceiverAttention` or `Attention`, with one head as wide as the latents.
struct Attention {
    /// Of the latents that look.
    norm: Norm,
    to_q: Dense,
    to_k: Dense,
    to_v: Dense,
    to_out: Dense,
}

impl Attention {
    /// Keys and values may be one layer, `to_kv`, or two, `to_k` and `to_v`.
    fn new(weights: &Weights, prefix: &str, norm: &str, width: usize) -> Result<Self> {
        let weight = |part: &str, outputs: usize| {
            weights.values(&format!("{prefix}.{part}.weight"), &[outputs, width])
        };
        let (key, value) = if weights.has(&format!("{prefix}.to_k.weight")) {
            (weight("to_k", width)?, weight("to_v", width)?)
        } else {
            let mut key = weight("to_kv", 2 * width)?;
            let value = key.split_off(width * width);
            (key, value)
        };
        Ok(Self {
            norm: Norm::new(weights, &format!("{prefix}.{norm}"), width)?,
            to_q: Dense::without_bias(&weight("to_q", width)?, width),
            to_k: Dense::without_bias(&key, width),
            to_v: Dense::without_bias(&value, width),
            to_out: Dense::without_bias(&weight("to_out", width)?, width),
        })
    }

    fn width(&self) -> usize {
        self.to_q.bias.len()
    }

    /// Adds to all latents what they find among these keys.
    fn look(&self, latents: &mut [f32], keys: &[f32], values: &[f32]) {
        let q = self.to_q.apply(&normalised(&self.norm, latents));
        self.to_out.add_rows(&attend(q, self.width(), keys, values), latents);
    }

    /// Adds to each latent what it finds in its window.
    fn look_at_windows(&self, latents: &mut [f32], keys: &[f32], values: &[f32], windows: &Windows) {
        let width = self.width();
        let q = self.to_q.apply(&normalised(&self.norm, latents));
        let mut found = Vec::with_capacity(q.len());
        for (q, cells) in q.chunks_exact(width).zip(windows.cells()) {
            let (mut under, mut content) = (vec![], vec![]);
            for cell in cells {
                under.extend_from_slice(&keys[cell * width..][..width]);
                content.extend_from_slice(&values[cell * width..][..width]);
            }
            found.append(&mut attend(q.to_vec(), width, &under, &content));
        }
        self.to_out.add_rows(&found, latents);
    }
}

/// `FeedForward`: a norm, and two linear layers with GELU between them.
struct FeedForward {
    norm: Norm,
    inward: Dense,
    outward: Dense,
}

impl FeedForward {
    fn new(weights: &Weights, prefix: &str, width: usize) -> Result<Self> {
        let hidden = EXPANSION * width;
        let weight =
            |layer: usize, shape: [usize; 2]| weights.values(&format!("{prefix}.{layer}.weight"), &shape);
        Ok(Self {
            norm: Norm::new(weights, &format!("{prefix}.0"), width)?,
            inward: Dense::without_bias(&weight(1, [hidden, width])?, width),
            outward: Dense::without_bias(&weight(3, [width, hidden])?, hidden),
        })
    }

    fn add_to(&self, latents: &mut [f32]) {
        let mut hidden = self.inward.apply(&normalised(&self.norm, latents));
        rows::gelu(&mut hidden);
        self.outward.add_rows(&hidden, latents);
    }
}

//! The memory attention: a frame looks at itself, then at what is remembered.
//!
//! Follows `sam2/modeling/memory_attention.py` and `RoPEAttention` in `sam/transformer.py`.

use std::f32::consts::LOG2_E;

use rayon::prelude::*;

use super::position::{Rope, sine};
use super::{Dense, MEMORIES, Memory, ROWS};
use crate::sam::config::MemoryConfig;
use crate::sam::decoder::layers::Norm;
use crate::sam::error::Result;
use crate::sam::numeric::packed::{Packed, Start, multiply};
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

/// Keys that are looked at together: the whole matrix of scores of 64x64 cells and seven memories would take
/// 470 MB.
const KEYS: usize = 256;
/// The share of the position encoding that is added to a frame (`pos_enc_at_input`).
const POSITION_SHARE: f32 = 0.1;

/// What is remembered of an object, most important first: prompted frames, other frames, pointers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Remembered<'a> {
    /// Memories of prompted frames.
    pub prompted: &'a [&'a Memory],
    /// Memories of followed frames with their distance in frames, 1 to [`MEMORIES`] - 1.
    pub followed: &'a [(usize, &'a Memory)],
    /// Tokens of pointers and what is added to them as keys, (tokens, mem_dim) each:
    /// [`Pointers::tokens`](super::Pointers::tokens).
    pub pointers: Option<(&'a [f32], &'a [f32])>,
}

/// `MemoryAttention`.
pub struct MemoryAttention {
    layers: Vec<Layer>,
    norm: Norm,
    rope: Rope,
    /// (cells, d)
    position: Vec<f32>,
    /// Of a memory: (cells, mem_dim).
    memory_position: Vec<f32>,
    /// `maskmem_tpos_enc`: (MEMORIES, mem_dim).
    time: Vec<f32>,
    mem_dim: usize,
}

impl MemoryAttention {
    /// Reads its weights.
    ///
    /// # Errors
    /// A tensor that is missing or has another shape than the configuration asks for.
    pub fn new(weights: &Weights, config: MemoryConfig) -> Result<Self> {
        let (d, side, mem_dim) =
            (weights.config().d_model, weights.config().embedding_side(), config.mem_dim);
        let layers = (0..config.memory_layers).map(|i| Layer::new(weights, i, d, config));
        Ok(Self {
            layers: layers.collect::<Result<_>>()?,
            norm: Norm::new(weights, "memory_attention.norm", d)?,
            rope: Rope::new(side, d),
            position: sine(side, d),
            memory_position: sine(side, mem_dim),
            time: weights.values("maskmem_tpos_enc", &[MEMORIES, 1, 1, mem_dim])?,
            mem_dim,
        })
    }

    /// The embedding of a frame, (cells, d), as it is with what is remembered; `embedding` is without
    /// `no_mem_embed`.
    pub fn condition(&self, embedding: &[f32], remembered: &Remembered) -> Vec<f32> {
        let (values, keys, pointer_tokens) = self.tokens(remembered);
        let mut frame = embedding.to_vec();
        rows::add_scaled(&mut frame, &self.position, POSITION_SHARE);
        for layer in &self.layers {
            layer.apply(&mut frame, &values, &keys, pointer_tokens, &self.rope);
        }
        self.norm.apply(&mut frame);
        frame
    }

    /// All that is remembered as values and as keys, (tokens, mem_dim), and how many tokens are of pointers.
    fn tokens(&self, remembered: &Remembered) -> (Vec<f32>, Vec<f32>, usize) {
        let (mut values, mut keys) = (vec![], vec![]);
        // The latest time is that of prompted frames, wherever they are.
        let prompted = remembered.prompted.iter().map(|memory| (MEMORIES, *memory));
        for (distance, memory) in prompted.chain(remembered.followed.iter().copied()) {
            values.extend_from_slice(memory.values());
            let time = &self.time[(distance - 1) * self.mem_dim..][..self.mem_dim];
            let position = self.memory_position.chunks_exact(self.mem_dim);
            for (value, position) in memory.values().chunks_exact(self.mem_dim).zip(position) {
                keys.extend(value.iter().zip(position).zip(time).map(|((value, p), t)| value + (p + t)));
            }
        }
        let Some((tokens, times)) = remembered.pointers else { return (values, keys, 0) };
        values.extend_from_slice(tokens);
        keys.extend(tokens.iter().zip(times).map(|(value, time)| value + time));
        (values, keys, tokens.len() / self.mem_dim)
    }
}

/// `MemoryAttentionLayer`.
struct Layer {
    norm1: Norm,
    self_attn: Attention,
    norm2: Norm,
    cross_attn_image: Attention,
    norm3: Norm,
    linear1: Dense,
    linear2: Dense,
}

impl Layer {
    fn new(weights: &Weights, index: usize, d: usize, config: MemoryConfig) -> Result<Self> {
        let name = |part: &str| format!("memory_attention.layers.{index}.{part}");
        let norm = |part: &str| Norm::new(weights, &name(part), d);
        Ok(Self {
            norm1: norm("norm1")?,
            self_attn: Attention::new(weights, &name("self_attn"), d, d)?,
            norm2: norm("norm2")?,
            cross_attn_image: Attention::new(weights, &name("cross_attn_image"), d, config.mem_dim)?,
            norm3: norm("norm3")?,
            linear1: Dense::new(weights, &name("linear1"), d, config.memory_ffn)?,
            linear2: Dense::new(weights, &name("linear2"), config.memory_ffn, d)?,
        })
    }

    fn apply(&self, frame: &mut [f32], values: &[f32], keys: &[f32], pointer_tokens: usize, rope: &Rope) {
        let normalised = |norm: &Norm, frame: &[f32]| {
            let mut out = frame.to_vec();
            norm.apply(&mut out);
            out
        };
        let own = normalised(&self.norm1, frame);
        rows::add(frame, &self.self_attn.apply(&own, &own, &own, 0, rope));
        let queries = normalised(&self.norm2, frame);
        rows::add(frame, &self.cross_attn_image.apply(&queries, keys, values, pointer_tokens, rope));
        let mut hidden = self.linear1.apply(&normalised(&self.norm3, frame));
        hidden.iter_mut().for_each(|x| *x = x.max(0.0));
        rows::add(frame, &self.linear2.apply(&hidden));
    }
}

/// `RoPEAttention` with one head.
struct Attention {
    q: Dense,
    k: Dense,
    v: Dense,
    out: Dense,
}

impl Attention {
    /// Keys and values have `inputs` channels.
    fn new(weights: &Weights, prefix: &str, d: usize, inputs: usize) -> Result<Self> {
        let dense =
            |part: &str, inputs: usize| Dense::new(weights, &format!("{prefix}.{part}_proj"), inputs, d);
        Ok(Self { q: dense("q", d)?, k: dense("k", inputs)?, v: dense("v", inputs)?, out: dense("out", d)? })
    }

    /// The last keys, those of pointers, lie nowhere and are not turned.
    fn apply(
        &self,
        queries: &[f32],
        keys: &[f32],
        values: &[f32],
        pointer_tokens: usize,
        rope: &Rope,
    ) -> Vec<f32> {
        let (mut q, mut k, v) = (self.q.apply(queries), self.k.apply(keys), self.v.apply(values));
        let d = self.q.bias.len();
        rope.apply(&mut q);
        let placed = k.len() - pointer_tokens * d;
        rope.apply(&mut k[..placed]);
        // Scores become exponents to base 2.
        rows::scale(&mut q, LOG2_E / (d as f32).sqrt());
        self.out.apply(&attend(&q, &k, &v, d))
    }
}

/// Softmax attention, tile by tile with a running largest score: `q` (n, d), already scaled to exponents of 2,
/// `k` and `v` (m, d); gives (n, d).
fn attend(q: &[f32], k: &[f32], v: &[f32], d: usize) -> Vec<f32> {
    let tiles: Vec<(Packed, Packed)> = k
        .par_chunks(KEYS * d)
        .zip(v.par_chunks(KEYS * d))
        .map(|(k, v)| (Packed::from_columns(k, d, k.len() / d), Packed::from_rows(v, v.len() / d, d)))
        .collect();
    let mut out = vec![0.0; q.len()];
    out.par_chunks_mut(ROWS * d).zip(q.par_chunks(ROWS * d)).for_each(|(mixed, q)| {
        let count = q.len() / d;
        let (mut largest, mut totals) = (vec![f32::NEG_INFINITY; count], vec![0.0; count]);
        let mut scores = vec![0.0; count * KEYS];
        for (keys, values) in &tiles {
            let width = keys.columns();
            let scores = &mut scores[..count * width];
            multiply(q, d, keys, Start::Zero, scores, width);
            for (i, row) in scores.chunks_exact_mut(width).enumerate() {
                let (new, sum) = rows::exp2_below_largest(row, largest[i]);
                let shrunk = (largest[i] - new).exp2();
                totals[i] = totals[i] * shrunk + sum;
                if shrunk != 1.0 {
                    rows::scale(&mut mixed[i * d..][..d], shrunk);
                }
                largest[i] = new;
            }
            multiply(scores, width, values, Start::Result, mixed, d);
        }
        for (row, total) in mixed.chunks_exact_mut(d).zip(&totals) {
            rows::scale(row, total.recip());
        }
    });
    out
}

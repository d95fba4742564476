//! The memory attention: a frame looks at itself, then at what is remembered.
//!
//! Follows `sam2/modeling/memory_attention.py` and `RoPEAttention` in `sam/transformer.py`. Some things are done
//! in another order: the first layer's look of a frame at itself is the same for all objects and done once for
//! them ([`MemoryAttention::start`]), values are mixed before they are projected (the weights of a softmax add up
//! to one, so the projection's bias passes through), and memories are looked at without projecting their keys
//! ([`CrossAttention`]).
//!
//! EdgeTAM's `RoPEAttentionv2` differs in where the tokens of a memory lie: see [`Layout`].

use std::f32::consts::LOG2_E;

use rayon::prelude::*;

use super::cross_attention::{CrossAttention, Memories, MemoryMap};
use super::position::{Rope, sine};
use super::{Dense, Layout, MEMORIES, Memory, ROWS};
use crate::sam::config::MemoryConfig;
use crate::sam::decoder::layers::Norm;
use crate::sam::error::Result;
use crate::sam::numeric::packed::{Packed, Start, multiply};
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

/// Keys that are looked at together: the whole matrix of scores of 64x64 cells would take 64 MB.
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

/// A frame after its first look at itself: the same for all objects.
#[derive(Debug, Clone)]
pub struct FrameStart {
    /// (cells, d)
    frame: Vec<f32>,
}

/// `MemoryAttention`.
pub struct MemoryAttention {
    layers: Vec<Layer>,
    norm: Norm,
    rope: Rope,
    /// (cells, d)
    position: Vec<f32>,
    /// Of the tokens of a memory.
    layout: Layout,
    memory_rope: Rope,
    /// Of a memory's tokens that lie somewhere: (tokens, mem_dim).
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
        let layout = Layout::new(config, side);
        Ok(Self {
            layers: layers.collect::<Result<_>>()?,
            norm: Norm::new(weights, "memory_attention.norm", d)?,
            rope: Rope::new(side, d),
            position: sine(side, d),
            memory_rope: Rope::new(layout.side, d),
            memory_position: sine(layout.side, mem_dim),
            layout,
            time: weights.values("maskmem_tpos_enc", &[MEMORIES, 1, 1, mem_dim])?,
            mem_dim,
        })
    }

    /// What all objects of a frame share; `embedding` is (cells, d), without `no_mem_embed`.
    pub fn start(&self, embedding: &[f32]) -> FrameStart {
        let mut frame = embedding.to_vec();
        rows::add_scaled(&mut frame, &self.position, POSITION_SHARE);
        if let Some(first) = self.layers.first() {
            first.self_attention(&mut frame, &self.rope);
        }
        FrameStart { frame }
    }

    /// The embedding of a frame, (cells, d), as it is with what is remembered of an object.
    pub fn condition(&self, start: &FrameStart, remembered: &Remembered) -> Vec<f32> {
        let memories = self.memories(remembered);
        let mut frame = start.frame.clone();
        for (i, layer) in self.layers.iter().enumerate() {
            if i > 0 {
                layer.self_attention(&mut frame, &self.rope);
            }
            layer.cross_attention(&mut frame, &memories, [&self.rope, &self.memory_rope]);
        }
        normalise(&self.norm, &mut frame);
        frame
    }

    /// All that is remembered, as it is looked at.
    fn memories<'a>(&self, remembered: &Remembered<'a>) -> Memories<'a> {
        // The latest time is that of prompted frames, wherever they are.
        let prompted = remembered.prompted.iter().map(|memory| (MEMORIES, *memory));
        let mut memories = Memories::new(self.mem_dim);
        let mut maps = vec![];
        for (distance, memory) in prompted.chain(remembered.followed.iter().copied()) {
            let time = &self.time[(distance - 1) * self.mem_dim..][..self.mem_dim];
            let (nowhere, on_map) = memory.values().split_at(self.layout.nowhere * self.mem_dim);
            memories.add_nowhere(nowhere, &time.repeat(self.layout.nowhere));
            let mut keys = on_map.to_vec();
            rows::add(&mut keys, &self.memory_position);
            keys.chunks_exact_mut(self.mem_dim).for_each(|key| rows::add(key, time));
            maps.push(MemoryMap { keys, values: on_map });
        }
        if let Some((tokens, times)) = remembered.pointers {
            memories.add_nowhere(tokens, times);
        }
        memories.add_maps(maps, self.layout.side, self.norm.gamma.len());
        memories
    }
}

/// `MemoryAttentionLayer`.
struct Layer {
    norm1: Norm,
    self_attn: Attention,
    norm2: Norm,
    cross_attn_image: CrossAttention,
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
            cross_attn_image: CrossAttention::new(weights, &name("cross_attn_image"), d, config.mem_dim)?,
            norm3: norm("norm3")?,
            linear1: Dense::new(weights, &name("linear1"), d, config.memory_ffn)?,
            linear2: Dense::new(weights, &name("linear2"), config.memory_ffn, d)?,
        })
    }

    fn self_attention(&self, frame: &mut [f32], rope: &Rope) {
        self.self_attn.look_at_itself(frame, &normalised(&self.norm1, frame), rope);
    }

    /// Then the MLP. The ropes turn queries and keys.
    fn cross_attention(&self, frame: &mut [f32], memories: &Memories, ropes: [&Rope; 2]) {
        let queries = normalised(&self.norm2, frame);
        self.cross_attn_image.add_to(frame, &queries, memories, ropes);
        let d = self.norm3.gamma.len();
        frame.par_chunks_mut(ROWS * d).for_each(|frame| {
            let mut input = vec![0.0; frame.len()];
            rows::layer_norm(frame, &self.norm3.gamma, &self.norm3.beta, Norm::EPS, &mut input);
            let mut hidden = self.linear1.rows(&input);
            hidden.iter_mut().for_each(|x| *x = x.max(0.0));
            self.linear2.add_rows(&hidden, frame);
        });
    }
}

fn normalise(norm: &Norm, map: &mut Vec<f32>) {
    *map = normalised(norm, map);
}

/// A layer norm of rows, on all threads.
pub(super) fn normalised(norm: &Norm, map: &[f32]) -> Vec<f32> {
    let d = norm.gamma.len();
    let mut out = vec![0.0; map.len()];
    out.par_chunks_mut(ROWS * d).zip(map.par_chunks(ROWS * d)).for_each(|(out, map)| {
        rows::layer_norm(map, &norm.gamma, &norm.beta, Norm::EPS, out);
    });
    out
}

/// `RoPEAttention` with one head.
pub(super) struct Attention {
    q: Dense,
    k: Dense,
    /// `v_proj`, then `out_proj`.
    pub out: Dense,
}

impl Attention {
    /// Keys and values have `inputs` channels.
    pub fn new(weights: &Weights, prefix: &str, d: usize, inputs: usize) -> Result<Self> {
        let dense =
            |part: &str, inputs: usize| Dense::new(weights, &format!("{prefix}.{part}_proj"), inputs, d);
        let [v, out] = ["v_proj", "out_proj"].map(|part| format!("{prefix}.{part}"));
        Ok(Self {
            q: dense("q", d)?,
            k: dense("k", inputs)?,
            out: Dense::joined(weights, [&v, &out], inputs, d)?,
        })
    }

    /// The queries of cells from `first` on, (n, d), turned to their places. Scores are exponents to base 2.
    pub fn queries(&self, cells: &[f32], rope: &Rope, first: usize) -> Vec<f32> {
        let mut q = self.q.rows(cells);
        rope.apply(&mut q, first);
        rows::scale(&mut q, LOG2_E / (self.q.bias.len() as f32).sqrt());
        q
    }

    /// The keys of cells from `first` on, (n, d), turned to their places.
    pub fn keys(&self, cells: &[f32], rope: &Rope, first: usize) -> Vec<f32> {
        let mut keys = self.k.rows(cells);
        rope.apply(&mut keys, first);
        keys
    }

    /// Adds to a frame, (cells, d), what its cells find among each other; `own` are these cells as they are
    /// looked at.
    fn look_at_itself(&self, frame: &mut [f32], own: &[f32], rope: &Rope) {
        let d = self.q.bias.len();
        let keys = |(i, own): (usize, &[f32])| {
            Packed::from_columns(&self.keys(own, rope, i * KEYS), d, own.len() / d)
        };
        let keys: Vec<Packed> = own.par_chunks(KEYS * d).enumerate().map(keys).collect();
        let values = |own: &[f32]| Packed::from_rows(own, own.len() / d, d);
        let values: Vec<Packed> = own.par_chunks(KEYS * d).map(values).collect();
        let chunks = frame.par_chunks_mut(ROWS * d).zip(own.par_chunks(ROWS * d)).enumerate();
        chunks.for_each(|(i, (frame, own))| {
            let q = self.queries(own, rope, i * ROWS);
            self.out.add_rows(&mixed(&q, d, &keys, &values), frame);
        });
    }
}

/// [`mixed`] of plain keys, (n, d), and as many values, with one head.
pub(super) fn attend(mut q: Vec<f32>, d: usize, keys: &[f32], values: &[f32]) -> Vec<f32> {
    let channels = values.len() / (keys.len() / d);
    rows::scale(&mut q, LOG2_E / (d as f32).sqrt());
    let pack = |part: &[f32]| Packed::from_columns(part, d, part.len() / d);
    let keys: Vec<Packed> = keys.par_chunks(KEYS * d).map(pack).collect();
    let pack = |part: &[f32]| Packed::from_rows(part, part.len() / channels, channels);
    let values: Vec<Packed> = values.par_chunks(KEYS * channels).map(pack).collect();
    q.par_chunks(ROWS * d).flat_map_iter(|q| mixed(q, d, &keys, &values)).collect()
}

/// The values of all tiles in the shares that queries give them, (n, channels): softmax attention, tile by tile
/// with a running largest score. `q` is (n, d), already scaled to exponents of 2.
fn mixed(q: &[f32], d: usize, keys: &[Packed], values: &[Packed]) -> Vec<f32> {
    let (count, channels) = (q.len() / d, values.first().map_or(0, Packed::columns));
    let mut mixed = vec![0.0; count * channels];
    let (mut largest, mut totals) = (vec![f32::NEG_INFINITY; count], vec![0.0; count]);
    let mut scores = vec![0.0; count * KEYS];
    for (keys, values) in keys.iter().zip(values) {
        let width = keys.columns();
        let scores = &mut scores[..count * width];
        multiply(q, d, keys, Start::Zero, scores, width);
        for (i, row) in scores.chunks_exact_mut(width).enumerate() {
            let (new, sum) = rows::exp2_below_largest(row, largest[i]);
            let shrunk = (largest[i] - new).exp2();
            totals[i] = totals[i] * shrunk + sum;
            if shrunk != 1.0 {
                rows::scale(&mut mixed[i * channels..][..channels], shrunk);
            }
            largest[i] = new;
        }
        multiply(scores, width, values, Start::Result, &mut mixed, channels);
    }
    for (row, total) in mixed.chunks_exact_mut(channels).zip(&totals) {
        rows::scale(row, total.recip());
    }
    mixed
}

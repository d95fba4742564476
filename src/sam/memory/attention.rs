//! The memory attention: a frame looks at itself, then at what is remembered.
//!
//! Follows `sam2/modeling/memory_attention.py` and `RoPEAttention` in `sam/transformer.py`. Two things are done
//! in another order: the first layer's look of a frame at itself is the same for all objects and done once for
//! them ([`MemoryAttention::start`]), and values are mixed before they are projected, because memories have few
//! channels: the weights of a softmax add up to one, so the projection's bias passes through.
//!
//! EdgeTAM's `RoPEAttentionv2` differs in where the tokens of a memory lie: see [`Layout`].

use std::f32::consts::LOG2_E;

use rayon::prelude::*;

use super::position::{Rope, sine};
use super::{Dense, Layout, MEMORIES, Memory, ROWS};
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
        let memory = self.tiles(remembered);
        let mut frame = start.frame.clone();
        for (i, layer) in self.layers.iter().enumerate() {
            if i > 0 {
                layer.self_attention(&mut frame, &self.rope);
            }
            layer.cross_attention(&mut frame, &memory, [&self.rope, &self.memory_rope]);
        }
        normalise(&self.norm, &mut frame);
        frame
    }

    /// All that is remembered, in tiles.
    fn tiles(&self, remembered: &Remembered) -> Vec<Tile> {
        // The latest time is that of prompted frames, wherever they are.
        let prompted = remembered.prompted.iter().map(|memory| (MEMORIES, *memory));
        let memories = prompted.chain(remembered.followed.iter().copied());
        let chunk = KEYS * self.mem_dim;
        let mut tiles = vec![];
        for (distance, memory) in memories {
            let time = &self.time[(distance - 1) * self.mem_dim..][..self.mem_dim];
            let timed = |mut keys: Vec<f32>| {
                keys.chunks_exact_mut(self.mem_dim).for_each(|key| rows::add(key, time));
                keys
            };
            let (nowhere, on_map) = memory.values().split_at(self.layout.nowhere * self.mem_dim);
            tiles.extend(
                nowhere
                    .chunks(chunk)
                    .map(|values| Tile::new(timed(values.to_vec()), values, self.mem_dim, None)),
            );
            let parts = on_map.chunks(chunk).zip(self.memory_position.chunks(chunk));
            tiles.extend(parts.enumerate().map(|(i, (values, position))| {
                let mut keys = values.to_vec();
                rows::add(&mut keys, position);
                Tile::new(timed(keys), values, self.mem_dim, Some(i * KEYS))
            }));
        }
        if let Some((tokens, times)) = remembered.pointers {
            let parts = tokens.chunks(chunk).zip(times.chunks(chunk));
            tiles.extend(parts.map(|(values, times)| {
                let mut keys = values.to_vec();
                rows::add(&mut keys, times);
                Tile::new(keys, values, self.mem_dim, None)
            }));
        }
        tiles
    }
}

/// Up to [`KEYS`] tokens to look at.
struct Tile {
    /// Before their projection, (tokens, channels).
    keys: Vec<f32>,
    values: Packed,
    /// The cell of the first; pointers, for example, lie nowhere and are not turned.
    first_cell: Option<usize>,
}

impl Tile {
    fn new(keys: Vec<f32>, values: &[f32], channels: usize, first_cell: Option<usize>) -> Self {
        let values = Packed::from_rows(values, values.len() / channels, channels);
        Self { keys, values, first_cell }
    }

    /// Those of a map, (cells, channels), that looks at itself.
    fn of_map(map: &[f32], channels: usize) -> Vec<Self> {
        let tile = |(i, part): (usize, &[f32])| Self::new(part.to_vec(), part, channels, Some(i * KEYS));
        map.par_chunks(KEYS * channels).enumerate().map(tile).collect()
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

    fn self_attention(&self, frame: &mut [f32], rope: &Rope) {
        let own = normalised(&self.norm1, frame);
        let tiles = Tile::of_map(&own, self.norm1.gamma.len());
        self.self_attn.add_to(frame, &own, &tiles, [rope; 2]);
    }

    /// Then the MLP. The ropes turn queries and keys.
    fn cross_attention(&self, frame: &mut [f32], memory: &[Tile], ropes: [&Rope; 2]) {
        let queries = normalised(&self.norm2, frame);
        self.cross_attn_image.add_to(frame, &queries, memory, ropes);
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
struct Attention {
    q: Dense,
    k: Dense,
    /// `v_proj`, then `out_proj`.
    out: Dense,
}

impl Attention {
    /// Keys and values have `inputs` channels.
    fn new(weights: &Weights, prefix: &str, d: usize, inputs: usize) -> Result<Self> {
        let dense =
            |part: &str, inputs: usize| Dense::new(weights, &format!("{prefix}.{part}_proj"), inputs, d);
        let [v, out] = ["v_proj", "out_proj"].map(|part| format!("{prefix}.{part}"));
        Ok(Self {
            q: dense("q", d)?,
            k: dense("k", inputs)?,
            out: Dense::joined(weights, [&v, &out], inputs, d)?,
        })
    }

    /// Adds to a frame, (cells, d), what its queries find among the tiles. The ropes turn queries and keys.
    fn add_to(&self, frame: &mut [f32], queries: &[f32], tiles: &[Tile], [rope, key_rope]: [&Rope; 2]) {
        let d = self.q.bias.len();
        let keys: Vec<Packed> = tiles.par_iter().map(|tile| self.keys(tile, key_rope)).collect();
        let values: Vec<&Packed> = tiles.iter().map(|tile| &tile.values).collect();
        let chunks = frame.par_chunks_mut(ROWS * d).zip(queries.par_chunks(ROWS * d)).enumerate();
        chunks.for_each(|(i, (frame, queries))| {
            let mut q = self.q.rows(queries);
            rope.apply(&mut q, i * ROWS);
            // Scores become exponents to base 2.
            rows::scale(&mut q, LOG2_E / (d as f32).sqrt());
            self.out.add_rows(&mixed(&q, d, &keys, &values), frame);
        });
    }

    fn keys(&self, tile: &Tile, rope: &Rope) -> Packed {
        let (mut keys, d) = (self.k.rows(&tile.keys), self.k.bias.len());
        if let Some(first) = tile.first_cell {
            rope.apply(&mut keys, first);
        }
        Packed::from_columns(&keys, d, keys.len() / d)
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
    let values: Vec<&Packed> = values.iter().collect();
    q.par_chunks(ROWS * d).flat_map_iter(|q| mixed(q, d, &keys, &values)).collect()
}

/// The values of all tiles in the shares that queries give them, (n, channels): softmax attention, tile by tile
/// with a running largest score. `q` is (n, d), already scaled to exponents of 2.
fn mixed(q: &[f32], d: usize, keys: &[Packed], values: &[&Packed]) -> Vec<f32> {
    let (count, channels) = (q.len() / d, values.first().map_or(0, |values| values.columns()));
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

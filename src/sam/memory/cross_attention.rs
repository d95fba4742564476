//! How a frame looks at what is remembered, without projecting the keys of memories.
//!
//! The score of a query `q` and a memory's token `m` in cell (x, y) is `q · R(x, y) (W m + b)`, where `R` turns one
//! half of the channels with x and the other with y. Memories have a quarter as many channels as queries, so it is
//! computed as `(Wᵀ R(x, y)ᵀ q) · m + q · R(x, y) b`. What a query becomes at (x, y) is the sum of one part for the
//! column and one for the row: it is projected once for each column and each row of the map, not for each cell, and
//! all memories of a cell share the sum. Where there are too few memories for that to pay off, keys are projected
//! as they are in the official code. Tokens that lie nowhere are not turned: one projection serves all of them.

use std::ops::Range;

use rayon::prelude::*;

use super::ROWS;
use super::attention::Attention;
use super::position::{Axis, Rope};
use crate::sam::error::Result;
use crate::sam::numeric::tile::{
    Left, Out, STACKED, Seen, Shape, View, WIDTH, product, scale_columns, stacked_scores, transpose,
    turn_back, weigh,
};
use crate::sam::weights::Weights;

/// Columns of the map that are looked at together: what queries become there stays in the cache.
const COLUMNS: usize = 16;
/// Keys that are looked at together.
const KEYS: usize = COLUMNS * STACKED;

// The queries that a thread works on fill a tile.
const _: () = assert!(ROWS <= WIDTH);

/// A memory's tokens that lie on a map, (cells, channels) each.
pub(super) struct MemoryMap<'a> {
    /// Before their projection.
    pub keys: Vec<f32>,
    pub values: &'a [f32],
}

/// All that is remembered of an object.
pub(super) struct Memories<'a> {
    channels: usize,
    /// Tokens that lie nowhere: keys with a one behind each, (tokens, channels + 1), and values.
    nowhere: (Vec<f32>, Vec<f32>),
    /// Maps that are too few to be stacked.
    maps: Vec<MemoryMap<'a>>,
    patches: Vec<Patch>,
}

impl<'a> Memories<'a> {
    /// None, of this many channels.
    pub fn new(channels: usize) -> Self {
        Self { channels, nowhere: (vec![], vec![]), maps: vec![], patches: vec![] }
    }

    /// Adds tokens that lie nowhere, and what is added to them as keys: (tokens, channels) each.
    pub fn add_nowhere(&mut self, tokens: &[f32], times: &[f32]) {
        let (keys, values) = &mut self.nowhere;
        for (token, time) in tokens.chunks_exact(self.channels).zip(times.chunks_exact(self.channels)) {
            keys.extend(token.iter().zip(time).map(|(token, time)| token + time));
            keys.push(1.0);
        }
        values.extend_from_slice(tokens);
    }

    /// Adds maps of this side, whose keys have `d` channels after their projection.
    pub fn add_maps(&mut self, maps: Vec<MemoryMap<'a>>, side: usize, d: usize) {
        // Products for each query and row of the map.
        let projected = side * d * maps.len();
        let stacked = (d + side * (maps.len() + 1)) * self.channels;
        if stacked < projected {
            self.patches = patches(&maps, side, self.channels);
        } else {
            self.maps = maps;
        }
    }
}

/// The memories of some cells of a row, for one cell after the other.
struct Patch {
    columns: Range<usize>,
    row: usize,
    /// Of each cell.
    count: usize,
    /// For each cell (channels, count).
    keys: Vec<f32>,
    /// For each cell (count, channels).
    values: Vec<f32>,
}

/// Maps in patches, those of the same columns one after the other.
fn patches(maps: &[MemoryMap], side: usize, channels: usize) -> Vec<Patch> {
    let strips = (0..side).step_by(COLUMNS).map(|first| first..side.min(first + COLUMNS));
    let places: Vec<_> = strips
        .flat_map(|columns| {
            maps.chunks(STACKED).flat_map(move |maps| {
                (0..side).map({
                    let columns = columns.clone();
                    move |row| (columns.clone(), row, maps)
                })
            })
        })
        .collect();
    let patch = |(columns, row, maps): (Range<usize>, usize, &[MemoryMap])| {
        let of_cell = channels * maps.len();
        let (mut keys, mut values) = (vec![0.0; columns.len() * of_cell], vec![]);
        for (column, keys) in columns.clone().zip(keys.chunks_exact_mut(of_cell)) {
            let cell = (row * side + column) * channels..(row * side + column + 1) * channels;
            for (i, map) in maps.iter().enumerate() {
                let own = keys.iter_mut().skip(i).step_by(maps.len());
                own.zip(&map.keys[cell.clone()]).for_each(|(out, key)| *out = *key);
                values.extend_from_slice(&map.values[cell.clone()]);
            }
        }
        Patch { columns, row, count: maps.len(), keys, values }
    };
    places.into_par_iter().map(patch).collect()
}

/// `RoPEAttention` of a frame to what is remembered.
pub(super) struct CrossAttention {
    attention: Attention,
    /// `k_proj` with its bias behind each row: (d, channels + 1).
    key: Vec<f32>,
    channels: usize,
}

impl CrossAttention {
    /// Memories have `channels` channels.
    pub fn new(weights: &Weights, prefix: &str, d: usize, channels: usize) -> Result<Self> {
        let weight = weights.values(&format!("{prefix}.k_proj.weight"), &[d, channels])?;
        let bias = weights.values(&format!("{prefix}.k_proj.bias"), &[d])?;
        let rows = weight.chunks_exact(channels).zip(&bias);
        let key = rows.flat_map(|(row, bias)| row.iter().chain([bias])).copied().collect();
        Ok(Self { attention: Attention::new(weights, prefix, d, channels)?, key, channels })
    }

    /// Adds to a frame, (cells, d), what its queries find among memories; `cells` are its cells as they look. The
    /// ropes turn queries and keys.
    pub fn add_to(
        &self,
        frame: &mut [f32],
        cells: &[f32],
        memories: &Memories,
        [rope, key_rope]: [&Rope; 2],
    ) {
        let d = self.key.len() / (self.channels + 1);
        let keys = |map: &MemoryMap| self.attention.keys(&map.keys, key_rope, 0);
        let keys: Vec<Vec<f32>> = memories.maps.par_iter().map(keys).collect();
        let chunks = frame.par_chunks_mut(ROWS * d).zip(cells.par_chunks(ROWS * d)).enumerate();
        chunks.for_each_init(Placed::default, |placed, (i, (frame, cells))| {
            let queries = columns(&self.attention.queries(cells, rope, i * ROWS), d);
            let mut found = Found::new(self.channels);
            if !memories.nowhere.0.is_empty() {
                let mut projected = vec![0.0; (self.channels + 1) * WIDTH];
                self.project(&queries, 0, &mut projected);
                found.look(&projected, &memories.nowhere.0, &memories.nowhere.1);
            }
            for (keys, map) in keys.iter().zip(&memories.maps) {
                found.look(&queries, keys, map.values);
            }
            if !memories.patches.is_empty() {
                self.place(&queries, key_rope, placed);
                memories.patches.iter().for_each(|patch| found.look_at(placed, patch));
            }
            self.attention.out.add_rows(&found.rows(frame.len() / d), frame);
        });
    }

    /// Queries' channels from `first` on, (n, WIDTH), as they are compared with memories: (channels + 1, WIDTH).
    fn project(&self, queries: &[f32], first: usize, out: &mut [f32]) {
        let rows = self.channels + 1;
        let shape = Shape { rows, depth: queries.len() / WIDTH, columns: WIDTH };
        let key = Left::Transposed(View::new(&self.key[first * rows..], rows));
        product(Out::new(out, WIDTH), key, View::new(queries, WIDTH), shape);
    }

    /// What queries, (d, WIDTH), become in each column and each row of a map.
    fn place(&self, queries: &[f32], rope: &Rope, placed: &mut Placed) {
        placed.size = (self.channels + 1) * WIDTH;
        let (of_x, of_y) = queries.split_at(queries.len() / 2);
        let mut turned = vec![0.0; of_x.len()];
        let axes = [(of_x, Axis::X, &mut placed.columns), (of_y, Axis::Y, &mut placed.rows)];
        for (queries, axis, out) in axes {
            out.resize(rope.side() * placed.size, 0.0);
            let first = if axis == Axis::X { 0 } else { of_x.len() / WIDTH };
            for (at, out) in out.chunks_exact_mut(placed.size).enumerate() {
                turn_back(queries, rope.of_axis(axis, at), &mut turned);
                self.project(&turned, first, out);
            }
        }
    }
}

/// What queries become in each column and each row of a map, (channels + 1, WIDTH) each.
#[derive(Default)]
struct Placed {
    columns: Vec<f32>,
    rows: Vec<f32>,
    /// Of one.
    size: usize,
}

/// The values that a tile of queries finds: softmax attention, some keys at a time, with a running largest score.
struct Found {
    /// (channels, WIDTH)
    sums: Vec<f32>,
    seen: Seen,
    scores: Vec<f32>,
}

impl Found {
    /// Nothing yet, of this many channels.
    fn new(channels: usize) -> Self {
        Self { sums: vec![0.0; channels * WIDTH], seen: Seen::nothing(), scores: vec![0.0; KEYS * WIDTH] }
    }

    /// Looks at keys, (n, depth), with queries, (depth, WIDTH).
    fn look(&mut self, queries: &[f32], keys: &[f32], values: &[f32]) {
        let (depth, channels) = (queries.len() / WIDTH, self.sums.len() / WIDTH);
        for (keys, values) in keys.chunks(KEYS * depth).zip(values.chunks(KEYS * channels)) {
            let shape = Shape { rows: keys.len() / depth, depth, columns: WIDTH };
            let out = Out::new(&mut self.scores, WIDTH);
            product(out, Left::Plain(View::new(keys, depth)), View::new(queries, WIDTH), shape);
            self.take(values);
        }
    }

    fn look_at(&mut self, queries: &Placed, patch: &Patch) {
        let Placed { columns, rows, size } = queries;
        let of_cell = patch.keys.len() / patch.columns.len();
        let row = &rows[patch.row * size..][..*size];
        let cells = patch.columns.clone().zip(patch.keys.chunks_exact(of_cell));
        for ((column, keys), scores) in cells.zip(self.scores.chunks_exact_mut(patch.count * WIDTH)) {
            stacked_scores(scores, [&columns[column * size..][..*size], row], keys, patch.count);
        }
        self.take(&patch.values);
    }

    /// Takes in values, (n, channels), of which the scores are there.
    fn take(&mut self, values: &[f32]) {
        let channels = self.sums.len() / WIDTH;
        let depth = values.len() / channels;
        let mut fade = [0.0; WIDTH];
        weigh(&mut self.scores[..depth * WIDTH], &mut self.seen, &mut fade);
        scale_columns(&mut self.sums, &fade);
        let shape = Shape { rows: channels, depth, columns: WIDTH };
        let (values, scores) = (View::new(values, channels), View::new(&self.scores, WIDTH));
        product(Out::adding(&mut self.sums, WIDTH), Left::Transposed(values), scores, shape);
    }

    /// What the first queries have found, (count, channels).
    fn rows(mut self, count: usize) -> Vec<f32> {
        let channels = self.sums.len() / WIDTH;
        scale_columns(&mut self.sums, &self.seen.total.map(f32::recip));
        let mut rows = vec![0.0; WIDTH * channels];
        transpose(&mut rows, channels, &self.sums);
        rows.truncate(count * channels);
        rows
    }
}

/// Rows, (n, width) with n up to WIDTH, as the columns of a tile, (width, WIDTH); the others are zero.
fn columns(rows: &[f32], width: usize) -> Vec<f32> {
    let mut tile = vec![0.0; width * WIDTH];
    for (column, row) in rows.chunks_exact(width).enumerate() {
        for (out, x) in tile.iter_mut().skip(column).step_by(WIDTH).zip(row) {
            *out = *x;
        }
    }
    tile
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::parity::{assert_close, data};

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919 + seed * 331) % 997) as f32 / 498.5 - 1.0).collect()
    }

    #[test]
    fn memories_that_share_their_cells_are_seen_like_each_by_itself() {
        let weights = Weights::open(&data("mini_video.safetensors")).unwrap();
        let (d, channels) = (weights.config().d_model, weights.config().memory.mem_dim);
        let layer =
            CrossAttention::new(&weights, "memory_attention.layers.0.cross_attn_image", d, channels).unwrap();
        // More columns than are looked at together, more memories than fit the registers, and a tile of queries
        // that is not full.
        let (side, memory_side) = (12, COLUMNS + 3);
        let ropes = [&Rope::new(side, d), &Rope::new(memory_side, d)];
        let values: Vec<Vec<f32>> =
            (0..=STACKED).map(|i| numbers(memory_side * memory_side * channels, i)).collect();
        let maps = || -> Vec<MemoryMap> {
            let map = |values: &'_ Vec<f32>| values.iter().map(|x| 2.0 * x + 0.1).collect();
            values.iter().map(|values| MemoryMap { keys: map(values), values }).collect()
        };
        let cells = numbers(side * side * d, 20);
        let found = |memories: &mut Memories| {
            memories.add_nowhere(&numbers(3 * channels, 21), &numbers(3 * channels, 22));
            let mut frame = numbers(side * side * d, 23);
            layer.add_to(&mut frame, &cells, memories, ropes);
            frame
        };
        let mut shared = Memories::new(channels);
        shared.add_maps(maps(), memory_side, d);
        assert!(shared.maps.is_empty() && !shared.patches.is_empty());
        let mut each = Memories { maps: maps(), ..Memories::new(channels) };
        assert_close("frame", &found(&mut shared), &found(&mut each), 1e-5);
        // A single memory is not worth it.
        let mut single = Memories::new(channels);
        single.add_maps(maps().split_off(STACKED), memory_side, d);
        assert_eq!((single.maps.len(), single.patches.len()), (1, 0));
    }
}

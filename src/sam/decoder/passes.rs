//! The passes over the image's cells, one tile at a time for each prompt.
//!
//! A pass ends where tokens have attended to all cells, because what they do next depends on it: in layer 0;
//! in layer 1, after the cells have attended to the tokens; and in the last attention, after they have once
//! more. The tokens' softmax runs over all cells, so a pass keeps a running one; everything else about a tile
//! stays in the processor's caches until the pass is done with it.

use super::Sizes;
use super::basis::{Both, First};
use super::image_side::{ImageTile, ImageWeights, Map, Position, Values};
use super::layers::Norm;
use crate::sam::numeric::tile::{
    GRANULE, Left, Out, RunningSoftmax, Shape, View, WIDTH, blend, dot_columns, product, scale_columns,
    softmax_groups, transpose,
};

/// Buffers that a thread uses for tile after tile.
pub struct Scratch {
    /// (heads * tokens, WIDTH)
    scores: Vec<f32>,
    /// (d / 2, WIDTH): mixed values, then keys or queries
    channels: Vec<f32>,
    /// (2 * rank + 1, WIDTH)
    lengths: Vec<f32>,
    /// (WIDTH, at most [`Sizes::all_stride`])
    turned: Vec<f32>,
    fade: Vec<f32>,
}

impl Scratch {
    pub fn new(sizes: &Sizes) -> Self {
        let zeros = |rows: usize| vec![0f32; rows * WIDTH];
        Self {
            scores: zeros(sizes.rows()),
            channels: zeros(sizes.narrow),
            lengths: zeros(2 * sizes.rank() + 1),
            turned: zeros(sizes.all_stride()),
            fade: vec![0.0; sizes.rows()],
        }
    }
}

/// What tokens have gathered from the cells so far, not yet divided by the softmax's total.
#[derive(Clone)]
pub struct Gathered {
    softmax: RunningSoftmax,
    /// (heads * tokens, [`Sizes::window`]): the image's values around the head's channels
    values: Vec<f32>,
    /// (heads * tokens, stride): the cells' coordinates
    coordinates: Vec<f32>,
    stride: usize,
}

impl Gathered {
    /// `stride` is that of the coordinates' basis, 0 if there are none.
    pub fn new(sizes: &Sizes, stride: usize) -> Self {
        let rows = sizes.rows();
        Self {
            softmax: RunningSoftmax::new(rows),
            values: vec![0.0; rows * sizes.window()],
            coordinates: vec![0.0; rows * stride],
            stride,
        }
    }

    /// Takes in what the same tokens gathered elsewhere.
    pub fn merge(&mut self, other: &Self, sizes: &Sizes) {
        for row in 0..sizes.rows() {
            let (a, b) = (self.softmax.largest[row], other.softmax.largest[row]);
            let (fade_a, fade_b) = ((a - a.max(b)).exp(), (b - a.max(b)).exp());
            let blend = |a: &mut f32, b: f32| *a = *a * fade_a + b * fade_b;
            blend(&mut self.softmax.total[row], other.softmax.total[row]);
            self.softmax.largest[row] = a.max(b);
            for (to, from, width) in [
                (&mut self.values, &other.values, sizes.window()),
                (&mut self.coordinates, &other.coordinates, self.stride),
            ] {
                let range = row * width..(row + 1) * width;
                to[range.clone()].iter_mut().zip(&from[range]).for_each(|(a, b)| blend(a, *b));
            }
        }
    }

    /// The mixtures of the image's values, (tokens, d / 2), and of the cells' coordinates,
    /// (heads * tokens, stride).
    pub fn finish(mut self, sizes: &Sizes) -> (Vec<f32>, Vec<f32>) {
        let Sizes { narrow, head, tokens, .. } = *sizes;
        let mut values = vec![0f32; tokens * narrow];
        for row in 0..sizes.rows() {
            let (h, token) = (row / tokens, row % tokens);
            let share = self.softmax.total[row].recip();
            let from = &self.values[row * sizes.window() + h * head % GRANULE..][..head];
            let to = &mut values[token * narrow + h * head..][..head];
            to.iter_mut().zip(from).for_each(|(to, x)| *to = x * share);
            self.coordinates[row * self.stride..][..self.stride].iter_mut().for_each(|x| *x *= share);
        }
        (values, self.coordinates)
    }

    /// Multiplies what was gathered before by the softmax's `fade`.
    fn fade(&mut self, fade: &[f32]) {
        for (row, fade) in fade.iter().enumerate().filter(|(_, fade)| **fade != 1.0) {
            for x in [&mut self.values, &mut self.coordinates] {
                let width = x.len() / self.softmax.total.len();
                x[row * width..][..width].iter_mut().for_each(|x| *x *= fade);
            }
        }
    }

    /// Adds the values of a tile, (WIDTH, d / 2), with `weights` (heads * tokens, WIDTH).
    fn add_values(&mut self, sizes: &Sizes, weights: &[f32], values: &[f32]) {
        let Sizes { head, tokens, .. } = *sizes;
        let (window, stride) = (sizes.window(), sizes.values_stride());
        for (h, out) in self.values.chunks_exact_mut(tokens * window).enumerate() {
            let first = h * head / GRANULE * GRANULE;
            let columns = ((h + 1) * head).next_multiple_of(GRANULE) - first;
            let left = Left::Plain(View::new(&weights[h * tokens * WIDTH..], WIDTH));
            let shape = Shape { rows: tokens, depth: WIDTH, columns };
            product(Out::adding(out, window), left, View::new(&values[first..], stride), shape);
        }
    }

    /// Adds the coordinates of a tile, given as (WIDTH, stride).
    fn add_coordinates(&mut self, sizes: &Sizes, weights: &[f32], turned: &[f32]) {
        let shape = Shape { rows: sizes.rows(), depth: WIDTH, columns: self.stride };
        let left = Left::Plain(View::new(weights, WIDTH));
        product(Out::adding(&mut self.coordinates, self.stride), left, View::new(turned, self.stride), shape);
    }
}

/// For each head, `tokens` (tokens, d / 2) times the tile's channels (d / 2, WIDTH), added to
/// `scores` (heads * tokens, WIDTH) or in their place.
fn score(sizes: &Sizes, scores: &mut [f32], add: bool, tokens: &[f32], channels: &[f32]) {
    let Sizes { narrow, head, .. } = *sizes;
    let shape = Shape { rows: sizes.tokens, depth: head, columns: WIDTH };
    for (h, values) in scores.chunks_exact_mut(sizes.tokens * WIDTH).enumerate() {
        let left = Left::Plain(View::new(&tokens[h * head..], narrow));
        let right = View::new(&channels[h * head * WIDTH..], WIDTH);
        product(Out { values, stride: WIDTH, add }, left, right, shape);
    }
}

/// For each head, the tokens' values mixed with the cells' `weights`: (d / 2, WIDTH).
fn mix(sizes: &Sizes, out: &mut [f32], weights: &[f32], values: &[f32]) {
    let Sizes { narrow, head, tokens, .. } = *sizes;
    let shape = Shape { rows: head, depth: tokens, columns: WIDTH };
    for (h, out) in out.chunks_exact_mut(head * WIDTH).enumerate() {
        let left = Left::Transposed(View::new(&values[h * head..], narrow));
        let right = View::new(&weights[h * tokens * WIDTH..], WIDTH);
        product(Out::new(out, WIDTH), left, right, shape);
    }
}

/// `left` (rows, stride) times the first `depth` rows of a tile.
fn on_coordinates(out: &mut [f32], left: &[f32], stride: usize, coordinates: &[f32], depth: usize) {
    let shape = Shape { rows: out.len() / WIDTH, depth, columns: WIDTH };
    product(Out::new(out, WIDTH), Left::Plain(View::new(left, stride)), View::new(coordinates, WIDTH), shape);
}

/// Layer 0: tokens with `queries` (tokens, d / 2) attend to a tile of which `valid` cells exist.
pub fn initial_pass(
    sizes: &Sizes,
    image: &ImageTile,
    queries: &[f32],
    valid: usize,
    gathered: &mut Gathered,
    scratch: &mut Scratch,
) {
    score(sizes, &mut scratch.scores, false, queries, image.map(Map::Keys0));
    gathered.softmax.step(&mut scratch.scores, &[1.0; WIDTH], valid, &mut scratch.fade);
    gathered.fade(&scratch.fade);
    gathered.add_values(sizes, &scratch.scores, image.values(Values::Layer0));
}

/// What a prompt's tokens bring to a pass in which cells attend to them and they attend to the cells.
pub struct TokenSide<'a> {
    /// (tokens, d / 2), with the softmax's scale
    pub keys: &'a [f32],
    /// (tokens, d / 2)
    pub values: &'a [f32],
    /// What `keys` make of the cells' coordinates, (heads * tokens, stride); none in layer 0.
    pub keys_on_coordinates: &'a [f32],
    /// (tokens, d / 2), with the softmax's scale
    pub queries: &'a [f32],
    /// What `queries` make of the cells' coordinates, (heads * tokens, stride).
    pub queries_on_coordinates: &'a [f32],
}

/// What a prompt has made of a tile's cells: the coordinates of both attentions and a constant one
/// (the first already times the first norm's scale), the norms' scales, and between the passes the
/// squared length that does not depend on the second attention.
pub struct Cells<'a> {
    pub coordinates: &'a mut [f32],
    pub scale1: &'a mut [f32],
    pub scale2: &'a mut [f32],
}

impl<'a> Cells<'a> {
    /// Rows of [`WIDTH`] that a tile takes for each prompt.
    pub fn rows(sizes: &Sizes) -> usize {
        2 * sizes.rank() + 3
    }

    /// From a slice of that many rows.
    pub fn new(sizes: &Sizes, values: &'a mut [f32]) -> Self {
        let (coordinates, scales) = values.split_at_mut((2 * sizes.rank() + 1) * WIDTH);
        let (scale1, scale2) = scales.split_at_mut(WIDTH);
        Self { coordinates, scale1, scale2 }
    }
}

/// Which tile of the image a pass is at.
pub struct Place<'a> {
    pub weights: &'a ImageWeights,
    pub image: &'a ImageTile,
    pub tile: usize,
    /// Cells of it that exist.
    pub valid: usize,
}

/// Layer 0's cells attend to the tokens, and layer 1's tokens attend to the cells.
pub fn middle_pass(
    sizes: &Sizes,
    at: &Place,
    basis: &First,
    tokens: &TokenSide,
    cells: Cells,
    gathered: &mut Gathered,
    scratch: &mut Scratch,
) {
    let (rank, stride) = (sizes.rank(), basis.plain.stride());
    let Scratch { scores, channels, lengths, turned, fade } = scratch;
    score(sizes, scores, false, tokens.keys, at.image.map(Map::Queries0));
    softmax_groups(scores, sizes.tokens);
    mix(sizes, channels, scores, tokens.values);
    let (u, rest) = cells.coordinates.split_at_mut(rank * WIDTH);
    u.copy_from_slice(if sizes.coordinates_are_mixed() { channels } else { scores });
    rest[rank * WIDTH..].fill(1.0);

    on_coordinates(lengths, &basis.lengths, stride, u, rank);
    let [mut along, mut along_scaled, mut own, mut own_scaled] = [[0f32; WIDTH]; 4];
    dot_columns(&mut along, channels, at.image.map(Map::Along0));
    dot_columns(&mut along_scaled, channels, at.image.map(Map::Along0Scaled));
    dot_columns(&mut own, u, &lengths[..rank * WIDTH]);
    dot_columns(&mut own_scaled, u, &lengths[rank * WIDTH..2 * rank * WIDTH]);
    let along_offset = &lengths[2 * rank * WIDTH..];
    let share = (sizes.d as f32).recip();
    for p in 0..WIDTH {
        let variance = (at.image.squared_c()[p] + 2.0 * along[p] + own[p]) * share;
        let scale = (variance.max(0.0) + Norm::EPS).sqrt().recip();
        let squared = at.image.squared_y()[p] + 2.0 * along_scaled[p] + own_scaled[p];
        let on_offset = at.image.y_along_offset()[p] + along_offset[p];
        cells.scale1[p] = scale;
        cells.scale2[p] = scale * (scale * squared + 2.0 * on_offset);
    }
    scale_columns(u, cells.scale1);

    on_coordinates(scores, tokens.queries_on_coordinates, stride, u, rank);
    let position = at.weights.position(at.tile, Position::Keys1);
    blend(channels, at.image.map(Map::Keys1), cells.scale1, position, &[1.0; WIDTH]);
    score(sizes, scores, true, tokens.queries, channels);
    gathered.softmax.step(scores, &[1.0; WIDTH], at.valid, fade);
    gathered.fade(fade);
    transpose(turned, stride, u);
    gathered.add_coordinates(sizes, scores, turned);
    scale_columns(scores, cells.scale1);
    gathered.add_values(sizes, scores, at.image.values(Values::Layer1));
}

/// Layer 1's cells attend to the tokens, and the last attention's tokens attend to the cells.
pub fn last_pass(
    sizes: &Sizes,
    at: &Place,
    (first, both): (&First, &Both),
    tokens: &TokenSide,
    cells: Cells,
    gathered: &mut Gathered,
    scratch: &mut Scratch,
) {
    let (rank, stride) = (sizes.rank(), both.all.stride());
    let Scratch { scores, channels, lengths, turned, fade } = scratch;
    on_coordinates(scores, tokens.keys_on_coordinates, first.scaled.stride(), cells.coordinates, rank);
    let position = at.weights.position(at.tile, Position::Queries1);
    blend(channels, at.image.map(Map::Queries1), cells.scale1, position, &[1.0; WIDTH]);
    score(sizes, scores, true, tokens.keys, channels);
    softmax_groups(scores, sizes.tokens);
    mix(sizes, channels, scores, tokens.values);
    let u = &mut cells.coordinates[rank * WIDTH..2 * rank * WIDTH];
    u.copy_from_slice(if sizes.coordinates_are_mixed() { channels } else { scores });

    let depth = 2 * rank + 1;
    let lengths = &mut lengths[..rank * WIDTH];
    on_coordinates(lengths, &both.lengths, stride, cells.coordinates, depth);
    let [mut along, mut own] = [[0f32; WIDTH]; 2];
    dot_columns(&mut along, channels, at.image.map(Map::Along1));
    dot_columns(&mut own, &cells.coordinates[rank * WIDTH..2 * rank * WIDTH], lengths);
    let share = (sizes.d as f32).recip();
    let mut deviation = [0f32; WIDTH];
    for p in 0..WIDTH {
        let squared = cells.scale2[p] + 2.0 * cells.scale1[p] * along[p] + own[p] + both.offset_squared;
        deviation[p] = ((squared * share).max(0.0) + Norm::EPS).sqrt();
        cells.scale2[p] = deviation[p].recip();
    }

    on_coordinates(scores, tokens.queries_on_coordinates, stride, cells.coordinates, depth);
    // The whole score is multiplied by the second norm's scale, which the position is spared.
    let position = at.weights.position(at.tile, Position::KeysLast);
    blend(channels, at.image.map(Map::KeysLast), cells.scale1, position, &deviation);
    score(sizes, scores, true, tokens.queries, channels);
    gathered.softmax.step(scores, cells.scale2, at.valid, fade);
    gathered.fade(fade);
    scale_columns(scores, cells.scale2);
    transpose(turned, stride, cells.coordinates);
    gathered.add_coordinates(sizes, scores, turned);
    scale_columns(scores, cells.scale1);
    gathered.add_values(sizes, scores, at.image.values(Values::Last));
}

//! Attention within windows of a map: norm, attention and the way around them in one pass.

use std::iter::once;

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::ensure;

use super::attention::{Attention, Keys, Tile, attend};
use super::function::Function;
use super::layers::{Linear, ROWS_TOGETHER, room};
use super::position_bias::{AxisBias, DistanceBias};
use super::windows::{Place, Windows, max_pool2x2};
use crate::sam::numeric::rows;

/// `x + attention(norm(x))` within each window; where a stage begins the queries and the way
/// around are pooled 2x2, which halves the map.
///
/// Where windows reach beyond the map they are filled with one token, the same for all these places,
/// so one takes part for all of them.
#[derive(Debug)]
pub struct WindowAttention {
    windows: Windows,
    attention: Attention,
    bias: WindowBias,
    /// What the norm gives beyond the map, one value a channel.
    beyond: Vec<f32>,
    /// The way around, where a stage begins.
    entry: Option<Linear>,
}

/// What is added to scores within a window.
#[derive(Debug)]
pub enum WindowBias {
    None,
    Distance(DistanceBias),
    Axes(AxisBias),
}

/// What one thread needs while it works on some windows.
#[derive(Default)]
struct Memory {
    cells: Vec<f32>,
    normed: Vec<f32>,
    qkv: Vec<f32>,
    pooled: Vec<f32>,
    mixed: Vec<f32>,
    out: Vec<f32>,
    keys: Keys,
    tile: Tile,
    products: Vec<f32>,
}

impl WindowAttention {
    /// Windows are filled with zeros after the norm, as Hiera and SAM 1's vision transformer do.
    pub fn new(windows: Windows, attention: Attention, bias: WindowBias) -> Self {
        let beyond = vec![0.0; attention.norm.width()];
        Self { windows, attention, bias, beyond, entry: None }
    }

    /// The attention at the beginning of a stage; the sides of map and windows must be even.
    pub fn at_entry(windows: Windows, attention: Attention, entry: Linear) -> Self {
        Self { entry: Some(entry), ..Self::new(windows, attention, WindowBias::None) }
    }

    /// Windows are filled with zeros before the norm, as TinyViT does.
    pub fn filled_before_norm(windows: Windows, attention: Attention, bias: DistanceBias) -> Self {
        let mut beyond = vec![0.0; attention.norm.width()];
        let zeros = beyond.clone();
        attention.norm.apply(&zeros, &mut beyond);
        Self { beyond, ..Self::new(windows, attention, WindowBias::Distance(bias)) }
    }

    fn channels(&self) -> [usize; 2] {
        [self.attention.norm.width(), self.attention.projection.outputs()]
    }

    /// Tokens of a window: its cells on the map, and one for those that are not.
    fn tokens(&self, place: &Place) -> usize {
        place.cells() + usize::from(place.cells() < self.windows.cells())
    }

    /// Takes some windows together, so that even small ones make products of many rows.
    /// `memory.cells` holds the cells on the map of one window after the other, and `memory.out`
    /// in the same order what becomes of them, within a stage without the way around.
    fn apply(&self, places: &[Place], memory: &mut Memory) {
        let Memory { cells, normed, qkv, pooled, mixed, out, keys, tile, products } = memory;
        let [inputs, outputs] = self.channels();
        let token_counts = places.iter().map(|place| self.tokens(place));
        let normed = room(normed, token_counts.clone().sum::<usize>() * inputs);
        let mut cells = &cells[..];
        let mut rest = &mut *normed;
        for (place, tokens) in places.iter().zip(token_counts.clone()) {
            let (now, later) = rest.split_at_mut(tokens * inputs);
            let (now_cells, later_cells) = cells.split_at(place.cells() * inputs);
            let (on_map, beyond) = now.split_at_mut(now_cells.len());
            self.attention.norm.apply(now_cells, on_map);
            // Nothing, or one token.
            beyond.copy_from_slice(&self.beyond[..beyond.len()]);
            (rest, cells) = (later, later_cells);
        }
        let shrink = if self.entry.is_some() { 4 } else { 1 };
        let query_count = places.iter().map(Place::cells).sum::<usize>() / shrink;
        let mixed = room(mixed, query_count * outputs);
        for (i, head) in self.attention.heads.iter().enumerate() {
            let qkv = head.qkv(normed, qkv);
            let width = head.width();
            let (mut first_token, mut first_query) = (0, 0);
            for (place, tokens) in places.iter().zip(token_counts.clone()) {
                let qkv = &qkv[first_token * 3 * width..][..tokens * 3 * width];
                let queries = place.cells() / shrink;
                let out = &mut mixed[first_query * outputs..][..queries * outputs][i * width..];
                keys.set(qkv, width);
                keys.last_counts = (self.windows.cells() - place.cells()).max(1);
                let stride = 3 * width;
                match &self.bias {
                    WindowBias::None if self.entry.is_some() => {
                        let pooled = room(pooled, queries * width);
                        max_pool2x2(qkv, stride, place.size, width, pooled);
                        attend(tile, pooled, width, once(&*keys), None, out, outputs);
                    }
                    WindowBias::None => attend(tile, qkv, stride, once(&*keys), None, out, outputs),
                    WindowBias::Distance(bias) => {
                        // The bias knows how many the last token stands for.
                        keys.last_counts = 1;
                        let bias = bias.in_window(i, place);
                        attend(tile, qkv, stride, once(&*keys), Some(&bias), out, outputs);
                    }
                    WindowBias::Axes(bias) => {
                        keys.last_counts = 1;
                        let queries = &qkv[..queries * stride];
                        let bias = bias.of_queries(queries, stride, 0, place.size, products);
                        attend(tile, queries, stride, once(&*keys), Some(&bias), out, outputs);
                    }
                }
                (first_token, first_query) = (first_token + tokens, first_query + queries);
            }
        }
        let out = room(out, query_count * outputs);
        match &self.entry {
            Some(entry) => {
                let around = room(qkv, normed.len() / inputs * outputs);
                entry.apply(normed, around);
                let (mut around, mut rest) = (&*around, &mut *out);
                for (place, tokens) in places.iter().zip(token_counts) {
                    let (now, later) = rest.split_at_mut(place.cells() / 4 * outputs);
                    max_pool2x2(around, outputs, place.size, outputs, now);
                    (around, rest) = (&around[tokens * outputs..], later);
                }
                self.attention.projection.add(mixed, out);
            }
            None => self.attention.projection.apply(mixed, out),
        }
    }

    /// Within a stage: the map in place.
    fn change(&self, map: &mut [f32]) {
        let places: Vec<Place> = self.windows.places().collect();
        let mut windows = self.windows.split(map, self.channels()[0]);
        let together = ROWS_TOGETHER.div_ceil(self.windows.cells());
        let tasks = places.par_chunks(together).zip(windows.par_chunks_mut(together));
        tasks.for_each_init(Memory::default, |memory, (places, windows)| {
            memory.cells.clear();
            for row in windows.iter().flatten() {
                memory.cells.extend_from_slice(row);
            }
            self.apply(places, memory);
            let mut changes = &memory.out[..];
            for row in windows.iter_mut().flatten() {
                let (now, later) = changes.split_at(row.len());
                rows::add(row, now);
                changes = later;
            }
        });
    }

    /// At the begin of a stage: from one map to the next, which is half as high and wide.
    fn enter(&self, source: &[f32], target: &mut [f32]) {
        let [inputs, outputs] = self.channels();
        let places: Vec<Place> = self.windows.places().collect();
        let mut windows = self.windows.halved().split(target, outputs);
        let together = ROWS_TOGETHER.div_ceil(self.windows.cells());
        let tasks = places.par_chunks(together).zip(windows.par_chunks_mut(together));
        tasks.for_each_init(Memory::default, |memory, (places, windows)| {
            memory.cells.clear();
            for Place { first: [y, x], size: [height, width] } in places {
                for row in *y..y + height {
                    let first = (row * self.windows.map[1] + x) * inputs;
                    memory.cells.extend_from_slice(&source[first..][..width * inputs]);
                }
            }
            self.apply(places, memory);
            let mut out = &memory.out[..];
            for row in windows.iter_mut().flatten() {
                let (now, later) = out.split_at(row.len());
                row.copy_from_slice(now);
                out = later;
            }
        });
    }
}

impl Function for WindowAttention {
    fn name(&self) -> &'static str {
        "WindowAttention"
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        let [height, width] = self.windows.map;
        let [inputs, outputs] = self.channels();
        ensure!(input == [height, width, inputs], "({height}, {width}, {inputs}), not {input:?}");
        let [height, width] = if self.entry.is_some() { self.windows.halved().map } else { [height, width] };
        Ok(vec![height, width, outputs])
    }

    fn eval(&self, mut input: Tensor) -> TractResult<Tensor> {
        if self.entry.is_none() {
            self.change(input.try_as_plain_ram_mut()?.as_slice_mut::<f32>()?);
            return Ok(input);
        }
        let mut output = Tensor::zero::<f32>(&self.output_shape(input.shape())?)?;
        self.enter(input.view().as_slice::<f32>()?, output.try_as_plain_ram_mut()?.as_slice_mut::<f32>()?);
        Ok(output)
    }
}

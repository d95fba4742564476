//! The decoder's computations once per image: all linear maps of the image's cells.
//!
//! Each row of cells starts the same for every prompt and is only ever changed by adding attention
//! over the prompt's tokens, and by layer norms. A layer norm centres a row, scales it by one number
//! and then each channel by its own; so every later linear map of a cell is
//!
//! - the map of the image alone, which is made here, with the norms' channel scales and the
//!   centring folded into its weights,
//! - plus the map of what attention added, which has few dimensions ([`super::basis`]),
//! - times one number for each cell, which needs the variances ([`super::passes`]).
//!
//! With k the cells before the transformer and b the bias of the attention that changes them first,
//! c is k + b centred, and y is c scaled by the first norm and centred again.

use rayon::prelude::*;

use super::matrices::{centre_columns, centre_rows, first_deconvolution, scale_rows, tiled, turned};
use super::{PREFIX, Sizes};
use crate::sam::error::Result;
use crate::sam::numeric::tile::{Left, Out, Shape, View, WIDTH, add_to_rows, dot_columns, padded, product};
use crate::sam::prompt_encoder::{MASK_CHANNELS, MaskEncoder, PromptEncoder};
use crate::sam::weights::Weights;

/// Maps of which a tile holds a row for each channel; all but the last have d / 2 channels.
#[derive(Clone, Copy)]
pub enum Map {
    /// Keys of layer 0's token-to-image attention, position and all.
    Keys0,
    /// Queries of layer 0's image-to-token attention, position and all.
    Queries0,
    /// c along the columns of layer 0's image-to-token `out_proj`: how far attention goes its way.
    Along0,
    /// y along the same, scaled by the first norm.
    Along0Scaled,
    /// Keys of layer 1 made of c.
    Keys1,
    /// Queries of layer 1 made of c.
    Queries1,
    /// y along the columns of layer 1's image-to-token `out_proj`.
    Along1,
    /// Keys of the last attention made of y.
    KeysLast,
    /// The first transposed convolution of y: four pixels of d / 4 channels.
    Upscaled,
}

/// Maps of which a tile holds a row for each cell.
#[derive(Clone, Copy)]
pub enum Values {
    /// Of layer 0, made of k; of layer 1, made of c; of the last attention, made of y.
    Layer0,
    Layer1,
    Last,
}

/// Position-dependent parts that the weights alone determine.
#[derive(Clone, Copy)]
pub enum Position {
    Keys1,
    Queries1,
    KeysLast,
}

/// The maps of [`WIDTH`] cells.
pub struct ImageTile {
    /// The encoder's embedding, (d, WIDTH).
    cells: Vec<f32>,
    maps: Vec<f32>,
    /// (WIDTH, 3 * padded(d / 2))
    values: Vec<f32>,
    /// The squared lengths of c and y, and y along the norm's centred offset: (3, WIDTH).
    lengths: Vec<f32>,
}

impl ImageTile {
    /// How many numbers it holds.
    pub fn numbers(&self) -> usize {
        self.cells.len() + self.maps.len() + self.values.len() + self.lengths.len()
    }

    pub fn map(&self, map: Map) -> &[f32] {
        // The last map's d channels are twice as many as each other map's.
        let narrow = self.maps.len() / (Map::Upscaled as usize + 2);
        let start = map as usize * narrow;
        if matches!(map, Map::Upscaled) { &self.maps[start..] } else { &self.maps[start..start + narrow] }
    }

    /// (WIDTH, d / 2), rows [`Sizes::values_stride`] apart.
    pub fn values(&self, values: Values) -> &[f32] {
        &self.values[values as usize * (self.values.len() / WIDTH / 3)..]
    }

    pub fn squared_c(&self) -> &[f32] {
        &self.lengths[..WIDTH]
    }

    pub fn squared_y(&self) -> &[f32] {
        &self.lengths[WIDTH..2 * WIDTH]
    }

    pub fn y_along_offset(&self) -> &[f32] {
        &self.lengths[2 * WIDTH..]
    }
}

/// Everything the decoder takes from an image.
pub struct ImageSide {
    pub tiles: Vec<ImageTile>,
}

/// A linear map of k with its constant: weights (inputs, outputs) and outputs.
struct Folded {
    weight: Vec<f32>,
    start: Vec<f32>,
}

impl Folded {
    /// The map after `dense`, a map of mask channels, takes the place of the `no_mask` row in k.
    fn of_mask(&self, d: usize, outputs: usize, dense: &Folded) -> Self {
        let shape = Shape { rows: MASK_CHANNELS, depth: d, columns: outputs };
        let right = View::new(&self.weight, outputs);
        let mut weight = vec![0f32; MASK_CHANNELS * outputs];
        product(Out::new(&mut weight, outputs), Left::Plain(View::new(&dense.weight, d)), right, shape);
        let mut start = vec![0f32; outputs];
        let shape = Shape { rows: 1, ..shape };
        product(Out::new(&mut start, outputs), Left::Plain(View::new(&dense.start, d)), right, shape);
        Self { weight, start }
    }
}

/// The weights of [`ImageSide`], folded.
pub struct ImageWeights {
    sizes: Sizes,
    maps: Folded,
    values: Folded,
    /// From mask channels to the change of k, of the maps and of the values.
    mask: [Folded; 3],
    /// What is added to the embedding to make k + b: the row of "no mask" and b.
    shift: Vec<f32>,
    scale1: Vec<f32>,
    /// The first norm's offset and the second attention's bias, centred.
    offset: Vec<f32>,
    /// For each tile (2, d / 2, WIDTH), added to the first two maps.
    early_positions: Vec<Vec<f32>>,
    /// For each tile (3, d / 2, WIDTH).
    late_positions: Vec<Vec<f32>>,
}

impl ImageWeights {
    pub fn new(
        weights: &Weights,
        sizes: Sizes,
        prompts: &PromptEncoder,
        masks: &MaskEncoder,
    ) -> Result<Self> {
        let Sizes { d, narrow, .. } = sizes;
        let transformer = format!("{PREFIX}.transformer");
        let get = |name: &str, shape: &[usize]| weights.values(&format!("{transformer}.{name}"), shape);
        let projection = |name: &str| get(&format!("{name}.weight"), &[narrow, d]);
        let (scale1, beta1) = (get("layers.0.norm4.weight", &[d])?, get("layers.0.norm4.bias", &[d])?);
        let scale2 = get("layers.1.norm4.weight", &[d])?;
        let out = |layer: usize| -> Result<(Vec<f32>, Vec<f32>)> {
            let name = format!("layers.{layer}.cross_attn_image_to_token.out_proj");
            let weight = get(&format!("{name}.weight"), &[d, narrow])?;
            Ok((turned(&weight, narrow), get(&format!("{name}.bias"), &[d])?))
        };
        let (out0, bias0) = out(0)?;
        let (out1, bias1) = out(1)?;

        // Linear maps as rows of weights on k + b; of c, and of y.
        let of_c = |mut rows: Vec<f32>| {
            scale_rows(&mut rows, &scale1);
            centre_rows(&mut rows, d);
            rows
        };
        let of_y = |mut rows: Vec<f32>| {
            centre_rows(&mut rows, d);
            of_c(rows)
        };
        let of_last = |mut rows: Vec<f32>| {
            scale_rows(&mut rows, &scale2);
            of_y(rows)
        };
        let t2i = |i: usize, name: &str| projection(&format!("layers.{i}.cross_attn_token_to_image.{name}"));
        let i2t = |i: usize, name: &str| projection(&format!("layers.{i}.cross_attn_image_to_token.{name}"));
        let last = |name: &str| projection(&format!("final_attn_token_to_image.{name}"));
        let (keys0, queries0) = (t2i(0, "k_proj")?, i2t(0, "q_proj")?);
        let mut along0 = out0.clone();
        centre_rows(&mut along0, d);
        let mut along0_scaled = along0.clone();
        scale_rows(&mut along0_scaled, &scale1);
        let no_mask = prompts.no_mask();
        let shift: Vec<f32> = no_mask.iter().zip(&bias0).map(|(a, b)| a + b).collect();
        let constant = |rows: &[f32], shift: &[f32]| -> Vec<f32> {
            let dot = |row: &[f32]| row.iter().zip(shift).map(|(a, b)| f64::from(a * b)).sum::<f64>();
            rows.chunks_exact(d).map(|row| dot(row) as f32).collect()
        };

        let maps = {
            let mut early = constant(&keys0, no_mask);
            early.extend(constant(&queries0, no_mask));
            let bias = get("layers.0.cross_attn_image_to_token.q_proj.bias", &[narrow])?;
            early[narrow..].iter_mut().zip(bias).for_each(|(x, b)| *x += b);
            let late = [
                along0.clone(),
                of_y(along0_scaled),
                of_c(t2i(1, "k_proj")?),
                of_c(i2t(1, "q_proj")?),
                of_y(out1),
                of_last(last("k_proj")?),
                of_last(first_deconvolution(weights, d)?),
            ]
            .concat();
            let mut start = early;
            start.extend(constant(&late, &shift));
            Folded { weight: turned(&[keys0.clone(), queries0.clone(), late].concat(), d), start }
        };
        let values = {
            let stride = padded(narrow);
            let parts = [
                (t2i(0, "v_proj")?, no_mask),
                (of_c(t2i(1, "v_proj")?), &shift[..]),
                (of_last(last("v_proj")?), &shift),
            ];
            let (mut rows, mut start) = (vec![], vec![]);
            for (i, (part, shift)) in parts.into_iter().enumerate() {
                start.extend(constant(&part, shift));
                rows.extend(part);
                rows.resize((i + 1) * stride * d, 0.0);
                start.resize((i + 1) * stride, 0.0);
            }
            Folded { weight: turned(&rows, d), start }
        };
        let dense = {
            let (weight, bias) = masks.projection();
            let start = bias.iter().zip(no_mask).map(|(a, b)| a - b).collect();
            Folded { weight: turned(weight, MASK_CHANNELS), start }
        };
        let of_maps = maps.of_mask(d, maps.start.len(), &dense);
        let of_values = values.of_mask(d, values.start.len(), &dense);
        let mut offset: Vec<f32> = beta1.iter().zip(&bias1).map(|(a, b)| a + b).collect();
        centre_rows(&mut offset, d);

        let position = tiled(&prompts.dense_position(sizes.side), d);
        let positions = |rows: &[Vec<f32>]| -> Vec<Vec<f32>> {
            let rows = rows.concat();
            let shape = Shape { rows: rows.len() / d, depth: d, columns: WIDTH };
            let one = |tile: &Vec<f32>| {
                let mut out = vec![0f32; shape.rows * WIDTH];
                product(
                    Out::new(&mut out, WIDTH),
                    Left::Plain(View::new(&rows, d)),
                    View::new(tile, WIDTH),
                    shape,
                );
                out
            };
            position.par_iter().map(one).collect()
        };
        let mut late_positions = positions(&[t2i(1, "k_proj")?, i2t(1, "q_proj")?, last("k_proj")?]);
        // Of queries, the constant part of the norm before and the bias count too; of keys they do
        // not, because the softmax runs over the cells.
        let mut query_start = constant(&i2t(1, "q_proj")?, &beta1);
        let bias = get("layers.1.cross_attn_image_to_token.q_proj.bias", &[narrow])?;
        query_start.iter_mut().zip(bias).for_each(|(x, b)| *x += b);
        for tile in &mut late_positions {
            add_to_rows(&mut tile[narrow * WIDTH..2 * narrow * WIDTH], &query_start);
        }
        let early_positions = positions(&[keys0, queries0]);
        Ok(Self {
            sizes,
            maps,
            values,
            mask: [dense, of_maps, of_values],
            shift,
            scale1,
            offset,
            early_positions,
            late_positions,
        })
    }

    /// The first norm's offset and the second attention's bias, centred: (d).
    pub fn offset(&self) -> &[f32] {
        &self.offset
    }

    /// Part of a tile's positions, (d / 2, WIDTH).
    pub fn position(&self, tile: usize, part: Position) -> &[f32] {
        let size = self.sizes.narrow * WIDTH;
        &self.late_positions[tile][part as usize * size..][..size]
    }

    /// All maps of an embedding, (cells, d), for prompts without a mask.
    pub fn image_side(&self, embedding: &[f32]) -> ImageSide {
        let d = self.sizes.d;
        let outputs = self.maps.start.len();
        let one = |(cells, position): (Vec<f32>, &Vec<f32>)| {
            let mut maps = vec![0f32; outputs * WIDTH];
            maps[..position.len()].copy_from_slice(position);
            add_to_rows(&mut maps, &self.maps.start);
            let shape = Shape { rows: outputs, depth: d, columns: WIDTH };
            let (left, tile) = (View::new(&self.maps.weight, outputs), View::new(&cells, WIDTH));
            product(Out::adding(&mut maps, WIDTH), Left::Transposed(left), tile, shape);

            let stride = self.values.start.len();
            let mut values = self.values.start.repeat(WIDTH);
            let shape = Shape { rows: WIDTH, depth: d, columns: stride };
            let right = View::new(&self.values.weight, stride);
            product(Out::adding(&mut values, stride), Left::Transposed(tile), right, shape);
            let lengths = self.lengths(cells.clone());
            ImageTile { cells, maps, values, lengths }
        };
        let tiles = tiled(embedding, d).into_par_iter().zip(&self.early_positions).map(one).collect();
        ImageSide { tiles }
    }

    /// The maps when a mask takes the place of "no mask"; `channels` are the mask's, for each tile
    /// ([`MASK_CHANNELS`], WIDTH).
    pub fn with_mask(&self, image: &ImageSide, channels: &[Vec<f32>]) -> ImageSide {
        let [dense, of_maps, of_values] = &self.mask;
        let one = |(tile, channels): (&ImageTile, &Vec<f32>)| {
            let channels = View::new(channels, WIDTH);
            let change = |rows: &[f32], folded: &Folded| {
                let mut out = rows.to_vec();
                add_to_rows(&mut out, &folded.start);
                let outputs = folded.start.len();
                let shape = Shape { rows: outputs, depth: MASK_CHANNELS, columns: WIDTH };
                let left = Left::Transposed(View::new(&folded.weight, outputs));
                product(Out::adding(&mut out, WIDTH), left, channels, shape);
                out
            };
            let cells = change(&tile.cells, dense);
            let maps = change(&tile.maps, of_maps);
            let mut values = tile.values.clone();
            let stride = of_values.start.len();
            for row in values.chunks_exact_mut(stride) {
                row.iter_mut().zip(&of_values.start).for_each(|(x, b)| *x += b);
            }
            let shape = Shape { rows: WIDTH, depth: MASK_CHANNELS, columns: stride };
            let right = View::new(&of_values.weight, stride);
            product(Out::adding(&mut values, stride), Left::Transposed(channels), right, shape);
            let lengths = self.lengths(cells.clone());
            ImageTile { cells, maps, values, lengths }
        };
        ImageSide { tiles: image.tiles.par_iter().zip(channels).map(one).collect() }
    }

    /// See [`ImageTile::lengths`]; `cells` (d, WIDTH) become y.
    fn lengths(&self, mut cells: Vec<f32>) -> Vec<f32> {
        let mut lengths = vec![0f32; 3 * WIDTH];
        add_to_rows(&mut cells, &self.shift);
        centre_columns(&mut cells);
        dot_columns(&mut lengths[..WIDTH], &cells, &cells);
        for (row, scale) in cells.chunks_exact_mut(WIDTH).zip(&self.scale1) {
            row.iter_mut().for_each(|x| *x *= scale);
        }
        centre_columns(&mut cells);
        dot_columns(&mut lengths[WIDTH..2 * WIDTH], &cells, &cells);
        for (row, offset) in cells.chunks_exact(WIDTH).zip(&self.offset) {
            lengths[2 * WIDTH..].iter_mut().zip(row).for_each(|(sum, x)| *sum += offset * x);
        }
        lengths
    }
}

impl ImageSide {
    /// The encoder's embedding, (cells, d).
    #[cfg(test)]
    pub fn embedding(&self, cells: usize) -> Vec<f32> {
        let tile = |tile: &ImageTile| {
            let d = tile.cells.len() / WIDTH;
            let mut out = vec![0f32; tile.cells.len()];
            crate::sam::numeric::tile::transpose(&mut out, d, &tile.cells);
            out
        };
        let mut all: Vec<f32> = self.tiles.iter().flat_map(tile).collect();
        all.truncate(all.len() / self.tiles.len() / WIDTH * cells);
        all
    }
}

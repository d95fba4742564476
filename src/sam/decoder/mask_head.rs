//! From the image's cells and the final tokens to masks: `output_upscaling`, the hyper-networks and
//! the heads for predicted IoU and object score.

use rayon::prelude::*;

use super::basis::Both;
use super::image_side::{ImageTile, Map};
use super::layers::{Mlp, Norm};
use super::matrices::{first_deconvolution, scale_rows, turned};
use super::passes::Cells;
use super::{PREFIX, Sizes};
use crate::sam::error::Result;
use crate::sam::network::{Family, MASKS};
use crate::sam::numeric::tile::{
    Left, Out, Shape, View, WIDTH, add_gelu, blend, norm_gelu, product, scale_columns,
};
use crate::sam::prompt_encoder::LAYER_NORM_2D_EPS;
use crate::sam::weights::Weights;

/// A cell becomes 2x2 pixels, and each of them 2x2 again.
const PARTS: usize = 4;
/// Pixels of a cell.
pub const PIXELS: usize = PARTS * PARTS;

/// The high-resolution maps of a tile's cells, with what is constant of the layers they are added to.
pub struct HighResTile {
    /// (4, d / 4, WIDTH)
    stride8: Vec<f32>,
    /// (4, 4, d / 8, WIDTH)
    stride4: Vec<f32>,
}

impl HighResTile {
    /// How many numbers it holds.
    pub fn numbers(&self) -> usize {
        self.stride8.len() + self.stride4.len()
    }
}

/// The weights of the heads.
pub struct MaskHead {
    sizes: Sizes,
    /// The first transposed convolution after the second norm's channel scales, (d, 4 * d / 4).
    first: Vec<f32>,
    first_start: Vec<f32>,
    norm: Norm,
    /// The second transposed convolution, (d / 4, 4 * d / 8).
    second: Vec<f32>,
    second_bias: Vec<f32>,
    hyper: Vec<Mlp>,
    iou: Mlp,
    /// Whether the predicted IoU is a sigmoid of what its head gives, as in SAM 2.
    iou_is_sigmoid: bool,
    object: Option<Mlp>,
    takes_high_res: bool,
}

impl MaskHead {
    /// `norm2` is the one that the image's cells come out of at last.
    pub fn new(weights: &Weights, sizes: Sizes, norm2: &Norm) -> Result<Self> {
        let (d, config) = (sizes.d, weights.config());
        let (quarter, eighth) = (d / 4, d / 8);
        let name = |part: &str| format!("{PREFIX}.{part}");
        let mut first = first_deconvolution(weights, d)?;
        let bias = weights.values(&name("output_upscaling.0.bias"), &[quarter])?;
        let first_start = first
            .chunks_exact(d)
            .zip(bias.iter().cycle())
            .map(|(row, bias)| row.iter().zip(&norm2.beta).map(|(a, b)| a * b).sum::<f32>() + bias)
            .collect();
        scale_rows(&mut first, &norm2.gamma);
        let kernel = weights.values(&name("output_upscaling.3.weight"), &[quarter, eighth, 2, 2])?;
        let mut second = Vec::with_capacity(kernel.len());
        for of_input in kernel.chunks_exact(eighth * PARTS) {
            second.extend((0..PARTS).flat_map(|part| of_input.iter().skip(part).step_by(PARTS)));
        }
        let hyper = |i: usize| {
            Mlp::new(weights, &name(&format!("output_hypernetworks_mlps.{i}")), &[d, d, d, eighth])
        };
        let iou_width = config.decoder.iou_head_hidden_dim;
        let object = || Mlp::new(weights, &name("pred_obj_score_head"), &[d, d, d, 1]);
        Ok(Self {
            sizes,
            first: turned(&first, d),
            first_start,
            norm: Norm::new(weights, &name("output_upscaling.1"), quarter)?,
            second,
            second_bias: weights.values(&name("output_upscaling.3.bias"), &[eighth])?,
            hyper: (0..MASKS).map(hyper).collect::<Result<_>>()?,
            iou: Mlp::new(weights, &name("iou_prediction_head"), &[d, iou_width, iou_width, MASKS])?,
            iou_is_sigmoid: config.family == Family::Sam2,
            object: if config.decoder.object_score { Some(object()?) } else { None },
            takes_high_res: config.decoder.high_res,
        })
    }

    /// Whether high-resolution maps are added while masks are upscaled.
    pub fn takes_high_res(&self) -> bool {
        self.takes_high_res
    }

    /// Rearranges the encoder's high-resolution maps, (16 * cells, d / 8) and (4 * cells, d / 4), a tile
    /// for each of the image's; without them one tile that serves for all.
    pub fn high_res(&self, maps: Option<[&[f32]; 2]>) -> Vec<HighResTile> {
        let Sizes { d, side, cells, .. } = self.sizes;
        let (quarter, eighth) = (d / 4, d / 8);
        let constant = || {
            let stride8: Vec<f32> = self.first_start.iter().flat_map(|b| [*b; WIDTH]).collect();
            let second_start: Vec<f32> = self.second_bias.iter().flat_map(|b| [*b; WIDTH]).collect();
            HighResTile { stride8, stride4: second_start.repeat(PIXELS) }
        };
        let Some([high_res_0, high_res_1]) = maps else { return vec![constant()] };
        let one = |first: usize| {
            let mut tile = constant();
            for (p, cell) in (first..cells.min(first + WIDTH)).enumerate() {
                let (y, x) = (cell / side, cell % side);
                let add = |to: &mut [f32], from: &[f32]| {
                    for (row, x) in to.chunks_exact_mut(WIDTH).zip(from) {
                        row[p] += x;
                    }
                };
                for (part, to) in tile.stride8.chunks_exact_mut(quarter * WIDTH).enumerate() {
                    let pixel = (2 * y + part / 2) * 2 * side + 2 * x + part % 2;
                    add(to, &high_res_1[pixel * quarter..][..quarter]);
                }
                for (pixel, to) in tile.stride4.chunks_exact_mut(eighth * WIDTH).enumerate() {
                    let (dx, dy) = offset(pixel);
                    let pixel = (4 * y + dy) * 4 * side + 4 * x + dx;
                    add(to, &high_res_0[pixel * eighth..][..eighth]);
                }
            }
            tile
        };
        (0..cells).into_par_iter().step_by(WIDTH).map(one).collect()
    }

    /// Predicted IoUs of the masks, (prompts, [`MASKS`]), from the IoU tokens (prompts, d).
    pub fn predicted_iou(&self, tokens: &[f32]) -> Vec<f32> {
        let mut iou = self.iou.apply(tokens);
        if self.iou_is_sigmoid {
            iou.iter_mut().for_each(|x| *x = 1.0 / (1.0 + (-*x).exp()));
        }
        iou
    }

    /// Object scores, (prompts), from the object tokens (prompts, d), if the network tells them.
    pub fn object_score(&self, tokens: impl Fn() -> Vec<f32>) -> Option<Vec<f32>> {
        self.object.as_ref().map(|head| head.apply(&tokens()))
    }

    /// The weights that make a mask's logits of upscaled pixels, (d / 8), from its token (d).
    pub fn hyper(&self, mask: usize, token: &[f32]) -> Vec<f32> {
        self.hyper[mask].apply(token)
    }

    /// What the first transposed convolution makes of the cells' coordinates: (coordinates, d).
    pub fn on_coordinates(&self, both: &Both) -> Vec<f32> {
        both.all.mapped(&self.first)
    }

    /// Logits of a tile, (masks, [`PIXELS`], WIDTH). `hyper` is (masks, d / 8); `cells` is used up.
    pub fn logits(
        &self,
        (image, high_res): (&ImageTile, &HighResTile),
        on_coordinates: &[f32],
        hyper: &[f32],
        cells: Cells,
        out: &mut [f32],
        scratch: &mut [Vec<f32>; 2],
    ) {
        let d = self.sizes.d;
        let (quarter, eighth) = (d / 4, d / 8);
        let [up, upper] = scratch;
        let mut both_scales = [0f32; WIDTH];
        for ((to, a), b) in both_scales.iter_mut().zip(&*cells.scale1).zip(&*cells.scale2) {
            *to = a * b;
        }
        scale_columns(cells.coordinates, cells.scale2);
        let depth = cells.coordinates.len() / WIDTH;
        let right = View::new(cells.coordinates, WIDTH);
        let masks = hyper.len() / eighth;
        for part in 0..PARTS {
            let rows = part * quarter * WIDTH..(part + 1) * quarter * WIDTH;
            let constant = &high_res.stride8[rows.clone()];
            blend(up, &image.map(Map::Upscaled)[rows], &both_scales, constant, &[1.0; WIDTH]);
            let left = Left::Transposed(View::new(&on_coordinates[part * quarter..], d));
            let shape = Shape { rows: quarter, depth, columns: WIDTH };
            product(Out::adding(up, WIDTH), left, right, shape);
            norm_gelu(up, &self.norm.gamma, &self.norm.beta, LAYER_NORM_2D_EPS);
            for inner in 0..PARTS {
                let pixel = part * PARTS + inner;
                let left = Left::Transposed(View::new(&self.second[inner * eighth..], PARTS * eighth));
                let shape = Shape { rows: eighth, depth: quarter, columns: WIDTH };
                product(Out::new(upper, WIDTH), left, View::new(up, WIDTH), shape);
                add_gelu(upper, &high_res.stride4[pixel * eighth * WIDTH..][..eighth * WIDTH]);
                let shape = Shape { rows: masks, depth: eighth, columns: WIDTH };
                let left = Left::Plain(View::new(hyper, eighth));
                let out = Out::new(&mut out[pixel * WIDTH..], PIXELS * WIDTH);
                product(out, left, View::new(upper, WIDTH), shape);
            }
        }
    }

    /// Buffers for [`MaskHead::logits`].
    pub fn scratch(&self) -> [Vec<f32>; 2] {
        [vec![0.0; self.sizes.d / 4 * WIDTH], vec![0.0; self.sizes.d / 8 * WIDTH]]
    }

    /// One mask's logits from all tiles, (4 * side, 4 * side) row-major; a tile's part of the mask
    /// is ([`PIXELS`], WIDTH).
    pub fn assemble<'a>(&self, tiles: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
        let side = self.sizes.side;
        let mut logits = vec![0f32; PIXELS * self.sizes.cells];
        let tiles: Vec<&[f32]> = tiles.collect();
        for (row, out) in logits.chunks_exact_mut(4 * side).enumerate() {
            let (y, dy) = (row / 4, row % 4);
            let planes = [0, 1, 2, 3].map(|dx| pixel_at(dx, dy) * WIDTH);
            let (mut cell, mut out) = (y * side, out);
            // A row of cells can begin and end within a tile.
            while !out.is_empty() {
                let (tile, first) = (tiles[cell / WIDTH], cell % WIDTH);
                let count = (WIDTH - first).min(out.len() / 4);
                let [a, b, c, d] = planes.map(|plane| &tile[plane + first..][..count]);
                let (now, later) = out.split_at_mut(4 * count);
                for ((((to, a), b), c), d) in now.as_chunks_mut().0.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                    *to = [*a, *b, *c, *d];
                }
                (cell, out) = (cell + count, later);
            }
        }
        logits
    }
}

/// Where in its cell the pixel lies that the two convolutions make n-th: columns, rows.
fn offset(pixel: usize) -> (usize, usize) {
    let (outer, inner) = (pixel / PARTS, pixel % PARTS);
    (2 * (outer % 2) + inner % 2, 2 * (outer / 2) + inner / 2)
}

/// The opposite of [`offset`].
fn pixel_at(dx: usize, dy: usize) -> usize {
    (dy / 2 * 2 + dx / 2) * PARTS + dy % 2 * 2 + dx % 2
}

//! The patch embedding with the position embedding added.

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::bail;

use super::cubic::{Taps, cubic_taps};
use super::function::Function;
use super::layers::room;
use crate::sam::error::Result;
use crate::sam::numeric::packed::{self, Packed, Start};
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

const COLOURS: usize = 3;
/// Kernel, stride and padding of the convolution, in pixels.
const KERNEL: usize = 7;
const STRIDE: usize = 4;
const PADDING: usize = 3;

/// (1, 3, S, S) to (S/4, S/4, channels): `PatchEmbed` plus `Hiera._get_pos_embed`, which is the
/// stored embedding enlarged to the map, plus the tiled embedding of a window.
#[derive(Debug)]
pub struct PatchEmbed {
    /// (3 * 7 * 7, channels)
    kernel: Packed,
    /// (rows, columns, channels)
    background: Vec<f32>,
    background_size: [usize; 2],
    /// (window, window, channels), the bias of the convolution added.
    tile: Vec<f32>,
    window: usize,
    channels: usize,
}

impl PatchEmbed {
    /// `{trunk}.patch_embed.proj`, `{trunk}.pos_embed` and `{trunk}.pos_embed_window`.
    pub fn load(
        weights: &Weights,
        trunk: &str,
        channels: usize,
        background_size: [usize; 2],
        window: usize,
    ) -> Result<Self> {
        let name = |part: &str| format!("{trunk}.{part}");
        let kernel =
            weights.values(&name("patch_embed.proj.weight"), &[channels, COLOURS, KERNEL, KERNEL])?;
        let bias = weights.values(&name("patch_embed.proj.bias"), &[channels])?;
        let [rows, columns] = background_size;
        let background = weights.values(&name("pos_embed"), &[1, channels, rows, columns])?;
        let tile = weights.values(&name("pos_embed_window"), &[1, channels, window, window])?;
        let mut tile = channels_last(&tile, channels);
        tile.chunks_exact_mut(channels).for_each(|cell| rows::add(cell, &bias));
        Ok(Self {
            kernel: Packed::from_columns(&kernel, COLOURS * KERNEL * KERNEL, channels),
            background: channels_last(&background, channels),
            background_size,
            tile,
            window,
            channels,
        })
    }

    /// The position embedding of a row of the map, and the bias.
    fn position(&self, y: usize, taps_y: &Taps, taps_x: &[Taps], line: &mut [f32], out: &mut [f32]) {
        line.fill(0.0);
        for (row, weight) in taps_y.iter() {
            rows::add_scaled(line, &self.background[row * line.len()..], weight);
        }
        let tile = &self.tile[y % self.window * self.window * self.channels..];
        for (x, (out, taps)) in out.chunks_exact_mut(self.channels).zip(taps_x).enumerate() {
            out.copy_from_slice(&tile[x % self.window * self.channels..][..self.channels]);
            for (column, weight) in taps.iter() {
                rows::add_scaled(out, &line[column * self.channels..][..self.channels], weight);
            }
        }
    }
}

/// (channels, cells) to (cells, channels).
fn channels_last(values: &[f32], channels: usize) -> Vec<f32> {
    let cells = values.len() / channels;
    (0..values.len()).map(|i| values[i % channels * cells + i / channels]).collect()
}

/// The pixels under the kernel at each cell of a row of the map, zero where it reaches beyond the
/// image: (S / 4, 3 * 7 * 7).
fn unfold(image: &[f32], side: usize, y: usize, out: &mut [f32]) {
    out.fill(0.0);
    for (i, out) in out.chunks_exact_mut(KERNEL).enumerate() {
        let (x, colour, row) = (i / (COLOURS * KERNEL), i / KERNEL % COLOURS, STRIDE * y + i % KERNEL);
        if row < PADDING || row - PADDING >= side {
            continue;
        }
        let line = &image[(colour * side + row - PADDING) * side..][..side];
        let first = STRIDE * x;
        let (skipped, first) = (PADDING.saturating_sub(first), first.saturating_sub(PADDING));
        let count = (KERNEL - skipped).min(side - first);
        out[skipped..][..count].copy_from_slice(&line[first..][..count]);
    }
}

impl Function for PatchEmbed {
    fn name(&self) -> &'static str {
        "PatchEmbed"
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        match *input {
            [1, COLOURS, height, side] if height == side && side > 0 && side % STRIDE == 0 => {
                Ok(vec![side / STRIDE, side / STRIDE, self.channels])
            }
            _ => bail!("a square of three colours, not {input:?}"),
        }
    }

    fn eval(&self, input: Tensor) -> TractResult<Tensor> {
        let mut output = Tensor::zero::<f32>(&self.output_shape(input.shape())?)?;
        let (side, channels) = (input.shape()[2], self.channels);
        let cells = side / STRIDE;
        let [rows, columns] = self.background_size;
        let (taps_y, taps_x) = (cubic_taps(rows, cells), cubic_taps(columns, cells));
        let view = input.view();
        let image = view.as_slice::<f32>()?;
        let mut plain = output.try_as_plain_ram_mut()?;
        let lines = plain.as_slice_mut::<f32>()?.par_chunks_mut(cells * channels);
        lines.zip(taps_y).enumerate().for_each_init(
            || (vec![], vec![]),
            |(patches, line), (y, (out, taps_y))| {
                self.position(y, &taps_y, &taps_x, room(line, columns * channels), out);
                let patches = room(patches, cells * self.kernel.depth());
                unfold(image, side, y, patches);
                packed::multiply(patches, self.kernel.depth(), &self.kernel, Start::Result, out, channels);
            },
        );
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_overlap_and_end_in_zeros() {
        let side = 12;
        let image: Vec<f32> = (1..=COLOURS * side * side).map(|i| i as f32).collect();
        for y in 0..side / STRIDE {
            let mut patches = vec![-1.0; side / STRIDE * COLOURS * KERNEL * KERNEL];
            unfold(&image, side, y, &mut patches);
            for (i, found) in patches.into_iter().enumerate() {
                let (x, colour) = (i / (COLOURS * KERNEL * KERNEL), i / (KERNEL * KERNEL) % COLOURS);
                let row = (STRIDE * y + i / KERNEL % KERNEL).wrapping_sub(PADDING);
                let column = (STRIDE * x + i % KERNEL).wrapping_sub(PADDING);
                let inside = row < side && column < side;
                let expected = if inside { image[(colour * side + row) * side + column] } else { 0.0 };
                assert_eq!(found, expected, "{x} {y}, {colour}, {row} {column}");
            }
        }
    }
}

//! Rearranging and folding weights and maps.

use rayon::prelude::*;

use super::PREFIX;
use crate::sam::error::Result;
use crate::sam::numeric::tile::{WIDTH, sum_columns};
use crate::sam::weights::Weights;

/// Subtracts its mean from each row of `width` values.
pub fn centre_rows(x: &mut [f32], width: usize) {
    for row in x.chunks_exact_mut(width) {
        let mean = (row.iter().map(|x| f64::from(*x)).sum::<f64>() / width as f64) as f32;
        row.iter_mut().for_each(|x| *x -= mean);
    }
}

/// Multiplies each row with `by`.
pub fn scale_rows(x: &mut [f32], by: &[f32]) {
    for row in x.chunks_exact_mut(by.len()) {
        row.iter_mut().zip(by).for_each(|(x, b)| *x *= b);
    }
}

/// A row-major matrix with rows of `width` values, its rows as columns.
pub fn turned(x: &[f32], width: usize) -> Vec<f32> {
    let rows = x.len() / width;
    (0..width).flat_map(|j| (0..rows).map(move |i| x[i * width + j])).collect()
}

/// The weights of the first transposed convolution as (4 * d / 4, d): a row for each channel of
/// each of the four pixels.
pub fn first_deconvolution(weights: &Weights, d: usize) -> Result<Vec<f32>> {
    let name = format!("{PREFIX}.output_upscaling.0.weight");
    let kernel = weights.values(&name, &[d, d / 4, 2, 2])?;
    Ok((0..d)
        .flat_map(|row| (0..d).map(move |c| (row, c)))
        .map(|(row, c)| {
            let (pixel, channel) = (row / (d / 4), row % (d / 4));
            kernel[(c * (d / 4) + channel) * 4 + pixel]
        })
        .collect())
}

/// Subtracts its mean from each column of a tile.
pub fn centre_columns(tile: &mut [f32]) {
    let mut mean = [0f32; WIDTH];
    sum_columns(&mut mean, tile);
    let rows = (tile.len() / WIDTH) as f32;
    mean.iter_mut().for_each(|m| *m /= rows);
    for row in tile.chunks_exact_mut(WIDTH) {
        row.iter_mut().zip(&mean).for_each(|(x, m)| *x -= m);
    }
}

/// A map (cells, channels) as tiles (channels, WIDTH), the last one filled up with zeros.
pub fn tiled(map: &[f32], channels: usize) -> Vec<Vec<f32>> {
    let one = |cells: &[f32]| {
        let mut tile = vec![0f32; channels * WIDTH];
        for (p, cell) in cells.chunks_exact(channels).enumerate() {
            for (row, x) in tile.chunks_exact_mut(WIDTH).zip(cell) {
                row[p] = *x;
            }
        }
        tile
    };
    map.par_chunks(channels * WIDTH).map(one).collect()
}

//! 3x3 convolutions of channels-last rows.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use crate::sam::error::Result;
use crate::sam::numeric::packed::{self, Packed, Start};
use crate::sam::numeric::{dispatch, mul_add, rows};
use crate::sam::weights::Weights;

/// Cells of a kernel, row by row.
const TAPS: usize = 9;
/// Epsilon of PyTorch's batch norm.
const BATCH_NORM_EPS: f32 = 1e-5;

/// Weight and bias of MobileSAM's `Conv2d_BN` and RepViT's `ConvNorm`: `{prefix}.c` with the batch norm `{prefix}.bn` folded
/// into it, or with a bias where the file holds it folded already.
///
/// `shape` is that of the weight: outputs, inputs of a group, height, width.
pub fn folded(weights: &Weights, prefix: &str, shape: [usize; 4]) -> Result<(Vec<f32>, Vec<f32>)> {
    let outputs = shape[0];
    let get = |name: &str| weights.values(&format!("{prefix}.{name}"), &[outputs]);
    let mut kernel = weights.values(&format!("{prefix}.c.weight"), &shape)?;
    if !weights.has(&format!("{prefix}.bn.weight")) {
        return Ok((kernel, get("c.bias")?));
    }
    let (gamma, beta) = (get("bn.weight")?, get("bn.bias")?);
    let (mean, variance) = (get("bn.running_mean")?, get("bn.running_var")?);
    let scales: Vec<f32> = gamma
        .iter()
        .zip(&variance)
        .map(|(gamma, variance)| gamma / (variance + BATCH_NORM_EPS).sqrt())
        .collect();
    for (kernel, scale) in kernel.chunks_exact_mut(shape[1..].iter().product()).zip(&scales) {
        rows::scale(kernel, *scale);
    }
    let bias = beta.iter().zip(&mean).zip(&scales).map(|((beta, mean), scale)| beta - mean * scale);
    Ok((kernel, bias.collect()))
}

/// A 3x3 convolution with a zero cell around the map.
///
/// Neighbouring cells of a channels-last row lie behind each other, so that a kernel's row is one
/// product with rows that overlap.
#[derive(Debug)]
pub struct Conv3x3 {
    /// For each of the kernel's rows, (3 * inputs, outputs).
    kernel_rows: [Packed; 3],
    bias: Vec<f32>,
    inputs: usize,
    stride: usize,
}

impl Conv3x3 {
    /// `kernel` is (outputs, inputs, 3, 3), `bias` (outputs).
    pub fn new(kernel: &[f32], bias: Vec<f32>, stride: usize) -> Self {
        let (outputs, inputs) = (bias.len(), kernel.len() / TAPS / bias.len());
        let kernel_rows = [0, 1, 2].map(|row| {
            let at = |output: usize, i: usize| {
                let (column, input) = (i / inputs, i % inputs);
                kernel[(output * inputs + input) * TAPS + 3 * row + column]
            };
            let weights: Vec<f32> =
                (0..outputs).flat_map(|output| (0..3 * inputs).map(move |i| at(output, i))).collect();
            Packed::from_columns(&weights, 3 * inputs, outputs)
        });
        Self { kernel_rows, bias, inputs, stride }
    }

    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// One row of the result, (cells, outputs), from the three rows of the map under the kernel,
    /// (stride * (cells - 1) + 3, inputs) or more, a cell more than the kernel's centres at the left.
    pub fn apply(&self, rows: [&[f32]; 3], out: &mut [f32]) {
        let mut start = Start::Bias(&self.bias);
        for (row, kernel) in rows.into_iter().zip(&self.kernel_rows) {
            packed::multiply(row, self.stride * self.inputs, kernel, start, out, self.outputs());
            start = Start::Result;
        }
    }
}

/// A 3x3 convolution of each channel by itself.
#[derive(Debug, Clone)]
pub struct Depthwise {
    /// (9, channels)
    taps: Vec<f32>,
    bias: Vec<f32>,
    stride: usize,
}

impl Depthwise {
    /// `kernel` is (channels, 1, 3, 3), `bias` (channels).
    pub fn new(kernel: &[f32], bias: Vec<f32>, stride: usize) -> Self {
        let taps = (0..TAPS).flat_map(|tap| kernel.iter().skip(tap).step_by(TAPS)).copied().collect();
        Self { taps, bias, stride }
    }

    pub fn channels(&self) -> usize {
        self.bias.len()
    }

    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Like [`Conv3x3::apply`].
    pub fn apply(&self, rows: [&[f32]; 3], out: &mut [f32]) {
        match self.stride {
            1 => dispatch(Pass::<1>(self, rows, out)),
            _ => dispatch(Pass::<2>(self, rows, out)),
        }
    }

    /// Row `y` of the result for a map of this height and width, which the stride divides. Unlike
    /// [`Depthwise::apply`] it needs no cells around the map.
    pub fn apply_to_map(&self, map: &[f32], [height, width]: [usize; 2], y: usize, out: &mut [f32]) {
        let (channels, stride) = (self.channels(), self.stride);
        let zeros = vec![0.0; width * channels];
        let rows = [0, 1, 2].map(|i| match (stride * y + i).checked_sub(1) {
            Some(row) if row < height => &map[row * width * channels..][..width * channels],
            _ => &zeros[..],
        });
        // The kernel lies within the map at all cells but the first and, without a stride, the last.
        let cells = width / stride;
        let end = if stride == 1 { cells - 1 } else { cells };
        for (x, out) in out.chunks_exact_mut(channels).enumerate().filter(|(x, _)| *x == 0 || *x >= end) {
            let mut under = [const { Vec::new() }; 3];
            for (under, row) in under.iter_mut().zip(rows) {
                for i in 0..3 {
                    let cell = (stride * x + i).checked_sub(1).filter(|cell| *cell < width);
                    under.extend_from_slice(
                        &cell.map_or(&zeros[..], |cell| &row[cell * channels..])[..channels],
                    );
                }
            }
            self.apply(under.each_ref().map(|under| &under[..]), out);
        }
        if end > 1 {
            let rows = rows.map(|row| &row[(stride - 1) * channels..]);
            self.apply(rows, &mut out[channels..end * channels]);
        }
    }

    /// The mean of each channel of the result for a map of this height and width, without a stride.
    ///
    /// What a cell of the kernel adds to the sum is the map's sum, less the row or column that the cell
    /// never sees.
    pub fn mean(&self, map: &[f32], [height, width]: [usize; 2]) -> Vec<f32> {
        let channels = self.channels();
        // Without the last cell, of all cells, and without the first.
        let sums: Vec<[Vec<f32>; 3]> = map
            .par_chunks(width * channels)
            .map(|row| {
                let mut all = vec![0.0; channels];
                row.chunks_exact(channels).for_each(|cell| rows::add(&mut all, cell));
                let without = |cell: usize| {
                    let mut sum = all.clone();
                    rows::add_scaled(&mut sum, &row[cell * channels..][..channels], -1.0);
                    sum
                };
                [without(width - 1), all.clone(), without(0)]
            })
            .collect();
        let mut mean = vec![0.0; channels];
        for (tap, taps) in self.taps.chunks_exact(channels).enumerate() {
            let mut sum = vec![0.0; channels];
            let unseen = [Some(height - 1), None, Some(0)][tap / 3];
            for (_, sums) in sums.iter().enumerate().filter(|(y, _)| Some(*y) != unseen) {
                rows::add(&mut sum, &sums[tap % 3]);
            }
            mean.iter_mut().zip(sum).zip(taps).for_each(|((mean, sum), tap)| *mean += sum * tap);
        }
        rows::scale(&mut mean, ((height * width) as f32).recip());
        rows::add(&mut mean, &self.bias);
        mean
    }

    /// The same convolution with each channel of its result multiplied by a factor.
    pub fn scaled(&self, factors: &[f32]) -> Self {
        let mut scaled = self.clone();
        for values in scaled.taps.chunks_exact_mut(factors.len()).chain([&mut scaled.bias[..]]) {
            values.iter_mut().zip(factors).for_each(|(value, factor)| *value *= factor);
        }
        scaled
    }
}

/// Cells of the result that are made together, so that the cells under the kernel are loaded once for
/// several of them.
const TOGETHER: usize = 4;

/// A row of the result.
struct Pass<'a, const STRIDE: usize>(&'a Depthwise, [&'a [f32]; 3], &'a mut [f32]);

impl<const STRIDE: usize> WithSimd for Pass<'_, STRIDE> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(layer, rows, out) = self;
        let channels = layer.channels();
        let step = STRIDE * channels;
        let whole = out.len() / channels / TOGETHER * TOGETHER;
        let (several, rest) = out.split_at_mut(whole * channels);
        for (out, cell) in several.chunks_exact_mut(TOGETHER * channels).zip((0..).step_by(TOGETHER)) {
            cells::<S, STRIDE, TOGETHER>(simd, layer, rows.map(|row| &row[cell * step..]), out);
        }
        for (out, cell) in rest.chunks_exact_mut(channels).zip(whole..) {
            cells::<S, STRIDE, 1>(simd, layer, rows.map(|row| &row[cell * step..]), out);
        }
    }
}

/// `N` cells of the result; the rows begin with the first cell under the kernel.
#[inline(always)]
fn cells<S: Simd, const STRIDE: usize, const N: usize>(
    simd: S,
    layer: &Depthwise,
    rows: [&[f32]; 3],
    out: &mut [f32],
) {
    let channels = layer.channels();
    let rows = rows.map(|row| &row[..(STRIDE * (N - 1) + 3) * channels]);
    let whole = channels - channels % S::F32_LANES;
    for first in (0..whole).step_by(S::F32_LANES) {
        let load = |values: &[f32], at: usize| S::as_simd_f32s(&values[at + first..][..S::F32_LANES]).0[0];
        let mut sums = [load(&layer.bias, 0); N];
        for (y, row) in rows.iter().enumerate() {
            for x in 0..3 {
                let tap = load(&layer.taps, (3 * y + x) * channels);
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum = mul_add(simd, load(row, (i * STRIDE + x) * channels), tap, *sum);
                }
            }
        }
        for (out, sum) in out.chunks_exact_mut(channels).zip(sums) {
            S::as_mut_simd_f32s(&mut out[first..][..S::F32_LANES]).0[0] = sum;
        }
    }
    for channel in whole..channels {
        for (i, out) in out.chunks_exact_mut(channels).enumerate() {
            let taps = layer.taps[channel..].iter().step_by(channels);
            let under = rows
                .iter()
                .flat_map(|row| row[i * STRIDE * channels + channel..].iter().step_by(channels).take(3));
            out[channel] = layer.bias[channel] + taps.zip(under).map(|(tap, x)| tap * x).sum::<f32>();
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::sam::encoder::ops::layers::tests::{assert_close, numbers};
    use crate::sam::numeric::on_each_instruction_set;

    /// PyTorch's `conv2d` with padding 1 on a channels-last map; `kernel` is
    /// (outputs, inputs of a group, 3, 3).
    pub fn convolved(
        map: &[f32],
        [height, width, channels]: [usize; 3],
        kernel: &[f32],
        bias: &[f32],
        stride: usize,
    ) -> Vec<f32> {
        let outputs = bias.len();
        let of_group = kernel.len() / TAPS / outputs;
        let mut out = vec![];
        for y in 0..height / stride {
            for x in 0..width / stride {
                for (output, bias) in bias.iter().enumerate() {
                    let mut sum = *bias;
                    for i in 0..of_group * TAPS {
                        let (input, ky, kx) = (i / TAPS, i % TAPS / 3, i % 3);
                        let (row, column) =
                            ((y * stride + ky).wrapping_sub(1), (x * stride + kx).wrapping_sub(1));
                        if row < height && column < width {
                            let channel = if of_group == channels { input } else { output };
                            sum += map[(row * width + column) * channels + channel]
                                * kernel[output * of_group * TAPS + i];
                        }
                    }
                    out.push(sum);
                }
            }
        }
        out
    }

    fn rows<'a>(
        map: &'a [f32],
        size: [usize; 3],
        centre: usize,
        memory: &'a mut [Vec<f32>; 3],
    ) -> [&'a [f32]; 3] {
        let [height, width, channels] = size;
        for (i, row) in memory.iter_mut().enumerate() {
            *row = vec![0.0; (width + 2) * channels];
            let y = (centre + i).wrapping_sub(1);
            if y < height {
                row[channels..][..width * channels]
                    .copy_from_slice(&map[y * width * channels..][..width * channels]);
            }
        }
        [&memory[0], &memory[1], &memory[2]]
    }

    #[test]
    fn rows_of_the_result_are_those_of_a_convolution() {
        on_each_instruction_set(|| {
            for (size, outputs, stride) in [
                ([6, 10, 5], 7, 1),
                ([6, 10, 5], 7, 2),
                ([4, 2, 19], 19, 1),
                ([8, 14, 21], 21, 2),
                ([2, 2, 33], 33, 2),
            ] {
                let [height, width, channels] = size;
                let map = numbers(height * width * channels, 1);
                let bias = numbers(outputs, 2);
                let (full, single) = (numbers(outputs * channels * TAPS, 3), numbers(channels * TAPS, 4));
                let mut memory = Default::default();
                let conv = Conv3x3::new(&full, bias.clone(), stride);
                let expected = convolved(&map, size, &full, &bias, stride);
                let mut out = vec![0.0; width / stride * outputs];
                for y in 0..height / stride {
                    conv.apply(rows(&map, size, y * stride, &mut memory), &mut out);
                    assert_close(&out, &expected[y * out.len()..][..out.len()], 1e-4);
                }
                if outputs == channels {
                    let depthwise = Depthwise::new(&single, bias.clone(), stride);
                    let expected = convolved(&map, size, &single, &bias, stride);
                    for y in 0..height / stride {
                        depthwise.apply(rows(&map, size, y * stride, &mut memory), &mut out);
                        assert_close(&out, &expected[y * out.len()..][..out.len()], 1e-5);
                        out.fill(f32::NAN);
                        depthwise.apply_to_map(&map, [height, width], y, &mut out);
                        assert_close(&out, &expected[y * out.len()..][..out.len()], 1e-5);
                    }
                }
            }
        });
    }

    #[test]
    fn means_and_factors_are_those_of_the_result() {
        for [height, width, channels] in [[5, 7, 19], [1, 3, 4], [3, 1, 4], [1, 1, 2]] {
            let map = numbers(height * width * channels, 1);
            let (kernel, bias, factors) =
                (numbers(channels * TAPS, 2), numbers(channels, 3), numbers(channels, 4));
            let result = convolved(&map, [height, width, channels], &kernel, &bias, 1);
            let mean =
                |c: usize| result.iter().skip(c).step_by(channels).sum::<f32>() / (height * width) as f32;
            let depthwise = Depthwise::new(&kernel, bias, 1);
            let expected: Vec<f32> = (0..channels).map(mean).collect();
            assert_close(&depthwise.mean(&map, [height, width]), &expected, 1e-5);
            let scaled = depthwise.scaled(&factors);
            let mut row = vec![f32::NAN; width * channels];
            for y in 0..height {
                scaled.apply_to_map(&map, [height, width], y, &mut row);
                let expected: Vec<f32> = result[y * row.len()..][..row.len()]
                    .iter()
                    .zip(factors.iter().cycle())
                    .map(|(x, factor)| x * factor)
                    .collect();
                assert_close(&row, &expected, 1e-5);
            }
        }
    }
}

//! Between photo pixels and network pixels: the photo as network input, logits back at the
//! photo's size.
//!
//! Follows `SAM2Transforms` in `sam2/utils/transforms.py`. The photo is squashed to a square; its
//! aspect ratio is not kept.

use std::ops::Range;

use image::RgbImage;
use rayon::prelude::*;

use super::error::{Error, Result};
use super::kernels::{Counts, Cuts, WIDTH, cut};
use super::simd;
use crate::mask::{Mask, MaskRows};

/// What a network takes: a square of this side, in pixels, normalised with these figures on [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputFormat {
    pub side: usize,
    pub mean: [f32; 3],
    pub std: [f32; 3],
}

impl InputFormat {
    /// Side of the low-resolution logits that come back.
    pub fn low_res_side(&self) -> usize {
        self.side / 4
    }
}

/// Channels of a photo's pixel.
const COLOURS: usize = 3;

/// The photo as (3, S, S) row-major: resized by antialiased bilinear interpolation of values on
/// [0, 1], then normalised with the network's mean and standard deviation.
///
/// # Errors
/// [`Error::Input`] for a photo without pixels.
pub fn network_input(photo: &RgbImage, format: &InputFormat) -> Result<Vec<f32>> {
    let side = format.side;
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    if width == 0 || height == 0 {
        return Err(Error::Input(format!("it has no pixels ({width}x{height})")));
    }
    let (taps_x, taps_y) = (antialiased_taps(width, side), antialiased_taps(height, side));
    let mut out = vec![0f32; COLOURS * side * side];
    let (red, others) = out.split_at_mut(side * side);
    let (green, blue) = others.split_at_mut(side * side);
    let rows = red.par_chunks_mut(side).zip(green.par_chunks_mut(side)).zip(blue.par_chunks_mut(side));
    rows.zip(taps_y).for_each_init(Vec::new, |line, (((red, green), blue), taps_y)| {
        // The source rows first, because these are long and whole; they add up on [0, 255].
        line.clear();
        line.resize(width * COLOURS, 0f32);
        for (y, weight) in taps_y.iter() {
            simd::add_scaled_bytes(line, &photo.as_raw()[y * width * COLOURS..], weight);
        }
        let pixels = line.as_chunks::<COLOURS>().0;
        for (x, taps_x) in taps_x.iter().enumerate() {
            let mut sums = [0f32; COLOURS];
            for (pixel, weight) in pixels[taps_x.first..].iter().zip(&taps_x.weights) {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += value * weight;
                }
            }
            for (colour, out) in [&mut *red, green, blue].into_iter().enumerate() {
                out[x] = (sums[colour] / 255.0 - format.mean[colour]) / format.std[colour];
            }
        }
    });
    Ok(out)
}

/// Neighbouring source cells that make one target cell.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Taps {
    fn iter(&self) -> impl Iterator<Item = (usize, f32)> {
        (self.first..).zip(self.weights.iter().copied())
    }
}

/// The taps of PyTorch's bilinear interpolation with antialiasing for each target cell: a
/// triangle as wide as the source cells under two target cells, but at least under two source
/// cells.
fn antialiased_taps(from: usize, to: usize) -> Vec<Taps> {
    let ratio = from as f64 / to as f64;
    let reach = ratio.max(1.0);
    (0..to)
        .map(|i| {
            let centre = (i as f64 + 0.5) * ratio;
            let first = (centre - reach + 0.5).max(0.0) as usize;
            let end = ((centre + reach + 0.5) as usize).min(from);
            let weights = (first..end).map(|j| (1.0 - ((j as f64 + 0.5 - centre) / reach).abs()).max(0.0));
            let sum: f64 = weights.clone().sum();
            Taps { first, weights: weights.map(|w| (w / sum) as f32).collect() }
        })
        .collect()
}

/// The two source cells and the weight of the second, for each target pixel, of PyTorch's
/// bilinear interpolation without antialiasing (`align_corners=False`).
fn linear_taps(from: usize, to: usize) -> Vec<(usize, usize, f32)> {
    let ratio = from as f32 / to as f32;
    (0..to)
        .map(|i| {
            let source = ((i as f32 + 0.5) * ratio - 0.5).max(0.0);
            let first = (source as usize).min(from - 1);
            (first, (first + 1).min(from - 1), source - first as f32)
        })
        .collect()
}

/// Calls `row` with each row of the logits at the photo's size, from top to bottom.
///
/// `low_res` is (side, side) row-major.
fn for_each_row(
    low_res: &[f32],
    side: usize,
    (width, height): (u32, u32),
    mut row: impl FnMut(usize, &[f32]),
) {
    let taps_x = linear_taps(side, width as usize);
    let widen = |y: usize, out: &mut Vec<f32>| {
        let line = &low_res[y * side..][..side];
        out.clear();
        out.extend(taps_x.iter().map(|&(a, b, t)| line[a] * (1.0 - t) + line[b] * t));
    };
    let mut cached = [(usize::MAX, vec![]), (usize::MAX, vec![])];
    let mut out = vec![0f32; width as usize];
    for (y, (a, b, t)) in linear_taps(side, height as usize).into_iter().enumerate() {
        if cached[0].0 != a {
            cached.swap(0, 1);
        }
        for (slot, wanted) in [(0, a), (1, b)] {
            if cached[slot].0 != wanted {
                widen(wanted, &mut cached[slot].1);
                cached[slot].0 = wanted;
            }
        }
        let (upper, lower) = (&cached[0].1, &cached[1].1);
        for ((out, u), l) in out.iter_mut().zip(upper).zip(lower) {
            *out = u * (1.0 - t) + l * t;
        }
        row(y, &out);
    }
}

/// The logits at the photo's size, (height, width) row-major.
pub fn logits_in_photo(low_res: &[f32], side: usize, size: (u32, u32)) -> Vec<f32> {
    let mut out = Vec::with_capacity(size.0 as usize * size.1 as usize);
    for_each_row(low_res, side, size, |_, row| out.extend_from_slice(row));
    out
}

/// The mask at the photo's size (logits above `threshold`) and its stability score: the IoU of
/// the masks cut at `threshold + offset` and `threshold - offset`, 0 if both are empty.
///
/// Follows `calculate_stability_score` in `sam2/utils/amg.py`.
pub fn mask_in_photo(
    low_res: &[f32],
    side: usize,
    size: (u32, u32),
    threshold: f32,
    offset: f32,
) -> (Mask, f32) {
    let cuts = Cuts { mask: threshold, inner: threshold + offset, outer: threshold - offset };
    let enlarged = Enlarged::new(low_res, side, size.0 as usize, cuts.mask.min(cuts.inner).min(cuts.outer));
    let mut rows = MaskRows::new(size.0, size.1);
    let mut counts = Counts::default();
    let mut lines = [(usize::MAX, vec![]), (usize::MAX, vec![])];
    for (y, (a, b, t)) in (0..).zip(linear_taps(side, size.1 as usize)) {
        if lines[0].0 != a {
            lines.swap(0, 1);
        }
        for (line, wanted) in lines.iter_mut().zip([a, b]) {
            if line.0 != wanted {
                line.0 = wanted;
                enlarged.widen(wanted, &mut line.1);
            }
        }
        let words = enlarged.words(a, b);
        let columns = words.start * WIDTH..words.end * WIDTH;
        let [(_, upper), (_, lower)] = &lines;
        cut(&mut rows.row_mut(y)[words], &mut counts, &upper[columns.clone()], &lower[columns], t, cuts);
    }
    let stability = if counts.outer == 0 { 0.0 } else { counts.inner as f32 / counts.outer as f32 };
    (rows.finish(), stability)
}

/// Low-resolution logits on their way to a photo's width, as far as they matter.
///
/// A logit in the photo lies between four logits around it. Where all four are below every cut,
/// nothing has to be computed to know that it is, too.
struct Enlarged<'a> {
    low_res: &'a [f32],
    side: usize,
    taps: Vec<(usize, usize, f32)>,
    /// For each row the range of logits outside which all are below.
    spans: Vec<Range<usize>>,
}

impl<'a> Enlarged<'a> {
    fn new(low_res: &'a [f32], side: usize, width: usize, lowest_cut: f32) -> Self {
        // Interpolating can exceed the larger of two numbers by a rounding error.
        let matters = |x: &f32| x + x.abs() * 1e-6 >= lowest_cut;
        let span = |row: &[f32]| match row.iter().position(matters) {
            Some(first) => first..row.iter().rposition(matters).unwrap_or(first) + 1,
            None => 0..0,
        };
        let spans = low_res.chunks_exact(side).map(span).collect();
        Self { low_res, side, taps: linear_taps(side, width), spans }
    }

    /// The words of a photo's row that can have set bits, between two rows of logits.
    fn words(&self, a: usize, b: usize) -> Range<usize> {
        let (a, b) = (&self.spans[a], &self.spans[b]);
        let span = match (a.is_empty(), b.is_empty()) {
            (true, true) => return 0..0,
            (true, false) => b.clone(),
            (false, true) => a.clone(),
            (false, false) => a.start.min(b.start)..a.end.max(b.end),
        };
        let start = self.taps.partition_point(|tap| tap.1 < span.start);
        let end = self.taps.partition_point(|tap| tap.0 < span.end);
        start / WIDTH..end.div_ceil(WIDTH)
    }

    /// A row of logits at the photo's width, filled up to whole words, where it can matter together
    /// with its neighbours.
    fn widen(&self, row: usize, out: &mut Vec<f32>) {
        let width = self.taps.len();
        out.resize(width.next_multiple_of(WIDTH), f32::NEG_INFINITY);
        let line = &self.low_res[row * self.side..][..self.side];
        for neighbour in [row.saturating_sub(1), (row + 1).min(self.side - 1)] {
            let words = self.words(row, neighbour);
            let columns = words.start * WIDTH..(words.end * WIDTH).min(width);
            for (out, &(a, b, t)) in out[columns.clone()].iter_mut().zip(&self.taps[columns]) {
                *out = line[a] * (1.0 - t) + line[b] * t;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enlarging_keeps_a_ramp_and_repeats_the_border() {
        let low_res = [0.0, 1.0, 0.0, 1.0];
        let out = logits_in_photo(&low_res, 2, (4, 2));
        assert_eq!(out[..4], [0.0, 0.25, 0.75, 1.0]);
        assert_eq!(out[..4], out[4..]);
    }

    #[test]
    fn stability_is_the_ratio_of_the_two_cuts() {
        let low_res = [3.0, 0.5, -0.5, -3.0];
        let (mask, stability) = mask_in_photo(&low_res, 2, (2, 2), 0.0, 1.0);
        assert_eq!(mask.area(), 2);
        assert!((stability - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!(mask_in_photo(&[-9.0; 4], 2, (2, 2), 0.0, 1.0).1, 0.0);
    }

    #[test]
    fn shrinking_averages_under_a_triangle() {
        let taps = antialiased_taps(8, 4);
        let weights: Vec<(usize, f32)> = taps[1].iter().collect();
        assert_eq!(weights, [(1, 0.125), (2, 0.375), (3, 0.375), (4, 0.125)]);
        let first = &taps[0];
        assert_eq!(first.first, 0);
        for (found, expected) in first.weights.iter().zip([3.0 / 7.0, 3.0 / 7.0, 1.0 / 7.0]) {
            assert!((found - expected).abs() < 1e-6);
        }
        let larger = antialiased_taps(2, 4);
        assert_eq!(larger[1].iter().collect::<Vec<_>>(), [(0, 0.75), (1, 0.25)]);
    }

    #[test]
    fn masks_and_stability_are_those_of_the_enlarged_logits() {
        let side = 24;
        for (round, size) in
            [(1, 1), (3, 70), (64, 64), (131, 77), (500, 20), (200, 300)].into_iter().enumerate()
        {
            let low_res: Vec<f32> = (0..side * side)
                .map(|i| {
                    let (x, y) = ((i % side) as f32 - 9.0, (i / side) as f32 - 14.0);
                    let noise = ((i * 7919 + round * 31) % 101) as f32 / 101.0;
                    5.0 - x.hypot(y) * (0.6 + noise) - if i % 97 == 5 { 1e9 } else { 0.0 }
                })
                .collect();
            for (threshold, offset) in [(0.0, 1.0), (0.5, 0.0), (-3.0, 2.0), (40.0, 1.0)] {
                let logits = logits_in_photo(&low_res, side, size);
                let count = |limit: f32| logits.iter().filter(|x| **x > limit).count() as f32;
                let (inner, outer) = (count(threshold + offset), count(threshold - offset));
                let (mask, stability) = mask_in_photo(&low_res, side, size, threshold, offset);
                assert_eq!(stability, if outer == 0.0 { 0.0 } else { inner / outer });
                let expected =
                    Mask::from_fn(size.0, size.1, |x, y| logits[(y * size.0 + x) as usize] > threshold);
                assert_eq!(mask, expected, "{size:?} {threshold}");
            }
        }
    }

    #[test]
    fn any_photo_size_becomes_a_square() {
        let format = InputFormat { side: 96, mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] };
        assert!(network_input(&RgbImage::new(0, 5), &format).is_err());
        for (w, h) in [(1, 1), (3, 500), (700, 20)] {
            let photo = RgbImage::from_pixel(w, h, image::Rgb([255, 0, 128]));
            let input = network_input(&photo, &format).unwrap();
            assert_eq!(input.len(), 3 * format.side * format.side);
            let white = (1.0 - format.mean[0]) / format.std[0];
            assert!(input.iter().take(100).all(|x| (x - white).abs() < 1e-5));
        }
    }
}

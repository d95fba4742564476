//! Photos and maps resized to network input: antialiased bilinear interpolation, and Pillow's filters.

use image::RgbImage;
use rayon::prelude::*;

use super::COLOURS;
use crate::sam::network::InputFormat;
use crate::sam::numeric::rows;

/// (3, side, side), row-major: interpolated values on [0, 1], normalised.
pub fn stretched(photo: &RgbImage, format: &InputFormat) -> Vec<f32> {
    let side = format.side;
    let (width, height) = (photo.width() as usize, photo.height() as usize);
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
            rows::add_scaled_bytes(line, &photo.as_raw()[y * width * COLOURS..], weight);
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
    out
}

/// Fraction bits of the weights with which Pillow interpolates 8-bit pixels.
const PRECISION_BITS: u32 = 22;

/// A filter of Pillow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    Bilinear,
    Bicubic,
}

impl Filter {
    /// The distance from its centre at which it ends, in target cells.
    fn reach(self) -> f64 {
        match self {
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    /// Its height at this distance from the centre.
    fn at(self, distance: f64) -> f64 {
        const A: f64 = -0.5;
        let x = distance.abs();
        match self {
            Self::Bilinear => (1.0 - x).max(0.0),
            Self::Bicubic if x < 1.0 => ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * A,
            Self::Bicubic => 0.0,
        }
    }
}

/// A map of floats, (from.1, from.0) row-major, as (to.1, to.0): sizes are width and height. Antialiased bilinear
/// interpolation, as PyTorch's with `antialias=True`.
pub fn antialiased(values: &[f32], from: (usize, usize), to: (usize, usize)) -> Vec<f32> {
    let (taps_x, taps_y) = (antialiased_taps(from.0, to.0), antialiased_taps(from.1, to.1));
    let mut narrow = vec![0f32; from.1 * to.0];
    narrow.par_chunks_mut(to.0).zip(values.par_chunks(from.0)).for_each(|(out, row)| {
        for (out, taps) in out.iter_mut().zip(&taps_x) {
            *out = row[taps.first..].iter().zip(&taps.weights).map(|(value, weight)| value * weight).sum();
        }
    });
    let mut out = vec![0f32; to.0 * to.1];
    out.par_chunks_mut(to.0).zip(taps_y).for_each(|(out, taps)| {
        for (y, weight) in taps.iter() {
            rows::add_scaled(out, &narrow[y * to.0..][..to.0], weight);
        }
    });
    out
}

/// (height, width, 3), row-major: exactly the result of Pillow's `resize` with this filter.
///
/// Follows `Resample.c`: columns first, then rows, with integer weights and pixels rounded to 8 bits
/// after each.
pub fn as_pillow(photo: &RgbImage, width: usize, height: usize, filter: Filter) -> Vec<u8> {
    let (from_width, from_height) = (photo.width() as usize, photo.height() as usize);
    let narrow = if width == from_width {
        photo.as_raw().clone()
    } else {
        let taps = integer_taps(from_width, width, filter);
        let mut out = vec![0u8; from_height * width * COLOURS];
        let rows = photo.as_raw().par_chunks(from_width * COLOURS);
        out.par_chunks_mut(width * COLOURS).zip(rows).for_each(|(out, row)| {
            let pixels = row.as_chunks::<COLOURS>().0;
            for (out, (first, weights)) in out.as_chunks_mut::<COLOURS>().0.iter_mut().zip(&taps) {
                let mut sums = [1i32 << (PRECISION_BITS - 1); COLOURS];
                for (pixel, weight) in pixels[*first..].iter().zip(weights) {
                    for (sum, value) in sums.iter_mut().zip(pixel) {
                        *sum += i32::from(*value) * weight;
                    }
                }
                *out = sums.map(to_byte);
            }
        });
        out
    };
    if height == from_height {
        return narrow;
    }
    let row_length = width * COLOURS;
    let mut out = vec![0u8; height * row_length];
    let rows = out.par_chunks_mut(row_length).zip(integer_taps(from_height, height, filter));
    rows.for_each_init(Vec::new, |sums, (out, (first, weights))| {
        sums.clear();
        sums.resize(row_length, 1i32 << (PRECISION_BITS - 1));
        for (y, weight) in (first..).zip(weights) {
            rows::add_weighted_bytes(sums, &narrow[y * row_length..][..row_length], weight);
        }
        out.iter_mut().zip(sums).for_each(|(out, sum)| *out = to_byte(*sum));
    });
    out
}

fn to_byte(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}

/// For each target cell its first source cell and the weights from there on, with
/// [`PRECISION_BITS`].
fn integer_taps(from: usize, to: usize, filter: Filter) -> Vec<(usize, Vec<i32>)> {
    let whole = f64::from(1 << PRECISION_BITS);
    let of_cell = |(first, weights): (usize, Vec<f64>)| {
        (first, weights.into_iter().map(|weight| (weight * whole + weight.signum() * 0.5) as i32).collect())
    };
    shares(from, to, filter).map(of_cell).collect()
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

fn antialiased_taps(from: usize, to: usize) -> Vec<Taps> {
    let of_cell = |(first, weights): (usize, Vec<f64>)| Taps {
        first,
        weights: weights.into_iter().map(|weight| weight as f32).collect(),
    };
    shares(from, to, Filter::Bilinear).map(of_cell).collect()
}

/// The first source cell and the weights from there on, for each target cell, of the interpolation with
/// antialiasing of PyTorch and Pillow: the filter is as wide as in target cells, but at least as in source
/// cells.
fn shares(from: usize, to: usize, filter: Filter) -> impl Iterator<Item = (usize, Vec<f64>)> {
    let ratio = from as f64 / to as f64;
    let scale = ratio.max(1.0);
    let reach = scale * filter.reach();
    (0..to).map(move |i| {
        let centre = (i as f64 + 0.5) * ratio;
        let first = (centre - reach + 0.5).max(0.0) as usize;
        let end = ((centre + reach + 0.5) as usize).min(from);
        let weights = (first..end).map(|j| filter.at((j as f64 + 0.5 - centre) / scale));
        let sum: f64 = weights.clone().sum();
        (first, weights.map(|weight| weight / sum).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::numeric::on_each_instruction_set;

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
    fn pixels_are_those_of_pillow() {
        on_each_instruction_set(|| {
            // Image.fromarray(pixels).resize((width, height), Image.BILINEAR).tobytes()
            let pixel = |x: u32, y: u32| {
                image::Rgb([x * 37 + y * 11, x * x * 5 + y * 3, 255 - x * 20 - y * 9].map(|v| v as u8))
            };
            let photo = RgbImage::from_fn(7, 5, pixel);
            for (width, height, expected) in PILLOW {
                assert_eq!(as_pillow(&photo, width, height, Filter::Bilinear), expected, "{width}x{height}");
            }
            for (width, height, expected) in BICUBIC {
                assert_eq!(as_pillow(&photo, width, height, Filter::Bicubic), expected, "{width}x{height}");
            }
        });
    }

    #[test]
    fn maps_of_floats_are_resized_as_by_pytorch() {
        // F.interpolate(values, (2, 3), mode="bilinear", antialias=True, align_corners=False)
        let values: Vec<f32> = (0..20).map(|i| ((i * 7) % 11) as f32).collect();
        let out = antialiased(&values, (5, 4), (3, 2));
        let expected = PYTORCH;
        assert!(out.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{out:?}");
    }

    const PYTORCH: [f32; 6] = [3.755_102, 5.126_984, 6.448_979_4, 3.530_612_5, 5.476_190_6, 4.877_551];

    /// The same with `Image.BICUBIC`.
    const BICUBIC: [(usize, usize, &[u8]); 3] = [
        (
            3,
            5,
            &[
                27, 3, 241, 111, 47, 195, 195, 140, 149, 38, 6, 232, 122, 50, 186, 206, 143, 140, 49, 9, 223,
                133, 53, 177, 217, 146, 131, 60, 12, 214, 144, 56, 168, 228, 149, 122, 71, 15, 205, 163, 59,
                159, 141, 152, 113,
            ],
        ),
        (
            4,
            3,
            &[
                19, 2, 244, 81, 23, 210, 149, 78, 174, 211, 158, 140, 37, 7, 229, 99, 28, 195, 167, 83, 159,
                234, 163, 125, 55, 12, 214, 117, 33, 180, 191, 88, 144, 165, 168, 110,
            ],
        ),
        (
            9,
            6,
            &[
                0, 0, 255, 22, 2, 243, 53, 10, 226, 82, 25, 211, 111, 45, 195, 140, 71, 179, 169, 104, 164,
                200, 146, 147, 224, 183, 134, 6, 2, 249, 30, 4, 237, 61, 12, 220, 90, 27, 205, 119, 47, 189,
                148, 73, 173, 177, 106, 158, 208, 148, 141, 232, 185, 128, 15, 5, 242, 39, 7, 229, 70, 15,
                212, 99, 30, 197, 128, 50, 181, 157, 76, 165, 186, 109, 150, 217, 151, 133, 242, 188, 120,
                25, 7, 234, 49, 9, 221, 80, 17, 204, 109, 32, 189, 138, 52, 173, 167, 78, 157, 195, 111, 142,
                231, 153, 125, 255, 190, 112, 34, 10, 226, 58, 12, 213, 89, 20, 196, 118, 35, 181, 147, 55,
                165, 176, 81, 149, 209, 114, 134, 218, 156, 117, 199, 193, 104, 42, 12, 220, 66, 14, 207, 97,
                22, 190, 126, 37, 175, 155, 57, 159, 184, 83, 143, 231, 116, 128, 158, 158, 111, 0, 195, 98,
            ],
        ),
    ];

    const PILLOW: [(usize, usize, &[u8]); 4] = [
        (
            3,
            5,
            &[
                32, 6, 238, 111, 50, 195, 190, 135, 152, 43, 9, 229, 122, 53, 186, 201, 138, 143, 54, 12,
                220, 133, 56, 177, 212, 141, 134, 65, 15, 211, 144, 59, 168, 223, 144, 125, 76, 18, 202, 155,
                62, 159, 143, 147, 116,
            ],
        ),
        (
            7,
            2,
            &[
                11, 3, 246, 48, 8, 226, 85, 23, 206, 122, 48, 186, 159, 83, 166, 196, 128, 146, 233, 183,
                126, 33, 9, 228, 70, 14, 208, 107, 29, 188, 144, 54, 168, 181, 89, 148, 218, 134, 128, 174,
                189, 108,
            ],
        ),
        (
            4,
            3,
            &[
                24, 4, 241, 82, 25, 209, 150, 80, 173, 208, 153, 141, 41, 9, 227, 99, 30, 195, 167, 85, 159,
                225, 158, 127, 58, 14, 213, 116, 35, 181, 184, 90, 145, 166, 163, 113,
            ],
        ),
        (
            9,
            6,
            &[
                0, 0, 255, 25, 3, 242, 53, 12, 226, 82, 26, 211, 111, 45, 195, 140, 72, 179, 169, 105, 164,
                197, 143, 148, 222, 180, 135, 8, 2, 248, 33, 5, 235, 61, 14, 219, 90, 28, 204, 119, 47, 188,
                148, 74, 172, 177, 107, 157, 205, 145, 141, 230, 182, 128, 17, 5, 241, 42, 8, 228, 70, 17,
                212, 99, 31, 197, 128, 50, 181, 157, 77, 165, 186, 110, 150, 214, 148, 134, 239, 185, 121,
                27, 7, 233, 52, 10, 220, 80, 19, 204, 109, 33, 189, 138, 52, 173, 167, 79, 157, 196, 112,
                142, 224, 150, 126, 249, 187, 113, 36, 10, 226, 61, 13, 213, 89, 22, 197, 118, 36, 182, 147,
                55, 166, 176, 82, 150, 205, 115, 135, 212, 153, 119, 194, 190, 106, 44, 12, 219, 69, 15, 206,
                97, 24, 190, 126, 38, 175, 155, 57, 159, 184, 84, 143, 213, 117, 128, 156, 155, 112, 10, 192,
                99,
            ],
        ),
    ];
}

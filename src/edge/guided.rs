//! The guided filter, with weights, in the band around a boundary. Works tile by tile, so that its memory does not
//! grow with the photo.

use image::RgbImage;
use rayon::prelude::*;

use super::alpha::Alpha;
use crate::mask::{Mask, PixelBox};

/// Side of a tile without its margin, in pixels.
const TILE: u32 = 256;

/// A run of the filter.
pub(super) struct Pass {
    /// How far from the boundary opacities change, in pixels.
    pub reach: f32,
    /// Radius of the square windows, in pixels.
    pub window: usize,
    /// How much pixels in reach of the boundary count, where others count 1.
    pub weight: f32,
    /// The variance of colours that counts as noise.
    pub noise: f64,
    /// How much more windows count that hold both sides of the boundary: the exponent of the variance of the
    /// opacity in them, or 0 if all count the same. A window that holds one side only says nothing about colours.
    pub preference: f64,
}

impl Pass {
    pub fn run(&self, photo: &RgbImage, mask: &Mask) -> Alpha {
        let grown = mask.grown(self.reach);
        let band = grown.difference(&mask.shrunk(self.reach));
        let bounds = grown.bbox().unwrap_or(PixelBox { x0: 0, y0: 0, x1: 0, y1: 0 });
        let mut alpha = Alpha::of(mask, bounds);
        let tiles: Vec<PixelBox> = tiles(bounds).filter(|tile| holds_any_of(&band, *tile)).collect();
        let filtered = tiles.into_par_iter().flat_map_iter(|tile| self.opacities(photo, mask, &band, tile));
        let filtered: Vec<(u32, u32, u8)> = filtered.collect();
        filtered.into_iter().for_each(|(x, y, opacity)| alpha.set(x, y, opacity));
        alpha
    }

    /// The opacities in the part of the band that lies in a tile.
    fn opacities(&self, photo: &RgbImage, mask: &Mask, band: &Mask, tile: PixelBox) -> Vec<(u32, u32, u8)> {
        // The windows of all pixels whose windows hold a pixel of the tile.
        let margin = 2 * self.window as u32;
        let area = PixelBox {
            x0: tile.x0.saturating_sub(margin),
            y0: tile.y0.saturating_sub(margin),
            x1: (tile.x1 + margin).min(mask.width()),
            y1: (tile.y1 + margin).min(mask.height()),
        };
        let model = self.model(photo, mask, band, area);
        let mut opacities = vec![];
        for y in tile.y0..tile.y1 {
            for x in band.runs(y).flatten().filter(|x| (tile.x0..tile.x1).contains(x)) {
                let at = (y - area.y0) as usize * area.width() as usize + (x - area.x0) as usize;
                let [r, g, b] = colour(photo, x, y);
                let [of_r, of_g, of_b, constant] = [0, 1, 2, 3].map(|plane| model[plane][at]);
                let opacity = of_r * r + of_g * g + of_b * b + constant;
                opacities.push((x, y, (opacity.clamp(0.0, 1.0) * 255.0).round() as u8));
            }
        }
        opacities
    }

    /// For each pixel of an area the factors of red, green and blue and the constant that sum up to its opacity:
    /// the mean of the best ones for each window around it.
    fn model(&self, photo: &RgbImage, mask: &Mask, band: &Mask, area: PixelBox) -> [Vec<f32>; 4] {
        let (width, height) = (area.width() as usize, area.height() as usize);
        let (inside, doubtful) = (plane(mask, area), plane(band, area));
        let mut sums: [Vec<f32>; SUMS] = std::array::from_fn(|_| Vec::with_capacity(width * height));
        for (i, (inside, doubtful)) in inside.iter().zip(&doubtful).enumerate() {
            let weight = if *doubtful { self.weight } else { 1.0 };
            let (x, y) = (area.x0 + (i % width) as u32, area.y0 + (i / width) as u32);
            let values = products(colour(photo, x, y), f32::from(u8::from(*inside)));
            sums.iter_mut().zip(values).for_each(|(sum, value)| sum.push(weight * value));
        }
        sums.iter_mut().for_each(|plane| sum_windows(plane, width, self.window));
        let mut model: [Vec<f32>; 4] = std::array::from_fn(|_| Vec::with_capacity(width * height));
        let mut counts = Vec::with_capacity(width * height);
        for i in 0..width * height {
            let of_window = sums.each_ref().map(|plane| f64::from(plane[i]));
            let count = variance_of_opacity(of_window).max(LEAST_VARIANCE).powf(self.preference);
            let line = best_line(of_window, self.noise);
            model.iter_mut().zip(line).for_each(|(plane, value)| plane.push((value * count) as f32));
            counts.push(count as f32);
        }
        sum_windows(&mut counts, width, self.window);
        for plane in &mut model {
            sum_windows(plane, width, self.window);
            plane.iter_mut().zip(&counts).for_each(|(value, count)| *value /= count);
        }
        model
    }
}

/// Windows with less of a variance of opacity, of at most a quarter, count as if they had this one.
const LEAST_VARIANCE: f64 = 2.5e-4;

/// Planes of [`products`].
const SUMS: usize = 14;
/// The plane of the opacity.
const OPACITY: usize = 4;

/// What is summed for a pixel: its weight, colour, opacity, and their products.
fn products([r, g, b]: [f32; 3], opacity: f32) -> [f32; SUMS] {
    let colours = [r * r, r * g, r * b, g * g, g * b, b * b];
    let [rr, rg, rb, gg, gb, bb] = colours;
    [1.0, r, g, b, opacity, rr, rg, rb, gg, gb, bb, r * opacity, g * opacity, b * opacity]
}

/// The factors of the colours and the constant that are nearest to the opacities of a window, by least squares.
fn best_line(sums: [f64; SUMS], noise: f64) -> [f64; 4] {
    let [weight, ..] = sums;
    let mean = sums.map(|sum| sum / weight);
    let [_, r, g, b, opacity, rr, rg, rb, gg, gb, bb, ro, go, bo] = mean;
    let (rr, gg, bb) = (rr - r * r + noise, gg - g * g + noise, bb - b * b + noise);
    let (rg, rb, gb) = (rg - r * g, rb - r * b, gb - g * b);
    let (ro, go, bo) = (ro - r * opacity, go - g * opacity, bo - b * opacity);
    // The inverse of a symmetric matrix, by its cofactors.
    let [c_rr, c_rg, c_rb] = [gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg];
    let [c_gg, c_gb, c_bb] = [rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg];
    let determinant = rr * c_rr + rg * c_rg + rb * c_rb;
    let of_r = (c_rr * ro + c_rg * go + c_rb * bo) / determinant;
    let of_g = (c_rg * ro + c_gg * go + c_gb * bo) / determinant;
    let of_b = (c_rb * ro + c_gb * go + c_bb * bo) / determinant;
    [of_r, of_g, of_b, opacity - of_r * r - of_g * g - of_b * b]
}

fn variance_of_opacity(sums: [f64; SUMS]) -> f64 {
    let mean = sums[OPACITY] / sums[0];
    mean * (1.0 - mean)
}

/// Replaces each value by the sum of those at most `radius` away, across and down.
fn sum_windows(plane: &mut [f32], width: usize, radius: usize) {
    let mut line = vec![];
    for row in plane.chunks_exact_mut(width) {
        line.clear();
        line.extend_from_slice(row);
        sum_line(&line, radius, |i, sum| row[i] = sum);
    }
    let height = plane.len() / width;
    let former = plane.to_vec();
    let mut sums = vec![0.0f64; width];
    let row = |y: usize| &former[y * width..][..width];
    for y in 0..radius.min(height) {
        sums.iter_mut().zip(row(y)).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    for (y, out) in plane.chunks_exact_mut(width).enumerate() {
        if y + radius < height {
            sums.iter_mut().zip(row(y + radius)).for_each(|(sum, value)| *sum += f64::from(*value));
        }
        if let Some(left) = y.checked_sub(radius + 1) {
            sums.iter_mut().zip(row(left)).for_each(|(sum, value)| *sum -= f64::from(*value));
        }
        out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = *sum as f32);
    }
}

fn sum_line(line: &[f32], radius: usize, mut put: impl FnMut(usize, f32)) {
    let mut sum: f64 = line.iter().take(radius).map(|value| f64::from(*value)).sum();
    for i in 0..line.len() {
        sum += line.get(i + radius).map_or(0.0, |value| f64::from(*value));
        sum -= i.checked_sub(radius + 1).map_or(0.0, |left| f64::from(line[left]));
        put(i, sum as f32);
    }
}

/// The middle is 0, which keeps sums small.
fn colour(photo: &RgbImage, x: u32, y: u32) -> [f32; 3] {
    photo.get_pixel(x, y).0.map(|shade| f32::from(shade) / 255.0 - 0.5)
}

/// Which pixels of an area are in a mask, row by row.
fn plane(mask: &Mask, area: PixelBox) -> Vec<bool> {
    let width = area.width() as usize;
    let mut plane = vec![false; width * area.height() as usize];
    for (y, row) in (area.y0..area.y1).zip(plane.chunks_exact_mut(width)) {
        for run in mask.runs(y) {
            let (start, end) = (run.start.max(area.x0), run.end.min(area.x1));
            if start < end {
                row[(start - area.x0) as usize..(end - area.x0) as usize].fill(true);
            }
        }
    }
    plane
}

fn tiles(bounds: PixelBox) -> impl Iterator<Item = PixelBox> {
    let starts = |from: u32, to: u32| (from..to).step_by(TILE as usize);
    starts(bounds.y0, bounds.y1).flat_map(move |y0| {
        starts(bounds.x0, bounds.x1).map(move |x0| PixelBox {
            x0,
            y0,
            x1: (x0 + TILE).min(bounds.x1),
            y1: (y0 + TILE).min(bounds.y1),
        })
    })
}

fn holds_any_of(mask: &Mask, tile: PixelBox) -> bool {
    (tile.y0..tile.y1).any(|y| mask.runs(y).any(|run| run.start < tile.x1 && run.end > tile.x0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_summed_up_to_the_edges() {
        let (width, height, radius) = (7, 5, 2);
        let values: Vec<f32> = (0..width * height).map(|i| (i * i % 11) as f32).collect();
        let mut sums = values.clone();
        sum_windows(&mut sums, width, radius);
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            let near = |a: usize, b: usize| a.abs_diff(b) <= radius;
            let window = (0..values.len()).filter(|i| near(i % width, x) && near(i / width, y));
            assert_eq!(sums[y * width + x], window.map(|i| values[i]).sum::<f32>());
        }
    }

    #[test]
    fn an_opacity_that_follows_the_colours_is_found_exactly() {
        let colours =
            [[0.1, -0.2, 0.3], [-0.4, 0.0, 0.2], [0.3, 0.4, -0.1], [0.0, 0.1, 0.5], [0.2, 0.2, 0.1]];
        let opacity = |[r, g, b]: [f32; 3]| 0.5 * r - 0.25 * g + 0.125 * b + 0.4;
        let mut sums = [0.0; SUMS];
        for (weight, c) in (1..).zip(colours) {
            let values = products(c, opacity(c));
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += f64::from(weight) * f64::from(value));
        }
        let line = best_line(sums, 0.0);
        let expected = [0.5, -0.25, 0.125, 0.4];
        assert!(line.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4), "{line:?}");
    }
}

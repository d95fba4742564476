//! Measurements of a mask.

use std::f64::consts::{FRAC_PI_4, SQRT_2};

use rayon::prelude::*;

use super::bitmap::{Mask, PixelBox};
use super::boolean::combine_rows;

/// Measurements of a mask that is not empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Number of pixels.
    pub area: u64,
    pub bbox: PixelBox,
    /// Length of the border in pixels, holes included: as a line through the centres of the outermost
    /// pixels, which are those with a side towards an unset pixel or the photo's border. Steps
    /// count 1 straight, √2 across corners, and their mean in between.
    ///
    /// Like `skimage.measure.perimeter(mask, neighborhood=4)`.
    pub perimeter: f64,
    /// Mean of the pixels' centres, `[x, y]` in photo coordinates; may lie outside the mask.
    pub centroid: [f64; 2],
    /// Diameter in pixels of a disc with this area.
    pub equivalent_diameter: f64,
    /// Number of separate parts (8-connectivity).
    pub parts: usize,
    /// Number of holes: areas of unset pixels that are not connected to the photo's border along pixel sides.
    pub holes: usize,
}

impl Mask {
    /// The measurements of the mask; `None` if it is empty.
    pub fn figures(&self) -> Option<Figures> {
        let bbox = self.bbox()?;
        let area = self.area();
        Some(Figures {
            area,
            bbox,
            perimeter: self.perimeter(bbox),
            centroid: self.centroid()?,
            equivalent_diameter: (area as f64 / FRAC_PI_4).sqrt(),
            parts: self.part_count(),
            holes: self.holes().len(),
        })
    }

    /// The mean red, green and blue of the photo in the mask, in 0..=255; `None` if it is empty. `rgb` are
    /// the photo's bytes: red, green and blue of each pixel, row by row.
    ///
    /// # Panics
    /// If photo and mask have different numbers of pixels.
    pub fn mean_colour(&self, rgb: &[u8]) -> Option<[f32; 3]> {
        let per_row = self.width() as usize * 3;
        assert_eq!(rgb.len(), per_row * self.height() as usize, "the photo must have the size of the mask");
        let b = self.bbox()?;
        let row_sums = (b.y0..b.y1).into_par_iter().map(|y| {
            let row = &rgb[y as usize * per_row..][..per_row];
            let pixels =
                self.runs(y).flat_map(|run| row[run.start as usize * 3..run.end as usize * 3].as_chunks().0);
            // 2^24 pixels of 255 fit.
            pixels.fold([0u32; 3], |[r, g, b], [pr, pg, pb]| {
                [r + u32::from(*pr), g + u32::from(*pg), b + u32::from(*pb)]
            })
        });
        let add = |a: [u64; 3], b: [u64; 3]| [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
        let sums = row_sums.map(|sums| sums.map(u64::from)).reduce(|| [0; 3], add);
        Some(sums.map(|sum| (sum as f64 / self.area() as f64) as f32))
    }

    /// Mean of the pixels' centres, `[x, y]` in photo coordinates; `None` if the mask is empty.
    pub fn centroid(&self) -> Option<[f64; 2]> {
        if self.is_empty() {
            return None;
        }
        // Doubled, because the centres are at halves.
        let (x, y) = self.all_runs().fold((0u128, 0u128), |(x, y), (row, [start, end])| {
            let length = u128::from(end - start);
            (x + length * u128::from(start + end), y + length * u128::from(2 * row + 1))
        });
        Some([x, y].map(|sum| sum as f64 / 2.0 / self.area() as f64))
    }

    fn perimeter(&self, b: PixelBox) -> f64 {
        let border = self.border(b);
        // Three rows of the border, with a column more on either side.
        let mut rows = vec![vec![0u8; self.width() as usize + 2]; 3];
        let slot = |y: u32| (y % 3) as usize;
        let (mut straight, mut diagonal, mut bent) = (0u64, 0u64, 0u64);
        for y in b.y0..b.y1 {
            for [start, end] in y.checked_sub(2).map_or(&[][..], |gone| border.row(gone)) {
                rows[slot(y + 1)][*start as usize + 1..*end as usize + 1].fill(0);
            }
            if y == b.y0 {
                paint(&mut rows[slot(y)], border.row(y));
            }
            paint(&mut rows[slot(y + 1)], border.row(y + 1));
            let [above, here, below] = [y + 2, y, y + 1].map(|y| &rows[slot(y)]);
            for x in border.runs(y).flatten() {
                let x = x as usize;
                let sides = above[x + 1] + below[x + 1] + here[x] + here[x + 2];
                let corners = above[x] + above[x + 2] + below[x] + below[x + 2];
                match (sides, corners) {
                    (2..=3, 0..=2) => straight += 1,
                    (0, 2) | (1, 3) => diagonal += 1,
                    (1, 1) | (1, 2) => bent += 1,
                    _ => {}
                }
            }
        }
        straight as f64 + diagonal as f64 * SQRT_2 + bent as f64 * (1.0 + SQRT_2) / 2.0
    }

    /// The pixels with a side towards an unset pixel or the photo's border.
    fn border(&self, b: PixelBox) -> Mask {
        let mut runs = vec![];
        let (mut between, mut inner, mut inside) = (vec![], vec![], vec![]);
        for y in b.y0..b.y1 {
            let above = y.checked_sub(1).map_or(&[][..], |above| self.row(above));
            for runs in [&mut between, &mut inner, &mut inside] {
                runs.clear();
            }
            combine_rows(above, self.row(y + 1), |a, b| a && b, |run| between.push(run));
            let narrower = self.row(y).iter().map(|[start, end]| [start + 1, end - 1]);
            inner.extend(narrower.filter(|[start, end]| start < end));
            combine_rows(&between, &inner, |a, b| a && b, |run| inside.push(run));
            combine_rows(self.row(y), &inside, |a, b| a && !b, |run| runs.push((y, run)));
        }
        Mask::from_runs(self.width(), self.height(), runs)
    }
}

fn paint(row: &mut [u8], runs: &[[u32; 2]]) {
    for [start, end] in runs {
        row[*start as usize + 1..*end as usize + 1].fill(1);
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_2_SQRT_PI;

    use super::super::samples;
    use super::*;

    /// Width and height, which pixels, area, perimeter, centroid, diameter, parts and holes.
    type Case = ([u32; 2], fn(i64, i64) -> bool, u64, f64, [f64; 2], f64, usize, usize);

    /// `perimeter`, `regionprops` (its centroid counts from the centre of the first pixel) and
    /// `label` of scikit-image 0.26, the latter with connectivity 2 for parts and 1 for holes.
    const CASES: [Case; 7] = [
        (
            [60, 50],
            |x, y| (x - 30).pow(2) + (y - 25).pow(2) <= 400,
            1257,
            131.88225099390857,
            [30.5, 25.5],
            40.005775929634204,
            1,
            0,
        ),
        (
            [60, 50],
            |x, y| (x - 30).pow(2) + (y - 25).pow(2) <= 400 && (x - 34).pow(2) + (y - 22).pow(2) > 49,
            1108,
            181.82337649086284,
            [29.962093862815884, 25.903429602888085],
            37.55994429663814,
            1,
            1,
        ),
        (
            [70, 50],
            |x, y| (x * x * 31 + y * 17 + x * y * 5) % 11 < 7,
            2023,
            1269.451839509359,
            [35.06055363321799, 24.79955511616411],
            50.751981232255694,
            29,
            198,
        ),
        (
            [70, 50],
            |x, y| (x * x * 31 + y * 17 + x * y * 5) % 11 < 4,
            1180,
            1096.9219689819474,
            [35.09576271186441, 24.8135593220339],
            38.7610972856483,
            172,
            54,
        ),
        ([9, 7], |_, _| true, 63, 28.0, [4.5, 3.5], 8.95623198216277, 1, 0),
        ([9, 7], |x, y| (x, y) == (8, 6), 1, 0.0, [8.5, 6.5], FRAC_2_SQRT_PI, 1, 0),
        (
            [40, 30],
            |x, y| x + 2 * y > 20 && 3 * x - y < 70,
            734,
            110.2842712474619,
            [15.561307901907357, 17.877384196185286],
            30.570538527078803,
            1,
            0,
        ),
    ];

    #[test]
    fn figures_are_those_of_scikit_image() {
        for ([width, height], set, area, perimeter, centroid, diameter, parts, holes) in CASES {
            let mask = Mask::from_fn(width, height, |x, y| set(i64::from(x), i64::from(y)));
            let figures = mask.figures().unwrap();
            assert_eq!((figures.area, figures.parts, figures.holes), (area, parts, holes));
            assert_eq!(Some(figures.bbox), mask.bbox());
            let pairs = [
                (figures.perimeter, perimeter),
                (figures.centroid[0], centroid[0]),
                (figures.centroid[1], centroid[1]),
                (figures.equivalent_diameter, diameter),
            ];
            for (found, expected) in pairs {
                assert!((found - expected).abs() < 1e-9, "{found} {expected}");
            }
        }
        assert_eq!(Mask::from_fn(9, 7, |_, _| false).figures(), None);
    }

    #[test]
    fn the_border_is_what_has_an_unset_side() {
        for mask in samples::masks(43, 29) {
            let unset = |x: u32, y: u32| !mask.get(x, y);
            let outer = |x: u32, y: u32| {
                let sides = [(x + 1, y), (x, y + 1), (x.wrapping_sub(1), y), (x, y.wrapping_sub(1))];
                mask.get(x, y) && sides.into_iter().any(|(x, y)| unset(x, y))
            };
            if let Some(b) = mask.bbox() {
                assert_eq!(mask.border(b), Mask::from_fn(43, 29, outer));
            }
        }
    }

    #[test]
    fn the_mean_colour_is_that_of_the_masks_pixels() {
        let (width, height) = (43, 29);
        let rgb: Vec<u8> = (0..width * height * 3).map(|i| (i * i % 251) as u8).collect();
        for mask in samples::masks(width, height) {
            let mut sums = [0.0; 3];
            for (x, y) in samples::pixels(width, height).filter(|(x, y)| mask.get(*x, *y)) {
                let pixel = &rgb[(y * width + x) as usize * 3..][..3];
                sums.iter_mut().zip(pixel).for_each(|(sum, byte)| *sum += f64::from(*byte));
            }
            let expected = (!mask.is_empty()).then(|| sums.map(|sum| (sum / mask.area() as f64) as f32));
            assert_eq!(mask.mean_colour(&rgb), expected);
        }
    }
}

//! Low-resolution logits at the photo's size, and masks from them.

use std::ops::Range;
use std::sync::Arc;

use super::Placement;
use crate::mask::{Mask, MaskRows};
use crate::sam::error::{Error, Result};
use crate::sam::network::{Fit, STRIDES};
use crate::sam::numeric::tile::{Counts, Cuts, WIDTH, cut};

/// The logit for the padding of a network's square: certainly no object.
const NOWHERE: f32 = -10.0;

/// The logit of a mask's certain pixels.
const CERTAIN: f32 = 10.0;
/// Side of the logits of a mask, as in the published networks.
const GRID_SIDE: usize = 256;

/// Low-resolution logits of a photo, and the photo's position in them. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub struct LowRes {
    values: Arc<Vec<f32>>,
    placement: Placement,
}

impl LowRes {
    /// `values` are (S/4, S/4) row-major for a square of side S in which the photo lies so.
    ///
    /// # Errors
    /// [`Error::Prompt`] when they are more or fewer.
    pub fn new(values: impl Into<Arc<Vec<f32>>>, placement: Placement) -> Result<Self> {
        let (values, side) = (values.into(), placement.low_res_side());
        if values.len() != side * side {
            let count = values.len();
            return Err(Error::Prompt(format!(
                "the mask prompt has {count} values instead of {side}x{side}"
            )));
        }
        Ok(Self { values, placement })
    }

    /// Logits for a mask that does not come from a network: `values` are (side, side) row-major and cover the
    /// whole photo, whatever its shape.
    ///
    /// # Errors
    /// Those of [`LowRes::new`].
    pub fn over_photo(values: Vec<f32>, side: usize, photo_size: (u32, u32)) -> Result<Self> {
        Self::new(values, Placement::new(Fit::Stretch, STRIDES[0] * side, photo_size))
    }

    /// Logits for a mask that does not come from a network: clearly inside, clearly outside, and in between in
    /// proportion to the part of a cell that the mask covers.
    ///
    /// # Errors
    /// Those of [`LowRes::new`].
    pub fn of_mask(mask: &Mask) -> Result<Self> {
        Self::of_mask_in(mask, (mask.width(), mask.height()), CERTAIN)
    }

    /// Like [`LowRes::of_mask`], stretched to a photo of this size (width, height). `certainty` is the logit of
    /// what is clearly inside.
    ///
    /// # Errors
    /// Those of [`LowRes::new`].
    pub fn of_mask_in(mask: &Mask, photo_size: (u32, u32), certainty: f32) -> Result<Self> {
        let shares = mask.coverage_grid(GRID_SIDE).into_iter();
        let values = shares.map(|share| (2.0 * share - 1.0) * certainty).collect();
        Self::over_photo(values, GRID_SIDE, photo_size)
    }

    /// The values, (S/4, S/4) row-major. Logits above 0 belong to the mask.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Width and height of the photo, in pixels.
    pub fn photo_size(&self) -> (u32, u32) {
        self.placement.photo_size
    }

    /// The logits at the photo's size, (height, width) row-major.
    pub fn in_photo(&self) -> Vec<f32> {
        logits_in_photo(&self.values, &self.placement)
    }

    /// The mask at the photo's size (logits above `threshold`) and its stability score: the IoU of
    /// the masks cut at `threshold + offset` and `threshold - offset`, 0 if both are empty.
    pub fn mask(&self, threshold: f32, offset: f32) -> (Mask, f32) {
        mask_in_photo(&self.values, &self.placement, threshold, offset)
    }

    /// The same logits in the square of another network, with a different position of the photo.
    pub fn placed(&self, placement: &Placement) -> Arc<Vec<f32>> {
        if self.placement == *placement {
            return self.values.clone();
        }
        let (from, to) = (self.placement.low_res_side(), placement.low_res_side());
        let axis = |from_content: usize, to_content: usize| -> Vec<Option<(usize, usize, f32)>> {
            let cells = to_content.div_ceil(placement.side / to);
            let tap = |cell: usize| {
                let source = (cell as f32 + 0.5) * from_content as f32 / to_content as f32 - 0.5;
                let source = source.clamp(0.0, (from - 1) as f32);
                (source as usize, (source as usize + 1).min(from - 1), source.fract())
            };
            (0..to).map(|cell| (cell < cells).then(|| tap(cell))).collect()
        };
        let columns = axis(self.placement.content.0, placement.content.0);
        let mut out = Vec::with_capacity(to * to);
        for row in axis(self.placement.content.1, placement.content.1) {
            out.extend(columns.iter().map(|column| {
                let (Some((a, b, t)), Some((left, right, s))) = (row, *column) else { return NOWHERE };
                let at =
                    |y: usize| self.values[y * from + left] * (1.0 - s) + self.values[y * from + right] * s;
                at(a) * (1.0 - t) + at(b) * t
            }));
        }
        Arc::new(out)
    }
}

/// Low-resolution cells that make one pixel of the photo, along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tap {
    /// In order, some more than once at the end of the axis.
    cells: [usize; 3],
    weights: [f32; 3],
}

impl Tap {
    /// What it makes of a row.
    fn of(&self, row: &[f32]) -> f32 {
        let [a, b, c] = self.cells.map(|cell| row[cell]);
        let [to_a, to_b, to_c] = self.weights;
        let two = a * to_a + b * to_b;
        if to_c == 0.0 { two } else { two + c * to_c }
    }
}

/// The two source cells and the weight of the second, for a target cell, of PyTorch's bilinear
/// interpolation without antialiasing (`align_corners=False`).
fn linear(target: usize, from: usize, to: usize) -> (usize, usize, f32) {
    let ratio = from as f32 / to as f32;
    let source = ((target as f32 + 0.5) * ratio - 0.5).max(0.0);
    let first = (source as usize).min(from - 1);
    (first, (first + 1).min(from - 1), source - first as f32)
}

impl Placement {
    /// The taps of one axis: of the `length` pixels of a photo, which takes `content` pixels of the
    /// square.
    fn taps(&self, length: u32, content: usize) -> Vec<Tap> {
        let (cells, length) = (self.low_res_side(), length as usize);
        (0..length)
            .map(|target| match self.fit {
                Fit::Stretch => {
                    let (a, b, t) = linear(target, cells, length);
                    Tap { cells: [a, b, b], weights: [1.0 - t, t, 0.0] }
                }
                // SAM 1 enlarges to the square, cuts the empty part off and resizes to the photo: the
                // pixels of the square that make one of the photo are made of up to three cells.
                Fit::Pad => {
                    let (upper, lower, share) = linear(target, content, length);
                    let (first, ..) = linear(upper, cells, self.side);
                    let cells_of = [0, 1, 2].map(|i| (first + i).min(cells - 1));
                    let mut weights = [0f32; 3];
                    for (pixel, share) in [(upper, 1.0 - share), (lower, share)] {
                        let (a, b, t) = linear(pixel, cells, self.side);
                        weights[a - first] += share * (1.0 - t);
                        weights[b - first] += share * t;
                    }
                    Tap { cells: cells_of, weights }
                }
            })
            .collect()
    }

    fn columns(&self) -> Vec<Tap> {
        self.taps(self.photo_size.0, self.content.0)
    }

    fn rows(&self) -> Vec<Tap> {
        self.taps(self.photo_size.1, self.content.1)
    }
}

/// Rows of logits at the photo's width, as few as a row of the photo is made of.
#[derive(Default)]
struct Lines([(Option<usize>, Vec<f32>); 3]);

impl Lines {
    /// The rows that a tap of the vertical axis wants; `widen` makes those that are not there.
    fn of(&mut self, tap: &Tap, mut widen: impl FnMut(usize, &mut Vec<f32>)) -> [&[f32]; 3] {
        for cell in tap.cells {
            let (held, line) = &mut self.0[cell % 3];
            if *held != Some(cell) {
                *held = Some(cell);
                widen(cell, line);
            }
        }
        tap.cells.map(|cell| &self.0[cell % 3].1[..])
    }
}

/// The logits at the photo's size, (height, width) row-major. `low_res` is (S/4, S/4) row-major.
fn logits_in_photo(low_res: &[f32], placement: &Placement) -> Vec<f32> {
    let (side, columns) = (placement.low_res_side(), placement.columns());
    let mut out = Vec::with_capacity(columns.len() * placement.photo_size.1 as usize);
    let mut lines = Lines::default();
    for tap in placement.rows() {
        let rows = lines.of(&tap, |row, line| {
            let row = &low_res[row * side..][..side];
            line.clear();
            line.extend(columns.iter().map(|tap| tap.of(row)));
        });
        out.extend((0..columns.len()).map(|x| Tap { cells: [0, 1, 2], ..tap }.of(&rows.map(|row| row[x]))));
    }
    out
}

/// The mask at the photo's size (logits above `threshold`) and its stability score: the IoU of
/// the masks cut at `threshold + offset` and `threshold - offset`, 0 if both are empty.
///
/// Follows `calculate_stability_score` in `utils/amg.py`.
fn mask_in_photo(low_res: &[f32], placement: &Placement, threshold: f32, offset: f32) -> (Mask, f32) {
    let cuts = Cuts { mask: threshold, inner: threshold + offset, outer: threshold - offset };
    let enlarged = Enlarged::new(low_res, placement, cuts.mask.min(cuts.inner).min(cuts.outer));
    let (width, height) = placement.photo_size;
    let mut rows = MaskRows::new(width, height);
    let mut counts = Counts::default();
    let mut lines = Lines::default();
    for (y, tap) in (0..).zip(placement.rows()) {
        let words = enlarged.words(&tap.cells);
        if words.is_empty() {
            continue;
        }
        let columns = words.start * WIDTH..words.end * WIDTH;
        let upper_to_lower =
            lines.of(&tap, |row, line| enlarged.widen(row, line)).map(|line| &line[columns.clone()]);
        cut(&mut rows.row_mut(y)[words], &mut counts, upper_to_lower, tap.weights, cuts);
    }
    let stability = if counts.outer == 0 { 0.0 } else { counts.inner as f32 / counts.outer as f32 };
    (rows.finish(), stability)
}

/// Low-resolution logits on their way to a photo's width, as far as they matter.
///
/// A logit in the photo lies between the logits around it. Where all of these are below every cut,
/// nothing has to be computed to know that it is, too.
struct Enlarged<'a> {
    low_res: &'a [f32],
    side: usize,
    taps: Vec<Tap>,
    /// For each row the range of logits outside which all are below.
    spans: Vec<Range<usize>>,
}

impl<'a> Enlarged<'a> {
    fn new(low_res: &'a [f32], placement: &Placement, lowest_cut: f32) -> Self {
        // Interpolating can exceed the largest of the numbers by a rounding error.
        let matters = |x: &f32| x + x.abs() * 1e-6 >= lowest_cut;
        let span = |row: &[f32]| match row.iter().position(matters) {
            Some(first) => first..row.iter().rposition(matters).unwrap_or(first) + 1,
            None => 0..0,
        };
        let side = placement.low_res_side();
        let spans = low_res.chunks_exact(side).map(span).collect();
        Self { low_res, side, taps: placement.columns(), spans }
    }

    /// The words of a photo's row that can have set bits, between some rows of logits.
    fn words(&self, rows: &[usize]) -> Range<usize> {
        let spans = || rows.iter().map(|row| &self.spans[*row]).filter(|span| !span.is_empty());
        let start = spans().map(|span| span.start).min().unwrap_or(0);
        let end = spans().map(|span| span.end).max().unwrap_or(0);
        if start == end {
            return 0..0;
        }
        let start = self.taps.partition_point(|tap| tap.cells[2] < start);
        let end = self.taps.partition_point(|tap| tap.cells[0] < end);
        start / WIDTH..end.div_ceil(WIDTH)
    }

    /// A row of logits at the photo's width, filled up to whole words, where it can matter together
    /// with the rows around it.
    fn widen(&self, row: usize, out: &mut Vec<f32>) {
        let width = self.taps.len();
        out.resize(width.next_multiple_of(WIDTH), f32::NEG_INFINITY);
        let line = &self.low_res[row * self.side..][..self.side];
        // As many as a tap of the vertical axis can reach to either side.
        let around: Vec<usize> = (row.saturating_sub(2)..=(row + 2).min(self.side - 1)).collect();
        for rows in around.windows(3.min(around.len())).filter(|rows| rows.contains(&row)) {
            let words = self.words(rows);
            let columns = words.start * WIDTH..(words.end * WIDTH).min(width);
            for (out, tap) in out[columns.clone()].iter_mut().zip(&self.taps[columns]) {
                *out = tap.of(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::numeric::on_each_instruction_set;

    /// A square of logits with this side, for a photo of this size.
    fn placed(fit: Fit, low_res_side: usize, photo_size: (u32, u32)) -> Placement {
        Placement::new(fit, 4 * low_res_side, photo_size)
    }

    #[test]
    fn enlarging_keeps_a_ramp_and_repeats_the_border() {
        let low_res = [0.0, 1.0, 0.0, 1.0];
        let out = logits_in_photo(&low_res, &placed(Fit::Stretch, 2, (4, 2)));
        assert_eq!(out[..4], [0.0, 0.25, 0.75, 1.0]);
        assert_eq!(out[..4], out[4..]);
    }

    #[test]
    fn stability_is_the_ratio_of_the_two_cuts() {
        let low_res = [3.0, 0.5, -0.5, -3.0];
        let (mask, stability) = mask_in_photo(&low_res, &placed(Fit::Stretch, 2, (2, 2)), 0.0, 1.0);
        assert_eq!(mask.area(), 2);
        assert!((stability - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!(mask_in_photo(&[-9.0; 4], &placed(Fit::Stretch, 2, (2, 2)), 0.0, 1.0).1, 0.0);
    }

    #[test]
    fn masks_and_stability_are_those_of_the_enlarged_logits() {
        on_each_instruction_set(|| {
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
                let cases = [(0.0, 1.0), (0.5, 0.0), (-3.0, 2.0), (40.0, 1.0)];
                for ((threshold, offset), fit) in
                    cases.into_iter().flat_map(|case| [(case, Fit::Stretch), (case, Fit::Pad)])
                {
                    let placement = placed(fit, side, size);
                    let logits = logits_in_photo(&low_res, &placement);
                    let count = |limit: f32| logits.iter().filter(|x| **x > limit).count() as f32;
                    let (inner, outer) = (count(threshold + offset), count(threshold - offset));
                    let (mask, stability) = mask_in_photo(&low_res, &placement, threshold, offset);
                    assert_eq!(stability, if outer == 0.0 { 0.0 } else { inner / outer });
                    let expected =
                        Mask::from_fn(size.0, size.1, |x, y| logits[(y * size.0 + x) as usize] > threshold);
                    assert_eq!(mask, expected, "{size:?} {threshold}");
                }
            }
        });
    }

    #[test]
    fn a_padded_photo_is_enlarged_twice() {
        let side = 24;
        let low_res: Vec<f32> = (0..side * side).map(|i| ((i * 7919) % 503) as f32 / 100.0 - 2.5).collect();
        for size in [(131, 77), (40, 96), (96, 96), (500, 20), (7, 300)] {
            let placement = placed(Fit::Pad, side, size);
            let resize = |values: &[f32], from: [usize; 3], to: [usize; 2]| -> Vec<f32> {
                let [stride, height, width] = from;
                let at = |y: usize, x: usize| {
                    let ((y0, y1, ty), (x0, x1, tx)) = (linear(y, height, to[0]), linear(x, width, to[1]));
                    let row = |y: usize| values[y * stride + x0] * (1.0 - tx) + values[y * stride + x1] * tx;
                    row(y0) * (1.0 - ty) + row(y1) * ty
                };
                (0..to[0] * to[1]).map(|i| at(i / to[1], i % to[1])).collect()
            };
            let square = resize(&low_res, [side, side, side], [4 * side, 4 * side]);
            let (width, height) = placement.content;
            let expected = resize(&square, [4 * side, height, width], [size.1 as usize, size.0 as usize]);
            let found = logits_in_photo(&low_res, &placement);
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-5, "{size:?}: {found}, not {expected}");
            }
        }
    }

    #[test]
    fn logits_move_to_where_another_network_has_the_photo() {
        let photo = (200, 100);
        let [stretched, padded] = [Fit::Stretch, Fit::Pad].map(|fit| placed(fit, 24, photo));
        // Of the right half of the photo.
        let values: Vec<f32> = (0..24 * 24).map(|i| if i % 24 < 12 { -4.0 } else { 4.0 }).collect();
        let right = LowRes::new(values, stretched).unwrap();
        assert_eq!(right.placed(&stretched)[..], *right.values());
        let moved = LowRes::new(right.placed(&padded), padded).unwrap();
        for (i, x) in moved.values().iter().enumerate() {
            let expected = if i / 24 >= 12 {
                NOWHERE
            } else if i % 24 < 12 {
                -4.0
            } else {
                4.0
            };
            assert_eq!(*x, expected, "{i}");
        }
        let (a, b) = (right.mask(0.0, 1.0).0, moved.mask(0.0, 1.0).0);
        assert_eq!(a.area(), 100 * 100);
        // The empty part below pulls the edge up by a pixel or two.
        assert!(b.iou(&a) > 0.97, "{}", b.iou(&a));
        assert!(LowRes::new(vec![0.0; 5], padded).is_err());
    }
}

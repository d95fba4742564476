//! A mask on a coarser grid.

use super::bitmap::Mask;

impl Mask {
    /// The share of each cell that the mask covers, in [0, 1], of `side` x `side` cells stretched over the
    /// photo, row by row. Exact for any sizes, even if cells are smaller than pixels.
    pub fn coverage_grid(&self, side: usize) -> Vec<f32> {
        // Both pixels and cells have whole sides on a common grid of width * side x height * side.
        let (width, height) = (u64::from(self.width()), u64::from(self.height()));
        let fine = side as u64;
        let mut covered = vec![0u64; side * side];
        let mut row = vec![0; side];
        for y in self.bbox().map_or(0..0, |b| b.y0..b.y1) {
            if self.row(y).is_empty() {
                continue;
            }
            row.fill(0);
            for run in self.row(y) {
                for (cell, length) in shares(run.map(|x| u64::from(x) * fine), width) {
                    row[cell] += length;
                }
            }
            for (cell_row, length) in shares([u64::from(y) * fine, u64::from(y + 1) * fine], height) {
                let cells = &mut covered[cell_row * side..][..side];
                cells.iter_mut().zip(&row).for_each(|(cell, covered)| *cell += covered * length);
            }
        }
        let whole = (width * height) as f64;
        covered
            .into_iter()
            .map(|covered| if covered == 0 { 0.0 } else { (covered as f64 / whole) as f32 })
            .collect()
    }

    /// The mask on a grid with `factor` times larger pixels that begins at `(x0, y0)`: those that lie
    /// entirely inside the mask.
    pub(super) fn wholly_covered(&self, [x0, y0]: [u32; 2], factor: u32) -> Mask {
        let (width, height) = ((self.width() - x0) / factor, (self.height() - y0) / factor);
        let mut runs = vec![];
        for y in 0..height {
            let mut changes: Vec<(u32, i32)> = vec![];
            for [start, end] in (0..factor).flat_map(|row| self.row(y0 + y * factor + row)) {
                let (start, end) =
                    (start.saturating_sub(x0).div_ceil(factor), end.saturating_sub(x0) / factor);
                if start < end {
                    changes.extend([(start, 1), (end, -1)]);
                }
            }
            changes.sort_unstable();
            let mut depth = 0;
            for [(x, change), (next, _)] in changes.array_windows() {
                depth += change;
                if depth == factor as i32 {
                    runs.push((y, [*x, *next]));
                }
            }
        }
        Mask::from_runs(width, height, runs)
    }
}

/// The cells, each `cell` long, that a line covers, and how much of each.
fn shares([from, to]: [u64; 2], cell: u64) -> impl Iterator<Item = (usize, u64)> {
    (from / cell..to.div_ceil(cell)).map(move |i| (i as usize, to.min((i + 1) * cell) - from.max(i * cell)))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, pixels};
    use super::*;

    #[test]
    fn cells_are_covered_as_far_as_pixels_reach_into_them() {
        for (width, height) in [(47, 31), (8, 64), (5, 3)] {
            for (mask, side) in
                samples::masks(width, height).iter().flat_map(|m| [1, 7, 8, 64].map(|side| (m, side)))
            {
                let grid = mask.coverage_grid(side as usize);
                let overlap = |cell: u32, pixel: u32, count: u32| {
                    let [cell, pixel] = [(cell, side), (pixel, count)]
                        .map(|(i, n)| [f64::from(i) / f64::from(n), f64::from(i + 1) / f64::from(n)]);
                    (cell[1].min(pixel[1]) - cell[0].max(pixel[0])).max(0.0) * f64::from(side)
                };
                let expected = pixels(side, side).map(|(i, j)| {
                    let set = pixels(width, height).filter(|(x, y)| mask.get(*x, *y));
                    set.map(|(x, y)| overlap(i, x, width) * overlap(j, y, height)).sum::<f64>()
                });
                for (found, expected) in grid.iter().zip(expected) {
                    assert!((f64::from(*found) - expected).abs() < 1e-6 && *found <= 1.0);
                }
                assert_eq!(grid.len(), (side * side) as usize);
            }
        }
        let full = Mask::from_fn(47, 31, |_, _| true);
        assert!(full.coverage_grid(256).iter().all(|share| *share == 1.0));
        assert_eq!(Mask::from_fn(0, 0, |_, _| true).coverage_grid(2), [0.0; 4]);
        assert!(full.coverage_grid(0).is_empty());
    }

    #[test]
    fn large_pixels_are_whole_or_left_out() {
        for mask in samples::masks(47, 31) {
            for (x0, y0, factor) in [(0, 0, 1), (0, 0, 3), (5, 2, 2), (46, 30, 1), (3, 3, 40)] {
                let (width, height) = ((47 - x0) / factor, (31 - y0) / factor);
                let expected = Mask::from_fn(width, height, |x, y| {
                    pixels(factor, factor)
                        .all(|(dx, dy)| mask.get(x0 + x * factor + dx, y0 + y * factor + dy))
                });
                assert_eq!(mask.wholly_covered([x0, y0], factor), expected);
            }
        }
    }
}

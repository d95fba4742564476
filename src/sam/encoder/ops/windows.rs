//! How a channels-last map is cut into windows, without moving anything.

use crate::sam::numeric::rows;

/// Windows of a map, in rows from the top left. Where the map does not divide, the windows at its
/// right and bottom reach beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Height and width of the map, in cells.
    pub map: [usize; 2],
    /// Height and width of a window, in cells.
    pub window: [usize; 2],
}

/// The part of a window that lies on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Row and column of the first cell.
    pub first: [usize; 2],
    /// Height and width, in cells.
    pub size: [usize; 2],
}

impl Place {
    pub fn cells(&self) -> usize {
        self.size[0] * self.size[1]
    }
}

impl Windows {
    /// Windows along each axis.
    fn counts(&self) -> [usize; 2] {
        [self.map[0].div_ceil(self.window[0]), self.map[1].div_ceil(self.window[1])]
    }

    /// Cells of a whole window.
    pub fn cells(&self) -> usize {
        self.window[0] * self.window[1]
    }

    pub fn places(&self) -> impl Iterator<Item = Place> {
        let Self { map, window } = *self;
        let [rows, columns] = self.counts();
        let along = move |axis: usize, i: usize| {
            let first = i * window[axis];
            (first, window[axis].min(map[axis] - first))
        };
        (0..rows).flat_map(move |i| {
            (0..columns).map(move |j| {
                let ((y, height), (x, width)) = (along(0, i), along(1, j));
                Place { first: [y, x], size: [height, width] }
            })
        })
    }

    /// The same windows after 2x2 pooling.
    pub fn halved(&self) -> Self {
        Self { map: self.map.map(|n| n / 2), window: self.window.map(|n| n / 2) }
    }

    /// The cells of each window, one slice for each of its rows, in the order of the places.
    pub fn split<'m>(&self, map: &'m mut [f32], channels: usize) -> Vec<Vec<&'m mut [f32]>> {
        let [rows, columns] = self.counts();
        let mut windows: Vec<Vec<_>> = (0..rows * columns).map(|_| vec![]).collect();
        for (y, row) in map.chunks_mut(self.map[1] * channels).enumerate() {
            let first = y / self.window[0] * columns;
            for (window, part) in windows[first..].iter_mut().zip(row.chunks_mut(self.window[1] * channels)) {
                window.push(part);
            }
        }
        windows
    }
}

/// The largest value of each 2x2 cell, channel by channel, of a (height, width) window. `cells`
/// are rows of `stride` values, of which the first `channels` count; `out` is
/// (height / 2, width / 2, channels).
pub fn max_pool2x2(
    cells: &[f32],
    stride: usize,
    [height, width]: [usize; 2],
    channels: usize,
    out: &mut [f32],
) {
    let cell = |y: usize, x: usize| &cells[(y * width + x) * stride..][..channels];
    for (i, out) in out.chunks_exact_mut(channels).take(height / 2 * (width / 2)).enumerate() {
        let (y, x) = (2 * (i / (width / 2)), 2 * (i % (width / 2)));
        out.copy_from_slice(cell(y, x));
        for other in [cell(y, x + 1), cell(y + 1, x), cell(y + 1, x + 1)] {
            rows::max(out, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_in_one_window() {
        for (map, window) in [([5, 7], [2, 3]), ([4, 4], [2, 2]), ([3, 2], [8, 8])] {
            let windows = Windows { map, window };
            let channels = 3;
            let mut values: Vec<f32> = (0..map[0] * map[1] * channels).map(|i| i as f32).collect();
            let split = windows.split(&mut values, channels);
            let places: Vec<Place> = windows.places().collect();
            assert_eq!(split.len(), places.len());
            assert_eq!(places.iter().map(Place::cells).sum::<usize>(), map[0] * map[1]);
            for (place, rows) in places.iter().zip(split) {
                assert_eq!(rows.len(), place.size[0]);
                for (y, row) in rows.iter().enumerate() {
                    let first = (place.first[0] + y) * map[1] + place.first[1];
                    assert_eq!(row.len(), place.size[1] * channels);
                    assert_eq!(row[0], (first * channels) as f32);
                }
            }
        }
    }

    #[test]
    fn each_cell_gives_its_largest_value() {
        let (height, width, channels, stride) = (4, 6, 5, 7);
        let cells: Vec<f32> = (0..height * width * stride).map(|i| ((i * 7919) % 263) as f32).collect();
        let mut out = vec![0f32; height / 2 * (width / 2) * channels];
        max_pool2x2(&cells, stride, [height, width], channels, &mut out);
        for (i, found) in out.into_iter().enumerate() {
            let (y, x, c) = (i / (width / 2 * channels), i / channels % (width / 2), i % channels);
            let at = |dy: usize, dx: usize| cells[((2 * y + dy) * width + 2 * x + dx) * stride + c];
            assert_eq!(found, at(0, 0).max(at(0, 1)).max(at(1, 0)).max(at(1, 1)), "{y} {x} {c}");
        }
    }
}

//! Where a cell lies, as numbers that attention can use.

use std::f32::consts::TAU;

const TEMPERATURE: f32 = 10_000.0;
/// Keeps the official division away from zero.
const EPS: f32 = 1e-6;

/// `PositionEmbeddingSine` with `normalize`, of a square map: (side * side, channels).
pub(super) fn sine(side: usize, channels: usize) -> Vec<f32> {
    let half = channels / 2;
    let at = |i: usize| (i as f32 + 1.0) / (side as f32 + EPS) * TAU;
    let axis = |x: f32| {
        (0..half).map(move |i| {
            let angle = x / TEMPERATURE.powf(2.0 * (i / 2) as f32 / half as f32);
            if i % 2 == 0 { angle.sin() } else { angle.cos() }
        })
    };
    let cells = (0..side).flat_map(|y| (0..side).map(move |x| (y, x)));
    cells.flat_map(|(y, x)| axis(at(y)).chain(axis(at(x)))).collect()
}

/// `get_1d_sine_pe`: (channels).
pub(super) fn sine_1d(position: f32, channels: usize) -> Vec<f32> {
    let half = channels / 2;
    let angle = |i: usize| position / TEMPERATURE.powf(2.0 * (i / 2) as f32 / half as f32);
    (0..half).map(|i| angle(i).sin()).chain((0..half).map(|i| angle(i).cos())).collect()
}

/// The axial rotary encoding of `RoPEAttention`: half of the pairs of channels turn with x, half with y.
pub(super) struct Rope {
    /// Cosine and sine of each pair, (cells, channels / 2).
    turns: Vec<[f32; 2]>,
    side: usize,
    channels: usize,
}

/// An axis of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    X,
    Y,
}

impl Rope {
    pub fn new(side: usize, channels: usize) -> Self {
        let quarter = channels / 4;
        let frequency = |i: usize| TEMPERATURE.powf(-((4 * i) as f32) / channels as f32);
        let turn = |angle: f32| [angle.cos(), angle.sin()];
        let cells = (0..side).flat_map(|y| (0..side).map(move |x| [x, y]));
        let axis = move |at: usize| (0..quarter).map(move |i| turn(at as f32 * frequency(i)));
        let turns = cells.flat_map(|[x, y]| axis(x).chain(axis(y))).collect();
        Self { turns, side, channels }
    }

    /// Of the map, in cells.
    pub fn side(&self) -> usize {
        self.side
    }

    /// The turns of the half of the channels that turns with an axis, X first: (channels / 4).
    pub fn of_axis(&self, axis: Axis, at: usize) -> &[[f32; 2]] {
        let (half, quarter) = (self.channels / 2, self.channels / 4);
        let first = match axis {
            Axis::X => at * half,
            Axis::Y => at * self.side * half + quarter,
        };
        &self.turns[first..][..quarter]
    }

    /// Turns rows, (n, channels), of as many cells from the first on.
    pub fn apply(&self, rows: &mut [f32], first_cell: usize) {
        let cells = self.turns.chunks_exact(self.channels / 2).skip(first_cell);
        for (row, turns) in rows.chunks_exact_mut(self.channels).zip(cells) {
            for (pair, [cos, sin]) in row.as_chunks_mut::<2>().0.iter_mut().zip(turns) {
                let [a, b] = *pair;
                *pair = [a * cos - b * sin, a * sin + b * cos];
            }
        }
    }
}

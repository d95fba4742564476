//! Position embeddings for maps of another size than the stored one.

use crate::sam::numeric::rows;

/// Source indices and weights of one target position.
pub struct Taps {
    index: [usize; 4],
    weight: [f32; 4],
}

impl Taps {
    pub fn iter(&self) -> impl Iterator<Item = (usize, f32)> {
        self.index.into_iter().zip(self.weight)
    }
}

/// The taps of PyTorch's bicubic interpolation (a = -0.75, `align_corners=False`, border
/// repeated) for each target position.
pub fn cubic_taps(from: usize, to: usize) -> Vec<Taps> {
    const A: f32 = -0.75;
    let near = |x: f32| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    let far = |x: f32| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
    (0..to)
        .map(|i| {
            let source = (i as f32 + 0.5) * from as f32 / to as f32 - 0.5;
            let (base, t) = (source.floor(), source - source.floor());
            let index = |k: i64| (base as i64 + k).clamp(0, from as i64 - 1) as usize;
            let weight = [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)];
            Taps { index: [index(-1), index(0), index(1), index(2)], weight }
        })
        .collect()
}

/// A channels-last map (rows, columns, channels) enlarged or reduced to another size.
pub fn resized(map: &[f32], from: [usize; 2], to: [usize; 2]) -> Vec<f32> {
    if from == to {
        return map.to_vec();
    }
    let row_length = map.len() / from[0];
    let channels = row_length / from[1];
    let mut out = vec![0f32; to[0] * to[1] * channels];
    let taps_x = cubic_taps(from[1], to[1]);
    let mut line = vec![0f32; row_length];
    for (taps_y, out) in cubic_taps(from[0], to[0]).iter().zip(out.chunks_exact_mut(to[1] * channels)) {
        line.fill(0.0);
        for (row, weight) in taps_y.iter() {
            rows::add_scaled(&mut line, &map[row * row_length..][..row_length], weight);
        }
        for (out, taps) in out.chunks_exact_mut(channels).zip(&taps_x) {
            for (column, weight) in taps.iter() {
                rows::add_scaled(out, &line[column * channels..][..channels], weight);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cubic_weights_sum_to_one_and_keep_constants() {
        for (from, to) in [(5, 48), (7, 256), (14, 256)] {
            for taps in cubic_taps(from, to) {
                assert!(taps.index.iter().all(|i| *i < from));
                assert!((taps.weight.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn a_flat_map_stays_flat_in_another_size() {
        let map = [1.5, -2.0].repeat(5 * 4);
        assert_eq!(resized(&map, [5, 4], [5, 4]), map);
        let other = resized(&map, [5, 4], [9, 3]);
        assert_eq!(other.len(), 9 * 3 * 2);
        assert!(other.chunks(2).all(|cell| (cell[0] - 1.5).abs() < 1e-5 && (cell[1] + 2.0).abs() < 1e-5));
    }
}

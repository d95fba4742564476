//! What attention adds to scores for where query and key lie, in exponents to base 2.

use std::collections::HashMap;
use std::f32::consts::LOG2_E;
use std::ops::Range;

use super::attention::ScoreBias;
use super::layers::room;
use super::windows::{Place, Windows};
use crate::sam::error::Result;
use crate::sam::numeric::packed::{self, Packed, Start};
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

/// The logarithm of a sum of powers of two, given their exponents.
fn log2_sum(exponents: impl Iterator<Item = f32> + Clone) -> f32 {
    let largest = exponents.clone().fold(f32::NEG_INFINITY, f32::max);
    largest + exponents.map(|x| (x - largest).exp2()).sum::<f32>().log2()
}

/// TinyViT's `attention_biases`: a learned number for each head and distance along both axes.
///
/// Where a window reaches beyond the map, its last token stands for all that lie there: they have the
/// same key and value, so that their biases add up to one.
#[derive(Debug)]
pub struct DistanceBias {
    /// By height and width of the part of a window that is on the map: for each head
    /// (cells, tokens).
    tables: HashMap<[usize; 2], Vec<Vec<f32>>>,
}

impl DistanceBias {
    /// `{prefix}.attention_biases`, (heads, distances).
    pub fn load(weights: &Weights, prefix: &str, heads: usize, windows: &Windows) -> Result<Self> {
        let distances = windows.cells();
        let biases = weights.values(&format!("{prefix}.attention_biases"), &[heads, distances])?;
        Ok(Self::new(&biases, windows))
    }

    /// `biases` are (heads, distances), the distances row-major as the cells of a window, which
    /// is the order in which the official class meets them.
    fn new(biases: &[f32], windows: &Windows) -> Self {
        let [height, width] = windows.window;
        let mut tables = HashMap::new();
        for place in windows.places() {
            let of_head = |biases: &[f32]| {
                let at = |a: [usize; 2], b: [usize; 2]| {
                    LOG2_E * biases[a[0].abs_diff(b[0]) * width + a[1].abs_diff(b[1])]
                };
                let is_on_map = |[y, x]: &[usize; 2]| *y < place.size[0] && *x < place.size[1];
                let all = (0..height).flat_map(|y| (0..width).map(move |x| [y, x]));
                let (on_map, beyond): (Vec<_>, Vec<_>) = all.partition(is_on_map);
                let row = |query: &[usize; 2]| {
                    let query = *query;
                    let stand_in =
                        (!beyond.is_empty()).then(|| log2_sum(beyond.iter().map(move |key| at(query, *key))));
                    on_map.iter().map(move |key| at(query, *key)).chain(stand_in).collect::<Vec<_>>()
                };
                on_map.iter().flat_map(row).collect()
            };
            tables
                .entry(place.size)
                .or_insert_with(|| biases.chunks_exact(height * width).map(of_head).collect());
        }
        Self { tables }
    }

    /// The biases of a head within a window.
    pub fn in_window(&self, head: usize, place: &Place) -> impl ScoreBias {
        Table(&self.tables[&place.size][head])
    }
}

/// Biases of all queries, with as many keys for each as there are scores.
struct Table<'a>(&'a [f32]);

impl ScoreBias for Table<'_> {
    fn set(&self, queries: Range<usize>, keys: Range<usize>, scores: &mut [f32]) {
        let tokens = keys.len();
        scores.copy_from_slice(&self.0[queries.start * tokens..queries.end * tokens]);
    }
}

/// SAM 1's `rel_pos_h` and `rel_pos_w`: for each distance along an axis a vector, whose product with
/// the query is added (`add_decomposed_rel_pos`).
#[derive(Debug)]
pub struct AxisBias {
    /// (head width, distances of both axes), for queries that are scaled for the softmax; distances
    /// are the key's place less the query's, the smallest first.
    vectors: Packed,
    /// Height and width of the map or window.
    size: [usize; 2],
}

impl AxisBias {
    /// `{prefix}.rel_pos_h` and `rel_pos_w` for a map or window of this size. Vectors that were
    /// stored for another size are interpolated as `get_rel_pos` does.
    pub fn load(
        weights: &Weights,
        prefix: &str,
        head_width: usize,
        stored: usize,
        size: [usize; 2],
    ) -> Result<Self> {
        let axis = |name: &str, length: usize| -> Result<Vec<f32>> {
            let shape = [2 * stored - 1, head_width];
            let vectors = weights.values(&format!("{prefix}.{name}"), &shape)?;
            Ok(interpolated(&vectors, head_width, 2 * length - 1))
        };
        Ok(Self::new(&axis("rel_pos_h", size[0])?, &axis("rel_pos_w", size[1])?, head_width, size))
    }

    /// `rows` and `columns` are (2 * side - 1, head width), by the query's place less the key's.
    fn new(rows: &[f32], columns: &[f32], head_width: usize, size: [usize; 2]) -> Self {
        let reversed = |vectors: &[f32]| -> Vec<f32> {
            vectors.chunks_exact(head_width).rev().flatten().copied().collect()
        };
        let mut vectors = [reversed(rows), reversed(columns)].concat();
        // Queries come with the softmax's scale, but the product is one with the bare query.
        rows::scale(&mut vectors, (head_width as f32).sqrt());
        let count = vectors.len() / head_width;
        Self { vectors: Packed::from_columns(&vectors, head_width, count), size }
    }

    /// The bias of some cells with a part of the map or window, of which the first one is `first`.
    /// `queries` are rows with this stride.
    pub fn of_queries<'a>(
        &'a self,
        queries: &[f32],
        stride: usize,
        first: usize,
        part: [usize; 2],
        memory: &'a mut Vec<f32>,
    ) -> impl ScoreBias {
        let (count, distances) = (queries.len().div_ceil(stride), self.vectors.columns());
        let products = room(memory, count * distances);
        packed::multiply(queries, stride, &self.vectors, Start::Zero, products, distances);
        AlongAxes { products, distances, first, part, size: self.size }
    }
}

/// (distances, width), linearly interpolated to another number of distances.
fn interpolated(vectors: &[f32], width: usize, to: usize) -> Vec<f32> {
    let from = vectors.len() / width;
    let row = |i: usize| {
        let at = ((i as f32 + 0.5) * from as f32 / to as f32 - 0.5).clamp(0.0, (from - 1) as f32);
        let (first, share) = (at as usize, at - at.floor());
        let second = (first + 1).min(from - 1);
        (0..width)
            .map(move |k| vectors[first * width + k] * (1.0 - share) + vectors[second * width + k] * share)
    };
    (0..to).flat_map(row).collect()
}

struct AlongAxes<'a> {
    /// (queries, distances of both axes)
    products: &'a [f32],
    distances: usize,
    /// The cell of the first query.
    first: usize,
    /// Height and width of the part that is on the map. What lies beyond it, if anything does, has one
    /// token behind the part's own that stands for all of it.
    part: [usize; 2],
    size: [usize; 2],
}

impl ScoreBias for AlongAxes<'_> {
    fn set(&self, queries: Range<usize>, keys: Range<usize>, scores: &mut [f32]) {
        let [height, width] = self.part;
        for (query, scores) in queries.zip(scores.chunks_exact_mut(keys.len())) {
            let products = &self.products[query * self.distances..][..self.distances];
            let (y, x) = ((self.first + query) / width, (self.first + query) % width);
            let of_rows = &products[self.size[0] - 1 - y..][..self.size[0]];
            let of_columns = &products[2 * self.size[0] - 1..][self.size[1] - 1 - x..][..self.size[1]];
            let (mut key, mut rest) = (keys.start, scores);
            while !rest.is_empty() && key < height * width {
                let count = (width - key % width).min(rest.len());
                let (now, later) = rest.split_at_mut(count);
                rows::add_to_all(&of_columns[key % width..][..count], of_rows[key / width], now);
                (key, rest) = (key + count, later);
            }
            if let [stand_in] = rest {
                let sum = |of: &[f32]| log2_sum(of.iter().copied());
                let (rows, rows_beyond) = (sum(&of_rows[..height]), sum(&of_rows[height..]));
                let (columns, columns_beyond) = (sum(of_columns), sum(&of_columns[width..]));
                *stand_in = log2_sum([rows_beyond + columns, rows + columns_beyond].into_iter());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::encoder::ops::layers::tests::{assert_close, numbers};

    /// A bias for each query and key on the map, and for each query the sum over keys beyond it.
    fn expected(place: &Place, window: [usize; 2], bias: impl Fn([usize; 2], [usize; 2]) -> f32) -> Vec<f32> {
        let cells = |[h, w]: [usize; 2]| (0..h).flat_map(move |y| (0..w).map(move |x| [y, x]));
        let mut out = vec![];
        for query in cells(place.size) {
            out.extend(cells(place.size).map(|key| bias(query, key)));
            let beyond: Vec<f32> = cells(window)
                .filter(|key| key[0] >= place.size[0] || key[1] >= place.size[1])
                .map(|key| bias(query, key).exp2())
                .collect();
            if !beyond.is_empty() {
                out.push(beyond.iter().sum::<f32>().log2());
            }
        }
        out
    }

    #[test]
    fn biases_go_by_distance_and_what_lies_beyond_the_map_adds_up() {
        let windows = Windows { map: [5, 7], window: [3, 4] };
        let biases = numbers(2 * 12, 1);
        let bias = DistanceBias::new(&biases, &windows);
        for place in windows.places() {
            for head in 0..2 {
                let at = |a: [usize; 2], b: [usize; 2]| {
                    LOG2_E * biases[head * 12 + a[0].abs_diff(b[0]) * 4 + a[1].abs_diff(b[1])]
                };
                let expected = expected(&place, windows.window, at);
                let tokens = expected.len() / place.cells();
                let mut found = vec![0.0; expected.len()];
                bias.in_window(head, &place).set(0..place.cells(), 0..tokens, &mut found);
                assert_close(&found, &expected, 1e-5);
            }
        }
    }

    #[test]
    fn biases_along_axes_are_products_with_the_query() {
        let (head_width, windows) = (4, Windows { map: [5, 7], window: [3, 4] });
        let [height, width] = windows.window;
        let (rows, columns) =
            (numbers((2 * height - 1) * head_width, 1), numbers((2 * width - 1) * head_width, 2));
        let bias = AxisBias::new(&rows, &columns, head_width, windows.window);
        for place in windows.places() {
            let stride = head_width + 2;
            let queries = numbers(place.cells() * stride, 3);
            let at = |a: [usize; 2], b: [usize; 2]| {
                let query = &queries[(a[0] * place.size[1] + a[1]) * stride..][..head_width];
                let dot = |vectors: &[f32], i: usize| {
                    query.iter().zip(&vectors[i * head_width..]).map(|(a, b)| a * b).sum::<f32>()
                };
                // The query's scale is that of the softmax.
                let unscaled = (head_width as f32).sqrt();
                unscaled * (dot(&rows, a[0] + height - 1 - b[0]) + dot(&columns, a[1] + width - 1 - b[1]))
            };
            let expected = expected(&place, windows.window, at);
            let tokens = expected.len() / place.cells();
            let mut found = vec![0.0; expected.len()];
            let mut memory = vec![];
            let set = bias.of_queries(&queries, stride, 0, place.size, &mut memory);
            set.set(0..place.cells(), 0..tokens, &mut found);
            assert_close(&found, &expected, 1e-4);
            if place.cells() > 3 {
                // Keys in parts, and queries from a later one on.
                let mut part = vec![0.0; 2 * (tokens - 3)];
                set.set(1..3, 3..tokens, &mut part);
                let rows = expected.chunks(tokens).skip(1).take(2).flat_map(|row| &row[3..]);
                assert_close(&part, &rows.copied().collect::<Vec<_>>(), 1e-4);
            }
        }
    }

    #[test]
    fn vectors_for_another_size_are_interpolated() {
        let vectors = [0.0, 10.0, 1.0, 20.0, 2.0, 30.0];
        assert_eq!(interpolated(&vectors, 2, 3), vectors);
        assert_eq!(interpolated(&vectors, 2, 6)[..4], [0.0, 10.0, 0.25, 12.5]);
    }
}

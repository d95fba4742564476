//! Scaled dot-product attention of one head at a time, never holding more than a tile of scores.

use std::ops::Range;

use super::layers::{Linear, Norm, room};
use crate::sam::error::Result;
use crate::sam::numeric::packed::{self, Packed, Start};
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

/// Queries whose scores exist at a time.
const QUERIES_TOGETHER: usize = 128;

/// The weights of `MultiScaleAttention` and of the norm before it.
#[derive(Debug)]
pub struct Attention {
    pub norm: Norm,
    pub heads: Vec<Head>,
    /// The output projection.
    pub projection: Linear,
}

/// One head's part of the `qkv` layer. Queries come out scaled so that scores are exponents to
/// base 2.
#[derive(Debug)]
pub struct Head {
    qkv: Linear,
}

/// In which order the rows of a `qkv` layer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QkvOrder {
    /// The queries of all heads, their keys, their values.
    ByKind,
    /// Queries, keys and values of a head, then those of the next.
    ByHead,
}

/// Keys and values of some tokens, ready for products.
#[derive(Debug, Default)]
pub struct Keys {
    keys: Packed,
    values: Packed,
    /// Tokens that the last one stands for.
    pub last_counts: usize,
}

impl Attention {
    /// `{prefix}.qkv` and `{prefix}.proj` after the norm.
    pub fn load(
        weights: &Weights,
        norm: Norm,
        prefix: &str,
        outputs: usize,
        head_count: usize,
        order: QkvOrder,
    ) -> Result<Self> {
        let inputs = norm.width();
        let weight = weights.values(&format!("{prefix}.qkv.weight"), &[3 * outputs, inputs])?;
        let bias = weights.values(&format!("{prefix}.qkv.bias"), &[3 * outputs])?;
        let width = outputs / head_count;
        let head = |head: usize| {
            let first_rows = match order {
                QkvOrder::ByKind => [0, 1, 2].map(|kind| kind * outputs + head * width),
                QkvOrder::ByHead => [0, 1, 2].map(|kind| (3 * head + kind) * width),
            };
            Head::new(&weight, &bias, first_rows, width)
        };
        let heads = (0..head_count).map(head).collect();
        let projection = Linear::load(weights, &format!("{prefix}.proj"), outputs, outputs)?;
        Ok(Self { norm, heads, projection })
    }
}

impl Head {
    /// The rows of the `qkv` layer from which on its queries, keys and values are made.
    fn new(weight: &[f32], bias: &[f32], first_rows: [usize; 3], width: usize) -> Self {
        let inputs = weight.len() / bias.len();
        let rows = first_rows.iter();
        let mut own_weight: Vec<f32> =
            rows.clone().flat_map(|row| &weight[row * inputs..][..width * inputs]).copied().collect();
        let mut own_bias: Vec<f32> = rows.flat_map(|row| &bias[*row..][..width]).copied().collect();
        let scale = std::f32::consts::LOG2_E / (width as f32).sqrt();
        rows::scale(&mut own_weight[..width * inputs], scale);
        rows::scale(&mut own_bias[..width], scale);
        Self { qkv: Linear::new(&own_weight, own_bias) }
    }

    /// Channels of the head.
    pub fn width(&self) -> usize {
        self.qkv.outputs() / 3
    }

    /// Queries, keys and values of normalised tokens side by side: rows of three times the head's
    /// width, in the given memory.
    pub fn qkv<'a>(&self, tokens: &[f32], memory: &'a mut Vec<f32>) -> &'a [f32] {
        let rows = room(memory, tokens.len() / self.qkv.inputs() * self.qkv.outputs());
        self.qkv.apply(tokens, rows);
        rows
    }
}

impl Keys {
    /// Takes the keys and values out of rows of [`Head::qkv`].
    pub fn set(&mut self, qkv: &[f32], head_width: usize) {
        let stride = 3 * head_width;
        let tokens = qkv.len() / stride;
        self.keys.set_columns(&qkv[head_width..], stride, head_width, tokens);
        self.values.set_rows(&qkv[2 * head_width..], stride, tokens, head_width);
        self.last_counts = 1;
    }
}

/// Something that is added to scores beside the products, in exponents to base 2.
pub trait ScoreBias {
    /// Replaces `scores`, (queries, keys) row-major, by the bias of these queries and keys.
    fn set(&self, queries: Range<usize>, keys: Range<usize>, scores: &mut [f32]);
}

/// Scores of some queries, and what has been seen of their keys.
#[derive(Debug, Default)]
pub struct Tile {
    scores: Vec<f32>,
    /// For each query the largest score and the sum of the powers below it.
    seen: Vec<(f32, f32)>,
}

/// The mixture of values for each query, `softmax(queries * keys) * values` over all groups of
/// keys together. `queries` and `out` are rows of the head's width with these strides; `out` has
/// as many rows as there are queries and ends with the last one.
///
/// The softmax is that of Milakov and Gimelshein (2018): when a group holds a larger score than
/// those before it, the sums so far are scaled down.
pub fn attend<'k>(
    tile: &mut Tile,
    queries: &[f32],
    query_stride: usize,
    groups: impl Iterator<Item = &'k Keys> + Clone,
    bias: Option<&dyn ScoreBias>,
    out: &mut [f32],
    out_stride: usize,
) {
    let all_queries = queries.chunks(QUERIES_TOGETHER * query_stride);
    let first_queries = (0..).step_by(QUERIES_TOGETHER);
    for ((queries, out), first) in
        all_queries.zip(out.chunks_mut(QUERIES_TOGETHER * out_stride)).zip(first_queries)
    {
        let count = out.len().div_ceil(out_stride);
        let mut first_key = 0;
        tile.seen.clear();
        tile.seen.resize(count, (f32::NEG_INFINITY, 0.0));
        for (i, group) in groups.clone().enumerate() {
            let (tokens, width) = (group.keys.columns(), group.values.columns());
            let scores = room(&mut tile.scores, count * tokens);
            let mut start = Start::Zero;
            if let Some(bias) = bias {
                bias.set(first..first + count, first_key..first_key + tokens, scores);
                start = Start::Result;
            }
            first_key += tokens;
            packed::multiply(queries, query_stride, &group.keys, start, scores, tokens);
            let rows = scores.chunks_exact_mut(tokens).zip(&mut tile.seen).zip(out.chunks_mut(out_stride));
            for ((scores, (largest, sum)), out) in rows {
                if group.last_counts > 1 {
                    scores[tokens - 1] += (group.last_counts as f32).log2();
                }
                let (new_largest, new_sum) = rows::exp2_below_largest(scores, *largest);
                if new_largest > *largest && i > 0 {
                    let factor = (*largest - new_largest).exp2();
                    rows::scale(&mut out[..width], factor);
                    *sum *= factor;
                }
                (*largest, *sum) = (new_largest, *sum + new_sum);
            }
            let start = if i == 0 { Start::Zero } else { Start::Result };
            packed::multiply(scores, tokens, &group.values, start, out, out_stride);
        }
        let width = groups.clone().next().map_or(0, |group| group.values.columns());
        for ((_, sum), out) in tile.seen.iter().zip(out.chunks_mut(out_stride)) {
            rows::scale(&mut out[..width], sum.recip());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::encoder::ops::layers::tests::{assert_close, numbers};
    use crate::sam::numeric::on_each_instruction_set;

    const WIDTH: usize = 10;

    /// `softmax(queries * keys) * values` to base 2, row by row.
    fn by_definition(queries: &[f32], tokens: &[&[f32]]) -> Vec<f32> {
        let mut out = vec![];
        for query in queries.chunks(3 * WIDTH) {
            let score = |token: &[f32]| (0..WIDTH).map(|i| query[i] * token[WIDTH + i]).sum::<f32>();
            let powers: Vec<f32> = tokens.iter().map(|token| score(token).exp2()).collect();
            let sum: f32 = powers.iter().sum();
            out.extend((0..WIDTH).map(|i| {
                powers.iter().zip(tokens).map(|(p, token)| p / sum * token[2 * WIDTH + i]).sum::<f32>()
            }));
        }
        out
    }

    #[test]
    fn groups_of_keys_count_as_one_and_a_token_may_stand_for_many() {
        on_each_instruction_set(|| {
            // Scores grow from group to group, so that the sums have to be scaled down.
            let mut qkv = numbers((QUERIES_TOGETHER + 21) * 3 * WIDTH, 1);
            for (i, row) in qkv.chunks_mut(3 * WIDTH).enumerate() {
                rows::scale(&mut row[WIDTH..2 * WIDTH], 1.0 + i as f32 / 40.0);
            }
            let group = |rows: std::ops::Range<usize>| {
                let mut keys = Keys::default();
                keys.set(&qkv[rows.start * 3 * WIDTH..rows.end * 3 * WIDTH], WIDTH);
                keys
            };
            let mut groups = [group(0..50), group(50..53), group(53..QUERIES_TOGETHER)];
            groups[1].last_counts = 6;
            let rows: Vec<&[f32]> = qkv.chunks(3 * WIDTH).collect();
            let tokens = [&rows[..QUERIES_TOGETHER], &[rows[52]; 5]].concat();
            let stride = WIDTH + 3;
            let mut out = vec![7.0; rows.len() * stride];
            attend(&mut Tile::default(), &qkv, 3 * WIDTH, groups.iter(), None, &mut out, stride);
            let found: Vec<f32> = out.chunks(stride).flat_map(|row| &row[..WIDTH]).copied().collect();
            assert_close(&found, &by_definition(&qkv, &tokens), 1e-4);
            assert!(out.chunks(stride).all(|row| row[WIDTH..] == [7.0; 3]), "it wrote between the rows");
        });
    }

    #[test]
    fn a_head_takes_its_rows_of_each_third() {
        let (inputs, outputs, head_width) = (5, 12, 4);
        let (weight, bias) = (numbers(3 * outputs * inputs, 1), numbers(3 * outputs, 2));
        let first_rows = [0, 1, 2].map(|third| third * outputs + 2 * head_width);
        let head = Head::new(&weight, &bias, first_rows, head_width);
        let mut memory = vec![];
        let found = head.qkv(&vec![0.0; inputs], &mut memory);
        let query = f32::recip((head_width as f32).sqrt()) * std::f32::consts::LOG2_E;
        let third =
            |part: usize, factor: f32| bias[part * outputs + 8..][..4].iter().map(move |b| b * factor);
        let expected: Vec<f32> = third(0, query).chain(third(1, 1.0)).chain(third(2, 1.0)).collect();
        assert_close(found, &expected, 1e-6);
    }
}

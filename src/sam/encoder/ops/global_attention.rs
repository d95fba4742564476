//! Attention of every cell to the whole map: norm, attention and the way around them.

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::ensure;

use super::attention::{Attention, Head, Keys, Tile, attend};
use super::function::Function;
use super::layers::{ROWS_TOGETHER, room};
use super::position_bias::AxisBias;

/// Tokens whose keys are looked at together. More mean fewer sums that are taken up again; they still fit the
/// processor's second cache.
const KEYS_TOGETHER: usize = 2 * ROWS_TOGETHER;

/// `x + attention(norm(x))` on (height, width, channels), every cell with all others.
#[derive(Debug)]
pub struct GlobalAttention {
    attention: Attention,
    bias: Option<AxisBias>,
}

/// Some tokens, for one head.
struct Group {
    /// (tokens, three times the head's width), of which the first third are the queries.
    qkv: Vec<f32>,
    keys: Keys,
}

impl GlobalAttention {
    /// The attention keeps the width: `outputs` are as many as inputs.
    pub fn new(attention: Attention, bias: Option<AxisBias>) -> Self {
        Self { attention, bias }
    }

    /// For each head what some rows contribute.
    fn groups(&self, rows: &[f32], normed: &mut Vec<f32>) -> Vec<Group> {
        let normed = room(normed, rows.len());
        self.attention.norm.apply(rows, normed);
        let group = |head: &Head| {
            let mut qkv = vec![];
            head.qkv(normed, &mut qkv);
            let mut keys = Keys::default();
            keys.set(&qkv, head.width());
            Group { qkv, keys }
        };
        self.attention.heads.iter().map(group).collect()
    }
}

impl Function for GlobalAttention {
    fn name(&self) -> &'static str {
        "GlobalAttention"
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        ensure!(
            input.last() == Some(&self.attention.norm.width()),
            "rows of {} in {input:?}",
            self.attention.norm.width()
        );
        Ok(input.to_vec())
    }

    fn eval(&self, mut input: Tensor) -> TractResult<Tensor> {
        let [height, columns, _] = input.shape()[..] else { unreachable!("a map has three axes") };
        let size = [height, columns];
        let mut plain = input.try_as_plain_ram_mut()?;
        let map = plain.as_slice_mut::<f32>()?;
        let width = self.attention.norm.width();
        // Few tokens for many threads: each has some.
        let is_enough = map.len() / width >= KEYS_TOGETHER * rayon::current_num_threads();
        let together = if is_enough { KEYS_TOGETHER } else { ROWS_TOGETHER };
        let groups: Vec<Vec<Group>> = map
            .par_chunks(together * width)
            .map_init(Vec::new, |normed, rows| self.groups(rows, normed))
            .collect();
        let rows = map.par_chunks_mut(ROWS_TOGETHER * width);
        let memory = || (Vec::new(), Tile::default(), Vec::new());
        rows.enumerate().for_each_init(memory, |(mixed, tile, products), (chunk, rows)| {
            let mixed = room(mixed, rows.len());
            let first = chunk * ROWS_TOGETHER;
            let own = &groups[first / together];
            for (i, (head, own)) in self.attention.heads.iter().zip(own).enumerate() {
                let keys = groups.iter().map(|group| &group[i].keys);
                let (stride, out) = (3 * head.width(), &mut mixed[i * head.width()..]);
                let queries = &own.qkv[first % together * stride..][..rows.len() / width * stride];
                match &self.bias {
                    None => attend(tile, queries, stride, keys, None, out, width),
                    Some(bias) => {
                        let bias = bias.of_queries(queries, stride, first, size, products);
                        attend(tile, queries, stride, keys, Some(&bias), out, width);
                    }
                }
            }
            self.attention.projection.add(mixed, rows);
        });
        Ok(input)
    }
}

#[cfg(test)]
mod tests {
    use rayon::ThreadPoolBuilder;

    use super::super::attention::QkvOrder;
    use super::super::layers::Norm;
    use super::super::layers::tests::{assert_close, numbers};
    use super::*;
    use crate::sam::parity::data;
    use crate::sam::weights::Weights;

    #[test]
    fn tokens_find_the_same_however_many_are_looked_at_together() {
        let weights = Weights::open(&data("mini.safetensors")).unwrap();
        let (block, width) = ("image_encoder.trunk.blocks.4", 64);
        // Two and a half times as many as are looked at together, by one thread; for three they are too few.
        let (height, columns) = (20, KEYS_TOGETHER / 8);
        let map =
            Tensor::from_shape(&[height, columns, width], &numbers(height * columns * width, 1)).unwrap();
        let found = [1, 3].map(|threads| {
            let norm = Norm::load(&weights, &format!("{block}.norm1"), width, 1e-6).unwrap();
            let prefix = format!("{block}.attn");
            let attention = Attention::load(&weights, norm, &prefix, width, 4, QkvOrder::ByKind).unwrap();
            let global = GlobalAttention::new(attention, None);
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| global.eval(map.clone()).unwrap())
        });
        let [one, three] = found.each_ref().map(|tensor| tensor.view().as_slice::<f32>().unwrap().to_vec());
        assert_close(&one, &three, 1e-5);
    }
}

//! The second half of a TinyViT block: a convolution of each channel, then the MLP.

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{bail, ensure};

use super::conv::{Depthwise, folded};
use super::function::Function;
use super::layers::ROWS_TOGETHER;
use super::mlp::ResidualMlp;
use super::rings::{Ring, padded_row};
use crate::sam::error::Result;
use crate::sam::weights::Weights;

/// Rows of the map that are one job for a thread.
const ROWS: usize = 4;

/// `x + mlp(norm(x))` with x the convolved map: (height, width, channels), as large as before.
#[derive(Debug)]
pub struct LocalMlp {
    local: Depthwise,
    mlp: ResidualMlp,
}

impl LocalMlp {
    /// `{prefix}` is MobileSAM's `local_conv` layer.
    pub fn load(weights: &Weights, prefix: &str, mlp: ResidualMlp) -> Result<Self> {
        let channels = mlp.width();
        let (kernel, bias) = folded(weights, prefix, [channels, 1, 3, 3])?;
        Ok(Self { local: Depthwise::new(&kernel, bias, 1), mlp })
    }
}

impl Function for LocalMlp {
    fn name(&self) -> &'static str {
        "LocalMlp"
    }

    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        let channels = self.local.channels();
        ensure!(matches!(input, [_, _, c] if *c == channels), "a map of {channels} channels, not {input:?}");
        Ok(input.to_vec())
    }

    fn eval(&self, mut input: Tensor) -> TractResult<Tensor> {
        let [height, width, channels] = input.shape()[..] else { bail!("a map has three axes") };
        let row_length = width * channels;
        let mut plain = input.try_as_plain_ram_mut()?;
        let map = plain.as_slice_mut::<f32>()?;
        // The rows around each job, which are changed by other jobs.
        let row = |row: usize| map[row * row_length..][..row_length].to_vec();
        let around: Vec<[Option<Vec<f32>>; 2]> = (0..height)
            .step_by(ROWS)
            .map(|first| [first.checked_sub(1).map(row), (first + ROWS < height).then(|| row(first + ROWS))])
            .collect();
        let parts = map.par_chunks_mut(ROWS * row_length).zip(around).enumerate();
        let memory = || (Ring::default(), Default::default());
        parts.for_each_init(memory, |(ring, memory), (part, (rows, [above, below]))| {
            ring.restart((width + 2) * channels);
            let first = part * ROWS;
            for y in 0..rows.len() / row_length {
                let under = ring.around(first + y, height, |row, values| {
                    let own = row.checked_sub(first).and_then(|row| rows.get(row * row_length..));
                    let cells = match own.and_then(|rows| rows.get(..row_length)) {
                        Some(cells) => cells,
                        None => if row < first { &above } else { &below }.as_deref().unwrap_or_default(),
                    };
                    padded_row(cells, channels, values);
                });
                self.local.apply(under, &mut rows[y * row_length..][..row_length]);
            }
            rows.chunks_mut(ROWS_TOGETHER * channels).for_each(|rows| self.mlp.apply(rows, memory));
        });
        Ok(input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::encoder::ops::conv::tests::convolved;
    use crate::sam::encoder::ops::layers::Norm;
    use crate::sam::encoder::ops::layers::tests::{assert_close, numbers};

    #[test]
    fn rows_that_other_jobs_change_are_convolved_as_they_were() {
        let (height, width, channels, hidden) = (2 * ROWS + 3, 5, 6, 7);
        let (kernel, kernel_bias) = (numbers(channels * 9, 1), numbers(channels, 2));
        let mlp = || {
            let norm = Norm::new(numbers(channels, 3), numbers(channels, 4), 1e-5);
            let (inward, outward) = (numbers(hidden * channels, 5), numbers(channels * hidden, 6));
            ResidualMlp::new(Some(norm), &inward, &numbers(hidden, 7), &outward, numbers(channels, 8))
        };
        let map = numbers(height * width * channels, 9);
        let mut expected = convolved(&map, [height, width, channels], &kernel, &kernel_bias, 1);
        mlp().apply(&mut expected, &mut Default::default());
        let layer = LocalMlp { local: Depthwise::new(&kernel, kernel_bias, 1), mlp: mlp() };
        let output = layer.eval(Tensor::from_shape(&[height, width, channels], &map).unwrap()).unwrap();
        assert_close(output.view().as_slice::<f32>().unwrap(), &expected, 1e-4);
    }
}

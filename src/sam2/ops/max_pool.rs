//! Max pooling of 2x2 cells on a channels-last map.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::TypedOp;

/// (height, width, channels) to (height / 2, width / 2, channels), float32: the largest value of
/// each 2x2 cell, channel by channel. An odd last row or column is left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MaxPool2x2;

impl Op for MaxPool2x2 {
    fn name(&self) -> StaticName {
        "MaxPool2x2".into()
    }

    op_as_typed_op!();
}

impl EvalOp for MaxPool2x2 {
    op_out_of_plan!();

    fn eval(&self, _ctx: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        let [height, width, channels] = input.shape()[..] else { bail!("a map has three axes") };
        let mut output = Tensor::zero::<f32>(&[height / 2, width / 2, channels])?;
        let view = input.view();
        let source = view.as_slice::<f32>()?;
        let mut plain = output.try_as_plain_ram_mut()?;
        let target = plain.as_slice_mut::<f32>()?;
        let row_length = (width / 2) * channels;
        if row_length > 0 {
            let total = target.len();
            multithread::par_chunks_mut(target, row_length, total, |first_row, rows| {
                for (i, row) in rows.chunks_exact_mut(row_length).enumerate() {
                    pool_row(source, 2 * (first_row + i), width, channels, row);
                }
                Ok(())
            })?;
        }
        Ok(tvec![output.into_tvalue()])
    }
}

/// Pools rows `first` and `first + 1` of the source into one row.
fn pool_row(source: &[f32], first: usize, width: usize, channels: usize, out: &mut [f32]) {
    let pixel = |row: usize, column: usize| &source[(row * width + column) * channels..][..channels];
    for (x, out) in out.chunks_exact_mut(channels).enumerate() {
        out.copy_from_slice(pixel(first, 2 * x));
        for (row, column) in [(first, 2 * x + 1), (first + 1, 2 * x), (first + 1, 2 * x + 1)] {
            out.iter_mut().zip(pixel(row, column)).for_each(|(o, p)| *o = o.max(*p));
        }
    }
}

impl TypedOp for MaxPool2x2 {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let shape = inputs[0].shape.eval_to_usize(&Default::default())?;
        let [height, width, channels] = shape[..] else { bail!("a map has three axes") };
        Ok(tvec![f32::fact([height / 2, width / 2, channels])])
    }

    as_op!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cell_gives_its_largest_value() {
        // Large enough to be split over threads.
        let (height, width, channels) = (130, 96, 24);
        let values: Vec<f32> =
            (0..height * width * channels).map(|i| ((i * 7919) % 263) as f32 - 131.0).collect();
        let input = Tensor::from_shape(&[height, width, channels], &values).unwrap();
        let pool = || {
            let context = EvalContext::out_of_plan();
            MaxPool2x2.eval(&context, tvec![input.clone().into_tvalue()]).unwrap().remove(0)
        };
        let executor = multithread::Executor::multithread(4);
        let output = multithread::multithread_tract_scope(executor, pool).into_tensor();
        let (rows, columns) = (height / 2, width / 2);
        assert_eq!(output.shape(), [rows, columns, channels]);
        let found = output.view().as_slice::<f32>().unwrap().to_vec();
        for (i, value) in found.into_iter().enumerate() {
            let (y, x, c) = (i / (columns * channels), i / channels % columns, i % channels);
            let at = |dy: usize, dx: usize| values[((2 * y + dy) * width + 2 * x + dx) * channels + c];
            assert_eq!(value, at(0, 0).max(at(0, 1)).max(at(1, 0)).max(at(1, 1)), "{y} {x} {c}");
        }
    }
}

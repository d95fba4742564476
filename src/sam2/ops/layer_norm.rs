//! Layer norm over the last axis in one pass per row.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::TypedOp;

/// `(x - mean) / sqrt(variance + eps) * gamma + beta` for each row of the last axis, float32.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNorm {
    gamma: Arc<Tensor>,
    beta: Arc<Tensor>,
    eps: f32,
}

impl Eq for LayerNorm {}

impl LayerNorm {
    /// `gamma` and `beta` have as many values as the last axis of the input.
    pub fn new(gamma: Tensor, beta: Tensor, eps: f32) -> Self {
        Self { gamma: gamma.into_arc_tensor(), beta: beta.into_arc_tensor(), eps }
    }
}

/// Sum of `f` over a row, in sixteen lanes so that the compiler can vectorise it.
#[inline]
fn lane_sum(row: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let (blocks, rest) = row.as_chunks::<16>();
    let mut lanes = [0f32; 16];
    for block in blocks {
        for (lane, x) in lanes.iter_mut().zip(block) {
            *lane += f(*x);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|x| f(*x)).sum::<f32>()
}

fn normalise_rows(rows: &mut [f32], gamma: &[f32], beta: &[f32], eps: f32) {
    let count = gamma.len() as f32;
    for row in rows.chunks_exact_mut(gamma.len()) {
        let mean = lane_sum(row, |x| x) / count;
        let variance = lane_sum(row, |x| (x - mean) * (x - mean)) / count;
        let scale = (variance + eps).sqrt().recip();
        for ((x, gamma), beta) in row.iter_mut().zip(gamma).zip(beta) {
            *x = (*x - mean) * scale * gamma + beta;
        }
    }
}

impl Op for LayerNorm {
    fn name(&self) -> StaticName {
        "LayerNorm".into()
    }

    op_as_typed_op!();
}

impl EvalOp for LayerNorm {
    op_out_of_plan!();

    fn eval(&self, _ctx: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        let mut tensor = input.into_tensor();
        let (gamma, beta) = (self.gamma.view(), self.beta.view());
        let (gamma, beta) = (gamma.as_slice::<f32>()?, beta.as_slice::<f32>()?);
        let mut plain = tensor.try_as_plain_ram_mut()?;
        let values = plain.as_slice_mut::<f32>()?;
        let total = values.len();
        multithread::par_chunks_mut(values, gamma.len(), total, |_, rows| {
            normalise_rows(rows, gamma, beta, self.eps);
            Ok(())
        })?;
        Ok(tvec![tensor.into_tvalue()])
    }
}

impl TypedOp for LayerNorm {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let last = inputs[0].shape.last().cloned();
        ensure!(last == Some(self.gamma.len().to_dim()), "LayerNorm over {last:?}");
        Ok(tvec![f32::fact(inputs[0].shape.clone())])
    }

    as_op!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_zero_mean_and_unit_variance_before_the_affine_part() {
        let width = 37;
        let values: Vec<f32> = (0..3 * width).map(|i| ((i * 7919) % 101) as f32 - 20.0).collect();
        let op = LayerNorm::new(
            Tensor::from_shape(&[width], &vec![2f32; width]).unwrap(),
            Tensor::from_shape(&[width], &vec![5f32; width]).unwrap(),
            0.0,
        );
        let input = Tensor::from_shape(&[3, width], &values).unwrap();
        let context = EvalContext::out_of_plan();
        let output = op.eval(&context, tvec![input.into_tvalue()]).unwrap().remove(0).into_tensor();
        for row in output.view().as_slice::<f32>().unwrap().chunks(width) {
            let mean = row.iter().sum::<f32>() / width as f32;
            let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / width as f32;
            assert!((mean - 5.0).abs() < 1e-4 && (variance - 4.0).abs() < 1e-3, "{mean} {variance}");
        }
    }
}

//! RepViT's `RepViTBlock` and `RepVitDownsample`: mix the cells of each channel, then the channels of each cell.

use std::borrow::Cow;

use rayon::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::ensure;

use super::chain::MapLayer;
use super::conv::{Depthwise, folded};
use super::layers::{Linear, ROWS_TOGETHER, room};
use super::mlp::ResidualMlp;
use super::squeeze_excite::SqueezeExcite;
use crate::sam::error::Result;
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

/// `mlp_ratio` of the official class.
const MLP_RATIO: usize = 2;
/// Cells of a 3x3 kernel, and the one in its middle.
const TAPS: usize = 9;
const CENTRE: usize = 4;

/// (height, width, inputs) to (height / stride, width / stride, outputs).
#[derive(Debug)]
pub struct MixerBlock {
    depthwise: Depthwise,
    /// Scales the channels that come out of `depthwise`.
    excite: Option<SqueezeExcite>,
    /// To another number of channels.
    widen: Option<Linear>,
    mlp: ResidualMlp,
}

impl MixerBlock {
    /// The block `{prefix}`, with `{prefix}.se` or without. Its 3x3 convolution, its 1x1 convolution and the
    /// way around them become one 3x3 convolution.
    pub fn load(weights: &Weights, prefix: &str, channels: usize, has_excite: bool) -> Result<Self> {
        let name = |part: &str| format!("{prefix}.{part}");
        let (mut kernel, mut bias) = folded(weights, &name("token_mixer.conv"), [channels, 1, 3, 3])?;
        let (single, single_bias) = folded(weights, &name("token_mixer.conv1"), [channels, 1, 1, 1])?;
        for (kernel, single) in kernel.chunks_exact_mut(TAPS).zip(single) {
            kernel[CENTRE] += single + 1.0;
        }
        rows::add(&mut bias, &single_bias);
        let excite = has_excite.then(|| SqueezeExcite::load(weights, &name("se"), channels)).transpose()?;
        let mlp = mixer(weights, &name("channel_mixer"), channels)?;
        Ok(Self { depthwise: Depthwise::new(&kernel, bias, 1), excite, widen: None, mlp })
    }

    /// What follows `{prefix}.pre_block` in the downsampling `{prefix}`.
    pub fn load_downsampling(weights: &Weights, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let name = |part: &str| format!("{prefix}.{part}");
        let (kernel, bias) = folded(weights, &name("spatial_downsample"), [inputs, 1, 3, 3])?;
        let (widen, widen_bias) = folded(weights, &name("channel_downsample"), [outputs, inputs, 1, 1])?;
        Ok(Self {
            depthwise: Depthwise::new(&kernel, bias, 2),
            excite: None,
            widen: Some(Linear::new(&widen, widen_bias)),
            mlp: mixer(weights, &name("ffn"), outputs)?,
        })
    }
}

/// `RepVitMlp` and the way around it.
fn mixer(weights: &Weights, prefix: &str, channels: usize) -> Result<ResidualMlp> {
    let hidden = MLP_RATIO * channels;
    let (inward, inward_bias) = folded(weights, &format!("{prefix}.conv1"), [hidden, channels, 1, 1])?;
    let (outward, bias) = folded(weights, &format!("{prefix}.conv2"), [channels, hidden, 1, 1])?;
    Ok(ResidualMlp::new(None, &inward, &inward_bias, &outward, bias))
}

impl MapLayer for MixerBlock {
    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>> {
        let (stride, inputs) = (self.depthwise.stride(), self.depthwise.channels());
        ensure!(
            matches!(input, [h, w, c] if *c == inputs && h % stride == 0 && w % stride == 0),
            "a map of {inputs} channels with sides that {stride} divides, not {input:?}"
        );
        Ok(vec![input[0] / stride, input[1] / stride, self.mlp.width()])
    }

    fn apply(&self, input: &[f32], shape: &[usize], out: &mut [f32]) {
        let size = [shape[0], shape[1]];
        let depthwise = match &self.excite {
            Some(excite) => {
                let gates = excite.gates(&self.depthwise.mean(input, size));
                Cow::Owned(self.depthwise.scaled(&gates))
            }
            None => Cow::Borrowed(&self.depthwise),
        };
        let width = size[1] / depthwise.stride();
        let (inputs, outputs) = (depthwise.channels(), self.mlp.width());
        // Enough cells to use each weight of the products many times.
        let rows_of_job = ROWS_TOGETHER.div_ceil(width);
        let jobs = out.par_chunks_mut(rows_of_job * width * outputs).enumerate();
        let memory = || (Vec::new(), Default::default());
        jobs.for_each_init(memory, |(mixed, memory), (job, out)| {
            let rows = (job * rows_of_job)..;
            match &self.widen {
                Some(widen) => {
                    let mixed = room(mixed, out.len() / outputs * inputs);
                    for (y, row) in rows.zip(mixed.chunks_exact_mut(width * inputs)) {
                        depthwise.apply_to_map(input, size, y, row);
                    }
                    widen.apply(mixed, out);
                }
                None => {
                    for (y, row) in rows.zip(out.chunks_exact_mut(width * inputs)) {
                        depthwise.apply_to_map(input, size, y, row);
                    }
                }
            }
            out.chunks_mut(ROWS_TOGETHER * outputs).for_each(|rows| self.mlp.apply(rows, memory));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::encoder::ops::conv::tests::convolved;
    use crate::sam::encoder::ops::layers::tests::{assert_close, linear_by_definition, numbers};

    fn check(size: [usize; 2], stride: usize, outputs: Option<usize>, has_excite: bool) {
        let ([height, width], inputs) = (size, 6);
        let channels = outputs.unwrap_or(inputs);
        let (kernel, kernel_bias) = (numbers(inputs * TAPS, 1), numbers(inputs, 2));
        let (wide, wide_bias) = (numbers(channels * inputs, 3), numbers(channels, 4));
        let hidden = MLP_RATIO * channels;
        let (inward, inward_bias) = (numbers(hidden * channels, 5), numbers(hidden, 6));
        let (outward, bias) = (numbers(channels * hidden, 7), numbers(channels, 8));
        let map = numbers(height * width * inputs, 9);
        let excite = || {
            SqueezeExcite::new(
                numbers(4 * inputs, 10),
                numbers(4, 11),
                numbers(inputs * 4, 12),
                numbers(inputs, 13),
            )
        };
        let mlp = ResidualMlp::new(None, &inward, &inward_bias, &outward, bias.clone());

        let mut expected = convolved(&map, [height, width, inputs], &kernel, &kernel_bias, stride);
        if has_excite {
            let cells = expected.len() / inputs;
            let mean = |c: usize| expected.iter().skip(c).step_by(inputs).sum::<f32>() / cells as f32;
            let gates = excite().gates(&(0..inputs).map(mean).collect::<Vec<f32>>());
            expected.iter_mut().zip(gates.iter().cycle()).for_each(|(x, gate)| *x *= gate);
        }
        if outputs.is_some() {
            expected = linear_by_definition(&expected, &wide, &wide_bias);
        }
        let mut between = linear_by_definition(&expected, &inward, &inward_bias);
        rows::gelu(&mut between);
        rows::add(&mut expected, &linear_by_definition(&between, &outward, &bias));

        let layer = MixerBlock {
            depthwise: Depthwise::new(&kernel, kernel_bias, stride),
            excite: has_excite.then(excite),
            widen: outputs.map(|_| Linear::new(&wide, wide_bias)),
            mlp,
        };
        let shape = layer.output_shape(&[height, width, inputs]).unwrap();
        assert_eq!(shape, [height / stride, width / stride, channels]);
        let mut found = vec![f32::NAN; expected.len()];
        layer.apply(&map, &[height, width, inputs], &mut found);
        assert_close(&found, &expected, 1e-4);
    }

    #[test]
    fn it_is_its_layers_one_after_the_other() {
        for size in [[6, 2 * ROWS_TOGETHER + 10], [34, 14], [2, 2]] {
            check(size, 1, None, false);
            check(size, 1, None, true);
            check(size, 2, Some(11), false);
        }
    }
}

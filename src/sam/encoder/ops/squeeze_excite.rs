//! `SqueezeExcite`: the means of all channels decide how much of each channel passes.

use super::layers::Linear;
use crate::sam::error::Result;
use crate::sam::weights::Weights;

/// Hidden values are a quarter of the channels, rounded to a multiple of this.
const DIVISOR: usize = 8;

/// Two linear layers, ReLU between them and a sigmoid behind them.
#[derive(Debug)]
pub struct SqueezeExcite {
    squeeze: Linear,
    excite: Linear,
}

impl SqueezeExcite {
    /// The layers `{prefix}.fc1` and `{prefix}.fc2`.
    pub fn load(weights: &Weights, prefix: &str, channels: usize) -> Result<Self> {
        let hidden = ((channels / 4 + DIVISOR / 2) / DIVISOR * DIVISOR).max(DIVISOR);
        let layer = |name: &str, inputs: usize, outputs: usize| -> Result<Linear> {
            let weight = weights.values(&format!("{prefix}.{name}.weight"), &[outputs, inputs, 1, 1])?;
            Ok(Linear::new(&weight, weights.values(&format!("{prefix}.{name}.bias"), &[outputs])?))
        };
        Ok(Self { squeeze: layer("fc1", channels, hidden)?, excite: layer("fc2", hidden, channels)? })
    }

    /// The factor of each channel, in [0, 1], from the channels' means.
    pub fn gates(&self, means: &[f32]) -> Vec<f32> {
        let mut hidden = vec![0.0; self.squeeze.outputs()];
        self.squeeze.apply(means, &mut hidden);
        hidden.iter_mut().for_each(|x| *x = x.max(0.0));
        let mut gates = vec![0.0; self.excite.outputs()];
        self.excite.apply(&hidden, &mut gates);
        gates.iter_mut().for_each(|x| *x = 1.0 / (1.0 + (-*x).exp()));
        gates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sam::encoder::ops::layers::tests::{assert_close, linear_by_definition, numbers};

    impl SqueezeExcite {
        /// The weights are (hidden, channels) and (channels, hidden).
        pub fn new(
            squeeze: Vec<f32>,
            squeeze_bias: Vec<f32>,
            excite: Vec<f32>,
            excite_bias: Vec<f32>,
        ) -> Self {
            Self { squeeze: Linear::new(&squeeze, squeeze_bias), excite: Linear::new(&excite, excite_bias) }
        }
    }

    #[test]
    fn each_channel_gets_its_share() {
        let (channels, hidden) = (7, 3);
        let (w1, b1) = (numbers(hidden * channels, 1), numbers(hidden, 2));
        let (w2, b2) = (numbers(channels * hidden, 3), numbers(channels, 4));
        let means = numbers(channels, 5);
        let mut between = linear_by_definition(&means, &w1, &b1);
        between.iter_mut().for_each(|x| *x = x.max(0.0));
        let expected: Vec<f32> =
            linear_by_definition(&between, &w2, &b2).iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
        assert_close(&SqueezeExcite::new(w1, b1, w2, b2).gates(&means), &expected, 1e-5);
    }
}

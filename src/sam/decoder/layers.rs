//! The layers that work on tokens: a few rows of weights' width each.

use rayon::prelude::*;

use crate::sam::error::Result;
use crate::sam::numeric::tile::{Left, Out, Shape, View, WIDTH, product};
use crate::sam::weights::Weights;

/// Weights with fewer values than this are not worth waking other threads for.
const WORTH_THREADS: usize = 1 << 18;
/// With more rows than this, the other threads have prompts of their own.
const FEW_ROWS: usize = 32;

/// PyTorch's `nn.Linear`, its weights in panels of [`WIDTH`] outputs, (inputs, WIDTH) each.
pub struct Linear {
    panels: Vec<f32>,
    bias: Vec<f32>,
    inputs: usize,
}

impl Linear {
    /// Reads `{prefix}.weight` (outputs, inputs) and `{prefix}.bias` (outputs).
    pub fn new(weights: &Weights, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let weight = weights.values(&format!("{prefix}.weight"), &[outputs, inputs])?;
        let bias = weights.values(&format!("{prefix}.bias"), &[outputs])?;
        let mut panels = vec![0f32; outputs.div_ceil(WIDTH) * inputs * WIDTH];
        for (o, row) in weight.chunks_exact(inputs).enumerate() {
            let panel = &mut panels[o / WIDTH * inputs * WIDTH..][..inputs * WIDTH];
            for (i, value) in row.iter().enumerate() {
                panel[i * WIDTH + o % WIDTH] = *value;
            }
        }
        Ok(Self { panels, bias, inputs })
    }

    /// (rows, inputs) to (rows, outputs).
    pub fn apply(&self, x: &[f32]) -> Vec<f32> {
        let (rows, outputs) = (x.len() / self.inputs, self.bias.len());
        let shape = Shape { rows, depth: self.inputs, columns: WIDTH };
        let left = Left::Plain(View::new(x, self.inputs));
        let one = |panel: &[f32]| {
            let mut out = vec![0f32; rows * WIDTH];
            product(Out::new(&mut out, WIDTH), left, View::new(panel, WIDTH), shape);
            out
        };
        let panels = self.panels.chunks_exact(self.inputs * WIDTH);
        let parts: Vec<Vec<f32>> = if rows > FEW_ROWS || self.panels.len() < WORTH_THREADS {
            panels.map(one).collect()
        } else {
            self.panels.par_chunks_exact(self.inputs * WIDTH).map(one).collect()
        };
        let mut out = vec![0f32; rows * outputs];
        for (part, (bias, first)) in parts.iter().zip(self.bias.chunks(WIDTH).zip((0..).step_by(WIDTH))) {
            for (row, values) in part.chunks_exact(WIDTH).enumerate() {
                let to = &mut out[row * outputs + first..][..bias.len()];
                for ((to, x), b) in to.iter_mut().zip(values).zip(bias) {
                    *to = x + b;
                }
            }
        }
        out
    }
}

/// The official `MLP`: linear layers `{prefix}.layers.I` with ReLU between them.
pub struct Mlp(Vec<Linear>);

impl Mlp {
    /// `widths` are those of the input and of each layer's output.
    pub fn new(weights: &Weights, prefix: &str, widths: &[usize]) -> Result<Self> {
        let layer =
            |(i, w): (usize, &[usize])| Linear::new(weights, &format!("{prefix}.layers.{i}"), w[0], w[1]);
        Ok(Self(widths.windows(2).enumerate().map(layer).collect::<Result<_>>()?))
    }

    /// (rows, inputs) to (rows, outputs).
    pub fn apply(&self, x: &[f32]) -> Vec<f32> {
        let mut y = self.0[0].apply(x);
        for layer in &self.0[1..] {
            y.iter_mut().for_each(|x| *x = x.max(0.0));
            y = layer.apply(&y);
        }
        y
    }
}

/// `nn.LayerNorm` over the last axis.
pub struct Norm {
    pub gamma: Vec<f32>,
    pub beta: Vec<f32>,
}

impl Norm {
    /// The epsilon of the official `nn.LayerNorm`s.
    pub const EPS: f32 = 1e-5;

    pub fn new(weights: &Weights, prefix: &str, width: usize) -> Result<Self> {
        Ok(Self {
            gamma: weights.values(&format!("{prefix}.weight"), &[width])?,
            beta: weights.values(&format!("{prefix}.bias"), &[width])?,
        })
    }

    /// Normalises each row of `x`, (rows, width).
    pub fn apply(&self, x: &mut [f32]) {
        let width = self.gamma.len();
        for row in x.chunks_exact_mut(width) {
            let mean = row.iter().sum::<f32>() / width as f32;
            let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / width as f32;
            let scale = (variance + Self::EPS).sqrt().recip();
            for ((x, gamma), beta) in row.iter_mut().zip(&self.gamma).zip(&self.beta) {
                *x = (*x - mean) * scale * gamma + beta;
            }
        }
    }
}

/// `Attention` among the tokens of one prompt.
pub struct SelfAttention {
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    heads: usize,
    width: usize,
}

impl SelfAttention {
    pub fn new(weights: &Weights, prefix: &str, width: usize, heads: usize) -> Result<Self> {
        let linear = |name: &str| Linear::new(weights, &format!("{prefix}.{name}_proj"), width, width);
        Ok(Self { q: linear("q")?, k: linear("k")?, v: linear("v")?, out: linear("out")?, heads, width })
    }

    /// `queries` are also the keys; both inputs are (prompts * tokens, width), and so is the output.
    pub fn apply(&self, queries: &[f32], values: &[f32], tokens: usize) -> Vec<f32> {
        let (q, k, v) = (self.q.apply(queries), self.k.apply(queries), self.v.apply(values));
        let (width, head) = (self.width, self.width / self.heads);
        let scale = (head as f32).sqrt().recip();
        let mut mixed = vec![0f32; q.len()];
        let mut weights = vec![0f32; tokens];
        for first in (0..q.len() / width).step_by(tokens) {
            for channel in (0..width).step_by(head) {
                let of = |x: &[f32], token: usize| -> std::ops::Range<usize> {
                    debug_assert!(x.len() >= (first + token + 1) * width);
                    let start = (first + token) * width + channel;
                    start..start + head
                };
                for token in 0..tokens {
                    let query = &q[of(&q, token)];
                    for (other, weight) in weights.iter_mut().enumerate() {
                        let key = &k[of(&k, other)];
                        *weight = scale * query.iter().zip(key).map(|(a, b)| a * b).sum::<f32>();
                    }
                    softmax(&mut weights);
                    let out = &mut mixed[of(&q, token)];
                    for (other, weight) in weights.iter().enumerate() {
                        for (out, value) in out.iter_mut().zip(&v[of(&v, other)]) {
                            *out += weight * value;
                        }
                    }
                }
            }
        }
        self.out.apply(&mixed)
    }
}

fn softmax(x: &mut [f32]) {
    let largest = x.iter().fold(f32::NEG_INFINITY, |m, x| m.max(*x));
    x.iter_mut().for_each(|x| *x = (*x - largest).exp());
    let total: f32 = x.iter().sum();
    x.iter_mut().for_each(|x| *x /= total);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_layer_of_any_size_is_its_definition() {
        let (inputs, outputs, rows) = (5, 70, 3);
        let weight: Vec<f32> = (0..inputs * outputs).map(|i| ((i * 31) % 17) as f32 - 8.0).collect();
        let mut panels = vec![0f32; 2 * inputs * WIDTH];
        for (i, w) in weight.iter().enumerate() {
            let (o, i) = (i / inputs, i % inputs);
            panels[(o / WIDTH * inputs + i) * WIDTH + o % WIDTH] = *w;
        }
        let bias: Vec<f32> = (0..outputs).map(|i| i as f32).collect();
        let x: Vec<f32> = (0..rows * inputs).map(|i| i as f32 - 7.0).collect();
        let found = Linear { panels, bias, inputs }.apply(&x);
        for (n, found) in found.iter().enumerate() {
            let (r, o) = (n / outputs, n % outputs);
            let dot: f32 = (0..inputs).map(|i| x[r * inputs + i] * weight[o * inputs + i]).sum();
            assert_eq!(*found, dot + o as f32);
        }
    }
}

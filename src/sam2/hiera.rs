//! The image encoder's trunk: Hiera, a transformer whose windows and width change by stage.
//!
//! Follows `sam2/modeling/backbones/hieradet.py`, channels-last throughout.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat, PaddingSpec, PoolSpec};
use tract_onnx::tract_core::ops::nn::DataFormat;

use super::config::Config;
use super::error::Result;
use super::graph::{Activation, Graph, Wire};
use super::weights::Weights;

const PREFIX: &str = "image_encoder.trunk";
const LAYER_NORM_EPS: f32 = 1e-6;
/// `mlp_ratio` of the official class.
const MLP_RATIO: usize = 4;

/// What distinguishes one block from the next.
struct Block {
    prefix: String,
    inputs: usize,
    outputs: usize,
    heads: usize,
    /// Window side in cells; 0 attends to the whole map.
    window: usize,
    /// Queries are pooled 2x2, which halves the map.
    pools: bool,
}

/// The blocks in order, and the index of the last block of each stage.
fn blocks(config: &Config) -> (Vec<Block>, Vec<usize>) {
    let ends: Vec<usize> = config
        .stages
        .iter()
        .scan(0, |sum, n| {
            *sum += n;
            Some(*sum - 1)
        })
        .collect();
    let (mut stage, mut width, mut heads) = (0, config.embed_dim, config.num_heads);
    let blocks = (0..=ends[ends.len() - 1])
        .map(|i| {
            // The official loop reads the window before it enters the next stage, so that the
            // first block of a stage still has the former stage's window.
            let window = if config.global_att_blocks.contains(&i) { 0 } else { config.window_spec[stage] };
            let inputs = width;
            let enters = i > 0 && ends.contains(&(i - 1));
            if enters {
                stage += 1;
                width *= 2;
                heads *= 2;
            }
            Block {
                prefix: format!("{PREFIX}.blocks.{i}"),
                inputs,
                outputs: width,
                heads,
                window,
                pools: enters && stage <= config.q_pool,
            }
        })
        .collect();
    (blocks, ends)
}

/// Builds the trunk on the network input (1, 3, S, S) and returns the last map of each stage,
/// (height, width, channels), from stride 4 to stride 32.
pub(super) fn trunk(g: &mut Graph, config: &Config, image: Wire) -> Result<Vec<Wire>> {
    let mut x = patch_embed(g, config, image)?;
    let position = position_embedding(g.weights(), config)?;
    let position = g.constant(&format!("{PREFIX}.pos_embed"), position)?;
    x = g.add(x, position)?;
    let (blocks, ends) = blocks(config);
    let mut stages = vec![];
    for (i, block) in blocks.iter().enumerate() {
        x = block.wire(g, x)?;
        if ends.contains(&i) {
            stages.push(x);
        }
    }
    Ok(stages)
}

/// A 7x7 convolution with stride 4 and padding 3.
fn patch_embed(g: &mut Graph, config: &Config, image: Wire) -> Result<Wire> {
    let name = format!("{PREFIX}.patch_embed.proj");
    let channels = config.embed_dim;
    let kernel = g.weight(&format!("{name}.weight"), &[channels, 3, 7, 7])?;
    let bias = g.weight(&format!("{name}.bias"), &[channels])?;
    let pool_spec = PoolSpec {
        data_format: DataFormat::NCHW,
        kernel_shape: tvec![7, 7],
        padding: PaddingSpec::Explicit(tvec![3, 3], tvec![3, 3]),
        dilations: None,
        strides: Some(tvec![4, 4]),
        input_channels: 3,
        output_channels: channels,
    };
    let conv = Conv { pool_spec, kernel_fmt: KernelFormat::OIHW, group: 1, q_params: None };
    let map = g.model_mut().wire_node(&name, conv, &[image, kernel, bias])?[0];
    let side = config.low_res_side();
    let map = g.reshape(map, &[channels, side, side])?;
    g.move_axis(map, 0, 2)
}

impl Block {
    /// `MultiScaleBlock.forward` on a (height, width, channels) map.
    fn wire(&self, g: &mut Graph, x: Wire) -> Result<Wire> {
        let name = |part: &str| format!("{}.{part}", self.prefix);
        let normed = g.layer_norm(x, &name("norm1"), LAYER_NORM_EPS)?;
        let shortcut = if self.inputs == self.outputs {
            x
        } else {
            let projected = g.linear(normed, &name("proj"), self.outputs)?;
            if self.pools { g.max_pool2x2(projected)? } else { projected }
        };
        let [height, width, _] = g.shape(normed)?[..] else { unreachable!("a map has three axes") };
        let window = if self.window > 0 { [self.window; 2] } else { [height, width] };
        let windows = Windows { map: [height, width], window };
        // Zeros are added after the norm and take part in the attention, as in the original.
        let parts = windows.partition(g, normed)?;
        let mixed = self.attention(g, parts, window)?;
        let windows = if self.pools { windows.halved() } else { windows };
        let mixed = windows.unpartition(g, mixed, self.outputs)?;
        let x = g.add(shortcut, mixed)?;
        let normed = g.layer_norm(x, &name("norm2"), LAYER_NORM_EPS)?;
        let widths = [MLP_RATIO * self.outputs, self.outputs];
        let changed = g.mlp(normed, &name("mlp"), &widths, Activation::Gelu)?;
        g.add(x, changed)
    }

    /// `MultiScaleAttention.forward` on (windows, cells, channels).
    fn attention(&self, g: &mut Graph, x: Wire, [wh, ww]: [usize; 2]) -> Result<Wire> {
        let qkv = g.linear(x, &format!("{}.attn.qkv", self.prefix), 3 * self.outputs)?;
        let part = |g: &mut Graph, i: usize| g.slice(qkv, 2, i * self.outputs, (i + 1) * self.outputs);
        let (mut q, k, v) = (part(g, 0)?, part(g, 1)?, part(g, 2)?);
        if self.pools {
            let count = g.shape(q)?[0];
            let rows = g.reshape(q, &[count * wh, ww, self.outputs])?;
            let pooled = g.max_pool2x2(rows)?;
            q = g.reshape(pooled, &[count, wh * ww / 4, self.outputs])?;
        }
        let mixed = g.attention(q, k, v, self.heads)?;
        g.linear(mixed, &format!("{}.attn.proj", self.prefix), self.outputs)
    }
}

/// How a map is cut into windows, with zeros at the right and bottom where it does not divide.
struct Windows {
    map: [usize; 2],
    window: [usize; 2],
}

impl Windows {
    fn counts(&self) -> [usize; 2] {
        [self.map[0].div_ceil(self.window[0]), self.map[1].div_ceil(self.window[1])]
    }

    /// (height, width, channels) to (windows, cells, channels).
    fn partition(&self, g: &mut Graph, x: Wire) -> Result<Wire> {
        let channels = g.shape(x)?[2];
        let ([h, w], [wh, ww], [nh, nw]) = (self.map, self.window, self.counts());
        let x = g.pad_end(x, &[nh * wh - h, nw * ww - w, 0])?;
        let x = if nw > 1 {
            let x = g.reshape(x, &[nh, wh, nw, ww * channels])?;
            g.move_axis(x, 2, 1)?
        } else {
            x
        };
        g.reshape(x, &[nh * nw, wh * ww, channels])
    }

    /// (windows, cells, channels) back to the map, without the padding.
    fn unpartition(&self, g: &mut Graph, x: Wire, channels: usize) -> Result<Wire> {
        let ([h, w], [wh, ww], [nh, nw]) = (self.map, self.window, self.counts());
        let x = if nw > 1 {
            let x = g.reshape(x, &[nh, nw, wh, ww * channels])?;
            g.move_axis(x, 2, 1)?
        } else {
            x
        };
        let mut x = g.reshape(x, &[nh * wh, nw * ww, channels])?;
        if nh * wh > h {
            x = g.slice(x, 0, 0, h)?;
        }
        if nw * ww > w {
            x = g.slice(x, 1, 0, w)?;
        }
        Ok(x)
    }

    /// The same windows after 2x2 pooling.
    fn halved(&self) -> Self {
        Self { map: self.map.map(|n| n / 2), window: self.window.map(|n| n / 2) }
    }
}

/// `_get_pos_embed`: the stored embedding enlarged to the map, plus the tiled window embedding.
/// A constant of the weights. Returns (height, width, channels).
fn position_embedding(weights: &Weights, config: &Config) -> Result<Tensor> {
    let (channels, side) = (config.embed_dim, config.low_res_side());
    let [rows, columns] = config.window_pos_embed_bkg_spatial_size;
    let window = config.window_spec[0];
    let background = weights.values(&format!("{PREFIX}.pos_embed"), &[1, channels, rows, columns])?;
    let tile = weights.values(&format!("{PREFIX}.pos_embed_window"), &[1, channels, window, window])?;
    let (taps_y, taps_x) = (cubic_taps(rows, side), cubic_taps(columns, side));
    let mut out = vec![0f32; side * side * channels];
    for c in 0..channels {
        let plane = &background[c * rows * columns..][..rows * columns];
        let tile = &tile[c * window * window..][..window * window];
        for (y, (iy, wy)) in taps_y.iter().enumerate() {
            for (x, (ix, wx)) in taps_x.iter().enumerate() {
                let mut sum = 0.0;
                for (row, weight_y) in iy.iter().zip(wy) {
                    let line: f32 =
                        ix.iter().zip(wx).map(|(column, w)| plane[row * columns + column] * w).sum();
                    sum += weight_y * line;
                }
                let tiled = tile[(y % window) * window + x % window];
                out[(y * side + x) * channels + c] = sum + tiled;
            }
        }
    }
    Ok(Tensor::from_shape(&[side, side, channels], &out)?)
}

/// The four source indices and weights of PyTorch's bicubic interpolation (a = -0.75,
/// `align_corners=False`, border repeated) for each target position.
fn cubic_taps(from: usize, to: usize) -> Vec<([usize; 4], [f32; 4])> {
    const A: f32 = -0.75;
    let near = |x: f32| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
    let far = |x: f32| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
    (0..to)
        .map(|i| {
            let source = (i as f32 + 0.5) * from as f32 / to as f32 - 0.5;
            let (base, t) = (source.floor(), source - source.floor());
            let index = |k: i64| (base as i64 + k).clamp(0, from as i64 - 1) as usize;
            let weights = [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)];
            ([index(-1), index(0), index(1), index(2)], weights)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_lag_one_block_behind_the_stages() {
        let config = Weights::starter().unwrap().config().clone();
        let (blocks, ends) = blocks(&config);
        assert_eq!(ends.len(), 4);
        let first_of_second = &blocks[ends[0] + 1];
        assert_eq!(first_of_second.window, config.window_spec[0]);
        assert!(first_of_second.pools);
        assert_eq!(first_of_second.outputs, 2 * config.embed_dim);
    }

    #[test]
    fn cubic_weights_sum_to_one_and_keep_constants() {
        for (from, to) in [(5, 48), (7, 256), (14, 256)] {
            for (index, weights) in cubic_taps(from, to) {
                assert!(index.iter().all(|i| *i < from));
                assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
        }
    }
}

//! The feature pyramid between Hiera's trunk and the decoder, and what the decoder takes from it.
//!
//! Follows `FpnNeck` and the end of `SAM2Base.forward_image` and `SAM2ImagePredictor.set_image`.

use tract_onnx::prelude::{SpecialOps, tvec};
use tract_onnx::tract_core::internal::ToDim;
use tract_onnx::tract_core::ops::array::MultiBroadcastTo;

use super::graph::{Graph, Wire};
use super::ops::Linear;
use crate::sam::config::Config;
use crate::sam::error::Result;
use crate::sam::numeric::packed::{Packed, Start, multiply};
use crate::sam::numeric::rows;
use crate::sam::weights::Weights;

/// What the decoder takes from the pyramid.
pub(super) struct ImageFeatures {
    /// (S/16 * S/16, d_model), `no_mem_embed` added.
    pub embedding: Wire,
    /// (S/4 * S/4, d_model / 8)
    pub high_res_0: Wire,
    /// (S/8 * S/8, d_model / 4)
    pub high_res_1: Wire,
}

/// Takes the last map of each stage, from stride 4 to stride 32, to the decoder's inputs. The first has
/// `first_channels`, each further one twice as many.
///
/// The deepest map only flows top-down into stride 16 and is then dropped (`scalp` 1); strides 4
/// and 8 are lateral only (`fpn_top_down_levels` 2 and 3). On these the decoder's first layer
/// follows at once, so that both layers are one.
pub(super) fn features(
    g: &mut Graph,
    config: &Config,
    first_channels: usize,
    stages: &[Wire],
) -> Result<ImageFeatures> {
    let (weights, d) = (g.weights(), config.d_model);
    let laterals: Vec<Conv1x1> = (0..4)
        .map(|level| {
            let name = format!("image_encoder.neck.convs.{}.conv", 3 - level);
            Conv1x1::load(weights, &name, first_channels << level, d)
        })
        .collect::<Result<_>>()?;
    let [lateral0, lateral1, mut lateral2, lateral3] =
        <[Conv1x1; 4]>::try_from(laterals).unwrap_or_else(|_| unreachable!("four levels"));
    let high_res_0 = lateral0.then(Conv1x1::load(weights, "sam_mask_decoder.conv_s0", d, d / 8)?);
    let high_res_1 = lateral1.then(Conv1x1::load(weights, "sam_mask_decoder.conv_s1", d, d / 4)?);
    // A single picture has no memory of former frames; the network was trained with this in its place.
    rows::add(&mut lateral2.bias, &weights.values("no_mem_embed", &[1, 1, d])?);
    let deepest = lateral3.wire(g, stages[3])?;
    let above = upsample_nearest2x(g, deepest)?;
    let embedding = lateral2.wire(g, stages[2])?;
    let embedding = g.add(embedding, above)?;
    let high_res_0 = high_res_0.wire(g, stages[0])?;
    let high_res_1 = high_res_1.wire(g, stages[1])?;
    let mut flat = |x: Wire| -> Result<Wire> {
        let [h, w, c] = g.shape(x)?[..] else { unreachable!("a map has three axes") };
        g.reshape(x, &[h * w, c])
    };
    Ok(ImageFeatures {
        embedding: flat(embedding)?,
        high_res_0: flat(high_res_0)?,
        high_res_1: flat(high_res_1)?,
    })
}

/// A 1x1 convolution, which on channels-last maps is a linear map.
struct Conv1x1 {
    name: String,
    /// (outputs, inputs)
    weight: Vec<f32>,
    bias: Vec<f32>,
    inputs: usize,
}

impl Conv1x1 {
    fn load(weights: &Weights, name: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let weight = weights.values(&format!("{name}.weight"), &[outputs, inputs, 1, 1])?;
        let bias = weights.values(&format!("{name}.bias"), &[outputs])?;
        Ok(Self { name: name.to_owned(), weight, bias, inputs })
    }

    /// This layer and the next as one, under the name of the next.
    fn then(self, next: Self) -> Self {
        let (between, outputs, inputs) = (next.inputs, next.bias.len(), self.inputs);
        let mut weight = vec![0.0; outputs * inputs];
        let first = Packed::from_rows(&self.weight, between, inputs);
        multiply(&next.weight, between, &first, Start::Zero, &mut weight, inputs);
        let mut bias = next.bias.clone();
        let second = Packed::from_columns(&next.weight, between, outputs);
        multiply(&self.bias, between, &second, Start::Result, &mut bias, outputs);
        Self { name: next.name, weight, bias, inputs }
    }

    fn wire(self, g: &mut Graph, map: Wire) -> Result<Wire> {
        g.apply(map, &self.name, Linear::new(&self.weight, self.bias))
    }
}

fn upsample_nearest2x(g: &mut Graph, x: Wire) -> Result<Wire> {
    let [h, w, c] = g.shape(x)?[..] else { unreachable!("a map has three axes") };
    let cells = g.reshape(x, &[h, 1, w, 1, c])?;
    let shape = tvec![h.to_dim(), 2.to_dim(), w.to_dim(), 2.to_dim(), c.to_dim()];
    let doubled = MultiBroadcastTo { shape: shape.into() };
    let wide = g.model_mut().wire_node("image_encoder.neck.top_down", doubled, &[cells])?[0];
    g.reshape(wide, &[2 * h, 2 * w, c])
}

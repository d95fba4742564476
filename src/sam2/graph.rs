//! A thin layer over tract's `TypedModel`: shapes are plain numbers, weights come by name, and
//! the layers a transformer is made of are one call each.
//!
//! Maps are channels-last (`height, width, channels` or `..., tokens, channels`), so that linear
//! maps and norms work on contiguous rows and 1x1 convolutions are linear maps.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{AxesMapping, AxisOp, ToDim, tvec};
use tract_onnx::tract_core::ops::array::Slice;
use tract_onnx::tract_core::ops::change_axes::wire_with_rank_broadcast;
use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_core::ops::nn::{Softmax, gelu_exact};
use tract_onnx::tract_core::ops::{TypedOp, math};

use super::error::Result;
use super::ops::{Function, FunctionOp, LayerNorm};
use super::weights::Weights;

/// A value in the graph.
pub(super) type Wire = OutletId;

/// Point-wise non-linearities of the network.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Activation {
    Gelu,
}

/// A graph under construction, with the weights it draws from.
pub(super) struct Graph<'w> {
    model: TypedModel,
    weights: &'w Weights,
}

impl<'w> Graph<'w> {
    pub fn new(weights: &'w Weights) -> Self {
        Self { model: TypedModel::default(), weights }
    }

    /// Ends construction: `outputs` are what a run returns, in this order.
    pub fn finish(mut self, outputs: &[Wire]) -> Result<TypedModel> {
        self.model.select_output_outlets(outputs)?;
        Ok(self.model)
    }

    /// An input of the graph. Inputs are passed to a run in the order of these calls.
    pub fn input(&mut self, name: &str, shape: &[usize]) -> Result<Wire> {
        Ok(self.model.add_source(name, f32::fact(shape))?)
    }

    /// The concrete shape of a value.
    pub fn shape(&self, x: Wire) -> Result<Vec<usize>> {
        let fact = self.model.outlet_fact(x)?;
        Ok(fact.shape.eval_to_usize(&Default::default())?.to_vec())
    }

    fn wire(&mut self, name: &str, op: impl Into<Box<dyn TypedOp>>, inputs: &[Wire]) -> Result<Wire> {
        let name = self.model.unique_name(name).into_owned();
        Ok(wire_with_rank_broadcast(name, &mut self.model, op, inputs)?[0])
    }

    /// A value known when the graph is built.
    pub fn constant(&mut self, name: &str, tensor: Tensor) -> Result<Wire> {
        let name = self.model.unique_name(name).into_owned();
        Ok(self.model.add_const(name, tensor)?)
    }

    /// A tensor of the weights file.
    pub fn weight(&mut self, name: &str, shape: &[usize]) -> Result<Wire> {
        let tensor = self.weights.get(name, shape)?;
        self.constant(name, tensor)
    }

    /// The same values in the same order under another shape.
    pub fn reshape(&mut self, x: Wire, to: &[usize]) -> Result<Wire> {
        let from = self.shape(x)?;
        if from == to {
            return Ok(x);
        }
        debug_assert_eq!(from.iter().product::<usize>(), to.iter().product::<usize>());
        let dims = |shape: &[usize]| shape.iter().map(|d| d.to_dim()).collect();
        self.wire("reshape", AxisOp::Reshape(0, dims(&from), dims(to)), &[x])
    }

    /// Moves an axis to another place, as numpy's `moveaxis`.
    pub fn move_axis(&mut self, x: Wire, from: usize, to: usize) -> Result<Wire> {
        self.wire("move", AxisOp::Move(from, to), &[x])
    }

    /// The part `start..end` of an axis.
    pub fn slice(&mut self, x: Wire, axis: usize, start: usize, end: usize) -> Result<Wire> {
        self.wire("slice", Slice::new(axis, start, end), &[x])
    }

    /// Element-wise sum; the shorter shape is broadcast from the front.
    pub fn add(&mut self, a: Wire, b: Wire) -> Result<Wire> {
        self.wire("add", math::add(), &[a, b])
    }

    /// Product with a number.
    pub fn scale(&mut self, x: Wire, factor: f32) -> Result<Wire> {
        let rank = self.shape(x)?.len();
        let factor = self.constant("scale", Tensor::from_shape(&vec![1; rank], &[factor])?)?;
        self.wire("mul", math::mul(), &[x, factor])
    }

    /// A function of one value.
    pub fn apply(&mut self, x: Wire, name: &str, function: impl Function) -> Result<Wire> {
        self.wire(name, FunctionOp::new(function), &[x])
    }

    pub fn softmax_last(&mut self, x: Wire) -> Result<Wire> {
        let axis = self.shape(x)?.len() - 1;
        self.wire("softmax", Softmax { axes: tvec![axis], ..Softmax::default() }, &[x])
    }

    pub fn activation(&mut self, x: Wire, activation: Activation) -> Result<Wire> {
        match activation {
            Activation::Gelu => self.wire("gelu", gelu_exact::gelu_exact(), &[x]),
        }
    }

    /// Einstein summation, with one letter per axis: `"mk,nk->mn"`.
    pub fn einsum(&mut self, name: &str, expression: &str, inputs: &[Wire]) -> Result<Wire> {
        let axes: AxesMapping = expression.parse()?;
        self.wire(name, EinSum::new(axes, f32::datum_type()), inputs)
    }

    /// PyTorch's `nn.Linear`: `{prefix}.weight` (out, in) and `{prefix}.bias` (out) on the last axis.
    pub fn linear(&mut self, x: Wire, prefix: &str, outputs: usize) -> Result<Wire> {
        let inputs = *self.shape(x)?.last().unwrap_or(&0);
        let weight = self.weights.get(&format!("{prefix}.weight"), &[outputs, inputs])?;
        let bias = self.weights.get(&format!("{prefix}.bias"), &[outputs])?;
        self.affine(x, prefix, weight, bias)
    }

    /// A 1x1 convolution, which on channels-last maps is a linear map.
    pub fn conv1x1(&mut self, x: Wire, prefix: &str, outputs: usize) -> Result<Wire> {
        let inputs = *self.shape(x)?.last().unwrap_or(&0);
        let mut weight = self.weights.get(&format!("{prefix}.weight"), &[outputs, inputs, 1, 1])?;
        weight.set_shape(&[outputs, inputs])?;
        let bias = self.weights.get(&format!("{prefix}.bias"), &[outputs])?;
        self.affine(x, prefix, weight, bias)
    }

    /// `x @ weight.T + bias` on the last axis; `weight` is (out, in).
    pub fn affine(&mut self, x: Wire, name: &str, weight: Tensor, bias: Tensor) -> Result<Wire> {
        let mut shape = self.shape(x)?;
        let (outputs, inputs) = (weight.shape()[0], weight.shape()[1]);
        let rows = shape.iter().product::<usize>() / inputs;
        let flat = self.reshape(x, &[rows, inputs])?;
        let weight = self.constant(&format!("{name}.weight"), weight)?;
        let bias = bias.into_shape(&[1, outputs])?;
        let bias = self.constant(&format!("{name}.bias"), bias)?;
        let y = self.einsum(name, "mk,nk->mn", &[flat, weight])?;
        let y = self.add(y, bias)?;
        if let Some(last) = shape.last_mut() {
            *last = outputs;
        }
        self.reshape(y, &shape)
    }

    /// The official `MLP`: linear layers `{prefix}.layers.I` with an activation between them.
    pub fn mlp(&mut self, x: Wire, prefix: &str, widths: &[usize], activation: Activation) -> Result<Wire> {
        let mut x = x;
        for (i, width) in widths.iter().enumerate() {
            if i > 0 {
                x = self.activation(x, activation)?;
            }
            x = self.linear(x, &format!("{prefix}.layers.{i}"), *width)?;
        }
        Ok(x)
    }

    /// Layer norm over the last axis; on channels-last maps also the official `LayerNorm2d`.
    pub fn layer_norm(&mut self, x: Wire, prefix: &str, eps: f32) -> Result<Wire> {
        let channels = *self.shape(x)?.last().unwrap_or(&0);
        let gamma = self.weights.get(&format!("{prefix}.weight"), &[channels])?;
        let beta = self.weights.get(&format!("{prefix}.bias"), &[channels])?;
        self.wire(prefix, LayerNorm::new(gamma, beta, eps), &[x])
    }

    /// Scaled dot-product attention. `q` is (batch, queries, channels), `k` and `v` are
    /// (batch, keys, channels); the channels are split into `heads`.
    pub fn attention(&mut self, q: Wire, k: Wire, v: Wire, heads: usize) -> Result<Wire> {
        let [batch, queries, channels] = self.shape(q)?[..] else { unreachable!("three axes") };
        let head = channels / heads;
        let q = self.scale(q, (head as f32).sqrt().recip())?;
        let split = |g: &mut Self, x: Wire| -> Result<Wire> {
            let tokens = g.shape(x)?[1];
            g.reshape(x, &[batch, tokens, heads, head])
        };
        let (q, k, v) = (split(self, q)?, split(self, k)?, split(self, v)?);
        let scores = self.einsum("scores", "bqhd,bkhd->bhqk", &[q, k])?;
        let weights = self.softmax_last(scores)?;
        let mixed = self.einsum("mixed", "bhqk,bkhd->bqhd", &[weights, v])?;
        self.reshape(mixed, &[batch, queries, channels])
    }

    /// The model under construction, for the few layers that only one module needs.
    pub fn model_mut(&mut self) -> &mut TypedModel {
        &mut self.model
    }

    pub fn weights(&self) -> &'w Weights {
        self.weights
    }
}

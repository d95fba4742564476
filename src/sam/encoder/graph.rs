//! A thin layer over tract's `TypedModel`: shapes are plain numbers, and the network's layers are custom
//! operators.
//!
//! Maps are channels-last (`height, width, channels`), so that linear maps and norms work on
//! contiguous rows.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{AxisOp, ToDim};
use tract_onnx::tract_core::ops::change_axes::wire_with_rank_broadcast;
use tract_onnx::tract_core::ops::{TypedOp, math};

use super::ops::{Function, FunctionOp};
use crate::sam::error::Result;
use crate::sam::weights::Weights;

/// A value in the graph.
pub(super) type Wire = OutletId;

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

    /// Element-wise sum; the shorter shape is broadcast from the front.
    pub fn add(&mut self, a: Wire, b: Wire) -> Result<Wire> {
        self.wire("add", math::add(), &[a, b])
    }

    /// A function of one value.
    pub fn apply(&mut self, x: Wire, name: &str, function: impl Function) -> Result<Wire> {
        self.wire(name, FunctionOp::new(function), &[x])
    }

    /// The model under construction, for the few layers that only one module needs.
    pub fn model_mut(&mut self) -> &mut TypedModel {
        &mut self.model
    }

    pub fn weights(&self) -> &'w Weights {
        self.weights
    }
}

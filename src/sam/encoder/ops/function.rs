//! A function of one tensor as a node of a graph.

use std::fmt::Debug;

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::TypedOp;

/// A function from one float32 tensor to another. It spreads its work over rayon's threads.
pub trait Function: Debug + Send + Sync + 'static {
    fn name(&self) -> &'static str;
    /// The shape of the result; an error if there is none for such an input.
    fn output_shape(&self, input: &[usize]) -> TractResult<Vec<usize>>;
    fn eval(&self, input: Tensor) -> TractResult<Tensor>;
}

/// The node. Functions hold weights, so two are the same only if they are one.
#[derive(Clone, Debug)]
pub struct FunctionOp(Arc<dyn Function>);

impl FunctionOp {
    pub fn new(function: impl Function) -> Self {
        Self(Arc::new(function))
    }
}

impl PartialEq for FunctionOp {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for FunctionOp {}

impl Op for FunctionOp {
    fn name(&self) -> StaticName {
        self.0.name().into()
    }

    op_as_typed_op!();
}

impl EvalOp for FunctionOp {
    op_out_of_plan!();

    fn eval(&self, _ctx: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        Ok(tvec![self.0.eval(input.into_tensor())?.into_tvalue()])
    }
}

impl TypedOp for FunctionOp {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let shape = inputs[0].shape.eval_to_usize(&Default::default())?;
        Ok(tvec![f32::fact(self.0.output_shape(&shape)?)])
    }

    as_op!();
}

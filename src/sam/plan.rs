//! A graph made ready to run: optimised, on all cores, with progress and cancellation.

use std::sync::OnceLock;

use tract_onnx::prelude::multithread::Executor;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::plan::eval;

use super::error::{Error, Result};
use super::network::Monitor;

/// An executable graph. Cheap to share; several threads may run it at once.
pub(super) struct Plan(Arc<TypedRunnableModel>);

impl Plan {
    pub fn new(model: TypedModel) -> Result<Self> {
        let options = RunOptions { executor: Some(executor()), ..RunOptions::default() };
        Ok(Self(model.into_optimized()?.into_runnable_with_options(&options)?))
    }

    /// Shapes of the outputs, in the graph's order.
    ///
    /// # Errors
    /// One depends on more than the graph.
    pub fn output_shapes(&self) -> Result<Vec<Vec<usize>>> {
        let model = self.0.model();
        let shape = |i| {
            let fact = model.output_fact(i)?;
            let shape = fact.shape.as_concrete();
            Ok(shape.ok_or_else(|| Error::Network("an output has no fixed size".into()))?.to_vec())
        };
        (0..model.output_outlets()?.len()).map(shape).collect()
    }

    /// Runs the graph on its inputs; the outputs come in the graph's order.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the monitor said so, [`Error::Network`] when an operator failed.
    pub fn run(&self, inputs: TVec<TValue>, monitor: &dyn Monitor) -> Result<TVec<TValue>> {
        let steps = self.0.order_without_consts().len().max(1) as f32;
        let mut done = 0f32;
        let mut state = self.0.spawn()?;
        let outputs = state.run_plan_with_eval(inputs, |context, op_state, node, inputs| {
            if monitor.cancelled() {
                return Err(TractError::msg("cancelled"));
            }
            let outputs = eval(context, op_state, node, inputs)?;
            done += 1.0;
            monitor.progress((done / steps).min(1.0));
            Ok(outputs)
        });
        outputs.map_err(|e| if monitor.cancelled() { Error::Cancelled } else { e.into() })
    }
}

/// The threads that all graphs share, one a core.
fn executor() -> Executor {
    static EXECUTOR: OnceLock<Executor> = OnceLock::new();
    EXECUTOR
        .get_or_init(|| {
            let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
            Executor::multithread_with_name(cores, "network")
        })
        .clone()
}

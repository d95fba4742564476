//! A graph made ready to run: optimised, on all cores, with progress and cancellation.

use std::collections::HashSet;
use std::sync::OnceLock;

use tract_onnx::prelude::multithread::{Executor, multithread_tract_scope};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::konst::Const;
use tract_onnx::tract_core::plan::eval;

use super::error::{Error, Result};
use super::network::{EncoderRun, Map, Monitor};

/// An executable graph. Cheap to share; several threads may run it at once.
pub(super) struct Plan {
    graph: Arc<TypedRunnableModel>,
    /// For each step, the nodes whose values no later step takes.
    last_uses: Arc<[Vec<usize>]>,
}

impl Plan {
    pub fn new(model: TypedModel) -> Result<Self> {
        let options = RunOptions { executor: Some(executor()), ..RunOptions::default() };
        let graph = model.into_optimized()?.into_runnable_with_options(&options)?;
        let last_uses = last_uses(&graph)?;
        Ok(Self { graph, last_uses })
    }

    /// Shapes of the outputs, in the graph's order.
    ///
    /// # Errors
    /// One depends on more than the graph.
    pub fn output_shapes(&self) -> Result<Vec<Vec<usize>>> {
        let model = self.graph.model();
        let shape = |i| {
            let fact = model.output_fact(i)?;
            let shape = fact.shape.as_concrete();
            Ok(shape.ok_or_else(|| Error::Network("an output has no fixed size".into()))?.to_vec())
        };
        (0..model.output_outlets()?.len()).map(shape).collect()
    }

    /// Begins to run the graph, for callers that do it step by step. The shapes of all its values must be fixed.
    ///
    /// # Errors
    /// The inputs are not those of the graph.
    pub fn start(&self, inputs: TVec<TValue>) -> Result<Run> {
        let state = TypedSimpleState::new_from_inputs(&self.graph, inputs)?;
        Ok(Run { state, last_uses: self.last_uses.clone(), done: 0 })
    }

    /// Runs the graph on its inputs; the outputs come in the graph's order.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the monitor said so, [`Error::Network`] when an operator failed.
    pub fn run(&self, inputs: TVec<TValue>, monitor: &dyn Monitor) -> Result<TVec<TValue>> {
        let steps = self.graph.order_without_consts().len().max(1) as f32;
        let mut done = 0f32;
        let mut state = self.graph.spawn()?;
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

/// A graph that is being run, step by step; it can be left alone between any two of them.
pub(super) struct Run {
    state: TypedSimpleState,
    last_uses: Arc<[Vec<usize>]>,
    done: usize,
}

impl Run {
    /// The outputs, in the graph's order.
    ///
    /// # Errors
    /// Some steps are not done.
    pub fn outputs(mut self) -> Result<TVec<TValue>> {
        Ok(self.state.outputs()?)
    }
}

impl EncoderRun for Run {
    fn is_done(&self) -> bool {
        self.done >= self.last_uses.len()
    }

    fn fraction(&self) -> f32 {
        self.done as f32 / self.last_uses.len().max(1) as f32
    }

    fn step(&mut self) -> Result<()> {
        let Some(&node) = self.state.plan().order_without_consts().get(self.done) else { return Ok(()) };
        let inputs = self.state.prepare_inputs(node)?;
        // Before the operator runs, so that it may write over what only it takes.
        for used in &self.last_uses[self.done] {
            self.state.turn_state.values[*used] = None;
        }
        multithread_tract_scope(executor(), || self.state.compute_one_with_inputs(node, inputs))?;
        self.done += 1;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<Map>> {
        self.outputs()?.into_iter().map(Map::try_from).collect()
    }
}

/// For each step of a graph, the nodes whose values no later step and no output takes. Constants are kept.
fn last_uses(graph: &TypedRunnableModel) -> Result<Arc<[Vec<usize>]>> {
    let (model, order) = (graph.model(), graph.order_without_consts());
    let mut seen: HashSet<usize> = model.output_outlets()?.iter().map(|outlet| outlet.node).collect();
    let mut last_uses = vec![vec![]; order.len()];
    for (step, node) in order.iter().enumerate().rev() {
        for input in &model.node(*node).inputs {
            if seen.insert(input.node) && !model.node(input.node).op_is::<Const>() {
                last_uses[step].push(input.node);
            }
        }
    }
    Ok(last_uses.into())
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

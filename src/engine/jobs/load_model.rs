//! Loading a model that replaces the current one.

use std::sync::Arc;
use std::time::Instant;

use super::{Job, JobKind, Step};
use crate::engine::Engine;
use crate::engine::context::{Context, LoadedModel};
use crate::engine::embeddings::model_hash;
use crate::engine::messages::{Event, ModelSource};
use crate::engine::queue::Ticket;
use crate::everything::Parameters;
use crate::sam::Error;

struct LoadModel {
    source: ModelSource,
}

impl Engine {
    /// Loads another model, answered by [`Event::ModelLoaded`]; embeddings of the previous one are dropped.
    /// Returns the number that an [`Event::Cancelled`] or [`Event::Failed`] will carry.
    pub fn load_model(&self, source: ModelSource) -> u64 {
        self.submit(JobKind::Model, LoadModel { source })
    }
}

impl Job for LoadModel {
    fn step(&mut self, _: &Ticket, context: &mut Context) -> Result<Step, Error> {
        let start = Instant::now();
        let source = &self.source;
        let (predictor, hash) = std::thread::scope(|scope| {
            let hash = context.embeddings.needs_hash().then(|| scope.spawn(|| model_hash(source)));
            let predictor = source.open().map(Arc::new);
            (predictor, hash.and_then(|thread| thread.join().ok().flatten()))
        });
        let predictor = predictor?;
        let loaded = Event::ModelLoaded {
            name: predictor.name().to_owned(),
            seconds: start.elapsed().as_secs_f32(),
            everything: Parameters::for_model(&predictor),
            input_side: predictor.input_format().side,
            remembers: predictor.remembers(),
        };
        let hash_text = hash.map_or_else(|| "not computed".into(), |hash| hash.to_string());
        log::info!(
            "model {} loaded, input side {}, {:.2} s, SHA-256 {hash_text}",
            predictor.name(),
            predictor.input_format().side,
            start.elapsed().as_secs_f32()
        );
        context.embeddings.set_model(hash);
        context.tracker = None;
        context.loaded = Some(LoadedModel { predictor, source: source.clone() });
        context.reporter.send(loaded);
        Ok(Step::Done)
    }
}

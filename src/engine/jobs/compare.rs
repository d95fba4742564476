//! Comparing two models or two settings of everything mode: a step is a batch of points of one side.

use std::sync::Arc;
use std::time::Instant;

use super::encode::embedding;
use super::{Job, JobKind, Step};
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::engine::messages::{Event, ModelSource, PhotoRef};
use crate::engine::queue::Ticket;
use crate::everything::{DEFAULT_MIN_IOU, Filters, FoundMask, Parameters, Preset, Search, compare, filter};
use crate::mask::Mask;
use crate::sam::{Embedding, Error, Predictor};

/// One side of a comparison: a model and its parameters of everything mode.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    pub model: ModelSource,
    pub how: How,
}

/// Parameters of everything mode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum How {
    /// Applied on top of the model's own parameters.
    Preset(Preset),
    Exactly(Parameters),
}

impl How {
    /// The parameters for a model.
    pub(super) fn parameters(&self, model: &Predictor) -> Parameters {
        match self {
            Self::Preset(preset) => preset.parameters(&Parameters::for_model(model)),
            Self::Exactly(parameters) => *parameters,
        }
    }
}

struct Compare {
    photo: PhotoRef,
    sides: Box<[Side; 2]>,
    /// The result of the first side, once it is done.
    first: Option<SideResult>,
    current: Option<SideSearch>,
}

struct SideResult {
    masks: Vec<FoundMask>,
    seconds: f32,
}

/// A side in progress.
struct SideSearch {
    start: Instant,
    model: Arc<Predictor>,
    parameters: Parameters,
    embedding: Embedding,
    search: Search,
    found: Vec<FoundMask>,
}

impl Engine {
    /// Segments everything in a whole photo with two models or parameters and compares the results, answered
    /// by [`Event::Compared`]; prompts are answered between batches. Returns the number that its events will
    /// carry.
    pub fn compare(&self, photo: PhotoRef, sides: [Side; 2]) -> u64 {
        let photo = PhotoRef { part: None, ..photo };
        let job = Compare { photo, sides: Box::new(sides), first: None, current: None };
        self.submit(JobKind::Comparison, job)
    }
}

impl Job for Compare {
    fn photo(&self) -> Option<&PhotoRef> {
        Some(&self.photo)
    }

    fn step(&mut self, ticket: &Ticket, context: &mut Context) -> Result<Step, Error> {
        let sides_done = usize::from(self.first.is_some());
        let Some(side) = &mut self.current else {
            self.current = Some(SideSearch::begin(&self.sides[sides_done], ticket, context, &self.photo)?);
            return Ok(Step::More);
        };
        if let Some(batch) = side.search.step(&side.model, &self.photo.pixels, &side.embedding, ticket)? {
            let share = batch.points_done as f32 / batch.points_total as f32;
            let fraction = (sides_done as f32 + share) / self.sides.len() as f32;
            side.found.extend(batch.found);
            context.reporter.send(Event::Progress { job: JobKind::Comparison, fraction });
            return Ok(Step::More);
        }
        let result = side.result();
        self.current = None;
        match self.first.take() {
            None => {
                self.first = Some(result);
                Ok(Step::More)
            }
            Some(first) => {
                context.reporter.send(compared(ticket.number, self.photo.id, [first, result]));
                Ok(Step::Done)
            }
        }
    }
}

fn compared(number: u64, photo: u64, results: [SideResult; 2]) -> Event {
    let seconds = results.each_ref().map(|side| side.seconds);
    let masks = results.map(|side| side.masks);
    let [a, b] = masks.each_ref().map(|found| pixels(found));
    Event::Compared { number, photo, comparison: compare(&a, &b, DEFAULT_MIN_IOU), masks, seconds }
}

fn pixels(found: &[FoundMask]) -> Vec<Arc<Mask>> {
    found.iter().map(|found| found.mask.clone()).collect()
}

impl SideSearch {
    /// A model other than the current one is only loaded for the comparison.
    fn begin(side: &Side, ticket: &Ticket, context: &mut Context, photo: &PhotoRef) -> Result<Self, Error> {
        let in_use = context.loaded.as_ref().filter(|loaded| loaded.source == side.model);
        let (start, model, embedding) = match in_use.map(|loaded| loaded.predictor.clone()) {
            Some(model) => (Instant::now(), model, embedding(ticket, context, photo)?),
            None => {
                let model = Arc::new(side.model.open()?);
                let start = Instant::now();
                let embedding = model.encode(&photo.pixels, ticket)?;
                (start, model, embedding)
            }
        };
        let parameters = side.how.parameters(&model);
        let search = Search::new(photo.pixels.dimensions(), &parameters)?;
        Ok(Self { start, model, parameters, embedding, search, found: vec![] })
    }

    fn result(&self) -> SideResult {
        let kept = filter(&self.found, &Filters::from(&self.parameters));
        let masks = kept.into_iter().map(|kept| kept.found).collect();
        SideResult { masks, seconds: self.start.elapsed().as_secs_f32() }
    }
}

//! Proposing masks for a photo of a batch: a step is one of the encoder, a batch of points, or a box.

use std::sync::Arc;

use super::compare::How;
use super::{Job, JobKind, Step};
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::engine::embeddings::Subject;
use crate::engine::messages::{Event, PhotoRef, ProposedMask};
use crate::engine::queue::Ticket;
use crate::everything::{Filters, FoundMask, Parameters, Search, filter};
use crate::prompt::{BoxPrompt, Prompt};
use crate::sam::{Embedding, Encoding, Error, Output, Predictor};

/// What is proposed for a photo.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// The masks of everything mode, filtered.
    Everything(How),
    /// The object in each of these boxes, which lie in the photo.
    Boxes(Vec<BoxPrompt>),
}

struct Propose {
    photo: PhotoRef,
    wanted: Wanted,
    stage: Stage,
}

enum Stage {
    Start,
    /// Not the encoding that clicks share: they would replace it, and it would start again and again.
    Encoding(Arc<Predictor>, Subject, Encoding),
    Searching(Box<Searching>),
    Asking(Asking),
}

struct Asking {
    model: Arc<Predictor>,
    embedding: Embedding,
    boxes: Vec<BoxPrompt>,
    /// The index of the next box.
    next: usize,
    masks: Vec<ProposedMask>,
}

struct Searching {
    model: Arc<Predictor>,
    embedding: Embedding,
    parameters: Parameters,
    search: Search,
    found: Vec<FoundMask>,
}

impl Engine {
    /// Proposes masks for a whole photo behind all other work, answered by [`Event::Proposed`]; a click or the
    /// encoding of another photo never waits for more than a step of it. Returns the number that its events will
    /// carry.
    pub fn propose(&self, photo: PhotoRef, wanted: Wanted) -> u64 {
        let photo = PhotoRef { part: None, ..photo };
        self.submit(JobKind::Batch, Propose { photo, wanted, stage: Stage::Start })
    }
}

impl Job for Propose {
    fn photo(&self) -> Option<&PhotoRef> {
        Some(&self.photo)
    }

    fn step(&mut self, ticket: &Ticket, context: &mut Context) -> Result<Step, Error> {
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        match std::mem::replace(&mut self.stage, Stage::Start) {
            Stage::Start => self.begin(context)?,
            Stage::Encoding(model, subject, encoding) => self.encode(model, subject, encoding, context)?,
            Stage::Searching(searching) => return self.search(searching, ticket, context),
            Stage::Asking(asking) => return self.ask(asking, ticket, context),
        }
        Ok(Step::More)
    }
}

impl Propose {
    fn begin(&mut self, context: &mut Context) -> Result<(), Error> {
        let model = context.model()?;
        let subject = context.embeddings.subject(&self.photo);
        match context.embeddings.find(subject, &model) {
            Some(embedding) => self.encoded(model, embedding),
            None => {
                let encoding = model.start_encoding(&self.photo.pixels)?;
                self.stage = Stage::Encoding(model, subject, encoding);
                Ok(())
            }
        }
    }

    fn encode(
        &mut self,
        model: Arc<Predictor>,
        subject: Subject,
        mut encoding: Encoding,
        context: &mut Context,
    ) -> Result<(), Error> {
        encoding.step()?;
        if !encoding.is_done() {
            self.stage = Stage::Encoding(model, subject, encoding);
            return Ok(());
        }
        let encoded = encoding.finish()?;
        let embedding = model.embedding(&encoded)?;
        // Another model may have been loaded since.
        if context.loaded.as_ref().is_some_and(|loaded| Arc::ptr_eq(&loaded.predictor, &model)) {
            context.embeddings.store(subject, &model, encoded);
        }
        self.encoded(model, embedding)
    }

    fn encoded(&mut self, model: Arc<Predictor>, embedding: Embedding) -> Result<(), Error> {
        self.stage = match &mut self.wanted {
            Wanted::Boxes(boxes) => {
                let boxes = std::mem::take(boxes);
                Stage::Asking(Asking { model, embedding, boxes, next: 0, masks: vec![] })
            }
            Wanted::Everything(how) => {
                let parameters = how.parameters(&model);
                let search = Search::new(self.photo.pixels.dimensions(), &parameters)?;
                let found = vec![];
                Stage::Searching(Box::new(Searching { model, embedding, parameters, search, found }))
            }
        };
        Ok(())
    }

    fn search(
        &mut self,
        mut searching: Box<Searching>,
        ticket: &Ticket,
        context: &Context,
    ) -> Result<Step, Error> {
        let Searching { model, embedding, parameters, search, found } = &mut *searching;
        if let Some(batch) = search.step(model, &self.photo.pixels, embedding, ticket)? {
            report(context, batch.points_done, batch.points_total);
            found.extend(batch.found);
            self.stage = Stage::Searching(searching);
            return Ok(Step::More);
        }
        let kept = filter(found, &Filters::from(&*parameters)).into_iter().map(|kept| ProposedMask {
            mask: kept.found.mask,
            predicted_iou: kept.found.predicted_iou,
            stability_score: kept.found.stability_score,
            of_box: None,
        });
        answer(context, ticket, model, kept.collect());
        Ok(Step::Done)
    }

    fn ask(&mut self, mut asking: Asking, ticket: &Ticket, context: &Context) -> Result<Step, Error> {
        let Asking { model, embedding, boxes, next, masks } = &mut asking;
        let Some(bbox) = boxes.get(*next) else {
            answer(context, ticket, model, std::mem::take(masks));
            return Ok(Step::Done);
        };
        let query = Prompt { points: vec![], bbox: Some(*bbox) }.into();
        let prediction = model.predict(embedding, &query, Output::Single, ticket)?;
        let (mask, stability_score) = prediction.mask(prediction.suggested);
        if !mask.is_empty() {
            let predicted_iou = prediction.candidates[prediction.suggested].predicted_iou;
            let (mask, of_box) = (Arc::new(mask), Some(*next));
            masks.push(ProposedMask { mask, predicted_iou, stability_score, of_box });
        }
        *next += 1;
        report(context, *next, boxes.len());
        self.stage = Stage::Asking(asking);
        Ok(Step::More)
    }
}

fn report(context: &Context, done: usize, total: usize) {
    let fraction = done as f32 / total.max(1) as f32;
    context.reporter.send(Event::Progress { job: JobKind::Batch, fraction });
}

fn answer(context: &Context, ticket: &Ticket, model: &Predictor, masks: Vec<ProposedMask>) {
    let model = model.name().to_owned();
    context.reporter.send(Event::Proposed { number: ticket.number, model, masks });
}

//! The thread itself: takes the newest command of each kind, runs it, reports.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use image::RgbImage;

use super::Wanted;
use super::ahead::Claim;
use super::embeddings::{Embeddings, model_hash};
use super::messages::{CandidateMask, Command, Event, How, Job, ModelSource, PhotoRef, Side, Ticket};
use crate::everything::{Batch, DEFAULT_MIN_IOU, FoundMask, Parameters, compare, crop, generate};
use crate::mask::{Mask, PixelBox};
use crate::prompt::BoxPrompt;
use crate::sam::{Embedding, Error, Monitor, Output, Predictor, Query};

/// Progress is reported at most this often.
pub(super) const PROGRESS_INTERVAL: Duration = Duration::from_millis(50);

pub(super) fn spawn(
    commands: Receiver<Command>,
    events: Sender<Event>,
    wanted: Arc<Wanted>,
    wake: Arc<dyn Fn() + Send + Sync>,
) {
    let mut worker = Worker {
        commands,
        reporter: Reporter { events, wake },
        wanted,
        model: None,
        source: None,
        embeddings: Embeddings::new(),
        waiting: VecDeque::new(),
        claim: None,
    };
    let spawned = std::thread::Builder::new().name("engine".into()).spawn(move || worker.run());
    if let Err(error) = spawned {
        log::error!("the worker thread could not be started: {error}");
    }
}

/// Sends events and wakes the receiver.
#[derive(Clone)]
pub(super) struct Reporter {
    events: Sender<Event>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Reporter {
    pub fn send(&self, event: Event) {
        // Nobody listens any more when the program is closing.
        let _ = self.events.send(event);
        (self.wake)();
    }
}

/// Watches one job for the network.
struct Watch<'a> {
    ticket: Ticket,
    wanted: &'a Wanted,
    /// The job that progress belongs to; `None` reports none.
    reporter: Option<(&'a Reporter, Job)>,
    last_report: std::sync::Mutex<Instant>,
}

impl Monitor for Watch<'_> {
    fn cancelled(&self) -> bool {
        !self.wanted.is_wanted(self.ticket)
    }

    fn progress(&self, fraction: f32) {
        let Some((reporter, job)) = self.reporter else { return };
        let Ok(mut last) = self.last_report.lock() else { return };
        if last.elapsed() >= PROGRESS_INTERVAL {
            *last = Instant::now();
            reporter.send(Event::Progress { job, fraction });
        }
    }
}

pub(super) struct Worker {
    pub(super) commands: Receiver<Command>,
    pub(super) reporter: Reporter,
    pub(super) wanted: Arc<Wanted>,
    model: Option<Arc<Predictor>>,
    /// Where the model comes from.
    source: Option<ModelSource>,
    pub(super) embeddings: Embeddings,
    /// Commands that came while a long job ran and have to wait for its end.
    pub(super) waiting: VecDeque<Command>,
    /// Who waits for the photo that is being encoded ahead.
    pub(super) claim: Option<Claim>,
}

impl Worker {
    fn run(&mut self) {
        while let Ok(command) = self.commands.recv() {
            if self.wanted.closing.load(Ordering::Relaxed) {
                return;
            }
            self.execute(command);
            while let Some(command) = self.waiting.pop_front() {
                self.execute(command);
            }
        }
    }

    /// Runs a command unless a newer one of its kind has come; whatever goes wrong is reported.
    pub(super) fn execute(&mut self, command: Command) {
        let ticket = match &command {
            Command::KeepEmbeddings { folder, limit } => {
                let reporter = self.reporter.clone();
                let report = move |bytes| reporter.send(Event::EmbeddingsKept { bytes });
                return self.embeddings.keep_in(folder.clone(), *limit, self.source.as_ref(), report);
            }
            Command::ClearEmbeddings => return self.embeddings.clear_disk(),
            Command::LoadModel { ticket, .. }
            | Command::Encode { ticket, .. }
            | Command::EncodeAhead { ticket, .. }
            | Command::Predict { ticket, .. }
            | Command::Everything { ticket, .. }
            | Command::Compare { ticket, .. } => *ticket,
        };
        if !self.wanted.is_wanted(ticket) {
            return self.reporter.send(Event::Cancelled { job: ticket.job, number: ticket.number });
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| match command {
            Command::KeepEmbeddings { .. } | Command::ClearEmbeddings => Ok(()),
            Command::LoadModel { source, .. } => self.load_model(&source),
            Command::Encode { ticket, photo } => self.encode(ticket, &photo),
            Command::EncodeAhead { ticket, photo } => self.encode_ahead(ticket, &photo),
            Command::Predict { ticket, photo, query, output } => self.predict(ticket, &photo, &query, output),
            Command::Everything { ticket, photo, parameters } => self.everything(ticket, &photo, &parameters),
            Command::Compare { ticket, photo, sides } => self.compare(ticket, &photo, &sides),
        }));
        let failure = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(Error::Cancelled)) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(panic) => Some(format!("an internal error: {}", panic_text(&*panic))),
        };
        let claimed = self.claim.take_if(|_| ticket.job == Job::Ahead).map(|claim| claim.ticket);
        for Ticket { job, number } in [Some(ticket), claimed].into_iter().flatten() {
            self.reporter.send(match failure.clone() {
                None => Event::Cancelled { job, number },
                Some(message) => Event::Failed { job, number, message },
            });
        }
    }

    /// Nobody waits any more for the photo that is being encoded ahead.
    pub(super) fn give_up_claim(&mut self) {
        if let Some(Ticket { job, number }) = self.claim.take().map(|claim| claim.ticket) {
            self.reporter.send(Event::Cancelled { job, number });
        }
    }

    fn load_model(&mut self, source: &ModelSource) -> Result<(), Error> {
        let start = Instant::now();
        let (predictor, hash) = std::thread::scope(|scope| {
            let hash = self.embeddings.needs_hash().then(|| scope.spawn(|| model_hash(source)));
            let predictor = source.open().map(Arc::new);
            (predictor, hash.and_then(|thread| thread.join().ok().flatten()))
        });
        let predictor = predictor?;
        let name = predictor.name().to_owned();
        let everything = Parameters::for_model(&predictor);
        let input_side = predictor.input_format().side;
        self.embeddings.set_model(hash);
        self.model = Some(predictor);
        self.source = Some(source.clone());
        let seconds = start.elapsed().as_secs_f32();
        self.reporter.send(Event::ModelLoaded { name, seconds, everything, input_side });
        Ok(())
    }

    pub(super) fn model(&self) -> Result<Arc<Predictor>, Error> {
        self.model.clone().ok_or_else(|| Error::Network("no model is loaded".into()))
    }

    fn watch<'a>(ticket: Ticket, wanted: &'a Wanted, reporter: Option<(&'a Reporter, Job)>) -> Watch<'a> {
        Watch { ticket, wanted, reporter, last_report: std::sync::Mutex::new(Instant::now()) }
    }

    fn encode(&mut self, ticket: Ticket, photo: &PhotoRef) -> Result<(), Error> {
        self.embedding(ticket, photo).map(|_| ())
    }

    /// The photo's embedding, computed if it is not at hand; given up when the ticket is.
    fn embedding(&mut self, ticket: Ticket, photo: &PhotoRef) -> Result<Embedding, Error> {
        let model = self.model()?;
        let subject = self.embeddings.subject(photo);
        if let Some(known) = self.embeddings.find(subject, &model) {
            self.reporter.send(Event::Encoded { photo: photo.id, seconds: 0.0 });
            return Ok(known);
        }
        let start = Instant::now();
        let watch = Self::watch(ticket, &self.wanted, Some((&self.reporter, Job::Encoding)));
        let encoded = model.encoded(&cropped(photo), &watch)?;
        let embedding = model.embedding(&encoded)?;
        // First, so that what the thread that writes reports of it comes after it.
        self.reporter.send(Event::Encoded { photo: photo.id, seconds: start.elapsed().as_secs_f32() });
        self.embeddings.add(subject, &model, embedding.clone(), encoded);
        Ok(embedding)
    }

    fn predict(
        &mut self,
        ticket: Ticket,
        photo: &PhotoRef,
        query: &Query,
        output: Output,
    ) -> Result<(), Error> {
        // A glance is not worth the encoding of a photo.
        if ticket.job == Job::Preview && !self.embeddings.is_in_memory(photo) {
            return Err(Error::Cancelled);
        }
        let embedding = self.embedding(ticket, photo)?;
        let start = Instant::now();
        let watch = Self::watch(ticket, &self.wanted, None);
        let model = self.model()?;
        let query = in_part(query.clone(), photo.part);
        let prediction = model.predict(&embedding, &query, output, &watch)?;
        let candidates = (0..prediction.candidates.len())
            .map(|i| {
                let (mask, stability_score) = prediction.mask(i);
                let mask = in_photo(mask, photo);
                let predicted_iou = prediction.candidates[i].predicted_iou;
                let low_res = prediction.candidates[i].low_res.clone();
                CandidateMask { mask: Arc::new(mask), predicted_iou, stability_score, low_res }
            })
            .collect();
        self.reporter.send(Event::Predicted {
            number: ticket.number,
            photo: photo.id,
            candidates,
            suggested: prediction.suggested,
            object_score: prediction.object_score,
            seconds: start.elapsed().as_secs_f32(),
        });
        Ok(())
    }

    fn everything(&mut self, ticket: Ticket, photo: &PhotoRef, parameters: &Parameters) -> Result<(), Error> {
        let start = Instant::now();
        let embedding = self.embedding(ticket, photo)?;
        let model = self.model()?;
        let wanted = self.wanted.clone();
        let watch = Self::watch(ticket, &wanted, None);
        let in_photo = |found: &[FoundMask]| match photo.part {
            Some(part) => {
                let size = photo.pixels.dimensions();
                found.iter().filter_map(|found| found.in_photo(part, size)).collect()
            }
            None => found.to_vec(),
        };
        let on_batch = |batch: Batch| {
            self.reporter.send(Event::Found {
                number: ticket.number,
                photo: photo.id,
                masks: in_photo(batch.found),
                points_done: batch.points_done,
                points_total: batch.points_total,
            });
            self.answer_between();
        };
        let outcome = generate(&model, &cropped(photo), &embedding, parameters, on_batch, &watch);
        if let Ok(outcome) = &outcome {
            self.reporter.send(Event::EverythingDone {
                number: ticket.number,
                photo: photo.id,
                masks: in_photo(&outcome.masks),
                complete: outcome.complete,
                seconds: start.elapsed().as_secs_f32(),
            });
        }
        outcome.map(|_| ())
    }

    /// Answers prompts that came while a long job runs; all else waits for its end.
    fn answer_between(&mut self) {
        while let Ok(command) = self.commands.try_recv() {
            match command {
                Command::Predict { .. } | Command::Encode { .. } => self.execute(command),
                other => self.waiting.push_back(other),
            }
        }
    }

    fn compare(&mut self, ticket: Ticket, photo: &PhotoRef, sides: &[Side; 2]) -> Result<(), Error> {
        let (a, seconds_a) = self.side(ticket, photo, &sides[0], 0.0)?;
        let (b, seconds_b) = self.side(ticket, photo, &sides[1], 0.5)?;
        let pixels = |found: &[FoundMask]| found.iter().map(|f| f.mask.clone()).collect::<Vec<Arc<Mask>>>();
        let comparison = compare(&pixels(&a), &pixels(&b), DEFAULT_MIN_IOU);
        self.reporter.send(Event::Compared {
            number: ticket.number,
            photo: photo.id,
            masks: [a, b],
            comparison,
            seconds: [seconds_a, seconds_b],
        });
        Ok(())
    }

    /// The masks of one side of a comparison, and the seconds they took. Another model than the
    /// one in use is loaded for the purpose only.
    fn side(
        &mut self,
        ticket: Ticket,
        photo: &PhotoRef,
        side: &Side,
        done_before: f32,
    ) -> Result<(Vec<FoundMask>, f32), Error> {
        let in_use = self.model.clone().filter(|_| self.source.as_ref() == Some(&side.model));
        let (model, is_in_use) = match in_use {
            Some(model) => (model, true),
            None => (Arc::new(side.model.open()?), false),
        };
        let start = Instant::now();
        let wanted = self.wanted.clone();
        let reporter = self.reporter.clone();
        let embedding = if is_in_use {
            self.embedding(ticket, photo)?
        } else {
            model.encode(&photo.pixels, &Self::watch(ticket, &wanted, None))?
        };
        let parameters = match side.how {
            How::Preset(preset) => preset.parameters(&Parameters::for_model(&model)),
            How::Exactly(parameters) => parameters,
        };
        let on_batch = |batch: Batch| {
            let share = batch.points_done as f32 / batch.points_total as f32;
            reporter.send(Event::Progress { job: Job::Comparison, fraction: done_before + share / 2.0 });
            self.answer_between();
        };
        let watch = Self::watch(ticket, &wanted, None);
        let outcome = generate(&model, &photo.pixels, &embedding, &parameters, on_batch, &watch)?;
        if !outcome.complete {
            return Err(Error::Cancelled);
        }
        Ok((outcome.masks, start.elapsed().as_secs_f32()))
    }
}

/// The pixels that the network is to see.
pub(super) fn cropped(photo: &PhotoRef) -> Cow<'_, RgbImage> {
    match photo.part {
        Some(part) => Cow::Owned(crop(&photo.pixels, part)),
        None => Cow::Borrowed(&photo.pixels),
    }
}

/// A query about the photo as one about a part of it.
fn in_part(mut query: Query, part: Option<PixelBox>) -> Query {
    let Some(part) = part else { return query };
    let (left, top) = (part.x0 as f32, part.y0 as f32);
    for point in &mut query.prompt.points {
        (point.x, point.y) = (point.x - left, point.y - top);
    }
    if let Some(b) = &mut query.prompt.bbox {
        *b = BoxPrompt { x0: b.x0 - left, y0: b.y0 - top, x1: b.x1 - left, y1: b.y1 - top };
    }
    query
}

/// A mask of what the network saw as one of the whole photo.
fn in_photo(mask: Mask, photo: &PhotoRef) -> Mask {
    let Some(part) = photo.part else { return mask };
    let (width, height) = photo.pixels.dimensions();
    mask.placed(part.x0, part.y0, width, height)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}

//! The thread itself: takes the newest command of each kind, runs it, reports.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use super::Wanted;
use super::messages::{CandidateMask, Command, Event, How, Job, ModelSource, PhotoRef, Side, Ticket};
use crate::everything::{Batch, DEFAULT_MIN_IOU, FoundMask, Parameters, compare, generate};
use crate::mask::Mask;
use crate::sam2::input::logits_in_photo;
use crate::sam2::{Embedding, Error, Monitor, Output, Predictor, Prompt, Weights};

/// Embeddings kept, so that going back to a photo costs nothing.
const EMBEDDINGS_KEPT: usize = 4;
/// Progress is reported at most this often.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(50);

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
        embeddings: VecDeque::new(),
        waiting: VecDeque::new(),
    };
    let spawned = std::thread::Builder::new().name("engine".into()).spawn(move || worker.run());
    if let Err(error) = spawned {
        log::error!("the worker thread could not be started: {error}");
    }
}

/// Sends events and wakes the receiver.
#[derive(Clone)]
struct Reporter {
    events: Sender<Event>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Reporter {
    fn send(&self, event: Event) {
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

struct Worker {
    commands: Receiver<Command>,
    reporter: Reporter,
    wanted: Arc<Wanted>,
    model: Option<Arc<Predictor>>,
    /// Where the model comes from.
    source: Option<ModelSource>,
    embeddings: VecDeque<(u64, Embedding)>,
    /// Commands that came while everything mode ran and have to wait for its end.
    waiting: VecDeque<Command>,
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
    fn execute(&mut self, command: Command) {
        let ticket = match &command {
            Command::LoadModel { ticket, .. }
            | Command::Encode { ticket, .. }
            | Command::Predict { ticket, .. }
            | Command::Everything { ticket, .. }
            | Command::Compare { ticket, .. } => *ticket,
        };
        if !self.wanted.is_wanted(ticket) {
            return self.reporter.send(Event::Cancelled { job: ticket.job, number: ticket.number });
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| match command {
            Command::LoadModel { source, .. } => self.load_model(&source),
            Command::Encode { ticket, photo } => self.encode(ticket, &photo),
            Command::Predict { ticket, photo, prompt, output } => {
                self.predict(ticket, &photo, &prompt, output)
            }
            Command::Everything { ticket, photo, parameters } => self.everything(ticket, &photo, &parameters),
            Command::Compare { ticket, photo, sides } => self.compare(ticket, &photo, &sides),
        }));
        let Ticket { job, number } = ticket;
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(Error::Cancelled)) => self.reporter.send(Event::Cancelled { job, number }),
            Ok(Err(error)) => self.reporter.send(Event::Failed { job, number, message: error.to_string() }),
            Err(panic) => {
                let message = format!("an internal error: {}", panic_text(&*panic));
                self.reporter.send(Event::Failed { job, number, message });
            }
        }
    }

    fn load_model(&mut self, source: &ModelSource) -> Result<(), Error> {
        let start = Instant::now();
        let predictor = Arc::new(open(source)?);
        let name = predictor.name().to_owned();
        let everything = Parameters::for_model(&predictor);
        let low_res_side = predictor.low_res_side();
        self.embeddings.clear();
        self.model = Some(predictor);
        self.source = Some(source.clone());
        let seconds = start.elapsed().as_secs_f32();
        self.reporter.send(Event::ModelLoaded { name, seconds, everything, low_res_side });
        Ok(())
    }

    fn model(&self) -> Result<Arc<Predictor>, Error> {
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
        if let Some(i) = self.embeddings.iter().position(|(id, _)| *id == photo.id) {
            let known = self.embeddings.remove(i).ok_or(Error::Cancelled)?;
            self.embeddings.push_front(known.clone());
            self.reporter.send(Event::Encoded { photo: photo.id, seconds: 0.0 });
            return Ok(known.1);
        }
        let start = Instant::now();
        let watch = Self::watch(ticket, &self.wanted, Some((&self.reporter, Job::Encoding)));
        let embedding = self.model()?.encode(&photo.pixels, &watch)?;
        self.embeddings.push_front((photo.id, embedding.clone()));
        self.embeddings.truncate(EMBEDDINGS_KEPT);
        self.reporter.send(Event::Encoded { photo: photo.id, seconds: start.elapsed().as_secs_f32() });
        Ok(embedding)
    }

    fn predict(
        &mut self,
        ticket: Ticket,
        photo: &PhotoRef,
        prompt: &Prompt,
        output: Output,
    ) -> Result<(), Error> {
        // A glance is not worth the encoding of a photo.
        if ticket.job == Job::Preview && !self.embeddings.iter().any(|(id, _)| *id == photo.id) {
            return Err(Error::Cancelled);
        }
        let embedding = self.embedding(ticket, photo)?;
        let start = Instant::now();
        let watch = Self::watch(ticket, &self.wanted, None);
        let model = self.model()?;
        let prompt = fitting(prompt, model.low_res_side());
        let prediction = model.predict(&embedding, &prompt, output, &watch)?;
        let candidates = (0..prediction.candidates.len())
            .map(|i| {
                let (mask, stability_score) = prediction.mask(i);
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
        let on_batch = |batch: Batch| {
            self.reporter.send(Event::Found {
                number: ticket.number,
                photo: photo.id,
                masks: batch.found.to_vec(),
                points_done: batch.points_done,
                points_total: batch.points_total,
            });
            self.answer_between();
        };
        let outcome = generate(&model, &photo.pixels, &embedding, parameters, on_batch, &watch);
        if let Ok(outcome) = &outcome {
            self.reporter.send(Event::EverythingDone {
                number: ticket.number,
                photo: photo.id,
                masks: outcome.masks.clone(),
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
            None => (Arc::new(open(&side.model)?), false),
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

/// The prompt with its former answer at the size that the model takes; it may have been another
/// model's.
fn fitting(prompt: &Prompt, side: usize) -> Prompt {
    let mut prompt = prompt.clone();
    if let Some(logits) = prompt.mask_input.take_if(|logits| logits.len() != side * side) {
        let former = logits.len().isqrt();
        if former > 0 && former * former == logits.len() {
            let size = (side as u32, side as u32);
            prompt.mask_input = Some(Arc::new(logits_in_photo(&logits, former, size)));
        }
    }
    prompt
}

fn open(source: &ModelSource) -> Result<Predictor, Error> {
    match source {
        ModelSource::Starter => Predictor::new(Weights::starter()?),
        ModelSource::File(path) => Predictor::open(path),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}

//! The context of all jobs: the current model, the embeddings, and the channel for events.

use std::sync::Arc;

use crossbeam_channel::Sender;

use super::embeddings::{Embeddings, Subject};
use super::messages::{Event, ModelSource, PhotoRef};
use super::queue::Ticket;
use crate::sam::{Embedding, Encoded, Encoding, Error, Predictor};
use crate::tracking::Tracker;

/// Sends events and wakes the receiver.
#[derive(Clone)]
pub(super) struct Reporter {
    events: Sender<Event>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Reporter {
    pub fn new(events: Sender<Event>, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self { events, wake }
    }

    pub fn send(&self, event: Event) {
        // Nobody listens while the program is closing.
        let _ = self.events.send(event);
        (self.wake)();
    }
}

/// The current model and its source.
pub(super) struct LoadedModel {
    pub predictor: Arc<Predictor>,
    pub source: ModelSource,
}

/// The shared context of all jobs.
pub(super) struct Context {
    pub reporter: Reporter,
    pub embeddings: Embeddings,
    pub loaded: Option<LoadedModel>,
    /// What is remembered of the sequence, by its name, that objects were followed through last.
    pub tracker: Option<(u64, Tracker)>,
    /// The encoding in progress, whichever job it is for.
    under_way: Option<(Subject, Encoding)>,
}

/// The state of the embedding of a photo.
pub(super) enum Stage {
    /// It existed already.
    Known(Embedding),
    /// The fraction of the steps done, in [0, 1].
    UnderWay(f32),
    New(NewEmbedding),
}

/// An embedding that has just been computed; see [`Context::keep`].
pub(super) struct NewEmbedding {
    pub embedding: Embedding,
    subject: Subject,
    encoded: Encoded,
}

impl Context {
    pub fn new(reporter: Reporter) -> Self {
        Self { reporter, embeddings: Embeddings::new(), loaded: None, tracker: None, under_way: None }
    }

    /// The current model.
    ///
    /// # Errors
    /// No model is loaded.
    pub fn model(&self) -> Result<Arc<Predictor>, Error> {
        let loaded = self.loaded.as_ref().ok_or_else(|| Error::Network("no model is loaded".into()))?;
        Ok(loaded.predictor.clone())
    }

    /// Returns the embedding of a photo, or runs the next step of computing it, continuing an encoding that
    /// this or another job has started.
    ///
    /// # Errors
    /// The ticket was cancelled, or a failure of the network.
    pub fn encoding_step(&mut self, ticket: &Ticket, photo: &PhotoRef) -> Result<Stage, Error> {
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let model = self.model()?;
        let subject = self.embeddings.subject(photo);
        let mut encoding = match self.under_way.take_if(|(under_way, _)| *under_way == subject) {
            Some((_, encoding)) => encoding,
            None => match self.embeddings.find(subject, &model) {
                Some(known) => return Ok(Stage::Known(known)),
                None => model.start_encoding(&photo.seen())?,
            },
        };
        encoding.step()?;
        if !encoding.is_done() {
            let fraction = encoding.fraction();
            self.under_way = Some((subject, encoding));
            return Ok(Stage::UnderWay(fraction));
        }
        let encoded = encoding.finish()?;
        Ok(Stage::New(NewEmbedding { embedding: model.embedding(&encoded)?, subject, encoded }))
    }

    /// Keeps an embedding in memory and on disk.
    pub fn keep(&mut self, new: NewEmbedding) {
        if let Some(loaded) = &self.loaded {
            self.embeddings.add(new.subject, &loaded.predictor, new.embedding, new.encoded);
        }
    }

    /// Drops an unfinished encoding.
    pub fn drop_encoding(&mut self) {
        self.under_way = None;
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;
    use crate::engine::jobs::JobKind;
    use crate::engine::queue::Tickets;

    #[test]
    fn an_encoding_goes_on_from_where_another_job_has_left_it() {
        let (sender, _events) = crossbeam_channel::unbounded();
        let mut context = Context::new(Reporter::new(sender, Arc::new(|| {})));
        let source = ModelSource::built_in();
        let predictor = Arc::new(source.open().unwrap());
        context.loaded = Some(LoadedModel { predictor, source });
        let photo = PhotoRef { id: 1, pixels: Arc::new(RgbImage::new(40, 30)), part: None };
        let tickets = Tickets::default();
        let [ahead, asked] = [JobKind::Ahead, JobKind::Encoding].map(|kind| tickets.issue(kind));
        let mut fraction = 0.0;
        let mut turns = [&ahead, &asked].into_iter().cycle();
        loop {
            match context.encoding_step(turns.next().unwrap(), &photo).unwrap() {
                Stage::UnderWay(now) => {
                    assert!(now > fraction, "{now} after {fraction}");
                    fraction = now;
                }
                Stage::New(new) => break context.keep(new),
                Stage::Known(_) => panic!("it was not known before"),
            }
        }
        assert!(matches!(context.encoding_step(&ahead, &photo), Ok(Stage::Known(_))));
        tickets.cancel(JobKind::Encoding);
        assert!(matches!(context.encoding_step(&asked, &photo), Err(Error::Cancelled)));
    }
}

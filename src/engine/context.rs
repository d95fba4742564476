//! What jobs work with: the model in use, the embeddings, and the way out for their events.

use std::sync::Arc;

use crossbeam_channel::Sender;

use super::embeddings::{Embeddings, Subject};
use super::messages::{Event, ModelSource, PhotoRef};
use super::queue::Ticket;
use crate::sam::{Embedding, Encoded, Encoding, Error, Predictor};

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
        // No one listens while the program is closing.
        let _ = self.events.send(event);
        (self.wake)();
    }
}

/// The model in use, and where it comes from.
pub(super) struct LoadedModel {
    pub predictor: Arc<Predictor>,
    pub source: ModelSource,
}

/// What all jobs share.
pub(super) struct Context {
    pub reporter: Reporter,
    pub embeddings: Embeddings,
    pub loaded: Option<LoadedModel>,
    /// The photo that is being encoded, whichever jobs it is for.
    under_way: Option<(Subject, Encoding)>,
}

/// How far the embedding of a photo is.
pub(super) enum Stage {
    /// It existed already.
    Known(Embedding),
    /// The share of the steps that is done, in [0, 1].
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
        Self { reporter, embeddings: Embeddings::new(), loaded: None, under_way: None }
    }

    /// The model in use.
    ///
    /// # Errors
    /// None has been loaded.
    pub fn model(&self) -> Result<Arc<Predictor>, Error> {
        let loaded = self.loaded.as_ref().ok_or_else(|| Error::Network("no model is loaded".into()))?;
        Ok(loaded.predictor.clone())
    }

    /// Finds the embedding of a photo, or does the next step of computing it, from where this or another job has
    /// left it.
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

    /// Drops an encoding that was not finished.
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

//! The embedding of the open photo, the one that is made ahead, and those on disk.

use std::time::{Duration, Instant};

use super::ahead::Ahead;
use crate::engine::{EmbeddingFolder, Engine, PhotoRef};

/// So long after a photo is opened, its encoding has the processor to itself.
const PRECEDENCE: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(in crate::app) struct Encoding {
    /// How far the encoding of the open photo is, in [0, 1].
    fraction: Option<f32>,
    /// The newest request to encode it, and its moment.
    number: u64,
    requested: Option<Instant>,
    /// The photo whose embedding is there.
    photo: Option<u64>,
    pub ahead: Ahead,
    folder: Option<EmbeddingFolder>,
    kept_bytes: Option<u64>,
}

impl Encoding {
    /// Encodes a photo, or a region of it.
    pub fn start(&mut self, photo: PhotoRef, engine: &Engine) {
        (self.fraction, self.photo) = (Some(0.0), None);
        (self.number, self.requested) = (engine.encode(photo), Some(Instant::now()));
    }

    /// How far the encoding under way is, in [0, 1].
    pub fn fraction(&self) -> Option<f32> {
        self.fraction
    }

    pub fn is_running(&self) -> bool {
        self.fraction.is_some()
    }

    /// For how long other work that takes the processor is to wait for the first click, if it is.
    pub fn precedence(&self) -> Option<Duration> {
        let requested = self.requested.filter(|_| self.is_running())?;
        PRECEDENCE.checked_sub(requested.elapsed())
    }

    /// Whether the embedding of a photo is there.
    pub fn has(&self, photo: u64) -> bool {
        self.photo == Some(photo)
    }

    /// Whether the embedding of a photo is there and no other one is being made.
    pub fn is_ready(&self, photo: u64) -> bool {
        self.has(photo) && !self.is_running()
    }

    pub fn progress(&mut self, fraction: f32) {
        self.fraction = Some(fraction);
    }

    /// Something else is being done or has failed, so encoding is over. It may have been for the sake of a prompt.
    pub fn end(&mut self) {
        self.fraction = None;
    }

    pub fn encoded(&mut self, photo: u64) {
        self.end();
        self.photo = Some(photo);
    }

    /// Encoding came to nothing, unless a newer request is under way.
    pub fn ended(&mut self, number: u64) {
        if self.number == number {
            self.end();
        }
    }

    /// Keeps embeddings in a folder, up to this many gigabytes.
    pub fn keep_in(&mut self, folder: EmbeddingFolder, gigabytes: u32, engine: &Engine) {
        self.folder = Some(folder);
        self.limit(gigabytes, engine);
    }

    /// Limits what is kept on disk, if there is a folder for it.
    pub fn limit(&self, gigabytes: u32, engine: &Engine) {
        if let Some(folder) = &self.folder {
            engine.keep_embeddings(folder.clone(), u64::from(gigabytes) * 1_000_000_000);
        }
    }

    /// Embeddings on disk take this much.
    pub fn kept(&mut self, bytes: u64) {
        self.kept_bytes = Some(bytes);
    }

    /// Embeddings on disk, in bytes, once it is known.
    pub fn kept_bytes(&self) -> Option<u64> {
        self.kept_bytes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn an_encoding_has_precedence_until_it_is_done() {
        let engine = Engine::start(|| {});
        let mut encoding = Encoding::default();
        assert_eq!(encoding.precedence(), None);
        encoding.start(PhotoRef { id: 3, pixels: Arc::default(), part: None }, &engine);
        assert!(encoding.precedence().is_some_and(|time| time <= PRECEDENCE));
        encoding.requested = Instant::now().checked_sub(2 * PRECEDENCE);
        assert_eq!(encoding.precedence(), None);
        encoding.start(PhotoRef { id: 4, pixels: Arc::default(), part: None }, &engine);
        encoding.encoded(4);
        assert_eq!(encoding.precedence(), None);
    }
}

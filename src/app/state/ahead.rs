//! The photo that is likely to be opened next: decoded and encoded when idle.

use std::path::{Path, PathBuf};

use crate::app::tasks::{Decoded, Tasks};
use crate::engine::{Engine, PhotoRef};

/// How far the photo is.
enum Step {
    Decoding,
    /// It cannot be read, or not be encoded; opening it will say why.
    Failed,
    Decoded(Decoded),
    Encoding(Decoded, u64),
    Ready(Decoded),
}

/// What is made ready.
#[derive(Default)]
pub(in crate::app) struct Ahead {
    next: Option<(PathBuf, Step)>,
}

impl Ahead {
    /// Goes on with the photo that is likely to be opened next. Call it while nothing else is to be
    /// done.
    pub fn follow(&mut self, target: &Path, tasks: &mut Tasks, engine: &Engine) {
        match &mut self.next {
            Some((path, step)) if path == target => {
                if let Step::Decoded(decoded) = step {
                    let decoded = decoded.clone();
                    // The answer is found again by the pixels.
                    let photo = PhotoRef { id: 0, pixels: decoded.photo.pixels.clone(), part: None };
                    *step = Step::Encoding(decoded, engine.encode_ahead(photo));
                }
            }
            next => {
                *next = Some((target.to_path_buf(), Step::Decoding));
                tasks.decode(target.to_path_buf());
            }
        }
    }

    /// Whether a photo is being encoded.
    pub fn is_encoding(&self) -> bool {
        matches!(self.next, Some((_, Step::Encoding(..))))
    }

    /// The photo, if it has been decoded.
    pub fn decoded(&self, path: &Path) -> Option<Decoded> {
        let (_, step) = self.next.as_ref().filter(|(next, _)| next == path)?;
        match step {
            Step::Decoded(decoded) | Step::Encoding(decoded, _) | Step::Ready(decoded) => {
                Some(decoded.clone())
            }
            Step::Decoding | Step::Failed => None,
        }
    }

    /// Takes a decoded photo in; `None` if it could not be read.
    pub fn receive(&mut self, path: &Path, decoded: Option<Decoded>) {
        if let Some((_, step)) = self.next.as_mut().filter(|(next, _)| next == path) {
            *step = decoded.map_or(Step::Failed, Step::Decoded);
        }
    }

    /// The photo has been encoded.
    pub fn encoded(&mut self, number: u64) {
        self.change(number, Step::Ready);
    }

    /// Encoding was ended by other work; it is tried again.
    pub fn interrupted(&mut self, number: u64) {
        self.change(number, Step::Decoded);
    }

    /// Encoding failed.
    pub fn failed(&mut self, number: u64) {
        self.change(number, |_| Step::Failed);
    }

    fn change(&mut self, number: u64, to: impl FnOnce(Decoded) -> Step) {
        if let Some((_, step)) = &mut self.next
            && let Step::Encoding(decoded, n) = step
            && *n == number
        {
            *step = to(decoded.clone());
        }
    }

    /// What was encoded was for another model.
    pub fn forget_encoding(&mut self) {
        if let Some((_, step)) = &mut self.next
            && let Step::Ready(decoded) = step
        {
            *step = Step::Decoded(decoded.clone());
        }
    }
}

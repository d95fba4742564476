//! What a person says about an object on a frame.

use std::sync::Arc;

use crate::mask::Mask;
use crate::prompt::Prompt;

/// Where an object is on a frame: points and a box, or a mask. All in pixels of the frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cue {
    /// Points and a box that the network answers; of no interest if a mask is given.
    pub prompt: Prompt,
    /// The object itself, at the frame's size: it is taken as it is.
    pub mask: Option<Arc<Mask>>,
    /// The mask that the prompt corrects, if the tracker may have forgotten it: it remembers those of the last
    /// frames.
    pub corrects: Option<Arc<Mask>>,
}

impl Cue {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.prompt.is_empty() && self.mask.is_none()
    }
}

impl From<Prompt> for Cue {
    fn from(prompt: Prompt) -> Self {
        Self { prompt, ..Self::default() }
    }
}

impl From<Arc<Mask>> for Cue {
    fn from(mask: Arc<Mask>) -> Self {
        Self { mask: Some(mask), ..Self::default() }
    }
}

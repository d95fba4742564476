//! A finished mask with what people and networks say about it: the noun that documents, sessions, files of
//! other programs and the command line share.

use std::sync::Arc;

use crate::colour::{Colour, NEUTRAL};
use crate::mask::Mask;
use crate::prompt::Prompt;

/// One object of a photo. Its class stands there by name, or by whatever else `Class` says.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation<Class = String> {
    /// Empty leaves the choice to whoever lists it.
    pub name: String,
    pub class: Option<Class>,
    /// `None` leaves the choice to whoever shows it.
    pub colour: Option<Colour>,
    /// As large as the photo.
    pub mask: Arc<Mask>,
    /// The network's own estimate of the IoU, in [0, 1]; `None` where no network has made the mask.
    pub predicted_iou: Option<f32>,
    /// How little the mask changes with the threshold, in [0, 1]; `None` as above.
    pub stability_score: Option<f32>,
    /// Name of the model that made the mask; `None` where no network has, or nobody has noted it.
    pub model: Option<Arc<str>>,
    /// The prompt that made the mask; empty where none has, or nobody has noted it.
    pub prompt: Prompt,
}

impl<Class> Annotation<Class> {
    /// A mask about which no more is known.
    pub fn new(name: impl Into<String>, mask: impl Into<Arc<Mask>>) -> Self {
        Self {
            name: name.into(),
            class: None,
            colour: None,
            mask: mask.into(),
            predicted_iou: None,
            stability_score: None,
            model: None,
            prompt: Prompt::default(),
        }
    }

    /// The same with another class, or with the same class told in another way.
    pub fn with_class<Other>(self, class: Option<Other>) -> Annotation<Other> {
        let Self { name, class: _, colour, mask, predicted_iou, stability_score, model, prompt } = self;
        Annotation { name, class, colour, mask, predicted_iou, stability_score, model, prompt }
    }

    /// The colour in pictures: its own, or grey.
    pub fn shown_colour(&self) -> Colour {
        self.colour.unwrap_or(NEUTRAL)
    }
}

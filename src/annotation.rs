//! A finished mask with what people and networks say about it: the noun that documents, sessions, files of
//! other programs and the command line share.

use std::sync::Arc;

use crate::attribute::Attributes;
use crate::colour::{Colour, NEUTRAL};
use crate::mask::Mask;
use crate::prompt::Prompt;

/// One object of a photo. Its class is given by name, or in another form (`Class`).
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation<Class = String> {
    /// If empty, the document chooses a name.
    pub name: String,
    pub class: Option<Class>,
    /// If `None`, the document chooses a colour.
    pub colour: Option<Colour>,
    /// At the photo's size.
    pub mask: Arc<Mask>,
    /// The IoU predicted by the network, in [0, 1]; `None` for a mask that does not come from a network.
    pub predicted_iou: Option<f32>,
    /// The stability of the mask when the threshold changes, in [0, 1]; `None` as above.
    pub stability_score: Option<f32>,
    /// Name of the model that made the mask; `None` if it is unknown or there is none.
    pub model: Option<Arc<str>>,
    /// The prompt that made the mask; empty if it is unknown or there is none.
    pub prompt: Prompt,
    pub attributes: Attributes,
}

impl<Class> Annotation<Class> {
    /// An annotation with a name and a mask only.
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
            attributes: Attributes::new(),
        }
    }

    /// The same annotation with another class, or with its class in another form.
    pub fn with_class<Other>(self, class: Option<Other>) -> Annotation<Other> {
        let Self { name, class: _, colour, mask, predicted_iou, stability_score, model, prompt, attributes } =
            self;
        Annotation { name, class, colour, mask, predicted_iou, stability_score, model, prompt, attributes }
    }

    /// The colour in images: its own, or grey.
    pub fn shown_colour(&self) -> Colour {
        self.colour.unwrap_or(NEUTRAL)
    }
}

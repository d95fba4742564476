//! A finished mask with what people and networks say about it: the noun that documents, sessions, files of
//! other programs and the command line share.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::attribute::Attributes;
use crate::colour::{Colour, NEUTRAL};
use crate::mask::Mask;
use crate::prompt::Prompt;
use crate::track::TrackMark;

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
    /// Set while a model has made the mask and no person has accepted, corrected or rejected it yet.
    pub proposal: Option<Proposal>,
    /// Set if the mask shows an object that is followed through a sequence.
    pub track: Option<TrackMark>,
}

/// What is known about a mask that waits for a person's decision.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Proposal {
    /// How sure the detector was of the object, in [0, 1]; `None` if no detector is involved or it did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
}

impl Proposal {
    /// See [`Annotation::certainty`].
    pub fn certainty(self, predicted_iou: Option<f32>) -> f32 {
        predicted_iou.into_iter().chain(self.score).reduce(f32::min).unwrap_or(0.0).clamp(0.0, 1.0)
    }
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
            proposal: None,
            track: None,
            attributes: Attributes::new(),
        }
    }

    /// The same annotation with another class, or with its class in another form.
    pub fn with_class<Other>(self, class: Option<Other>) -> Annotation<Other> {
        let Self {
            name,
            class: _,
            colour,
            mask,
            predicted_iou,
            stability_score,
            model,
            prompt,
            attributes,
            proposal,
            track,
        } = self;
        Annotation {
            name,
            class,
            colour,
            mask,
            predicted_iou,
            stability_score,
            model,
            prompt,
            attributes,
            proposal,
            track,
        }
    }

    /// How certain model and detector are of the mask, in [0, 1]: the lower of their scores; 0 without scores.
    pub fn certainty(&self) -> f32 {
        self.proposal.unwrap_or_default().certainty(self.predicted_iou)
    }

    /// The colour in images: its own, or grey.
    pub fn shown_colour(&self) -> Colour {
        self.colour.unwrap_or(NEUTRAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_certain_score_counts() {
        let with = |predicted_iou, score| {
            let proposal = Some(Proposal { score });
            let mask = Mask::from_fn(1, 1, |_, _| true);
            Annotation::<String> { predicted_iou, proposal, ..Annotation::new("", mask) }.certainty()
        };
        assert_eq!(with(Some(0.9), Some(0.3)), 0.3);
        assert_eq!(with(Some(0.8), None), 0.8);
        assert_eq!(with(None, None), 0.0);
        assert_eq!(with(Some(1.02), None), 1.0, "SAM 1 predicts a little more than 1");
    }
}

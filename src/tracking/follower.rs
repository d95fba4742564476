//! The two ways to follow an object: by the network's memory, or by prompting each frame with the one before.

use std::sync::Arc;

use image::RgbImage;

use super::track::{Sighting, Track};
use crate::mask::Mask;
use crate::prompt::{BoxPrompt, Point, Prompt};
use crate::sam::memory::{Frame, MemoryNetwork, Observation, Place};
use crate::sam::{
    Embedding, Encoded, Encoding, Error, LowRes, Monitor, Output, Prediction, Predictor, Query, Result,
};

/// How much larger than the object its box is on the next frame, as a share of its sides: things move.
const MARGIN: f32 = 0.15;
/// The logit of what is clearly inside a mask prompt: less than for a mask of the same picture, because things move.
const LIKELY: f32 = 4.0;
/// How far an object is expected to go on as it has moved last, at most, as a share of its sides.
const STRIDE: f32 = 0.5;

/// A way to follow objects.
pub(super) enum Follower {
    Memory(Arc<MemoryNetwork>),
    Prompts,
}

/// An encoded frame.
pub(super) enum Image {
    Memory(Frame),
    Photo(Embedding),
}

impl Follower {
    pub fn new(predictor: &Predictor) -> Result<Self> {
        Ok(predictor.memory()?.map_or(Self::Prompts, Self::Memory))
    }

    pub fn start_encoding(&self, predictor: &Predictor, frame: &RgbImage) -> Result<Encoding> {
        match self {
            Self::Memory(_) => predictor.start_encoding_frame(frame),
            Self::Prompts => predictor.start_encoding(frame),
        }
    }

    pub fn image(&self, predictor: &Predictor, encoded: Encoded) -> Result<Image> {
        Ok(match self {
            Self::Memory(network) => Image::Memory(network.frame(encoded.maps, encoded.photo_size)?),
            Self::Prompts => Image::Photo(predictor.embedding(&encoded)?),
        })
    }

    /// Whether the result of an earlier run needs its frame.
    pub fn remembers_frames(&self) -> bool {
        matches!(self, Self::Memory(_))
    }

    /// Answers the cue of a frame.
    pub fn answer(
        &self,
        predictor: &Predictor,
        image: &Image,
        track: &mut Track,
        (frame, frames): (usize, usize),
        monitor: &dyn Monitor,
    ) -> Result<Sighting> {
        let cue = track.cues.get(&frame).cloned().unwrap_or_default();
        let corrected = if cue.mask.is_none() { track.corrected(frame) } else { None };
        match (self, image) {
            (Self::Memory(network), Image::Memory(image)) => {
                // An earlier answer to the cue is no memory.
                track.memory.forget_prompted(frame);
                if let Some(mask) = cue.mask {
                    return taken(network, image, mask);
                }
                let direction = track.correction(frame).filter(|_| track.memory.is_prompted());
                let place = direction.map(|direction| Place { frame, direction, frames });
                let recalled = place.map(|place| (place, &track.memory));
                Ok(by_memory(network.prompt(image, &cue.prompt, corrected.as_ref(), recalled)?))
            }
            (Self::Prompts, Image::Photo(embedding)) => match cue.mask {
                Some(mask) => given(mask, embedding.photo_size()),
                None => {
                    let output = Output::advised(&cue.prompt, Output::Single);
                    let query = Query { prompt: cue.prompt, mask_input: corrected };
                    let prediction = predictor.predict(embedding, &query, output, monitor)?;
                    by_prompt(&prediction, prediction.suggested, embedding.photo_size())
                }
            },
            _ => Err(of_another_model()),
        }
    }

    /// Follows an object to a frame.
    pub fn follow(
        &self,
        predictor: &Predictor,
        image: &Image,
        track: &Track,
        place: Place,
        monitor: &dyn Monitor,
    ) -> Result<Sighting> {
        match (self, image) {
            (Self::Memory(network), Image::Memory(image)) => {
                Ok(by_memory(network.follow(image, place, &track.memory)?))
            }
            (Self::Prompts, Image::Photo(embedding)) => {
                let size = embedding.photo_size();
                let before = track.visible_before(place);
                let Some(expected) = Expected::new(&before, size) else {
                    return given(empty(size).into(), size);
                };
                let mut best: Option<(f64, Sighting)> = None;
                for query in expected.queries() {
                    let prediction = predictor.predict(embedding, &query, Output::All, monitor)?;
                    for candidate in 0..prediction.candidates.len() {
                        let sighting = by_prompt(&prediction, candidate, size)?;
                        let worth = expected.worth(&sighting);
                        if best.as_ref().is_none_or(|(most, _)| worth > *most) {
                            best = Some((worth, sighting));
                        }
                    }
                }
                best.map_or_else(|| given(empty(size).into(), size), |(_, sighting)| Ok(sighting))
            }
            _ => Err(of_another_model()),
        }
    }

    /// The result of an earlier run on a frame; `image` is not needed without a memory.
    pub fn prior(&self, image: Option<&Image>, mask: &Arc<Mask>) -> Result<Sighting> {
        match (self, image) {
            (Self::Memory(network), Some(Image::Memory(image))) => taken(network, image, mask.clone()),
            (Self::Prompts, _) => given(mask.clone(), (mask.width(), mask.height())),
            _ => Err(of_another_model()),
        }
    }
}

fn of_another_model() -> Error {
    Error::Network("the frame was encoded by another model".into())
}

/// A mask that is taken as it is, and remembered.
fn taken(network: &MemoryNetwork, image: &Frame, mask: Arc<Mask>) -> Result<Sighting> {
    let sighting = by_memory(network.accept_mask(image, &mask)?);
    Ok(Sighting { mask, ..sighting })
}

fn by_memory(seen: Observation) -> Sighting {
    Sighting {
        mask: seen.low_res.mask(0.0, 0.0).0.into(),
        low_res: seen.low_res.clone(),
        predicted_iou: seen.predicted_iou,
        object_score: Some(seen.object_score),
        seen: Some(seen),
    }
}

/// A candidate of a prediction; nothing, if there is no such candidate.
fn by_prompt(prediction: &Prediction, candidate: usize, size: (u32, u32)) -> Result<Sighting> {
    let Some(chosen) = prediction.candidates.get(candidate) else { return given(empty(size).into(), size) };
    Ok(Sighting {
        mask: prediction.mask(candidate).0.into(),
        low_res: chosen.low_res.clone(),
        predicted_iou: chosen.predicted_iou,
        object_score: prediction.object_score,
        seen: None,
    })
}

/// A mask that is taken as it is.
fn given(mask: Arc<Mask>, size: (u32, u32)) -> Result<Sighting> {
    if (mask.width(), mask.height()) != size {
        let (width, height) = size;
        return Err(Error::Prompt(format!(
            "the mask has {}x{} pixels, but the frame has {width}x{height}",
            mask.width(),
            mask.height()
        )));
    }
    let low_res = LowRes::of_mask(&mask)?;
    Ok(Sighting { mask, low_res, predicted_iou: 1.0, object_score: None, seen: None })
}

fn empty((width, height): (u32, u32)) -> Mask {
    Mask::from_runs(width, height, [])
}

/// Where an object is expected on a frame, and what it looked like.
struct Expected {
    /// The last mask, moved as the object has moved last, at the frame's size.
    mask: Mask,
    size: (u32, u32),
}

impl Expected {
    /// From where it was visible before, nearest first; `None` if it never was.
    fn new(before: &[(usize, &Sighting)], size: (u32, u32)) -> Option<Self> {
        let (distance, last) = *before.first()?;
        let b = last.mask.bbox()?;
        let most = [b.width(), b.height()].map(|side| STRIDE * side as f32);
        let moved = movement(before).map(|speed| speed * distance as f32);
        let moved = [0, 1].map(|i| moved[i].clamp(-most[i], most[i]).round() as i32);
        // Frames of other sizes are taken for the same picture.
        let mask = if (last.mask.width(), last.mask.height()) == size {
            last.mask.shifted(moved[0], moved[1])
        } else {
            (*last.mask).clone()
        };
        Some(Self { mask: if mask.is_empty() { (*last.mask).clone() } else { mask }, size })
    }

    /// The prompts that are asked: a box and a point, with and without the mask. Without it, the network finds an
    /// object that has moved; with it, it knows which of several objects is meant.
    fn queries(&self) -> Vec<Query> {
        let (Some(b), Some([x, y])) = (self.mask.bbox(), self.mask.inner_point()) else { return vec![] };
        let (width, height) = (self.size.0 as f32, self.size.1 as f32);
        let scale = [width / self.mask.width() as f32, height / self.mask.height() as f32];
        let at = |x: f32, y: f32| [(x * scale[0]).clamp(0.0, width), (y * scale[1]).clamp(0.0, height)];
        let [room_x, room_y] = [b.width(), b.height()].map(|side| MARGIN * side as f32);
        let corner = at(b.x0 as f32 - room_x, b.y0 as f32 - room_y);
        let opposite = at(b.x1 as f32 + room_x, b.y1 as f32 + room_y);
        let [x, y] = at(x, y);
        let prompt = Prompt {
            points: vec![Point { x, y, positive: true }],
            bbox: Some(BoxPrompt::spanning(corner, opposite)),
        };
        let mask_input = LowRes::of_mask_in(&self.mask, self.size, LIKELY).ok();
        let with_mask = mask_input.is_some().then(|| Query { prompt: prompt.clone(), mask_input });
        std::iter::once(prompt.into()).chain(with_mask).collect()
    }

    /// How likely a mask is the object, about [0, 1]: it has the shape of the last one, wherever it is, and the
    /// network expects much of it.
    fn worth(&self, sighting: &Sighting) -> f64 {
        let mask = &*sighting.mask;
        let iou = f64::from(sighting.predicted_iou);
        let is_same_size = (mask.width(), mask.height()) == (self.mask.width(), self.mask.height());
        match (mask.centroid(), self.mask.centroid()) {
            (Some([x, y]), Some([x0, y0])) if is_same_size => {
                let moved = self.mask.shifted((x - x0).round() as i32, (y - y0).round() as i32);
                let both = mask.intersection(&moved).area() as f64;
                both / ((mask.area() + moved.area()) as f64 - both).max(1.0) * iou
            }
            (Some(_), _) if !is_same_size => iou,
            _ => 0.0,
        }
    }
}

/// How far the object has moved last, in pixels a frame.
fn movement(before: &[(usize, &Sighting)]) -> [f32; 2] {
    let [(near, last), (far, earlier), ..] = before else { return [0.0; 2] };
    let is_same_size =
        (last.mask.width(), last.mask.height()) == (earlier.mask.width(), earlier.mask.height());
    match (last.mask.centroid(), earlier.mask.centroid()) {
        (Some([x, y]), Some([x0, y0])) if is_same_size && far > near => {
            [(x - x0) as f32, (y - y0) as f32].map(|moved| moved / (far - near) as f32)
        }
        _ => [0.0; 2],
    }
}

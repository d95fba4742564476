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
                let Some((last, query)) = query(&before, size) else {
                    return given(empty(size).into(), size);
                };
                let prediction = predictor.predict(embedding, &query, Output::All, monitor)?;
                by_prompt(&prediction, most_alike(&prediction, &last.mask), size)
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

/// The candidate that is most like the mask of the frame before, and that the network expects much of: between two
/// frames an object moves a little, but does not become a part of itself.
fn most_alike(prediction: &Prediction, last: &Mask) -> usize {
    let worth = |candidate: usize| {
        let mask = prediction.mask(candidate).0;
        if (mask.width(), mask.height()) != (last.width(), last.height()) {
            return 0.0;
        }
        let both = mask.intersection(last).area() as f64;
        let either = (mask.area() + last.area()) as f64 - both;
        both / either.max(1.0) * f64::from(prediction.candidates[candidate].predicted_iou)
    };
    let all = (0..prediction.candidates.len()).map(|candidate| (candidate, worth(candidate)));
    let best = all.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, worth)| *worth > 0.0);
    best.map_or(prediction.suggested, |(candidate, _)| candidate)
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

/// The prompt for a frame from where the object was visible before, nearest first: a point inside and a box, moved
/// as the object has moved last. The mask itself is no part of it: it would hold the object where it was. `None`
/// if it was never visible.
fn query<'a>(before: &[(usize, &'a Sighting)], (width, height): (u32, u32)) -> Option<(&'a Sighting, Query)> {
    let (distance, last) = *before.first()?;
    let (b, [x, y]) = (last.mask.bbox()?, last.mask.inner_point()?);
    let (width, height) = (width as f32, height as f32);
    // Frames of other sizes are taken for the same picture.
    let scale = [width / last.mask.width() as f32, height / last.mask.height() as f32];
    let [room_x, room_y] = [MARGIN * b.width() as f32, MARGIN * b.height() as f32];
    let [moved_x, moved_y] = movement(before).map(|speed| speed * distance as f32);
    let [most_x, most_y] = [STRIDE * b.width() as f32, STRIDE * b.height() as f32];
    let moved = [moved_x.clamp(-most_x, most_x), moved_y.clamp(-most_y, most_y)];
    let at = |x: f32, y: f32| {
        [((x + moved[0]) * scale[0]).clamp(0.0, width), ((y + moved[1]) * scale[1]).clamp(0.0, height)]
    };
    let corners =
        [at(b.x0 as f32 - room_x, b.y0 as f32 - room_y), at(b.x1 as f32 + room_x, b.y1 as f32 + room_y)];
    let bbox = BoxPrompt::spanning(corners[0], corners[1]);
    let [x, y] = at(x, y);
    let prompt = Prompt { points: vec![Point { x, y, positive: true }], bbox: Some(bbox) };
    Some((last, prompt.into()))
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

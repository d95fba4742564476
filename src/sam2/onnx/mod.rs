//! Encoder and decoder exported to ONNX, behind the same interface as the native network.
//!
//! | | SAM 2 | SAM 1 |
//! | --- | --- | --- |
//! | written by | samexporter | samexporter, `SamOnnxModel` of segment-anything |
//! | encoder gives | `image_embed`, `high_res_feats_0`, `high_res_feats_1` | `image_embeddings`, or one output of any name |
//! | decoder takes | these, `point_coords`, `point_labels`, `mask_input`, `has_mask_input` | `image_embeddings` and the same four |
//! | decoder gives | `masks`, `iou_predictions` | `low_res_masks`, `iou_predictions` |
//! | padding point | appended by the file | given to it |
//!
//! A decoder gives three candidates, these after the single mask, or a single mask; of SAM 1's it is the
//! one that the official exporter selects. The enlarged `masks` of SAM 1's decoders, which need
//! `orig_im_size`, are not computed: the logits are placed in the photo here.
//!
//! The picture is resized here, to the side that the encoder's input has, or, where that varies, sixteen
//! times the embedding that the decoder takes. The layout of the encoder's input tells what its values
//! are:
//!
//! - planes, (1, 3, S, S): red, green, blue, normalised, SAM 1's padding zero;
//! - pixels, (S, S, 3) or (1, S, S, 3), and bytes: red, green, blue from 0 to 255, because the file
//!   normalises and pads (`--use-preprocess`). It is given the whole square with the mean colour as padding,
//!   which becomes zero.

mod dequantise;
mod graph;
mod pair;
mod signature;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tract_onnx::prelude::*;

pub(super) use self::pair::{find_pair, is_meant};
use self::signature::{
    HAS_MASK_INPUT, HIGH_RES, IMAGE_EMBEDDING, IOU_PREDICTIONS, LOW_RES_MASKS, MASK_INPUT, MASKS, Names,
    POINT_COORDS, POINT_LABELS, Signature, Value,
};
use super::config::{Family, MEAN, MOST_PIXELS, STD, STRIDES};
use super::error::{Error, Result};
use super::input::{Fit, InputFormat};
use super::network::{Features, Label, Map, Network, RawMasks, Token, Wanted};
use super::plan::{Monitor, Plan};

/// Numbers of masks that decoders give: a single one, the candidates, both.
const MASK_COUNTS: [usize; 3] = [1, 3, 4];

/// A pair of exported models.
pub(super) struct OnnxPair {
    family: Family,
    picture: Picture,
    encoder: Plan,
    encoder_file: PathBuf,
    decoder: InferenceModel,
    decoder_file: PathBuf,
    /// Kinds of number of the decoder's inputs: the features, then the four of the prompt.
    decoder_numbers: Vec<DatumType>,
    /// Shapes of the encoder's outputs: the embedding, then the high-resolution maps.
    feature_shapes: Vec<Vec<usize>>,
    /// Decoders by their number of points.
    decoders: Mutex<HashMap<usize, Arc<Plan>>>,
}

/// How an encoder takes a picture.
struct Picture {
    side: usize,
    shape: TVec<usize>,
    number: DatumType,
    /// The colours of a pixel lie together.
    in_pixels: bool,
    /// Values go from 0 to 255.
    is_raw: bool,
}

impl Picture {
    /// Reads the layout off the encoder's declared input; `varying` is the side where that leaves it open.
    fn new(input: &Value, varying: Option<usize>) -> Result<Self, String> {
        let name = &input.name;
        let number =
            input.number().ok_or_else(|| format!("its input {name} is of an unknown kind of number"))?;
        let dims = input.dims.as_deref().unwrap_or(&[None, Some(3), None, None]);
        let (height, width, in_pixels) = match *dims {
            [height, width, Some(3)] | [_, height, width, Some(3)] => (height, width, true),
            [Some(3) | None, height, width] | [_, Some(3) | None, height, width] => (height, width, false),
            _ => return Err(format!("its input {name} has the shape {dims:?}; three colours were expected")),
        };
        let side = match (height.or(varying), width.or(varying)) {
            (Some(height), Some(width)) if height != width => {
                return Err(format!("it takes pictures of {width}x{height} pixels; a square is needed"));
            }
            (Some(side), Some(_)) => side,
            _ => return Err("neither its picture nor the decoder's embedding has a fixed size".into()),
        };
        if !(64..=MOST_PIXELS).contains(&side) || !side.is_multiple_of(STRIDES[2]) {
            return Err(format!("its picture has a side of {side} pixels, 64 to {MOST_PIXELS} are possible"));
        }
        let mut shape = if in_pixels { tvec![side, side, 3] } else { tvec![3, side, side] };
        if dims.len() == 4 {
            shape.insert(0, 1);
        }
        Ok(Self { side, shape, number, in_pixels, is_raw: in_pixels || number == DatumType::U8 })
    }

    /// A normalised picture (1, 3, S, S) as the encoder takes it.
    fn given(&self, image: Tensor) -> Result<Tensor> {
        if !self.is_raw {
            return Ok(image.into_shape(&self.shape)?.cast_to_dt(self.number)?.into_owned());
        }
        let view = image.view();
        let values = view.as_slice::<f32>()?;
        let pixels = self.side * self.side;
        let raw = |colour: usize, i: usize| {
            let value = 255.0 * (values[colour * pixels + i] * STD[colour] + MEAN[colour]);
            if self.number.is_float() { value } else { value.round() }
        };
        let raw: Vec<f32> = if self.in_pixels {
            (0..pixels).flat_map(|i| (0..3).map(move |colour| (colour, i))).map(|(c, i)| raw(c, i)).collect()
        } else {
            (0..3).flat_map(|colour| (0..pixels).map(move |i| (colour, i))).map(|(c, i)| raw(c, i)).collect()
        };
        Ok(Tensor::from_shape(&self.shape, &raw)?.cast_to_dt(self.number)?.into_owned())
    }
}

impl OnnxPair {
    /// Opens a pair, given its folder or either file, and runs its decoder once.
    ///
    /// # Errors
    /// The partner is missing, a file is damaged, its inputs and outputs are others, or an operator is not
    /// supported.
    pub fn open(path: &Path) -> Result<Self> {
        let (encoder_file, decoder_file) = find_pair(path)?;
        let (encoder, decoder) = (Signature::read(&encoder_file)?, Signature::read(&decoder_file)?);
        let of_encoder = |cause: String| misfit(&encoder_file, cause);
        let of_decoder = |cause: String| misfit(&decoder_file, cause);
        let has_high_res = HIGH_RES.iter().all(|names| decoder.input(names).is_some());
        let family = if has_high_res { Family::Sam2 } else { Family::Sam1 };

        let feature_inputs = feature_values(&decoder, family, Signature::input).map_err(of_decoder)?;
        let grid = feature_inputs[0].dims.as_ref().and_then(|dims| dims.last().copied().flatten());
        let [image] = &encoder.inputs[..] else { return Err(of_encoder(encoder.describe())) };
        let picture =
            Picture::new(image, grid.map(|grid| grid.saturating_mul(STRIDES[2]))).map_err(of_encoder)?;
        let features = feature_values(&encoder, family, |signature, names| {
            if names == IMAGE_EMBEDDING { signature.embedding() } else { signature.output(names) }
        })
        .map_err(of_encoder)?;

        let encoder = guarded(&encoder_file, || {
            let mut model = graph::load(&encoder_file, &[&image.name], &names_of(&features))?;
            model.set_input_fact(0, InferenceFact::dt_shape(picture.number, picture.shape.clone()))?;
            Ok(model.into_typed()?)
        })?;
        let feature_shapes = feature_shapes(&encoder, picture.side).map_err(of_encoder)?;
        let expected: Vec<_> = feature_inputs.iter().map(|input| input.dims.clone()).collect();
        let fits = |(shape, expected): (&Vec<usize>, &Option<Vec<Option<usize>>>)| {
            let same = |(found, expected): (&usize, &Option<usize>)| expected.is_none_or(|e| e == *found);
            expected.as_ref().is_none_or(|e| e.len() == shape.len() && shape.iter().zip(e).all(same))
        };
        if !feature_shapes.iter().zip(&expected).all(fits) {
            let encoder = encoder_file.display();
            let cause =
                format!("it takes {expected:?}, but {encoder} gives {feature_shapes:?}: they are no pair");
            return Err(of_decoder(cause));
        }

        let prompt = prompt_values(&decoder).map_err(of_decoder)?;
        let inputs: Vec<&Value> = feature_inputs.into_iter().chain(prompt).collect();
        let number = |input: &&Value| {
            input.number().ok_or_else(|| format!("its input {} is of an unknown kind of number", input.name))
        };
        let decoder_numbers = inputs.iter().map(number).collect::<Result<_, _>>().map_err(of_decoder)?;
        let outputs = answers(&decoder, family).map_err(of_decoder)?;
        let decoder =
            guarded(&decoder_file, || graph::load(&decoder_file, &names_of(&inputs), &names_of(&outputs)))?;
        let this = Self {
            family,
            picture,
            encoder: guarded(&encoder_file, || Plan::new(encoder))?,
            encoder_file,
            decoder,
            decoder_file,
            decoder_numbers,
            feature_shapes,
            decoders: Mutex::default(),
        };
        this.try_decoder()?;
        Ok(this)
    }

    /// Answers a click on an empty embedding: whether the decoder runs is better known now than at the first
    /// click, which needs this one anyway.
    fn try_decoder(&self) -> Result<()> {
        let features: Vec<TValue> = self
            .feature_shapes
            .iter()
            .map(|shape| Ok(Tensor::zero::<f32>(shape)?.into()))
            .collect::<Result<_>>()?;
        let click = [([1.0; 2], Label::Positive), ([0.0; 2], Label::Padding)];
        self.decode_one(&features, &click, None, &()).map(drop)
    }

    fn low_res_side(&self) -> usize {
        self.input_format().low_res_side()
    }

    /// The decoder for a number of points, built when it is first asked for.
    fn decoder(&self, points: usize) -> Result<Arc<Plan>> {
        let mut decoders = self.decoders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = decoders.get(&points) {
            return Ok(plan.clone());
        }
        let side = self.low_res_side();
        let mut model = self.decoder.clone();
        let prompt = [vec![1, points, 2], vec![1, points], vec![1, 1, side, side], vec![1]];
        let shapes = self.feature_shapes.iter().chain(&prompt).zip(&self.decoder_numbers);
        for (i, (shape, number)) in shapes.enumerate() {
            model.set_input_fact(i, InferenceFact::dt_shape(*number, shape.clone()))?;
        }
        let plan = Arc::new(Plan::new(model.into_typed()?)?);
        decoders.insert(points, plan.clone());
        Ok(plan)
    }

    /// Logits (n, side, side) and predicted IoU (n) of one prompt, n as in [`MASK_COUNTS`].
    fn decode_one(
        &self,
        features: &[TValue],
        points: &[Token],
        mask_input: Option<&[f32]>,
        monitor: &dyn Monitor,
    ) -> Result<[Vec<f32>; 2]> {
        // SAM 2's file adds its padding point.
        let is_given = |label: Label| self.family == Family::Sam1 || label != Label::Padding;
        let points: Vec<&Token> = points.iter().filter(|(_, label)| is_given(*label)).collect();
        let (count, side) = (points.len(), self.low_res_side());
        let coords: Vec<f32> = points.iter().flat_map(|(at, _)| *at).collect();
        let labels: Vec<f32> = points.iter().map(|(_, label)| *label as i32 as f32).collect();
        let mask = match mask_input {
            Some(logits) => Tensor::from_shape(&[1, 1, side, side], logits)?,
            None => Tensor::zero::<f32>(&[1, 1, side, side])?,
        };
        let has_mask = f32::from(u8::from(mask_input.is_some()));
        let prompt = [
            Tensor::from_shape(&[1, count, 2], &coords)?.into(),
            Tensor::from_shape(&[1, count], &labels)?.into(),
            mask.into(),
            tensor1(&[has_mask]).into(),
        ];
        let values = features.iter().cloned().chain(prompt).zip(&self.decoder_numbers);
        let inputs = values.map(|(value, number)| as_number(value, *number)).collect::<Result<_>>()?;
        let outputs = guarded(&self.decoder_file, || self.decoder(count)?.run(inputs, monitor))?;
        let values = |i: usize| -> Result<Vec<f32>> {
            Ok(outputs[i].cast_to::<f32>()?.view().as_slice::<f32>()?.to_vec())
        };
        let (logits, iou) = (values(0)?, values(1)?);
        if !MASK_COUNTS.contains(&iou.len()) || logits.len() != iou.len() * side * side {
            let (masks, scores) = (outputs[0].shape(), outputs[1].shape());
            let cause = format!(
                "it answers a click with masks {masks:?} and scores {scores:?}; \
                 1, 3 or 4 masks of {side}x{side} were expected"
            );
            return Err(misfit(&self.decoder_file, cause));
        }
        Ok([logits, iou])
    }
}

impl Network for OnnxPair {
    fn family(&self) -> Family {
        self.family
    }

    fn input_format(&self) -> InputFormat {
        let fit = match self.family {
            Family::Sam1 => Fit::Pad,
            Family::Sam2 => Fit::Stretch,
        };
        InputFormat { side: self.picture.side, mean: MEAN, std: STD, fit }
    }

    fn encode(&self, image: Tensor, monitor: &dyn Monitor) -> Result<Vec<Map>> {
        let image = self.picture.given(image)?;
        let outputs = guarded(&self.encoder_file, || self.encoder.run(tvec![image.into()], monitor))?;
        outputs.into_iter().map(|map| Map::try_from(as_number(map, DatumType::F32)?)).collect()
    }

    fn encoded_shapes(&self) -> &[Vec<usize>] {
        &self.feature_shapes
    }

    fn prepare(&self, maps: &[Map]) -> Result<Features> {
        let same = |(map, shape): (&Map, &Vec<usize>)| {
            map.shape == *shape && map.values.len() == shape.iter().product::<usize>()
        };
        if maps.len() != self.feature_shapes.len() || !maps.iter().zip(&self.feature_shapes).all(same) {
            return Err(Error::Network("the embedding was made by another model".into()));
        }
        let value = |map: &Map| Ok(Tensor::from_shape(&map.shape, &map.values)?.into());
        Ok(Features::Exported(maps.iter().map(value).collect::<Result<_>>()?))
    }

    fn decode(
        &self,
        features: &Features,
        prompts: &[Vec<Token>],
        mask_input: Option<&[f32]>,
        wanted: Wanted,
        monitor: &dyn Monitor,
    ) -> Result<Vec<RawMasks>> {
        let Features::Exported(features) = features else {
            return Err(Error::Network("the embedding was made by another model".into()));
        };
        let side = self.low_res_side();
        let one = |points: &Vec<_>| {
            let [logits, iou] = self.decode_one(features, points, mask_input, monitor)?;
            // The file makes all masks in one go; those that nobody asked for are let go.
            let wanted = wanted(&iou);
            let masks = logits.chunks_exact(side * side).enumerate();
            let logits = masks.map(|(i, mask)| wanted.contains(&i).then(|| mask.to_vec().into())).collect();
            Ok(RawMasks { logits, iou, object_score: None })
        };
        prompts.iter().map(one).collect()
    }
}

/// A well-formed file that is none of those that can be run.
fn misfit(file: &Path, cause: String) -> Error {
    Error::Config { file: file.display().to_string(), cause }
}

/// Builds or runs what a file describes. Whatever goes wrong, a panic included, becomes an error that names
/// the file.
fn guarded<T>(file: &Path, run: impl FnOnce() -> Result<T>) -> Result<T> {
    let damaged = |cause: String| Error::Format { file: file.display().to_string(), cause };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Err(Error::Network(cause))) => Err(damaged(cause)),
        Ok(result) => result,
        Err(_) => Err(damaged("the network in it cannot be run".into())),
    }
}

fn as_number(value: TValue, number: DatumType) -> Result<TValue> {
    if value.datum_type() == number {
        return Ok(value);
    }
    Ok(value.cast_to_dt(number)?.into_owned().into())
}

fn names_of<'a>(values: &[&'a Value]) -> Vec<&'a str> {
    values.iter().map(|value| &value.name[..]).collect()
}

/// The maps between encoder and decoder, of whichever file: the embedding, and with SAM 2 the
/// high-resolution maps.
fn feature_values<'a>(
    signature: &'a Signature,
    family: Family,
    find: impl Fn(&'a Signature, Names) -> Option<&'a Value>,
) -> Result<Vec<&'a Value>, String> {
    let high_res = HIGH_RES.iter().copied().filter(|_| family == Family::Sam2);
    let found = |names: Names| find(signature, names).ok_or_else(|| missing(signature, names));
    [IMAGE_EMBEDDING].into_iter().chain(high_res).map(found).collect()
}

fn missing(signature: &Signature, names: Names) -> String {
    format!("{} is missing; {}", names[0], signature.describe())
}

/// Shapes of the encoder's outputs: (1, channels, side, side), at the strides of the network.
fn feature_shapes(encoder: &TypedModel, side: usize) -> Result<Vec<Vec<usize>>, String> {
    let strides = [STRIDES[2], STRIDES[0], STRIDES[1]];
    let outputs = encoder.output_outlets().map_err(|e| format!("{e:#}"))?.len();
    (0..outputs)
        .zip(strides)
        .map(|(i, stride)| {
            let fact = encoder.output_fact(i).map_err(|e| format!("{e:#}"))?;
            let shape = fact.shape.as_concrete().ok_or("its outputs have no fixed size")?;
            let cells = side / stride;
            match shape {
                [1, _, height, width] if *height == cells && *width == cells => {
                    Ok(shape.to_vec())
                }
                _ => Err(format!(
                    "it turns a picture of {side}x{side} pixels into {shape:?}; {cells}x{cells} cells were expected"
                )),
            }
        })
        .collect()
}

/// The decoder's inputs that are the prompt.
fn prompt_values(decoder: &Signature) -> Result<[&Value; 4], String> {
    let find = |names: Names| decoder.input(names).ok_or_else(|| missing(decoder, names));
    let coords = find(POINT_COORDS)?;
    if let Some([_, Some(points), _]) = coords.dims.as_deref() {
        return Err(format!(
            "it only takes prompts of {points} points; export it with a varying number of points (dynamic_axes)"
        ));
    }
    Ok([coords, find(POINT_LABELS)?, find(MASK_INPUT)?, find(HAS_MASK_INPUT)?])
}

/// The decoder's outputs that are the low-resolution logits and the predicted IoU.
fn answers(decoder: &Signature, family: Family) -> Result<[&Value; 2], String> {
    let find = |names: Names| decoder.output(names).ok_or_else(|| missing(decoder, names));
    let iou = find(IOU_PREDICTIONS)?;
    let logits = match (family, &decoder.outputs[..]) {
        (Family::Sam2, _) => decoder.output(LOW_RES_MASKS).or(decoder.output(MASKS)),
        // The official script names three outputs, of which the third is the logits unless it writes
        // extra metrics: then these are the third and fourth, and the logits the fifth, without a name.
        (Family::Sam1, [.., logits]) if decoder.outputs.len() == 5 => Some(logits),
        (Family::Sam1, _) => decoder.output(LOW_RES_MASKS),
    };
    Ok([logits.ok_or_else(|| missing(decoder, LOW_RES_MASKS))?, iou])
}

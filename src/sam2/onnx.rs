//! Encoder and decoder exported to ONNX, as `samexporter` writes them and annotation programs ship
//! them, behind the same interface as the native network.
//!
//! The encoder takes `image` (1, 3, S, S) and gives `high_res_feats_0`, `high_res_feats_1` and
//! `image_embed`. The decoder takes these, `point_coords` and `point_labels` for one prompt,
//! `mask_input` (1, 1, S/4, S/4) and `has_mask_input`, and gives `masks` (the three candidates) and
//! `iou_predictions`. It appends the padding point itself.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tract_onnx::prelude::*;

use super::config::{Family, MEAN, MOST_PIXELS, STD};
use super::error::{Error, Result};
use super::input::{Fit, InputFormat};
use super::network::{Features, Label, Map, Network, RawMasks, Token, Wanted};
use super::plan::{Monitor, Plan};

const ENCODER_INPUTS: [&str; 1] = ["image"];
const ENCODER_OUTPUTS: [&str; 3] = ["image_embed", "high_res_feats_0", "high_res_feats_1"];
const DECODER_INPUTS: [&str; 7] = [
    "image_embed",
    "high_res_feats_0",
    "high_res_feats_1",
    "point_coords",
    "point_labels",
    "mask_input",
    "has_mask_input",
];
const DECODER_OUTPUTS: [&str; 2] = ["masks", "iou_predictions"];
const CANDIDATES: usize = 3;

/// Whether a path names an ONNX file, or a folder that would have to hold a pair of them.
pub(super) fn is_meant(path: &Path) -> bool {
    path.is_dir() || path.extension().is_some_and(|e| e.eq_ignore_ascii_case("onnx"))
}

/// A pair of exported models.
pub(super) struct OnnxPair {
    image_size: usize,
    encoder: Plan,
    decoder: InferenceModel,
    decoder_file: PathBuf,
    /// Shapes of the encoder's outputs, in the order of [`ENCODER_OUTPUTS`].
    feature_shapes: Vec<TVec<usize>>,
    /// Decoders by their number of points.
    decoders: Mutex<HashMap<usize, Arc<Plan>>>,
}

impl OnnxPair {
    /// Opens a pair, given its folder or either file.
    ///
    /// # Errors
    /// The partner is missing, a file is damaged, or its inputs and outputs are others.
    pub fn open(path: &Path) -> Result<Self> {
        let (encoder_file, decoder_file) = find_pair(path)?;
        let encoder = load(&encoder_file, &ENCODER_INPUTS, &ENCODER_OUTPUTS)?;
        let decoder = load(&decoder_file, &DECODER_INPUTS, &DECODER_OUTPUTS)?;
        let wrong = |cause: String| Error::Format { file: encoder_file.display().to_string(), cause };
        let failed = |e: TractError| wrong(format!("{e:#}"));
        let shape = encoder.input_fact(0).map_err(failed)?.shape.as_concrete_finite().map_err(failed)?;
        let image_size = match shape.as_deref() {
            Some([1, 3, h, w]) if h == w && *h >= 64 && *h <= MOST_PIXELS && h % 16 == 0 => *h,
            other => return Err(wrong(format!("`image` is {other:?}, a square (1, 3, S, S) was expected"))),
        };
        let encoder = encoder.into_typed().map_err(failed)?;
        let mut feature_shapes = vec![];
        for i in 0..ENCODER_OUTPUTS.len() {
            let fact = encoder.output_fact(i).map_err(failed)?;
            let shape =
                fact.shape.as_concrete().ok_or_else(|| wrong("its outputs have no fixed size".into()))?;
            feature_shapes.push(shape.iter().copied().collect());
        }
        let this = Self {
            image_size,
            encoder: Plan::new(encoder).map_err(|e| wrong(e.to_string()))?,
            decoder,
            decoder_file,
            feature_shapes,
            decoders: Mutex::default(),
        };
        // The first click needs this one; building it here also finds a pair that does not fit.
        this.decoder(1)?;
        Ok(this)
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
        let build = || -> TractResult<TypedModel> {
            let prompt = [tvec![1, points, 2], tvec![1, points], tvec![1, 1, side, side], tvec![1]];
            for (i, shape) in self.feature_shapes.iter().chain(&prompt).enumerate() {
                model.set_input_fact(i, InferenceFact::dt_shape(f32::datum_type(), shape.clone()))?;
            }
            model.into_typed()
        };
        let file = || self.decoder_file.display().to_string();
        let typed = build().map_err(|e| Error::Format { file: file(), cause: format!("{e:#}") })?;
        let plan = Arc::new(Plan::new(typed)?);
        decoders.insert(points, plan.clone());
        Ok(plan)
    }

    /// Logits (3, side, side) and predicted IoU (3) of one prompt.
    fn decode_one(
        &self,
        features: &[TValue],
        points: &[Token],
        mask_input: Option<&[f32]>,
        monitor: &dyn Monitor,
    ) -> Result<[Vec<f32>; 2]> {
        // The decoder's file pads by itself.
        let points: Vec<&Token> = points.iter().filter(|(_, label)| *label != Label::Padding).collect();
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
        let inputs = features.iter().cloned().chain(prompt).collect();
        let outputs = self.decoder(count)?.run(inputs, monitor)?;
        let values = |i: usize, expected: usize| -> Result<Vec<f32>> {
            let values = outputs[i].clone().into_tensor().view().as_slice::<f32>()?.to_vec();
            if values.len() != expected {
                let name = DECODER_OUTPUTS[i];
                let cause = format!("`{name}` has {} values, {expected} were expected", values.len());
                return Err(Error::Format { file: self.decoder_file.display().to_string(), cause });
            }
            Ok(values)
        };
        Ok([values(0, CANDIDATES * side * side)?, values(1, CANDIDATES)?])
    }
}

impl Network for OnnxPair {
    fn family(&self) -> Family {
        Family::Sam2
    }

    fn input_format(&self) -> InputFormat {
        InputFormat { side: self.image_size, mean: MEAN, std: STD, fit: Fit::Stretch }
    }

    fn encode(&self, image: Tensor, monitor: &dyn Monitor) -> Result<Vec<Map>> {
        self.encoder.run(tvec![image.into()], monitor)?.into_iter().map(Map::try_from).collect()
    }

    fn prepare(&self, maps: &[Map]) -> Result<Features> {
        let same = |(map, shape): (&Map, &TVec<usize>)| {
            map.shape[..] == shape[..] && map.values.len() == shape.iter().product::<usize>()
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

/// Encoder and decoder file of a pair, which differ only in `encoder` and `decoder` in their names.
pub(super) fn find_pair(path: &Path) -> Result<(PathBuf, PathBuf)> {
    let wrong = |cause: String| Error::Format { file: path.display().to_string(), cause };
    let named = |path: &Path, part: &str| {
        path.file_name().is_some_and(|n| n.to_string_lossy().to_lowercase().contains(part))
    };
    let file = if path.is_dir() {
        let entries = std::fs::read_dir(path)
            .map_err(|cause| Error::Unreadable { file: path.display().to_string(), cause })?;
        let mut encoders: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|file| !file.is_dir() && is_meant(file) && named(file, "encoder"))
            .collect();
        encoders.sort();
        match &encoders[..] {
            [one] => one.clone(),
            [] => {
                return Err(wrong(
                    "the folder holds no file with `encoder` in its name that ends in .onnx".into(),
                ));
            }
            [_, ..] => {
                return Err(wrong("the folder holds several encoders; choose one of the files".into()));
            }
        }
    } else {
        path.to_path_buf()
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (this, other) = if named(&file, "encoder") { ("encoder", "decoder") } else { ("decoder", "encoder") };
    let partner_name = [(this, other), (&capitalised(this), &capitalised(other))]
        .iter()
        .find(|(this, _)| name.contains(this))
        .map(|(this, other)| name.replace(this, other))
        .ok_or_else(|| {
            wrong("an ONNX model needs `encoder` or `decoder` in its name, to find its partner".into())
        })?;
    let partner = file.with_file_name(partner_name);
    for needed in [&file, &partner] {
        if !needed.is_file() {
            return Err(wrong(format!(
                "its partner {} is missing; put both files into one folder",
                needed.display()
            )));
        }
    }
    Ok(if this == "encoder" { (file, partner) } else { (partner, file) })
}

fn capitalised(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// Parses a model and puts its inputs and outputs into the given order.
fn load(file: &Path, inputs: &[&str], outputs: &[&str]) -> Result<InferenceModel> {
    let wrong = |cause: String| Error::Format { file: file.display().to_string(), cause };
    let failed = |e: TractError| wrong(format!("{e:#}"));
    let model = tract_onnx::onnx().model_for_path(file).map_err(failed)?;
    let found = |outlets: &[OutletId]| -> Vec<String> {
        outlets
            .iter()
            .map(|o| model.outlet_label(*o).unwrap_or(&model.node(o.node).name).to_owned())
            .collect()
    };
    let found_inputs = found(model.input_outlets().map_err(failed)?);
    let found_outputs = found(model.output_outlets().map_err(failed)?);
    let same = |found: &[String], expected: &[&str]| {
        found.len() == expected.len() && expected.iter().all(|name| found.iter().any(|f| f == name))
    };
    if !same(&found_inputs, inputs) || !same(&found_outputs, outputs) {
        return Err(wrong(format!(
            "its inputs are {found_inputs:?} and its outputs {found_outputs:?}; expected were {inputs:?} and {outputs:?}"
        )));
    }
    let position = |found: &[String], name: &&str| found.iter().position(|f| f == name).unwrap_or(0);
    let input_outlets: Vec<OutletId> =
        inputs.iter().map(|n| model.inputs[position(&found_inputs, n)]).collect();
    let output_outlets: Vec<OutletId> =
        outputs.iter().map(|n| model.outputs[position(&found_outputs, n)]).collect();
    model
        .with_input_outlets(&input_outlets)
        .and_then(|m| m.with_output_outlets(&output_outlets))
        .map_err(failed)
}

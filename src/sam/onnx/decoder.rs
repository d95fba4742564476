//! The exported decoder: a prompt in, logits and predicted IoU out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tract_onnx::prelude::*;

use super::signature::{
    HAS_MASK_INPUT, IOU_PREDICTIONS, LOW_RES_MASKS, MASK_INPUT, MASKS, Names, POINT_COORDS, POINT_LABELS,
    Signature, Value,
};
use super::{as_number, feature_values, graph, guarded, misfit, missing, names_of};
use crate::sam::error::Result;
use crate::sam::network::{self, CANDIDATES, Family, Label, Monitor, Token};
use crate::sam::plan::Plan;

/// Numbers of masks that decoders give: a single one, the candidates, both.
const MASK_COUNTS: [usize; 3] = [1, CANDIDATES, network::MASKS];

/// A decoder's file, ready to run.
pub(super) struct Decoder {
    file: PathBuf,
    family: Family,
    /// Side of the low-resolution logits.
    side: usize,
    model: InferenceModel,
    /// Shapes of the inputs that are the encoder's outputs.
    feature_shapes: Vec<Vec<usize>>,
    /// Kinds of number of the inputs: the features, then the four of the prompt.
    numbers: Vec<DatumType>,
    /// Graphs by their number of points.
    plans: Mutex<HashMap<usize, Arc<Plan>>>,
}

impl Decoder {
    /// Opens a file for the encoder that gives maps of these shapes, and runs it once. `side` is that of the
    /// logits.
    ///
    /// # Errors
    /// The file is damaged, belongs to another encoder, or has other inputs and outputs than expected.
    pub fn open(
        file: &Path,
        signature: &Signature,
        family: Family,
        side: usize,
        feature_shapes: &[Vec<usize>],
    ) -> Result<Self> {
        let wrong = |cause: String| misfit(file, cause);
        let features = feature_values(signature, family, Signature::input).map_err(wrong)?;
        check_features(&features, feature_shapes).map_err(wrong)?;
        let prompt = prompt_values(signature).map_err(wrong)?;
        let inputs: Vec<&Value> = features.into_iter().chain(prompt).collect();
        let outputs = answers(signature, family).map_err(wrong)?;
        let this = Self {
            file: file.to_path_buf(),
            family,
            side,
            model: guarded(file, || graph::load(file, &names_of(&inputs), &names_of(&outputs)))?,
            feature_shapes: feature_shapes.to_vec(),
            numbers: inputs.iter().map(|input| input.number()).collect::<Result<_, _>>().map_err(wrong)?,
            plans: Mutex::default(),
        };
        this.try_click()?;
        Ok(this)
    }

    /// Answers a click on an empty embedding: whether the decoder runs is better known now than at the first
    /// click, which needs this graph anyway.
    fn try_click(&self) -> Result<()> {
        let empty = |shape: &Vec<usize>| Ok(Tensor::zero::<f32>(shape)?.into());
        let features: Vec<TValue> = self.feature_shapes.iter().map(empty).collect::<Result<_>>()?;
        let click = [([1.0; 2], Label::Positive), ([0.0; 2], Label::Padding)];
        self.decode(&features, &click, None, &()).map(drop)
    }

    /// The graph for a number of points, built when it is first asked for.
    fn plan(&self, points: usize) -> Result<Arc<Plan>> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.get(&points) {
            return Ok(plan.clone());
        }
        let mut model = self.model.clone();
        let prompt = [vec![1, points, 2], vec![1, points], vec![1, 1, self.side, self.side], vec![1]];
        let shapes = self.feature_shapes.iter().chain(&prompt).zip(&self.numbers);
        for (i, (shape, number)) in shapes.enumerate() {
            model.set_input_fact(i, InferenceFact::dt_shape(*number, shape.clone()))?;
        }
        let plan = Arc::new(Plan::new(model.into_typed()?)?);
        plans.insert(points, plan.clone());
        Ok(plan)
    }

    /// Logits (n, side, side) and predicted IoU (n) of one prompt, n as in [`MASK_COUNTS`].
    pub fn decode(
        &self,
        features: &[TValue],
        points: &[Token],
        mask_input: Option<&[f32]>,
        monitor: &dyn Monitor,
    ) -> Result<[Vec<f32>; 2]> {
        // SAM 2's file adds its padding point.
        let is_given = |label: Label| self.family == Family::Sam1 || label != Label::Padding;
        let points: Vec<&Token> = points.iter().filter(|(_, label)| is_given(*label)).collect();
        let (count, side) = (points.len(), self.side);
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
        let values = features.iter().cloned().chain(prompt).zip(&self.numbers);
        let inputs = values.map(|(value, number)| as_number(value, *number)).collect::<Result<_>>()?;
        let outputs = guarded(&self.file, || self.plan(count)?.run(inputs, monitor))?;
        let values = |i: usize| -> Result<Vec<f32>> {
            Ok(outputs[i].cast_to::<f32>()?.view().as_slice::<f32>()?.to_vec())
        };
        let (logits, iou) = (values(0)?, values(1)?);
        if !MASK_COUNTS.contains(&iou.len()) || logits.len() != iou.len() * side * side {
            let (masks, scores) = (outputs[0].shape(), outputs[1].shape());
            let cause = format!(
                "for a click it returns masks {masks:?} and scores {scores:?}; 1, 3 or 4 masks of \
                 {side}x{side} were expected"
            );
            return Err(misfit(&self.file, cause));
        }
        Ok([logits, iou])
    }
}

/// Whether declared inputs take maps of these shapes.
fn check_features(inputs: &[&Value], shapes: &[Vec<usize>]) -> Result<(), String> {
    for (input, shape) in inputs.iter().zip(shapes) {
        let Some(dims) = &input.dims else { continue };
        let same = |(dim, found): (&Option<usize>, &usize)| dim.is_none_or(|dim| dim == *found);
        if dims.len() != shape.len() || !dims.iter().zip(shape).all(same) {
            let expected: Vec<String> =
                dims.iter().map(|dim| dim.map_or("any".into(), |dim| dim.to_string())).collect();
            let (name, expected) = (&input.name, expected.join(", "));
            return Err(format!(
                "its {name} is [{expected}], but its encoder outputs {shape:?}: they do not belong together"
            ));
        }
    }
    Ok(())
}

/// The decoder's inputs that are the prompt.
fn prompt_values(decoder: &Signature) -> Result<[&Value; 4], String> {
    let find = |names: Names| decoder.input(names).ok_or_else(|| missing(decoder, names));
    let coords = find(POINT_COORDS)?;
    if let Some([_, Some(points), _]) = coords.dims.as_deref() {
        return Err(format!(
            "it only accepts prompts of {points} points; export it with a variable number of points \
             (dynamic_axes)"
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

//! The exported encoder: its input and its maps.

use std::path::{Path, PathBuf};

use tract_onnx::prelude::*;

use super::signature::{IMAGE_EMBEDDING, Signature, Value};
use super::{as_number, feature_values, graph, guarded, misfit, names_of};
use crate::sam::config::{MEAN, MOST_PIXELS, MOST_VALUES, STD};
use crate::sam::error::Result;
use crate::sam::network::{EncoderRun, Family, Map, STRIDES};
use crate::sam::plan::{Plan, Run};

/// An encoder's file, ready to run.
pub(super) struct Encoder {
    file: PathBuf,
    plan: Plan,
    picture: Picture,
    /// Shapes of the outputs: the embedding, then the high-resolution maps.
    pub shapes: Vec<Vec<usize>>,
}

impl Encoder {
    /// Opens a file; `varying` is the side of the picture where the file leaves it open.
    ///
    /// # Errors
    /// The file is damaged, or its picture or maps have another shape than those of a network.
    pub fn open(file: &Path, signature: &Signature, family: Family, varying: Option<usize>) -> Result<Self> {
        let wrong = |cause: String| misfit(file, cause);
        let [image] = &signature.inputs[..] else { return Err(wrong(signature.describe())) };
        let picture = Picture::new(image, varying).map_err(wrong)?;
        let outputs = feature_values(signature, family, |signature, names| {
            if names == IMAGE_EMBEDDING { signature.embedding() } else { signature.output(names) }
        });
        let outputs = outputs.map_err(wrong)?;
        let model = guarded(file, || {
            let mut model = graph::load(file, &[&image.name], &names_of(&outputs))?;
            model.set_input_fact(0, InferenceFact::dt_shape(picture.number, picture.shape.clone()))?;
            Ok(model.into_typed()?)
        })?;
        let shapes = feature_shapes(&model, picture.side).map_err(wrong)?;
        let plan = guarded(file, || Plan::new(model))?;
        Ok(Self { file: file.to_path_buf(), plan, picture, shapes })
    }

    /// Side of the picture, in pixels.
    pub fn side(&self) -> usize {
        self.picture.side
    }

    /// Begins to run on a normalised picture (1, 3, S, S).
    pub fn start(&self, image: Tensor) -> Result<Box<dyn EncoderRun>> {
        let image = self.picture.given(image)?;
        let run = guarded(&self.file, || self.plan.start(tvec![image.into()]))?;
        Ok(Box::new(GuardedRun { file: self.file.clone(), run }))
    }
}

/// A run whose errors name the file.
struct GuardedRun {
    file: PathBuf,
    run: Run,
}

impl EncoderRun for GuardedRun {
    fn is_done(&self) -> bool {
        self.run.is_done()
    }

    fn fraction(&self) -> f32 {
        self.run.fraction()
    }

    fn step(&mut self) -> Result<()> {
        guarded(&self.file, || self.run.step())
    }

    fn finish(self: Box<Self>) -> Result<Vec<Map>> {
        let Self { file, run } = *self;
        let outputs = guarded(&file, || run.outputs())?;
        outputs.into_iter().map(|map| Map::try_from(as_number(map, DatumType::F32)?)).collect()
    }
}

/// How an encoder takes a picture.
pub(super) struct Picture {
    pub side: usize,
    pub shape: TVec<usize>,
    number: DatumType,
    /// The colours of a pixel lie together.
    in_pixels: bool,
    /// Values go from 0 to 255.
    pub is_raw: bool,
}

impl Picture {
    /// Reads the layout off the encoder's declared input; `varying` is the side where that leaves it open.
    pub fn new(input: &Value, varying: Option<usize>) -> Result<Self, String> {
        let name = &input.name;
        let number = input.number()?;
        let dims = input.dims.as_deref().unwrap_or(&[None, Some(3), None, None]);
        let (height, width, in_pixels) = match *dims {
            [height, width, Some(3)] | [_, height, width, Some(3)] => (height, width, true),
            [Some(3) | None, height, width] | [_, Some(3) | None, height, width] => (height, width, false),
            _ => return Err(format!("its input {name} has the shape {dims:?}; three colours were expected")),
        };
        let side = match (height.or(varying), width.or(varying)) {
            (Some(height), Some(width)) if height != width => {
                return Err(format!("its input has {width}x{height} pixels; a square was expected"));
            }
            (Some(side), Some(_)) => side,
            _ => return Err("neither its input nor the decoder's embedding has a fixed size".into()),
        };
        if !(64..=MOST_PIXELS).contains(&side) || !side.is_multiple_of(STRIDES[2]) {
            return Err(format!("its input has a side of {side} pixels; 64 to {MOST_PIXELS} are supported"));
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

/// Shapes of the encoder's outputs: (1, channels, side, side), at the strides of the network.
///
/// # Errors
/// They are others, or larger than those of any network.
pub(super) fn feature_shapes(encoder: &TypedModel, side: usize) -> Result<Vec<Vec<usize>>, String> {
    let strides = [STRIDES[2], STRIDES[0], STRIDES[1]];
    let outputs = encoder.output_outlets().map_err(|e| format!("{e:#}"))?.len();
    (0..outputs)
        .zip(strides)
        .map(|(i, stride)| {
            let fact = encoder.output_fact(i).map_err(|e| format!("{e:#}"))?;
            let shape = fact.shape.as_concrete().ok_or("its outputs have no fixed size")?;
            let cells = side / stride;
            match shape {
                [1, channels, height, width] if *height == cells && *width == cells => {
                    let values = channels.saturating_mul(cells * cells);
                    if values > MOST_VALUES {
                        return Err(format!("its map of {shape:?} is far larger than that of any network"));
                    }
                    Ok(shape.to_vec())
                }
                _ => Err(format!(
                    "it turns {side}x{side} pixels into {shape:?}; {cells}x{cells} cells were expected"
                )),
            }
        })
        .collect()
}

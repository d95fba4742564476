//! Encoder and decoder exported to ONNX, with the same interface as the native network.
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

mod decoder;
mod dequantise;
mod encoder;
mod graph;
mod pair;
mod signature;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use tract_onnx::prelude::{DatumType, TValue, Tensor};

use self::decoder::Decoder;
use self::encoder::Encoder;
pub(super) use self::pair::{find_pair, is_meant};
use self::signature::{HIGH_RES, IMAGE_EMBEDDING, Names, Role, Signature, Value};
use super::config::{MEAN, STD};
use super::error::{Error, Result};
use super::network::{
    EncoderRun, Family, Features, InputFormat, Map, Monitor, Network, RawMasks, STRIDES, Token, Wanted,
    foreign_embedding,
};

/// Outputs of an exported encoder, as the decoder's file takes them.
struct Maps(Vec<TValue>);

impl Features for Maps {
    fn bytes(&self) -> usize {
        self.0.iter().map(|map| map.len() * size_of::<f32>()).sum()
    }
}

/// A pair of exported models.
pub(super) struct OnnxPair {
    input_format: InputFormat,
    family: Family,
    encoder: Encoder,
    decoder: Decoder,
}

impl OnnxPair {
    /// Opens a pair, given its folder or either file, and runs its decoder once.
    ///
    /// # Errors
    /// The other file is missing; a file is damaged or has unexpected inputs or outputs; an operator is not
    /// supported.
    pub fn open(path: &Path) -> Result<Self> {
        let (encoder_file, decoder_file) = find_pair(path)?;
        let (encoder, decoder) = (Signature::read(&encoder_file)?, Signature::read(&decoder_file)?);
        let Some(Role::Decoder(family)) = decoder.role() else {
            return Err(misfit(&decoder_file, decoder.describe()));
        };
        let embedding = decoder.input(IMAGE_EMBEDDING).and_then(|input| input.dims.as_ref());
        let cells = embedding.and_then(|dims| dims.last().copied().flatten());
        let varying = cells.map(|cells| cells.saturating_mul(STRIDES[2]));
        let encoder = Encoder::open(&encoder_file, &encoder, family, varying)?;
        let input_format = InputFormat { side: encoder.side(), mean: MEAN, std: STD, fit: family.fit() };
        let side = input_format.low_res_side();
        let decoder = Decoder::open(&decoder_file, &decoder, family, side, &encoder.shapes)?;
        Ok(Self { input_format, family, encoder, decoder })
    }
}

impl Network for OnnxPair {
    fn family(&self) -> Family {
        self.family
    }

    fn input_format(&self) -> InputFormat {
        self.input_format
    }

    fn start(&self, image: Tensor) -> Result<Box<dyn EncoderRun>> {
        self.encoder.start(image)
    }

    fn encoded_shapes(&self) -> &[Vec<usize>] {
        &self.encoder.shapes
    }

    fn prepare(&self, maps: &[Map]) -> Result<Arc<dyn Features>> {
        let same = |(map, shape): (&Map, &Vec<usize>)| {
            map.shape == *shape && map.values.len() == shape.iter().product::<usize>()
        };
        if maps.len() != self.encoder.shapes.len() || !maps.iter().zip(&self.encoder.shapes).all(same) {
            return Err(foreign_embedding());
        }
        let value = |map: &Map| Ok(Tensor::from_shape(&map.shape, &map.values)?.into());
        Ok(Arc::new(Maps(maps.iter().map(value).collect::<Result<_>>()?)))
    }

    fn decode(
        &self,
        features: &dyn Features,
        prompts: &[Vec<Token>],
        mask_input: Option<&[f32]>,
        wanted: Wanted,
        monitor: &dyn Monitor,
    ) -> Result<Vec<RawMasks>> {
        let Maps(features) = features.of()?;
        let side = self.input_format.low_res_side();
        let one = |points: &Vec<_>| {
            let [logits, iou] = self.decoder.decode(features, points, mask_input, monitor)?;
            // The file computes all masks at once; those that are not wanted are dropped.
            let wanted = wanted(&iou);
            let masks = logits.chunks_exact(side * side).enumerate();
            let logits = masks.map(|(i, mask)| wanted.contains(&i).then(|| mask.to_vec().into())).collect();
            Ok(RawMasks { logits, iou, object_score: None })
        };
        prompts.iter().map(one).collect()
    }
}

/// The error for a valid file that is not supported.
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
        Err(_) => Err(damaged("the network is not supported".into())),
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

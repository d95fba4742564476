//! The network of a sequence: answers prompts on a frame, and follows objects to the next.
//!
//! Follows `track_step`, `_forward_sam_heads` and `_use_mask_as_output` in `sam2/modeling/sam2_base.py`, with the
//! options of the published configurations for videos.

use std::sync::OnceLock;

use super::object::Recalled;
use super::{
    FrameStart, MaskSource, Memory, MemoryAttention, MemoryEncoder, ObjectMemory, Place, Pointers, Remembered,
};
use crate::mask::Mask;
use crate::prompt::Prompt;
use crate::sam::decoder::plain::{Inputs, PlainDecoder};
use crate::sam::error::{Error, Result};
use crate::sam::input::{LowRes, Placement, antialiased};
use crate::sam::network::{Family, Fit, InputFormat, Label, Map, STRIDES, Token};
use crate::sam::numeric::rows;
use crate::sam::prediction::{best, is_stable};
use crate::sam::prompt_encoder::{MaskEncoder, PromptEncoder};
use crate::sam::query::{MASK_INPUT_LIMIT, check_prompt, tokens};
use crate::sam::weights::Weights;

/// A tensor that networks with a memory have.
const MARK: &str = "maskmem_tpos_enc";
/// `NO_OBJ_SCORE`: the logit of a mask where the object is absent.
const ABSENT: f32 = -1024.0;
/// Logits of a mask that was given: shares times this plus the next.
const GIVEN_SCALE: f32 = 20.0;
const GIVEN_BIAS: f32 = -10.0;
/// Without a prompt the official code gives an empty point, and pads it like any other.
const EMPTY: [Token; 2] = [([0.0; 2], Label::Padding); 2];
/// More points than this are not ambiguous (`multimask_max_pt_num`).
const AMBIGUOUS_POINTS: usize = 1;

/// The maps of a frame, for any number of objects.
#[derive(Debug)]
pub struct Frame {
    /// (cells, d), without `no_mem_embed`.
    embedding: Vec<f32>,
    /// At strides 4 and 8.
    high_res: Option<[Vec<f32>; 2]>,
    photo_size: (u32, u32),
    start: OnceLock<FrameStart>,
}

impl Frame {
    /// Width and height of the frame, in pixels.
    pub fn photo_size(&self) -> (u32, u32) {
        self.photo_size
    }
}

/// An object on a frame.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The mask is where these are above 0.
    pub low_res: LowRes,
    /// The network's estimate of the mask's IoU with the truth, in [0, 1]; 1 for a mask that was given.
    pub predicted_iou: f32,
    /// Logit of "the object is there"; above 0 means yes.
    pub object_score: f32,
    /// (d)
    pub pointer: Vec<f32>,
    pub memory: Memory,
}

/// What `_forward_sam_heads` returns before the object score has its say.
struct Heads {
    low_res: Vec<f32>,
    iou: f32,
    object_score: f32,
    /// Of the mask, (d).
    token: Vec<f32>,
}

/// SAM 2's network for sequences, without the encoder of frames.
pub struct MemoryNetwork {
    input_format: InputFormat,
    attention: MemoryAttention,
    encoder: MemoryEncoder,
    pointers: Pointers,
    prompts: PromptEncoder,
    masks: MaskEncoder,
    decoder: PlainDecoder,
    /// `no_mem_embed`, (d)
    no_memory: Vec<f32>,
    /// `mask_downsample`: kernel and bias.
    mask_downsample: (Vec<f32>, f32),
    /// (cells, d)
    image_position: Vec<f32>,
    /// (cells, d)
    no_mask: Vec<f32>,
}

impl MemoryNetwork {
    /// Whether these weights have a memory.
    pub(crate) fn is_in(weights: &Weights) -> bool {
        weights.config().family == Family::Sam2 && weights.has(MARK)
    }

    /// Reads its weights.
    ///
    /// # Errors
    /// A tensor that is missing or has another shape than the configuration asks for.
    pub fn new(weights: &Weights) -> Result<Self> {
        let (config, memory) = (weights.config(), weights.config().memory);
        let (d, side, stride) = (config.d_model, config.embedding_side(), STRIDES[0]);
        let prompts = PromptEncoder::new(weights)?;
        let kernel = weights.values("mask_downsample.weight", &[1, 1, stride, stride])?;
        let bias = weights.values("mask_downsample.bias", &[1])?[0];
        Ok(Self {
            input_format: config.input_format(),
            attention: MemoryAttention::new(weights, memory)?,
            encoder: MemoryEncoder::new(weights, memory)?,
            pointers: Pointers::new(weights, memory)?,
            masks: MaskEncoder::new(weights)?,
            decoder: PlainDecoder::new(weights)?,
            no_memory: weights.values("no_mem_embed", &[1, 1, d])?,
            mask_downsample: (kernel, bias),
            image_position: prompts.dense_position(side),
            no_mask: prompts.no_mask().repeat(side * side),
            prompts,
        })
    }

    /// The encoder's maps of a frame of this width and height.
    ///
    /// # Errors
    /// They belong to another network.
    pub fn frame(&self, maps: Vec<Map>, photo_size: (u32, u32)) -> Result<Frame> {
        let mut maps = maps.into_iter().map(|map| map.values);
        let (embedding, high_res) = (maps.next(), maps.next().zip(maps.next()));
        let mut embedding = embedding.ok_or_else(|| Error::Network("the encoder returned no maps".into()))?;
        // The encoder adds it for photos, which have no memory.
        for cell in embedding.chunks_exact_mut(self.no_memory.len()) {
            rows::add_scaled(cell, &self.no_memory, -1.0);
        }
        let high_res = high_res.map(|(stride4, stride8)| [stride4, stride8]);
        Ok(Frame { embedding, high_res, photo_size, start: OnceLock::new() })
    }

    /// Follows an object to a frame.
    ///
    /// # Errors
    /// [`Error::Prompt`] if nothing is remembered of the object.
    pub fn follow(&self, frame: &Frame, place: Place, object: &ObjectMemory) -> Result<Observation> {
        let image = self.conditioned(frame, place, object)?;
        let heads = self.heads(frame, &image, &EMPTY, None, true)?;
        self.seen(frame, heads, MaskSource::Logits)
    }

    /// Like [`MemoryNetwork::follow`], with this object score.
    #[cfg(test)]
    pub(super) fn absent(
        &self,
        frame: &Frame,
        place: Place,
        object: &ObjectMemory,
        object_score: f32,
    ) -> Result<Observation> {
        let image = self.conditioned(frame, place, object)?;
        let heads = self.heads(frame, &image, &EMPTY, None, true)?;
        self.seen(frame, Heads { object_score, ..heads }, MaskSource::Logits)
    }

    /// Answers points and a box on a frame. Where the object was followed to this frame, `recalled` says how, and
    /// the answer takes into account what is remembered of it. `previous` is an answer to refine.
    ///
    /// # Errors
    /// [`Error::Prompt`] if the prompt is empty or extends beyond the frame.
    pub fn prompt(
        &self,
        frame: &Frame,
        prompt: &Prompt,
        previous: Option<&LowRes>,
        recalled: Option<(Place, &ObjectMemory)>,
    ) -> Result<Observation> {
        check_prompt(prompt, frame.photo_size)?;
        let placement = self.placement(frame);
        let image = match recalled {
            Some((place, object)) => self.conditioned(frame, place, object)?,
            None => {
                let mut image = frame.embedding.clone();
                for cell in image.chunks_exact_mut(self.no_memory.len()) {
                    rows::add(cell, &self.no_memory);
                }
                image
            }
        };
        let limited = |x: &f32| x.clamp(-MASK_INPUT_LIMIT, MASK_INPUT_LIMIT);
        let previous: Option<Vec<f32>> =
            previous.map(|logits| logits.placed(&placement).iter().map(limited).collect());
        let tokens = tokens(prompt, Family::Sam2, &placement);
        let points = tokens.iter().filter(|(_, label)| *label != Label::Padding).count();
        let heads = self.heads(frame, &image, &tokens, previous.as_deref(), points <= AMBIGUOUS_POINTS)?;
        self.seen(frame, heads, MaskSource::Prompt)
    }

    /// Takes a mask, at the frame's size, as it is.
    ///
    /// # Errors
    /// [`Error::Prompt`] if the mask has another size than the frame.
    pub fn accept_mask(&self, frame: &Frame, mask: &Mask) -> Result<Observation> {
        let size = (mask.width(), mask.height());
        if size != frame.photo_size {
            let [found, expected] = [size, frame.photo_size].map(|(w, h)| format!("{w}x{h}"));
            let cause = format!("the mask has {found} pixels, but the frame has {expected}");
            return Err(Error::Prompt(cause));
        }
        let side = self.input_format.side;
        let shares = in_square(mask, side);
        let prompt = self.downsampled(&shares);
        let heads = self.heads(frame, &frame.embedding, &EMPTY, Some(&prompt), false)?;
        let is_there = shares.iter().any(|share| *share > 0.0);
        let pointer = self.pointers.pointer(&heads.token, is_there && heads.object_score > 0.0);
        let logits: Vec<f32> = shares.iter().map(|share| share * GIVEN_SCALE + GIVEN_BIAS).collect();
        let low_res_side = self.input_format.low_res_side();
        let low_res = antialiased(&logits, (side, side), (low_res_side, low_res_side));
        let object_score = GIVEN_SCALE * f32::from(is_there) + GIVEN_BIAS;
        let memory = self.remember(frame, &low_res, MaskSource::Prompt, is_there)?;
        let low_res = LowRes::new(low_res, self.placement(frame))?;
        Ok(Observation { low_res, predicted_iou: 1.0, object_score, pointer, memory })
    }

    fn placement(&self, frame: &Frame) -> Placement {
        self.input_format.placement(frame.photo_size)
    }

    /// The embedding of a frame with what is remembered of an object, (cells, d).
    pub(super) fn conditioned(&self, frame: &Frame, place: Place, object: &ObjectMemory) -> Result<Vec<f32>> {
        if !object.is_prompted() {
            return Err(Error::Prompt("the object has no prompt to be followed from".into()));
        }
        let Recalled { prompted, followed, pointers } = object.recall(place);
        let (tokens, times) = self.pointers.tokens(&pointers, place.frames);
        let pointers = (!tokens.is_empty()).then_some((&tokens[..], &times[..]));
        let start = frame.start.get_or_init(|| self.attention.start(&frame.embedding));
        let remembered = Remembered { prompted: &prompted, followed: &followed, pointers };
        Ok(self.attention.condition(start, &remembered))
    }

    /// `_forward_sam_heads`; `mask` are logits (S/4, S/4). The best of three candidates is taken where the prompt
    /// is ambiguous, otherwise the single mask.
    fn heads(
        &self,
        frame: &Frame,
        image: &[f32],
        tokens: &[Token],
        mask: Option<&[f32]>,
        is_ambiguous: bool,
    ) -> Result<Heads> {
        let side = self.input_format.side / STRIDES[2];
        let dense = mask.map(|logits| self.masks.dense(logits, side));
        let outputs = self.decoder.predict_masks(&Inputs {
            image,
            image_position: &self.image_position,
            high_res: frame.high_res.as_ref().map(|[stride4, stride8]| [&stride4[..], stride8]),
            sparse: &self.prompts.sparse(tokens),
            dense: dense.as_deref().unwrap_or(&self.no_mask),
        })?;
        let count = outputs.iou.len();
        let of_mask = |values: &[f32], mask: usize| {
            let width = values.len() / count;
            values[mask * width..][..width].to_vec()
        };
        let candidate = 1 + best(outputs.iou[1..].iter().copied());
        // The token of the single mask makes the pointer even where a candidate takes that mask's place.
        let (mask, token) = if is_ambiguous {
            (candidate, candidate)
        } else if is_stable(&of_mask(&outputs.masks, 0)) {
            (0, 0)
        } else {
            (candidate, 0)
        };
        Ok(Heads {
            low_res: of_mask(&outputs.masks, mask),
            iou: outputs.iou[mask],
            // Networks that tell none always see something.
            object_score: outputs.object_score.unwrap_or(f32::INFINITY),
            token: of_mask(&outputs.mask_tokens, token),
        })
    }

    fn seen(&self, frame: &Frame, heads: Heads, source: MaskSource) -> Result<Observation> {
        let Heads { mut low_res, iou, object_score, token } = heads;
        let is_there = object_score > 0.0;
        if !is_there {
            low_res.fill(ABSENT);
        }
        let pointer = self.pointers.pointer(&token, is_there);
        let memory = self.remember(frame, &low_res, source, is_there)?;
        let low_res = LowRes::new(low_res, self.placement(frame))?;
        Ok(Observation { low_res, predicted_iou: iou, object_score, pointer, memory })
    }

    /// The memory of a mask's logits, (S/4, S/4).
    fn remember(&self, frame: &Frame, low_res: &[f32], source: MaskSource, is_there: bool) -> Result<Memory> {
        let side = self.input_format.side;
        let square = Placement::new(Fit::Stretch, side, (side as u32, side as u32));
        let logits = LowRes::new(low_res.to_vec(), square)?.in_photo();
        Ok(self.encoder.encode(&frame.embedding, &logits, source, is_there))
    }

    /// `mask_downsample` of a mask's shares, (S, S).
    fn downsampled(&self, shares: &[f32]) -> Vec<f32> {
        let (side, stride) = (self.input_format.side, STRIDES[0]);
        let (kernel, bias) = &self.mask_downsample;
        let pixel = |y: usize, x: usize| {
            let row = |dy: usize| &shares[(y * stride + dy) * side + x * stride..][..stride];
            let taps =
                kernel.chunks_exact(stride).enumerate().flat_map(|(dy, taps)| row(dy).iter().zip(taps));
            taps.map(|(share, weight)| share * weight).sum::<f32>() + bias
        };
        (0..side / stride).flat_map(|y| (0..side / stride).map(move |x| pixel(y, x))).collect()
    }
}

/// A mask in the network's square, (S, S): 1 where at least half of a pixel is set, otherwise 0.
fn in_square(mask: &Mask, side: usize) -> Vec<f32> {
    let (width, height) = (mask.width() as usize, mask.height() as usize);
    let mut values = vec![0f32; width * height];
    for (y, [start, end]) in mask.all_runs() {
        values[y as usize * width..][start as usize..end as usize].fill(1.0);
    }
    let mut square = antialiased(&values, (width, height), (side, side));
    square.iter_mut().for_each(|share| *share = f32::from(*share >= 0.5));
    square
}

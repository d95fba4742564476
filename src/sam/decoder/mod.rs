//! The mask decoder: prompt tokens and image cells attend to each other twice, then the mask tokens
//! are turned into masks, predicted IoUs and an object score.
//!
//! Computes what `sam2/modeling/sam/mask_decoder.py` and `transformer.py` define. [`plain`] does so in the
//! official order. The program uses the folded decoder in the rest of this folder: everything that only
//! depends on the image is computed once per image (`image_side`), the additions of a prompt to the image's
//! cells are stored as a few coordinates per cell (`basis`), and the cells are processed in tiles that fit
//! the processor's caches (`passes`), in one pass for each time that the tokens need all of them. The
//! upscaling to masks (`mask_head`) is the last pass, only for masks that are wanted according to their
//! predicted IoU.
//!
//! `docs/decoder.md` derives this order from the official one, formula by formula.

mod basis;
mod image_side;
pub(super) mod layers;
mod mask_head;
mod matrices;
mod passes;
pub mod plain;
mod run;
mod tokens;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use self::basis::{Both, First, centred_out};
use self::image_side::{ImageSide, ImageTile, ImageWeights};
use self::layers::Norm;
use self::mask_head::{HighResTile, MaskHead};
use self::run::Run;
use self::tokens::{TokenLayer, TokenToImage};
use super::error::{Error, Result};
use super::network::{Features, MASKS, Monitor, Wanted};
use super::numeric::tile::{GRANULE, padded};
use super::prompt_encoder::{MaskEncoder, PromptEncoder};
use super::weights::Weights;

const PREFIX: &str = "sam_mask_decoder";
/// Transformer layers that the passes are made for; all published networks have as many.
const LAYERS: usize = 2;

/// Prompts that go through the passes together, so that weights and image are read once for all.
const PROMPTS_TOGETHER: usize = 8;

/// The sizes of a decoder and, once they are known, of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    pub d: usize,
    /// Channels of attention between tokens and image, half of d.
    pub narrow: usize,
    pub heads: usize,
    /// Channels of a head.
    pub head: usize,
    /// Side of the embedding, in cells.
    pub side: usize,
    pub cells: usize,
    /// The decoder's own tokens, which come before the prompt's: object score, if it tells one, predicted
    /// IoU, masks.
    pub own_tokens: usize,
    /// Tokens of a prompt, the decoder's own included.
    pub tokens: usize,
}

impl Sizes {
    /// Index of the token that predicts the IoU; those of the masks follow.
    fn iou_token(&self) -> usize {
        self.own_tokens - MASKS - 1
    }

    /// Softmax rows of a prompt.
    fn rows(&self) -> usize {
        self.heads * self.tokens
    }

    /// Whether a cell's coordinates are mixed values and not softmax weights; see [`basis`].
    fn coordinates_are_mixed(&self) -> bool {
        self.rows() > self.narrow
    }

    /// Coordinates that an image-to-token attention adds to each cell.
    fn rank(&self) -> usize {
        self.rows().min(self.narrow)
    }

    /// Stride of the coordinates of both attentions and the constant one.
    fn all_stride(&self) -> usize {
        padded(2 * self.rank() + 1)
    }

    /// Distance between the cells of a tile's values.
    fn values_stride(&self) -> usize {
        3 * padded(self.narrow)
    }

    /// Columns around any head's channels, in whole granules.
    fn window(&self) -> usize {
        let of_head =
            |h: usize| ((h + 1) * self.head).next_multiple_of(GRANULE) - h * self.head / GRANULE * GRANULE;
        (0..self.heads).map(of_head).max().unwrap_or(GRANULE)
    }

    fn softmax_scale(&self) -> f32 {
        (self.head as f32).sqrt().recip()
    }
}

/// An image as the decoder takes it.
#[derive(Clone)]
pub(super) struct Prepared {
    image: Arc<ImageSide>,
    /// One for each tile, or a single one for all where the network has no high-resolution maps.
    high_res: Arc<Vec<HighResTile>>,
}

impl Features for Prepared {
    fn bytes(&self) -> usize {
        let tiles = self.image.tiles.iter().map(ImageTile::numbers);
        let high_res = self.high_res.iter().map(HighResTile::numbers);
        tiles.chain(high_res).sum::<usize>() * size_of::<f32>()
    }
}

impl Prepared {
    fn high_res(&self, tile: usize) -> &HighResTile {
        &self.high_res[tile % self.high_res.len()]
    }

    /// The encoder's embedding, (cells, d).
    #[cfg(test)]
    pub fn embedding(&self, cells: usize) -> Vec<f32> {
        self.image.embedding(cells)
    }
}

/// The decoder's answer to a prompt.
pub(super) struct Decoded {
    /// Logits (S/4, S/4) of the masks that were wanted.
    pub logits: [Option<Vec<f32>>; MASKS],
    pub iou: [f32; MASKS],
    pub object_score: Option<f32>,
}

/// The weights, made ready.
pub(super) struct Decoder {
    sizes: Sizes,
    image: ImageWeights,
    /// The decoder's own tokens, ([`Sizes::own_tokens`], d).
    own_tokens: Vec<f32>,
    layers: [TokenLayer; LAYERS],
    last: TokenToImage,
    last_norm: Norm,
    /// Layer 0's image-to-token `out_proj`, centred, and after the first norm's scales.
    out0: (Vec<f32>, Vec<f32>),
    /// Layer 1's, centred.
    out1: Vec<f32>,
    head: MaskHead,
    /// Buffers of former runs.
    spare: Mutex<Vec<Vec<f32>>>,
}

impl Decoder {
    /// Reads and folds the weights.
    ///
    /// # Errors
    /// A tensor that is missing or misshapen; a network of other proportions than all published ones.
    pub fn new(weights: &Weights, prompts: &PromptEncoder, masks: &MaskEncoder) -> Result<Self> {
        let config = weights.config();
        let (d, heads, side) = (config.d_model, config.decoder.num_heads, config.embedding_side());
        if config.decoder.depth != LAYERS || !d.is_multiple_of(GRANULE) {
            let cause = format!(
                "`decoder_depth` is {} and `d_model` {d}; {LAYERS} and a multiple of {GRANULE} can be run",
                config.decoder.depth
            );
            return Err(Error::Config { file: weights.name().to_owned(), cause });
        }
        let narrow = d / 2;
        let own_tokens = usize::from(config.decoder.object_score) + 1 + MASKS;
        let head = narrow / heads;
        let sizes = Sizes { d, narrow, heads, head, side, cells: side * side, own_tokens, tokens: 0 };
        let transformer = format!("{PREFIX}.transformer");
        let norm = |i: usize| Norm::new(weights, &format!("{transformer}.layers.{i}.norm4"), d);
        let (norm1, norm2) = (norm(0)?, norm(1)?);
        let layer = |i: usize, before: Option<&Norm>| {
            let mlp_dim = config.decoder.mlp_dim;
            TokenLayer::new(weights, &format!("{transformer}.layers.{i}"), &sizes, mlp_dim, before)
        };
        let out = |i: usize| {
            let name = format!("{transformer}.layers.{i}.cross_attn_image_to_token.out_proj.weight");
            Ok::<_, Error>(centred_out(&weights.values(&name, &[d, narrow])?, narrow, &norm1.gamma))
        };
        let token =
            |name: &str, count: usize| weights.values(&format!("{PREFIX}.{name}.weight"), &[count, d]);
        let object = if config.decoder.object_score { token("obj_score_token", 1)? } else { vec![] };
        Ok(Self {
            image: ImageWeights::new(weights, sizes, prompts, masks)?,
            own_tokens: [object, token("iou_token", 1)?, token("mask_tokens", MASKS)?].concat(),
            layers: [layer(0, None)?, layer(1, Some(&norm1))?],
            last: TokenToImage::new(
                weights,
                &format!("{transformer}.final_attn_token_to_image"),
                d,
                Some(&norm2),
            )?,
            last_norm: Norm::new(weights, &format!("{transformer}.norm_final_attn"), d)?,
            out0: out(0)?,
            out1: out(1)?.0,
            head: MaskHead::new(weights, sizes, &norm2)?,
            sizes,
            spare: Mutex::default(),
        })
    }

    /// Makes the encoder's outputs ready for any number of prompts: (cells, d), and if the network has
    /// them (16 * cells, d / 8) and (4 * cells, d / 4); `None` when they are not these.
    pub fn prepare(&self, maps: &[&[f32]]) -> Option<Prepared> {
        let whole = self.sizes.cells * self.sizes.d;
        let (embedding, high_res) = match *maps {
            [embedding] => (embedding, None),
            [embedding, stride4, stride8] => (embedding, Some([stride4, stride8])),
            _ => return None,
        };
        let fit = high_res.is_none_or(|maps| maps.map(<[f32]>::len) == [2 * whole, whole]);
        if embedding.len() != whole || !fit || high_res.is_some() != self.head.takes_high_res() {
            return None;
        }
        Some(Prepared {
            image: Arc::new(self.image.image_side(embedding)),
            high_res: Arc::new(self.head.high_res(high_res)),
        })
    }

    /// Side of the embedding, in cells.
    pub fn side(&self) -> usize {
        self.sizes.side
    }

    /// The image with a mask prompt laid over it; `channels` come from
    /// [`MaskEncoder::channels`].
    pub fn with_mask(&self, prepared: &Prepared, channels: &[Vec<f32>]) -> Prepared {
        Prepared {
            image: Arc::new(self.image.with_mask(&prepared.image, channels)),
            high_res: prepared.high_res.clone(),
        }
    }

    /// Answers prompts, whose sparse tokens, (tokens, d) each, are equally many. `wanted` tells, of
    /// the predicted IoUs, which masks to make.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the monitor said so.
    pub fn decode(
        &self,
        prepared: &Prepared,
        sparse: &[Vec<f32>],
        wanted: Wanted,
        monitor: &dyn Monitor,
    ) -> Result<Vec<Decoded>> {
        // Few groups share all threads among the tiles of each; many take a thread each, so that no
        // more of them are under way, with their memory, than there are threads.
        let spread = sparse.len().div_ceil(PROMPTS_TOGETHER) < rayon::current_num_threads();
        let groups: Vec<_> = sparse
            .par_chunks(PROMPTS_TOGETHER)
            .map(|sparse| {
                let mut buffer = self.spare().pop().unwrap_or_default();
                let run = Run { decoder: self, prepared, sparse, spread, monitor };
                let answers = run.answers(&mut buffer, wanted);
                self.spare().push(buffer);
                answers
            })
            .collect::<Result<_>>()?;
        Ok(groups.into_iter().flatten().collect())
    }

    /// What layer 0's image-to-token attention adds with a prompt's `values`, (tokens, d / 2).
    fn first(&self, sizes: &Sizes, values: &[f32]) -> First {
        First::new(sizes, &self.out0.0, &self.out0.1, self.image.offset(), values)
    }

    /// What layer 1's and all before adds.
    fn both(&self, sizes: &Sizes, first: &First, values: &[f32]) -> Both {
        Both::new(sizes, first, &self.out1, self.image.offset(), values)
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Vec<f32>>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

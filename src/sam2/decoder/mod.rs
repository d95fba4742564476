//! The mask decoder: prompt tokens and image cells look at each other twice, then the mask tokens
//! are turned into masks, predicted IoUs and an object score.
//!
//! Computes what `sam2/modeling/sam/mask_decoder.py` and `transformer.py` define, in another order:
//! what depends on the image alone is made once an image ([`image_side`]), what a prompt adds to the
//! image's cells is kept as a few coordinates for each ([`basis`]), and the cells are gone through in
//! tiles that fit the processor's caches ([`passes`]), as often as the tokens have to have seen all of
//! them. The upscaling to masks ([`mask_head`]) is the last such pass, and only made for masks that
//! are wanted once their predicted IoU is known.

mod basis;
mod image_side;
mod layers;
mod mask_head;
mod passes;
mod tokens;

use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use self::basis::{Both, First, centred_out};
use self::image_side::{ImageSide, ImageWeights};
use self::layers::Norm;
use self::mask_head::{HighResTile, MaskHead, PIXELS};
use self::passes::{Cells, Gathered, Looks, Place, Scratch, first_pass, look, second_pass};
use self::tokens::{TokenLayer, TokenToImage, add, sum};
use super::error::{Error, Result};
use super::kernels::{GRANULE, WIDTH, padded};
use super::plan::Monitor;
use super::prompt::{MaskEncoder, PromptEncoder};
use super::weights::Weights;

const PREFIX: &str = "sam_mask_decoder";
/// `mlp_dim` and `iou_head_hidden_dim` of the official classes.
const MLP_WIDTH: usize = 2048;
const IOU_HEAD_WIDTH: usize = 256;
/// Transformer layers that the passes are made for; all published networks have as many.
const LAYERS: usize = 2;
/// The single mask (0) and the three candidates (1 to 3).
pub(super) const MASKS: usize = 4;
/// Object score, predicted IoU and the masks come before the prompt's own tokens.
const OUTPUT_TOKENS: usize = 2 + MASKS;

/// Prompts that go through the passes together, so that weights and image are read once for all.
const PROMPTS_TOGETHER: usize = 8;
/// Tiles that are one job for a thread.
const TILES_TOGETHER: usize = 8;

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
    /// Tokens of a prompt, the decoder's own included.
    pub tokens: usize,
}

impl Sizes {
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
    high_res: Arc<Vec<HighResTile>>,
}

#[cfg(test)]
impl Prepared {
    /// The encoder's embedding, (cells, d).
    pub fn embedding(&self, cells: usize) -> Vec<f32> {
        self.image.embedding(cells)
    }
}

/// The decoder's answer to a prompt.
pub(super) struct Decoded {
    /// Logits (S/4, S/4) of the masks that were wanted.
    pub logits: [Option<Vec<f32>>; MASKS],
    pub iou: [f32; MASKS],
    pub object_score: f32,
}

/// The weights, made ready.
pub(super) struct Decoder {
    sizes: Sizes,
    image: ImageWeights,
    /// The decoder's own tokens, ([`OUTPUT_TOKENS`], d).
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
        let (d, heads, side) = (config.d_model, config.decoder_num_heads, config.embedding_side());
        if config.decoder_depth != LAYERS || !d.is_multiple_of(GRANULE) {
            let cause = format!(
                "`decoder_depth` is {} and `d_model` {d}; {LAYERS} and a multiple of {GRANULE} can be run",
                config.decoder_depth
            );
            return Err(Error::Config { file: weights.name().to_owned(), cause });
        }
        let narrow = d / 2;
        let sizes = Sizes { d, narrow, heads, head: narrow / heads, side, cells: side * side, tokens: 0 };
        let transformer = format!("{PREFIX}.transformer");
        let norm = |i: usize| Norm::new(weights, &format!("{transformer}.layers.{i}.norm4"), d);
        let (norm1, norm2) = (norm(0)?, norm(1)?);
        let layer = |i: usize, before: Option<&Norm>| {
            TokenLayer::new(weights, &format!("{transformer}.layers.{i}"), &sizes, before)
        };
        let out = |i: usize| {
            let name = format!("{transformer}.layers.{i}.cross_attn_image_to_token.out_proj.weight");
            Ok::<_, Error>(centred_out(&weights.values(&name, &[d, narrow])?, narrow, &norm1.gamma))
        };
        let token =
            |name: &str, count: usize| weights.values(&format!("{PREFIX}.{name}.weight"), &[count, d]);
        Ok(Self {
            image: ImageWeights::new(weights, sizes, prompts, masks)?,
            own_tokens: [token("obj_score_token", 1)?, token("iou_token", 1)?, token("mask_tokens", MASKS)?]
                .concat(),
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

    /// Makes the encoder's outputs ready for any number of prompts: (cells, d),
    /// (16 * cells, d / 8) and (4 * cells, d / 4).
    pub fn prepare(&self, embedding: &[f32], high_res_0: &[f32], high_res_1: &[f32]) -> Prepared {
        Prepared {
            image: Arc::new(self.image.image_side(embedding)),
            high_res: Arc::new(self.head.high_res(high_res_0, high_res_1)),
        }
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
        wanted: &(dyn Fn(&[f32]) -> Vec<usize> + Sync),
        monitor: &dyn Monitor,
    ) -> Result<Vec<Decoded>> {
        let groups: Vec<_> = sparse
            .par_chunks(PROMPTS_TOGETHER)
            .map(|sparse| self.decode_group(prepared, sparse, wanted, monitor))
            .collect::<Result<_>>()?;
        Ok(groups.into_iter().flatten().collect())
    }

    fn decode_group(
        &self,
        prepared: &Prepared,
        sparse: &[Vec<f32>],
        wanted: &(dyn Fn(&[f32]) -> Vec<usize> + Sync),
        monitor: &dyn Monitor,
    ) -> Result<Vec<Decoded>> {
        let d = self.sizes.d;
        let count = OUTPUT_TOKENS + sparse[0].len() / d;
        let sizes = &Sizes { tokens: count, ..self.sizes };
        let position: Vec<f32> =
            sparse.iter().flat_map(|sparse| self.own_tokens.iter().chain(sparse)).copied().collect();
        let of_prompt = |i: usize, values: &[f32]| -> std::ops::Range<usize> {
            let size = values.len() / sparse.len();
            i * size..(i + 1) * size
        };
        let mut run =
            Run { decoder: self, sizes, prepared, prompts: sparse.len(), state: self.buffer(), monitor };
        run.state.resize(prepared.image.tiles.len() * run.tile_size(), 0.0);
        let [layer0, layer1] = &self.layers;
        let mut tokens = position.clone();

        layer0.attend(&mut tokens, &position, count, true);
        let queries = layer0.look.queries(sizes, &sum(&tokens, &position));
        let gathered = run.pass(0, |at, i, _, gathered, scratch| {
            look(sizes, at.image, &queries[of_prompt(i, &queries)], at.valid, gathered, scratch);
        })?;
        let mixed: Vec<f32> =
            gathered.into_iter().flat_map(|gathered| layer0.look.mixed(sizes, gathered, None)).collect();
        layer0.digest(&mut tokens, &mixed);

        let keys = layer0.be_seen.keys(sizes, &sum(&tokens, &position));
        let values = layer0.be_seen.values(&tokens);
        let offset = self.image.offset();
        let first: Vec<First> = (0..sparse.len())
            .map(|i| First::new(sizes, &self.out0.0, &self.out0.1, offset, &values[of_prompt(i, &values)]))
            .collect();
        layer1.attend(&mut tokens, &position, count, false);
        let queries = layer1.look.queries(sizes, &sum(&tokens, &position));
        let on_first =
            |i: usize| layer1.look.on_coordinates(sizes, &queries[of_prompt(i, &queries)], &first[i].plain);
        let queries_on: Vec<_> = (0..sparse.len()).map(on_first).collect();
        let gathered = run.pass(first[0].plain.stride(), |at, i, cells, gathered, scratch| {
            let looks = Looks {
                keys: &keys[of_prompt(i, &keys)],
                values: &values[of_prompt(i, &values)],
                keys_on_coordinates: &[],
                queries: &queries[of_prompt(i, &queries)],
                queries_on_coordinates: &queries_on[i],
            };
            first_pass(sizes, at, &first[i], &looks, cells, gathered, scratch);
        })?;
        let mixed = gathered.into_iter().zip(&first);
        let mixed: Vec<f32> = mixed
            .flat_map(|(gathered, first)| layer1.look.mixed(sizes, gathered, Some(&first.plain)))
            .collect();
        layer1.digest(&mut tokens, &mixed);

        let keys = layer1.be_seen.keys(sizes, &sum(&tokens, &position));
        let values = layer1.be_seen.values(&tokens);
        let both: Vec<Both> = (0..sparse.len())
            .map(|i| Both::new(sizes, &first[i], &self.out1, offset, &values[of_prompt(i, &values)]))
            .collect();
        let on_first =
            |i: usize| layer1.be_seen.on_coordinates(sizes, &keys[of_prompt(i, &keys)], &first[i].plain);
        let keys_on: Vec<_> = (0..sparse.len()).map(on_first).collect();
        let queries = self.last.queries(sizes, &sum(&tokens, &position));
        let on_both =
            |i: usize| self.last.on_coordinates(sizes, &queries[of_prompt(i, &queries)], &both[i].all);
        let queries_on: Vec<_> = (0..sparse.len()).map(on_both).collect();
        let offset_squared = offset.iter().map(|x| x * x).sum::<f32>();
        let gathered = run.pass(both[0].all.stride(), |at, i, cells, gathered, scratch| {
            let looks = Looks {
                keys: &keys[of_prompt(i, &keys)],
                values: &values[of_prompt(i, &values)],
                keys_on_coordinates: &keys_on[i],
                queries: &queries[of_prompt(i, &queries)],
                queries_on_coordinates: &queries_on[i],
            };
            second_pass(sizes, at, (&first[i], &both[i], offset_squared), &looks, cells, gathered, scratch);
        })?;
        let mixed = gathered.into_iter().zip(&both);
        let mixed: Vec<f32> =
            mixed.flat_map(|(gathered, both)| self.last.mixed(sizes, gathered, Some(&both.all))).collect();
        add(&mut tokens, &self.last.out(&mixed));
        self.last_norm.apply(&mut tokens);

        let decoded = run.masks(&tokens, &both, wanted);
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(run.state);
        decoded
    }

    /// A buffer of a former run, or a new one.
    fn buffer(&self) -> Vec<f32> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// Some prompts on their way through the passes.
struct Run<'a> {
    decoder: &'a Decoder,
    sizes: &'a Sizes,
    prepared: &'a Prepared,
    prompts: usize,
    /// What the prompts make of the cells: (tiles, prompts, [`Cells::rows`], WIDTH)
    state: Vec<f32>,
    monitor: &'a dyn Monitor,
}

impl Run<'_> {
    fn prompt_size(&self) -> usize {
        Cells::rows(self.sizes) * WIDTH
    }

    fn tile_size(&self) -> usize {
        self.prompts * self.prompt_size()
    }

    fn check(&self) -> Result<()> {
        if self.monitor.cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Calls `visit` for all tiles and prompts, and returns what each prompt gathered. `stride` is
    /// that of the coordinates that tokens gather.
    fn pass(
        &mut self,
        stride: usize,
        visit: impl Fn(&Place, usize, Cells, &mut Gathered, &mut Scratch) + Sync,
    ) -> Result<Vec<Gathered>> {
        let (sizes, decoder, prepared) = (self.sizes, self.decoder, self.prepared);
        let (prompt_size, tile_size) = (self.prompt_size(), self.tile_size());
        let mut state = std::mem::take(&mut self.state);
        let this = &*self;
        // The parts are merged in a fixed order, so that the same prompt always gets the same answer.
        let parts = state.par_chunks_mut(TILES_TOGETHER * tile_size).enumerate().map(|(part, state)| {
            this.check()?;
            let mut gathered = vec![Gathered::new(sizes, stride); this.prompts];
            let mut scratch = Scratch::new(sizes);
            for (tile, state) in (part * TILES_TOGETHER..).zip(state.chunks_exact_mut(tile_size)) {
                let image = &prepared.image.tiles[tile];
                let valid = WIDTH.min(sizes.cells - tile * WIDTH);
                let at = Place { weights: &decoder.image, image, tile, valid };
                for (i, cells) in state.chunks_exact_mut(prompt_size).enumerate() {
                    visit(&at, i, Cells::new(sizes, cells), &mut gathered[i], &mut scratch);
                }
            }
            Ok(gathered)
        });
        let parts: Result<Vec<Vec<Gathered>>> = parts.collect();
        self.state = state;
        let mut parts = parts?.into_iter();
        let mut gathered = parts.next().unwrap_or_default();
        for part in parts {
            gathered.iter_mut().zip(&part).for_each(|(all, part)| all.merge(part, sizes));
        }
        Ok(gathered)
    }

    /// The heads, on the final tokens (prompts * tokens, d).
    fn masks(
        &mut self,
        tokens: &[f32],
        both: &[Both],
        wanted: &(dyn Fn(&[f32]) -> Vec<usize> + Sync),
    ) -> Result<Vec<Decoded>> {
        let (sizes, head, d) = (self.sizes, &self.decoder.head, self.sizes.d);
        let all = |i: usize| -> Vec<f32> {
            tokens
                .chunks_exact(sizes.tokens * d)
                .flat_map(|of_prompt| &of_prompt[i * d..][..d])
                .copied()
                .collect()
        };
        let object_scores = head.object_score(&all(0));
        let ious = head.predicted_iou(&all(1));
        let wanted: Vec<Vec<usize>> = ious.chunks_exact(MASKS).map(wanted).collect();
        let hypers: Vec<Vec<f32>> = (0..self.prompts)
            .map(|i| {
                let token = |mask: usize| &tokens[(i * sizes.tokens + 2 + mask) * d..][..d];
                wanted[i].iter().flat_map(|mask| head.hyper(*mask, token(*mask))).collect()
            })
            .collect();
        let mut logits = self.logits(&hypers, both)?;
        let answers = (0..self.prompts).map(|i| {
            let mut of_masks = [const { None }; MASKS];
            for (mask, logits) in wanted[i].iter().zip(logits[i].drain(..)) {
                of_masks[*mask] = Some(logits);
            }
            let mut iou = [0f32; MASKS];
            iou.copy_from_slice(&ious[i * MASKS..][..MASKS]);
            Decoded { logits: of_masks, iou, object_score: object_scores[i] }
        });
        Ok(answers.collect())
    }

    /// Logits for each row of each prompt's `hypers`, (masks, d / 8).
    fn logits(&mut self, hypers: &[Vec<f32>], both: &[Both]) -> Result<Vec<Vec<Vec<f32>>>> {
        let (sizes, head, prepared) = (self.sizes, &self.decoder.head, self.prepared);
        let (prompt_size, tile_size) = (self.prompt_size(), self.tile_size());
        let on_coordinates: Vec<Vec<f32>> = both
            .iter()
            .zip(hypers)
            .map(|(both, hyper)| if hyper.is_empty() { vec![] } else { head.on_coordinates(both) })
            .collect();
        let masks: Vec<usize> = hypers.iter().map(|hyper| hyper.len() / (sizes.d / 8)).collect();
        let mut state = std::mem::take(&mut self.state);
        let this = &*self;
        let tiles = state.par_chunks_mut(TILES_TOGETHER * tile_size).enumerate().map(|(part, state)| {
            this.check()?;
            let mut scratch = head.scratch();
            let mut out = vec![];
            for (tile, state) in (part * TILES_TOGETHER..).zip(state.chunks_exact_mut(tile_size)) {
                let image = (&prepared.image.tiles[tile], &prepared.high_res[tile]);
                let of_prompts = state.chunks_exact_mut(prompt_size).zip(hypers).zip(&on_coordinates);
                let of_prompts = of_prompts.zip(&masks).map(|(((cells, hyper), on_coordinates), masks)| {
                    let mut out = vec![0f32; masks * PIXELS * WIDTH];
                    if !hyper.is_empty() {
                        let cells = Cells::new(sizes, cells);
                        head.logits(image, on_coordinates, hyper, cells, &mut out, &mut scratch);
                    }
                    out
                });
                out.push(of_prompts.collect::<Vec<_>>());
            }
            Ok(out)
        });
        let tiles: Result<Vec<Vec<Vec<Vec<f32>>>>> = tiles.collect();
        self.state = state;
        let tiles: Vec<Vec<Vec<f32>>> = tiles?.into_iter().flatten().collect();
        let of_prompt = |i: usize| {
            let of_mask = |mask: usize| {
                let size = PIXELS * WIDTH;
                head.assemble(tiles.iter().map(|tile| &tile[i][mask * size..][..size]))
            };
            (0..masks[i]).into_par_iter().map(of_mask).collect()
        };
        Ok((0..self.prompts).map(of_prompt).collect())
    }
}

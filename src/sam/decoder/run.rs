//! Some prompts on their way through the decoder: `MaskDecoder.predict_masks`.

use rayon::prelude::*;

use super::basis::Both;
use super::mask_head::PIXELS;
use super::passes::{Cells, Gathered, Place, Scratch, TokenSide, initial_pass, last_pass, middle_pass};
use super::tokens::{add, sum};
use super::{Decoded, Decoder, Prepared, Sizes};
use crate::sam::error::{Error, Result};
use crate::sam::network::{MASKS, Monitor, Wanted};
use crate::sam::numeric::tile::WIDTH;

/// Tiles that are one job for a thread, and the step between two cancellations.
const TILES_TOGETHER: usize = 8;

/// Prompts with equally many tokens, and what they run on.
pub struct Run<'a> {
    pub decoder: &'a Decoder,
    pub prepared: &'a Prepared,
    /// The sparse tokens of each prompt, (tokens, d).
    pub sparse: &'a [Vec<f32>],
    /// Whether the tiles are spread over all threads.
    pub spread: bool,
    pub monitor: &'a dyn Monitor,
}

impl Run<'_> {
    fn sizes(&self) -> Sizes {
        let sizes = self.decoder.sizes;
        Sizes { tokens: sizes.own_tokens + self.sparse[0].len() / sizes.d, ..sizes }
    }

    /// One prompt's part of `values`, which are equally many for each.
    fn part<'v>(&self, values: &'v [f32], prompt: usize) -> &'v [f32] {
        let size = values.len() / self.sparse.len();
        &values[prompt * size..][..size]
    }

    fn for_each_prompt<T>(&self, f: impl FnMut(usize) -> T) -> Vec<T> {
        (0..self.sparse.len()).map(f).collect()
    }

    /// `predict_masks`. `buffer` is for what the prompts make of the cells; its content is of no
    /// interest, before or after.
    pub fn answers(&self, buffer: &mut Vec<f32>, wanted: Wanted) -> Result<Vec<Decoded>> {
        let sizes = &self.sizes();
        let Decoder { own_tokens, layers: [layer0, layer1], last, .. } = self.decoder;
        // (tiles, prompts, Cells::rows, WIDTH)
        buffer.resize(self.prepared.image.tiles.len() * self.tile_size(sizes), 0.0);
        let position: Vec<f32> =
            self.sparse.iter().flat_map(|sparse| own_tokens.iter().chain(sparse)).copied().collect();
        let mut tokens = position.clone();

        layer0.attend(&mut tokens, &position, sizes.tokens, true);
        let queries = layer0.token_to_image.queries(sizes, &sum(&tokens, &position));
        let gathered = self.pass(sizes, buffer, 0, |at, i, _, gathered, scratch| {
            initial_pass(sizes, at.image, self.part(&queries, i), at.valid, gathered, scratch);
        })?;
        let mixed =
            gathered.into_iter().flat_map(|gathered| layer0.token_to_image.mixed(sizes, gathered, None));
        layer0.after_image(&mut tokens, &mixed.collect::<Vec<_>>());

        let keys = layer0.image_to_token.keys(sizes, &sum(&tokens, &position));
        let values = layer0.image_to_token.values(&tokens);
        let first = self.for_each_prompt(|i| self.decoder.first(sizes, self.part(&values, i)));
        layer1.attend(&mut tokens, &position, sizes.tokens, false);
        let queries = layer1.token_to_image.queries(sizes, &sum(&tokens, &position));
        let queries_on_coordinates = self.for_each_prompt(|i| {
            layer1.token_to_image.on_coordinates(sizes, self.part(&queries, i), &first[i].plain)
        });
        let stride = first[0].plain.stride();
        let gathered = self.pass(sizes, buffer, stride, |at, i, cells, gathered, scratch| {
            let side = TokenSide {
                keys: self.part(&keys, i),
                values: self.part(&values, i),
                keys_on_coordinates: &[],
                queries: self.part(&queries, i),
                queries_on_coordinates: &queries_on_coordinates[i],
            };
            middle_pass(sizes, at, &first[i], &side, cells, gathered, scratch);
        })?;
        let mixed = gathered.into_iter().zip(&first);
        let mixed = mixed
            .flat_map(|(gathered, first)| layer1.token_to_image.mixed(sizes, gathered, Some(&first.plain)));
        layer1.after_image(&mut tokens, &mixed.collect::<Vec<_>>());

        let keys = layer1.image_to_token.keys(sizes, &sum(&tokens, &position));
        let values = layer1.image_to_token.values(&tokens);
        let both = self.for_each_prompt(|i| self.decoder.both(sizes, &first[i], self.part(&values, i)));
        let keys_on_coordinates = self.for_each_prompt(|i| {
            layer1.image_to_token.on_coordinates(sizes, self.part(&keys, i), &first[i].plain)
        });
        let queries = last.queries(sizes, &sum(&tokens, &position));
        let queries_on_coordinates =
            self.for_each_prompt(|i| last.on_coordinates(sizes, self.part(&queries, i), &both[i].all));
        let stride = both[0].all.stride();
        let gathered = self.pass(sizes, buffer, stride, |at, i, cells, gathered, scratch| {
            let side = TokenSide {
                keys: self.part(&keys, i),
                values: self.part(&values, i),
                keys_on_coordinates: &keys_on_coordinates[i],
                queries: self.part(&queries, i),
                queries_on_coordinates: &queries_on_coordinates[i],
            };
            last_pass(sizes, at, (&first[i], &both[i]), &side, cells, gathered, scratch);
        })?;
        let mixed = gathered.into_iter().zip(&both);
        let mixed = mixed.flat_map(|(gathered, both)| last.mixed(sizes, gathered, Some(&both.all)));
        add(&mut tokens, &last.out(&mixed.collect::<Vec<_>>()));
        self.decoder.last_norm.apply(&mut tokens);
        self.heads(sizes, buffer, &tokens, &both, wanted)
    }

    /// Values that a tile takes in the buffer.
    fn tile_size(&self, sizes: &Sizes) -> usize {
        self.sparse.len() * Cells::rows(sizes) * WIDTH
    }

    /// Calls `work` with [`TILES_TOGETHER`] tiles at a time, on all threads or on this one.
    fn in_parts<T: Send>(
        &self,
        sizes: &Sizes,
        buffer: &mut [f32],
        work: impl Fn(usize, std::slice::ChunksExactMut<f32>) -> T + Sync,
    ) -> Result<Vec<T>> {
        let tile_size = self.tile_size(sizes);
        let part = |(part, tiles): (usize, &mut [f32])| {
            if self.monitor.cancelled() {
                return Err(Error::Cancelled);
            }
            Ok(work(part * TILES_TOGETHER, tiles.chunks_exact_mut(tile_size)))
        };
        let size = TILES_TOGETHER * tile_size;
        if self.spread {
            buffer.par_chunks_mut(size).enumerate().map(part).collect()
        } else {
            buffer.chunks_mut(size).enumerate().map(part).collect()
        }
    }

    /// Calls `visit` for all tiles and prompts, and returns what each prompt gathered. `stride` is
    /// that of the coordinates that tokens gather.
    fn pass(
        &self,
        sizes: &Sizes,
        buffer: &mut [f32],
        stride: usize,
        visit: impl Fn(&Place, usize, Cells, &mut Gathered, &mut Scratch) + Sync,
    ) -> Result<Vec<Gathered>> {
        let parts = self.in_parts(sizes, buffer, |first, tiles| {
            let mut gathered = vec![Gathered::new(sizes, stride); self.sparse.len()];
            let mut scratch = Scratch::new(sizes);
            for (tile, cells) in (first..).zip(tiles) {
                let image = &self.prepared.image.tiles[tile];
                let valid = WIDTH.min(sizes.cells - tile * WIDTH);
                let at = Place { weights: &self.decoder.image, image, tile, valid };
                for (i, cells) in cells.chunks_exact_mut(Cells::rows(sizes) * WIDTH).enumerate() {
                    visit(&at, i, Cells::new(sizes, cells), &mut gathered[i], &mut scratch);
                }
            }
            gathered
        })?;
        // In a fixed order, so that the same prompt always gets the same answer.
        let mut parts = parts.into_iter();
        let mut gathered = parts.next().unwrap_or_default();
        for part in parts {
            gathered.iter_mut().zip(&part).for_each(|(all, part)| all.merge(part, sizes));
        }
        Ok(gathered)
    }

    /// The heads, on the final tokens (prompts * tokens, d).
    fn heads(
        &self,
        sizes: &Sizes,
        buffer: &mut [f32],
        tokens: &[f32],
        both: &[Both],
        wanted: Wanted,
    ) -> Result<Vec<Decoded>> {
        let (head, d) = (&self.decoder.head, sizes.d);
        let token = |prompt: usize, i: usize| &tokens[(prompt * sizes.tokens + i) * d..][..d];
        let all = |i: usize| self.for_each_prompt(|prompt| token(prompt, i)).concat();
        let (iou, first_mask) = (sizes.iou_token(), sizes.iou_token() + 1);
        let object_scores = head.object_score(|| all(0));
        let ious = head.predicted_iou(&all(iou));
        let wanted: Vec<Vec<usize>> = ious.chunks_exact(MASKS).map(wanted).collect();
        let mut hypers = vec![vec![]; wanted.len()];
        let of_masks: Vec<Vec<f32>> =
            (0..MASKS).map(|mask| head.hyper(mask, &all(first_mask + mask))).collect();
        for (prompt, (hypers, wanted)) in hypers.iter_mut().zip(&wanted).enumerate() {
            for mask in wanted {
                hypers.extend_from_slice(self.part(&of_masks[*mask], prompt));
            }
        }
        let mut logits = self.logits(sizes, buffer, &hypers, both)?;
        let answer = |i: usize| {
            let mut of_masks = [const { None }; MASKS];
            for (mask, logits) in wanted[i].iter().zip(logits[i].drain(..)) {
                of_masks[*mask] = Some(logits);
            }
            let iou = std::array::from_fn(|mask| ious[i * MASKS + mask]);
            Decoded { logits: of_masks, iou, object_score: object_scores.as_ref().map(|scores| scores[i]) }
        };
        Ok(self.for_each_prompt(answer))
    }

    /// Logits (4 * side, 4 * side) for each row of each prompt's `hypers`, (masks, d / 8).
    fn logits(
        &self,
        sizes: &Sizes,
        buffer: &mut [f32],
        hypers: &[Vec<f32>],
        both: &[Both],
    ) -> Result<Vec<Vec<Vec<f32>>>> {
        let head = &self.decoder.head;
        let masks = |i: usize| hypers[i].len() / (sizes.d / 8);
        let on_coordinates =
            self.for_each_prompt(|i| if masks(i) > 0 { head.on_coordinates(&both[i]) } else { vec![] });
        let tiles = self.in_parts(sizes, buffer, |first, tiles| {
            let mut scratch = head.scratch();
            let one = |(tile, cells): (usize, &mut [f32])| {
                let image = (&self.prepared.image.tiles[tile], self.prepared.high_res(tile));
                let prompts = cells.chunks_exact_mut(Cells::rows(sizes) * WIDTH).enumerate();
                let of_prompt = |(i, cells): (usize, &mut [f32])| {
                    let mut out = vec![0f32; masks(i) * PIXELS * WIDTH];
                    if masks(i) > 0 {
                        let cells = Cells::new(sizes, cells);
                        head.logits(image, &on_coordinates[i], &hypers[i], cells, &mut out, &mut scratch);
                    }
                    out
                };
                prompts.map(of_prompt).collect::<Vec<_>>()
            };
            (first..).zip(tiles).map(one).collect::<Vec<_>>()
        })?;
        let tiles: Vec<Vec<Vec<f32>>> = tiles.into_iter().flatten().collect();
        let of_mask = |i: usize, mask: usize| {
            let size = PIXELS * WIDTH;
            head.assemble(tiles.iter().map(|tile| &tile[i][mask * size..][..size]))
        };
        Ok(self.for_each_prompt(|i| (0..masks(i)).map(|mask| of_mask(i, mask)).collect()))
    }
}

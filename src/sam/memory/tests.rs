//! The memory against the official predictor's, frame by frame.

use super::*;
use crate::sam::decoder::plain::{Inputs, Outputs, PlainDecoder};
use crate::sam::encoder::tests::stages;
use crate::sam::network::{CANDIDATES, Label, Token};
use crate::sam::parity::{Reference, assert_close, data};
use crate::sam::prompt_encoder::PromptEncoder;

/// Of the largest value.
const TOLERANCE: f32 = 1e-4;
const LOGITS_TOLERANCE: f32 = 1e-3;
const FRAMES: usize = 8;
/// Of the frames, in pixels.
const SIZE: [f32; 2] = [160.0, 120.0];

struct Frame {
    /// Without `no_mem_embed`.
    embedding: Vec<f32>,
    high_res: [Vec<f32>; 2],
}

struct Network {
    reference: Reference,
    frames: Vec<Frame>,
    no_memory: Vec<f32>,
    prompts: PromptEncoder,
    decoder: PlainDecoder,
    attention: MemoryAttention,
    encoder: MemoryEncoder,
    pointers: Pointers,
    side: usize,
}

impl Network {
    fn new() -> Self {
        let weights = Weights::open(&data("mini_video.safetensors")).unwrap();
        let reference = Reference::of("mini_video");
        let (config, memory) = (weights.config().clone(), weights.config().memory);
        let no_memory = weights.values("no_mem_embed", &[1, 1, config.d_model]).unwrap();
        let (_, images) = reference.get("images");
        let frame = |image: &[f32]| {
            let mut maps: std::collections::HashMap<_, _> = stages(&weights, image).into_iter().collect();
            let mut map = |name: &str| maps.remove(name).unwrap();
            let mut embedding = map("embedding");
            embedding.chunks_exact_mut(config.d_model).for_each(|cell| {
                cell.iter_mut().zip(&no_memory).for_each(|(value, none)| *value -= none);
            });
            Frame { embedding, high_res: [map("high_res_0"), map("high_res_1")] }
        };
        Self {
            frames: images.chunks_exact(images.len() / FRAMES).map(frame).collect(),
            reference,
            prompts: PromptEncoder::new(&weights).unwrap(),
            decoder: PlainDecoder::new(&weights).unwrap(),
            attention: MemoryAttention::new(&weights, memory).unwrap(),
            encoder: MemoryEncoder::new(&weights, memory).unwrap(),
            pointers: Pointers::new(&weights, memory).unwrap(),
            side: config.embedding_side(),
            no_memory,
        }
    }

    fn decode(&self, image: &[f32], frame: usize, tokens: &[Token]) -> Outputs {
        let [stride4, stride8] = &self.frames[frame].high_res;
        let inputs = Inputs {
            image,
            image_position: &self.prompts.dense_position(self.side),
            high_res: Some([stride4, stride8]),
            sparse: &self.prompts.sparse(tokens),
            dense: &self.prompts.no_mask().repeat(self.side * self.side),
        };
        self.decoder.predict_masks(&inputs).unwrap()
    }

    /// Logits at the input's size, as `F.interpolate` enlarges those at a quarter of it.
    fn enlarged(&self, low_res: &[f32]) -> Vec<f32> {
        let (from, to) = (4 * self.side, 16 * self.side);
        let source = |i: usize| {
            let at = ((i as f32 + 0.5) / 4.0 - 0.5).max(0.0);
            let low = at as usize;
            (low, (low + 1).min(from - 1), at - low as f32)
        };
        let pixel = |y: usize, x: usize| {
            let ((y0, y1, v), (x0, x1, u)) = (source(y), source(x));
            let row = |y: usize| low_res[y * from + x0] * (1.0 - u) + low_res[y * from + x1] * u;
            row(y0) * (1.0 - v) + row(y1) * v
        };
        (0..to).flat_map(|y| (0..to).map(move |x| pixel(y, x))).collect()
    }

    /// Follows one object from the frame of its click over the others in their order, with the official memories
    /// and pointers of the frames before each, and compares what comes of it. From frame `gone_from` on the object
    /// is said not to be there.
    fn follow(&self, scenario: &str, click: [f32; 2], order: &[usize], gone_from: usize) {
        let what = |frame: usize, field: &str| format!("{scenario}.1.obj1.frame{frame}.{field}");
        let values = |frame: usize, field: &str| self.reference.get(&what(frame, field)).1;
        let memories: Vec<Memory> =
            (0..FRAMES).map(|frame| Memory(self.reference.channels_last(&what(frame, "memory")))).collect();
        let pointers: Vec<Vec<f32>> = (0..FRAMES).map(|frame| values(frame, "pointer")).collect();
        let prompted = order[0];
        for (place, &frame) in order.iter().enumerate() {
            let embedding = &self.frames[frame].embedding;
            let (image, tokens) = if place == 0 {
                let side = 16.0 * self.side as f32;
                let at = [click[0] / SIZE[0] * side, click[1] / SIZE[1] * side];
                let mut image = embedding.clone();
                image.chunks_exact_mut(self.no_memory.len()).for_each(|cell| rows_add(cell, &self.no_memory));
                (image, vec![(at, Label::Positive), ([0.0; 2], Label::Padding)])
            } else {
                let distance = |other: usize| frame.abs_diff(other);
                let before = &order[1..place];
                let followed: Vec<(usize, &Memory)> = before
                    .iter()
                    .filter(|other| distance(**other) < MEMORIES)
                    .map(|other| (distance(*other), &memories[*other]))
                    .collect();
                let others = before.iter().rev().copied();
                let known: Vec<(f32, &[f32])> = std::iter::once(prompted)
                    .chain(others)
                    .map(|other| (distance(other) as f32, &pointers[other][..]))
                    .collect();
                let (tokens, times) = self.pointers.tokens(&known, FRAMES);
                let remembered = Remembered {
                    prompted: &[&memories[prompted]],
                    followed: &followed,
                    pointers: Some((&tokens, &times)),
                };
                let conditioned = self.attention.condition(embedding, &remembered);
                let name = what(frame, "conditioned");
                assert_close(&name, &conditioned, &self.reference.channels_last(&name), TOLERANCE);
                // Without a prompt the official code gives an empty point, and pads it like any other.
                (conditioned, vec![([0.0; 2], Label::Padding); 2])
            };
            let outputs = self.decode(&image, frame, &tokens);
            let is_there = frame < gone_from;
            let best = (1..=CANDIDATES).max_by(|a, b| outputs.iou[*a].total_cmp(&outputs.iou[*b])).unwrap();
            let pixels = outputs.masks.len() / outputs.iou.len();
            let expected = values(frame, "low_res");
            if is_there {
                let low_res = &outputs.masks[best * pixels..][..pixels];
                assert_close(&what(frame, "low_res"), low_res, &expected, LOGITS_TOLERANCE);
            } else {
                assert!(expected.iter().all(|logit| *logit == -1024.0));
            }
            let width = outputs.mask_tokens.len() / outputs.iou.len();
            let pointer = self.pointers.pointer(&outputs.mask_tokens[best * width..][..width], is_there);
            assert_close(&what(frame, "pointer"), &pointer, &pointers[frame], TOLERANCE);
            let source = if place == 0 { MaskSource::Prompt } else { MaskSource::Logits };
            let memory = self.encoder.encode(embedding, &self.enlarged(&expected), source, is_there);
            assert_close(&what(frame, "memory"), memory.values(), memories[frame].values(), TOLERANCE);
        }
    }
}

fn rows_add(row: &mut [f32], others: &[f32]) {
    row.iter_mut().zip(others).for_each(|(value, other)| *value += other);
}

#[test]
fn an_object_is_followed_as_by_the_official_predictor() {
    let network = Network::new();
    let forward: Vec<usize> = (0..FRAMES).collect();
    let backward: Vec<usize> = (0..FRAMES).rev().collect();
    network.follow("click", [40.0, 48.0], &forward, FRAMES);
    network.follow("backward", [99.2, 84.0], &backward, FRAMES);
    network.follow("gone", [40.0, 48.0], &forward, 3);
}

#[test]
fn the_position_of_a_memory_is_the_official_one() {
    let reference = Reference::of("mini_video");
    let expected = reference.channels_last("memory_pos");
    assert_close("memory_pos", &position::sine(12, 16), &expected, 1e-6);
}

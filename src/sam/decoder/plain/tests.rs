//! The plain decoder against the official values, and the folded one against the plain one.

use super::*;
use crate::sam::decoder::Decoder;
use crate::sam::network::{Label, Token};
use crate::sam::parity::{CASES, IOU_TOLERANCE, LOGITS_TOLERANCE, NETWORKS, Reference, assert_close, data};
use crate::sam::prompt_encoder::{MaskEncoder, PromptEncoder};

fn weights(network: &str) -> Weights {
    Weights::open(&data(&format!("{network}.safetensors"))).unwrap()
}

/// The reference tensors of these names, if it has them.
fn high_res(reference: &Reference) -> Option<[Vec<f32>; 2]> {
    let names = ["high_res_0", "high_res_1"];
    reference.has(names[0]).then(|| names.map(|name| reference.channels_last(name)))
}

#[test]
fn masks_scores_and_object_score_are_the_official_ones() {
    for network in NETWORKS {
        let (reference, weights) = (Reference::of(network), weights(network));
        let decoder = PlainDecoder::new(&weights).unwrap();
        let (image, position) = (reference.channels_last("embedding"), reference.channels_last("dense_pe"));
        let prompts = PromptEncoder::new(&weights).unwrap();
        let high_res = high_res(&reference);
        for case in CASES {
            let get = |field: &str| reference.get(&format!("case.{case}.{field}")).1;
            let dense = match reference.has(&format!("case.{case}.dense")) {
                true => reference.channels_last(&format!("case.{case}.dense")),
                false => prompts.no_mask().repeat(decoder.side * decoder.side),
            };
            let outputs = decoder
                .predict_masks(&Inputs {
                    image: &image,
                    image_position: &position,
                    high_res: high_res.as_ref().map(|maps| [&maps[0][..], &maps[1]]),
                    sparse: &get("sparse"),
                    dense: &dense,
                })
                .unwrap();
            let what = |field: &str| format!("{network} {case} {field}");
            assert_close(&what("masks"), &outputs.masks, &get("raw_masks"), LOGITS_TOLERANCE);
            assert_close(&what("iou"), &outputs.iou, &get("raw_iou"), IOU_TOLERANCE);
            assert_eq!(outputs.mask_tokens.len(), MASKS * decoder.d);
            assert_eq!(outputs.object_score.is_some(), reference.has(&format!("case.{case}.object_score")));
            if let Some(score) = outputs.object_score {
                assert_close(&what("object score"), &[score], &get("object_score"), LOGITS_TOLERANCE);
            }
        }
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    /// In [0, 1).
    fn number(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1 << 24) as f32
    }

    fn numbers(&mut self, count: usize, spread: f32) -> Vec<f32> {
        (0..count).map(|_| (self.number() - 0.5) * spread).collect()
    }

    /// Up to a dozen points, and with some of them a box.
    fn tokens(&mut self, image_size: usize) -> Vec<Token> {
        let mut at = || [self.number() * image_size as f32, self.number() * image_size as f32];
        let (box_top_left, box_bottom_right, choice) = (at(), at(), at());
        let share = |x: f32| x / image_size as f32;
        let points = 1 + (share(choice[0]) * 12.0) as usize;
        let mut tokens: Vec<Token> =
            (0..points).map(|i| (at(), if i % 3 == 1 { Label::Negative } else { Label::Positive })).collect();
        if share(choice[1]) < 0.5 {
            tokens.extend([(box_top_left, Label::BoxTopLeft), (box_bottom_right, Label::BoxBottomRight)]);
        } else {
            tokens.push(([0.0; 2], Label::Padding));
        }
        tokens
    }
}

/// Asks both decoders about a random image, with random prompts of all kinds.
fn compare(weights: &Weights, rounds: usize) {
    let config = weights.config();
    let (d, side) = (config.d_model, config.embedding_side());
    let (prompts, masks) = (PromptEncoder::new(weights).unwrap(), MaskEncoder::new(weights).unwrap());
    let plain = PlainDecoder::new(weights).unwrap();
    let folded = Decoder::new(weights, &prompts, &masks).unwrap();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let whole = side * side * d;
    let image = random.numbers(whole, 2.0);
    let high_res =
        config.decoder.high_res.then(|| [2 * whole, whole].map(|count| random.numbers(count, 2.0)));
    let high_res: Option<[&[f32]; 2]> = high_res.as_ref().map(|maps| [&maps[0][..], &maps[1]]);
    let maps: Vec<&[f32]> = [&image[..]].into_iter().chain(high_res.into_iter().flatten()).collect();
    let prepared = folded.prepare(&maps).unwrap();
    let position = prompts.dense_position(side);
    for round in 0..rounds {
        let sparse = prompts.sparse(&random.tokens(config.image_size));
        let mask = (round % 3 == 2).then(|| random.numbers(16 * side * side, 20.0));
        let (dense, prepared) = match &mask {
            Some(mask) => (masks.dense(mask, side), folded.with_mask(&prepared, &masks.channels(mask, side))),
            None => (prompts.no_mask().repeat(side * side), prepared.clone()),
        };
        let inputs =
            Inputs { image: &image, image_position: &position, high_res, sparse: &sparse, dense: &dense };
        let expected = plain.predict_masks(&inputs).unwrap();
        let all = |_: &[f32]| (0..MASKS).collect();
        let found = folded.decode(&prepared, &[sparse], &all, &()).unwrap().remove(0);
        let what = |field: &str| format!("{} round {round} {field}", weights.name());
        let logits: Vec<f32> = found.logits.into_iter().flat_map(Option::unwrap).collect();
        assert_close(&what("masks"), &logits, &expected.masks, LOGITS_TOLERANCE);
        assert_close(&what("iou"), &found.iou, &expected.iou, IOU_TOLERANCE);
        assert_eq!(found.object_score.is_some(), expected.object_score.is_some());
        if let (Some(found), Some(expected)) = (found.object_score, expected.object_score) {
            assert_close(&what("object score"), &[found], &[expected], LOGITS_TOLERANCE);
        }
    }
}

#[test]
fn the_folded_decoder_answers_random_prompts_alike() {
    for network in NETWORKS {
        compare(&weights(network), 24);
    }
    compare(&Weights::built_in().unwrap(), 3);
}

#[test]
fn inputs_of_another_network_are_refused() {
    let decoder = PlainDecoder::new(&weights("mini")).unwrap();
    let map = vec![0.0; decoder.side * decoder.side * decoder.d];
    let inputs = Inputs { image: &map, image_position: &map, high_res: None, sparse: &[], dense: &map };
    assert!(matches!(decoder.predict_masks(&inputs), Err(Error::Network(_))));
}

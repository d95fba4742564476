//! The generator against what `SAM2AutomaticMaskGenerator` returns.
//!
//! `data/everything_cat.json` was made by `data/make_everything_reference.py` with the built-in
//! model from `data/cat.webp`, which holds the pixels of the sample photo without loss: decoders of JPEG
//! differ by some values, and masks beside a threshold with them. More such files can be checked with
//! `TINSEL_EVERYTHING=WEIGHTS.safetensors:PHOTO.jpg:FILE.json[,...] cargo test --release --test everything -- --ignored`.

use std::path::Path;

use image::RgbImage;
use serde_json::Value;
use tinsel::everything::{Batch, DEFAULT_MIN_IOU, Filters, FoundMask, Parameters, compare, filter, generate};
use tinsel::files::Photo;
use tinsel::mask::{Mask, Rle};
use tinsel::sam::Predictor;

/// Masks that are this alike count as the same.
const SAME_MASK: f64 = 0.99;
const SCORE_TOLERANCE: f32 = 0.005;
/// Share of the masks that may have no partner, and by which the numbers may differ, for a JPEG file: a
/// score beside its threshold may fall to either side, and of two masks with almost the same box either may
/// stay.
const MAY_DIFFER: f32 = 0.05;

/// The masks of an official result.
struct Official {
    parameters: Parameters,
    masks: Vec<(Mask, Value)>,
}

fn official(case: &Value) -> Official {
    let masks = case["masks"].as_array().unwrap().iter().map(|record| {
        let rle: Rle = serde_json::from_value(record["segmentation"].clone()).unwrap();
        (Mask::try_from(&rle).unwrap(), record.clone())
    });
    let parameters = serde_json::from_value(case["parameters"].clone()).unwrap();
    Official { parameters, masks: masks.collect() }
}

fn run(predictor: &Predictor, photo: &RgbImage, parameters: &Parameters) -> Vec<FoundMask> {
    let embedding = predictor.encode(photo, &()).unwrap();
    let outcome = generate(predictor, photo, &embedding, parameters, |_| {}, &()).unwrap();
    assert!(outcome.complete);
    filter(&outcome.found, &Filters::from(parameters)).into_iter().map(|kept| kept.found).collect()
}

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|n| n.as_f64().unwrap() as f32).collect()
}

/// Whether everything but the pixels is the same.
fn same_record(ours: &FoundMask, theirs: &Value) -> bool {
    let near = |a: f32, key: &str| (a - theirs[key].as_f64().unwrap() as f32).abs() <= SCORE_TOLERANCE;
    let point = numbers(&theirs["point_coords"][0]);
    let same_point = ours.point.iter().zip(&point).all(|(a, b)| (a - b).abs() < 0.01);
    near(ours.predicted_iou, "predicted_iou")
        && near(ours.stability_score, "stability_score")
        && same_point
        && ours.crop_box.xywh().map(|n| n as f32)[..] == numbers(&theirs["crop_box"])
}

fn assert_same(name: &str, ours: &[FoundMask], official: &Official, may_differ: f32) {
    let theirs = &official.masks;
    let allowed = (theirs.len() as f32 * may_differ).ceil() as usize;
    println!("{name}: {} masks, official {}", ours.len(), theirs.len());
    assert!(ours.len().abs_diff(theirs.len()) <= allowed, "{name}: {} and {}", ours.len(), theirs.len());
    let mut left: Vec<&FoundMask> = ours.iter().collect();
    let mut worst = 1f64;
    let mut alone = 0;
    for (mask, record) in theirs {
        let likeness = |ours: &FoundMask| if same_record(ours, record) { ours.mask.iou(mask) } else { 0.0 };
        let best = (0..left.len()).max_by(|a, b| likeness(left[*a]).total_cmp(&likeness(left[*b])));
        match best.map(|i| (i, likeness(left[i]))).filter(|(_, iou)| *iou > SAME_MASK) {
            Some((i, iou)) => {
                worst = worst.min(iou);
                left.swap_remove(i);
            }
            None => alone += 1,
        }
    }
    println!("{name}: {alone} unmatched, worst IoU of the others {worst}");
    assert!(alone <= allowed, "{name}: {alone} official masks were not found");
}

#[test]
fn every_parameter_does_what_it_does_officially() {
    let reference: Value = serde_json::from_str(include_str!("data/everything_cat.json")).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cat.webp");
    let photo = Photo::open(&file).unwrap();
    let predictor = Predictor::built_in(None).unwrap();
    let cases = reference["cases"].as_object().unwrap();
    assert_eq!(cases.len(), 7);
    for (name, case) in cases {
        let official = official(case);
        assert_same(name, &run(&predictor, &photo.pixels, &official.parameters), &official, 0.0);
    }
}

#[test]
fn skipping_covered_points_asks_less_and_finds_most() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/coffee.jpg");
    let photo = Photo::open(&file).unwrap().pixels;
    let predictor = Predictor::built_in(None).unwrap();
    let embedding = predictor.encode(&photo, &()).unwrap();
    let run = |parameters: Parameters| {
        let (mut candidates, mut progress) = (0, vec![]);
        let on_batch = |batch: &Batch| {
            candidates += batch.found.len();
            progress.push(batch.points_done as f32 / batch.points_total as f32);
        };
        let outcome = generate(&predictor, &photo, &embedding, &parameters, on_batch, &()).unwrap();
        assert!(outcome.complete && progress.is_sorted() && progress.iter().all(|share| *share <= 1.0));
        let kept = filter(&outcome.found, &Filters::from(&parameters));
        (candidates, kept.into_iter().map(|kept| kept.found.mask).collect::<Vec<_>>())
    };
    let assert_skips = |all: Parameters, most: usize| {
        let (candidates, expected) = run(all);
        let (fewer, masks) = run(Parameters { skip_covered: true, ..all });
        let found = compare(&expected, &masks, DEFAULT_MIN_IOU).pairs.len();
        println!("{fewer} of {candidates} candidates, {found} of {} masks", expected.len());
        assert!(fewer * 4 < candidates * 3, "{fewer} of {candidates} candidates");
        assert!(found >= most, "{found} of {} masks", expected.len());
    };
    let all = Parameters { points_per_batch: 16, ..Parameters::for_model(&predictor) };
    assert_skips(all, 14);
    assert_skips(Parameters { points_per_side: 12, crop_n_layers: 1, ..all }, 8);
}

#[test]
#[ignore = "needs files named by TINSEL_EVERYTHING"]
fn other_references_are_reproduced() {
    let list = std::env::var("TINSEL_EVERYTHING").expect("TINSEL_EVERYTHING=WEIGHTS:PHOTO:JSON,...");
    for case in list.split(',') {
        let [weights, photo, json] = case.split(':').collect::<Vec<_>>()[..] else { panic!("{case}") };
        let predictor = Predictor::open(Path::new(weights)).unwrap();
        let photo = Photo::open(Path::new(photo)).unwrap();
        let json: Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
        let official = official(&json);
        assert_same(
            &photo.stem(),
            &run(&predictor, &photo.pixels, &official.parameters),
            &official,
            MAY_DIFFER,
        );
    }
}

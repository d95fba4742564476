//! Every stage against tensors of the official implementations (`tests/data/mini*_reference`).

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::decoder::Prepared;
use super::encoder::tests::stages;
use super::input::LowRes;
use super::network::{InputFormat, Label};
use super::numeric::on_each_instruction_set;
use super::prompt_encoder::{MaskEncoder, PromptEncoder};
use super::*;
use crate::prompt::{BoxPrompt, Point, Prompt};
use safetensors::SafeTensors;

/// Largest deviation of a stage, relative to the largest reference value.
const STAGE_TOLERANCE: f32 = 1e-4;
pub(super) const LOGITS_TOLERANCE: f32 = 1e-3;
pub(super) const IOU_TOLERANCE: f32 = 1e-4;

pub(super) const CASES: [&str; 5] = ["one_point", "three_points", "box", "box_and_points", "refine"];

pub(crate) fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn mini() -> Weights {
    Weights::open(&data("mini.safetensors")).unwrap()
}

/// Small networks with random weights, one for each encoder.
pub(super) const NETWORKS: [&str; 4] = ["mini", "mini_sam1", "mini_tiny_vit", "mini_edgetam"];

pub(crate) struct Reference(Vec<u8>);

impl Reference {
    fn load() -> Self {
        Self::of("mini")
    }

    /// Of one of the small networks.
    pub(crate) fn of(network: &str) -> Self {
        Self::open(&data(&format!("{network}_reference.safetensors")))
    }

    pub(crate) fn open(file: &Path) -> Self {
        Self(std::fs::read(file).unwrap())
    }

    pub(crate) fn get(&self, name: &str) -> (Vec<usize>, Vec<f32>) {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let view = file.tensor(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        let values = view.data().as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        (view.shape().to_vec(), values)
    }

    /// A tensor of bytes.
    pub(crate) fn bytes(&self, name: &str) -> (Vec<usize>, Vec<u8>) {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let view = file.tensor(name).unwrap();
        (view.shape().to_vec(), view.data().to_vec())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        SafeTensors::deserialize(&self.0).unwrap().tensor(name).is_ok()
    }

    pub(super) fn photo(&self) -> image::RgbImage {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let view = file.tensor("photo").unwrap();
        let (h, w) = (view.shape()[0] as u32, view.shape()[1] as u32);
        image::RgbImage::from_raw(w, h, view.data().to_vec()).unwrap()
    }

    /// A (1, channels, height, width) map as (height, width, channels); one of (1, cells, channels) as
    /// it is.
    pub(super) fn channels_last(&self, name: &str) -> Vec<f32> {
        let (shape, values) = self.get(name);
        if shape.len() == 3 {
            return values;
        }
        let (channels, cells) = (shape[1], shape[2] * shape[3]);
        (0..cells).flat_map(|i| (0..channels).map(move |c| c * cells + i)).map(|i| values[i]).collect()
    }

    fn prompt(&self, case: &str) -> Prompt {
        let pre = format!("case.{case}");
        let (_, coords) = self.get(&format!("{pre}.coords_px"));
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let labels = file.tensor(&format!("{pre}.labels")).unwrap().data().to_vec();
        let positive = labels.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b) == 1);
        let points = coords
            .chunks(2)
            .zip(positive)
            .map(|(c, positive)| Point { x: c[0], y: c[1], positive })
            .collect();
        let bbox = self.has(&format!("{pre}.box_px")).then(|| {
            let b = self.get(&format!("{pre}.box_px")).1;
            BoxPrompt { x0: b[0], y0: b[1], x1: b[2], y1: b[3] }
        });
        Prompt { points, bbox }
    }

    /// A case's prompt for a network that takes photos in this format.
    pub(super) fn query(&self, case: &str, format: &InputFormat) -> Query {
        let name = format!("case.{case}.mask_input");
        let placement = format.placement(self.photo().dimensions());
        let mask_input = self.has(&name).then(|| LowRes::new(self.get(&name).1, placement).unwrap());
        Query { prompt: self.prompt(case), mask_input }
    }
}

pub(crate) fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}: number of values");
    let largest = expected.iter().fold(0f32, |m, x| m.max(x.abs())).max(f32::MIN_POSITIVE);
    let worst = found
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0f32, |m, d| if d.is_nan() { f32::INFINITY } else { m.max(d) });
    assert!(worst <= tolerance * largest, "{what}: off by {worst} with values up to {largest}");
}

#[test]
fn encoder_stages() {
    for network in NETWORKS {
        let reference = Reference::of(network);
        let weights = Weights::open(&data(&format!("{network}.safetensors"))).unwrap();
        let format = weights.config().input_format();
        let input = input::network_input(&reference.photo(), &format).unwrap();
        assert_close(&format!("{network} image"), &input, &reference.get("image").1, STAGE_TOLERANCE);
        for (name, found) in stages(&weights, &reference.get("image").1) {
            let expected = reference.channels_last(&name);
            assert_close(&format!("{network} {name}"), &found, &expected, STAGE_TOLERANCE);
        }
    }
}

/// The tokens of a prompt as the official predictors give them.
fn tokens(prompt: &Prompt, config: &Config, photo_size: (u32, u32)) -> Vec<network::Token> {
    let placement = config.input_format().placement(photo_size);
    let at = |x: f32, y: f32| placement.in_network([x, y]);
    let corners = prompt
        .bbox
        .iter()
        .flat_map(|b| [(at(b.x0, b.y0), Label::BoxTopLeft), (at(b.x1, b.y1), Label::BoxBottomRight)]);
    let label = |positive: bool| if positive { Label::Positive } else { Label::Negative };
    let points = prompt.points.iter().map(|p| (at(p.x, p.y), label(p.positive)));
    let padding = ([0.0; 2], Label::Padding);
    match (config.family, prompt.bbox) {
        (Family::Sam2, _) => corners.chain(points).chain([padding]).collect(),
        (Family::Sam1, None) => points.chain([padding]).collect(),
        (Family::Sam1, Some(_)) => points.chain(corners).collect(),
    }
}

#[test]
fn prompt_encoder() {
    for network in NETWORKS {
        check_prompt_encoder(network);
    }
}

fn check_prompt_encoder(network: &str) {
    let reference = Reference::of(network);
    let weights = Weights::open(&data(&format!("{network}.safetensors"))).unwrap();
    let config = weights.config().clone();
    let encoder = PromptEncoder::new(&weights).unwrap();
    let dense_position = encoder.dense_position(config.embedding_side());
    assert_close("dense_pe", &dense_position, &reference.channels_last("dense_pe"), STAGE_TOLERANCE);
    let masks = MaskEncoder::new(&weights).unwrap();
    for case in CASES {
        let query = reference.query(case, &config.input_format());
        let points = tokens(&query.prompt, &config, reference.photo().dimensions());
        let sparse = encoder.sparse(&points);
        let expected = reference.get(&format!("case.{case}.sparse")).1;
        assert_close(&format!("{case} sparse"), &sparse, &expected, STAGE_TOLERANCE);

        // The dense embedding of a prompt without a mask is the same in every cell.
        if !reference.has(&format!("case.{case}.dense")) {
            continue;
        }
        let expected = reference.channels_last(&format!("case.{case}.dense"));
        let dense = match &query.mask_input {
            Some(mask) => masks.dense(mask.values(), config.embedding_side()),
            None => encoder.no_mask().repeat(expected.len() / config.d_model),
        };
        assert_close(&format!("{case} dense"), &dense, &expected, STAGE_TOLERANCE);
    }
}

/// Both output modes of all prompts; a model without single mask is spared this one.
pub(super) fn check_predictions(
    reference: &Reference,
    predictor: &Predictor,
    has_single: bool,
    tolerance: f32,
) {
    let embedding = predictor.encode(&reference.photo(), &()).unwrap();
    let cases = CASES.iter().filter(|case| reference.has(&format!("case.{case}.coords_px")));
    for case in cases {
        let prompt = reference.query(case, &predictor.input_format());
        for (mode, output) in [("multi", Output::Candidates), ("single", Output::Single)] {
            if mode == "single" && !has_single {
                continue;
            }
            let found = predictor.predict(&embedding, &prompt, output, &()).unwrap();
            let get = |field: &str| reference.get(&format!("case.{case}.{mode}.{field}")).1;
            let what = |field: &str| format!("{case} {mode} {field}");
            let iou: Vec<f32> = found.candidates.iter().map(|c| c.predicted_iou).collect();
            assert_close(&what("iou"), &iou, &get("iou"), IOU_TOLERANCE);
            let low_res: Vec<f32> = found
                .candidates
                .iter()
                .flat_map(|c| c.low_res.values().to_vec())
                // SAM 2's predictor hands them out like this.
                .map(|x| if predictor.family() == Family::Sam2 { x.clamp(-32.0, 32.0) } else { x })
                .collect();
            assert_close(&what("low_res"), &low_res, &get("low_res"), tolerance);
            if reference.has(&format!("case.{case}.{mode}.logits")) {
                let logits: Vec<f32> = (0..found.candidates.len()).flat_map(|i| found.logits(i)).collect();
                assert_close(&what("logits"), &logits, &get("logits"), tolerance);
            }
            assert_eq!(found.object_score.is_some(), has_single && predictor.family() == Family::Sam2);
            if let Some(score) = found.object_score {
                let expected = reference.get(&format!("case.{case}.object_score")).1;
                assert_close(&what("object_score"), &[score], &expected, tolerance);
            }
        }
    }
}

#[test]
fn predictions_in_both_modes() {
    let checkpoints = [Some("mini.pt"), Some("mini_sam1.pth"), Some("mini_tiny_vit.pth"), None];
    for (network, checkpoint) in NETWORKS.into_iter().zip(checkpoints) {
        let weights = Weights::open(&data(&format!("{network}.safetensors"))).unwrap();
        let twin = checkpoint.map(|file| Weights::open_with(&data(file), weights.config().clone()).unwrap());
        for weights in [Some(weights), twin].into_iter().flatten() {
            let predictor = Predictor::new(weights).unwrap();
            check_predictions(&Reference::of(network), &predictor, true, LOGITS_TOLERANCE);
        }
    }
}

#[test]
fn predictions_on_each_instruction_set() {
    on_each_instruction_set(|| {
        for network in NETWORKS {
            let weights = Weights::open(&data(&format!("{network}.safetensors"))).unwrap();
            let predictor = Predictor::new(weights).unwrap();
            check_predictions(&Reference::of(network), &predictor, true, LOGITS_TOLERANCE);
        }
    });
}

#[test]
#[ignore = "prints how long the built-in model takes with each instruction set, on one core"]
fn times_on_each_instruction_set() {
    let photo = image::RgbImage::from_fn(1200, 800, |x, y| {
        image::Rgb([(x / 7) as u8, (y / 5) as u8, ((x ^ y) / 3) as u8])
    });
    on_each_instruction_set(|| {
        let predictor = Predictor::built_in(None).unwrap();
        let fastest = |work: &dyn Fn()| {
            let times = (0..5).map(|_| {
                let start = Instant::now();
                work();
                start.elapsed()
            });
            times.min().unwrap()
        };
        let encode = || predictor.encode(&photo, &()).unwrap();
        let (embedding, encoding) = (encode(), fastest(&|| drop(encode())));
        let prompt = Prompt { points: vec![Point { x: 600.0, y: 400.0, positive: true }], bbox: None };
        let click = fastest(&|| {
            predictor.predict(&embedding, &prompt.clone().into(), Output::Candidates, &()).unwrap();
        });
        println!("encoding {encoding:.1?}, a click {click:.1?}");
    });
}

#[test]
fn an_exported_pair_gives_what_the_native_network_gives() {
    let predictor = Predictor::open(&data("mini.decoder.onnx")).unwrap();
    check_predictions(&Reference::load(), &predictor, false, LOGITS_TOLERANCE);
    let embedding = predictor.encode(&Reference::load().photo(), &()).unwrap();
    let points = [[10.5, 20.0], [80.0, 60.0]];
    let batch = predictor.predict_points(&embedding, &points, Output::All, &()).unwrap();
    assert_eq!((batch.len(), batch[1].candidates.len()), (2, 3));
}

/// Damages exported models in many ways; whatever comes of it, it must not panic.
#[test]
fn hostile_onnx_files_end_in_an_error_or_in_a_model() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = 0x2545_f491_4f6c_dd1du64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    for round in 0..40 {
        for part in ["encoder", "decoder"] {
            let mut bytes = std::fs::read(data(&format!("mini.{part}.onnx"))).unwrap();
            if round % 2 == usize::from(part == "encoder") {
                match round % 4 {
                    0 | 1 => bytes.truncate(next(bytes.len())),
                    _ => (0..200).for_each(|_| bytes[next(60_000)] = next(256) as u8),
                }
            }
            std::fs::write(dir.path().join(format!("{part}.onnx")), bytes).unwrap();
        }
        let _ = Predictor::open(dir.path());
    }
}

/// The longest time between two questions whether to go on.
struct Pauses(Mutex<(Instant, Duration)>);

impl Monitor for Pauses {
    fn cancelled(&self) -> bool {
        let (last, longest) = &mut *self.0.lock().unwrap();
        *longest = (*longest).max(last.elapsed());
        *last = Instant::now();
        false
    }
}

/// The full-size networks against references with random weights; needs the folder that
/// `make_reference.py` and `make_sam1_reference.py` filled, in `TINSEL_REFERENCE`.
#[test]
#[ignore = "needs gigabytes of reference files; see CONTRIBUTING.md"]
fn full_size_networks() {
    let folder = PathBuf::from(std::env::var("TINSEL_REFERENCE").expect("TINSEL_REFERENCE is not set"));
    for name in std::env::var("TINSEL_NETWORKS").as_deref().unwrap_or("tiny,small,base_plus,large").split(',')
    {
        let reference = Reference::open(&folder.join(format!("{name}_reference.safetensors")));
        let start = Instant::now();
        let files = ["pt", "pth"].map(|extension| folder.join(format!("{name}.{extension}")));
        let file = files.iter().find(|file| file.exists()).unwrap();
        let predictor = Predictor::open(file).unwrap();
        let load = start.elapsed();
        let start = Instant::now();
        let pauses = Pauses(Mutex::new((start, Duration::ZERO)));
        let embedding = predictor.encode(&reference.photo(), &pauses).unwrap();
        let encode = start.elapsed();
        let pause = pauses.0.into_inner().unwrap().1;
        let prepared = embedding.features.of::<Prepared>().unwrap();
        let expected = reference.channels_last("embedding");
        let found = prepared.embedding(64 * 64);
        assert_close(&format!("{name} embedding"), &found, &expected, STAGE_TOLERANCE);
        check_predictions(&reference, &predictor, true, 2e-3);
        let prompt = reference.prompt("one_point");
        let start = Instant::now();
        predictor.predict(&embedding, &prompt.into(), Output::Candidates, &()).unwrap();
        let decode = start.elapsed();
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("peak memory unknown");
        println!("{name}: load {load:.2?}, encode {encode:.2?}, decode {decode:.2?}, {peak}");
        println!("{name}: encoding can be interrupted every {pause:.2?} or sooner");
    }
}

#[test]
fn a_batch_of_points_gives_what_each_point_gives_alone() {
    let predictor = Predictor::new(mini()).unwrap();
    let photo = Reference::load().photo();
    let embedding = predictor.encode(&photo, &()).unwrap();
    // More points than go through the decoder at once.
    let points: Vec<[f32; 2]> = (0..19).map(|i| [5.0 + 8.0 * i as f32, 110.0 - 5.25 * i as f32]).collect();
    let together = predictor.predict_points(&embedding, &points, Output::Candidates, &()).unwrap();
    for ([x, y], batched) in points.into_iter().zip(together) {
        let prompt = Prompt { points: vec![Point { x, y, positive: true }], ..Prompt::default() };
        let alone = predictor.predict(&embedding, &prompt.into(), Output::Candidates, &()).unwrap();
        for (a, b) in alone.candidates.iter().zip(&batched.candidates) {
            assert_close("batched", b.low_res.values(), a.low_res.values(), STAGE_TOLERANCE);
            assert_close("batched iou", &[b.predicted_iou], &[a.predicted_iou], IOU_TOLERANCE);
        }
    }
}

#[test]
fn a_cancelled_job_stops_between_nodes() {
    struct After(std::sync::atomic::AtomicUsize);
    impl Monitor for After {
        fn cancelled(&self) -> bool {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 5
        }
    }
    let predictor = Predictor::new(mini()).unwrap();
    let photo = Reference::load().photo();
    let monitor = After(Default::default());
    assert!(matches!(predictor.encode(&photo, &monitor), Err(Error::Cancelled)));
    assert!(monitor.0.into_inner() < 10, "it went on after the cancellation");
}

#[test]
fn decoding_can_be_cancelled_and_leaves_out_what_is_not_wanted() {
    struct Always;
    impl Monitor for Always {
        fn cancelled(&self) -> bool {
            true
        }
    }
    let predictor = Predictor::new(mini()).unwrap();
    let embedding = predictor.encode(&Reference::load().photo(), &()).unwrap();
    let points = [[20.0, 30.0], [90.0, 50.0], [5.0, 100.0]];
    let cancelled = predictor.predict_points(&embedding, &points, Output::Candidates, &Always);
    assert!(matches!(cancelled, Err(Error::Cancelled)));

    let all = predictor.predict_points(&embedding, &points, Output::Candidates, &()).unwrap();
    let iou = |p: &Prediction| p.candidates.iter().map(|c| c.predicted_iou).collect::<Vec<_>>();
    let limit = iou(&all[0])[1];
    let above = predictor.predict_points_above(&embedding, &points, Output::Candidates, limit, &()).unwrap();
    assert_eq!(above.len(), all.len());
    for (all, above) in all.iter().zip(&above) {
        let expected: Vec<_> = all.candidates.iter().filter(|c| c.predicted_iou > limit).cloned().collect();
        assert_eq!(above.candidates, expected);
    }
    assert!(above[0].candidates.len() < 3);
}

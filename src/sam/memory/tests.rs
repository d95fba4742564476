//! The memory against the official predictor's, frame by frame.

use super::*;
use crate::mask::Mask;
use crate::prompt::{BoxPrompt, Point, Prompt};
use crate::sam::LowRes;
use crate::sam::encoder::tests::stages;
use crate::sam::network::Map;
use crate::sam::parity::{Reference, assert_close, data};

/// Of the largest value.
const TOLERANCE: f32 = 1e-4;
const LOGITS_TOLERANCE: f32 = 1e-3;
const FRAMES: usize = 8;
/// Of the frames, in pixels.
const SIZE: (u32, u32) = (160, 120);
/// The clicks of the scenarios.
const A: [f32; 2] = [40.0, 48.0];
const B: [f32; 2] = [99.2, 84.0];

/// The small network, and frames to follow objects through.
struct Sequence {
    reference: Reference,
    network: MemoryNetwork,
    frames: Vec<Frame>,
}

impl Sequence {
    /// With the weights of SAM 2.1, or without what SAM 2.0 lacks, and the results of the official predictor.
    fn new(weights: &Weights, reference: Reference) -> Self {
        let network = MemoryNetwork::new(weights).unwrap();
        let (_, images) = Reference::of("mini_video").get("images");
        let frame = |image: &[f32]| {
            let maps = stages(weights, image).into_iter();
            let maps =
                maps.filter(|(name, _)| ["embedding", "high_res_0", "high_res_1"].contains(&&name[..]));
            network.frame(maps.map(|(_, values)| Map { shape: vec![], values }).collect(), SIZE).unwrap()
        };
        let frames = images.chunks_exact(images.len() / FRAMES).map(frame).collect();
        Self { reference, frames, network }
    }

    fn place(&self, frame: usize, direction: Direction) -> Place {
        Place { frame, direction, frames: FRAMES }
    }

    /// Compares an object on a frame with that in a step of a scenario.
    fn compare(&self, step: &str, object: usize, frame: usize, seen: &Observation) {
        let name = |field: &str| format!("{step}.obj{object}.frame{frame}.{field}");
        let values = |field: &str| self.reference.get(&name(field)).1;
        assert_close(&name("low_res"), seen.low_res.values(), &values("low_res"), LOGITS_TOLERANCE);
        assert_close(&name("pointer"), &seen.pointer, &values("pointer"), TOLERANCE);
        let memory = self.reference.channels_last(&name("memory"));
        assert_close(&name("memory"), seen.memory.values(), &memory, TOLERANCE);
        let score = values("object_score");
        assert!((seen.object_score - score[0]).abs() < 1e-3, "{}", name("object_score"));
        if self.reference.has(&name("logits")) {
            assert_close(&name("logits"), &seen.low_res.in_photo(), &values("logits"), LOGITS_TOLERANCE);
        }
    }

    /// Follows an object over frames in this order, where it is not prompted, and compares what comes of it.
    /// From frame `gone_from` on the object is said not to be there.
    fn follow(
        &self,
        (step, number): (&str, usize),
        object: &mut ObjectMemory,
        prompted: &[usize],
        direction: Direction,
        gone_from: usize,
    ) -> Vec<Option<LowRes>> {
        let mut order: Vec<usize> = (0..FRAMES).collect();
        if direction == Direction::Backward {
            order.reverse();
        }
        let mut logits = vec![None; FRAMES];
        for frame in order.into_iter().filter(|frame| !prompted.contains(frame)) {
            let (place, image) = (self.place(frame, direction), &self.frames[frame]);
            let name = format!("{step}.obj{number}.frame{frame}.conditioned");
            if self.reference.has(&name) {
                let conditioned = self.network.conditioned(image, place, object).unwrap();
                assert_close(&name, &conditioned, &self.reference.channels_last(&name), TOLERANCE);
            }
            let seen = match frame < gone_from {
                true => self.network.follow(image, place, object).unwrap(),
                false => self.network.absent(image, place, object, -4.0).unwrap(),
            };
            self.compare(step, number, frame, &seen);
            object.keep_followed(place, &seen);
            logits[frame] = Some(seen.low_res);
        }
        logits
    }

    fn prompt(&self, frame: usize, prompt: &Prompt) -> Observation {
        self.network.prompt(&self.frames[frame], prompt, None, None).unwrap()
    }

    fn compare_prompted(&self, name: &str, seen: &Observation) {
        if !self.reference.has(name) {
            return;
        }
        let expected = self.reference.get(name).1;
        let pixels = SIZE.0 as usize * SIZE.1 as usize;
        let of_object = &expected[expected.len() - pixels..];
        assert_close(name, &seen.low_res.in_photo(), of_object, LOGITS_TOLERANCE);
    }

    /// Prompts an object on one frame and follows it from there.
    fn scenario(&self, name: &str, frame: usize, seen: &Observation, direction: Direction, gone_from: usize) {
        let mut object = ObjectMemory::default();
        let step = format!("{name}.1");
        self.compare(&step, 1, frame, seen);
        object.keep_prompted(frame, seen);
        self.follow((&step, 1), &mut object, &[frame], direction, gone_from);
    }
}

fn clicks(clicks: &[([f32; 2], bool)]) -> Prompt {
    let point = |&([x, y], positive): &([f32; 2], bool)| Point { x, y, positive };
    Prompt { points: clicks.iter().map(point).collect(), bbox: None }
}

fn weights() -> Weights {
    Weights::open(&data("mini_video.safetensors")).unwrap()
}

/// With the memory of SAM 2.1.
fn sequence() -> Sequence {
    Sequence::new(&weights(), Reference::of("mini_video"))
}

/// With that of EdgeTAM.
fn edge_tam() -> Sequence {
    let weights = Weights::open(&data("mini_edgetam.safetensors")).unwrap();
    Sequence::new(&weights, Reference::of("mini_edgetam_video"))
}

#[test]
fn a_click_is_followed_as_by_the_official_predictor() {
    for sequence in [sequence(), edge_tam()] {
        for (name, frame, at, direction, gone_from) in [
            ("click", 0, A, Direction::Forward, FRAMES),
            ("backward", FRAMES - 1, B, Direction::Backward, FRAMES),
            ("gone", 0, A, Direction::Forward, 3),
        ] {
            let seen = sequence.prompt(frame, &clicks(&[(at, true)]));
            sequence.compare_prompted(&format!("{name}.0.prompted_logits"), &seen);
            sequence.scenario(name, frame, &seen, direction, gone_from);
        }
    }
}

#[test]
fn a_mask_is_followed_as_by_the_official_predictor() {
    let sequence = sequence();
    let (width, height) = SIZE;
    let within = |value: u32, length: u32, from: f32, to: f32| {
        let length = length as f32;
        (((from * length) as u32)..((to * length) as u32)).contains(&value)
    };
    let mask =
        Mask::from_fn(width, height, |x, y| within(x, width, 0.13, 0.37) && within(y, height, 0.25, 0.56));
    for sequence in [&sequence, &edge_tam()] {
        let seen = sequence.network.accept_mask(&sequence.frames[0], &mask).unwrap();
        sequence.scenario("mask", 0, &seen, Direction::Forward, FRAMES);
    }
    let other = Mask::from_fn(width, height + 1, |_, _| true);
    let error = sequence.network.accept_mask(&sequence.frames[0], &other).unwrap_err().to_string();
    assert!(error.contains("160x121") && error.contains("160x120"), "{error}");
}

#[test]
fn two_objects_are_followed_as_by_the_official_predictor() {
    let sequence = sequence();
    let bbox = Some(BoxPrompt { x0: 19.2, y0: 24.0, x1: 60.8, y1: 72.0 });
    let first = sequence.prompt(0, &Prompt { points: vec![], bbox });
    sequence.compare_prompted("two.0.prompted_logits", &first);
    let second = sequence.prompt(3, &clicks(&[(B, true)]));
    sequence.compare_prompted("two.1.prompted_logits", &second);
    for (number, frame, seen) in [(1, 0, first), (2, 3, second)] {
        let mut object = ObjectMemory::default();
        object.keep_prompted(frame, &seen);
        sequence.compare("two.2", number, frame, &seen);
        // The second object is looked for on the frames before its prompt, too.
        sequence.follow(("two.2", number), &mut object, &[frame], Direction::Forward, FRAMES);
    }
}

#[test]
fn a_correction_steers_as_in_the_official_predictor() {
    for sequence in [sequence(), edge_tam()] {
        correct(&sequence);
    }
}

fn correct(sequence: &Sequence) {
    let mut object = ObjectMemory::default();
    let seen = sequence.prompt(0, &clicks(&[(A, true)]));
    object.keep_prompted(0, &seen);
    let logits = sequence.follow(("correct.1", 1), &mut object, &[0], Direction::Forward, FRAMES);
    let place = sequence.place(4, Direction::Forward);
    let correction = clicks(&[(B, false), (A, true)]);
    let frame = &sequence.frames[4];
    let seen =
        sequence.network.prompt(frame, &correction, logits[4].as_ref(), Some((place, &object))).unwrap();
    sequence.compare_prompted("correct.2.prompted_logits", &seen);
    object.keep_prompted(4, &seen);
    sequence.compare("correct.3", 1, 4, &seen);
    sequence.follow(("correct.3", 1), &mut object, &[0, 4], Direction::Forward, FRAMES);
}

#[test]
fn a_perceiver_condenses_a_memory_as_the_official_one() {
    let weights = Weights::open(&data("mini_edgetam.safetensors")).unwrap();
    let memory = weights.config().memory;
    let perceiver = Perceiver::new(&weights, memory.perceiver.unwrap(), memory.mem_dim).unwrap();
    let reference = Reference::of("mini_edgetam_video");
    let found = perceiver.condense(&reference.channels_last("memory_map"));
    assert_close("memory", &found, &reference.get("memory").1, TOLERANCE);
}

#[test]
fn a_perceiver_needs_a_map_that_its_windows_divide() {
    let open = |side| {
        let weights = Weights::open(&data("mini_edgetam.safetensors")).unwrap().with_image_size(side);
        MemoryNetwork::new(&weights.unwrap()).err().map(|error| error.to_string())
    };
    assert_eq!(open(128), None);
    let error = open(96 + 64).unwrap();
    for part in ["mini_edgetam.safetensors", "160 pixels", "to follow objects", "multiple of 64"] {
        assert!(error.contains(part), "{error}");
    }
}

/// The tensors that SAM 2.0 lacks.
const NEW_IN_2_1: [&str; 3] = ["obj_ptr_tpos_proj.weight", "obj_ptr_tpos_proj.bias", "no_obj_embed_spatial"];

#[test]
fn sam_2_0_is_followed_without_what_it_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("2.0.safetensors");
    let bytes = std::fs::read(data("mini_video.safetensors")).unwrap();
    let all = ::safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let (_, header) = ::safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let kept = all.tensors().into_iter().filter(|(name, _)| !NEW_IN_2_1.contains(&&name[..]));
    ::safetensors::serialize_to_file(kept, header.metadata().clone(), &file).unwrap();
    let weights = Weights::open(&file).unwrap();
    let sequence = Sequence::new(&weights, Reference::of("mini_video_2.0"));
    let seen = sequence.prompt(0, &clicks(&[(A, true)]));
    sequence.scenario("gone", 0, &seen, Direction::Forward, 3);
}

#[test]
fn only_so_much_is_remembered() {
    let sequence = sequence();
    let seen = sequence.prompt(0, &clicks(&[(A, true)]));
    let mut object = ObjectMemory::default();
    object.keep_prompted(0, &seen);
    let place = |frame, direction| Place { frame, direction, frames: 1000 };
    let one = object.bytes();
    for frame in 1..400 {
        object.keep_followed(place(frame, Direction::Forward), &seen);
        let recalled = object.recall(place(frame + 1, Direction::Forward));
        let distances: Vec<usize> = recalled.followed.iter().map(|(distance, _)| *distance).collect();
        assert_eq!(distances.len(), frame.min(MEMORIES - 1));
        assert!(distances.iter().all(|distance| (1..MEMORIES).contains(distance)));
        assert_eq!(recalled.pointers.len(), 1 + frame.min(POINTERS - 1));
        assert!(object.bytes() <= (POINTERS + 1) * one);
    }
    // A prompted frame is never followed, and what lies ahead is of no use.
    object.keep_prompted(399, &seen);
    let recalled = object.recall(place(395, Direction::Forward));
    assert_eq!((recalled.prompted.len(), recalled.pointers[0].0), (2, 395.0));
    object.keep_followed(place(395, Direction::Forward), &seen);
    assert!(object.recall(place(394, Direction::Forward)).followed.iter().all(|(d, _)| *d < 394));
}

#[test]
fn the_position_of_a_memory_is_the_official_one() {
    let reference = Reference::of("mini_video");
    let expected = reference.channels_last("memory_pos");
    assert_close("memory_pos", &position::sine(12, 16), &expected, 1e-6);
}

/// Full-size networks on real frames against references with random weights; needs the folder that
/// `make_video_reference.py tiny FOLDER --frames FRAMES --scenario click`, or `make_edgetam_reference.py edgetam`
/// with the same, filled, in `TINSEL_REFERENCE`, and the names in `TINSEL_NETWORKS`.
#[test]
#[ignore = "needs hundreds of megabytes of reference files; see CONTRIBUTING.md"]
fn full_size_sequence() {
    let folder =
        std::path::PathBuf::from(std::env::var("TINSEL_REFERENCE").expect("TINSEL_REFERENCE is not set"));
    for name in std::env::var("TINSEL_NETWORKS").as_deref().unwrap_or("tiny").split(',') {
        follow_full_size(&folder, name);
    }
}

fn follow_full_size(folder: &std::path::Path, name: &str) {
    let reference = Reference::open(&folder.join(format!("{name}_video_reference.safetensors")));
    let files = ["_video.safetensors", ".pt"].map(|end| folder.join(format!("{name}{end}")));
    let file = files.iter().find(|file| file.exists()).unwrap();
    let predictor = crate::sam::Predictor::open(file).unwrap();
    let network = predictor.memory().unwrap().unwrap();
    let (shape, pixels) = reference.bytes("frames");
    let [count, height, width, _] = shape[..] else { panic!("{shape:?}") };
    let mut object = ObjectMemory::default();
    for (i, pixels) in pixels.chunks_exact(pixels.len() / count).enumerate() {
        let picture = image::RgbImage::from_raw(width as u32, height as u32, pixels.to_vec()).unwrap();
        let start = std::time::Instant::now();
        let mut encoding = predictor.start_encoding_frame(&picture).unwrap();
        while !encoding.is_done() {
            encoding.step().unwrap();
        }
        let encoded = encoding.finish().unwrap();
        let frame = network.frame(encoded.maps, encoded.photo_size).unwrap();
        let encode = start.elapsed();
        let place = Place { frame: i, direction: Direction::Forward, frames: count };
        let seen = if i == 0 {
            let click = clicks(&[([0.25 * width as f32, 0.4 * height as f32], true)]);
            let seen = network.prompt(&frame, &click, None, None).unwrap();
            object.keep_prompted(i, &seen);
            seen
        } else {
            let seen = network.follow(&frame, place, &object).unwrap();
            object.keep_followed(place, &seen);
            seen
        };
        println!("{name}, frame {i}: {:.2?}, of these {encode:.2?} to encode it", start.elapsed());
        let name = format!("click.1.obj1.frame{i}.low_res");
        assert_close(&name, seen.low_res.values(), &reference.get(&name).1, 5e-3);
        let name = format!("click.1.obj1.frame{i}.pointer");
        assert_close(&name, &seen.pointer, &reference.get(&name).1, 5e-3);
    }
}

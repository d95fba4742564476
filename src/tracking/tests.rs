//! Runs over small sequences, compared with the official predictor for videos.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use image::RgbImage;

use super::*;
use crate::mask::Mask;
use crate::prompt::{BoxPrompt, Point, Prompt};
use crate::sam::parity::{Reference, data};
use crate::sam::{Fit, LowRes, Monitor, Predictor};

const FRAMES: usize = 8;

/// Frames in memory, of which some may be unreadable. Counts how often they are read.
struct Pictures {
    frames: Vec<Option<Arc<RgbImage>>>,
    reads: usize,
}

impl Pictures {
    fn new(frames: impl IntoIterator<Item = RgbImage>) -> Self {
        Self { frames: frames.into_iter().map(|frame| Some(Arc::new(frame))).collect(), reads: 0 }
    }

    /// Those of the reference.
    fn mini() -> Self {
        let (shape, values) = Reference::of("mini_video").bytes("frames");
        let (height, width) = (shape[1] as u32, shape[2] as u32);
        let frames = values.chunks_exact(values.len() / shape[0]);
        Self::new(frames.map(|frame| RgbImage::from_raw(width, height, frame.to_vec()).unwrap()))
    }
}

impl Frames for Pictures {
    fn count(&self) -> usize {
        self.frames.len()
    }

    fn frame(&mut self, index: usize) -> Result<Arc<RgbImage>, FrameError> {
        self.reads += 1;
        self.frames[index].clone().ok_or_else(|| format!("frame {index} is damaged").into())
    }
}

fn mini_tracker() -> Tracker {
    let predictor = Predictor::open(&data("mini_video.safetensors")).unwrap();
    Tracker::new(Arc::new(predictor), FRAMES).unwrap()
}

fn clicks(clicks: &[(f32, f32, bool)]) -> Cue {
    let point = |&(x, y, positive): &(f32, f32, bool)| Point { x, y, positive };
    Prompt { points: clicks.iter().map(point).collect(), bbox: None }.into()
}

fn range(directions: &[Direction]) -> Range {
    Range { from: None, directions: directions.to_vec(), limit: Limit::End }
}

/// All results of a run, and the frames that cannot be read.
fn finish(tracker: &mut Tracker, frames: &mut Pictures, mut run: Run) -> (Vec<Tracked>, Vec<usize>) {
    let (mut all, mut unreadable) = (vec![], vec![]);
    let mut fraction = 0.0;
    loop {
        match run.step(tracker, frames, &()).unwrap() {
            Step::Working => {}
            Step::Tracked(tracked) => all.push(tracked),
            Step::Unreadable { frame, error } => {
                assert!(error.to_string().contains(&frame.to_string()));
                unreadable.push(frame);
            }
            Step::Done => break,
        }
        assert!(run.fraction() >= fraction, "{} after {fraction}", run.fraction());
        fraction = run.fraction();
    }
    assert_eq!(run.fraction(), 1.0);
    (all, unreadable)
}

fn follow(tracker: &mut Tracker, frames: &mut Pictures, range: Range) -> Vec<Tracked> {
    let run = Run::new(tracker, range).unwrap();
    finish(tracker, frames, run).0
}

fn iou(a: &Mask, b: &Mask) -> f64 {
    let both = a.intersection(b).area() as f64;
    let either = a.area() as f64 + b.area() as f64 - both;
    if either == 0.0 { 1.0 } else { both / either }
}

/// Compares results with those of the official predictor in a step of a scenario.
fn compare(step: &str, results: &[Tracked]) {
    let reference = Reference::of("mini_video");
    for tracked in results {
        let name = |field: &str| format!("{step}.obj{}.frame{}.{field}", tracked.object, tracked.frame);
        let (_, low_res) = reference.get(&name("low_res"));
        let low_res: Vec<f32> = low_res.into_iter().collect();
        let size = (tracked.mask.width(), tracked.mask.height());
        let placement = crate::sam::input::Placement::new(Fit::Stretch, 192, size);
        let (expected, _) = LowRes::new(low_res, placement).unwrap().mask(0.0, 0.0);
        assert!(iou(&tracked.mask, &expected) > 0.998, "{}: {}", name("mask"), iou(&tracked.mask, &expected));
        let score = reference.get(&name("object_score")).1[0];
        assert!((tracked.object_score.unwrap() - score).abs() < 1e-2, "{}", name("object_score"));
    }
}

fn frames_of(results: &[Tracked], object: ObjectId) -> Vec<usize> {
    results.iter().filter(|tracked| tracked.object == object).map(|tracked| tracked.frame).collect()
}

#[test]
fn objects_are_followed_as_by_the_official_predictor() {
    let mut frames = Pictures::mini();
    let mut tracker = mini_tracker();
    assert!(tracker.has_memory());
    tracker.set_cue(1, 0, clicks(&[(40.0, 48.0, true)])).unwrap();
    let results = follow(&mut tracker, &mut frames, Range::forward());
    assert_eq!(frames_of(&results, 1), (0..FRAMES).collect::<Vec<_>>());
    assert_eq!(
        (results[0].origin, results[1].origin),
        (Origin::Prompted, Origin::Followed(Direction::Forward))
    );
    assert_eq!(frames.reads, FRAMES, "each frame is read once");
    compare("click.1", &results);

    // A correction becomes a prompted frame, which stays as it is and steers the others.
    tracker.set_cue(1, 4, clicks(&[(99.2, 84.0, false), (40.0, 48.0, true)])).unwrap();
    let results = follow(&mut tracker, &mut frames, Range::forward());
    assert_eq!(frames_of(&results, 1), [4, 1, 2, 3, 5, 6, 7]);
    compare("correct.3", &results);

    let mut tracker = mini_tracker();
    tracker.set_cue(1, FRAMES - 1, clicks(&[(99.2, 84.0, true)])).unwrap();
    let results = follow(&mut tracker, &mut frames, range(&[Direction::Backward]));
    assert_eq!(frames_of(&results, 1), (0..FRAMES).rev().collect::<Vec<_>>());
    compare("backward.1", &results);
}

#[test]
fn several_objects_share_the_encoding_of_each_frame() {
    let mut frames = Pictures::mini();
    let mut tracker = mini_tracker();
    let bbox = Some(BoxPrompt { x0: 19.2, y0: 24.0, x1: 60.8, y1: 72.0 });
    tracker.set_cue(1, 0, Prompt { points: vec![], bbox }.into()).unwrap();
    tracker.set_cue(2, 3, clicks(&[(99.2, 84.0, true)])).unwrap();
    let results = follow(&mut tracker, &mut frames, Range::forward());
    assert_eq!(frames_of(&results, 1), (0..FRAMES).collect::<Vec<_>>());
    // Unlike the official predictor, which would look for the second one before it was seen.
    assert_eq!(frames_of(&results, 2), (3..FRAMES).collect::<Vec<_>>());
    assert_eq!(frames.reads, FRAMES + 1, "only the frame of the second cue is read twice");
    compare("two.2", &frames_from(&results, 1));
    assert!(results.iter().all(|tracked| tracked.doubts.len() <= 3));

    // An object may be added at any time, and nothing of the others is lost.
    let mask = Mask::from_fn(160, 120, |x, y| (20..59).contains(&x) && (30..67).contains(&y));
    tracker.set_cue(7, 5, Arc::new(mask.clone()).into()).unwrap();
    let run = Run::new(&tracker, Range { from: Some(5), ..Range::forward() }).unwrap();
    let (results, _) = finish(&mut tracker, &mut frames, run);
    assert_eq!((frames_of(&results, 7), frames_of(&results, 1)), (vec![5, 6, 7], vec![5, 6, 7]));
    let given = results.iter().find(|tracked| tracked.object == 7).unwrap();
    assert_eq!((given.frame, &*given.mask, given.predicted_iou), (5, &mask, 1.0));
}

fn frames_from(results: &[Tracked], object: ObjectId) -> Vec<Tracked> {
    results.iter().filter(|tracked| tracked.object == object).cloned().collect()
}

#[test]
fn ranges_have_directions_and_limits() {
    let mut frames = Pictures::mini();
    let mut tracker = mini_tracker();
    tracker.set_cue(1, 3, clicks(&[(60.0, 60.0, true)])).unwrap();
    tracker.set_cue(1, 6, clicks(&[(80.0, 70.0, true)])).unwrap();
    let answers = follow(&mut tracker, &mut frames, range(&[]));
    assert_eq!(frames_of(&answers, 1), [3, 6]);
    let (forward, backward) = (Direction::Forward, Direction::Backward);
    let cases = [
        (None, vec![forward], Limit::End, vec![4, 5, 7]),
        (None, vec![backward], Limit::End, vec![5, 4, 2, 1, 0]),
        (None, vec![forward, backward], Limit::End, vec![4, 5, 7, 2, 1, 0]),
        (None, vec![forward], Limit::NextCue, vec![4, 5]),
        (None, vec![backward, forward], Limit::Frames(2), vec![2, 1, 4, 5]),
        (Some(5), vec![forward], Limit::End, vec![5, 7]),
        (Some(5), vec![forward, backward], Limit::Frames(1), vec![5, 4]),
        (Some(1), vec![forward], Limit::End, vec![4, 5, 7]),
        (Some(5), vec![backward], Limit::NextCue, vec![5, 4]),
    ];
    for (from, directions, limit, expected) in cases {
        let range = Range { from, directions, limit };
        let results = follow(&mut tracker, &mut frames, range.clone());
        assert_eq!(frames_of(&results, 1), expected, "{range:?}");
    }
    let error = Run::new(&tracker, Range { from: Some(8), ..Range::forward() }).err().unwrap().to_string();
    assert!(error.contains("8 frames") && error.contains("no frame 8"), "{error}");
}

#[test]
fn unreadable_frames_and_bad_cues_are_reported_and_skipped() {
    let mut frames = Pictures::mini();
    frames.frames[2] = None;
    let mut tracker = mini_tracker();
    assert!(matches!(tracker.set_cue(1, 99, clicks(&[(1.0, 1.0, true)])), Err(TrackError::NoFrame { .. })));
    assert!(matches!(tracker.set_cue(1, 0, Cue::default()), Err(TrackError::Cue { .. })));
    assert_eq!(tracker.objects().count(), 0);
    tracker.set_cue(1, 0, clicks(&[(40.0, 48.0, true)])).unwrap();
    tracker.set_cue(2, 2, clicks(&[(40.0, 48.0, true)])).unwrap();
    tracker.set_cue(3, 1, clicks(&[(400.0, 48.0, true)])).unwrap();
    let mut run = Run::new(&tracker, Range::forward()).unwrap();
    let error = loop {
        match run.step(&mut tracker, &mut frames, &()) {
            Ok(Step::Done) => panic!("a point outside the frame was taken"),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    let text = error.to_string();
    assert!(text.contains("object 3") && text.contains("frame 1") && text.contains("160x120"), "{text}");
    let (results, unreadable) = finish(&mut tracker, &mut frames, run);
    assert_eq!(unreadable, [2, 2], "for the cue, and on the way");
    assert_eq!(frames_of(&results, 1), [1, 3, 4, 5, 6, 7]);
    assert!(frames_of(&results, 2).is_empty() && frames_of(&results, 3).is_empty());
}

/// Stops after this many questions.
struct After(AtomicUsize);

impl Monitor for After {
    fn cancelled(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
    }
}

#[test]
fn a_stopped_run_keeps_what_was_done_and_goes_on() {
    let mut frames = Pictures::mini();
    let whole = {
        let mut tracker = mini_tracker();
        tracker.set_cue(1, 0, clicks(&[(40.0, 48.0, true)])).unwrap();
        follow(&mut tracker, &mut frames, Range::forward())
    };
    let mut tracker = mini_tracker();
    tracker.set_cue(1, 0, clicks(&[(40.0, 48.0, true)])).unwrap();
    let mut run = Run::new(&tracker, Range::forward()).unwrap();
    let mut results = vec![];
    for _ in 0..1000 {
        let monitor = After(30.into());
        match run.step(&mut tracker, &mut frames, &monitor) {
            Ok(Step::Tracked(tracked)) => results.push(tracked),
            Ok(Step::Done) => break,
            Ok(_) => {}
            Err(error) => assert!(error.is_cancelled(), "{error}"),
        }
        let stopped = run.step(&mut tracker, &mut frames, &After(0.into()));
        assert!(matches!(stopped, Ok(Step::Done)) || stopped.is_err_and(|error| error.is_cancelled()));
    }
    assert_eq!(results, whole);
}

#[test]
fn an_object_whose_prompt_was_stopped_is_not_skipped() {
    let mut frames = Pictures::mini();
    let predictor = Arc::new(Predictor::open(&data("mini_sam1.safetensors")).unwrap());
    let mut trackers = [0; 2].map(|_| Tracker::new(predictor.clone(), FRAMES).unwrap());
    for tracker in &mut trackers {
        tracker.set_cue(1, 0, clicks(&[(40.0, 48.0, true)])).unwrap();
    }
    let [whole, stopped] = &mut trackers;
    let whole = follow(whole, &mut frames, Range::forward());
    let (mut run, mut results, mut stops) = (Run::new(stopped, Range::forward()).unwrap(), vec![], 0);
    // Stopped before the encoder, in the decoder, and not at all, in turn.
    for allowed in [0, 1, 1000].into_iter().cycle() {
        match run.step(stopped, &mut frames, &After(allowed.into())) {
            Ok(Step::Tracked(tracked)) => results.push(tracked),
            Ok(Step::Done) => break,
            Ok(_) => {}
            Err(error) => {
                assert!(error.is_cancelled(), "{error}");
                stops += 1;
            }
        }
    }
    assert!(stops > 2 * FRAMES, "{stops}");
    assert_eq!(results, whole);
}

#[test]
fn another_tracker_continues_from_earlier_results() {
    let mut frames = Pictures::mini();
    let mut tracker = mini_tracker();
    tracker.set_cue(1, 0, clicks(&[(40.0, 48.0, true)])).unwrap();
    let whole = follow(&mut tracker, &mut frames, Range::forward());

    let mut tracker = mini_tracker();
    tracker.set_cue(1, 0, clicks(&[(40.0, 48.0, true)])).unwrap();
    for tracked in &whole[1..5] {
        let prior =
            PriorMask { frame: tracked.frame, direction: Direction::Forward, mask: tracked.mask.clone() };
        tracker.add_prior(1, prior).unwrap();
    }
    let run = Run::new(&tracker, Range::forward()).unwrap().without((1..5).map(|frame| (1, frame)));
    let (results, _) = finish(&mut tracker, &mut frames, run);
    assert_eq!(frames_of(&results, 1), [0, 5, 6, 7]);
    for (found, expected) in results[1..].iter().zip(&whole[5..]) {
        // A mask says less than the logits it was cut from, and this network has random weights.
        assert!(iou(&found.mask, &expected.mask) > 0.65, "{}", iou(&found.mask, &expected.mask));
    }
}

#[test]
fn without_a_memory_each_frame_is_prompted_with_the_one_before() {
    let photo = image::open(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/coffee.jpg")).unwrap();
    let photo = photo.to_rgb8();
    let (width, height, step) = (480, 330, 24);
    let view = |i: u32| image::imageops::crop_imm(&photo, i * step, i * step / 2, width, height).to_image();
    let mut frames = Pictures::new((0..4).map(view));
    let mut tracker = Tracker::new(Arc::new(Predictor::built_in(None).unwrap()), 4).unwrap();
    assert!(!tracker.has_memory());
    tracker.set_cue(5, 0, clicks(&[(290.0, 170.0, true)])).unwrap();
    let results = follow(&mut tracker, &mut frames, Range::forward());
    assert_eq!(frames_of(&results, 5), [0, 1, 2, 3]);
    let first = &results[0].mask;
    assert!(first.area() > 1000);
    for (i, tracked) in (0u32..).zip(&results) {
        let moved = |x: u32, y: u32| first.get(x + i * step, y + i * step / 2);
        let expected = Mask::from_fn(width, height, moved);
        assert!(iou(&tracked.mask, &expected) > 0.75, "frame {i}: {}", iou(&tracked.mask, &expected));
        assert_eq!(tracked.doubts, []);
    }
    // From masks that another tracker found, no frame has to be seen again.
    let mut tracker = Tracker::new(Arc::new(Predictor::built_in(None).unwrap()), 4).unwrap();
    tracker.set_cue(5, 0, first.clone().into()).unwrap();
    let prior = PriorMask { frame: 2, direction: Direction::Forward, mask: results[2].mask.clone() };
    tracker.add_prior(5, prior).unwrap();
    frames.reads = 0;
    let run = Run::new(&tracker, Range::forward()).unwrap().without([(5, 1), (5, 2)]);
    let (again, _) = finish(&mut tracker, &mut frames, run);
    assert_eq!((frames_of(&again, 5), frames.reads), (vec![0, 3], 2));
    assert!(iou(&again[1].mask, &results[3].mask) > 0.78);
}

#[test]
fn the_cues_can_be_read_back_and_taken_back() {
    let mut tracker = mini_tracker();
    let cue = clicks(&[(40.0, 48.0, true)]);
    tracker.set_cue(3, 2, cue.clone()).unwrap();
    tracker.set_cue(3, 5, cue.clone()).unwrap();
    let all: BTreeMap<usize, &Cue> = tracker.cues(3).collect();
    assert_eq!(all, BTreeMap::from([(2, &cue), (5, &cue)]));
    tracker.remove_cue(3, 2);
    assert_eq!(tracker.cues(3).count(), 1);
    tracker.remove_object(3);
    assert_eq!(tracker.objects().count(), 0);
}

#[test]
fn what_is_known_is_not_computed_again_and_goes_on_as_if_without_a_pause() {
    let size = Pictures::mini().frame(0).unwrap().dimensions();
    let square = |x: u32, y: u32| (20..60).contains(&x) && (20..60).contains(&y);
    let cue = || Cue::from(Arc::new(Mask::from_fn(size.0, size.1, square)));
    let (mut whole, mut frames) = (mini_tracker(), Pictures::mini());
    whole.set_cue(1, 0, cue()).unwrap();
    let run = Run::new(&whole, range(&[Direction::Forward])).unwrap();
    let (expected, _) = finish(&mut whole, &mut frames, run);

    let (mut tracker, mut frames) = (mini_tracker(), Pictures::mini());
    tracker.update(vec![(1, 0, cue())], vec![]).unwrap();
    let first = Range { from: Some(0), directions: vec![Direction::Forward], limit: Limit::Frames(3) };
    let run = Run::new(&tracker, first).unwrap();
    let (mut all, _) = finish(&mut tracker, &mut frames, run);
    assert_eq!(frames.reads, 4);
    let prior = |tracked: &Tracked| PriorMask {
        frame: tracked.frame,
        direction: Direction::Forward,
        mask: tracked.mask.clone(),
    };
    let visible = |all: &[Tracked]| -> Vec<(ObjectId, PriorMask)> {
        let followed =
            all.iter().filter(|tracked| tracked.origin != Origin::Prompted && !tracked.mask.is_empty());
        followed.map(|tracked| (1, prior(tracked))).collect()
    };
    tracker.update(vec![(1, 0, cue())], visible(&all)).unwrap();
    let rest = Range { from: Some(4), directions: vec![Direction::Forward], limit: Limit::End };
    let run = Run::new(&tracker, rest).unwrap();
    let (later, _) = finish(&mut tracker, &mut frames, run);
    assert_eq!(frames.reads, FRAMES, "nothing was read twice");
    all.extend(later);
    assert_eq!(all, expected);

    // Results that were changed or taken back are remembered as they are now; so are cues.
    let other = Arc::new(Mask::from_fn(size.0, size.1, |x, _| x < 9));
    let changed = vec![(1, PriorMask { frame: 3, direction: Direction::Forward, mask: other })];
    tracker.update(vec![(1, 0, cue()), (2, 1, cue())], changed).unwrap();
    let run = Run::new(&tracker, Range { from: Some(4), ..range(&[Direction::Forward]) }).unwrap();
    let (again, _) = finish(&mut tracker, &mut frames, run);
    assert!([1, 2].iter().all(|object| again.iter().any(|tracked| tracked.object == *object)));
    assert_eq!(frames.reads, FRAMES + 2 + 4, "frames 1 and 3, and 4 to 7 again");
    tracker.update(vec![(2, 1, cue())], vec![]).unwrap();
    assert_eq!(tracker.objects().collect::<Vec<_>>(), [2]);
}

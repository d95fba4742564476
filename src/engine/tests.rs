//! The engine with the real built-in model.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use image::{Rgb, RgbImage};

use super::*;
use crate::everything::{FoundMask, Parameters, crop};
use crate::mask::{Mask, PixelBox};
use crate::prompt::{BoxPrompt, Point, Prompt};
use crate::sam::{Output, Query};
use crate::tracking::{Cue, DoubtLimits, FrameError, Frames, Range};

/// A disc; each id has another background.
fn photo(id: u64) -> PhotoRef {
    let disc = |x: u32, y: u32| (x as f32 - 60.0).hypot(y as f32 - 40.0) < 25.0;
    let ground = Rgb([40, 90, 60 + id as u8]);
    let pixels = RgbImage::from_fn(120, 80, |x, y| if disc(x, y) { Rgb([220, 40, 30]) } else { ground });
    PhotoRef { id, pixels: Arc::new(pixels), part: None }
}

fn point(x: f32) -> Query {
    Prompt { points: vec![Point { x, y: 40.0, positive: true }], bbox: None }.into()
}

fn started() -> Engine {
    started_with(|| {})
}

fn started_with(wake: impl Fn() + Send + Sync + 'static) -> Engine {
    let engine = Engine::start(wake);
    engine.load_model(ModelSource::built_in());
    wait(&engine, |e| matches!(e, Event::ModelLoaded { .. }));
    engine
}

/// All events up to the first for which `last` holds.
fn wait(engine: &Engine, last: impl Fn(&Event) -> bool) -> Vec<Event> {
    let start = Instant::now();
    let mut seen = vec![];
    while start.elapsed() < Duration::from_secs(60) {
        for event in engine.events() {
            let found = last(&event);
            seen.push(event);
            if found {
                return seen;
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("the event did not come; seen: {seen:?}");
}

/// All masks that everything mode found.
fn found(seen: &[Event]) -> Vec<&FoundMask> {
    let mut found = vec![];
    for event in seen {
        if let Event::Found { masks, .. } = event {
            found.extend(masks);
        }
    }
    found
}

#[test]
fn the_newest_prompt_is_answered_and_older_ones_are_given_up() {
    let engine = started();
    let numbers: Vec<u64> =
        (0..5).map(|i| engine.predict(photo(1), point(20.0 + i as f32 * 10.0), Output::All)).collect();
    let newest = numbers[4];
    let seen = wait(&engine, |e| matches!(e, Event::Predicted { number, .. } if *number == newest));
    let answered = seen.iter().filter(|e| matches!(e, Event::Predicted { .. })).count();
    assert!(answered < 5, "all {answered} prompts were computed");
    let Some(Event::Predicted { candidates, suggested, .. }) = seen.last() else { unreachable!() };
    assert_eq!(candidates.len(), 4);
    assert!(*suggested < 4);
    assert_eq!((candidates[0].mask.width(), candidates[0].mask.height()), (120, 80));
}

#[test]
fn everything_streams_and_a_cancelled_run_keeps_what_it_found() {
    let engine = started();
    let parameters = Parameters {
        points_per_side: 16,
        points_per_batch: 16,
        pred_iou_thresh: 0.0,
        stability_score_thresh: 0.0,
        ..Parameters::default()
    };
    let number = engine.segment_everything(photo(1), parameters);
    let seen = wait(&engine, |e| matches!(e, Event::Found { points_done: 32, .. }));
    assert!(!found(&seen).is_empty());
    let start = Instant::now();
    engine.cancel(JobKind::Everything);
    let seen = wait(&engine, |e| matches!(e, Event::EverythingDone { .. }));
    assert!(start.elapsed() < Duration::from_secs(10), "it took {:?} to stop", start.elapsed());
    let Some(Event::EverythingDone { number: n, complete, .. }) = seen.last() else { unreachable!() };
    assert!(*n == number && !*complete);
}

#[test]
fn prompts_are_answered_while_everything_runs() {
    let engine = started();
    let parameters = Parameters { points_per_batch: 16, ..Parameters::default() };
    engine.segment_everything(photo(1), parameters);
    wait(&engine, |e| matches!(e, Event::Found { .. }));
    engine.predict(photo(1), point(60.0), Output::All);
    let seen = wait(&engine, |e| matches!(e, Event::EverythingDone { .. } | Event::Predicted { .. }));
    assert!(matches!(seen.last(), Some(Event::Predicted { .. })));
}

#[test]
fn errors_and_panics_are_reported_and_the_worker_goes_on() {
    let engine = started();
    let nothing = PhotoRef { id: 7, pixels: Arc::new(RgbImage::new(0, 0)), part: None };
    engine.encode(nothing);
    let seen = wait(&engine, |e| matches!(e, Event::Failed { .. }));
    assert!(
        matches!(seen.last(), Some(Event::Failed { job: JobKind::Encoding, message, .. }) if message.contains("no pixels"))
    );

    engine.predict(photo(1), point(4000.0), Output::All);
    let seen = wait(&engine, |e| matches!(e, Event::Failed { .. }));
    assert!(
        matches!(seen.last(), Some(Event::Failed { job: JobKind::Prompt, message, .. }) if message.contains("outside"))
    );

    engine.load_model(ModelSource::file("no/such/weights.safetensors"));
    let seen = wait(&engine, |e| matches!(e, Event::Failed { .. }));
    assert!(
        matches!(seen.last(), Some(Event::Failed { job: JobKind::Model, message, .. }) if message.contains("weights.safetensors"))
    );

    engine.predict(photo(1), point(60.0), Output::All);
    wait(&engine, |e| matches!(e, Event::Predicted { .. }));
}

#[test]
fn an_encoding_is_kept_and_another_photo_overtakes_it() {
    let engine = started();
    engine.encode(photo(1));
    engine.encode(photo(2));
    let seen = wait(&engine, |e| matches!(e, Event::Encoded { photo: 2, .. }));
    assert!(!seen.iter().any(|e| matches!(e, Event::Encoded { photo: 1, .. })));
    engine.encode(photo(2));
    engine.predict(photo(2), point(60.0), Output::All);
    let seen = wait(&engine, |e| matches!(e, Event::Predicted { .. }));
    let computed = |e: &Event| matches!(e, Event::Encoded { seconds, .. } if *seconds > 0.0);
    assert!(!seen.iter().any(computed), "it was encoded twice");
}

/// How many encodings of photos were computed.
fn computed(seen: &[Event]) -> usize {
    seen.iter().filter(|e| matches!(e, Event::Encoded { seconds, .. } if *seconds > 0.0)).count()
}

#[test]
fn a_photo_that_was_encoded_ahead_is_there_at_once() {
    let engine = started();
    engine.encode(photo(1));
    wait(&engine, |e| matches!(e, Event::Encoded { photo: 1, .. }));
    let number = engine.encode_ahead(photo(2));
    wait(&engine, |e| matches!(e, Event::EncodedAhead { number: n } if *n == number));
    engine.encode(photo(2));
    let seen = wait(&engine, |e| matches!(e, Event::Encoded { photo: 2, .. }));
    assert_eq!(computed(&seen), 0, "it was encoded twice");
}

#[test]
fn prompts_go_before_a_photo_that_is_encoded_ahead() {
    let engine = started();
    engine.encode(photo(1));
    wait(&engine, |e| matches!(e, Event::Encoded { photo: 1, .. }));
    engine.encode_ahead(photo(2));
    engine.predict(photo(1), point(60.0), Output::All);
    let seen = wait(&engine, |e| matches!(e, Event::Predicted { .. } | Event::EncodedAhead { .. }));
    assert!(matches!(seen.last(), Some(Event::Predicted { .. })));
    let seen = wait(&engine, |e| matches!(e, Event::EncodedAhead { .. }));
    assert!(!seen.iter().any(|e| matches!(e, Event::Cancelled { .. })), "it began anew: {seen:?}");
}

#[test]
fn who_asks_for_the_photo_that_is_being_encoded_ahead_waits_for_it() {
    let engine = started();
    engine.encode_ahead(photo(2));
    engine.encode(photo(2));
    engine.predict(photo(2), point(60.0), Output::All);
    // The prompt does not wait for the report of the photo that was encoded ahead.
    let mut seen = wait(&engine, |e| matches!(e, Event::Predicted { .. }));
    if !seen.iter().any(|e| matches!(e, Event::EncodedAhead { .. })) {
        seen.extend(wait(&engine, |e| matches!(e, Event::EncodedAhead { .. })));
    }
    let ends = |e: &&Event| matches!(e, Event::Cancelled { .. } | Event::Failed { .. });
    assert_eq!((seen.iter().filter(ends).count(), computed(&seen)), (0, 1), "{seen:?}");
}

#[test]
fn any_other_work_ends_encoding_ahead() {
    let engine = started();
    let ahead = engine.encode_ahead(photo(2));
    engine.encode(photo(3));
    let seen = wait(&engine, |e| matches!(e, Event::Encoded { photo: 3, .. }));
    assert!(
        seen.iter()
            .any(|e| matches!(e, Event::Cancelled { job: JobKind::Ahead, number } if *number == ahead))
    );
    engine.encode_ahead(photo(4));
    let parameters = Parameters { points_per_side: 4, ..Parameters::default() };
    engine.segment_everything(photo(3), parameters);
    let seen = wait(&engine, |e| matches!(e, Event::EverythingDone { .. }));
    assert!(seen.iter().any(|e| matches!(e, Event::Cancelled { job: JobKind::Ahead, .. })), "{seen:?}");
}

/// Small discs on a busy ground.
fn small_things(width: u32, height: u32, discs: &[(f32, f32, f32)]) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let ground = Rgb([90 + (x / 40 % 3) as u8 * 12, 110 + (y / 30 % 4) as u8 * 9, 80]);
        let inside = |&(cx, cy, r): &(f32, f32, f32)| (x as f32 + 0.5 - cx).hypot(y as f32 + 0.5 - cy) < r;
        if discs.iter().any(inside) { Rgb([225, 60, 40]) } else { ground }
    })
}

fn best_mask(engine: &Engine, photo: PhotoRef, query: Query) -> Arc<Mask> {
    let number = engine.predict(photo, query, Output::Candidates);
    let mut seen = wait(engine, |e| matches!(e, Event::Predicted { number: n, .. } if *n == number));
    let Some(Event::Predicted { candidates, suggested, .. }) = seen.pop() else { unreachable!() };
    candidates[suggested].mask.clone()
}

#[test]
fn small_things_are_found_better_in_a_part_and_lie_where_they_are() {
    let discs = [(2000.0, 700.0, 20.0), (2460.0, 1510.0, 14.0), (333.0, 1777.0, 26.0)];
    let (width, height) = (3000, 2000);
    let pixels = Arc::new(small_things(width, height, &discs));
    let engine = started();
    for (cx, cy, r) in discs {
        let (x0, y0) = ((cx - 3.1 * r) as u32, (cy - 2.4 * r) as u32);
        let part = PixelBox { x0, y0, x1: x0 + (7.0 * r) as u32, y1: y0 + (5.0 * r) as u32 };
        let prompt = |dx: u32, dy: u32| {
            let (x, y) = (cx - dx as f32, cy - dy as f32);
            let bbox = BoxPrompt { x0: x - r, y0: y - r, x1: x + r, y1: y + r };
            Prompt { points: vec![Point { x, y, positive: true }], bbox: Some(bbox) }.into()
        };
        let whole = PhotoRef { id: 1, pixels: pixels.clone(), part: None };
        let in_part = PhotoRef { part: Some(part), ..whole.clone() };
        let truth = Mask::from_fn(width, height, |x, y| (x as f32 + 0.5 - cx).hypot(y as f32 + 0.5 - cy) < r);
        let iou = |mask: &Mask| mask.intersection_area(&truth) as f64 / mask.union(&truth).area() as f64;
        let [coarse, fine] = [whole, in_part].map(|photo| best_mask(&engine, photo, prompt(0, 0)));
        println!("IoU {:.3} of the whole, {:.3} of the part", iou(&coarse), iou(&fine));
        assert!(iou(&fine) > 0.6 && iou(&fine) > iou(&coarse) + 0.1, "{} {}", iou(&fine), iou(&coarse));

        // The same as if the part were a photo of its own.
        let own = PhotoRef { id: 2, pixels: Arc::new(crop(&pixels, part)), part: None };
        let alone = best_mask(&engine, own, prompt(part.x0, part.y0));
        assert_eq!(*fine, alone.placed(part.x0, part.y0, width, height));
    }
}

#[test]
fn everything_in_a_part_lies_in_it_and_is_not_cut_by_it() {
    let discs = [(1200.0, 700.0, 30.0), (1290.0, 760.0, 25.0), (1350.0, 640.0, 40.0)];
    let pixels = Arc::new(small_things(2000, 1400, &discs));
    let part = PixelBox { x0: 1100, y0: 550, x1: 1400, y1: 850 };
    let engine = started();
    let parameters = Parameters {
        points_per_side: 12,
        pred_iou_thresh: 0.2,
        stability_score_thresh: 0.3,
        ..Parameters::default()
    };
    engine.segment_everything(PhotoRef { id: 1, pixels, part: Some(part) }, parameters);
    let seen = wait(&engine, |e| matches!(e, Event::EverythingDone { .. }));
    let all = found(&seen);
    assert!(!all.is_empty());
    for found in all {
        let b = found.mask.bbox().unwrap();
        assert_eq!((found.mask.width(), found.mask.height()), (2000, 1400));
        assert!(b.x0 > part.x0 + 20 && b.y0 > part.y0 + 20 && b.x1 + 19 < part.x1 && b.y1 + 19 < part.y1);
        assert_eq!(found.crop_box, part);
        let [x, y] = found.point.map(|at| at as u32);
        assert!((part.x0..part.x1).contains(&x) && (part.y0..part.y1).contains(&y));
    }
}

#[test]
fn embeddings_on_disk_outlive_the_engine() {
    let dir = tempfile::tempdir().unwrap();
    let folder = || EmbeddingFolder::new(dir.path().join("embeddings"));
    let kept = |e: &Event| matches!(e, Event::EmbeddingsKept { bytes } if *bytes > 0);
    let with_folder = |limit| {
        let engine = started();
        engine.keep_embeddings(folder(), limit);
        engine
    };
    let engine = with_folder(1 << 30);
    engine.encode(photo(1));
    assert_eq!(computed(&wait(&engine, kept)), 1);
    drop(engine);

    let engine = with_folder(1 << 30);
    engine.encode(photo(1));
    let seen = wait(&engine, |e| matches!(e, Event::Encoded { .. }));
    assert_eq!(computed(&seen), 0, "it was encoded again");
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mini.safetensors");
    engine.load_model(ModelSource::file(other));
    engine.encode(photo(1));
    assert_eq!(computed(&wait(&engine, |e| matches!(e, Event::Encoded { .. }))), 1, "another model's");
    wait(&engine, kept);
    engine.clear_embeddings();
    wait(&engine, |e| matches!(e, Event::EmbeddingsKept { bytes: 0 }));
    drop(engine);

    let engine = with_folder(0);
    engine.encode(photo(1));
    assert_eq!(computed(&wait(&engine, |e| matches!(e, Event::Encoded { .. }))), 1);
    engine.predict(photo(1), point(60.0), Output::All);
    wait(&engine, |e| matches!(e, Event::Predicted { .. }));
    assert_eq!(std::fs::read_dir(folder().path()).unwrap().count(), 0, "nothing is kept with a limit of 0");
}

#[test]
fn dropping_the_handle_does_not_wait() {
    // The worker is held in the middle of its next job.
    let (is_held, (release, gate)) = (Arc::new(AtomicBool::new(false)), crossbeam_channel::bounded::<()>(0));
    let holds = is_held.clone();
    let engine = started_with(move || {
        if holds.load(Ordering::Relaxed) {
            let _ = gate.recv_timeout(Duration::from_secs(60));
        }
    });
    is_held.store(true, Ordering::Relaxed);
    engine.encode(photo(1));
    let start = Instant::now();
    drop(engine);
    assert!(start.elapsed() < Duration::from_secs(10), "it waited for the worker");
    drop(release);
}

#[test]
fn two_settings_are_compared() {
    let engine = started();
    let parameters = |side| Parameters {
        points_per_side: side,
        pred_iou_thresh: 0.0,
        stability_score_thresh: 0.0,
        ..Parameters::default()
    };
    let side = |n| Side { model: ModelSource::built_in(), how: How::Exactly(parameters(n)) };
    let number = engine.compare(photo(1), [side(4), side(6)]);
    let seen = wait(&engine, |e| matches!(e, Event::Compared { .. }));
    let Some(Event::Compared { number: n, masks: [a, b], comparison, .. }) = seen.last() else {
        unreachable!()
    };
    assert!(*n == number && !a.is_empty() && !b.is_empty());
    assert_eq!(comparison.pairs.len() + comparison.only_a.len(), a.len());
    assert_eq!(comparison.pairs.len() + comparison.only_b.len(), b.len());

    let number = engine.compare(photo(1), [side(16), side(16)]);
    wait(&engine, |e| matches!(e, Event::Progress { job: JobKind::Comparison, .. }));
    engine.cancel(JobKind::Comparison);
    wait(&engine, |e| matches!(e, Event::Cancelled { job: JobKind::Comparison, number: n } if *n == number));
}

#[test]
fn proposals_are_made_behind_clicks_and_for_every_box() {
    let engine = started();
    let disc = BoxPrompt { x0: 34.0, y0: 14.0, x1: 86.0, y1: 66.0 };
    let number = engine.propose(photo(1), Wanted::Boxes(vec![disc; 40]));
    // A click on another photo, which has to be encoded first, does not wait for the batch.
    engine.predict(photo(2), point(60.0), Output::All);
    let seen = wait(&engine, |e| matches!(e, Event::Proposed { .. } | Event::Predicted { .. }));
    assert!(matches!(seen.last(), Some(Event::Predicted { .. })));
    let seen = wait(&engine, |e| matches!(e, Event::Proposed { .. }));
    let Some(Event::Proposed { number: n, model, masks }) = seen.last() else { unreachable!() };
    assert_eq!((*n, model.as_str(), masks.len()), (number, "mobile-sam", 40));
    assert!((0..40).map(Some).eq(masks.iter().map(|m| m.of_box)));
    assert!(masks[0].mask.get(60, 40) && !masks[0].mask.get(5, 5) && masks[0].predicted_iou > 0.5);

    let how = How::Exactly(Parameters { points_per_side: 4, ..Parameters::default() });
    engine.propose(photo(1), Wanted::Everything(how));
    let seen = wait(&engine, |e| matches!(e, Event::Proposed { .. }));
    assert!(
        matches!(seen.last(), Some(Event::Proposed { masks, .. }) if masks.iter().all(|m| m.of_box.is_none()))
    );
    assert!(!seen.iter().any(|e| matches!(e, Event::Found { .. } | Event::Encoded { .. })));

    let number = engine.propose(photo(3), Wanted::Everything(How::Exactly(Parameters::default())));
    engine.cancel(JobKind::Batch);
    let seen = wait(&engine, |e| matches!(e, Event::Cancelled { .. } | Event::Proposed { .. }));
    assert!(matches!(seen.last(), Some(Event::Cancelled { job: JobKind::Batch, number: n }) if *n == number));
}

/// A disc that moves to the right.
struct Moving;

impl Frames for Moving {
    fn count(&self) -> usize {
        4
    }

    fn frame(&mut self, index: usize) -> Result<Arc<RgbImage>, FrameError> {
        if index == 2 {
            return Err("frame 2 is damaged".into());
        }
        let disc = |x: u32, y: u32| (x as f32 - disc_at(index)).hypot(y as f32 - 40.0) < 20.0;
        let colour = |x, y| if disc(x, y) { Rgb([220, 40, 30]) } else { Rgb([40, 90, 60]) };
        Ok(Arc::new(RgbImage::from_fn(120, 80, colour)))
    }
}

fn disc_at(frame: usize) -> f32 {
    40.0 + 6.0 * frame as f32
}

#[test]
fn objects_are_followed_behind_clicks_and_bad_frames_are_told() {
    let engine = started();
    let disc = Mask::from_fn(120, 80, |x, y| (x as f32 - disc_at(0)).hypot(y as f32 - 40.0) < 20.0);
    let request = || Following {
        sequence: 1,
        frames: Box::new(Moving),
        cues: vec![(1, 0, Cue::from(Arc::new(disc.clone())))],
        priors: vec![],
        range: Range { from: Some(0), ..Range::forward() },
        limits: DoubtLimits::default(),
    };
    let number = engine.follow(request());
    // A click on a photo, which has to be encoded first, does not wait for the end.
    engine.predict(photo(2), point(60.0), Output::All);
    let seen = wait(&engine, |e| matches!(e, Event::FollowingDone { .. } | Event::Predicted { .. }));
    assert!(matches!(seen.last(), Some(Event::Predicted { .. })));
    let seen = seen.into_iter().chain(wait(&engine, |e| matches!(e, Event::FollowingDone { .. })));
    let seen: Vec<Event> = seen.collect();
    assert!(seen.iter().any(
        |e| matches!(e, Event::FollowingBegun { number: n, frames: 4, remembers: false } if *n == number)
    ));
    let tracked: Vec<_> = seen
        .iter()
        .filter_map(|e| if let Event::Followed { tracked, .. } = e { Some(tracked) } else { None })
        .collect();
    assert_eq!(tracked.iter().map(|tracked| tracked.frame).collect::<Vec<_>>(), [0, 1, 3]);
    assert_eq!(*tracked[0].mask, disc, "a mask is taken as it is");
    let [x, y] = tracked[1].mask.centroid().unwrap();
    assert!((x - f64::from(disc_at(1))).abs() < 2.0 && (y - 40.0).abs() < 2.0, "{x} {y}");
    let told =
        |e: &Event| matches!(e, Event::FollowingProblem { message, .. } if message.contains("frame 2"));
    assert!(seen.iter().any(told));

    let number = engine.follow(request());
    engine.cancel(JobKind::Following);
    let seen = wait(&engine, |e| matches!(e, Event::Cancelled { .. } | Event::FollowingDone { .. }));
    let last = seen.last();
    assert!(matches!(last, Some(Event::Cancelled { job: JobKind::Following, number: n }) if *n == number));
}

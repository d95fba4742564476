//! The engine with the real built-in model.

use std::path::Path;
use std::time::{Duration, Instant};

use image::{Rgb, RgbImage};

use super::*;
use crate::sam2::Point;

/// A disc; each id has another background.
fn photo(id: u64) -> PhotoRef {
    let disc = |x: u32, y: u32| (x as f32 - 60.0).hypot(y as f32 - 40.0) < 25.0;
    let ground = Rgb([40, 90, 60 + id as u8]);
    let pixels = RgbImage::from_fn(120, 80, |x, y| if disc(x, y) { Rgb([220, 40, 30]) } else { ground });
    PhotoRef { id, pixels: Arc::new(pixels), part: None }
}

fn point(x: f32) -> Prompt {
    Prompt { points: vec![Point { x, y: 40.0, positive: true }], ..Prompt::default() }
}

fn started() -> Engine {
    let engine = Engine::start(|| {});
    engine.load_model(ModelSource::Starter);
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
    wait(&engine, |e| matches!(e, Event::Found { points_done: 32, .. }));
    let start = Instant::now();
    engine.cancel(Job::Everything);
    let seen = wait(&engine, |e| matches!(e, Event::EverythingDone { .. }));
    assert!(start.elapsed() < Duration::from_millis(300 * 5), "it took {:?} to stop", start.elapsed());
    let Some(Event::EverythingDone { number: n, masks, complete, .. }) = seen.last() else { unreachable!() };
    assert!(*n == number && !*complete && !masks.is_empty());
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
        matches!(seen.last(), Some(Event::Failed { job: Job::Encoding, message, .. }) if message.contains("no pixels"))
    );

    engine.predict(photo(1), point(4000.0), Output::All);
    let seen = wait(&engine, |e| matches!(e, Event::Failed { .. }));
    assert!(
        matches!(seen.last(), Some(Event::Failed { job: Job::Prompt, message, .. }) if message.contains("outside"))
    );

    engine.load_model(ModelSource::File("no/such/weights.safetensors".into()));
    let seen = wait(&engine, |e| matches!(e, Event::Failed { .. }));
    assert!(
        matches!(seen.last(), Some(Event::Failed { job: Job::Model, message, .. }) if message.contains("weights.safetensors"))
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
    let seen = wait(&engine, |e| matches!(e, Event::Predicted { .. }));
    let ends = |e: &&Event| matches!(e, Event::Cancelled { .. } | Event::Failed { .. });
    assert_eq!((seen.iter().filter(ends).count(), computed(&seen)), (0, 1), "{seen:?}");
    assert!(seen.iter().any(|e| matches!(e, Event::EncodedAhead { .. })));
}

#[test]
fn any_other_work_ends_encoding_ahead() {
    let engine = started();
    let ahead = engine.encode_ahead(photo(2));
    engine.encode(photo(3));
    let seen = wait(&engine, |e| matches!(e, Event::Encoded { photo: 3, .. }));
    assert!(
        seen.iter().any(|e| matches!(e, Event::Cancelled { job: Job::Ahead, number } if *number == ahead))
    );
    engine.encode_ahead(photo(4));
    let parameters = Parameters { points_per_side: 4, ..Parameters::default() };
    engine.segment_everything(photo(3), parameters);
    let seen = wait(&engine, |e| matches!(e, Event::EverythingDone { .. }));
    assert!(seen.iter().any(|e| matches!(e, Event::Cancelled { job: Job::Ahead, .. })), "{seen:?}");
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
    engine.load_model(ModelSource::File(other));
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
    let engine = started();
    engine.segment_everything(photo(1), Parameters::default());
    let start = Instant::now();
    drop(engine);
    assert!(start.elapsed() < Duration::from_millis(50));
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
    let side = |n| Side { model: ModelSource::Starter, how: How::Exactly(parameters(n)) };
    let number = engine.compare(photo(1), [side(4), side(6)]);
    let seen = wait(&engine, |e| matches!(e, Event::Compared { .. }));
    let Some(Event::Compared { number: n, masks: [a, b], comparison, .. }) = seen.last() else {
        unreachable!()
    };
    assert!(*n == number && !a.is_empty() && !b.is_empty());
    assert_eq!(comparison.pairs.len() + comparison.only_a.len(), a.len());
    assert_eq!(comparison.pairs.len() + comparison.only_b.len(), b.len());

    let number = engine.compare(photo(1), [side(16), side(16)]);
    wait(&engine, |e| matches!(e, Event::Progress { job: Job::Comparison, .. }));
    engine.cancel(Job::Comparison);
    wait(&engine, |e| matches!(e, Event::Cancelled { job: Job::Comparison, number: n } if *n == number));
}

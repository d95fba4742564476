//! From an embedding to masks, with the built-in weights and, if `TINSEL_BENCH_WEIGHTS` names a file,
//! with those.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};

use divan::{Bencher, black_box};
use tinsel::prompt::{Point, Prompt};
use tinsel::sam::{Embedding, LowRes, Output, Predictor, Query, Weights};

/// Size of the photo, in pixels.
const PHOTO: (u32, u32) = (1200, 675);

fn main() {
    divan::main();
}

/// The built-in weights and the ones that were asked for.
fn models() -> Vec<String> {
    ["mobile-sam".to_owned()].into_iter().chain(std::env::var("TINSEL_BENCH_WEIGHTS")).collect()
}

type Loaded = Arc<(Predictor, Embedding)>;

/// A model and the embedding of a photo, made once.
fn load(name: &str) -> Loaded {
    static LOADED: LazyLock<Mutex<HashMap<String, Loaded>>> = LazyLock::new(Mutex::default);
    let mut loaded = LOADED.lock().unwrap();
    let make = || {
        let weights =
            if name == "mobile-sam" { Weights::built_in() } else { Weights::open(&PathBuf::from(name)) };
        let predictor = Predictor::new(weights.unwrap()).unwrap();
        let photo = image::RgbImage::from_fn(PHOTO.0, PHOTO.1, |x, y| {
            let inside = (f64::from(x) - 500.0).hypot(f64::from(y) - 300.0) < 180.0;
            image::Rgb([if inside { 220 } else { 40 }, (x / 5) as u8, (y / 3) as u8])
        });
        let embedding = predictor.encode(&photo, &()).unwrap();
        Arc::new((predictor, embedding))
    };
    loaded.entry(name.to_owned()).or_insert_with(make).clone()
}

fn query(mask_input: Option<LowRes>) -> Query {
    let point = Point { x: 500.0, y: 300.0, positive: true };
    Query { prompt: Prompt { points: vec![point], bbox: None }, mask_input }
}

fn grid() -> Vec<[f32; 2]> {
    (0..64).map(|i| [75.0 + 150.0 * (i % 8) as f32, 40.0 + 80.0 * (i / 8) as f32]).collect()
}

/// One click with three candidates, each as a mask of the photo's size.
#[divan::bench(args = models())]
fn click(bencher: Bencher, model: &str) {
    let loaded = load(model);
    let (predictor, embedding) = &*loaded;
    bencher.bench(|| {
        let prediction = predictor.predict(embedding, &query(None), Output::Candidates, &()).unwrap();
        prediction.mask(prediction.suggested)
    });
}

#[divan::bench(args = models())]
fn one_point(bencher: Bencher, model: &str) {
    let loaded = load(model);
    let (predictor, embedding) = &*loaded;
    bencher.bench(|| predictor.predict(embedding, &query(None), Output::Candidates, &()).unwrap());
}

/// One click that refines a former answer.
#[divan::bench(args = models())]
fn refine(bencher: Bencher, model: &str) {
    let loaded = load(model);
    let (predictor, embedding) = &*loaded;
    let first = predictor.predict(embedding, &query(None), Output::Candidates, &()).unwrap();
    let prompt = query(Some(first.candidates[first.suggested].low_res.clone()));
    bencher.bench(|| predictor.predict(embedding, &prompt, Output::Single, &()).unwrap());
}

#[divan::bench(args = models())]
fn points_64(bencher: Bencher, model: &str) {
    let loaded = load(model);
    let (predictor, embedding) = &*loaded;
    bencher.bench(|| predictor.predict_points(embedding, &grid(), Output::Candidates, &()).unwrap());
}

/// Predicted IoUs of 64 points, of which none is good enough for a mask.
#[divan::bench(args = models())]
fn points_64_without_masks(bencher: Bencher, model: &str) {
    let loaded = load(model);
    let (predictor, embedding) = &*loaded;
    bencher
        .bench(|| predictor.predict_points_above(embedding, &grid(), Output::Candidates, 1.0, &()).unwrap());
}

#[divan::bench(args = models())]
fn mask_in_photo(bencher: Bencher, model: &str) {
    let loaded = load(model);
    let (predictor, embedding) = &*loaded;
    let prediction = predictor.predict(embedding, &query(None), Output::Candidates, &()).unwrap();
    bencher.bench(|| black_box(&prediction).mask(prediction.suggested));
}

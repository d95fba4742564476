//! How long a photo takes from its file to the first mask, and a model from its file to the network: `cargo bench
//! --bench open`.
//!
//! With a photo of 24 megapixels that is made of a sample, or the one that `TINSEL_BENCH_PHOTO` names, and with the
//! built-in weights and those of the file that `TINSEL_BENCH_WEIGHTS` names.

use std::path::{Path, PathBuf};
use std::time::Duration;

use divan::Bencher;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use tinsel::engine::{ContentHash, Engine, Event, ModelSource, PhotoRef};
use tinsel::files::Photo;
use tinsel::prompt::{Point, Prompt};
use tinsel::sam::{Output, Predictor};

const MEGAPIXELS_24: (u32, u32) = (6000, 4000);

fn main() {
    divan::main();
}

/// The file of a large photo, and the folder that keeps it.
fn photo() -> (Option<tempfile::TempDir>, PathBuf) {
    if let Some(file) = std::env::var_os("TINSEL_BENCH_PHOTO") {
        return (None, file.into());
    }
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/coffee.jpg");
    let (width, height) = MEGAPIXELS_24;
    let large = resize(&*Photo::open(&sample).unwrap().pixels, width, height, FilterType::CatmullRom);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.jpg");
    let file = std::fs::File::create(&path).unwrap();
    JpegEncoder::new_with_quality(file, 90).encode_image(&large).unwrap();
    (Some(dir), path)
}

fn models() -> Vec<ModelSource> {
    let file = std::env::var_os("TINSEL_BENCH_WEIGHTS").map(ModelSource::file);
    std::iter::once(ModelSource::built_in()).chain(file).collect()
}

fn names() -> Vec<String> {
    models().iter().map(ModelSource::name).collect()
}

fn model(name: &str) -> ModelSource {
    models().into_iter().find(|model| model.name() == name).unwrap()
}

/// From the program's start to the first mask, without the window: the model and the photo are read at the same time.
#[divan::bench(args = names(), sample_count = 10, sample_size = 1)]
fn first_mask(bencher: Bencher, name: &str) {
    let (_dir, path) = photo();
    bencher.bench_local(|| {
        let engine = Engine::start(|| {});
        engine.load_model(model(name));
        let pixels = Photo::open(&path).unwrap().pixels;
        let (width, height) = pixels.dimensions();
        let photo = PhotoRef { id: 1, pixels, part: None };
        engine.encode(photo.clone());
        let point = Point { x: width as f32 / 2.0, y: height as f32 / 2.0, positive: true };
        let prompt = Prompt { points: vec![point], ..Prompt::default() };
        engine.predict(photo, prompt.into(), Output::Candidates);
        while !engine.events().any(|event| matches!(event, Event::Predicted { .. })) {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn read_photo(bencher: Bencher) {
    let (_dir, path) = photo();
    bencher.bench_local(|| Photo::open(&path).unwrap());
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn hash_photo(bencher: Bencher) {
    let (_dir, path) = photo();
    let photo = Photo::open(&path).unwrap();
    bencher.bench_local(|| ContentHash::of_pixels(&photo.pixels));
}

/// From the pixels of the photo to the input of the network.
#[divan::bench(args = names(), sample_count = 10, sample_size = 1)]
fn resize_photo(bencher: Bencher, name: &str) {
    let (_dir, path) = photo();
    let (photo, predictor) = (Photo::open(&path).unwrap(), load(name));
    bencher.bench_local(|| predictor.start_encoding(&photo.pixels).unwrap());
}

#[divan::bench(args = names(), sample_count = 10, sample_size = 1)]
fn load_model(bencher: Bencher, name: &str) {
    bencher.bench_local(|| load(name));
}

fn load(name: &str) -> Predictor {
    match model(name).file {
        Some(file) => Predictor::open(&file).unwrap(),
        None => Predictor::built_in(None).unwrap(),
    }
}

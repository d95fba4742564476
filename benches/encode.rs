//! How long a photo takes to encode, and how long to come back from disk: `cargo bench --bench
//! encode`.
//!
//! With the built-in weights, and with those of the file that `TINSEL_BENCH_WEIGHTS` names.

use std::path::PathBuf;

use divan::Bencher;
use divan::counter::BytesCount;
use image::RgbImage;
use tinsel::engine::{ContentHash, EmbeddingFolder, EmbeddingKey, Form};
use tinsel::sam::{Predictor, Weights};

fn main() {
    divan::main();
}

/// A photo of 12 megapixels with some structure in it.
fn photo() -> RgbImage {
    RgbImage::from_fn(4000, 3000, |x, y| image::Rgb([(x / 7) as u8, (y / 5) as u8, ((x ^ y) / 3) as u8]))
}

fn networks() -> Vec<String> {
    let file = std::env::var("TINSEL_BENCH_WEIGHTS").ok();
    std::iter::once("mobile-sam".to_owned()).chain(file).collect()
}

fn predictor(network: &str) -> Predictor {
    let weights = match network {
        "mobile-sam" => Weights::built_in(),
        file => Weights::open(&PathBuf::from(file)),
    };
    Predictor::new(weights.unwrap()).unwrap()
}

#[divan::bench(args = networks(), sample_count = 10, sample_size = 1)]
fn encode(bencher: Bencher, network: &str) {
    let predictor = predictor(network);
    let photo = photo();
    bencher.bench_local(|| predictor.encode(&photo, &()).unwrap());
}

/// From a file that the system has in memory to an embedding that can be asked.
#[divan::bench(args = networks(), sample_count = 20, sample_size = 1)]
fn load(bencher: Bencher, network: &str) {
    let (predictor, dir) = (predictor(network), tempfile::tempdir().unwrap());
    let folder = EmbeddingFolder::new(dir.path().into());
    let photo = photo();
    folder.save(&key(), &predictor.encoded(&photo, &()).unwrap()).unwrap();
    let form = Form { photo_size: photo.dimensions(), shapes: predictor.encoded_shapes() };
    bencher.bench_local(|| predictor.embedding(&folder.load(&key(), form).unwrap()).unwrap());
}

/// Writing the file that [`load`] reads; its size is the throughput's unit.
#[divan::bench(args = networks(), sample_count = 20, sample_size = 1)]
fn save(bencher: Bencher, network: &str) {
    let (predictor, dir) = (predictor(network), tempfile::tempdir().unwrap());
    let folder = EmbeddingFolder::new(dir.path().into());
    let encoded = predictor.encoded(&photo(), &()).unwrap();
    let bytes: usize = encoded.maps.iter().map(|map| size_of_val(&map.values[..])).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| folder.save(&key(), &encoded).unwrap());
}

/// What tells whether the pixels of a photo were seen before.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn hash_pixels(bencher: Bencher) {
    let photo = photo();
    bencher.bench_local(|| ContentHash::of_pixels(&photo));
}

fn key() -> EmbeddingKey {
    let hash = ContentHash::of_bytes(b"bench");
    EmbeddingKey::new(hash, None, hash, 1024)
}

//! How long a photo takes to encode: `cargo bench --bench encode`.
//!
//! With the starter weights, and with those of the file that `TINSEL_BENCH_WEIGHTS` names.

use std::path::PathBuf;

use divan::Bencher;
use image::RgbImage;
use tinsel::sam2::{Predictor, Weights};

fn main() {
    divan::main();
}

/// A photo of 12 megapixels with some structure in it.
fn photo() -> RgbImage {
    RgbImage::from_fn(4000, 3000, |x, y| image::Rgb([(x / 7) as u8, (y / 5) as u8, ((x ^ y) / 3) as u8]))
}

fn networks() -> Vec<String> {
    let file = std::env::var("TINSEL_BENCH_WEIGHTS").ok();
    std::iter::once("starter".to_owned()).chain(file).collect()
}

#[divan::bench(args = networks(), sample_count = 10, sample_size = 1)]
fn encode(bencher: Bencher, network: &str) {
    let weights = match network {
        "starter" => Weights::starter(),
        file => Weights::open(&PathBuf::from(file)),
    };
    let predictor = Predictor::new(weights.unwrap()).unwrap();
    let photo = photo();
    bencher.bench_local(|| predictor.encode(&photo, &()).unwrap());
}

//! All masks of a photo, as a COCO file.
//!
//! ```sh
//! cargo run --release --example everything -- assets/samples/cat.jpg masks
//! ```

use std::error::Error;
use std::path::Path;

use tinsel::colour::mask_colour;
use tinsel::everything::{Filters, Parameters, filter, generate};
use tinsel::files::Photo;
use tinsel::files::export::export;
use tinsel::files::formats::Format;
use tinsel::sam::Predictor;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [photo, folder] = &arguments[..] else { return Err("usage: everything PHOTO FOLDER".into()) };
    let photo = Photo::open(Path::new(photo))?;
    let predictor = Predictor::built_in(None)?;
    let embedding = predictor.encode(&photo.pixels, &())?;
    let parameters = Parameters::for_model(&predictor);
    let report = |batch: &tinsel::everything::Batch| {
        eprint!("\r{} of {} points", batch.points_done, batch.points_total);
    };
    let outcome = generate(&predictor, &photo.pixels, &embedding, &parameters, report, &())?;
    eprintln!();
    let kept = filter(&outcome.found, &Filters::from(&parameters));
    let mut masks = vec![];
    for (number, kept) in (0..).zip(&kept) {
        let mut annotation = kept.found.annotation(format!("mask {number}"));
        annotation.colour = Some(mask_colour(number));
        masks.push(annotation);
    }
    std::fs::create_dir_all(folder)?;
    for file in export(&photo, &masks, Format::CocoJson, Path::new(folder), false)? {
        println!("{} masks in {}", masks.len(), file.display());
    }
    Ok(())
}

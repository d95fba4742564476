//! The mask of one click, as a picture.
//!
//! ```sh
//! cargo run --release --example click -- assets/samples/coffee.jpg 290 170 cup.png
//! ```

use std::error::Error;
use std::path::Path;

use tinsel::files::{Photo, drawing};
use tinsel::prompt::{Point, Prompt};
use tinsel::sam::{Output, Predictor};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [photo, x, y, out] = &arguments[..] else { return Err("usage: click PHOTO X Y OUT.png".into()) };
    let photo = Photo::open(Path::new(photo))?;
    let predictor = Predictor::built_in(None)?;
    // Slow, once a photo; then every prompt takes milliseconds.
    let embedding = predictor.encode(&photo.pixels, &())?;
    let click = Point { x: x.parse()?, y: y.parse()?, positive: true };
    let prompt = Prompt { points: vec![click], bbox: None };
    let prediction = predictor.predict(&embedding, &prompt.into(), Output::Candidates, &())?;
    let (mask, stability_score) = prediction.mask(prediction.suggested);
    let predicted_iou = prediction.candidates[prediction.suggested].predicted_iou;
    drawing::binary(&mask).save(out)?;
    println!(
        "{out}: {} pixels, predicted IoU {predicted_iou:.2}, stability {stability_score:.2}",
        mask.area()
    );
    Ok(())
}

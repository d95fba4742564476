//! The built-in network at work: a click on the sample photo.

use std::path::Path;
use std::time::Instant;

use super::Finding;
use crate::files::{Photo, SAMPLE_PHOTO};
use crate::prompt::{Point, Prompt};
use crate::sam::weights::built_in_bytes;
use crate::sam::{Output, Predictor};

/// A place on the cup of the sample photo.
const CUP: (u32, u32) = (290, 170);
/// A mask of the cup that is less stable than this is wrong.
const STABLE: f32 = 0.8;
/// The cup is smaller than this share of the photo.
const LARGEST: f64 = 0.5;
/// Encoding takes longer on an overloaded or very old processor, in seconds.
const SLOW: f32 = 10.0;

const ADVICE: &str =
    "the program or its files are damaged, or the processor is faulty; install the program again";

pub(super) fn check() -> Vec<Finding> {
    if built_in_bytes().is_empty() {
        return vec![Finding::warning("not tried: no built-in model", "download a model and load it")];
    }
    vec![click().unwrap_or_else(|error| Finding::failed(error, ADVICE))]
}

fn click() -> Result<Finding, String> {
    let start = Instant::now();
    let predictor = Predictor::built_in(None).map_err(|e| e.to_string())?;
    let loaded = start.elapsed().as_secs_f32();
    let photo = Photo::from_bytes(Path::new("coffee.jpg"), SAMPLE_PHOTO).map_err(|e| e.to_string())?;
    let start = Instant::now();
    let embedding = predictor.encode(&photo.pixels, &()).map_err(|e| e.to_string())?;
    let encoded = start.elapsed().as_secs_f32();
    let start = Instant::now();
    let point = Point { x: CUP.0 as f32, y: CUP.1 as f32, positive: true };
    let prompt = Prompt { points: vec![point], ..Prompt::default() };
    let prediction =
        predictor.predict(&embedding, &prompt.into(), Output::Candidates, &()).map_err(|e| e.to_string())?;
    let (mask, stability) = prediction.mask(prediction.suggested);
    let clicked = start.elapsed().as_secs_f32() * 1000.0;
    let share = mask.area() as f64 / (f64::from(mask.width()) * f64::from(mask.height()));
    if !mask.get(CUP.0, CUP.1) || stability < STABLE || share > LARGEST {
        return Err(format!(
            "wrong mask: {:.0} % of the sample photo, stability {stability:.2}",
            share * 100.0
        ));
    }
    let text = format!(
        "{}: loaded in {loaded:.2} s, photo encoded in {encoded:.2} s, click answered in {clicked:.0} ms",
        predictor.name()
    );
    Ok(match encoded > SLOW {
        true => Finding::warning(text, "close other programs, or choose a smaller input (mobile-sam@512)"),
        false => Finding::ok(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cup_is_found() {
        let found = click().unwrap();
        assert!(found.text.contains("click answered in"), "{found:?}");
    }
}

//! Times encoding, one click and everything mode, for `compare.py` beside it.
//!
//! `timing WEIGHTS PHOTO` reads tasks from its standard input, one a line, and answers each with a
//! line of JSON: `encode`, `click`, `scores` (predicted IoUs of a coarse grid), and `everything`
//! followed by the generator's parameters as JSON.

use std::cell::LazyCell;
use std::io::BufRead;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use image::RgbImage;
use serde_json::{Value, json};
use tinsel::everything::{Filters, Parameters, filter, generate};
use tinsel::files::Photo;
use tinsel::prompt::{Point, Prompt};
use tinsel::sam::{Embedding, Output, Predictor};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [weights, photo] = &arguments[..] else { bail!("usage: timing WEIGHTS PHOTO") };
    let predictor = Predictor::open(Path::new(weights))?;
    let photo = Photo::open(Path::new(photo))?.pixels;
    let encoded = LazyCell::new(|| predictor.encode(&photo, &()));
    let embedding = || encoded.as_ref().map_err(|error| anyhow!("{error}"));
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (task, parameters) = line.split_once(' ').unwrap_or((&line, "{}"));
        if task == "click" || task == "scores" {
            embedding()?;
        }
        let start = Instant::now();
        let mut answer = match task {
            "encode" => {
                predictor.encode(&photo, &())?;
                json!({})
            }
            "click" => click(&predictor, embedding()?)?,
            "scores" => scores(&predictor, embedding()?)?,
            "everything" => everything(&predictor, &photo, parameters)?,
            _ => bail!("no such task: {task}"),
        };
        answer["seconds"] = start.elapsed().as_secs_f64().into();
        println!("{answer}");
    }
    Ok(())
}

/// One point in the middle of the photo, up to the suggested mask at the photo's size.
fn click(predictor: &Predictor, embedding: &Embedding) -> Result<Value> {
    let (width, height) = embedding.photo_size();
    let point = Point { x: width as f32 / 2.0, y: height as f32 / 2.0, positive: true };
    let prompt = Prompt { points: vec![point], ..Prompt::default() };
    let prediction = predictor.predict(embedding, &prompt.into(), Output::Candidates, &())?;
    let (mask, _) = prediction.mask(prediction.suggested);
    Ok(json!({ "area": mask.area() }))
}

fn scores(predictor: &Predictor, embedding: &Embedding) -> Result<Value> {
    let (width, height) = embedding.photo_size();
    let at = |i: u32, length: u32| (i as f32 + 0.5) / 8.0 * length as f32;
    let points: Vec<[f32; 2]> = (0..64).map(|i| [at(i % 8, width), at(i / 8, height)]).collect();
    let predictions = predictor.predict_points(embedding, &points, Output::Candidates, &())?;
    let scores = predictions.iter().flat_map(|p| p.candidates.iter().map(|c| c.predicted_iou));
    Ok(json!({ "scores": scores.collect::<Vec<_>>() }))
}

/// From the decoded photo to the masks that pass the filters.
fn everything(predictor: &Predictor, photo: &RgbImage, parameters: &str) -> Result<Value> {
    // Those of the family's own generator, with the given ones in their place.
    let mut all = serde_json::to_value(Parameters::official(predictor.family()))?;
    let given: Value = serde_json::from_str(parameters).context("parameters")?;
    let given = given.as_object().context("parameters are no object")?.clone();
    all.as_object_mut().context("parameters are an object")?.extend(given);
    let parameters: Parameters = serde_json::from_value(all)?;
    let embedding = predictor.encode(photo, &())?;
    let found = generate(predictor, photo, &embedding, &parameters, |_| {}, &())?.found;
    let masks = filter(&found, &Filters::from(&parameters));
    Ok(json!({ "found": found.len(), "masks": masks.len() }))
}

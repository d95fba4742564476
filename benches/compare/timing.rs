//! Times encoding, one click and everything mode, for `compare.py` beside it.
//!
//! `timing WEIGHTS PHOTO` reads tasks from its standard input, one a line, and answers each with a
//! line of JSON: `encode`, `click`, `scores` (predicted IoUs of a coarse grid), `everything`
//! followed by the generator's parameters as JSON, and `track` followed by a folder, the number of
//! objects and that of frames.

use std::cell::LazyCell;
use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use image::RgbImage;
use serde_json::{Value, json};
use tinsel::everything::{Filters, Parameters, filter, generate};
use tinsel::files::Photo;
use tinsel::files::sequence::Sequence;
use tinsel::prompt::{Point, Prompt};
use tinsel::sam::{Embedding, Output, Predictor};
use tinsel::tracking::{Limit, Range, Run, Step, Tracker};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [weights, photo] = &arguments[..] else { bail!("usage: timing WEIGHTS PHOTO") };
    let predictor = Arc::new(Predictor::open(Path::new(weights))?);
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
            "track" => track(&predictor, parameters)?,
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

/// Objects that are clicked on the first frame, followed over the next. The seconds of each frame, by the clock and
/// of the processor.
fn track(predictor: &Arc<Predictor>, parameters: &str) -> Result<Value> {
    let words: Vec<&str> = parameters.split_whitespace().collect();
    let [folder, objects, frames] = words[..] else { bail!("usage: track FOLDER OBJECTS FRAMES") };
    let (objects, frames): (u32, usize) = (objects.parse()?, frames.parse()?);
    let mut sequence = Sequence::open(Path::new(folder))?;
    let (width, height) = Photo::open(&Path::new(folder).join(&sequence.frames[0].file))?.pixels.dimensions();
    let mut tracker = Tracker::new(predictor.clone(), sequence.frames.len())?;
    for object in 1..=objects {
        let x = width as f32 * object as f32 / (objects + 1) as f32;
        let prompt = Prompt { points: vec![Point { x, y: height as f32 / 2.0, positive: true }], bbox: None };
        tracker.set_cue(object, 0, prompt.into())?;
    }
    let mut run = Run::new(&tracker, Range { limit: Limit::Frames(frames), ..Range::forward() })?;
    let (mut seconds, mut area) = (vec![], 0);
    let (mut start, mut processor) = (Instant::now(), processor_seconds());
    loop {
        match run.step(&mut tracker, &mut sequence, &())? {
            Step::Working => continue,
            Step::Unreadable { error, .. } => bail!("{error}"),
            Step::Done => break,
            Step::Tracked(tracked) => {
                area += tracked.mask.area();
                if tracked.object == objects {
                    seconds.push([start.elapsed().as_secs_f64(), processor_seconds() - processor]);
                    (start, processor) = (Instant::now(), processor_seconds());
                }
            }
        }
    }
    Ok(json!({ "frames": seconds, "area": area }))
}

/// The time that the processor worked for this program, in user mode; 0 where the system does not tell.
fn processor_seconds() -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().nth(11).and_then(|ticks| ticks.parse().ok()).unwrap_or(0.0)
        / TICKS_PER_SECOND
}

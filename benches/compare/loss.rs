//! What a faster setting of a network costs: how well its masks agree with those of the exact one.
//!
//! `loss EXACT FASTER CLICKS PHOTO...` puts the same clicks to both, spread over the photos where the exact one is
//! sure of a mask, and prints the mean IoU of the suggested masks, that with the most similar candidate, and the
//! fraction of clicks whose masks are practically the same. EXACT and FASTER are `mobile-sam` or a file of weights,
//! with `@SIDE` for another input: `loss mobile-sam mobile-sam@512 400 photos/*.jpg`.

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};
use tinsel::files::Photo;
use tinsel::mask::Mask;
use tinsel::models::Choice;
use tinsel::prompt::{Point, Prompt};
use tinsel::sam::weights::BUILT_IN_NAME;
use tinsel::sam::{Embedding, Output, Prediction, Predictor};

/// The network is sure of a mask from this predicted IoU on.
const SURE: f32 = 0.8;
/// Two masks are practically the same from this IoU on.
const SAME: f64 = 0.95;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [exact, faster, clicks, photos @ ..] = &arguments[..] else {
        bail!("usage: loss EXACT FASTER CLICKS PHOTO...")
    };
    let (exact, faster) = (open(exact)?, open(faster)?);
    let clicks = clicks.parse::<usize>()?.div_ceil(photos.len().max(1));
    let mut all = vec![];
    let mut seconds = [0.0; 2];
    for photo in photos {
        let pixels = Photo::open(Path::new(photo))?.pixels;
        let encode = |predictor: &Predictor, seconds: &mut f64| -> Result<Embedding> {
            let start = Instant::now();
            let embedding = predictor.encode(&pixels, &())?;
            *seconds += start.elapsed().as_secs_f64();
            Ok(embedding)
        };
        let (a, b) = (encode(&exact, &mut seconds[0])?, encode(&faster, &mut seconds[1])?);
        let found = agreements(&exact, &a, &faster, &b, clicks)?;
        report(photo, &found);
        all.extend(found);
    }
    report("all", &all);
    println!("encoding takes {:.2} of the time", seconds[1] / seconds[0]);
    Ok(())
}

fn open(model: &str) -> Result<Predictor> {
    let Choice { name, side } = Choice::parse(model);
    Ok(match name.as_str() {
        BUILT_IN_NAME => Predictor::built_in(side)?,
        file => Predictor::open_with_side(Path::new(file), side)?,
    })
}

/// How well the answers to a click agree.
struct Agreement {
    /// IoU of the suggested masks.
    suggested: f64,
    /// IoU of the exact suggestion with the most similar candidate.
    closest: f64,
}

fn agreements(
    exact: &Predictor,
    a: &Embedding,
    faster: &Predictor,
    b: &Embedding,
    clicks: usize,
) -> Result<Vec<Agreement>> {
    let mut found = vec![];
    for point in spread(a.photo_size()).take(clicks * 8) {
        if found.len() == clicks {
            break;
        }
        let prompt = Prompt { points: vec![point], ..Prompt::default() };
        let wanted = exact.predict(a, &prompt.clone().into(), Output::Candidates, &())?;
        if wanted.candidates[wanted.suggested].predicted_iou < SURE {
            continue;
        }
        let given = faster.predict(b, &prompt.into(), Output::Candidates, &())?;
        let wanted = mask(&wanted, wanted.suggested);
        let ious = (0..given.candidates.len()).map(|index| wanted.iou(&mask(&given, index)));
        let ious: Vec<f64> = ious.collect();
        let closest = ious.iter().copied().fold(0.0, f64::max);
        found.push(Agreement { suggested: ious[given.suggested], closest });
    }
    Ok(found)
}

fn mask(prediction: &Prediction, index: usize) -> Mask {
    prediction.mask(index).0
}

/// Points all over a photo, each far from those before it (the sequence of the plastic number).
fn spread((width, height): (u32, u32)) -> impl Iterator<Item = Point> {
    const PLASTIC: f64 = 1.324_717_957_244_746;
    (1..).map(move |n| {
        let at = |step: f64, length: u32| ((0.5 + n as f64 * step).fract() * length as f64) as f32;
        Point { x: at(1.0 / PLASTIC, width), y: at(1.0 / (PLASTIC * PLASTIC), height), positive: true }
    })
}

fn report(name: &str, found: &[Agreement]) {
    let count = found.len().max(1) as f64;
    let mean = |value: fn(&Agreement) -> f64| found.iter().map(value).sum::<f64>() / count;
    let same = found.iter().filter(|agreement| agreement.suggested >= SAME).count() as f64 / count;
    println!(
        "{name}: {} clicks, IoU of the suggestions {:.3}, of the closest candidates {:.3}, the same {:.0} %",
        found.len(),
        mean(|agreement| agreement.suggested),
        mean(|agreement| agreement.closest),
        100.0 * same
    );
}

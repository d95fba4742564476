//! `tinsel predict`: one prompt, one photo.

use std::process::ExitCode;

use serde::Serialize;

use super::arguments::PredictArguments;
use super::{complain, exit, load_model, print_error, print_text};
use crate::edge::Refinement;
use crate::files::drawing::{CutoutEdge, add_png, binary, soft_cutout};
use crate::files::{FileSet, Photo};
use crate::mask::{Mask, Rle};
use crate::prompt::BoxPrompt;
use crate::prompt::Prompt;
use crate::sam::{Output, check_prompt};

/// One candidate in the JSON report.
#[derive(Serialize)]
struct Report {
    predicted_iou: f32,
    stability_score: f32,
    area: u64,
    /// x, y, width, height
    bbox: [u32; 4],
    /// Null if an exported model does not provide it.
    object_score: Option<f32>,
    segmentation: Rle,
}

/// Runs the command and returns its exit code.
pub(super) fn predict(arguments: &PredictArguments) -> ExitCode {
    if arguments.point.is_empty() && arguments.bbox.is_none() {
        print_error("tinsel: no prompt: give at least one --point X,Y or a --box X0,Y0,X1,Y1");
        return ExitCode::from(exit::USAGE);
    }
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            if error.is::<Usage>() { ExitCode::from(exit::USAGE) } else { ExitCode::FAILURE }
        }
    }
}

/// An error in the arguments, not in the photo.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// The box, clipped to the photo if it reaches less than a pixel outside, as the boxes of detectors do. A box
/// that reaches farther is not changed, so that the check rejects it.
fn clip_to_photo(bbox: BoxPrompt, (width, height): (u32, u32)) -> BoxPrompt {
    let clip = |value: f32, side: u32| {
        let clipped = value.clamp(0.0, side as f32);
        if (value - clipped).abs() < 1.0 { clipped } else { value }
    };
    BoxPrompt {
        x0: clip(bbox.x0, width),
        y0: clip(bbox.y0, height),
        x1: clip(bbox.x1, width),
        y1: clip(bbox.y1, height),
    }
}

fn run(arguments: &PredictArguments) -> anyhow::Result<()> {
    let mut files = FileSet::new(arguments.overwrite);
    for file in arguments.mask.iter().chain(&arguments.cutout) {
        files.check(file)?;
    }
    if arguments.mask.is_some() && arguments.mask == arguments.cutout {
        return Err(Usage("give --mask and --cutout different files".into()).into());
    }
    let photo = Photo::open_as(&arguments.photo, &arguments.rendering.rendering())?;
    let bbox = arguments.bbox.map(|bbox| clip_to_photo(bbox, photo.pixels.dimensions()));
    let prompt = Prompt { points: arguments.point.clone(), bbox };
    check_prompt(&prompt, photo.pixels.dimensions())
        .map_err(|e| Usage(format!("{}: {e}", arguments.photo.display())))?;
    let predictor = load_model(arguments.model.as_deref()).map_err(|e| Usage(format!("{e:#}")))?;
    let embedding = predictor.encode(&photo.pixels, &())?;
    let advised = Output::advised(&prompt, Output::Single);
    let output = if arguments.candidates { Output::Candidates } else { advised };
    let prediction = predictor.predict(&embedding, &prompt.into(), output, &())?;

    let masks: Vec<(Mask, f32)> = (0..prediction.candidates.len()).map(|i| prediction.mask(i)).collect();
    let (best, _) = &masks[prediction.suggested];
    if let Some(file) = &arguments.mask {
        add_png(&mut files, file, &binary(best).into())?;
    }
    if let Some(file) = &arguments.cutout {
        let edge = match arguments.soft_edges {
            true => CutoutEdge::Photo(Refinement::default()),
            false => CutoutEdge::Feather(0.0),
        };
        add_png(&mut files, file, &soft_cutout(&photo.pixels, best, true, 0, edge).into())?;
    }

    files.commit()?;

    let reports = masks.iter().zip(&prediction.candidates).map(|((mask, stability), candidate)| Report {
        predicted_iou: candidate.predicted_iou,
        stability_score: *stability,
        area: mask.area(),
        bbox: mask.bbox().map_or([0; 4], |b| b.xywh()),
        object_score: prediction.object_score,
        segmentation: Rle::from(mask),
    });
    let shown: Vec<Report> = if arguments.candidates {
        reports.collect()
    } else {
        reports.skip(prediction.suggested).take(1).collect()
    };
    let mut text = String::new();
    if arguments.json {
        text = serde_json::to_string(&shown)?;
        text.push('\n');
    } else {
        for report in shown {
            let [x, y, width, height] = report.bbox;
            text += &format!(
                "{} pixels, box {x},{y} {width}x{height}, predicted IoU {:.2}, stability {:.2}\n",
                report.area, report.predicted_iou, report.stability_score
            );
        }
    }
    print_text(&text)
}

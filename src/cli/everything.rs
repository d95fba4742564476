//! `tinsel everything`: all masks of many photos.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::arguments::EverythingArguments;
use super::{complain, load_model, model_stem};
use crate::document::mask_colour;
use crate::everything::{FoundMask, Parameters, generate};
use crate::files::export::{ExportMask, export_json, write_script_files};
use crate::files::{Photo, photos_in};
use crate::mask::Rle;
use crate::sam2::Predictor;

/// One mask in the JSON file, with the fields of the official generator.
#[derive(Serialize)]
struct Record {
    segmentation: Rle,
    area: u64,
    /// x, y, width, height
    bbox: [u32; 4],
    predicted_iou: f32,
    point_coords: [[f32; 2]; 1],
    stability_score: f32,
    /// x, y, width, height
    crop_box: [u32; 4],
}

/// Runs the command and returns its exit code.
pub fn everything(arguments: &EverythingArguments) -> ExitCode {
    let (photos, predictor, parameters) = match prepare(arguments) {
        Ok(prepared) => prepared,
        Err(error) => {
            complain(&error);
            return ExitCode::from(2);
        }
    };
    let mut failed = 0;
    for path in &photos {
        if let Err(error) = segment(path, &predictor, &parameters, arguments) {
            complain(&error);
            failed += 1;
        }
    }
    if failed > 0 {
        eprintln!("tinsel: {failed} of {} photos failed", photos.len());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn prepare(arguments: &EverythingArguments) -> anyhow::Result<(Vec<PathBuf>, Predictor, Parameters)> {
    let mut photos = arguments.photos.clone();
    if let Some(folder) = &arguments.img_dir {
        let found = photos_in(folder).with_context(|| {
            format!("{}: the folder cannot be read; is the path right?", folder.display())
        })?;
        anyhow::ensure!(!found.is_empty() || !photos.is_empty(), "{}: holds no photos", folder.display());
        photos.extend(found);
    }
    let predictor = load_model(arguments.model.as_deref())?;
    let own = Parameters::for_model(&predictor);
    let parameters = Parameters {
        points_per_side: arguments.points_per_side.unwrap_or(own.points_per_side),
        points_per_batch: arguments.points_per_batch.unwrap_or(own.points_per_batch),
        pred_iou_thresh: arguments.pred_iou_thresh.unwrap_or(own.pred_iou_thresh),
        stability_score_thresh: arguments.stability_score_thresh.unwrap_or(own.stability_score_thresh),
        box_nms_thresh: arguments.box_nms_thresh.unwrap_or(own.box_nms_thresh),
        ..own
    };
    parameters.check()?;
    std::fs::create_dir_all(&arguments.out).with_context(|| {
        format!("{}: the output folder cannot be made; choose another --out", arguments.out.display())
    })?;
    Ok((photos, predictor, parameters))
}

fn segment(
    path: &Path,
    predictor: &Predictor,
    parameters: &Parameters,
    arguments: &EverythingArguments,
) -> anyhow::Result<()> {
    let start = Instant::now();
    let photo = Photo::open(path)?;
    let bar = progress_bar(path);
    let embedding = predictor.encode(&photo.pixels, &()).with_context(|| path.display().to_string())?;
    let on_batch = |batch: crate::everything::Batch| {
        bar.set_length(batch.points_total as u64);
        bar.set_position(batch.points_done as u64);
    };
    let outcome = generate(predictor, &embedding, parameters, on_batch, &())
        .with_context(|| path.display().to_string())?;
    bar.finish_and_clear();
    write(&photo, &outcome.masks, &model_stem(predictor), arguments)?;
    println!("{}: {} masks in {:.1} s", path.display(), outcome.masks.len(), start.elapsed().as_secs_f32());
    Ok(())
}

fn progress_bar(path: &Path) -> ProgressBar {
    let bar = ProgressBar::new(1);
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} points, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default());
    bar
}

fn write(
    photo: &Photo,
    masks: &[FoundMask],
    model: &str,
    arguments: &EverythingArguments,
) -> anyhow::Result<()> {
    let exported: Vec<ExportMask> = masks
        .iter()
        .enumerate()
        .map(|(i, found)| ExportMask {
            name: format!("mask {i}"),
            mask: found.mask.clone(),
            colour: mask_colour(i as u64),
            predicted_iou: found.predicted_iou,
            stability_score: found.stability_score,
        })
        .collect();
    let segment_images = arguments.save_segment_imgs;
    write_script_files(photo, &exported, model, &arguments.out, segment_images, arguments.overwrite)?;
    if arguments.json {
        let (width, height) = photo.pixels.dimensions();
        let records: Vec<Record> = masks
            .iter()
            .map(|found| Record {
                segmentation: Rle::from(&*found.mask),
                area: found.mask.area(),
                bbox: found.bbox_xywh(),
                predicted_iou: found.predicted_iou,
                point_coords: [found.point],
                stability_score: found.stability_score,
                crop_box: [0, 0, width, height],
            })
            .collect();
        let file = arguments.out.join(format!("{}_{model}.json", photo.stem()));
        export_json(&records, &file, arguments.overwrite)?;
    }
    Ok(())
}

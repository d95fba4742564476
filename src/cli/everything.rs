//! `tinsel everything`: all masks of many photos.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, anyhow, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::arguments::EverythingArguments;
use super::{complain, load_model, model_stem, print_text};
use crate::document::mask_colour;
use crate::everything::{FoundMask, Parameters, generate};
use crate::files::export::{ExportMask, ScriptFiles, add_json, remove_leftovers};
use crate::files::{FileSet, Photo, photos_in};
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
    let mut photos = vec![];
    for path in arguments.photos.iter().chain(&arguments.img_dir) {
        if !path.is_dir() && arguments.img_dir.as_ref() != Some(path) {
            photos.push(path.clone());
            continue;
        }
        let found = photos_in(path)
            .map_err(|e| anyhow!("{}: the folder cannot be read: {e}; is the path right?", path.display()))?;
        ensure!(!found.is_empty(), "{}: holds no photos", path.display());
        photos.extend(found);
    }
    // Results are named after the photos, so that two of the same name would overwrite each other.
    let mut stems = HashMap::new();
    for photo in &photos {
        if let Some(other) = stems.insert(photo.file_stem(), photo) {
            bail!(
                "{} and {} would write the same files; run them with different --out folders",
                other.display(),
                photo.display()
            );
        }
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
    parameters.check().map_err(|e| anyhow!("--{}", e.to_string().replace('_', "-")))?;
    std::fs::create_dir_all(&arguments.out).map_err(|e| {
        anyhow!("{}: the output folder cannot be made: {e}; choose another --out", arguments.out.display())
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
    let files = ScriptFiles::new(&photo.stem(), &model_stem(predictor), &arguments.out);
    let mut set = FileSet::new(arguments.overwrite);
    set.check(&files.combined)?;
    if arguments.json {
        set.check(&files.json)?;
    }
    let bar = progress_bar(path);
    let embedding = predictor.encode(&photo.pixels, &()).with_context(|| path.display().to_string())?;
    let on_batch = |batch: crate::everything::Batch| {
        bar.set_length(batch.points_total as u64);
        bar.set_position(batch.points_done as u64);
    };
    let outcome = generate(predictor, &photo.pixels, &embedding, parameters, on_batch, &())
        .with_context(|| path.display().to_string())?;
    bar.finish_and_clear();
    let masks = outcome.masks;
    files.add(&mut set, &photo, &export_masks(&masks), arguments.save_segment_imgs)?;
    if arguments.json {
        add_json(&mut set, &records(&masks), &files.json)?;
    }
    set.commit()?;
    if arguments.save_segment_imgs && arguments.overwrite {
        remove_leftovers(&files, masks.len())?;
    }
    let (count, plural) = (masks.len(), if masks.len() == 1 { "" } else { "s" });
    let seconds = start.elapsed().as_secs_f32();
    print_text(&format!("{}: {count} mask{plural} in {seconds:.1} s\n", path.display()))
}

fn progress_bar(path: &Path) -> ProgressBar {
    let bar = ProgressBar::new(1);
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} points, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default());
    bar
}

fn export_masks(masks: &[FoundMask]) -> Vec<ExportMask> {
    let export = |(i, found): (usize, &FoundMask)| ExportMask {
        name: format!("mask {i}"),
        mask: found.mask.clone(),
        colour: mask_colour(i as u64),
        predicted_iou: found.predicted_iou,
        stability_score: found.stability_score,
    };
    masks.iter().enumerate().map(export).collect()
}

fn records(masks: &[FoundMask]) -> Vec<Record> {
    let record = |found: &FoundMask| Record {
        segmentation: Rle::from(&*found.mask),
        area: found.mask.area(),
        bbox: found.bbox_xywh(),
        predicted_iou: found.predicted_iou,
        point_coords: [found.point],
        stability_score: found.stability_score,
        crop_box: found.crop_box.xywh(),
    };
    masks.iter().map(record).collect()
}

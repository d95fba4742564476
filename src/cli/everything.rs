//! `tinsel everything`: all masks of many photos.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail, ensure};
use serde::Serialize;

use super::arguments::{EverythingArguments, GeneratorArguments, ResultFormat};
use super::batch::{self, Job, Jobs, Outcome, Progress, Settings, Work};
use super::keep::keep;
use super::report::Reporter;
use super::values::Shard;
use super::{complain, exit, load_model, model_stem};
use crate::annotation::{Annotation, Proposal};
use crate::colour::{Colour, mask_colour};
use crate::everything::{Batch, Filters, FoundMask, Parameters, filter, generate};
use crate::files::drawing::largest_first;
use crate::files::formats::{ScriptFiles, add_coco, add_coco_part, add_label_map, remove_leftovers};
use crate::files::session::{SavedWork, Session};
use crate::files::{FileSet, Photo, slashed};
use crate::mask::Rle;
use crate::sam::Predictor;

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
pub(super) fn everything(arguments: &EverythingArguments) -> ExitCode {
    match prepare(arguments) {
        Ok((jobs, everything)) => {
            let reporter = Reporter::new(arguments.json);
            batch::run(&jobs, &Settings::new(&arguments.batch, reporter), &everything)
        }
        Err(error) => {
            complain(&error);
            ExitCode::from(exit::USAGE)
        }
    }
}

fn prepare(arguments: &EverythingArguments) -> anyhow::Result<(Jobs, Everything<'_>)> {
    let mut formats = arguments.format.clone();
    if arguments.json {
        formats.push(ResultFormat::Json);
    }
    if arguments.save_segment_imgs && !formats.contains(&ResultFormat::Script) {
        bail!("--save-segment-imgs needs the format script; add it to --format");
    }
    let jobs = batch::jobs(&arguments.batch.photos, Some(&arguments.batch.out))?;
    let predictor = load_model(arguments.model.as_deref())?;
    let parameters = parameters(&arguments.generator, &predictor)?;
    let model = model_stem(&predictor);
    Ok((jobs, Everything { arguments, formats, predictor, parameters, model }))
}

/// The parameters to run a model with.
pub(super) fn parameters(
    arguments: &GeneratorArguments,
    predictor: &Predictor,
) -> anyhow::Result<Parameters> {
    let parameters = arguments.parameters(Parameters::for_model(predictor));
    parameters.check().map_err(|e| anyhow!("--{}", e.to_string().replace('_', "-")))?;
    Ok(parameters)
}

/// Finds all masks of a photo. `pass` is the index of the model, from 0, and the number of models.
///
/// # Errors
/// A failure of the network; the run was interrupted.
pub(super) fn find_masks(
    predictor: &Predictor,
    parameters: &Parameters,
    photo: &Photo,
    pass: (usize, usize),
    progress: &Progress,
) -> anyhow::Result<Vec<FoundMask>> {
    let named = || photo.path.display().to_string();
    let embedding = predictor.encode(&photo.pixels, progress.monitor()).with_context(named)?;
    let on_batch = |batch: &Batch| progress.points(pass, batch.points_done, batch.points_total);
    let outcome = generate(predictor, &photo.pixels, &embedding, parameters, on_batch, progress.monitor())
        .with_context(named)?;
    ensure!(outcome.complete, "{}: interrupted", named());
    let kept = filter(&outcome.found, &Filters::from(parameters));
    Ok(kept.into_iter().map(|kept| kept.found).collect())
}

struct Everything<'a> {
    arguments: &'a EverythingArguments,
    formats: Vec<ResultFormat>,
    predictor: Predictor,
    parameters: Parameters,
    /// The model's name in file names.
    model: String,
}

/// The files for the results of a photo.
struct Results {
    script: ScriptFiles,
    json: PathBuf,
    labels: PathBuf,
    legend: PathBuf,
    coco_part: PathBuf,
}

impl Everything<'_> {
    fn files(&self, job: &Job) -> Results {
        let (out, stem, model) = (&self.arguments.batch.out, job.stem(), &self.model);
        let folder = job.folder(out);
        let coco = job.folder(&out.join(format!("coco_{model}")));
        Results {
            script: ScriptFiles::new(&stem, model, &folder),
            json: folder.join(format!("{stem}_{model}.json")),
            labels: folder.join(format!("{stem}_labels_{model}.png")),
            legend: folder.join(format!("{stem}_labels_{model}.json")),
            coco_part: coco.join(format!("{stem}.json")),
        }
    }

    fn writes(&self, format: ResultFormat) -> bool {
        self.formats.contains(&format)
    }

    /// Whether existing files may be replaced.
    fn replaces(&self) -> bool {
        self.arguments.batch.overwrite || self.arguments.batch.skip_existing
    }
}

impl Work for Everything<'_> {
    const COMMAND: &'static str = "everything";

    fn results(&self, job: &Job) -> Vec<PathBuf> {
        let files = self.files(job);
        let of_formats = [
            (ResultFormat::Script, vec![files.script.combined]),
            (ResultFormat::Json, vec![files.json]),
            (ResultFormat::Labels, vec![files.labels, files.legend]),
            (ResultFormat::Coco, vec![files.coco_part]),
        ];
        of_formats
            .into_iter()
            .filter(|(format, _)| self.writes(*format))
            .flat_map(|(_, files)| files)
            .collect()
    }

    fn summary(&self) -> Option<PathBuf> {
        let shard =
            self.arguments.batch.photos.shard.map(|Shard { index, count }| format!("_shard{index}of{count}"));
        let name = format!("coco_{}{}.json", self.model, shard.unwrap_or_default());
        self.writes(ResultFormat::Coco).then(|| self.arguments.batch.out.join(name))
    }

    fn is_done(&self, job: &Job) -> bool {
        self.results(job).iter().all(|file| file.exists())
            && (!self.writes(ResultFormat::Script)
                || self.files(job).script.are_complete(self.arguments.save_segment_imgs))
            && (!self.arguments.keep || Session::exists_for(&job.photo))
    }

    fn process(&self, job: &Job, photo: &Photo, progress: &Progress) -> anyhow::Result<Outcome> {
        let masks = find_masks(&self.predictor, &self.parameters, photo, (0, 1), progress)?;
        let (files, exported) = (self.files(job), export_masks(&masks));
        let mut set = FileSet::new(self.replaces());
        if self.writes(ResultFormat::Script) {
            files.script.add(&mut set, photo, &exported, self.arguments.save_segment_imgs)?;
        }
        if self.writes(ResultFormat::Labels) {
            add_label_map(&mut set, photo, &exported, &files.labels, &files.legend)?;
        }
        if self.writes(ResultFormat::Json) {
            set.add_json(&files.json, &records(&masks))?;
        }
        if self.writes(ResultFormat::Coco) {
            add_coco_part(&mut set, photo, slashed(&job.below), &exported, &files.coco_part)?;
        }
        let mut report = format!("{} mask{}", masks.len(), if masks.len() == 1 { "" } else { "s" });
        if self.arguments.keep {
            // Before the results, because a photo with results counts as done.
            let mut work = SavedWork::open(photo);
            report += &format!(", {},", keep(&mut work, kept_masks(&masks, &self.model), &self.model)?);
            work.notices.iter().for_each(|notice| progress.show_notice(notice));
        }
        set.commit()?;
        if self.arguments.save_segment_imgs && self.replaces() {
            remove_leftovers(&files.script, masks.len())?;
        }
        Ok(Outcome { masks: masks.len(), text: report })
    }

    fn summarise(&self, done: &[&Job]) -> anyhow::Result<()> {
        let Some(file) = self.summary() else { return Ok(()) };
        let mut set = FileSet::new(self.replaces());
        add_coco(&mut set, done.iter().map(|job| (job.number, self.files(job).coco_part)), &file)?;
        set.commit()?;
        Ok(())
    }
}

fn export_masks(masks: &[FoundMask]) -> Vec<Annotation> {
    let export = |(i, found): (usize, &FoundMask)| export_mask(found, i, mask_colour(i as u64));
    let mut masks: Vec<Annotation> = masks.iter().enumerate().map(export).collect();
    largest_first(&mut masks);
    masks
}

/// The masks for a session, the largest at the bottom.
fn kept_masks(masks: &[FoundMask], model: &str) -> Vec<Annotation> {
    let kept = |found: &FoundMask| Annotation {
        model: Some(model.into()),
        proposal: Some(Proposal::default()),
        ..found.annotation(String::new())
    };
    let mut masks: Vec<Annotation> = masks.iter().map(kept).collect();
    largest_first(&mut masks);
    masks
}

/// Mask `i` of a result as an annotation.
pub(super) fn export_mask(found: &FoundMask, i: usize, colour: Colour) -> Annotation {
    Annotation { colour: Some(colour), ..found.annotation(format!("mask {i}")) }
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

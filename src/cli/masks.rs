//! `tinsel masks`: turns the boxes of a detector into masks, and saves them with the photos.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use clap::Args;

use super::arguments::PhotoArguments;
use super::batch::{self, Job, Jobs, Outcome, Progress, Settings, Work};
use super::keep::keep;
use super::report::Reporter;
use super::{complain, exit, load_model, model_stem, print_error};
use crate::annotation::Annotation;
use crate::files::Photo;
use crate::files::boxes::{BoxFiles, BoxOfPhoto, Boxes};
use crate::files::drawing::largest_first;
use crate::files::session::SavedWork;
use crate::sam::{Output, Predictor};

/// The most names in one message.
const MAX_NAMES: usize = 5;

pub(super) const EXAMPLES: &str = "\
Examples:
  tinsel masks photos --boxes instances.json                    COCO annotations with a bbox and no segmentation
  tinsel masks photos --boxes found.json --boxes val.json       COCO detections; photos and classes from val.json
  tinsel masks photos --boxes runs/labels --min-score 0.4       YOLO, one text file for each photo
  tinsel masks photos --boxes annotations && tinsel photos      VOC XML; then review the masks in the window

Boxes are read from COCO, lists of COCO detections, YOLO, Pascal VOC XML, labelme rectangles and CVAT for images 1.1.
A box is cut at the border of the photo. The masks are added to those in NAME.jpg.tinsel.json as proposals, with the
class of the box; a box that has a mask is not processed again.";

#[derive(Debug, Args)]
pub struct MasksArguments {
    #[command(flatten)]
    pub photos: PhotoArguments,

    /// A file with boxes, or a folder with files for many photos. Can be repeated.
    #[arg(long, value_name = "FILE|FOLDER", required = true)]
    pub boxes: Vec<PathBuf>,

    /// Skip boxes whose score is below this.
    #[arg(long, value_name = "0..1")]
    pub min_score: Option<f32>,

    /// Model: `mobile-sam` (built in), a downloaded model such as `sam2.1-tiny`, or a file. `NAME@512` gives
    /// the network a smaller input: faster and less precise.
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<String>,

    /// Print one JSON object a line on standard output instead of text: the events of the run.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command and returns its exit code.
pub(super) fn boxes_to_masks(arguments: &MasksArguments) -> ExitCode {
    match prepare(arguments) {
        Ok((jobs, masks)) => {
            let settings = Settings {
                shard: arguments.photos.shard,
                out: None,
                skip_existing: false,
                overwrite: false,
                rendering: arguments.photos.rendering.rendering(),
                reporter: Reporter::new(arguments.json),
            };
            batch::run(&jobs, &settings, &masks)
        }
        Err(error) => {
            complain(&error);
            ExitCode::from(exit::USAGE)
        }
    }
}

fn prepare(arguments: &MasksArguments) -> anyhow::Result<(Jobs, Masks)> {
    let min_score = arguments.min_score.unwrap_or(0.0);
    ensure!((0.0..=1.0).contains(&min_score), "--min-score is {min_score}; it must be between 0 and 1");
    let mut jobs = batch::jobs(&arguments.photos, None)?;
    let files = BoxFiles::open(&arguments.boxes)?;
    for problem in files.problems() {
        print_error(&format!("tinsel: {}: {}", problem.place, problem.what));
    }
    let missing = files.missing_among(&jobs.photos());
    jobs.retain(|photo| files.covers(photo));
    if jobs.photos().is_empty() {
        bail!(
            "{}: no photo has boxes in it; they belong to {}",
            arguments.boxes[0].display(),
            some_of(&missing)
        );
    }
    if !missing.is_empty() {
        print_error(&format!("tinsel: boxes of {} skipped: not among the photos", some_of(&missing)));
    }
    let predictor = load_model(arguments.model.as_deref())?;
    let model = model_stem(&predictor);
    Ok((jobs, Masks { files, min_score, predictor, model }))
}

fn some_of(names: &[&str]) -> String {
    let some = names[..names.len().min(MAX_NAMES)].join(", ");
    match names.len().saturating_sub(MAX_NAMES) {
        0 => some,
        more => format!("{some} and {more} more"),
    }
}

struct Masks {
    files: BoxFiles,
    min_score: f32,
    predictor: Predictor,
    /// The model's name in sessions.
    model: String,
}

impl Work for Masks {
    const COMMAND: &'static str = "masks";

    fn results(&self, _: &Job) -> Vec<PathBuf> {
        vec![]
    }

    fn process(&self, job: &Job, photo: &Photo, progress: &Progress) -> anyhow::Result<Outcome> {
        let Boxes { mut boxes, problems } = self.files.of(&job.photo, photo.pixels.dimensions())?;
        for problem in problems {
            progress.show_notice(&format!("{}: {}: {}", job.photo.display(), problem.place, problem.what));
        }
        boxes.retain(|wanted| wanted.score.is_none_or(|score| score >= self.min_score));
        let total = boxes.len();
        let mut work = SavedWork::open(photo);
        boxes.retain(|wanted| !work.document.has_mask_of(wanted.bbox));
        let proposals = self.proposals(photo, &boxes, progress)?;
        let found = proposals.len();
        let report = keep(&mut work, proposals, &self.model)?;
        work.notices.iter().for_each(|notice| progress.show_notice(notice));
        let plural = if total == 1 { "" } else { "es" };
        Ok(Outcome { masks: found, text: format!("{total} box{plural}, {report},") })
    }
}

impl Masks {
    /// The answers to the boxes. A photo without boxes is not encoded.
    fn proposals(
        &self,
        photo: &Photo,
        boxes: &[BoxOfPhoto],
        progress: &Progress,
    ) -> anyhow::Result<Vec<Annotation>> {
        let named = || photo.path.display().to_string();
        let mut proposals = vec![];
        if boxes.is_empty() {
            return Ok(proposals);
        }
        let embedding = self.predictor.encode(&photo.pixels, progress.monitor()).with_context(named)?;
        for (done, wanted) in boxes.iter().enumerate() {
            progress.boxes(done, boxes.len());
            let query = wanted.prompt().into();
            let prediction = self
                .predictor
                .predict(&embedding, &query, Output::Single, progress.monitor())
                .with_context(named)?;
            let (mask, stability) = prediction.mask(prediction.suggested);
            if mask.is_empty() {
                let [x, y] = [wanted.bbox.x0, wanted.bbox.y0];
                progress.show_notice(&format!("{}: no object found in the box at {x},{y}", named()));
                continue;
            }
            let iou = prediction.candidates[prediction.suggested].predicted_iou;
            proposals.push(wanted.proposal(Arc::new(mask), [iou, stability], &self.model));
        }
        largest_first(&mut proposals);
        Ok(proposals)
    }
}

//! `tinsel compare`: two models, or two settings of one model, side by side.

use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;

use anyhow::{anyhow, bail, ensure};
use serde::Serialize;

use super::arguments::CompareArguments;
use super::batch::{self, Job, Jobs, Outcome, Progress, Settings, Work};
use super::everything::{export_mask, find_masks, parameters};
use super::report::Reporter;
use super::values::Setting;
use super::{complain, exit, load_model, model_stem};
use crate::annotation::Annotation;
use crate::colour::mask_colour;
use crate::everything::compare::{Comparison, Unmatched, compare};
use crate::everything::{FoundMask, Parameters};
use crate::files::drawing::{Panel, add_figure, largest_first};
use crate::files::{FileSet, Photo};
use crate::sam::Predictor;

/// Runs the command and returns its exit code.
pub(super) fn compare_models(arguments: &CompareArguments) -> ExitCode {
    match prepare(arguments) {
        Ok((jobs, models)) => {
            let reporter = Reporter::new(arguments.json);
            batch::run(&jobs, &Settings::new(&arguments.batch, reporter), &models)
        }
        Err(error) => {
            complain(&error);
            ExitCode::from(exit::USAGE)
        }
    }
}

fn prepare(arguments: &CompareArguments) -> anyhow::Result<(Jobs, Compare<'_>)> {
    ensure!(
        (0.0..=1.0).contains(&arguments.min_iou),
        "--min-iou is {}; it must be between 0 and 1",
        arguments.min_iou
    );
    let differ = arguments.a != arguments.b;
    let (a, b) = match &arguments.model[..] {
        [both] if differ => (both, both),
        [_] => bail!("give a second --model, or different settings with --a or --b"),
        [a, b] => (a, b),
        more => bail!("{} models given, but only two can be compared", more.len()),
    };
    let jobs = batch::jobs(&arguments.batch.photos, Some(&arguments.batch.out))?;
    let first = Rc::new(load_model(Some(a))?);
    let second = if a == b { first.clone() } else { Rc::new(load_model(Some(b))?) };
    let side = |predictor: Rc<Predictor>, option, own: &[Setting]| -> anyhow::Result<Side> {
        let parameters = with_settings(parameters(&arguments.generator, &predictor)?, own)
            .map_err(|e| anyhow!("--{option}: {e}"))?;
        let model = model_stem(&predictor);
        let settings: Vec<String> = own.iter().map(|s| format!("{}={}", s.name, s.value)).collect();
        let title = if own.is_empty() { model.clone() } else { format!("{model}, {}", settings.join(", ")) };
        Ok(Side { predictor, parameters, model, title })
    };
    let sides = [side(first, "a", &arguments.a)?, side(second, "b", &arguments.b)?];
    Ok((jobs, Compare { arguments, sides }))
}

/// Returns the parameters with some of them set by name.
fn with_settings(parameters: Parameters, settings: &[Setting]) -> anyhow::Result<Parameters> {
    let mut all = serde_json::to_value(parameters)?;
    for Setting { name, value } in settings {
        match all.get_mut(name) {
            Some(parameter) => *parameter = value.clone(),
            None => {
                let names: Vec<&String> = all.as_object().into_iter().flat_map(|all| all.keys()).collect();
                let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
                bail!("unknown setting {name}; the settings are {}", names.join(", "))
            }
        }
        serde_json::from_value::<Parameters>(all.clone()).map_err(|e| anyhow!("{name}={value}: {e}"))?;
    }
    let parameters: Parameters = serde_json::from_value(all)?;
    parameters.check()?;
    Ok(parameters)
}

/// A model with its parameters.
struct Side {
    predictor: Rc<Predictor>,
    parameters: Parameters,
    /// The model's name in file names.
    model: String,
    /// The title of its panel.
    title: String,
}

struct Compare<'a> {
    arguments: &'a CompareArguments,
    sides: [Side; 2],
}

impl Compare<'_> {
    /// The figure and the report.
    fn files(&self, job: &Job) -> [PathBuf; 2] {
        let [a, b] = &self.sides;
        let folder = job.folder(&self.arguments.batch.out);
        let name = format!("{}_compare_{}_{}", job.stem(), a.model, b.model);
        ["png", "json"].map(|extension| folder.join(format!("{name}.{extension}")))
    }
}

impl Work for Compare<'_> {
    const COMMAND: &'static str = "compare";

    fn results(&self, job: &Job) -> Vec<PathBuf> {
        self.files(job).into()
    }

    fn process(&self, job: &Job, photo: &Photo, progress: &Progress) -> anyhow::Result<Outcome> {
        let [a, b] = &self.sides;
        let find =
            |side: &Side, pass| find_masks(&side.predictor, &side.parameters, photo, (pass, 2), progress);
        let found = [find(a, 0)?, find(b, 1)?];
        let masks = found.each_ref().map(|found| found.iter().map(|f| f.mask.clone()).collect::<Vec<_>>());
        let compared = compare(&masks[0], &masks[1], self.arguments.min_iou);

        let painted_a = painted(&found[0], 0..found[0].len());
        let painted_b = painted(&found[1], compared.numbers_of_b());
        let panel =
            |side: &Side, masks| Panel { title: side.title.clone(), note: describe(masks, &compared), masks };
        let [figure, report] = self.files(job);
        let batch = &self.arguments.batch;
        let mut set = FileSet::new(batch.overwrite || batch.skip_existing);
        add_figure(&mut set, photo, &panel(a, &painted_a), &panel(b, &painted_b), &figure)?;
        set.add_json(&report, &self.report(photo, &found, &compared))?;
        set.commit()?;
        let [a, b] = [&painted_a, &painted_b].map(|masks| describe(masks, &compared));
        let iou = compared.mean_iou().map_or(String::new(), |iou| format!("; mean IoU of matches {iou:.2}"));
        let masks = found.iter().map(Vec::len).sum();
        Ok(Outcome { masks, text: format!("A {a}; B {b}{iou}") })
    }
}

/// `23 masks, 17 matched`
fn describe(masks: &[Annotation], compared: &Comparison) -> String {
    let plural = if masks.len() == 1 { "" } else { "s" };
    format!("{} mask{plural}, {} matched", masks.len(), compared.pairs.len())
}

fn painted(found: &[FoundMask], numbers: impl IntoIterator<Item = usize>) -> Vec<Annotation> {
    let colours = numbers.into_iter().map(|number| mask_colour(number as u64));
    let export = |(i, (found, colour))| export_mask(found, i, colour);
    let mut masks: Vec<Annotation> = found.iter().zip(colours).enumerate().map(export).collect();
    largest_first(&mut masks);
    masks
}

/// The comparison of one photo as a file. Masks are given by their indices in the lists.
#[derive(Serialize)]
struct Report<'a> {
    photo: String,
    width: u32,
    height: u32,
    /// Matched masks have at least this IoU.
    min_iou: f64,
    mean_iou_of_pairs: Option<f64>,
    a: SideReport<'a>,
    b: SideReport<'a>,
    /// The most similar first.
    pairs: Vec<PairReport>,
}

#[derive(Serialize)]
struct SideReport<'a> {
    model: &'a str,
    parameters: Parameters,
    masks: Vec<MaskReport>,
    with_partner: usize,
    /// The share of the photo covered by all masks together, in [0, 1].
    covered: f64,
    /// Masks that the other side lacks.
    alone: Vec<UnmatchedReport>,
}

#[derive(Serialize)]
struct MaskReport {
    area: u64,
    /// x, y, width, height
    bbox: [u32; 4],
    predicted_iou: f32,
    stability_score: f32,
    point_coords: [[f32; 2]; 1],
}

#[derive(Serialize)]
struct PairReport {
    a: usize,
    b: usize,
    iou: f64,
}

#[derive(Serialize)]
struct UnmatchedReport {
    mask: usize,
    /// The mask of the other side that overlaps it most; null if none does.
    nearest: Option<usize>,
    /// The IoU with `nearest`.
    iou: f64,
}

impl Compare<'_> {
    fn report(&self, photo: &Photo, found: &[Vec<FoundMask>; 2], compared: &Comparison) -> Report<'_> {
        let [a, b] = &self.sides;
        let (width, height) = photo.pixels.dimensions();
        Report {
            photo: photo.file_name(),
            width,
            height,
            min_iou: self.arguments.min_iou,
            mean_iou_of_pairs: compared.mean_iou(),
            a: a.report(&found[0], &compared.only_a, compared.covered_a),
            b: b.report(&found[1], &compared.only_b, compared.covered_b),
            pairs: compared.pairs.iter().map(|p| PairReport { a: p.a, b: p.b, iou: p.iou }).collect(),
        }
    }
}

impl Side {
    fn report(&self, found: &[FoundMask], unmatched: &[Unmatched], covered: f64) -> SideReport<'_> {
        let mask = |found: &FoundMask| MaskReport {
            area: found.mask.area(),
            bbox: found.bbox_xywh(),
            predicted_iou: found.predicted_iou,
            stability_score: found.stability_score,
            point_coords: [found.point],
        };
        let report = |item: &Unmatched| UnmatchedReport {
            mask: item.mask,
            nearest: item.nearest.map(|(mask, _)| mask),
            iou: item.nearest.map_or(0.0, |(_, iou)| iou),
        };
        SideReport {
            model: &self.model,
            parameters: self.parameters,
            masks: found.iter().map(mask).collect(),
            with_partner: found.len() - unmatched.len(),
            covered,
            alone: unmatched.iter().map(report).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(name: &str, value: impl Into<serde_json::Value>) -> Setting {
        Setting { name: name.into(), value: value.into() }
    }

    #[test]
    fn settings_replace_parameters_by_name() {
        let own = Parameters { points_per_side: 5, ..Parameters::default() };
        let set =
            with_settings(own, &[setting("pred_iou_thresh", 0.5), setting("points_per_batch", 7)]).unwrap();
        assert_eq!(set, Parameters { pred_iou_thresh: 0.5, points_per_batch: 7, ..own });
        for (wrong, part) in [
            (setting("iou", 0.5), "unknown setting iou; the settings are"),
            (setting("points_per_side", 2.5), "points_per_side=2.5"),
            (setting("points_per_side", "many"), "points_per_side"),
            (setting("box_nms_thresh", 7.0), "box_nms_thresh is 7"),
        ] {
            let error = with_settings(own, &[wrong]).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}

//! `tinsel track`: follows objects through a sequence.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow, bail};
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::batch::Stop;
use super::progress::ProgressDisplay;
use super::prompts_file::{self, ObjectPrompts, mask_of};
use super::report::{Event, Reporter, path_text};
use super::values::{parse_box, parse_point};
use super::{complain, exit, harmless, load_model, print_error};
use crate::files::FileSet;
use crate::files::formats::{SequenceFormat, Track, TrackMask};
use crate::files::sequence::{Journal, JournalError, Sequence};
use crate::prompt::{BoxPrompt, Point, Prompt};
use crate::sam::Predictor;
use crate::sam::memory::MEMORIES;
use crate::tracking::{
    Cue, Direction, Frames, Limit, ObjectId, Origin, PriorMask, Range, Run, Step, TrackError, Tracked,
    Tracker,
};

pub(super) const EXAMPLES: &str = "\
Examples:
  tinsel track burst --point 300,180 --out tracked                   the object at (300, 180) on the first photo
  tinsel track film.mp4 --model sam2.1-tiny --prompts objects.json --out tracked --format davis,coco
  tinsel track slices --mask organ.png --frame 40 --direction both --out tracked

A prompt file is a list, with frames counted from 0 in natural order and any number of frames for each object:
  [{\"object\": 1, \"frame\": 0, \"points\": [[300, 180, 1], [90, 40, 0]], \"name\": \"cup\", \"class\": \"crockery\"},
   {\"object\": 1, \"frame\": 25, \"box\": [120, 60, 420, 330]},
   {\"object\": 2, \"frame\": 0, \"mask\": \"spoon.png\"}]

Objects are followed from their first prompt. With SAM 2 and EdgeTAM the network remembers them; other models, such as
the built-in one, look for them where they were on the frame before, or have moved since. Every result is saved at once
in NAME_tracks.jsonl in the output folder: the same command goes on after an interruption.";

#[derive(Debug, Args)]
pub struct TrackArguments {
    /// A folder of photos, an animated GIF, WebP or PNG, a TIFF file with pages, or a film (needs `ffmpeg`).
    #[arg(value_name = "FOLDER|FILM")]
    pub sequence: PathBuf,

    /// A JSON file with prompts for any number of objects and frames.
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["point", "bbox", "mask"])]
    pub prompts: Option<PathBuf>,

    /// A point on the object (X,Y or X,Y,1) or outside it (X,Y,0). Can be repeated.
    #[arg(long, value_name = "X,Y[,0|1]", value_parser = parse_point, allow_hyphen_values = true)]
    pub point: Vec<Point>,

    /// A box around the object: top-left corner, then bottom-right corner.
    #[arg(long = "box", value_name = "X0,Y0,X1,Y1", value_parser = parse_box, allow_hyphen_values = true)]
    pub bbox: Option<BoxPrompt>,

    /// The object itself: an image of the frame's size, white where the object is.
    #[arg(long, value_name = "M.png", conflicts_with_all = ["point", "bbox"])]
    pub mask: Option<PathBuf>,

    /// The frame of the point, box or mask, counted from 0.
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "prompts")]
    pub frame: usize,

    /// Where to follow objects: from their first prompt on, from their last one back, or both.
    #[arg(long, value_name = "DIRECTION", default_value = "forward")]
    pub direction: Directions,

    /// Follow objects over this many frames only, in each direction.
    #[arg(long, value_name = "N")]
    pub frames: Option<usize>,

    /// Model: `mobile-sam` (built in), a downloaded model such as `sam2.1-tiny`, or a file. `NAME@512` gives
    /// the network a smaller input: faster and less precise.
    #[arg(long, value_name = "NAME|FILE")]
    pub model: Option<String>,

    /// Folder for the results; created if it does not exist.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Output formats, separated by commas.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', default_value = "davis")]
    pub format: Vec<SequenceFormat>,

    /// Frames a second of a film that is written (`--format film`); 12 if nothing is given.
    #[arg(long, value_name = "FPS", value_parser = parse_rate)]
    pub rate: Option<f32>,

    /// Print one JSON object a line on standard output instead of text: the events of the run.
    #[arg(long)]
    pub json: bool,

    /// Replace the results of other prompts or another model.
    #[arg(long)]
    pub overwrite: bool,
}

/// A rate that a film can have.
fn parse_rate(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(rate) if (0.1..=240.0).contains(&rate) => Ok(rate),
        _ => Err("give a number of frames a second between 0.1 and 240".into()),
    }
}

/// `--direction`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Directions {
    Forward,
    Backward,
    Both,
}

impl Directions {
    fn all(self) -> Vec<Direction> {
        match self {
            Self::Forward => vec![Direction::Forward],
            Self::Backward => vec![Direction::Backward],
            Self::Both => vec![Direction::Forward, Direction::Backward],
        }
    }
}

impl ValueEnum for SequenceFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.key()).help(self.label()))
    }
}

/// Runs the command and returns its exit code.
pub(super) fn track(arguments: &TrackArguments) -> ExitCode {
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            let failed = Event::Failed { file: None, message: format!("{error:#}") };
            Reporter::new(arguments.json).mention(&failed);
            ExitCode::from(exit::USAGE)
        }
    }
}

fn run(arguments: &TrackArguments) -> anyhow::Result<ExitCode> {
    let (started, reporter) = (Instant::now(), Reporter::new(arguments.json));
    let objects = objects(arguments)?;
    let mut sequence = Sequence::open(&arguments.sequence)?;
    if let Some((number, frame)) = objects.iter().find_map(|(number, object)| {
        object
            .cues
            .keys()
            .next_back()
            .filter(|frame| **frame >= sequence.count())
            .map(|frame| (number, frame))
    }) {
        bail!(
            "object {number} has a prompt on frame {frame}, but {} has {} frames, counted from 0",
            arguments.sequence.display(),
            sequence.count()
        );
    }
    let predictor = load_model(arguments.model.as_deref())?;
    let mut journal = open_journal(arguments, &sequence, &predictor, &objects)?;
    let stop = Stop::on_signals().map_err(|e| anyhow!("cannot listen for Ctrl+C: {e}"))?;
    reporter.event(&Event::Started { command: "track", inputs: objects.len() })?;
    let outcome = if journal.finished.contains(&range_of(arguments)) {
        Outcome::default()
    } else {
        follow(arguments, &mut sequence, predictor, &objects, &mut journal, &stop)?
    };
    export(arguments, &mut sequence, &objects, &journal)?;
    reporter.text(&summary(&sequence, &objects, &journal.results))?;
    reporter.event(&Event::Finished {
        done: objects.len(),
        failed: outcome.failures,
        seconds: started.elapsed().as_secs_f32(),
        interrupted: outcome.is_stopped,
        written: vec![path_text(&arguments.out)],
    })?;
    if outcome.is_stopped {
        print_error("tinsel: interrupted; continue with the same command");
        return Ok(stop.exit_code());
    }
    Ok(if outcome.failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The objects of the prompt file, or the one of the other arguments.
fn objects(arguments: &TrackArguments) -> anyhow::Result<BTreeMap<ObjectId, ObjectPrompts>> {
    if let Some(file) = &arguments.prompts {
        return prompts_file::read(file);
    }
    let prompt = Prompt { points: arguments.point.clone(), bbox: arguments.bbox };
    let mask = arguments.mask.as_deref().map(mask_of).transpose()?;
    let cue = Cue { prompt, mask, corrects: None };
    if cue.is_empty() {
        bail!(
            "no prompt: give --prompts FILE.json, at least one --point X,Y, a --box X0,Y0,X1,Y1 or a --mask M.png"
        );
    }
    let cues = BTreeMap::from([(arguments.frame, cue)]);
    Ok(BTreeMap::from([(1, ObjectPrompts { cues, ..ObjectPrompts::default() })]))
}

fn open_journal(
    arguments: &TrackArguments,
    sequence: &Sequence,
    predictor: &Predictor,
    objects: &BTreeMap<ObjectId, ObjectPrompts>,
) -> anyhow::Result<Journal> {
    let work = json!({
        "sequence": sequence.name,
        "frames": sequence.count(),
        "model": predictor.name(),
        "prompts": prompts_file::described(objects),
    });
    let path = arguments.out.join(format!("{}_tracks.jsonl", sequence.name));
    Journal::open(&path, &work, arguments.overwrite).map_err(|error| match error {
        JournalError::Other { .. } => anyhow!("{error}; --overwrite replaces them"),
        other => other.into(),
    })
}

/// The range of frames, as the journal notes it.
fn range_of(arguments: &TrackArguments) -> Value {
    let directions = arguments.direction.to_possible_value().map(|value| value.get_name().to_owned());
    json!({"direction": directions, "frames": arguments.frames})
}

/// How a run ended.
#[derive(Debug, Default)]
struct Outcome {
    is_stopped: bool,
    /// Frames that could not be read, and prompts that could not be answered.
    failures: usize,
}

fn follow(
    arguments: &TrackArguments,
    sequence: &mut Sequence,
    predictor: Predictor,
    objects: &BTreeMap<ObjectId, ObjectPrompts>,
    journal: &mut Journal,
    stop: &Stop,
) -> anyhow::Result<Outcome> {
    let mut tracker = Tracker::new(Arc::new(predictor), sequence.count())?;
    for (number, object) in objects {
        for (frame, cue) in &object.cues {
            tracker.set_cue(*number, *frame, cue.clone())?;
        }
    }
    for (object, prior) in prior_masks(&journal.results) {
        tracker.add_prior(object, prior)?;
    }
    let limit = arguments.frames.map_or(Limit::End, Limit::Frames);
    let range = Range { from: None, directions: arguments.direction.all(), limit };
    let followed = journal.results.iter().filter(|tracked| tracked.origin != Origin::Prompted);
    let done: BTreeSet<_> = followed.map(|tracked| (tracked.object, tracked.frame)).collect();
    let mut run = Run::new(&tracker, range)?.without(done);
    let mut outcome = Outcome::default();
    let progress = Progress::new(Reporter::new(arguments.json));
    loop {
        match run.step(&mut tracker, sequence, stop) {
            Ok(Step::Working) => {}
            Ok(Step::Tracked(tracked)) => {
                progress.note(&tracked, sequence)?;
                if !journal.results.contains(&tracked) {
                    journal.add(&tracked)?;
                    journal.results.push(tracked);
                }
            }
            Ok(Step::Unreadable { frame, error }) => {
                outcome.failures += 1;
                progress.complain(anyhow!("frame {frame} is skipped: {error}"));
            }
            Ok(Step::Done) => break,
            Err(error) if error.is_cancelled() => {
                outcome.is_stopped = true;
                break;
            }
            Err(error @ TrackError::Cue { .. }) => {
                outcome.failures += 1;
                progress.complain(error.into());
            }
            Err(error) => return Err(error).with_context(|| arguments.sequence.display().to_string()),
        }
        progress.show(run.fraction().into());
    }
    progress.display.finish();
    if !outcome.is_stopped && outcome.failures == 0 {
        journal.finish(&range_of(arguments))?;
    }
    Ok(outcome)
}

/// The last followed frames of each object and direction, which are enough to go on from.
fn prior_masks(results: &[Tracked]) -> Vec<(ObjectId, PriorMask)> {
    let mut last: BTreeMap<(ObjectId, bool), Vec<PriorMask>> = BTreeMap::new();
    for tracked in results {
        let Origin::Followed(direction) = tracked.origin else { continue };
        let prior = PriorMask { frame: tracked.frame, direction, mask: tracked.mask.clone() };
        last.entry((tracked.object, direction == Direction::Forward)).or_default().push(prior);
    }
    let of_object = |((object, _), priors): ((ObjectId, bool), Vec<PriorMask>)| {
        let first = priors.len().saturating_sub(MEMORIES - 1);
        priors.into_iter().skip(first).map(move |prior| (object, prior)).collect::<Vec<_>>()
    };
    last.into_iter().flat_map(of_object).collect()
}

/// The progress, and what is found on the way.
struct Progress {
    display: ProgressDisplay,
    reporter: Reporter,
    started: Instant,
    /// What was found last, in words.
    newest: RefCell<String>,
}

impl Progress {
    fn new(reporter: Reporter) -> Self {
        let display = ProgressDisplay::new(reporter);
        Self { display, reporter, started: Instant::now(), newest: RefCell::default() }
    }

    fn show(&self, fraction: f64) {
        self.display.show(fraction, self.newest.borrow().clone(), None);
    }

    fn note(&self, tracked: &Tracked, sequence: &Sequence) -> anyhow::Result<()> {
        let name = sequence.frames.get(tracked.frame).map_or("", |frame| &frame.file);
        let doubt = tracked.doubts.first().map_or(String::new(), |doubt| format!(", {}", doubt.key()));
        let seconds = self.started.elapsed().as_secs();
        let newest = format!("{}: object {}{doubt}, {seconds} s", harmless(name), tracked.object);
        self.newest.replace(newest);
        self.reporter.event(&Event::Frame {
            frame: tracked.frame,
            file: name,
            object: tracked.object,
            area: tracked.mask.area(),
            predicted_iou: tracked.predicted_iou,
            doubts: tracked.doubts.iter().map(|doubt| doubt.key()).collect(),
        })
    }

    fn complain(&self, error: anyhow::Error) {
        self.display.suspend(|| complain(&error));
        self.reporter.mention(&Event::Failed { file: None, message: format!("{error:#}") });
    }
}

/// Writes the results in all formats. A run that goes on replaces what it wrote before.
fn export(
    arguments: &TrackArguments,
    sequence: &mut Sequence,
    objects: &BTreeMap<ObjectId, ObjectPrompts>,
    journal: &Journal,
) -> anyhow::Result<()> {
    let mut tracks: BTreeMap<ObjectId, Track> = BTreeMap::new();
    for (number, object) in objects {
        let name = object.name.clone().unwrap_or_else(|| format!("object {number}"));
        let track = Track { number: *number, name, class: object.class.clone(), masks: BTreeMap::new() };
        tracks.insert(*number, track);
    }
    for tracked in &journal.results {
        let Some(track) = tracks.get_mut(&tracked.object) else { continue };
        let item = TrackMask {
            mask: tracked.mask.clone(),
            predicted_iou: Some(tracked.predicted_iou),
            is_prompted: tracked.origin == Origin::Prompted,
        };
        track.masks.insert(tracked.frame, item);
    }
    let mut tracked = sequence.with_tracks(tracks.into_values().collect(), &arguments.out);
    tracked.rate = arguments.rate.unwrap_or(tracked.rate);
    let mut set = FileSet::new(true);
    for format in &arguments.format {
        format.add(&mut set, &tracked, sequence, &arguments.out)?;
    }
    set.commit()?;
    Ok(())
}

fn summary(sequence: &Sequence, objects: &BTreeMap<ObjectId, ObjectPrompts>, results: &[Tracked]) -> String {
    let mut text = String::new();
    for (number, object) in objects {
        // A frame may have been followed again.
        let last: BTreeMap<usize, &Tracked> =
            results.iter().filter(|tracked| tracked.object == *number).map(|t| (t.frame, t)).collect();
        let name = object.name.as_deref().map_or(String::new(), |name| format!(" ({})", harmless(name)));
        let absent = last.values().filter(|tracked| tracked.mask.is_empty()).count();
        let doubtful: Vec<String> = last
            .values()
            .filter(|tracked| !tracked.doubts.is_empty() && !tracked.mask.is_empty())
            .map(|tracked| tracked.frame.to_string())
            .collect();
        text += &format!("object {number}{name}: {} of {} frames", last.len(), sequence.count());
        if absent > 0 {
            text += &format!(", absent on {absent}");
        }
        if !doubtful.is_empty() {
            text += &format!(", doubtful on {}", doubtful.join(", "));
        }
        text += "\n";
    }
    text
}

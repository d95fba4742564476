//! `tinsel convert`: masks from one format to another.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::anyhow;
use clap::Args;

use super::formats::FormatArguments;
use super::report::{Event, Reporter, path_text, path_texts};
use super::{code_of, complain, exit};
use crate::annotation::Annotation;
use crate::colour::mask_colour;
use crate::files::Photo;
use crate::files::export::{export_with, losses};
use crate::files::formats::{ExportOptions, Format};
use crate::files::import::{find_photo, import};

pub(super) const EXAMPLES: &str = "\
Examples:
  tinsel convert cup.json --to yolo --out dataset                     the photo named in the file
  tinsel convert instances.json --photo cup.jpg --to labelme --out .
  tinsel convert cup_mask.png --photo cup.jpg --to svg --tolerance 1 --out outlines";

#[derive(Debug, Args)]
pub struct ConvertArguments {
    /// File with masks, in any format that `tinsel import` reads.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Output format.
    #[arg(long, value_name = "FORMAT")]
    pub to: Format,

    /// Photo of the masks, if the file does not lead to it.
    #[arg(long)]
    pub photo: Option<PathBuf>,

    /// Print one JSON object a line on standard output instead of text: the events of the run.
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    pub options: FormatArguments,
}

/// Runs the command and returns its exit code.
pub(super) fn convert(arguments: &ConvertArguments) -> ExitCode {
    let options = match arguments.options.options() {
        Ok(options) => options,
        Err(error) => {
            complain(&error);
            return ExitCode::from(exit::USAGE);
        }
    };
    let (reporter, started) = (Reporter::new(arguments.json), Instant::now());
    let converted = reporter
        .event(&Event::Started { command: "convert", inputs: 1 })
        .and_then(|()| run(arguments, &options, reporter));
    let failed = usize::from(converted.is_err());
    if let Err(error) = &converted {
        let file = Some(path_text(&arguments.file));
        reporter.mention(&Event::Failed { file, message: format!("{error:#}") });
    }
    let (done, seconds) = (1 - failed, started.elapsed().as_secs_f32());
    reporter.mention(&Event::Finished { done, failed, seconds, interrupted: false, written: vec![] });
    code_of(converted)
}

fn run(arguments: &ConvertArguments, options: &ExportOptions, reporter: Reporter) -> anyhow::Result<()> {
    let started = Instant::now();
    let file = &arguments.file;
    std::fs::metadata(file).map_err(|e| anyhow!("{}: cannot be read: {e}", file.display()))?;
    let photo = arguments.photo.clone().or_else(|| find_photo(file)).ok_or_else(|| {
        anyhow!("{}: does not lead to its photo; give the photo with --photo", file.display())
    })?;
    let photo = Photo::open(&photo)?;
    let imported = import(file, photo.pixels.dimensions(), &photo.path)?;
    let masks: Vec<Annotation> = (1..).zip(imported.masks).map(coloured).collect();
    let out = &arguments.options.out;
    let files = export_with(&photo, &masks, arguments.to, options, out, arguments.options.overwrite)?;
    let problems = imported.problems.iter().map(|problem| format!("{}: {}", problem.place, problem.what));
    let lost = losses(arguments.to, options, &masks).into_iter().map(|loss| loss.to_string());
    let mut report = format!("{}: {} masks\n", file.display(), masks.len());
    for message in problems.chain(lost) {
        report += &format!("  {message}\n");
        reporter.event(&Event::Warning { file: Some(path_text(file)), message })?;
    }
    files.iter().for_each(|file| report += &format!("{}\n", file.display()));
    reporter.text(&report)?;
    let (masks, seconds) = (masks.len(), started.elapsed().as_secs_f32());
    reporter.event(&Event::Photo { file: path_text(file), masks, seconds, written: path_texts(&files) })
}

fn coloured((number, item): (u64, Annotation)) -> Annotation {
    Annotation { colour: item.colour.or_else(|| Some(mask_colour(number))), ..item }
}

//! `tinsel convert`: masks from one format to another.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;

use super::formats::FormatArguments;
use super::{code_of, complain, exit, print_text};
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
    code_of(run(arguments, &options))
}

fn run(arguments: &ConvertArguments, options: &ExportOptions) -> anyhow::Result<()> {
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
    let mut report = format!("{}: {} masks\n", file.display(), masks.len());
    for problem in &imported.problems {
        report += &format!("  {}: {}\n", problem.place, problem.what);
    }
    losses(arguments.to, options, &masks).iter().for_each(|loss| report += &format!("  {loss}\n"));
    files.iter().for_each(|file| report += &format!("{}\n", file.display()));
    print_text(&report)
}

fn coloured((number, item): (u64, Annotation)) -> Annotation {
    Annotation { colour: item.colour.or_else(|| Some(mask_colour(number))), ..item }
}

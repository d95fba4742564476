//! `tinsel export`: writes the masks of sessions in the formats of other programs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use super::formats::FormatArguments;
use super::split::SplitArguments;
use super::{complain, exit, print_error, print_text};
use crate::files::export::{DatasetExport, Exported, Wanted};
use crate::files::formats::Format;
use crate::files::project::WorkState;
use crate::files::{Selected, select_photos};

pub(super) const EXAMPLES: &str = "\
Examples:
  tinsel export cup.jpg --format cutouts --feather 2 --out cut
  tinsel export photos --format coco --out dataset               one coco.json for all photos
  tinsel export photos --format yolo --with-photos --out dataset
  tinsel export photos --format labelme,csv --class cup --out labelled
  tinsel export photos --format yolo --states done --split 80,10,10 --seed 1 --out dataset

The masks are read from NAME.EXT.tinsel.json next to each photo, which the window and `tinsel import` write.
Photos marked as done are exported even without masks: they show that there is nothing to find. Whatever a format
cannot store is reported.";

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Photos, and folders whose photos with masks are all exported.
    #[arg(value_name = "PHOTO|FOLDER", required = true)]
    pub photos: Vec<PathBuf>,

    /// Also search subfolders; the output folder gets the same structure.
    #[arg(long, short)]
    pub recursive: bool,

    /// Output formats, separated by commas.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', required = true)]
    pub format: Vec<Format>,

    /// Skip hidden masks.
    #[arg(long)]
    pub visible: bool,

    /// Export only masks of these classes, separated by commas.
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    pub class: Vec<String>,

    /// Export only photos in these states, separated by commas.
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    pub states: Vec<WorkState>,

    #[command(flatten)]
    pub parts: SplitArguments,

    #[command(flatten)]
    pub to: FormatArguments,
}

/// Runs the command and returns its exit code.
pub(super) fn export_sessions(arguments: &ExportArguments) -> ExitCode {
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::from(exit::USAGE)
        }
    }
}

fn run(arguments: &ExportArguments) -> anyhow::Result<ExitCode> {
    let mut export = DatasetExport::new(arguments.format.clone(), arguments.to.out.clone());
    export.options = arguments.to.options()?;
    export.overwrite = arguments.to.overwrite;
    export.wanted = Wanted {
        visible_only: arguments.visible,
        classes: arguments.class.clone(),
        states: arguments.states.clone(),
    };
    export.split = arguments.parts.split()?;
    if let Some(format) = arguments.format.iter().find(|format| export.split.is_some() && !format.has_parts())
    {
        bail!("--split: {} has no train, val and test; use it with coco, yolo and voc", format.key());
    }
    let (folders, files): (Vec<_>, Vec<_>) = arguments.photos.iter().cloned().partition(|path| path.is_dir());
    let mut lost = 0;
    let mut selected = select_photos(&files, &folders, arguments.recursive, |skipped| {
        lost += usize::from(skipped.is_loss());
        complain(&skipped.into());
    })?;
    selected = chosen(&mut export, selected, &files)?;
    if selected.is_empty() {
        let why = match arguments.states[..] {
            [] => "no photo has saved masks; create masks in the window or with `tinsel import`",
            _ => "no photo is in one of the --states",
        };
        bail!("{}: {why}", arguments.photos[0].display());
    }
    // Several photos form one dataset.
    export.joins = !folders.is_empty() || selected.len() > 1;
    let mut failed = 0;
    for photo in &selected {
        match export.photo(photo) {
            Ok(exported) => print_text(&report(photo, exported))?,
            Err(error) => {
                complain(&error.into());
                failed += 1;
            }
        }
    }
    for (part, photos) in export.parts() {
        print_text(&format!("{}: {}\n", part.key(), count(photos, "photo")))?;
    }
    match export.finish() {
        Ok(files) => {
            for (file, photos) in files {
                print_text(&format!("{}: {}\n", file.display(), count(photos, "photo")))?;
            }
        }
        Err(error) => {
            complain(&error.into());
            return Ok(ExitCode::FAILURE);
        }
    }
    if failed > 0 {
        print_error(&format!("tinsel: {failed} of {} photos failed", selected.len()));
    }
    if failed > 0 || lost > 0 {
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// The photos to export. Without a limit to states, photos given by name are exported or reported.
fn chosen(
    export: &mut DatasetExport,
    selected: Vec<Selected>,
    named: &[PathBuf],
) -> anyhow::Result<Vec<Selected>> {
    let mut chosen = vec![];
    for photo in selected {
        let is_named = export.wanted.states.is_empty() && named.contains(&photo.path);
        if is_named || export.includes(&photo.path)? {
            chosen.push(photo);
        }
    }
    Ok(chosen)
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn report(photo: &Selected, Exported { masks, files, mut notes }: Exported) -> String {
    notes.dedup();
    let mut report =
        format!("{}: {}, {}\n", photo.path.display(), count(masks, "mask"), count(files, "file"));
    notes.iter().for_each(|note| report += &format!("  {note}\n"));
    report
}

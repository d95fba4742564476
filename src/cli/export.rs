//! `tinsel export`: writes the masks of sessions in the formats of other programs.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::bail;
use clap::Args;

use super::formats::FormatArguments;
use super::report::{Event, Reporter, path_text, path_texts};
use super::split::SplitArguments;
use super::{complain, exit, print_error};
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

    /// Print one JSON object a line on standard output instead of text: the events of the run.
    #[arg(long)]
    pub json: bool,

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
    let (started, reporter) = (Instant::now(), Reporter::new(arguments.json));
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
    reporter.event(&Event::Started { command: "export", inputs: selected.len() })?;
    for photo in &selected {
        let started = Instant::now();
        match export.photo(photo) {
            Ok(exported) => report(reporter, photo, exported, started)?,
            Err(error) => {
                let (file, message) = (Some(path_text(&photo.path)), error.to_string());
                complain(&error.into());
                reporter.event(&Event::Failed { file, message })?;
                failed += 1;
            }
        }
    }
    let finished = |written| Event::Finished {
        done: selected.len() - failed,
        failed,
        seconds: started.elapsed().as_secs_f32(),
        interrupted: false,
        written,
    };
    for (part, photos) in export.parts() {
        reporter.text(&format!("{}: {}\n", part.key(), count(photos, "photo")))?;
    }
    match export.finish() {
        Ok(files) => {
            for (file, photos) in &files {
                reporter.text(&format!("{}: {}\n", file.display(), count(*photos, "photo")))?;
            }
            reporter.event(&finished(path_texts(files.iter().map(|(file, _)| file))))?;
        }
        Err(error) => {
            let message = error.to_string();
            complain(&error.into());
            reporter.event(&Event::Failed { file: None, message })?;
            reporter.event(&finished(vec![]))?;
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

/// Tells what was exported of a photo.
fn report(reporter: Reporter, photo: &Selected, exported: Exported, started: Instant) -> anyhow::Result<()> {
    let Exported { masks, files, mut notes } = exported;
    notes.dedup();
    let file = path_text(&photo.path);
    let mut report = format!("{file}: {}, {}\n", count(masks, "mask"), count(files, "file"));
    for note in notes {
        report += &format!("  {note}\n");
        reporter.event(&Event::Warning { file: Some(file.clone()), message: note })?;
    }
    reporter.text(&report)?;
    let seconds = started.elapsed().as_secs_f32();
    reporter.event(&Event::Photo { file, masks, seconds, written: vec![] })
}

//! `tinsel export`: writes the masks of sessions in the formats of other programs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use super::formats::FormatArguments;
use super::{complain, print_error, print_text};
use crate::files::export::{DatasetExport, Exported, Wanted};
use crate::files::formats::Format;
use crate::files::session::Session;
use crate::files::{Selected, select_photos};

pub(super) const EXAMPLES: &str = "\
Examples:
  tinsel export cup.jpg --format cutouts --feather 2 --out cut
  tinsel export photos --format coco --out dataset               one coco.json for all photos
  tinsel export photos --format yolo --with-photos --out dataset
  tinsel export photos --format labelme,csv --class cup --out labelled

The masks are read from NAME.EXT.tinsel.json next to each photo, which the window and `tinsel import` write.
Whatever a format cannot store is reported.";

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

    #[command(flatten)]
    pub to: FormatArguments,
}

/// Runs the command and returns its exit code.
pub fn export_sessions(arguments: &ExportArguments) -> ExitCode {
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &ExportArguments) -> anyhow::Result<ExitCode> {
    let options = arguments.to.options()?;
    let (folders, files): (Vec<_>, Vec<_>) = arguments.photos.iter().cloned().partition(|path| path.is_dir());
    let mut lost = 0;
    let mut selected = select_photos(&files, &folders, arguments.recursive, |skipped| {
        lost += usize::from(skipped.is_loss());
        complain(&skipped.into());
    })?;
    let asked_for = |photo: &Selected| files.contains(&photo.path);
    selected.retain(|photo| asked_for(photo) || Session::exists_for(&photo.path));
    if selected.is_empty() {
        bail!(
            "{}: no photo has saved masks; create masks in the window or with `tinsel import`",
            arguments.photos[0].display()
        );
    }
    // Several photos form one dataset.
    let joins = !folders.is_empty() || selected.len() > 1;
    let mut export = DatasetExport::new(arguments.format.clone(), arguments.to.out.clone());
    export.options = options;
    export.wanted = Wanted { visible_only: arguments.visible, classes: arguments.class.clone() };
    (export.overwrite, export.joins) = (arguments.to.overwrite, joins);
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
    match export.finish() {
        Ok(files) => {
            for (file, photos) in files {
                print_text(&format!("{}: {photos} photos\n", file.display()))?;
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

fn report(photo: &Selected, Exported { masks, files, mut notes }: Exported) -> String {
    notes.dedup();
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let mut report =
        format!("{}: {}, {}\n", photo.path.display(), count(masks, "mask"), count(files, "file"));
    notes.iter().for_each(|note| report += &format!("  {note}\n"));
    report
}

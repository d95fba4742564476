//! `tinsel export`: the masks of sessions in the formats of other programs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use super::formats::FormatArguments;
use super::{complain, print_text};
use crate::files::export::{
    CocoPhoto, ExportMask, ExportOptions, Format, add_coco_dataset, add_export, is_shared, losses,
    planned_files_with,
};
use crate::files::session::{LoadedState, Session};
use crate::files::{FileSet, Photo, Selected, select_photos};

pub(super) const EXAMPLES: &str = "\
Examples:
  tinsel export cup.jpg --format cutouts --feather 2 --out cut
  tinsel export photos --format coco --out dataset               one coco.json about all photos
  tinsel export photos --format yolo --with-photos --out dataset
  tinsel export photos --format labelme,csv --class cup --out labelled

The masks are those in NAME.EXT.tinsel.json beside each photo, which the window writes and `tinsel import`.
What a format cannot hold is told.";

/// The file about all photos.
const COCO_DATASET: &str = "coco.json";

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Photos, and folders of which all photos with masks are taken.
    #[arg(value_name = "PHOTO|FOLDER", required = true)]
    pub photos: Vec<PathBuf>,

    /// Look for photos in the folders inside the folders, too; the output folder gets the same ones.
    #[arg(long, short)]
    pub recursive: bool,

    /// What to write; several with commas.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', required = true)]
    pub format: Vec<Format>,

    /// Leave hidden masks out.
    #[arg(long)]
    pub visible: bool,

    /// Only masks of these classes; several with commas.
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
    let mut selected = select_photos(&files, &folders, arguments.recursive)?;
    let asked_for = |photo: &Selected| files.contains(&photo.path);
    selected.retain(|photo| asked_for(photo) || Session::exists_for(&photo.path));
    if selected.is_empty() {
        bail!(
            "{}: no photo there has masks kept beside it; make some in the window, or with `tinsel import`",
            arguments.photos[0].display()
        );
    }
    // Several photos make one dataset.
    let joins = !folders.is_empty() || selected.len() > 1;
    let mut run = Run { arguments, options, joins, dataset: vec![], written: HashMap::new() };
    let mut failed = 0;
    for photo in &selected {
        match run.photo(photo) {
            Ok(report) => print_text(&report)?,
            Err(error) => {
                complain(&error);
                failed += 1;
            }
        }
    }
    if let Err(error) = run.finish() {
        complain(&error);
        return Ok(ExitCode::FAILURE);
    }
    if failed > 0 {
        eprintln!("tinsel: {failed} of {} photos failed", selected.len());
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

struct Run<'a> {
    arguments: &'a ExportArguments,
    options: ExportOptions,
    joins: bool,
    dataset: Vec<CocoPhoto>,
    /// What has been written for which photo.
    written: HashMap<PathBuf, PathBuf>,
}

impl Run<'_> {
    /// Writes all formats of a photo, or none, and tells what was written.
    fn photo(&mut self, selected: &Selected) -> anyhow::Result<String> {
        let photo = Photo::open(&selected.path)?;
        let (masks, mut notes) = self.masks(&photo)?;
        let folder = self.arguments.to.out.join(selected.below.parent().unwrap_or(Path::new("")));
        let joined = |format: &Format| self.joins && *format == Format::CocoJson;
        let mut set = FileSet::new(self.arguments.to.overwrite);
        let mut planned = vec![];
        for format in &self.arguments.format {
            notes.extend(losses(*format, &self.options, &masks));
            if joined(format) {
                continue;
            }
            planned.extend(planned_files_with(&photo, &masks, *format, &self.options, &folder));
            add_export(&mut set, &photo, &masks, *format, &self.options, &folder)?;
        }
        for file in planned.iter().filter(|file| !is_shared(file)) {
            if let Some(other) = self.written.get(file) {
                bail!(
                    "{}: its {} would replace that of {}; give one of them another name",
                    photo.path.display(),
                    file.display(),
                    other.display()
                );
            }
        }
        let files = set.commit()?;
        self.written.extend(planned.into_iter().map(|file| (file, photo.path.clone())));
        if self.arguments.format.iter().any(joined) {
            let file_name =
                selected.below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            let size = photo.pixels.dimensions();
            self.dataset.push(CocoPhoto { file_name, size, masks: masks.clone() });
        }
        notes.dedup();
        let many = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let mut report = format!(
            "{}: {}, {}\n",
            photo.path.display(),
            many(masks.len(), "mask"),
            many(files.len(), "file")
        );
        notes.iter().for_each(|note| report += &format!("  {note}\n"));
        Ok(report)
    }

    /// The masks of a photo that are wanted, and what should be known about them.
    fn masks(&self, photo: &Photo) -> anyhow::Result<(Vec<ExportMask>, Vec<String>)> {
        let loaded = Session::load(&photo.path, photo.pixels.dimensions(), photo.fingerprint)?;
        let mut notes = vec![];
        let session = match loaded.state {
            LoadedState::Found(session) => session,
            LoadedState::PhotoChanged { session, same_size: true } => {
                notes.push("The photo has changed since its masks were made.".into());
                session
            }
            LoadedState::PhotoChanged { session, same_size: false } => {
                let ((w, h), kept) = (photo.pixels.dimensions(), &session.photo);
                bail!(
                    "{}: has {w}x{h} pixels, but its masks were made when it had {}x{}; bring that photo back",
                    photo.path.display(),
                    kept.width,
                    kept.height
                );
            }
            LoadedState::Fresh => bail!(
                "{}: has no masks kept beside it; make some in the window, or with `tinsel import`",
                photo.path.display()
            ),
        };
        let classes = &self.arguments.class;
        let wanted = session.masks.iter().filter(|item| {
            let class_wanted = classes.is_empty() || item.class.as_ref().is_some_and(|c| classes.contains(c));
            class_wanted && (item.visible || !self.arguments.visible)
        });
        Ok((wanted.map(ExportMask::from).collect(), notes))
    }

    /// Writes the file about all photos.
    fn finish(self) -> anyhow::Result<()> {
        if self.dataset.is_empty() {
            return Ok(());
        }
        let mut set = FileSet::new(self.arguments.to.overwrite);
        let file = self.arguments.to.out.join(COCO_DATASET);
        add_coco_dataset(&mut set, &self.dataset, &self.options, &file)?;
        set.commit()?;
        print_text(&format!("{}: {} photos\n", file.display(), self.dataset.len()))
    }
}

//! `tinsel import`: adds masks of other programs to the session of a photo.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use super::{code_of, print_text};
use crate::files::Photo;
use crate::files::import::{add_to_session, import};
use crate::files::session::{LoadedState, Session};

pub(super) const EXAMPLES: &str = "\
Examples:
  tinsel import cup.jpg cup.json            from labelme, ISAT, COCO, records or a session
  tinsel import cup.jpg labels/cup.txt      from YOLO; class names from data.yaml, classes.txt or obj.names
  tinsel import cup.jpg masks/*.png         black-and-white masks, cut-outs or label maps

The masks are added to those in cup.jpg.tinsel.json: from all files, or from none if a file cannot be read.
Individual objects that cannot be used are skipped and reported; with --strict, nothing is imported then.";

#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The photo.
    pub photo: PathBuf,

    /// Files with masks.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// Replace the saved masks of the photo.
    #[arg(long)]
    pub replace: bool,

    /// Import nothing if any object cannot be used.
    #[arg(long)]
    pub strict: bool,
}

/// Runs the command and returns its exit code.
pub(super) fn import_into_session(arguments: &ImportArguments) -> ExitCode {
    code_of(run(arguments))
}

fn run(arguments: &ImportArguments) -> anyhow::Result<()> {
    let photo = Photo::open(&arguments.photo)?;
    let size = photo.pixels.dimensions();
    let loaded = Session::load(&photo.path, size, photo.fingerprint)?;
    let mut report = String::new();
    let mut session = match &loaded.state {
        LoadedState::Fresh => Session::fresh(&photo.path, size, photo.fingerprint),
        LoadedState::Found(session) => session.clone(),
        LoadedState::PhotoChanged { session, same_size: true } => {
            report += "The photo has changed since its masks were made; the masks are kept.\n";
            session.clone()
        }
        LoadedState::PhotoChanged { .. } => {
            bail!(
                "{}: belongs to a photo of a different size; move it away to start over",
                loaded.path.display()
            )
        }
    };
    if arguments.replace {
        session.masks.clear();
    }
    let mut problems = 0;
    for file in &arguments.files {
        let imported = import(file, size, &photo.path)?;
        let count = imported.masks.len();
        report += &format!("{}: {count} mask{}\n", file.display(), if count == 1 { "" } else { "s" });
        for problem in &imported.problems {
            report += &format!("  {}: {}\n", problem.place, problem.what);
        }
        problems += imported.problems.len();
        add_to_session(&mut session, imported);
    }
    if arguments.strict && problems > 0 {
        print_text(&report)?;
        bail!("{}: {problems} problems; nothing was imported", photo.path.display());
    }
    let (path, _) = loaded.save(&mut session, photo.fingerprint)?;
    print_text(&format!("{report}{}: {} masks now\n", path.display(), session.masks.len()))
}

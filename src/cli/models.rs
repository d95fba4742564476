//! `tinsel models`: lists, downloads and verifies the published weights.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::anyhow;
use clap::{Args, Subcommand};

use super::progress::ProgressDisplay;
use super::report::{Event, Reporter, path_texts};
use super::{code_of, complain, exit, print_text};
use crate::models::{
    CATALOGUE, Entry, LICENCE, OnDisk, Options, Progress, Source, Stage, Store, download, find, verify,
};
use crate::sam::weights::BUILT_IN_NAME;

/// The number of parameters of the built-in model, for display.
const BUILT_IN_PARAMETERS: &str = "10.1 M";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ModelsArguments {
    #[command(subcommand)]
    pub task: ModelsTask,
}

const EXAMPLES: &str = "\
Examples:
  tinsel models list
  tinsel models download sam2.1-tiny
  tinsel predict cup.jpg --point 300,180 --model sam2.1-tiny

Environment:
  TINSEL_MODELS_DIR          folder of the models instead of the one in the user's cache
  TINSEL_MODELS_URL          base URL of the models, for a mirror
  HTTPS_PROXY, HTTP_PROXY,   proxies
  ALL_PROXY, NO_PROXY";

#[derive(Debug, Subcommand)]
pub enum ModelsTask {
    /// List all models and whether they are on disk.
    List,
    /// Show the details of a model.
    Info {
        /// Name of the model, as shown by `list`.
        #[arg(value_parser = parse_model)]
        name: Model,
    },
    /// Download a model, or resume an interrupted download.
    Download {
        /// Name of the model, as shown by `list`.
        #[arg(value_parser = parse_model)]
        name: Model,

        /// Print one JSON object a line on standard output instead of text: the events of the download.
        #[arg(long)]
        json: bool,
    },
    /// Compare the size and SHA-256 of the files on disk with the official ones.
    Verify {
        /// Name of the model, as shown by `list`; by default, all models on disk.
        #[arg(value_parser = parse_model)]
        name: Option<Model>,
    },
    /// Print the path of a model, or of the folder of all models.
    Path {
        /// Name of the model, as shown by `list`; by default, the folder.
        #[arg(value_parser = parse_model)]
        name: Option<Model>,
    },
}

/// A model named on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// The built-in model.
    BuiltIn,
    Official(&'static Entry),
}

fn parse_model(name: &str) -> Result<Model, String> {
    if name.eq_ignore_ascii_case(BUILT_IN_NAME) {
        return Ok(Model::BuiltIn);
    }
    find(name).map(Model::Official).map_err(|e| e.to_string())
}

/// Runs the command and returns its exit code.
pub(super) fn models(arguments: &ModelsArguments) -> ExitCode {
    let store = match Store::from_environment(None) {
        Ok(store) => store,
        Err(error) => {
            complain(&error.into());
            return ExitCode::from(exit::USAGE);
        }
    };
    let done = match &arguments.task {
        ModelsTask::List => print_text(&list(&store)),
        ModelsTask::Info { name } => print_text(&info(&store, *name)),
        ModelsTask::Download { name, json } => fetch(&store, *name, Reporter::new(*json)),
        ModelsTask::Verify { name } => return verify_all(&store, *name),
        ModelsTask::Path { name } => path(&store, *name),
    };
    code_of(done)
}

fn list(store: &Store) -> String {
    let row = |name: &str, family: &str, size: &str, parameters: &str, on_disk: &str| {
        format!("{name:<20}{family:<24}{size:>9}  {parameters:>10}  {on_disk}\n")
    };
    let mut text = row("NAME", "FAMILY", "SIZE", "PARAMETERS", "ON DISK");
    text += &row(BUILT_IN_NAME, Source::MobileSam.title(), "", BUILT_IN_PARAMETERS, "built in");
    for entry in CATALOGUE {
        let size = entry.bytes.map(megabytes).unwrap_or_else(|| "?".into());
        text += &row(entry.name, entry.source.title(), &size, entry.parameters, &on_disk(store, entry));
    }
    text + &format!("Folder: {}\n", store.folder().display())
}

fn on_disk(store: &Store, entry: &Entry) -> String {
    match (store.state(entry), entry.bytes) {
        (OnDisk::Missing, _) => "no".into(),
        (OnDisk::Partial { bytes }, Some(total)) => {
            format!("{} %, can be resumed", bytes.min(total) as u128 * 100 / total.max(1) as u128)
        }
        (OnDisk::Partial { bytes }, None) => format!("{}, can be resumed", megabytes(bytes)),
        (OnDisk::Present { bytes }, Some(total)) if bytes != total => "wrong size".into(),
        (OnDisk::Present { .. }, _) => "yes".into(),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

fn info(store: &Store, model: Model) -> String {
    let Model::Official(entry) = model else {
        return format!(
            "name        {BUILT_IN_NAME}\n\
             title       MobileSAM: Segment Anything with a small image encoder\n\
             parameters  {BUILT_IN_PARAMETERS}\n\
             licence     {LICENCE}\n\
             source      {}\n\
             on disk     built in\n",
            Source::MobileSam.publisher()
        );
    };
    let size = match entry.bytes {
        Some(bytes) => format!("{} ({bytes} bytes)", megabytes(bytes)),
        None => "unknown".into(),
    };
    format!(
        "name        {}\n\
         title       {}\n\
         parameters  {}\n\
         size        {size}\n\
         licence     {LICENCE}\n\
         source      {}\n\
         url         {}\n\
         sha256      {}\n\
         file        {}\n\
         on disk     {}\n",
        entry.name,
        entry.title,
        entry.parameters,
        entry.source.publisher(),
        store.url(entry),
        entry.sha256,
        store.file(entry).display(),
        on_disk(store, entry)
    )
}

fn fetch(store: &Store, model: Model, reporter: Reporter) -> anyhow::Result<()> {
    let started = Instant::now();
    reporter.event(&Event::Started { command: "models download", inputs: 1 })?;
    let fetched = fetched(store, model, reporter);
    if let Err(error) = &fetched {
        reporter.mention(&Event::Failed { file: None, message: format!("{error:#}") });
    }
    let (failed, seconds) = (usize::from(fetched.is_err()), started.elapsed().as_secs_f32());
    let written = path_texts(fetched.as_ref().ok().into_iter().flatten());
    let finished = Event::Finished { done: 1 - failed, failed, seconds, interrupted: false, written };
    reporter.event(&finished)?;
    fetched.map(|_| ())
}

/// Downloads a model and returns its file; the built-in one has none.
fn fetched(store: &Store, model: Model, reporter: Reporter) -> anyhow::Result<Option<PathBuf>> {
    let Model::Official(entry) = model else {
        reporter.text(&format!("{BUILT_IN_NAME}: built in, no download needed\n"))?;
        return Ok(None);
    };
    let bar = Bar::new(entry.name, reporter);
    let file = download(store, entry, &Options::default(), &mut |progress| bar.show(&progress));
    bar.close();
    let file = file?;
    reporter.text(&format!("{}: downloaded and verified: {}\n", entry.name, file.display()))?;
    Ok(Some(file))
}

fn verify_all(store: &Store, model: Option<Model>) -> ExitCode {
    let entries: Vec<&Entry> = match model {
        Some(Model::Official(entry)) => vec![entry],
        Some(Model::BuiltIn) => vec![],
        None => {
            let present = |entry: &&Entry| matches!(store.state(entry), OnDisk::Present { .. });
            CATALOGUE.iter().filter(present).collect()
        }
    };
    let mut code = ExitCode::SUCCESS;
    if entries.is_empty() {
        let text = match model {
            Some(_) => format!("{BUILT_IN_NAME}: built in, nothing to verify\n"),
            None => format!("No models in {}\n", store.folder().display()),
        };
        if let Err(error) = print_text(&text) {
            complain(&error);
            code = ExitCode::FAILURE;
        }
    }
    for entry in entries {
        let bar = Bar::new(entry.name, Reporter::Text);
        let done = verify(store, entry, &mut |progress| bar.show(&progress));
        bar.close();
        let printed =
            done.map_err(Into::into).and_then(|()| print_text(&format!("{}: verified\n", entry.name)));
        if let Err(error) = printed {
            complain(&error);
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn path(store: &Store, model: Option<Model>) -> anyhow::Result<()> {
    let path = match model {
        None => store.folder().to_owned(),
        Some(Model::BuiltIn) => return Err(anyhow!("{BUILT_IN_NAME}: built in, has no file")),
        Some(Model::Official(entry)) => store.resolve(entry.name)?,
    };
    print_text(&format!("{}\n", path.display()))
}

/// The progress of one model.
struct Bar {
    name: &'static str,
    display: ProgressDisplay,
}

impl Bar {
    fn new(name: &'static str, reporter: Reporter) -> Self {
        Self { name, display: ProgressDisplay::new(reporter) }
    }

    fn show(&self, progress: &Progress) -> ControlFlow<()> {
        let of_total = |total: u64| progress.bytes_done as f64 / total.max(1) as f64;
        let fraction = progress.bytes_total.map_or(0.0, of_total);
        self.display.show(fraction, format!("{}: {}", self.name, message(progress)), None);
        ControlFlow::Continue(())
    }

    fn close(self) {
        self.display.finish();
    }
}

/// `12.3 of 156.0 MB, 4.5 MB/s, 0:32 left`
fn message(progress: &Progress) -> String {
    let done = progress.bytes_done as f64 / 1e6;
    let mut text = match progress.bytes_total {
        Some(total) => format!("{done:.1} of {:.1} MB", total as f64 / 1e6),
        None => format!("{done:.1} MB"),
    };
    if progress.stage == Stage::Checking {
        text += " checked";
    }
    text += &format!(", {:.1} MB/s", progress.bytes_per_second / 1e6);
    // Beyond a day it is no estimate.
    if let Some(seconds) = progress.seconds_left.filter(|&seconds| seconds < 86_400.0) {
        let seconds = seconds.ceil() as u64;
        text += &match seconds / 3600 {
            0 => format!(", {}:{:02} left", seconds / 60, seconds % 60),
            hours => format!(", {hours}:{:02}:{:02} left", seconds / 60 % 60, seconds % 60),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_in_words() {
        let mut progress = Progress {
            stage: Stage::Downloading,
            bytes_done: 12_345_678,
            bytes_total: Some(156_000_000),
            bytes_per_second: 4.5e6,
            seconds_left: Some(31.9),
        };
        assert_eq!(message(&progress), "12.3 of 156.0 MB, 4.5 MB/s, 0:32 left");
        progress.seconds_left = Some(4000.0);
        assert!(message(&progress).ends_with("1:06:40 left"));
        progress.seconds_left = Some(f64::INFINITY);
        assert!(message(&progress).ends_with("MB/s"));
        progress = Progress { bytes_total: None, seconds_left: None, stage: Stage::Checking, ..progress };
        assert_eq!(message(&progress), "12.3 MB checked, 4.5 MB/s");
    }

    #[test]
    fn models_are_named() {
        assert_eq!(parse_model("Mobile-SAM"), Ok(Model::BuiltIn));
        assert!(
            matches!(parse_model("sam2.1-large"), Ok(Model::Official(entry)) if entry.name == "sam2.1-large")
        );
        assert!(parse_model("sam2.1-huge").unwrap_err().contains("mobile-sam"));
    }
}

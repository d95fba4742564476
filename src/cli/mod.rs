//! The command line: turns arguments into library calls, and results into reports and exit codes; `exit` lists the codes.

mod arguments;
mod batch;
mod compare;
mod completions;
mod convert;
mod doctor;
mod everything;
mod exit;
mod export;
mod formats;
mod import;
mod keep;
mod log_arguments;
mod manual;
mod masks;
mod models;
mod predict;
mod progress;
mod prompts_file;
mod report;
mod split;
mod terminal;
mod track;
mod values;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;

pub use arguments::{Cli, Task};

use self::terminal::{harmless, print_error, print_text};

use crate::files::WriteError;
use crate::files::export::PhotoExportError;
use crate::logging;
use crate::models::{Choice, Store};
use crate::sam::Predictor;
use crate::sam::weights::BUILT_IN_NAME;

impl Task {
    /// Runs the command; the code is one of those in the help.
    pub fn run(&self) -> ExitCode {
        match self {
            Self::Predict(arguments) => predict::predict(arguments),
            Self::Everything(arguments) => everything::everything(arguments),
            Self::Masks(arguments) => masks::boxes_to_masks(arguments),
            Self::Compare(arguments) => compare::compare_models(arguments),
            Self::Track(arguments) => track::track(arguments),
            Self::Export(arguments) => export::export_sessions(arguments),
            Self::Import(arguments) => import::import_into_session(arguments),
            Self::Convert(arguments) => convert::convert(arguments),
            Self::Models(arguments) => models::models(arguments),
            Self::Doctor(arguments) => doctor::doctor(arguments),
            Self::Completions(arguments) => code_of(completions::completions(arguments)),
            Self::Man(arguments) => code_of(manual::manual(arguments)),
        }
    }
}

impl Cli {
    /// Starts the log that was asked for. What cannot be started is printed, and the exit code returned.
    ///
    /// # Errors
    /// The log cannot be written.
    pub fn start_log(&self) -> Result<(), ExitCode> {
        let options = self.log.options(self.task.is_none());
        let started = options.and_then(|options| Ok(logging::start(&options)?));
        started.map_err(|error| {
            complain(&error);
            ExitCode::from(exit::USAGE)
        })
    }
}

/// The exit code of what has ended; a failure is printed.
fn code_of(ended: anyhow::Result<()>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Loads a model by name or file.
fn load_model(model: Option<&str>) -> anyhow::Result<Predictor> {
    let start = Instant::now();
    let Choice { name, side } = Choice::parse(model.unwrap_or(BUILT_IN_NAME));
    let predictor = if name.eq_ignore_ascii_case(BUILT_IN_NAME) {
        Predictor::built_in(side)
    } else {
        Predictor::open_with_side(&Store::from_environment(None)?.resolve(&name)?, side)
    };
    let predictor = predictor.context("the model cannot be used")?;
    log::info!("model {} loaded in {:.2} s", predictor.name(), start.elapsed().as_secs_f32());
    Ok(predictor)
}

/// The model's name, for use in file names.
fn model_stem(predictor: &Predictor) -> String {
    let Choice { name, side } = Choice::parse(predictor.name());
    let stem = Path::new(&name).file_stem();
    let name = stem.map_or_else(|| BUILT_IN_NAME.into(), |stem| stem.to_string_lossy().into_owned());
    Choice { name, side }.to_string()
}

/// Prints an error in one line, with its causes and the option that helps.
fn complain(error: &anyhow::Error) {
    let exists = error.chain().any(|e| {
        matches!(e.downcast_ref(), Some(WriteError::Exists { .. }))
            || matches!(e.downcast_ref(), Some(PhotoExportError::Write(WriteError::Exists { .. })))
    });
    let hint = if exists { "; --overwrite replaces it" } else { "" };
    log::error!("{error:#}");
    print_error(&format!("tinsel: {error:#}{hint}"));
}

//! The command line: turns arguments into library calls, and results into reports and exit codes; `exit` lists the codes.

mod arguments;
mod batch;
mod compare;
mod completions;
mod convert;
mod everything;
mod exit;
mod export;
mod formats;
mod import;
mod keep;
mod manual;
mod masks;
mod models;
mod predict;
mod prompts_file;
mod split;
mod terminal;
mod track;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

pub use arguments::{Cli, Task};

use self::terminal::{harmless, print_error, print_text};

use crate::files::WriteError;
use crate::files::export::PhotoExportError;
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
            Self::Completions(arguments) => code_of(completions::completions(arguments)),
            Self::Man(arguments) => code_of(manual::manual(arguments)),
        }
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
    let Choice { name, side } = Choice::parse(model.unwrap_or(BUILT_IN_NAME));
    let predictor = if name.eq_ignore_ascii_case(BUILT_IN_NAME) {
        Predictor::built_in(side)
    } else {
        Predictor::open_with_side(&Store::from_environment(None)?.resolve(&name)?, side)
    };
    predictor.context("the model cannot be used")
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
    print_error(&format!("tinsel: {error:#}{hint}"));
}

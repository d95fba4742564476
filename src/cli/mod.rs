//! The command line: arguments to library calls to exit codes and reports.
//!
//! Exit codes: 0 done, 1 a photo failed (the others are still done), 2 bad usage, 130 interrupted.

mod arguments;
mod batch;
mod compare;
mod convert;
mod everything;
mod export;
mod formats;
mod import;
mod models;
mod predict;
mod terminal;

use std::path::Path;

use anyhow::Context;

pub use arguments::{Cli, CompareArguments, EverythingArguments, PredictArguments, Task};
pub use compare::compare_models;
pub use convert::{ConvertArguments, convert};
pub use everything::everything;
pub use export::{ExportArguments, export_sessions};
pub use import::{ImportArguments, import_into_session};
pub use models::{ModelsArguments, models};
pub use predict::predict;

use self::terminal::{harmless, print_error, print_text};

use crate::files::WriteError;
use crate::files::export::PhotoExportError;
use crate::models::Store;
use crate::sam2::weights::STARTER_NAME;
use crate::sam2::{Predictor, Weights};

/// Loads a model by name or file.
fn load_model(model: Option<&str>) -> anyhow::Result<Predictor> {
    let predictor = match model {
        None | Some(STARTER_NAME) => Predictor::new(Weights::starter()?),
        Some(name_or_file) => Predictor::open(&Store::from_environment(None)?.resolve(name_or_file)?),
    };
    predictor.context("the model cannot be used")
}

/// The model's name as part of a file name.
fn model_stem(predictor: &Predictor) -> String {
    Path::new(predictor.name())
        .file_stem()
        .map_or_else(|| STARTER_NAME.into(), |s| s.to_string_lossy().into_owned())
}

/// One line for a failure, with its causes and the option that helps.
fn complain(error: &anyhow::Error) {
    let exists = error.chain().any(|e| {
        matches!(e.downcast_ref(), Some(WriteError::Exists { .. }))
            || matches!(e.downcast_ref(), Some(PhotoExportError::Write(WriteError::Exists { .. })))
    });
    let hint = if exists { "; --overwrite replaces it" } else { "" };
    print_error(&format!("tinsel: {error:#}{hint}"));
}

//! The command line: turns arguments into library calls, and results into reports and exit codes.
//!
//! Exit codes: 0 success, 1 a photo failed (the others are still processed), 2 invalid usage, 130
//! interrupted.

mod arguments;
mod batch;
mod compare;
mod convert;
mod everything;
mod export;
mod formats;
mod import;
mod keep;
mod masks;
mod models;
mod predict;
mod prompts_file;
mod split;
mod terminal;
mod track;

use std::path::Path;

use anyhow::Context;

pub use arguments::{Cli, CompareArguments, EverythingArguments, PredictArguments, Task};
pub use compare::compare_models;
pub use convert::{ConvertArguments, convert};
pub use everything::everything;
pub use export::{ExportArguments, export_sessions};
pub use import::{ImportArguments, import_into_session};
pub use masks::{MasksArguments, boxes_to_masks};
pub use models::{ModelsArguments, models};
pub use predict::predict;
pub use track::{TrackArguments, track};

use self::terminal::{harmless, print_error, print_text};

use crate::files::WriteError;
use crate::files::export::PhotoExportError;
use crate::models::{Choice, Store};
use crate::sam::Predictor;
use crate::sam::weights::BUILT_IN_NAME;

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

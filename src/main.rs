//! Decides between the window and the command line; nothing else.

use std::process::ExitCode;

use clap::Parser;
use tinsel::cli::{Cli, Task};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.task {
        Some(Task::Predict(arguments)) => tinsel::cli::predict(&arguments),
        Some(Task::Everything(arguments)) => tinsel::cli::everything(&arguments),
        Some(Task::Masks(arguments)) => tinsel::cli::boxes_to_masks(&arguments),
        Some(Task::Compare(arguments)) => tinsel::cli::compare_models(&arguments),
        Some(Task::Track(arguments)) => tinsel::cli::track(&arguments),
        Some(Task::Export(arguments)) => tinsel::cli::export_sessions(&arguments),
        Some(Task::Import(arguments)) => tinsel::cli::import_into_session(&arguments),
        Some(Task::Convert(arguments)) => tinsel::cli::convert(&arguments),
        Some(Task::Models(arguments)) => tinsel::cli::models(&arguments),
        None => match tinsel::app::run(cli.paths, cli.model) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("tinsel: the window cannot be opened: {error:#}");
                ExitCode::FAILURE
            }
        },
    }
}

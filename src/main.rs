//! Decides between the window and the command line; nothing else.

use std::process::ExitCode;

use tinsel::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::of_program();
    if let Err(code) = cli.start_log() {
        return code;
    }
    match cli.task {
        Some(task) => task.run(),
        None => match tinsel::app::run(cli.paths, cli.model) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("tinsel: the window cannot be opened: {error:#}");
                ExitCode::FAILURE
            }
        },
    }
}

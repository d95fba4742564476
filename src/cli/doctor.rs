//! `tinsel doctor`: what works here, what does not, and what to do about it.

use std::process::ExitCode;

use clap::Args;
use indicatif::ProgressBar;

use super::terminal::{Colour, has_colours, painted, print_json, print_painted};
use super::{complain, harmless};
use crate::doctor::{Report, Verdict, examine};

pub(super) const EXAMPLES: &str = "\
Examples:
  tinsel doctor
  tinsel doctor --json > report.json

Every line is `ok`, `warning` or `failed`; the exit code is 1 if anything has failed. Nothing is sent anywhere. Put the
output into a report of an error; it has no data of yours but names of folders.";

#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// Print JSON: the checks with their findings, each with verdict, text and advice.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command and returns its exit code.
pub(super) fn doctor(arguments: &DoctorArguments) -> ExitCode {
    let bar = ProgressBar::new_spinner();
    let report = examine(&|| false, &mut |title, index, total| {
        bar.set_message(format!("{title} ({} of {total})", index + 1));
        bar.tick();
    });
    bar.finish_and_clear();
    let Some(report) = report else { return ExitCode::FAILURE };
    if let Err(error) = print(&report, arguments.json) {
        complain(&error);
        return ExitCode::FAILURE;
    }
    match report.verdict() {
        Verdict::Failed => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

fn print(report: &Report, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return print_json(&(serde_json::to_string_pretty(report)? + "\n"));
    }
    let text = report.to_string();
    let lines = text.lines().map(|line| painted_line(&harmless(line), has_colours()) + "\n");
    print_painted(&lines.collect::<String>())
}

/// A line of the report with its verdict in colour.
fn painted_line(line: &str, with_colours: bool) -> String {
    let verdicts = Verdict::ALL.into_iter().filter(|_| with_colours);
    let verdict_of =
        |verdict: Verdict| Some((verdict, line.strip_prefix("  ")?.strip_prefix(verdict.word())?));
    match verdicts.filter_map(verdict_of).next() {
        Some((verdict, rest)) => format!("  {}{rest}", painted(verdict.word(), colour(verdict))),
        None => line.to_owned(),
    }
}

fn colour(verdict: Verdict) -> Colour {
    match verdict {
        Verdict::Ok => Colour::Green,
        Verdict::Warning => Colour::Yellow,
        Verdict::Failed => Colour::Red,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_have_colours_where_they_are_wanted() {
        assert_eq!(painted_line("  ok       fine", true), "  \u{1b}[32mok\u{1b}[0m       fine");
        assert_eq!(painted_line("  failed   bad", true), "  \u{1b}[31mfailed\u{1b}[0m   bad");
        for plain in ["Fonts", "           -> ok"] {
            assert_eq!(painted_line(plain, true), plain);
        }
        assert_eq!(painted_line("  ok       fine", false), "  ok       fine");
    }
}

//! A look at everything that the program needs: what works, what does not, and what to do about it.
//!
//! One file for each check. Nothing is printed here; the command `tinsel doctor` and the window show the report.
//! It has no data of the user but paths, with `~` for the home folder.

mod dialogs;
mod display;
mod films;
mod folders;
mod fonts;
#[cfg(feature = "app")]
mod graphics;
mod inference;
mod models;
mod program;
mod system;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde::Serialize;

#[cfg(feature = "app")]
pub use graphics::is_software;

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Ok,
    /// The program works, but something is missing or slow.
    Warning,
    Failed,
}

impl Verdict {
    pub const ALL: [Verdict; 3] = [Verdict::Ok, Verdict::Warning, Verdict::Failed];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub verdict: Verdict,
    pub text: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    fn ok(text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Ok, text: text.into(), advice: None }
    }

    fn warning(text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warning, text: text.into(), advice: Some(advice.into()) }
    }

    fn failed(text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Failed, text: text.into(), advice: Some(advice.into()) }
    }
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    pub title: &'static str,
    pub findings: Vec<Finding>,
}

/// What all checks found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub checks: Vec<Check>,
}

impl Report {
    /// The worst verdict.
    pub fn verdict(&self) -> Verdict {
        let findings = self.checks.iter().flat_map(|check| &check.findings);
        findings.map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok)
    }
}

/// The report as text: a title for each check, then a line for each finding, beginning with two spaces and the
/// word of its verdict in eight columns.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, check) in self.checks.iter().enumerate() {
            writeln!(f, "{}{}", if i > 0 { "\n" } else { "" }, check.title)?;
            for finding in &check.findings {
                writeln!(f, "  {:<8} {}", finding.verdict.word(), finding.text)?;
                if let Some(advice) = &finding.advice {
                    writeln!(f, "  {:<8} -> {advice}", "")?;
                }
            }
        }
        Ok(())
    }
}

/// Tells a check whether to stop.
type Stopped<'a> = &'a dyn Fn() -> bool;

/// A check: its title, and what it does.
type Entry = (&'static str, fn(Stopped) -> Vec<Finding>);

/// The checks in the order of the report.
const CHECKS: &[Entry] = &[
    ("Program", |_| program::check()),
    ("System", |_| system::check()),
    #[cfg(feature = "app")]
    ("Graphics", |_| graphics::check()),
    ("Display", |_| display::check()),
    ("Fonts", |_| fonts::check()),
    ("File dialogs", |_| dialogs::check()),
    ("Films", |_| films::check()),
    ("Folders", |_| folders::check()),
    ("Models", models::check),
    ("Network", |_| inference::check()),
];

/// Runs all checks, which takes a few seconds, and longer with large models on disk. `on_check` is told the title
/// of each check before it starts, its index, and the number of all; `stopped` is asked now and then. A check
/// that panics has failed; the others are still done.
///
/// Returns `None` if it was stopped.
pub fn examine(stopped: &dyn Fn() -> bool, on_check: &mut dyn FnMut(&str, usize, usize)) -> Option<Report> {
    let mut report = Report { checks: vec![] };
    for (index, &(title, check)) in CHECKS.iter().enumerate() {
        on_check(title, index, CHECKS.len());
        let found = catch_unwind(AssertUnwindSafe(|| check(stopped)));
        let findings = found.unwrap_or_else(|_| vec![broken()]);
        if stopped() {
            return None;
        }
        report.checks.push(Check { title, findings });
    }
    Some(report)
}

fn broken() -> Finding {
    Finding::failed("an internal error stopped this check", "run it with --log FILE and report the error")
}

/// A path for the report: the home folder is `~`.
fn shown(path: &Path) -> String {
    let below_home = dirs::home_dir().and_then(|home| path.strip_prefix(home).ok().map(Path::to_path_buf));
    match below_home {
        Some(below) if below.as_os_str().is_empty() => "~".into(),
        Some(below) => format!("~{}{}", std::path::MAIN_SEPARATOR, below.display()),
        None => path.display().to_string(),
    }
}

/// The text with `~` for the home folder, wherever it occurs.
fn without_home(text: &str) -> String {
    match dirs::home_dir().map(|home| home.display().to_string()) {
        Some(home) if home.len() > 1 => text.replace(&home, "~"),
        _ => text.to_owned(),
    }
}

/// `1.5 GB`, `120 MB`
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1000),
        1_000_000..1_000_000_000 => format!("{:.0} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// Whether a program is in one of the folders of `PATH`.
fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_a_line_for_each_finding_and_the_worst_verdict() {
        let findings = vec![Finding::ok("fine"), Finding::warning("slow", "wait")];
        let mut report = Report { checks: vec![Check { title: "First", findings }] };
        assert_eq!(report.verdict(), Verdict::Warning);
        report.checks.push(Check { title: "Second", findings: vec![broken()] });
        assert_eq!(report.verdict(), Verdict::Failed);
        let text = report.to_string();
        assert!(text.starts_with("First\n  ok       fine\n  warning  slow\n           -> wait\n\nSecond\n"));
        assert!(text.contains("\n  failed   an internal error"));
        assert_eq!(Report { checks: vec![] }.verdict(), Verdict::Ok);
    }

    #[test]
    fn checks_are_announced_and_can_be_stopped() {
        let mut announced = vec![];
        let report =
            examine(&|| true, &mut |title, index, total| announced.push((title.to_owned(), index, total)));
        assert_eq!(report, None);
        assert_eq!(announced, [("Program".to_owned(), 0, CHECKS.len())]);
    }

    #[test]
    fn the_home_folder_is_a_tilde_and_sizes_have_units() {
        let home = dirs::home_dir().unwrap();
        assert_eq!(shown(&home), "~");
        assert_eq!(shown(&home.join("a")), format!("~{}a", std::path::MAIN_SEPARATOR));
        assert_eq!(shown("/nowhere/else".as_ref()), "/nowhere/else");
        assert!(
            !without_home(&format!("in {}", home.join("x").display())).contains(&*home.to_string_lossy())
        );
        assert_eq!([5_000, 156_000_000, 1_540_000_000].map(size), ["5 kB", "156 MB", "1.5 GB"]);
    }
}

//! Details of internal errors, how the window is drawn, and the diagnostics. The findings themselves come from the
//! library, as errors do.

use crate::doctor::Verdict;

pub const COPY_DETAILS: &str = "Copy details";
pub const COPY_DETAILS_TOOLTIP: &str = "Version, system and the last lines of the log, for a report of this error. They can contain names of files.";

pub const DRAWN_BY_SOFTWARE: &str = "The window is drawn by software, without a graphics card, and may feel slow. \
                                     Help > Diagnostics says more.";

pub const TITLE: &str = "Diagnostics";
pub const COPY_REPORT: &str = "Copy report";
pub const COPY_REPORT_TOOLTIP: &str =
    "The report as text. It contains names of folders, but nothing else about your files.";
pub const CHECK_AGAIN: &str = "Check again";

/// The check that is running.
pub fn checking(title: &str) -> String {
    format!("Checking: {title}")
}

pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "OK",
        Verdict::Warning => "Warning",
        Verdict::Failed => "Failed",
    }
}

/// What all checks come to.
pub fn summary(worst: Verdict) -> &'static str {
    match worst {
        Verdict::Ok => "Everything works.",
        Verdict::Warning => "Tinsel works, with the limits below.",
        Verdict::Failed => "Something does not work.",
    }
}

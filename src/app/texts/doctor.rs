//! Details of internal errors, how the window is drawn, and the diagnostics. The findings themselves come from the
//! library, as errors do.

use crate::doctor::Verdict;

texts! { doctor:
    copy_details;
    copy_details_tooltip;
    drawn_by_software;
    title;
    copy_report;
    copy_report_tooltip;
    check_again;
    /// The check that is running.
    checking(check: &str);
    ok;
    warning;
    failed;
    everything_works;
    works_with_limits;
    does_not_work;
}

pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => ok(),
        Verdict::Warning => warning(),
        Verdict::Failed => failed(),
    }
}

/// What all checks come to.
pub fn summary(worst: Verdict) -> &'static str {
    match worst {
        Verdict::Ok => everything_works(),
        Verdict::Warning => works_with_limits(),
        Verdict::Failed => does_not_work(),
    }
}

//! Details of internal errors, and the diagnostics.

pub const COPY_DETAILS: &str = "Copy details";
pub const COPY_DETAILS_TOOLTIP: &str = "Version, system and the last lines of the log, for a report of this error. They can contain names of files.";

//! The command palette.

pub const TITLE: &str = "Commands";
pub const HINT: &str = "Type a command";
pub const LABEL: &str = "Command";

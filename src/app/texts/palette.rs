//! The command palette.

pub const TITLE: &str = "Commands";
pub const HINT: &str = "Type a command";
pub const LABEL: &str = "Command";

pub fn nothing_found(typed: &str) -> String {
    format!("No command is called “{typed}”.")
}

//! What was opened last.

use std::path::Path;

pub const OPEN_RECENT: &str = "Open recent";
pub const RECENT: &str = "Recent";
pub const CLEAR: &str = "Clear list";
pub const NONE: &str = "Nothing has been opened yet";

/// A photo or a folder, and the folder that it lies in.
pub fn entry(path: &Path) -> String {
    let name = name(path);
    match path.parent().and_then(Path::file_name) {
        Some(folder) => format!("{name} – {}", folder.to_string_lossy()),
        None => name,
    }
}

pub fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

pub fn missing(path: &Path) -> String {
    format!("{} is no longer there", path.display())
}

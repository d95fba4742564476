//! What was opened last.

use std::path::Path;

use super::shown;

texts! { recent:
    open_recent;
    recent;
    clear;
    none;
    missing(path: &Path => shown(path));
}

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

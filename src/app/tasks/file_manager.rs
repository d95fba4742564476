//! Showing files in the system's file manager.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Kind, Outcome, Tasks};
use crate::app::texts::startup as texts;

impl Tasks {
    /// Shows a file, or what is in a folder, in the system's file manager.
    pub fn show_in_folder(&mut self, path: PathBuf) {
        self.spawn(Kind::FileManager, move || Outcome::ShownInFolder(shown_by(&mut opener(&path), &path)));
    }
}

/// What shows a path on this system.
fn opener(path: &Path) -> Command {
    if cfg!(windows) {
        let mut command = Command::new("explorer");
        let select = if path.is_dir() { "" } else { "/select," };
        command.arg(format!("{select}{}", path.display()));
        command
    } else if cfg!(target_os = "macos") {
        let mut command = Command::new("open");
        command.args(Some("-R").filter(|_| !path.is_dir())).arg(path);
        command
    } else {
        let mut command = Command::new("xdg-open");
        command.arg(if path.is_dir() { path } else { path.parent().unwrap_or(path) });
        command
    }
}

/// Runs the opener until it ends, which may be as late as the file manager does.
///
/// # Errors
/// There is nothing to be shown, or no file manager; the message says what to do.
fn shown_by(opener: &mut Command, path: &Path) -> Result<(), String> {
    if !path.exists() {
        return Err(texts::nothing_to_show(path));
    }
    let name = opener.get_program().to_string_lossy().into_owned();
    let ended = opener.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match ended {
        // Explorer reports 1 when all is well.
        Ok(status) if status.success() || cfg!(windows) => Ok(()),
        Ok(_) => Err(texts::no_file_manager(path, &name)),
        Err(error) => Err(texts::opener_failed(path, &name, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_manager_that_cannot_be_started_is_named_with_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("gone.png");
        let error = shown_by(&mut opener(&missing), &missing).unwrap_err();
        assert!(error.contains("gone.png") && error.contains("no longer"), "{error}");
        let error = shown_by(&mut Command::new("no-such-opener"), folder.path()).unwrap_err();
        assert!(error.contains("no-such-opener") && error.contains("by hand"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_opener_is_given_the_folder_of_a_file_and_its_failure_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.png");
        std::fs::write(&file, "").unwrap();
        assert_eq!(opener(&file).get_args().collect::<Vec<_>>(), [folder.path()]);
        assert_eq!(shown_by(&mut Command::new("true"), &file), Ok(()));
        let error = shown_by(&mut Command::new("false"), &file).unwrap_err();
        assert!(error.contains("false") && error.contains("a.png"), "{error}");
    }
}

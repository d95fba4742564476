//! The folders that the program writes to.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Finding, Verdict, shown, size};
use crate::engine::EmbeddingFolder;
use crate::models::Store;

/// Less free space than this will soon be used up.
const LITTLE: u64 = 500_000_000;

/// A folder, and how bad it is if nothing can be written there.
struct Folder {
    purpose: &'static str,
    path: Option<PathBuf>,
    otherwise: Verdict,
    advice: &'static str,
}

pub(super) fn check() -> Vec<Finding> {
    let folders = [
        Folder {
            purpose: "masks of the photos here",
            path: std::env::current_dir().ok(),
            otherwise: Verdict::Warning,
            advice: "masks are saved in the data folder instead",
        },
        Folder {
            purpose: "data and settings",
            path: dirs::data_dir().map(|folder| folder.join("tinsel")),
            otherwise: Verdict::Failed,
            advice: "correct its permissions, or set XDG_DATA_HOME to another folder",
        },
        Folder {
            purpose: "encoded photos",
            path: EmbeddingFolder::of_user().map(|folder| folder.path().to_path_buf()),
            otherwise: Verdict::Warning,
            advice: "photos are encoded each time they are opened; correct its permissions, or set XDG_CACHE_HOME",
        },
        Folder {
            purpose: "downloaded models",
            path: Store::from_environment(None).ok().map(|store| store.folder().to_path_buf()),
            otherwise: Verdict::Warning,
            advice: "models cannot be downloaded; set TINSEL_MODELS_DIR to another folder",
        },
    ];
    folders.into_iter().map(probe).collect()
}

fn probe(Folder { purpose, path, otherwise, advice }: Folder) -> Finding {
    let Some(path) = path else {
        let text = format!("{purpose}: this system has no such folder");
        return Finding { verdict: otherwise, text, advice: Some(advice.into()) };
    };
    let place = nearest(&path);
    if let Err(error) = write(place) {
        let text = format!("{purpose}: {} cannot be written: {error}", shown(&path));
        return Finding { verdict: otherwise, text, advice: Some(advice.into()) };
    }
    let is_new = if place == path { "" } else { ", not created yet" };
    match free_space(place) {
        Some(free) if free < LITTLE => Finding::warning(
            format!("{purpose}: {}{is_new}, only {} free", shown(&path), size(free)),
            "free some space on this disk",
        ),
        Some(free) => Finding::ok(format!("{purpose}: {}{is_new}, {} free", shown(&path), size(free))),
        None => Finding::ok(format!("{purpose}: {}{is_new}", shown(&path))),
    }
}

/// The folder, or the nearest one above it that exists.
fn nearest(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(folder)
}

/// Writes a file that is removed at once.
fn write(folder: &Path) -> std::io::Result<()> {
    tempfile::tempfile_in(folder)?.write_all(b"tinsel doctor")
}

#[cfg(unix)]
fn free_space(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(not(unix))]
fn free_space(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_probed_where_they_are_or_will_be() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: PathBuf, otherwise| {
            probe(Folder { purpose: "this", path: Some(path), otherwise, advice: "do that" })
        };
        let new = at(folder.path().join("a/b"), Verdict::Failed);
        assert!(new.verdict != Verdict::Failed && new.text.contains("not created yet"), "{new:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert_eq!(nearest(&file.join("below")), folder.path());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_cannot_be_written_has_its_verdict() {
        let read_only = Folder {
            purpose: "this",
            path: Some("/proc/self".into()),
            otherwise: Verdict::Failed,
            advice: "do that",
        };
        let found = probe(read_only);
        assert!(found.verdict == Verdict::Failed && found.text.contains("cannot be written"), "{found:?}");
    }
}

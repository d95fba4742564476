//! The photos of a batch: turns files and folders into one list that is the same on every machine.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::folder::sort_by_name;
use super::kind::is_photo;
use super::{regular, session};

/// A photo of a batch, and its relative path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    pub path: PathBuf,
    /// Its path relative to the folder where it was found; only its name if the photo itself was given.
    pub below: PathBuf,
}

/// Why a folder has no usable photos. The message names the folder and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    #[error("{}: the folder cannot be read: {cause}; check the path", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{}: contains no photos", path.display())]
    Empty { path: PathBuf },
}

/// A skipped entry of a folder. The message names it.
#[derive(Debug, thiserror::Error)]
pub enum Skipped {
    #[error("{}: skipped: its links form a cycle", path.display())]
    Circle { path: PathBuf },
    #[error("{}: skipped: it is {kind}, not a file", path.display())]
    NoFile { path: PathBuf, kind: &'static str },
    #[error("{}: skipped: it cannot be read: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
}

impl Skipped {
    /// Whether photos may be missing because of it.
    pub fn is_loss(&self) -> bool {
        matches!(self, Self::Unreadable { .. })
    }
}

/// Parts of the names of results next to a photo.
const RESULTS: [&str; 3] = ["_combined_overlay_", "_labels_", "_compare_"];

/// All photos among files and in folders, each once, in the natural order of their paths.
///
/// A file counts whatever its name, the photos of a folder by their extensions, with the further pages of files that
/// have a session, without images of results for
/// another photo next to them. `recursive` includes subfolders, except hidden ones. `skip` is called with the
/// skipped entries of folders.
///
/// # Errors
/// A folder that cannot be read, or that contains no photos.
pub fn select_photos(
    files: &[PathBuf],
    folders: &[PathBuf],
    recursive: bool,
    mut skip: impl FnMut(Skipped),
) -> Result<Vec<Selected>, SelectionError> {
    let mut selected: Vec<Selected> = files
        .iter()
        .map(|path| Selected { path: path.clone(), below: path.file_name().unwrap_or_default().into() })
        .collect();
    for folder in folders {
        let found = photos_below(folder, recursive, &mut skip)?;
        if found.is_empty() {
            return Err(SelectionError::Empty { path: folder.clone() });
        }
        selected.extend(found);
    }
    sort_by_name(&mut selected, |photo| &photo.path);
    selected.dedup_by(|a, b| a.path == b.path);
    Ok(selected)
}

fn photos_below(
    folder: &Path,
    recursive: bool,
    skip: &mut impl FnMut(Skipped),
) -> Result<Vec<Selected>, SelectionError> {
    let depth = if recursive { usize::MAX } else { 1 };
    let visible = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    };
    let mut found = vec![];
    for entry in WalkDir::new(folder)
        .follow_links(true)
        .min_depth(1)
        .max_depth(depth)
        .into_iter()
        .filter_entry(visible)
    {
        let entry = match entry {
            Ok(entry) => entry,
            // A broken link is not a photo, and no reason to skip the others.
            Err(e) if e.path().is_some_and(Path::is_symlink) && e.loop_ancestor().is_none() => continue,
            Err(e) => {
                let path = e.path().unwrap_or(folder).to_path_buf();
                let is_whole = e.depth() == 0;
                match e.into_io_error() {
                    Some(cause) if is_whole => return Err(SelectionError::Unreadable { path, cause }),
                    Some(cause) => skip(Skipped::Unreadable { path, cause }),
                    None => skip(Skipped::Circle { path }),
                }
                continue;
            }
        };
        if entry.file_type().is_dir() {
            continue;
        }
        if !is_photo(entry.path()) {
            let page = session::page_of(entry.path());
            let below = |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_path_buf();
            found.extend(page.map(|path| Selected { below: below(&path), path }));
            continue;
        }
        let kind = entry.metadata().map(|data| regular::other_kind(&data));
        match kind.map_err(|e| e.into_io_error()) {
            Ok(None) => {
                let below = entry.path().strip_prefix(folder).unwrap_or(entry.path()).into();
                found.push(Selected { path: entry.into_path(), below });
            }
            Ok(Some(kind)) => skip(Skipped::NoFile { path: entry.into_path(), kind }),
            Err(cause) => {
                let cause = cause.unwrap_or_else(|| std::io::ErrorKind::Other.into());
                skip(Skipped::Unreadable { path: entry.into_path(), cause });
            }
        }
    }
    let stems: HashSet<PathBuf> = found.iter().map(|photo| photo.path.with_extension("")).collect();
    found.retain(|photo| !is_result(&photo.path, &stems));
    Ok(found)
}

/// Whether an image shows the results for one of the photos, given by their paths without extension.
fn is_result(picture: &Path, photos: &HashSet<PathBuf>) -> bool {
    let name = picture.file_name().unwrap_or_default().to_string_lossy();
    let of = RESULTS.iter().filter_map(|infix| name.split_once(infix));
    name.ends_with(".png") && of.into_iter().any(|(photo, _)| photos.contains(&picture.with_file_name(photo)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"").unwrap();
        }
        dir
    }

    fn no_skip(skipped: Skipped) {
        panic!("{skipped}");
    }

    fn below(selected: &[Selected]) -> Vec<&str> {
        selected.iter().map(|photo| photo.below.to_str().unwrap()).collect()
    }

    #[test]
    fn the_order_is_one_and_every_photo_counts_once() {
        let dir = folder(&["b10.jpg", "b2.jpg", "b02.jpg", "B2.jpg", "notes.txt"]);
        let path = |name: &str| dir.path().join(name);
        let folders = [dir.path().to_path_buf()];
        let all = select_photos(&[path("b10.jpg"), path("notes.txt")], &folders, false, no_skip).unwrap();
        assert_eq!(below(&all), ["B2.jpg", "b02.jpg", "b2.jpg", "b10.jpg", "notes.txt"]);
    }

    #[test]
    fn folders_inside_folders_only_when_asked_for() {
        let dir = folder(&[
            "a.jpg",
            "s.tif",
            "s.tif#3.tinsel.json",
            "x/a.jpg",
            "x/y/c.PNG",
            ".hidden/d.jpg",
            "z.jpg/notes.txt",
        ]);
        let folders = [dir.path().to_path_buf()];
        let direct = select_photos(&[], &folders, false, no_skip).unwrap();
        assert_eq!(below(&direct), ["a.jpg", "s.tif", "s.tif#3"]);
        let all = select_photos(&[], &folders, true, no_skip).unwrap();
        assert_eq!(below(&all), ["a.jpg", "s.tif", "s.tif#3", "x/a.jpg", "x/y/c.PNG"]);
        let empty = select_photos(&[], &[dir.path().join("z.jpg")], true, no_skip);
        assert!(matches!(empty, Err(SelectionError::Empty { .. })));
        let missing =
            select_photos(&[], &[dir.path().join("missing")], false, no_skip).unwrap_err().to_string();
        assert!(missing.contains("missing") && missing.contains("cannot be read"), "{missing}");
    }

    #[test]
    #[cfg(unix)]
    fn a_link_to_nothing_does_not_stop_the_others() {
        let dir = folder(&["a.jpg"]);
        for name in ["b.jpg", "notes.txt", ".#lock"] {
            std::os::unix::fs::symlink(dir.path().join("gone"), dir.path().join(name)).unwrap();
        }
        assert_eq!(
            below(&select_photos(&[], &[dir.path().to_path_buf()], true, no_skip).unwrap()),
            ["a.jpg"]
        );
    }

    #[test]
    #[cfg(unix)]
    fn circles_pipes_and_closed_folders_are_told_and_the_rest_is_taken() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = folder(&["a.jpg", "s/b.jpg", "closed/c.jpg", "t/d.jpg"]);
        symlink("../", dir.path().join("s/back")).unwrap();
        let pipe = dir.path().join("pipe.jpg");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let closed = dir.path().join("closed");
        let allow = |mode| std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(mode)).unwrap();
        allow(0o000);
        // Nothing is closed to the administrator.
        let is_closed = closed.read_dir().is_err();
        let mut skipped = vec![];
        let all = select_photos(&[], &[dir.path().to_path_buf()], true, |skip| skipped.push(skip)).unwrap();
        allow(0o755);
        let found = below(&all).into_iter().filter(|name| *name != "closed/c.jpg").collect::<Vec<_>>();
        assert_eq!(found, ["a.jpg", "s/b.jpg", "t/d.jpg"]);
        let told: Vec<String> = skipped.iter().map(ToString::to_string).collect();
        let tells = |name: &str, why: &str| told.iter().any(|line| line.contains(name) && line.contains(why));
        assert!(tells("s/back", "cycle") && tells("pipe.jpg", "a pipe"), "{told:?}");
        assert_eq!(tells("closed", "cannot be read"), is_closed, "{told:?}");
        assert_eq!(skipped.iter().filter(|skip| skip.is_loss()).count(), usize::from(is_closed));
    }

    #[test]
    fn results_beside_their_photos_are_none() {
        let dir = folder(&[
            "cup.jpg",
            "cup_combined_overlay_mobile-sam.png",
            "cup_labels_mobile-sam.png",
            "cup_compare_a_b.png",
            "jar_labels_1.png",
        ]);
        let all = select_photos(&[], &[dir.path().to_path_buf()], false, no_skip).unwrap();
        assert_eq!(below(&all), ["cup.jpg", "jar_labels_1.png"]);
    }
}

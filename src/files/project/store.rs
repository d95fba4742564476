//! The file of a project.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::content::{FORMAT, Project, VERSION};
use super::merge::merged;
use crate::files::regular;
use crate::files::stamped::{self, Former, NotWritten, Stamp, folder_of, hash_of_path, is_writable};

const FILE_NAME: &str = "tinsel-project.json";
/// Larger files are rejected.
const MAX_BYTES: u64 = 256 << 20;
/// How often in a row others may write first.
const MAX_ATTEMPTS: u32 = 20;

/// Why a project could not be read or written. The message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    #[error("{}: cannot be read: {cause}", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("{}: is damaged ({cause}); repair it, or move it away to start without classes and states", path.display())]
    Damaged { path: PathBuf, cause: String },
    #[error(
        "{}: was written by a newer Tinsel (format version {version}; this Tinsel reads up to {VERSION}); \
         update Tinsel",
        path.display()
    )]
    Newer { path: PathBuf, version: u32 },
    #[error("{}: cannot be written: {cause}", path.display())]
    Unwritable { path: PathBuf, cause: std::io::Error },
}

/// The file of a project, and its content when it was last read or written.
#[derive(Debug, Clone)]
pub struct ProjectFile {
    path: PathBuf,
    /// The alternative if `path` cannot be written.
    spare: Option<PathBuf>,
    stamp: Stamp,
    base: Project,
}

impl ProjectFile {
    /// Reads the project of a folder; an empty one if it has none.
    ///
    /// # Errors
    /// The file exists but cannot be used. It is not changed.
    pub fn open(folder: &Path) -> Result<Self, ProjectError> {
        let spare = spare_of(folder);
        let mut path = Self::place_for_reading(folder);
        if let Some(spare) = spare.as_ref().filter(|_| !path.exists() && !is_writable(folder)) {
            path.clone_from(spare);
        }
        let (stamp, base) = read(&path)?;
        Ok(Self { path, spare, stamp, base })
    }

    /// The file of a folder's project: in the folder unless there is one in the data folder only.
    pub(super) fn place_for_reading(folder: &Path) -> PathBuf {
        let beside = folder.join(FILE_NAME);
        match spare_of(folder) {
            Some(spare) if !beside.exists() && spare.is_file() => spare,
            _ => beside,
        }
    }

    /// The project of a photo's folder.
    ///
    /// # Errors
    /// Those of [`ProjectFile::open`].
    pub fn of_photo(photo: &Path) -> Result<Self, ProjectError> {
        Self::open(folder_of(photo))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The project as last read or written.
    pub fn content(&self) -> &Project {
        &self.base
    }

    /// Merges changes of others with `ours`. `None` if there are none.
    ///
    /// # Errors
    /// The file can no longer be read.
    pub fn refreshed(&mut self, ours: &Project) -> Result<Option<Project>, ProjectError> {
        let (stamp, theirs) = read(&self.path)?;
        if stamp == self.stamp {
            return Ok(None);
        }
        let joined = merged(&self.base, ours, &theirs);
        (self.stamp, self.base) = (stamp, theirs);
        Ok(Some(joined))
    }

    /// Writes the changes of `ours` since the file was read, merged with those of others. Returns the new
    /// content of the file. If the folder is read-only, the project is written to the user's data folder.
    ///
    /// # Errors
    /// The file is not changed then.
    pub fn save(&mut self, ours: &Project) -> Result<Project, ProjectError> {
        let mut wanted = ours.clone();
        for _ in 0..MAX_ATTEMPTS {
            if let Some(joined) = self.refreshed(&wanted)? {
                wanted = joined;
            }
            if wanted == self.base {
                return Ok(wanted);
            }
            match stamped::write(&encoded(&wanted), &self.path, &self.stamp, Former::Dropped) {
                Ok(stamp) => {
                    (self.stamp, self.base) = (stamp, wanted.clone());
                    return Ok(wanted);
                }
                Err(NotWritten::Changed) => {}
                Err(NotWritten::FolderGone) => {
                    return Err(self.unwritable(std::io::ErrorKind::NotFound.into()));
                }
                Err(NotWritten::Failed(cause)) => self.move_to_spare(cause)?,
            }
        }
        Err(self.unwritable(std::io::Error::other("other programs keep changing it; try again later")))
    }

    /// Continues in the data folder, with the project there.
    fn move_to_spare(&mut self, cause: std::io::Error) -> Result<(), ProjectError> {
        let Some(spare) = self.spare.take().filter(|spare| *spare != self.path) else {
            return Err(self.unwritable(cause));
        };
        std::fs::create_dir_all(folder_of(&spare)).map_err(|cause| self.unwritable(cause))?;
        // The project there is merged with all of ours.
        (self.path, self.stamp, self.base) = (spare, Stamp::ABSENT, Project::default());
        Ok(())
    }

    fn unwritable(&self, cause: std::io::Error) -> ProjectError {
        ProjectError::Unwritable { path: self.path.clone(), cause }
    }
}

/// The file in the user's data folder for a read-only folder.
fn spare_of(folder: &Path) -> Option<PathBuf> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let short: String = name.chars().take(20).collect();
    Some(dirs::data_dir()?.join("tinsel/projects").join(format!("{}-{short}.json", hash_of_path(folder))))
}

fn encoded(project: &Project) -> Vec<u8> {
    // Cannot fail: all keys are text, and writing goes to memory.
    let mut text = serde_json::to_string_pretty(project).unwrap_or_default();
    text.push('\n');
    text.into_bytes()
}

fn bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![];
    regular::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(std::io::Error::other("it is too large"));
    }
    Ok(bytes)
}

fn read(path: &Path) -> Result<(Stamp, Project), ProjectError> {
    let unreadable = |cause| ProjectError::Unreadable { path: path.into(), cause };
    let damaged = |cause| ProjectError::Damaged { path: path.into(), cause };
    let bytes = match path.symlink_metadata() {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok((Stamp::ABSENT, Project::default())),
        _ => bounded(path).map_err(unreadable)?,
    };
    let project: Project = serde_json::from_slice(&bytes).map_err(|e| damaged(e.to_string()))?;
    if project.format != FORMAT {
        return Err(damaged(format!("it is not a project but `{}`", project.format)));
    }
    if project.version > VERSION {
        return Err(ProjectError::Newer { path: path.into(), version: project.version });
    }
    Ok((Stamp::of(&bytes), project))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_windows_keep_the_changes_of_both() {
        let dir = tempfile::tempdir().unwrap();
        let mut windows = [ProjectFile::open(dir.path()).unwrap(), ProjectFile::open(dir.path()).unwrap()];
        let mut ours = [Project::default(), Project::default()];
        for round in 0..3 {
            for (i, (file, ours)) in windows.iter_mut().zip(&mut ours).enumerate() {
                ours.add_class(&format!("{i} {round}"), None);
                *ours = file.save(ours).unwrap();
            }
        }
        let kept = ProjectFile::open(dir.path()).unwrap().content().clone();
        assert_eq!(kept.classes.len(), 6);
        assert_eq!(windows[0].refreshed(&ours[0]).unwrap(), Some(kept));
        assert_eq!(windows[1].refreshed(&ours[1]).unwrap(), None);
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for i in 0..4 {
                let folder = dir.path();
                scope.spawn(move || {
                    let mut file = ProjectFile::open(folder).unwrap();
                    let mut ours = file.content().clone();
                    for n in 0..5 {
                        ours.set_note(&format!("{i} {n}"), "seen");
                        ours = file.save(&ours).unwrap();
                    }
                });
            }
        });
        assert_eq!(ProjectFile::open(dir.path()).unwrap().content().photos.len(), 20);
    }

    #[test]
    fn what_cannot_be_used_is_told_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(FILE_NAME);
        for (content, expected) in [
            ("{", "is damaged"),
            (r#"{"format": "tinsel-session", "version": 1}"#, "is not a project"),
            (r#"{"format": "tinsel-project", "version": 9}"#, "newer Tinsel"),
        ] {
            std::fs::write(&file, content).unwrap();
            let error = ProjectFile::open(dir.path()).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains(FILE_NAME), "{error}");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), content);
        }
        let strange = r#"{"format": "tinsel-project", "version": 1, "classes": [{"name": "a", "colour": [1, 2, 3],
            "from": "the future"}], "photos": {"a": {"state": "done", "flags": [1]}}, "more": {}}"#;
        std::fs::write(&file, strange).unwrap();
        let mut opened = ProjectFile::open(dir.path()).unwrap();
        let mut project = opened.content().clone();
        project.set_state("a", None);
        opened.save(&project).unwrap();
        let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        assert_eq!(
            (&kept["classes"][0]["from"], &kept["photos"]["a"]["flags"][0]),
            (&"the future".into(), &1.into())
        );
        assert!(kept["more"].is_object() && kept["photos"]["a"]["state"].is_null());
    }
}

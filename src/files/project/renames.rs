//! Sessions with the present names of their classes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::content::Project;
use super::store::ProjectFile;
use crate::files::session::Session;
use crate::files::stamped::folder_of;

/// A project that was read last, since batches read one session after the other.
struct Recent {
    folder: PathBuf,
    stamp: FileStamp,
    project: Arc<Project>,
}

/// Length and time of the last change; `None` without a file.
type FileStamp = Option<(u64, SystemTime)>;

/// Gives the classes of a session the names that they have now in the project of the photo's folder. Without a
/// usable project, nothing changes.
pub(in crate::files) fn bring_up_to_date(session: &mut Session, photo: &Path) {
    let project = current(photo);
    if session.project_revision >= project.revision() {
        return;
    }
    let revision = session.project_revision;
    let name = |old: &str| project.name_since(old, revision).map(str::to_owned);
    for item in &mut session.masks {
        item.annotation.class = item.annotation.class.take().and_then(|class| name(&class));
    }
    for mut class in std::mem::take(&mut session.classes) {
        let Some(name) = name(&class.name) else { continue };
        if session.classes.iter().all(|other| other.name != name) {
            class.name = name;
            session.classes.push(class);
        }
    }
    session.project_revision = project.revision();
}

/// The project of a photo's folder as its file has it now; an empty one without a usable file.
pub(super) fn current(photo: &Path) -> Arc<Project> {
    project_of(folder_of(photo))
}

/// The tags that a photo has in the project of its folder.
pub(in crate::files) fn tags_of(photo: &Path) -> Vec<String> {
    let name = photo.file_name().unwrap_or_default().to_string_lossy();
    current(photo).tags(&name).to_vec()
}

fn project_of(folder: &Path) -> Arc<Project> {
    static RECENT: Mutex<Option<Recent>> = Mutex::new(None);
    let place = ProjectFile::place_for_reading(folder);
    let stamp: FileStamp =
        std::fs::metadata(&place).ok().and_then(|file| Some((file.len(), file.modified().ok()?)));
    let mut recent = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(recent) = recent.as_ref().filter(|recent| recent.folder == folder && recent.stamp == stamp) {
        return recent.project.clone();
    }
    let project = match stamp {
        // The window tells what is wrong with it.
        Some(_) => Arc::new(ProjectFile::open(folder).map(|file| file.content().clone()).unwrap_or_default()),
        None => Arc::default(),
    };
    *recent = Some(Recent { folder: folder.into(), stamp, project: project.clone() });
    project
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Annotation;
    use crate::files::session::LoadedState;
    use crate::mask::Mask;

    #[test]
    fn sessions_are_read_with_the_present_names_of_their_classes() {
        let dir = tempfile::tempdir().unwrap();
        let photo = dir.path().join("a.jpg");
        let mut session = Session::new("a.jpg".into(), (4, 4), 7);
        for class in ["mug", "cup", "dog"] {
            let mask = Annotation::new(class, Mask::from_fn(4, 4, |x, _| x > 1));
            session.masks.push(Annotation { class: Some(class.to_owned()), ..mask }.into());
        }
        session.save_in(&Session::path_for(&photo)).unwrap();
        let mut file = ProjectFile::open(dir.path()).unwrap();
        let mut project = file.content().clone();
        project.add_classes(["mug", "cup", "dog"].map(|name| (name.to_owned(), None)));
        let classes = |project: &Project, file: &mut ProjectFile| {
            file.save(project).unwrap();
            let LoadedState::Found(session) = Session::load(&photo, (4, 4), 7).unwrap().state else {
                panic!("not found")
            };
            session.masks.into_iter().map(|item| item.annotation.class).collect::<Vec<_>>()
        };
        let some = |names: [&str; 3]| names.map(|name| Some(name.to_owned())).to_vec();
        assert_eq!(classes(&project, &mut file), some(["mug", "cup", "dog"]));
        project.rename_class("mug", "cup");
        project.rename_class("dog", "hound");
        assert_eq!(classes(&project, &mut file), some(["cup", "cup", "hound"]));
        project.remove_class("cup");
        assert_eq!(classes(&project, &mut file), [None, None, Some("hound".into())]);
    }
}

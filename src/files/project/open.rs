//! A project that is being worked on: the ids of its classes, edits, undo, and saving.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::content::{PhotoEntry, PhotoState, Project, ProjectClass, Rename};
use super::merge::merged;
use super::renames::current;
use super::store::ProjectFile;
use crate::annotation::Annotation;
use crate::attribute::AttributeDefinition;
use crate::colour::Colour;
use crate::document::{Class, ClassId, ClassList, Moment};

/// Steps of undo that are kept.
const STEPS: usize = 200;

/// A change of a project. Photos are given by file name.
#[derive(Debug, Clone, PartialEq)]
pub enum ProjectEdit {
    /// Names that exist are skipped.
    AddClasses(Vec<(String, Option<Colour>)>),
    /// Merges the class into another one of this name, if there is one.
    RenameClass(ClassId, String),
    SetColour(ClassId, Colour),
    /// Another class with this digit loses it.
    SetKey(ClassId, Option<u8>),
    /// Its masks in all photos are kept, without a class.
    RemoveClass(ClassId),
    SetState(String, Option<PhotoState>),
    SetNote(String, String),
    SetTags(String, Vec<String>),
    SetAttributes(ClassId, Vec<AttributeDefinition>),
}

/// What brings back a former state.
#[derive(Debug)]
enum Change {
    Classes { classes: Vec<ProjectClass>, log: Log },
    Photo { name: String, entry: PhotoEntry },
}

/// The change of the renames that belongs to a change of the classes.
#[derive(Debug)]
enum Log {
    None,
    /// Renames back and forth are logged like any other.
    Rename {
        from: String,
        to: String,
    },
    /// Merges or deletes a class.
    Remove {
        from: String,
        to: Option<String>,
    },
    /// Undoes the removal at this revision.
    Undo(u64),
}

/// The name of a step of undo. What it is called on the screen is up to the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectLabel {
    /// A class by its name.
    AddClass(String),
    /// So many classes.
    AddClasses(usize),
    MergeClasses,
    RenameClass,
    ColourClass,
    ChangeKey,
    DeleteClass,
    /// A photo by its name, as in the other values with a name.
    MarkDone(String),
    MarkForReview(String),
    ClearState(String),
    /// Of a class.
    ChangeAttributes,
    ChangeTags(String),
    ChangeNote(String),
}

#[derive(Debug)]
struct Step {
    label: ProjectLabel,
    moment: Moment,
    change: Change,
}

/// The project of a folder while it is worked on. Masks refer to its classes by id; see [`ClassList`].
#[derive(Debug, Default)]
pub struct OpenProject {
    /// `None` if changes are not saved.
    file: Option<ProjectFile>,
    content: Project,
    /// For each id a name of its class, and the revision at which it had this name.
    ids: Vec<(String, u64)>,
    list: Arc<ClassList>,
    undo: Vec<Step>,
    redo: Vec<Step>,
    /// Grows with every change.
    generation: u64,
    /// Whether the content differs from that of the file. Kept, because projects can have very many photos.
    is_changed: bool,
}

impl OpenProject {
    pub fn new(file: ProjectFile) -> Self {
        let content = file.content().clone();
        let mut this = Self { file: Some(file), content, ..Self::default() };
        this.refresh_list();
        this
    }

    /// The project of a photo's folder, for work on the photo alone: changes are not saved.
    pub fn of_photo(photo: &Path) -> Self {
        let mut this = Self { content: current(photo).as_ref().clone(), ..Self::default() };
        this.refresh_list();
        this
    }

    pub fn content(&self) -> &Project {
        &self.content
    }

    /// A number that grows with every change.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The classes as they are now.
    pub fn classes(&self) -> &Arc<ClassList> {
        &self.list
    }

    /// The id of the class that was named `name` at a revision. A class that does not exist is added; this is
    /// not a step of undo. `None` if the class was deleted since.
    pub fn adopt(&mut self, name: &str, colour: Option<Colour>, revision: u64) -> Option<ClassId> {
        self.adopt_all([(name.to_owned(), colour)], revision).remove(name)
    }

    /// Like [`OpenProject::adopt`], for many classes; by name.
    pub fn adopt_all(
        &mut self,
        classes: impl IntoIterator<Item = (String, Option<Colour>)>,
        revision: u64,
    ) -> HashMap<String, ClassId> {
        let current = classes.into_iter().filter_map(|(name, colour)| {
            let now = self.content.name_since(&name, revision)?.to_owned();
            Some((name, now, colour))
        });
        let current: Vec<_> = current.collect();
        let known: HashMap<&str, ClassId> =
            self.list.all().iter().map(|class| (&*class.name, class.id)).collect();
        if !current.iter().all(|(_, now, _)| known.contains_key(now.as_str())) {
            self.content.add_classes(current.iter().map(|(_, now, colour)| (now.clone(), *colour)));
            self.refresh_list();
        }
        let known: HashMap<&str, ClassId> =
            self.list.all().iter().map(|class| (&*class.name, class.id)).collect();
        current.iter().filter_map(|(name, now, _)| Some((name.clone(), *known.get(now.as_str())?))).collect()
    }

    /// Masks with the ids of their classes as they are now. Missing classes are added, and so are `classes`.
    pub fn with_class_ids(
        &mut self,
        masks: Vec<Annotation>,
        classes: impl IntoIterator<Item = (String, Option<Colour>)>,
    ) -> Vec<Annotation<ClassId>> {
        let named: Vec<_> = masks.iter().filter_map(|mask| Some((mask.class.clone()?, None))).collect();
        let ids = self.adopt_all(classes.into_iter().chain(named), self.content.revision());
        let with_id = |mask: Annotation| {
            let class = mask.class.as_ref().and_then(|name| ids.get(name).copied());
            mask.with_class(class)
        };
        masks.into_iter().map(with_id).collect()
    }

    /// Says whether the photos of the folder are the frames of a sequence. This is not a step of undo.
    pub fn set_sequence(&mut self, is_sequence: bool) {
        self.content.is_sequence = is_sequence;
        self.refresh_list();
    }

    /// Applies an edit as one step of undo. An edit without effect is not a step.
    pub fn edit(&mut self, edit: ProjectEdit) {
        let label = self.label(&edit);
        let (name_of, content) = (|id| self.list.get(id).map(|class| class.name.clone()), &mut self.content);
        let (classes, revision) = (content.classes.clone(), content.revision());
        let mut photo = None;
        match edit {
            ProjectEdit::AddClasses(classes) => content.add_classes(classes),
            ProjectEdit::RenameClass(id, name) => {
                if let Some(from) = name_of(id) {
                    content.rename_class(&from, &name);
                }
            }
            ProjectEdit::SetColour(id, colour) => {
                if let Some(name) = name_of(id) {
                    content.set_colour(&name, colour);
                }
            }
            ProjectEdit::SetKey(id, key) => {
                if let Some(name) = name_of(id) {
                    content.set_key(&name, key);
                }
            }
            ProjectEdit::RemoveClass(id) => {
                if let Some(name) = name_of(id) {
                    content.remove_class(&name);
                }
            }
            ProjectEdit::SetState(name, state) => {
                photo = Some((name.clone(), content.entry_of(&name)));
                content.set_state(&name, state);
            }
            ProjectEdit::SetAttributes(id, attributes) => {
                if let Some(name) = name_of(id) {
                    content.set_attributes(&name, attributes);
                }
            }
            ProjectEdit::SetTags(name, tags) => {
                photo = Some((name.clone(), content.entry_of(&name)));
                content.set_tags(&name, tags);
            }
            ProjectEdit::SetNote(name, note) => {
                photo = Some((name.clone(), content.entry_of(&name)));
                content.set_note(&name, &note);
            }
        }
        let change = match photo {
            Some((name, entry)) if entry != self.content.entry_of(&name) => Change::Photo { name, entry },
            None if classes != self.content.classes => {
                let log = self.inverse_log(revision, classes.len());
                Change::Classes { classes, log }
            }
            _ => return,
        };
        self.undo.push(Step { label, moment: Moment::now(), change });
        self.redo.clear();
        let surplus = self.undo.len().saturating_sub(STEPS);
        self.undo.drain(..surplus);
        self.refresh_list();
    }

    /// What takes back the entry that was logged after a revision, if there is one.
    fn inverse_log(&self, revision: u64, classes_before: usize) -> Log {
        match self.content.renames.last().filter(|rename| rename.revision > revision) {
            None => Log::None,
            Some(rename) => match &rename.to {
                Some(to) if self.content.classes.len() == classes_before => {
                    Log::Rename { from: to.clone(), to: rename.from.clone() }
                }
                _ => Log::Undo(rename.revision),
            },
        }
    }

    fn label(&self, edit: &ProjectEdit) -> ProjectLabel {
        match edit {
            ProjectEdit::AddClasses(classes) => match &classes[..] {
                [(name, _)] => ProjectLabel::AddClass(name.clone()),
                classes => ProjectLabel::AddClasses(classes.len()),
            },
            ProjectEdit::RenameClass(_, name) if self.list.named(name).is_some() => {
                ProjectLabel::MergeClasses
            }
            ProjectEdit::RenameClass(..) => ProjectLabel::RenameClass,
            ProjectEdit::SetColour(..) => ProjectLabel::ColourClass,
            ProjectEdit::SetKey(..) => ProjectLabel::ChangeKey,
            ProjectEdit::RemoveClass(_) => ProjectLabel::DeleteClass,
            ProjectEdit::SetState(photo, Some(PhotoState::Done)) => ProjectLabel::MarkDone(photo.clone()),
            ProjectEdit::SetState(photo, Some(PhotoState::Review)) => {
                ProjectLabel::MarkForReview(photo.clone())
            }
            ProjectEdit::SetState(photo, None) => ProjectLabel::ClearState(photo.clone()),
            ProjectEdit::SetAttributes(..) => ProjectLabel::ChangeAttributes,
            ProjectEdit::SetTags(photo, _) => ProjectLabel::ChangeTags(photo.clone()),
            ProjectEdit::SetNote(photo, _) => ProjectLabel::ChangeNote(photo.clone()),
        }
    }

    /// The change that undo would revert, and when it was made.
    pub fn next_undo(&self) -> Option<(&ProjectLabel, Moment)> {
        self.undo.last().map(|step| (&step.label, step.moment))
    }

    /// The change that redo would restore, and when it was made.
    pub fn next_redo(&self) -> Option<(&ProjectLabel, Moment)> {
        self.redo.last().map(|step| (&step.label, step.moment))
    }

    pub fn undo(&mut self) {
        if let Some(step) = self.undo.pop() {
            let step = self.swap(step);
            self.redo.push(step);
        }
    }

    pub fn redo(&mut self) {
        if let Some(step) = self.redo.pop() {
            let step = self.swap(step);
            self.undo.push(step);
        }
    }

    /// Makes a change; returns what takes it back.
    fn swap(&mut self, Step { label, moment, change }: Step) -> Step {
        let change = match change {
            Change::Photo { name, entry } => {
                let former = self.content.set_entry(&name, entry);
                Change::Photo { name, entry: former }
            }
            Change::Classes { classes, log } => {
                let classes = std::mem::replace(&mut self.content.classes, classes);
                Change::Classes { classes, log: self.swap_log(log) }
            }
        };
        self.refresh_list();
        Step { label, moment, change }
    }

    fn swap_log(&mut self, log: Log) -> Log {
        match log {
            Log::None => Log::None,
            Log::Rename { from, to } => {
                self.content.log(from.clone(), Some(to.clone()));
                Log::Rename { from: to, to: from }
            }
            Log::Remove { from, to } => {
                self.content.log(from, to);
                Log::Undo(self.content.revision())
            }
            Log::Undo(revision) => {
                let logged = self.content.renames.iter_mut().find(|rename| rename.revision == revision);
                logged.map_or(Log::None, |rename| {
                    rename.undone = true;
                    Log::Remove { from: rename.from.clone(), to: rename.to.clone() }
                })
            }
        }
    }

    /// Makes the list of classes again, with an id for each.
    fn refresh_list(&mut self) {
        self.generation += 1;
        self.compare();
        let revision = self.content.revision();
        let places: HashMap<&str, usize> =
            self.content.classes.iter().enumerate().map(|(i, class)| (&*class.name, i)).collect();
        let mut first = vec![None; self.content.classes.len()];
        let mut aliases = vec![];
        for (id, (name, since)) in (0..).map(ClassId).zip(&self.ids) {
            let now = self.content.name_since(name, *since);
            if let Some(place) = now.and_then(|now| places.get(now).copied()) {
                aliases.push((id, *first[place].get_or_insert(id)));
            }
        }
        let classes = self.content.classes.iter().zip(first).map(|(class, id)| {
            let id = id.unwrap_or_else(|| {
                self.ids.push((class.name.clone(), revision));
                ClassId(self.ids.len() as u64 - 1)
            });
            let ProjectClass { name, colour, key, attributes, .. } = class.clone();
            Class { id, name, colour, key, attributes }
        });
        let list = ClassList::new(classes.collect(), aliases, revision);
        if list != *self.list {
            self.list = Arc::new(list);
        }
    }

    /// The file, if there are changes to be saved to it.
    pub fn unsaved(&self) -> Option<&ProjectFile> {
        self.file.as_ref().filter(|_| self.is_changed)
    }

    fn compare(&mut self) {
        self.is_changed = self.file.as_ref().is_some_and(|file| *file.content() != self.content);
    }

    /// The file; `None` if changes are not saved.
    pub fn file(&self) -> Option<&ProjectFile> {
        self.file.as_ref()
    }

    /// Takes over the state of the file after it was read or written by another thread. `known` is the content
    /// that went into it from here.
    pub fn take_over(&mut self, file: ProjectFile, known: &Project) {
        let theirs = file.content().clone();
        self.file = Some(file);
        if theirs == *known {
            return self.compare();
        }
        let joined = merged(known, &self.content, &theirs);
        if (&joined.classes, &joined.renames) != (&self.content.classes, &self.content.renames) {
            self.follow_others(&joined);
        }
        self.content = joined;
        self.refresh_list();
    }

    /// Gives the ids names of the joined project. Undo would take back changes of others, so it is forgotten.
    fn follow_others(&mut self, joined: &Project) {
        let mut ours: Vec<_> = self.content.renames.iter().map(|rename| (&rename.from, &rename.to)).collect();
        let is_theirs = |rename: &&Rename| {
            let place = ours.iter().position(|ours| *ours == (&rename.from, &rename.to));
            place.map(|place| ours.remove(place)).is_none() && !rename.undone
        };
        let theirs: Vec<&Rename> = joined.renames.iter().filter(is_theirs).collect();
        for (name, since) in &mut self.ids {
            let Some(now) = self.content.name_since(name, *since) else { continue };
            let follow = |name: Option<String>, rename: &&Rename| match name {
                Some(name) if name == rename.from => rename.to.clone(),
                name => name,
            };
            if let Some(now) = theirs.iter().fold(Some(now.to_owned()), follow) {
                (*name, *since) = (now, joined.revision());
            }
            // A class that they deleted stays one of the former revision, from which it leads to nothing.
        }
        self.undo.clear();
        self.redo.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(project: &OpenProject) -> Vec<&str> {
        project.classes().all().iter().map(|class| &*class.name).collect()
    }

    fn name(project: &OpenProject, id: ClassId) -> Option<&str> {
        Some(&*project.classes().get(id)?.name)
    }

    fn with<const N: usize>(classes: [&str; N]) -> (OpenProject, [ClassId; N]) {
        let mut project = OpenProject::default();
        let ids = classes.map(|name| project.adopt(name, None, 0).unwrap());
        (project, ids)
    }

    #[test]
    fn ids_follow_renames_merges_deletion_and_undo() {
        let (mut project, [mug, cup, dog]) = with(["mug", "cup", "dog"]);
        project.edit(ProjectEdit::RenameClass(dog, "hound".into()));
        project.edit(ProjectEdit::RenameClass(mug, "cup".into()));
        assert_eq!((names(&project), name(&project, mug)), (vec!["cup", "hound"], Some("cup")));
        project.edit(ProjectEdit::RenameClass(cup, "beaker".into()));
        project.edit(ProjectEdit::RemoveClass(dog));
        assert_eq!([mug, cup, dog].map(|id| name(&project, id)), [Some("beaker"), Some("beaker"), None]);
        assert_eq!(project.adopt("mug", None, 0), project.adopt("beaker", None, 4));
        assert_eq!(project.adopt("hound", None, 2), None, "it was deleted since");
        (0..4).for_each(|_| project.undo());
        assert_eq!([mug, cup, dog].map(|id| name(&project, id)), [Some("mug"), Some("cup"), Some("dog")]);
        assert!(project.next_undo().is_none());
        (0..4).for_each(|_| project.redo());
        assert_eq!([mug, cup, dog].map(|id| name(&project, id)), [Some("beaker"), Some("beaker"), None]);
        (0..4).for_each(|_| project.undo());
        assert_eq!(names(&project), ["mug", "cup", "dog"]);
        // Sessions written before and after all this have the right names.
        let revision = project.content().revision();
        assert_eq!(
            ["mug", "dog"].map(|name| project.content().name_since(name, 0)),
            [Some("mug"), Some("dog")]
        );
        assert_eq!(project.content().name_since("cup", revision), Some("cup"));
    }

    #[test]
    fn edits_without_effect_are_no_steps_and_photos_have_theirs() {
        let (mut project, [cup]) = with(["cup"]);
        project.edit(ProjectEdit::AddClasses(vec![("cup".into(), None)]));
        project.edit(ProjectEdit::SetState("a.jpg".into(), None));
        assert!(project.next_undo().is_none());
        project.edit(ProjectEdit::SetState("a.jpg".into(), Some(PhotoState::Done)));
        project.edit(ProjectEdit::SetNote("a.jpg".into(), "dark".into()));
        project.edit(ProjectEdit::SetColour(cup, [1, 2, 3]));
        project.edit(ProjectEdit::SetKey(cup, Some(7)));
        assert_eq!(project.classes().of_key(7).unwrap().colour, [1, 2, 3]);
        (0..3).for_each(|_| project.undo());
        let entry = (project.content().state("a.jpg"), project.content().note("a.jpg"));
        assert_eq!(entry, (Some(PhotoState::Done), ""));
        project.redo();
        assert_eq!(project.content().note("a.jpg"), "dark");
    }

    #[test]
    fn very_many_classes_are_adopted_at_once() {
        let mut project = OpenProject::default();
        let classes: Vec<_> = (0..100_000).map(|i| (format!("c{i}"), None)).collect();
        for _ in 0..2 {
            assert_eq!(project.adopt_all(classes.clone(), 0).len(), 100_000);
        }
        assert_eq!(project.classes().all().len(), 100_000);
        project.edit(ProjectEdit::AddClasses(vec![("one more".into(), None)]));
        assert_eq!(project.classes().all().len(), 100_001);
    }

    #[test]
    fn two_windows_follow_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let open = || OpenProject::new(ProjectFile::open(dir.path()).unwrap());
        let sync = |project: &mut OpenProject| {
            let (mut file, sent) = (project.file.clone().unwrap(), project.content().clone());
            file.save(&sent).unwrap();
            project.take_over(file, &sent);
        };
        let mut a = open();
        let (mug, dog) = (a.adopt("mug", None, 0).unwrap(), a.adopt("dog", None, 0).unwrap());
        sync(&mut a);
        let mut b = open();
        let in_b = b.adopt("mug", None, 0).unwrap();
        b.edit(ProjectEdit::RenameClass(in_b, "cup".into()));
        a.edit(ProjectEdit::RenameClass(dog, "hound".into()));
        a.edit(ProjectEdit::SetState("a.jpg".into(), Some(PhotoState::Done)));
        sync(&mut b);
        sync(&mut a);
        sync(&mut b);
        assert!(a.unsaved().is_none() && b.unsaved().is_none());
        for project in [&a, &b] {
            assert_eq!(names(project), ["cup", "hound"]);
            assert_eq!(project.content().state("a.jpg"), Some(PhotoState::Done));
        }
        assert_eq!((name(&a, mug), name(&a, dog), name(&b, in_b)), (Some("cup"), Some("hound"), Some("cup")));
    }
}

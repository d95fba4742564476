//! Masks from files.

use std::collections::HashMap;
use std::path::PathBuf;

use super::messages::first_few;
use super::shell::Tinsel;
use super::state::{Projects, folder_of};
use super::tasks::{Dataset, ImportTarget};
use super::texts::import as texts;
use crate::annotation::Annotation;
use crate::colour::Colour;
use crate::document::{ClassId, Edit};
use crate::files::import::{Imported, NamedClasses, Problem};
use crate::files::project::ProjectEdit;

impl Tinsel {
    pub(super) fn import_target(&self) -> Option<ImportTarget> {
        let open = self.workspace.open.as_ref()?;
        Some(ImportTarget { id: open.id, path: open.photo.path.clone(), size: open.size() })
    }

    pub(super) fn import_file(&mut self, file: PathBuf) {
        if let Some(target) = self.import_target() {
            self.tasks.import_file(file, target, self.workspace.photos.clone());
        }
    }

    /// Reports how an import has ended.
    fn report_import(&mut self, summary: String, problems: Vec<Problem>) {
        if problems.is_empty() {
            return self.messages.news(summary);
        }
        let problems = problems.iter().map(|p| format!("{}: {}", p.place, p.what)).collect();
        self.messages.error(texts::with_problems(&summary, &first_few(problems)));
    }

    /// Adds masks from a file to a photo in the window, and reports the result.
    pub(super) fn imported(&mut self, photo: u64, imported: Imported) {
        let (masks, problems) = self.add_masks(photo, imported);
        self.report_import(texts::masks_imported(masks), problems);
    }

    /// Adds classes from a file, and reports how many are new.
    pub(super) fn import_classes(&mut self, classes: NamedClasses) {
        let count =
            |projects: &Projects| projects.current().map_or(0, |project| project.classes().all().len());
        let (before, read) = (count(&self.projects), classes.len());
        self.projects.edit(ProjectEdit::AddClasses(classes));
        self.messages.news(texts::classes_imported(count(&self.projects) - before, read));
    }

    /// Adds masks of several photos to those in the window, and reports about them and the others.
    pub(super) fn import_dataset(&mut self, dataset: Dataset, mut problems: Vec<Problem>) {
        let Dataset { here, photos: elsewhere, mut masks } = dataset;
        let mut photos = elsewhere.len();
        self.panels.filmstrip.forget(&elsewhere);
        for item in here {
            match self.workspace.id_at(&item.path, item.identity.size) {
                Some(id) => {
                    let (count, more) = self.add_masks(id, item.imported);
                    masks += count;
                    photos += 1;
                    problems.extend(more);
                }
                None => problems.push(Problem {
                    place: item.path.display().to_string(),
                    what: texts::photo_changed().into(),
                }),
            }
        }
        self.report_import(texts::masks_of_photos_imported(masks, photos), problems);
    }

    /// Adds masks from a file, as one step of undo; returns how many, and what was skipped.
    pub(super) fn add_masks(&mut self, photo: u64, imported: Imported) -> (usize, Vec<Problem>) {
        let Imported { masks, classes, problems } = imported;
        let count = masks.len();
        let masks = self.with_class_ids(photo, masks, classes);
        if let Some(document) = self.workspace.document_of(photo) {
            document.apply(Edit::Import(masks));
        }
        (count, problems)
    }

    /// Masks from elsewhere with the classes of a photo's project, which gets those that it does not have.
    pub(super) fn with_class_ids(
        &mut self,
        photo: u64,
        masks: Vec<Annotation>,
        classes: NamedClasses,
    ) -> Vec<Annotation<ClassId>> {
        let folder = self.workspace.path_of(photo).map(|path| folder_of(path));
        let Some(project) = folder.and_then(|folder| self.projects.of_folder(&folder)) else { return vec![] };
        let masks = project.with_class_ids(masks, classes);
        if let Some(document) = self.workspace.document_of(photo) {
            document.use_classes(project.classes().clone());
        }
        masks
    }

    /// The ids of classes in the project of a photo in the window, which gets those that it does not have.
    pub(super) fn adopt_classes(
        &mut self,
        photo: u64,
        classes: impl IntoIterator<Item = (String, Option<Colour>)>,
    ) -> HashMap<String, ClassId> {
        let folder = self.workspace.path_of(photo).map(|path| folder_of(path));
        let Some(project) = folder.and_then(|folder| self.projects.of_folder(&folder)) else {
            return HashMap::new();
        };
        let ids = project.adopt_all(classes, project.content().revision());
        if let Some(document) = self.workspace.document_of(photo) {
            document.use_classes(project.classes().clone());
        }
        ids
    }
}

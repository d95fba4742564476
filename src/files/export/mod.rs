//! Writing masks to files for other programs: the common part of all formats.

mod dataset;
mod losses;
mod part_lists;
mod plan;
mod shared_lists;
mod split;

use std::path::{Path, PathBuf};

use self::shared_lists::{ClassLists, write_with_lists};
use super::atomic::{FileSet, WriteError};
use super::formats::class_list::ClassList;
use super::formats::definition::Subject;
use super::formats::destination::Destination;
use super::formats::{ExportOptions, Format};
use super::photo::{Photo, name_of};
use crate::annotation::Annotation;

pub use dataset::{DatasetExport, Exported, PhotoExportError, Wanted};
pub use losses::{Loss, Losses, losses};
pub use plan::{Plan, plan, plan_dataset};
pub use split::{Split, SplitList, SplitListError};

/// Like [`export_with`], with the default options.
///
/// # Errors
/// Those of [`export_with`].
pub fn export(
    photo: &Photo,
    masks: &[Annotation],
    format: Format,
    folder: &Path,
    overwrite: bool,
) -> Result<Vec<PathBuf>, WriteError> {
    export_with(photo, masks, format, &ExportOptions::default(), folder, overwrite)
}

/// Writes masks of a photo into a folder, all files or none.
///
/// # Errors
/// [`WriteError::Exists`] if a file exists and `overwrite` is false; nothing is written then. A class list
/// that cannot be read; too many masks for the format.
pub fn export_with(
    photo: &Photo,
    masks: &[Annotation],
    format: Format,
    options: &ExportOptions,
    folder: &Path,
    overwrite: bool,
) -> Result<Vec<PathBuf>, WriteError> {
    let to = Destination::new(folder, &photo.path);
    let add = |set: &mut FileSet| {
        let mut classes = ClassList::default();
        add_export(set, format, &Subject { photo, masks, options, to: &to }, &mut classes)?;
        Ok(ClassLists::from([(format, classes)]))
    };
    let locked = format.has_class_list().then_some(folder);
    write_with_lists(locked, overwrite, add).map(|(files, _)| files)
}

/// Adds the files of an export ([`planned_files`]) to a set. The class list of a folder continues `classes`,
/// the list of the previous folders, and `classes` becomes that list.
///
/// # Errors
/// Those of [`export_with`].
fn add_export(
    set: &mut FileSet,
    format: Format,
    subject: &Subject,
    classes: &mut ClassList,
) -> Result<(), WriteError> {
    format.definition().add(set, subject, classes)?;
    let Subject { photo, options, to, .. } = subject;
    photo_copy(&photo.path, format, options, to).map_or(Ok(()), |copy| copy_photo(set, photo, &copy))
}

/// The files that an export will write, in the masks' order. The same input always gives the same names.
fn planned_files(
    photo: &Path,
    masks: &[Annotation],
    format: Format,
    options: &ExportOptions,
    to: &Destination,
) -> Vec<PathBuf> {
    let mut files = format.definition().files(masks, options, to);
    files.extend(photo_copy(photo, format, options, to));
    files
}

/// The destination of the photo's copy, if there is one.
fn photo_copy(photo: &Path, format: Format, options: &ExportOptions, to: &Destination) -> Option<PathBuf> {
    let folder = format.definition().photo_folder(to.part).filter(|_| options.copy_photo)?;
    Some(to.folder.join(folder).join(name_of(photo)))
}

/// Whether all photos in a folder share this file.
fn is_shared(file: &Path) -> bool {
    let mut shared = Format::ALL.iter().flat_map(|format| format.definition().shared_files());
    file.file_name().is_some_and(|name| shared.any(|shared| name == *shared))
}

/// Copies the photo's file, unless source and target are the same file.
fn copy_photo(set: &mut FileSet, photo: &Photo, copy: &Path) -> Result<(), WriteError> {
    let same = |path: &Path| path.canonicalize().ok();
    let original = photo.file();
    if same(copy).is_some_and(|there| same(&original) == Some(there)) {
        return Ok(());
    }
    set.add(copy, |out| {
        let failed = |e| format!("{} cannot be copied: {e}", original.display());
        let mut file = std::fs::File::open(&original).map_err(failed)?;
        std::io::copy(&mut file, out).map(drop).map_err(failed)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::files::formats::tests::subject;
    use crate::mask::Mask;

    #[test]
    fn every_format_writes_what_it_planned_and_asks_before_overwriting() {
        let (mut photo, masks) = subject();
        let source = tempfile::tempdir().unwrap();
        photo.path = source.path().join("photo.one.jpg");
        std::fs::write(&photo.path, b"not changed").unwrap();
        for (format, copy_photo) in Format::ALL.into_iter().flat_map(|f| [(f, false), (f, true)]) {
            let dir = tempfile::tempdir().unwrap();
            let options = ExportOptions { copy_photo, ..ExportOptions::default() };
            let to = Destination::new(dir.path(), &photo.path);
            let planned = planned_files(&photo.path, &masks, format, &options, &to);
            let write = |overwrite| export_with(&photo, &masks, format, &options, dir.path(), overwrite);
            assert_eq!(write(false).unwrap(), planned, "{format:?}");
            assert!(planned.iter().all(|f| f.metadata().unwrap().len() > 0));
            assert!(matches!(write(false), Err(WriteError::Exists { .. })), "{format:?}");
            let contents = || planned.iter().map(|f| std::fs::read(f).unwrap()).collect::<Vec<_>>();
            let before = contents();
            write(true).unwrap();
            assert_eq!(contents(), before, "{format:?}");
        }
    }

    #[test]
    fn every_format_takes_masks_without_pixels_and_no_masks_at_all() {
        let (photo, mut masks) = subject();
        masks[0].mask = Arc::new(Mask::from_fn(6, 4, |_, _| false));
        for format in Format::ALL {
            for masks in [&masks[..], &[]] {
                let dir = tempfile::tempdir().unwrap();
                export(&photo, masks, format, dir.path(), false).unwrap();
            }
        }
    }
}

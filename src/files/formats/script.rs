//! The files of common scripts for SAM 2: a combined overlay, and for each mask a cut-out and a coloured
//! layer.

use std::path::{Path, PathBuf};

use super::ExportOptions;
use super::class_list::ClassList;
use super::definition::{Definition, Keeps, Shape, Subject};
use super::destination::Destination;
use crate::annotation::Annotation;
use crate::files::drawing::{add_png, colour_layer, cutout, largest_first, overlay};
use crate::files::{FileSet, Photo, WriteError};

pub struct Script;

impl Definition for Script {
    fn key(&self) -> &'static str {
        "script"
    }

    fn label(&self) -> &'static str {
        "Overlay and layers of the SAM 2 script (PNG)"
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        Keeps::all_with(Shape::Illustration)
    }

    fn files(&self, masks: &[Annotation], options: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        ScriptFiles::new(&to.stem, &options.model, &to.folder).all(masks.len())
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        let &Subject { photo, masks, options, to } = subject;
        ScriptFiles::new(&to.stem, &options.model, &to.folder).add(set, photo, masks, true)
    }
}

/// The destination of a photo's files.
pub struct ScriptFiles {
    /// `NAME_combined_overlay_MODEL.png`
    pub combined: PathBuf,
    /// `NAME_MODEL/`, with `NAME_mask_I.png` and `NAME_mask_I_overlay.png` for each mask.
    segments: PathBuf,
    /// `NAME`
    stem: String,
}

impl ScriptFiles {
    /// The files in a folder for a photo named `stem`.
    pub fn new(stem: &str, model: &str, folder: &Path) -> Self {
        Self {
            combined: folder.join(format!("{stem}_combined_overlay_{model}.png")),
            segments: folder.join(format!("{stem}_{model}")),
            stem: stem.into(),
        }
    }

    /// Cut-out and coloured layer of mask `i`.
    fn segment(&self, i: usize) -> [PathBuf; 2] {
        ["", "_overlay"].map(|kind| self.segments.join(format!("{}_mask_{i}{kind}.png", self.stem)))
    }

    /// All files for this number of masks, in the order of [`ScriptFiles::add`].
    fn all(&self, masks: usize) -> Vec<PathBuf> {
        let layer_first = |i| {
            let [cutout, layer] = self.segment(i);
            [layer, cutout]
        };
        (0..masks).rev().flat_map(layer_first).chain([self.combined.clone()]).collect()
    }

    /// Whether a previous run has completed these files. The order of [`ScriptFiles::add`] shows it without
    /// knowing the number of masks.
    pub fn are_complete(&self, segment_images: bool) -> bool {
        let empty = || std::fs::read_dir(&self.segments).is_ok_and(|mut entries| entries.next().is_none());
        self.combined.exists() && (!segment_images || self.segment(0)[0].exists() || empty())
    }

    /// Adds the combined overlay (the photo with all masks drawn over it). With `segment_images`, also adds
    /// for each mask the photo with the mask as alpha, and a layer in one colour at half opacity. Masks are
    /// numbered from 0 by area, largest first; the lowest number is added last, followed by the overlay.
    ///
    /// # Errors
    /// See [`FileSet::check`].
    pub fn add(
        &self,
        set: &mut FileSet,
        photo: &Photo,
        masks: &[Annotation],
        segment_images: bool,
    ) -> Result<(), WriteError> {
        let mut order = masks.to_vec();
        largest_first(&mut order);
        if segment_images {
            // Created even if it stays empty: a photo without masks is done, too.
            std::fs::create_dir_all(&self.segments)
                .map_err(|cause| WriteError::Unwritable { path: self.segments.clone(), cause })?;
            for (i, item) in order.iter().enumerate().rev() {
                let [alone, layer] = self.segment(i);
                add_png(set, &layer, &colour_layer(item).into())?;
                add_png(set, &alone, &cutout(&photo.pixels, &item.mask, false).into())?;
            }
        }
        add_png(set, &self.combined, &overlay(&photo.pixels, &order).into())
    }
}

/// Removes the segment images of a previous run that found more masks, so that the folder contains only one
/// run.
///
/// # Errors
/// [`WriteError::Unwritable`] naming the first file that cannot be removed.
pub fn remove_leftovers(files: &ScriptFiles, masks: usize) -> Result<(), WriteError> {
    let stale = (masks..).map(|i| files.segment(i)).take_while(|pair| pair.iter().any(|f| f.exists()));
    for path in stale.flatten().filter(|file| file.exists()) {
        std::fs::remove_file(&path).map_err(|cause| WriteError::Unwritable { path, cause })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::subject;
    use super::*;

    #[test]
    fn the_files_have_the_scripts_names_and_order() {
        let (photo, masks) = subject();
        let dir = tempfile::tempdir().unwrap();
        let script = ScriptFiles::new(&photo.stem(), "mobile-sam", dir.path());
        let mut set = FileSet::new(false);
        script.add(&mut set, &photo, &masks, true).unwrap();
        let files = set.commit().unwrap();
        let names: Vec<_> =
            files.iter().map(|f| f.strip_prefix(dir.path()).unwrap().to_str().unwrap()).collect();
        let expected = [
            "photo.one_mobile-sam/photo.one_mask_1_overlay.png",
            "photo.one_mobile-sam/photo.one_mask_1.png",
            "photo.one_mobile-sam/photo.one_mask_0_overlay.png",
            "photo.one_mobile-sam/photo.one_mask_0.png",
            "photo.one_combined_overlay_mobile-sam.png",
        ];
        assert_eq!(names, expected);
        let layer = image::open(&files[2]).unwrap().into_rgba8();
        assert_eq!(layer.get_pixel(1, 0).0, [255, 0, 0, 127], "the largest mask comes first");
        assert_eq!(layer.get_pixel(0, 0).0[3], 0);

        assert!(script.are_complete(true));
        remove_leftovers(&script, 1).unwrap();
        assert!(files[2].exists() && !files[1].exists() && !files[0].exists());
        std::fs::remove_file(&files[3]).unwrap();
        assert!(script.are_complete(false) && !script.are_complete(true));
        std::fs::remove_file(&files[4]).unwrap();
        assert!(!script.are_complete(false));
    }

    #[test]
    fn a_photo_without_masks_is_complete_once_its_overlay_is_there() {
        let (photo, _) = subject();
        let dir = tempfile::tempdir().unwrap();
        let script = ScriptFiles::new(&photo.stem(), "mobile-sam", dir.path());
        let mut set = FileSet::new(false);
        script.add(&mut set, &photo, &[], true).unwrap();
        assert!(!script.are_complete(true));
        set.commit().unwrap();
        assert!(script.are_complete(true));
    }
    #[test]
    #[cfg(unix)]
    fn all_files_are_in_a_folder_whose_name_is_no_text() {
        use std::os::unix::ffi::OsStrExt;
        let folder = Path::new(std::ffi::OsStr::from_bytes(b"out\xff"));
        let files = ScriptFiles::new("a", "mobile-sam", folder).all(2);
        assert!(files.len() == 5 && files.iter().all(|file| file.starts_with(folder)), "{files:?}");
    }
}

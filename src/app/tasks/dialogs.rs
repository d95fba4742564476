//! Dialogs of the system; one at a time.

use std::path::PathBuf;

use super::figure::{FigureSide, write_figure};
use super::{Kind, Outcome, Tasks};
use crate::app::models::MODEL_EXTENSIONS;
use crate::app::texts::dialogs as texts;
use crate::files::export::SplitList;
use crate::files::import::read_classes;
use crate::files::{FILM_EXTENSIONS, PHOTO_EXTENSIONS, Photo, mask_extensions};

impl Tasks {
    /// Shows a dialog; a second one is not opened while one is open.
    pub(super) fn spawn_dialog(&mut self, run: impl FnOnce() -> Outcome + Send + 'static) {
        if !self.is_running(Kind::Dialog) {
            self.spawn(Kind::Dialog, run);
        }
    }

    pub fn pick_photos(&mut self, dialog: rfd::FileDialog) {
        let extensions = [PHOTO_EXTENSIONS, FILM_EXTENSIONS].concat();
        let dialog =
            dialog.set_title(texts::open_photos()).add_filter(texts::photos(), &in_both_cases(&extensions));
        self.spawn_dialog(|| Outcome::Picked(dialog.pick_files().unwrap_or_default()));
    }

    pub fn pick_folder(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog.set_title(texts::open_folder());
        self.spawn_dialog(|| Outcome::Picked(dialog.pick_folder().into_iter().collect()));
    }

    pub fn pick_model(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog.set_title(texts::open_model()).add_filter(texts::models(), MODEL_EXTENSIONS);
        self.spawn_dialog(|| Outcome::PickedModel(dialog.pick_file()));
    }

    /// Asks for the file of a model for a side of a comparison.
    pub fn pick_compared_model(&mut self, dialog: rfd::FileDialog, side: usize) {
        let dialog = dialog.set_title(texts::open_model()).add_filter(texts::models(), MODEL_EXTENSIONS);
        self.spawn_dialog(move || Outcome::PickedComparedModel(side, dialog.pick_file()));
    }

    pub fn pick_export_folder(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog.set_title(texts::export_to());
        self.spawn_dialog(|| Outcome::PickedExportFolder(dialog.pick_folder()));
    }

    /// Asks for a list of photos and their parts of a dataset.
    pub fn pick_split_list(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog.set_title(texts::split_list()).add_filter(texts::text(), &["txt"]);
        self.spawn_dialog(|| {
            let read = |file: PathBuf| SplitList::read(&file).map(|list| (file, list));
            Outcome::PickedSplitList(dialog.pick_file().map(read))
        });
    }

    /// Asks for a folder for work that cannot be saved in its place.
    pub fn pick_saving_folder(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog.set_title(texts::save_in());
        self.spawn_dialog(|| Outcome::PickedSavingFolder(dialog.pick_folder()));
    }

    /// Asks for a file with masks.
    pub fn pick_masks(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog
            .set_title(texts::import_masks())
            .add_filter(texts::masks(), &in_both_cases(&mask_extensions()));
        self.spawn_dialog(move || Outcome::PickedMasks(dialog.pick_file()));
    }

    /// Asks for a file with classes and reads them.
    pub fn pick_classes(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog
            .set_title(texts::import_classes())
            .add_filter(texts::classes(), &in_both_cases(&["txt", "names", "yaml", "yml", "json"]));
        self.spawn_dialog(move || {
            let read = |file: std::path::PathBuf| read_classes(&file).map_err(|error| error.to_string());
            Outcome::ReadClasses(dialog.pick_file().map(read))
        });
    }

    /// Asks for a file and writes the picture of a comparison there.
    pub fn save_figure(&mut self, dialog: rfd::FileDialog, photo: Photo, sides: [FigureSide; 2]) {
        let dialog = dialog.set_title(texts::save_comparison()).add_filter("PNG", &["png"]);
        self.spawn_dialog(move || {
            let Some(file) = dialog.save_file() else { return Outcome::Saved(None) };
            // The dialog has asked whether to replace a file.
            Outcome::Saved(Some(write_figure(&photo, &sides, &file).map(|()| file)))
        });
    }
}

/// Extensions as dialogs want them, which tell `JPG` from `jpg`.
pub(super) fn in_both_cases(extensions: &[&str]) -> Vec<String> {
    extensions.iter().flat_map(|e| [(*e).to_owned(), e.to_uppercase()]).collect()
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, ImageFormat, Luma};

    use super::*;
    use crate::files::import::import;

    #[test]
    fn the_dialog_offers_the_pictures_that_can_be_imported() {
        let dir = tempfile::tempdir().unwrap();
        let mask = GrayImage::from_fn(8, 6, |x, _| Luma([if x < 3 { 255 } else { 0 }]));
        let mut offered = vec![];
        for extension in mask_extensions() {
            let file = dir.path().join("mask").with_extension(extension);
            if ImageFormat::from_extension(extension).is_some() {
                mask.save(&file).unwrap();
                let imported = import(&file, (8, 6), "photo.jpg").unwrap();
                assert_eq!(imported.masks[0].mask.area(), 18, "{extension}");
                offered.push(extension);
            }
        }
        assert_eq!(offered, ["png", "tif", "tiff", "bmp"]);
    }
}

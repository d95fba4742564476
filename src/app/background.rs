//! Slow things that are not the network's: reading photos, dialogs, exporting. Each runs on a
//! thread of its own and comes back as an [`Outcome`].

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::export_task::{ExportJob, Progress, Written};
use super::models::MODEL_EXTENSIONS;
use crate::annotation::Annotation;
use crate::document::{MaskItem, Reshape, ShapeOp, reshape};
use crate::files::drawing::{Panel, add_figure, binary, cutout};
use crate::files::export::Plan;
use crate::files::import::{
    ForPhoto, ImportError, Imported, Problem, add_to_sessions, import, import_dataset, masks_among,
    photos_named,
};
use crate::files::session::{Loaded, Session, SessionError};
use crate::files::{
    FileSet, PHOTO_EXTENSIONS, Photo, PhotoError, WriteError, mask_extensions, photos_beside, photos_in,
};
use crate::mask::Mask;

/// What came of a slow thing.
pub(super) enum Outcome {
    /// The user picked files or a folder to open; empty when the dialog was cancelled.
    Picked(Vec<PathBuf>),
    PickedModel(Option<PathBuf>),
    PickedExportFolder(Option<PathBuf>),
    PickedSavingFolder(Option<PathBuf>),
    /// The photos to leaf through, and which of them to show first; and masks of a photo that was open.
    Listed {
        request: u64,
        photos: Vec<PathBuf>,
        first: usize,
        problems: Vec<String>,
        masks: Vec<(u64, Imported)>,
    },
    /// A photo that may be opened next has been read; `None` if that failed.
    Decoded {
        path: PathBuf,
        decoded: Option<Decoded>,
    },
    Opened {
        request: u64,
        result: Result<Photo, PhotoError>,
        /// What was kept about the photo; `None` if it has no file that something could lie beside.
        session: Option<Box<Result<Loaded, SessionError>>>,
    },
    /// What an export would do; `None` when that was cancelled.
    Planned(Option<Plan>),
    Exported {
        folder: PathBuf,
        result: Result<Written, WriteError>,
    },
    /// A file was written where the user said; `None` when the dialog was cancelled.
    Saved(Option<Result<PathBuf, WriteError>>),
    PickedMasks(Option<PathBuf>),
    /// A file is about several photos.
    HasMasksOf {
        file: PathBuf,
        photos: Vec<PathBuf>,
    },
    /// Masks of a photo were read from a file.
    Imported {
        photo: u64,
        result: Result<Imported, ImportError>,
    },
    /// Masks of several photos were read from a file, and what was left out.
    ReadAll(Result<(Vec<ForPhoto>, Vec<Problem>), String>),
    /// They were added to what is kept about photos that are not in the window.
    ImportedAll(Result<(Dataset, Vec<Problem>), String>),
    /// A picture for the clipboard.
    Copied(egui::ColorImage),
    /// Masks of a photo were given another shape.
    Reshaped {
        photo: u64,
        /// The masks as they were.
        of: Vec<Arc<MaskItem>>,
        reshape: Reshape,
    },
    /// The task panicked.
    Broken(Task),
}

/// What a task is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Dialog,
    Opening,
    PlanningExport,
    Exporting,
    Importing,
    Other,
}

/// A photo, and the file that it was read from.
#[derive(Clone)]
pub(super) struct Decoded {
    pub photo: Photo,
    stamp: Option<(u64, SystemTime)>,
}

impl Decoded {
    fn open(path: &Path) -> Result<Self, PhotoError> {
        let stamp = stamp(path);
        Ok(Self { photo: Photo::open(path)?, stamp })
    }
}

/// Length and time of the last change of a file.
fn stamp(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

/// Starts slow tasks and collects their outcomes.
pub(super) struct Background {
    sender: Sender<Outcome>,
    receiver: Receiver<Outcome>,
    ctx: egui::Context,
    running: usize,
    /// Tasks that write files, which the end of the program waits for.
    writing: Vec<JoinHandle<()>>,
    dialog_open: bool,
}

impl Background {
    pub fn new(ctx: egui::Context) -> Self {
        let (sender, receiver) = unbounded();
        Self { sender, receiver, ctx, running: 0, writing: vec![], dialog_open: false }
    }

    /// The next outcome, if one has come.
    pub fn next(&mut self) -> Option<Outcome> {
        let outcome = self.receiver.try_recv().ok()?;
        self.running -= 1;
        use Outcome::{
            Broken, Picked, PickedExportFolder, PickedMasks, PickedModel, PickedSavingFolder, Saved,
        };
        if matches!(
            outcome,
            Picked(_)
                | PickedModel(_)
                | PickedExportFolder(_)
                | PickedSavingFolder(_)
                | Saved(_)
                | PickedMasks(_)
                | Broken(Task::Dialog)
        ) {
            self.dialog_open = false;
        }
        Some(outcome)
    }

    /// The window's context.
    pub fn ctx(&self) -> &egui::Context {
        &self.ctx
    }

    /// Whether a task is running.
    pub fn is_busy(&self) -> bool {
        self.running > 0
    }

    fn spawn(&mut self, task: Task, run: impl FnOnce() -> Outcome + Send + 'static) {
        self.running += 1;
        let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
        let thread = std::thread::spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(run)).unwrap_or(Outcome::Broken(task));
            // The window may have closed meanwhile; then nobody needs the outcome.
            let _ = sender.send(outcome);
            ctx.request_repaint();
        });
        self.writing.retain(|thread| !thread.is_finished());
        if matches!(task, Task::Exporting | Task::Importing) {
            self.writing.push(thread);
        }
    }

    /// Waits for tasks that write files, for the end of the program.
    pub fn flush(&mut self, patience: Duration) {
        let until = Instant::now() + patience;
        while self.writing.iter().any(|thread| !thread.is_finished()) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Shows a dialog; a second one is not opened while one is open.
    fn spawn_dialog(&mut self, run: impl FnOnce() -> Outcome + Send + 'static) {
        if !self.dialog_open {
            self.dialog_open = true;
            self.spawn(Task::Dialog, run);
        }
    }

    pub fn pick_photos(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog.set_title("Open photos").add_filter("Photos", &in_both_cases(PHOTO_EXTENSIONS));
        self.spawn_dialog(|| Outcome::Picked(dialog.pick_files().unwrap_or_default()));
    }

    pub fn pick_folder(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog.set_title("Open a folder of photos");
        self.spawn_dialog(|| Outcome::Picked(dialog.pick_folder().into_iter().collect()));
    }

    pub fn pick_model(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog.set_title("Open a model").add_filter("Models", MODEL_EXTENSIONS);
        self.spawn_dialog(|| Outcome::PickedModel(dialog.pick_file()));
    }

    pub fn pick_export_folder(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog.set_title("Export to");
        self.spawn_dialog(|| Outcome::PickedExportFolder(dialog.pick_folder()));
    }

    /// Asks for a folder for work that cannot be saved in its place.
    pub fn pick_saving_folder(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog.set_title("Save the work in");
        self.spawn_dialog(|| Outcome::PickedSavingFolder(dialog.pick_folder()));
    }

    /// Changes the shape of masks of a photo, given in the order of the list.
    pub fn reshape(&mut self, photo: u64, items: Vec<Arc<MaskItem>>, op: ShapeOp) {
        self.spawn(Task::Other, move || Outcome::Reshaped { photo, reshape: reshape(&items, op), of: items });
    }

    /// Asks for a file with masks.
    pub fn pick_masks(&mut self, dialog: rfd::FileDialog) {
        let dialog = dialog.set_title("Import masks").add_filter("Masks", &in_both_cases(&mask_extensions()));
        self.spawn_dialog(move || Outcome::PickedMasks(dialog.pick_file()));
    }

    /// Reads masks of the open photo from a file, unless others of these photos are meant, too.
    pub fn import_file(&mut self, file: PathBuf, open: ImportTarget, photos: Vec<PathBuf>) {
        self.spawn(Task::Other, move || match photos_named(&file, &photos) {
            Ok(named) if named.iter().any(|photo| *photo != open.path) => {
                Outcome::HasMasksOf { file, photos: named }
            }
            // If the file cannot be read, this tells why.
            _ => open.import(&file),
        });
    }

    /// Reads masks of the open photo from a file.
    pub fn import_here(&mut self, file: PathBuf, open: ImportTarget) {
        self.spawn(Task::Other, move || open.import(&file));
    }

    /// Reads masks of photos from a file.
    pub fn read_dataset(&mut self, file: PathBuf, photos: Vec<PathBuf>) {
        self.spawn(Task::Other, move || {
            Outcome::ReadAll(import_dataset(&file, &photos).map_err(|e| e.to_string()))
        });
    }

    /// Adds masks to what is kept about those of the photos that are not in the window.
    pub fn import_all(&mut self, found: Vec<ForPhoto>, problems: Vec<Problem>, in_window: HashSet<PathBuf>) {
        self.spawn(Task::Importing, move || {
            let (here, elsewhere): (Vec<_>, Vec<_>) =
                found.into_iter().partition(|item| in_window.contains(&item.path));
            let masks = elsewhere.iter().map(|item| item.imported.masks.len()).sum();
            let mut problems = problems;
            problems.extend(elsewhere.iter().flat_map(|item| item.imported.problems.clone()));
            let photos = elsewhere.iter().map(|item| item.path.clone()).collect();
            let added = add_to_sessions(elsewhere).map_err(|e| format!("{e}. Nothing was imported."));
            Outcome::ImportedAll(added.map(|()| (Dataset { here, photos, masks }, problems)))
        });
    }

    /// Makes a picture of a mask: the cut-out, or the whole mask white on black.
    pub fn copy(&mut self, mask: Arc<Mask>, photo: Arc<image::RgbImage>, whole: bool) {
        self.spawn(Task::Other, move || {
            let picture = if whole {
                image::DynamicImage::from(binary(&mask)).into_rgba8()
            } else {
                cutout(&photo, &mask, true)
            };
            let size = [picture.width() as usize, picture.height() as usize];
            Outcome::Copied(egui::ColorImage::from_rgba_unmultiplied(size, &picture))
        });
    }

    /// Asks for a file and writes the picture of a comparison there.
    pub fn save_figure(&mut self, dialog: rfd::FileDialog, photo: Photo, sides: [FigureSide; 2]) {
        let dialog = dialog.set_title("Save the comparison").add_filter("PNG", &["png"]);
        self.spawn_dialog(move || {
            let Some(file) = dialog.save_file() else { return Outcome::Saved(None) };
            // The dialog has asked whether to replace a file.
            Outcome::Saved(Some(write_figure(&photo, &sides, &file).map(|()| file)))
        });
    }

    /// Finds the photos that files and folders stand for. Those that are pictures of masks of the open photo are
    /// read as such, if one is given.
    pub fn list(&mut self, request: u64, mut paths: Vec<PathBuf>, open: Option<ImportTarget>) {
        self.spawn(Task::Opening, move || {
            let masks = open.map_or(vec![], |open| take_masks(&mut paths, &open));
            list(request, &paths, masks)
        });
    }

    /// Reads a photo that may be opened next.
    pub fn decode(&mut self, path: PathBuf) {
        self.spawn(Task::Other, move || {
            let decoded = Decoded::open(&path).ok();
            Outcome::Decoded { path, decoded }
        });
    }

    /// Reads a photo; `known` spares decoding it if the file has not changed since.
    pub fn open(&mut self, request: u64, path: PathBuf, known: Option<Decoded>) {
        self.spawn(Task::Opening, move || {
            let known = known.filter(|known| known.stamp.is_some() && known.stamp == stamp(&path));
            let result = known.map_or_else(|| Photo::open(&path), |known| Ok(known.photo));
            let load = |photo: &Photo| Session::load(&path, photo.pixels.dimensions(), photo.fingerprint);
            let session = result.as_ref().ok().map(load).map(Box::new);
            Outcome::Opened { request, result, session }
        });
    }

    /// Opens a photo that comes with the program, and puts it into a folder, so that sessions can lie beside it.
    /// Without one, what is made of it is not kept.
    pub fn open_bytes(&mut self, request: u64, path: PathBuf, bytes: &'static [u8], is_kept: bool) {
        self.spawn(Task::Opening, move || {
            if is_kept && let Err(error) = put(&path, bytes) {
                // It can be shown all the same, and whether work can be kept is told when there is some.
                log::warn!("{}: cannot be written: {error}", path.display());
            }
            let result = Photo::from_bytes(&path, bytes);
            let load = |photo: &Photo| Session::load(&path, photo.pixels.dimensions(), photo.fingerprint);
            let session = result.as_ref().ok().filter(|_| is_kept).map(load).map(Box::new);
            Outcome::Opened { request, result, session }
        });
    }

    /// Finds out what an export would do.
    pub fn plan_export(&mut self, job: ExportJob) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        let own = progress.clone();
        self.spawn(Task::PlanningExport, move || Outcome::Planned(job.plan(&own)));
        progress
    }

    pub fn export(&mut self, job: ExportJob) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        let (own, ctx) = (progress.clone(), self.ctx.clone());
        self.spawn(Task::Exporting, move || {
            let result = job.write(&own, || ctx.request_repaint());
            Outcome::Exported { folder: job.folder, result }
        });
        progress
    }
}

/// The open photo, as far as importing needs it.
pub(super) struct ImportTarget {
    pub id: u64,
    pub path: PathBuf,
    pub size: (u32, u32),
}

impl ImportTarget {
    fn import(self, file: &Path) -> Outcome {
        Outcome::Imported { photo: self.id, result: import(file, self.size, &self.path) }
    }
}

/// Masks of several photos.
pub(super) struct Dataset {
    /// Of photos in the window, to be added there.
    pub here: Vec<ForPhoto>,
    /// The others, and how many masks were added to them.
    pub photos: Vec<PathBuf>,
    pub masks: usize,
}

/// One side of the picture of a comparison.
pub(super) struct FigureSide {
    pub title: String,
    pub note: String,
    pub masks: Vec<Annotation>,
}

fn write_figure(photo: &Photo, sides: &[FigureSide; 2], file: &Path) -> Result<(), WriteError> {
    let [a, b] = sides.each_ref().map(|side| Panel {
        title: side.title.clone(),
        note: side.note.clone(),
        masks: &side.masks,
    });
    let mut set = FileSet::new(true);
    add_figure(&mut set, photo, &a, &b, file)?;
    set.commit().map(|_| ())
}

/// Writes a file, unless it is there already.
fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if std::fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::write(path, bytes)
}

/// Extensions as dialogs want them, which tell `JPG` from `jpg`.
fn in_both_cases(extensions: &[&str]) -> Vec<String> {
    extensions.iter().flat_map(|e| [(*e).to_owned(), e.to_uppercase()]).collect()
}

/// Takes pictures of masks of the open photo away from files that may be photos, and reads them.
fn take_masks(paths: &mut Vec<PathBuf>, open: &ImportTarget) -> Vec<(u64, Imported)> {
    let found = masks_among(paths, open.size);
    let places: HashSet<usize> = found.iter().map(|(place, _)| *place).collect();
    let mut place = 0..;
    paths.retain(|_| place.next().is_none_or(|place| !places.contains(&place)));
    found.into_iter().map(|(_, imported)| (open.id, imported)).collect()
}

/// A single photo brings its whole folder along; several photos are taken as they are.
fn list(request: u64, paths: &[PathBuf], masks: Vec<(u64, Imported)>) -> Outcome {
    let mut problems = vec![];
    if let [photo] = paths
        && !photo.is_dir()
    {
        let photos = photos_beside(photo);
        let first = photos.iter().position(|p| p.file_name() == photo.file_name()).unwrap_or(0);
        return Outcome::Listed { request, photos, first, problems, masks };
    }
    let mut photos = vec![];
    for path in paths {
        if path.is_dir() {
            match photos_in(path) {
                Ok(found) if found.is_empty() => {
                    problems.push(format!("{}: holds no photos", path.display()));
                }
                Ok(found) => photos.extend(found),
                Err(e) => problems.push(format!("{}: the folder cannot be read: {e}", path.display())),
            }
        } else {
            photos.push(path.clone());
        }
    }
    Outcome::Listed { request, photos, first: 0, problems, masks }
}

/// Runs something on the pool of threads; a panic there must not end the program.
pub(super) fn spawn_on_pool(run: impl FnOnce() + Send + 'static) {
    // The hook has logged it; what was asked for does not come.
    rayon::spawn(move || drop(catch_unwind(AssertUnwindSafe(run))));
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, ImageFormat, Luma};

    use super::*;

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

    #[test]
    fn masks_are_taken_out_of_what_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        let paths = ["a.jpg", "mask.png", "b.jpg", "folder"].map(|name| dir.path().join(name));
        GrayImage::from_fn(8, 6, |x, _| Luma([if x < 3 { 255 } else { 0 }])).save(&paths[1]).unwrap();
        let open = ImportTarget { id: 7, path: "photo.jpg".into(), size: (8, 6) };
        let mut left = paths.to_vec();
        let masks = take_masks(&mut left, &open);
        assert_eq!(
            masks.iter().map(|(photo, found)| (*photo, found.masks.len())).collect::<Vec<_>>(),
            [(7, 1)]
        );
        assert_eq!(left.iter().collect::<Vec<_>>(), [&paths[0], &paths[2], &paths[3]]);
    }
}

//! Reading and saving for batches, and finding what there is to review.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};

use super::dialogs::in_both_cases;
use super::{Kind, Outcome, Tasks};
use crate::annotation::Annotation;
use crate::app::photo_list::PhotoList;
use crate::app::state::{BatchPhoto, BatchWork, ReviewPhoto};
use crate::app::texts::{batch as texts, dialogs};
use crate::files::Photo;
use crate::files::boxes::{BoxFiles, box_extensions};
use crate::files::import::Problem;
use crate::files::session::{SavedWork, SessionFinder};
use crate::files::{holds_masks, name_of};

/// A photo of a batch that has been read.
pub(in crate::app) struct Prepared {
    /// `None` if nothing is to be done to it.
    pub photo: Option<BatchPhoto>,
    /// The boxes that cannot be used.
    pub problems: Vec<String>,
}

/// Proposals that were added to the session of a photo.
pub(in crate::app) struct SavedProposals {
    pub new: usize,
    /// All masks of the photo.
    pub masks: usize,
    /// For the user.
    pub notices: Vec<String>,
}

/// The photos of a batch.
pub(in crate::app) struct Selection {
    pub work: BatchWork,
    pub photos: Vec<PathBuf>,
    pub skipped: usize,
}

/// Files with boxes that were chosen or dropped, and how many photos of the window they cover.
pub(in crate::app) struct OpenedBoxes {
    pub paths: Vec<PathBuf>,
    pub files: Arc<BoxFiles>,
    pub covered: usize,
    pub missing: usize,
}

impl Tasks {
    /// Finds the photos that a batch has something to do for. `masks` are the numbers of masks of those in the
    /// window.
    pub fn select_for_batch(&mut self, photos: PhotoList, masks: HashMap<PathBuf, usize>, work: BatchWork) {
        self.spawn(Kind::Other, move || {
            let total = photos.len();
            let mut sessions = SessionFinder::default();
            let mut has_masks = |path: &PathBuf| {
                masks.get(path).copied().or_else(|| sessions.count_masks(path)).is_some_and(|count| count > 0)
            };
            let is_wanted = |path: &&PathBuf| match &work {
                BatchWork::Everything { only_without_masks, .. } => !only_without_masks || !has_masks(path),
                BatchWork::Boxes { files, .. } => files.covers(path),
            };
            let photos: Vec<PathBuf> = photos.iter().filter(is_wanted).cloned().collect();
            Outcome::Selected(Selection { skipped: total - photos.len(), work, photos })
        });
    }

    /// Reads a photo of a batch, and its boxes without those that have a mask in its session.
    pub fn prepare(&mut self, path: PathBuf, work: BatchWork) {
        self.spawn(Kind::Preparing, move || Outcome::Prepared(prepare(&path, &work)));
    }

    /// Adds proposals to the session of a photo that is not in the window. The receiver ends when it is written.
    pub fn save_proposals(
        &mut self,
        photo: Photo,
        proposals: Vec<Annotation>,
        model: String,
    ) -> Receiver<()> {
        let (hold, end) = bounded(0);
        self.spawn(Kind::SavingProposals, move || {
            let mut work = SavedWork::open(&photo);
            let count = work.add(proposals, &model);
            drop::<crossbeam_channel::Sender<()>>(hold);
            let saved =
                |new| SavedProposals { new, masks: work.document.masks().len(), notices: work.notices };
            Outcome::SavedProposals { path: photo.path, result: count.map(saved) }
        });
        end
    }

    /// Asks for a file with boxes and reads it.
    pub fn pick_boxes(&mut self, dialog: rfd::FileDialog, photos: PhotoList) {
        let dialog = dialog
            .set_title(dialogs::open_boxes())
            .add_filter(dialogs::boxes(), &in_both_cases(&box_extensions()));
        self.spawn_dialog(move || match dialog.pick_files() {
            Some(paths) => {
                Outcome::OpenedBoxes(open_boxes(paths, &photos).map(Some).map_err(|(_, error)| error))
            }
            None => Outcome::OpenedBoxes(Ok(None)),
        });
    }

    /// Reads files that were dropped: boxes, if they have nothing else, or masks to be imported.
    pub fn open_dropped_annotations(&mut self, paths: Vec<PathBuf>, photos: PhotoList) {
        self.spawn(Kind::Other, move || match open_boxes(paths, &photos) {
            Ok(boxes) if boxes.files.outlined() == 0 => Outcome::OpenedBoxes(Ok(Some(boxes))),
            Ok(OpenedBoxes { paths, .. }) => Outcome::DroppedMasks(paths),
            // Importing says what is wrong with a file that has neither.
            Err((paths, error)) => match paths.iter().all(|path| holds_masks(path)) {
                true => Outcome::DroppedMasks(paths),
                false => Outcome::OpenedBoxes(Err(error)),
            },
        });
    }

    /// Finds those of the photos that have proposals in their sessions, without `others`.
    pub fn find_proposals(&mut self, photos: PhotoList, others: HashSet<PathBuf>) {
        self.spawn(Kind::Other, move || {
            let mut sessions = SessionFinder::default();
            let with_proposals = |path: &PathBuf| {
                let (proposals, certainty) = sessions.proposals(path)?;
                Some(ReviewPhoto { path: path.clone(), certainty, proposals })
            };
            let photos = photos.iter().filter(|path| !others.contains(*path));
            Outcome::FoundProposals(photos.filter_map(with_proposals).collect())
        });
    }
}

fn open_boxes(paths: Vec<PathBuf>, photos: &[PathBuf]) -> Result<OpenedBoxes, (Vec<PathBuf>, String)> {
    match BoxFiles::open(&paths) {
        Ok(files) => {
            let covered = photos.iter().filter(|photo| files.covers(photo)).count();
            let missing = files.missing_among(photos).len();
            Ok(OpenedBoxes { paths, files: Arc::new(files), covered, missing })
        }
        Err(error) => Err((paths, error.to_string())),
    }
}

fn prepare(path: &Path, work: &BatchWork) -> Result<Prepared, String> {
    let photo = Photo::open(path).map_err(|error| error.to_string())?;
    let BatchWork::Boxes { files, min_score } = work else {
        return Ok(Prepared { photo: Some(BatchPhoto { photo, boxes: vec![] }), problems: vec![] });
    };
    let mut found = files.of(path, photo.pixels.dimensions()).map_err(|error| error.to_string())?;
    let saved = SavedWork::open(&photo).document;
    found.boxes.retain(|wanted| wanted.score.is_none_or(|score| score >= *min_score));
    found.boxes.retain(|wanted| !saved.has_mask_of(wanted.bbox));
    let told = |p: &Problem| texts::problem(&name_of(path), &p.place, &p.what);
    let problems = found.problems.iter().map(told).collect();
    let photo = Some(BatchPhoto { photo, boxes: found.boxes }).filter(|photo| !photo.boxes.is_empty());
    Ok(Prepared { photo, problems })
}

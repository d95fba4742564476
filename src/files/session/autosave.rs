//! Saves the work on photos automatically, shortly after each change.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::file::{Opened, SessionFile};
use super::load::{Loaded, SessionError};
use super::target::{Content, Place};
use super::writer::{Done, Job, Writer};
use crate::document::{Document, MaskItem};
use crate::files::project::OpenProject;
use crate::files::stamped::Stamp;
use crate::files::{Photo, Rendering};

/// Delay between the last change and saving.
const DELAY: Duration = Duration::from_millis(500);
/// Delay for the masks of everything mode, which change all the time.
const DELAY_OF_FOUND: Duration = Duration::from_millis(1000);
/// Interval between attempts after a failure, such as a full disk.
const RETRY: Duration = Duration::from_secs(20);
/// The longest wait for the last save at the end of the program.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Revisions of the document and of the run.
pub(super) type Revision = (u64, u64);

/// The work on a photo to be saved.
pub struct Work<'a> {
    pub document: &'a Document,
    /// The masks of a run of everything mode that are not in the document yet.
    pub run: Option<UnfinishedRun>,
    pub model: Option<&'a str>,
}

/// A run of everything mode whose masks are not in the document yet.
pub struct UnfinishedRun {
    /// Grows with every change of its masks.
    pub revision: u64,
    /// The masks to be saved instead of the document's.
    pub masks: Vec<Arc<MaskItem>>,
}

impl Work<'_> {
    fn revision(&self) -> Revision {
        (self.document.revision(), self.run.as_ref().map_or(0, |run| run.revision))
    }

    fn masks(&self) -> &[Arc<MaskItem>] {
        self.run.as_ref().map_or(self.document.masks(), |run| &run.masks)
    }

    fn is_empty(&self) -> bool {
        self.masks().is_empty() && self.document.absences().next().is_none()
    }
}

/// An opened photo, and the part of its work that is saved.
struct Kept {
    file: SessionFile,
    saved: Revision,
    saving: Option<Revision>,
    /// The work waiting to be saved.
    waiting: Option<Revision>,
    /// Why the last save failed.
    failure: Option<String>,
    due: Option<Instant>,
}

impl Kept {
    fn job(&self, photo: u64, work: &Work) -> Job {
        let SessionFile { base, target, .. } = &self.file;
        let content = match (&work.run, self.saved) {
            _ if !self.is_behind(work) => Content::View,
            (Some(_), (document, 1..)) if document == work.document.revision() => Content::Found,
            _ => Content::Work,
        };
        Job {
            photo,
            revision: work.revision(),
            session: base.with_work(work.document, work.masks(), work.model),
            target: target.clone(),
            content,
        }
    }

    /// Whether there is unsaved work. An empty document needs no file.
    fn is_behind(&self, work: &Work) -> bool {
        work.revision() != self.saved && (self.file.exists || !work.is_empty())
    }

    /// Whether there is work that is neither saved nor being saved.
    fn needs_saving(&self, work: &Work) -> bool {
        self.is_behind(work) && self.saving != Some(work.revision())
    }
}

/// The session files of the opened photos, by the ids of the caller.
pub struct Autosave {
    photos: HashMap<u64, Kept>,
    writer: Writer,
    wake_after: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl Autosave {
    /// `wake_after` requests calls of [`Autosave::receive`] and [`Autosave::follow`] after this time; it may
    /// be called from another thread.
    pub fn new(wake_after: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        let wake_after = Arc::new(wake_after);
        let wake = wake_after.clone();
        Self { photos: HashMap::new(), writer: Writer::start(move || wake(Duration::ZERO)), wake_after }
    }

    /// Saves waiting work if the program ends without notice to the window, for instance because the display
    /// connection is lost. Call it on the main thread.
    pub fn save_at_exit(&self) {
        self.writer.write_at_exit();
    }

    /// Adds an opened photo with its session file. New classes are added to the project.
    pub fn open(
        &mut self,
        id: u64,
        photo: &Photo,
        loaded: Result<Loaded, SessionError>,
        project: &mut OpenProject,
    ) -> Opened {
        let (file, opened) =
            SessionFile::open(&photo.path, photo.identity(), photo.rendering, loaded, project);
        let kept = Kept { file, saved: (0, 0), saving: None, waiting: None, failure: None, due: None };
        self.photos.insert(id, kept);
        opened
    }

    /// Whether a photo was added.
    pub fn knows(&self, id: u64) -> bool {
        self.photos.contains_key(&id)
    }

    /// Whether all work on an added photo is in its file.
    pub fn is_saved(&self, id: u64, work: Work) -> bool {
        let is_done = |kept: &Kept| kept.saving.is_none() && kept.waiting.is_none() && kept.failure.is_none();
        self.photos.get(&id).is_some_and(|kept| is_done(kept) && !kept.is_behind(&work))
    }

    /// Drops a photo whose work is saved; it can be added again.
    pub fn close(&mut self, id: u64) {
        self.photos.remove(&id);
    }

    /// The view saved with a photo: centre of the canvas in photo pixels, and zoom.
    pub fn view(&self, id: u64) -> Option<[f32; 3]> {
        let view = &self.photos.get(&id)?.file.base.view;
        let number =
            |key: &str| view.get(key).and_then(Value::as_f64).filter(|n| n.is_finite()).map(|n| n as f32);
        Some([number("x")?, number("y")?, number("zoom").filter(|zoom| *zoom > 0.0)?])
    }

    /// How a photo is shown, by its session.
    pub fn rendering(&self, id: u64) -> Option<Rendering> {
        Some(self.photos.get(&id)?.file.base.rendering)
    }

    /// Whether a save is in progress.
    pub fn is_saving(&self) -> bool {
        self.photos.values().any(|kept| kept.saving.is_some())
    }

    /// Saves work a short time after its last change. Call it in every frame.
    pub fn follow(&mut self, id: u64, work: Work) {
        let Some(kept) = self.photos.get_mut(&id) else { return };
        if !kept.needs_saving(&work) {
            return;
        }
        let delay = if work.run.is_some() { DELAY_OF_FOUND } else { DELAY };
        // The delay begins with the change, even while an older state is still being written.
        let due = *kept.due.get_or_insert_with(|| Instant::now() + delay);
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() && kept.saving.is_none() {
            return self.save(id, &work);
        }
        if kept.waiting.replace(work.revision()) != Some(work.revision()) {
            self.writer.hold(kept.job(id, &work));
        }
        if !left.is_zero() {
            (self.wake_after)(left);
        }
    }

    /// Saves work now if it has changed, or if only the view has changed and the file exists.
    pub fn leave(&mut self, id: u64, work: Work, [x, y, zoom]: [f32; 3]) {
        let Some(kept) = self.photos.get_mut(&id) else { return };
        // Smaller differences are not caused by the user.
        let rounded = |value: f32, steps: f64| (f64::from(value) * steps).round() / steps;
        let view = json!({"x": rounded(x, 100.0), "y": rounded(y, 100.0), "zoom": rounded(zoom, 1e4)});
        let view = view.as_object().cloned().unwrap_or_default();
        let has_moved = std::mem::replace(&mut kept.file.base.view, view.clone()) != view;
        let is_in_place = kept.file.exists && kept.file.target.place == Place::There;
        if kept.needs_saving(&work) || (is_in_place && has_moved) {
            self.save(id, &work);
        }
    }

    /// Saves how a photo is shown now if that has changed, even if there is no other work on it.
    pub fn set_rendering(&mut self, id: u64, work: Work, rendering: Rendering) {
        let Some(kept) = self.photos.get_mut(&id) else { return };
        if std::mem::replace(&mut kept.file.base.rendering, rendering) != rendering {
            self.save(id, &work);
        }
    }

    /// Saves work now if it has changed.
    pub fn save_now(&mut self, id: u64, work: Work) {
        if self.photos.get(&id).is_some_and(|kept| kept.needs_saving(&work)) {
            self.save(id, &work);
        }
    }

    /// Gives the same work another photo id, because the pixels of the file have changed.
    pub fn rename(&mut self, former: u64, id: u64, fingerprint: u64) {
        // The writer may still be busy under the previous id.
        self.flush();
        self.writer.drop_held(former);
        if let Some(mut kept) = self.photos.remove(&former) {
            (kept.file.base.photo.fingerprint, kept.waiting) = (fingerprint, None);
            self.photos.insert(id, kept);
            // The saved work belongs to the previous pixels.
            self.set_aside(id);
        }
    }

    /// The work in the window does not continue the file: it goes to a new file next to it.
    pub fn set_aside(&mut self, id: u64) {
        if let Some(kept) = self.photos.get_mut(&id).filter(|kept| kept.file.exists) {
            kept.file.target.place = Place::Beside;
        }
    }

    fn save(&mut self, id: u64, work: &Work) {
        let Some(kept) = self.photos.get_mut(&id) else { return };
        let job = kept.job(id, work);
        (kept.saving, kept.waiting, kept.due) = (Some(job.revision), None, None);
        self.writer.write(job);
    }

    /// Processes the results of saves; returns notices for the user.
    pub fn receive(&mut self) -> Vec<String> {
        self.writer.ended().into_iter().filter_map(|done| self.ended(done)).collect()
    }

    fn ended(&mut self, Done { photo, revision, result }: Done) -> Option<String> {
        let kept = self.photos.get_mut(&photo)?;
        kept.saving.take_if(|saving| *saving == revision);
        match result {
            Ok(saved) => {
                (kept.saved, kept.failure) = (revision, None);
                kept.file.saved(saved)
            }
            Err(error) => {
                kept.due = Some(Instant::now() + RETRY);
                kept.failure = Some(error.clone());
                Some(format!("{error}. The work is not saved yet; Tinsel keeps trying."))
            }
        }
    }

    /// Waits for saves in progress, before the program ends.
    pub fn flush(&mut self) {
        let until = Instant::now() + PATIENCE;
        while self.is_saving() {
            let Some(done) = self.writer.wait_until(until) else { return };
            if let Some(problem) = self.ended(done) {
                log::error!("{problem}");
            }
        }
    }

    /// The photos with unsaved work, by name, and the reasons. Save and flush first.
    pub fn unsaved(&self) -> Vec<(String, String)> {
        let silent = |kept: &Kept| {
            kept.saving.map(|_| format!("{}: the file system does not respond", kept.file.path().display()))
        };
        let why = |kept: &Kept| kept.failure.clone().or_else(|| silent(kept));
        let named = |kept: &Kept| Some((kept.file.base.photo.name.clone(), why(kept)?));
        let mut unsaved: Vec<_> = self.photos.values().filter_map(named).collect();
        unsaved.sort();
        unsaved
    }

    /// From now on, unsaved work goes to a folder chosen by the user.
    pub fn save_elsewhere(&mut self, folder: &Path) {
        for kept in self.photos.values_mut().filter(|kept| kept.failure.is_some()) {
            let name = format!("{}.tinsel.json", kept.file.base.photo.name);
            let target = &mut kept.file.target;
            (target.path, target.stamp, target.place) = (folder.join(name), Stamp::ABSENT, Place::New);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Annotation;
    use crate::document::Edit;
    use crate::files::session::Session;
    use crate::mask::Mask;

    /// A photo in a folder of its own.
    fn photo(folder: &Path) -> Photo {
        let pixels = Arc::new(image::RgbImage::new(30, 20));
        Photo::of_pixels(folder.join("a.jpg"), pixels, 7)
    }

    fn document() -> Document {
        let mut document = Document::default();
        let mask = Mask::from_fn(30, 20, |x, _| x < 9);
        document.apply(Edit::AddMasks(vec![Annotation::new("cup", mask)]));
        document
    }

    fn work(document: &Document) -> Work<'_> {
        Work { document, run: None, model: None }
    }

    fn opened(photo: &Photo) -> Autosave {
        let mut autosave = Autosave::new(|_| {});
        let loaded = Session::load(&photo.path, photo.pixels.dimensions(), photo.fingerprint);
        let opened = autosave.open(1, photo, loaded, &mut OpenProject::default());
        assert!(opened.document.is_none() && opened.notice.is_none());
        autosave
    }

    #[test]
    fn what_waits_to_be_saved_is_written_when_the_program_ends_without_a_word() {
        let dir = tempfile::tempdir().unwrap();
        let photo = photo(dir.path());
        let file = Session::path_for(&photo.path);
        let beside = file.clone();
        let window = std::thread::spawn(move || {
            let mut autosave = opened(&photo);
            autosave.save_at_exit();
            autosave.follow(1, work(&document()));
            assert!(!beside.exists(), "it was to wait");
        });
        window.join().unwrap();
        assert!(file.exists());
    }

    #[test]
    fn how_a_photo_is_shown_is_kept_without_masks() {
        let dir = tempfile::tempdir().unwrap();
        let photo = photo(dir.path());
        let rendering = Rendering { window: Some([1.0, 90.0].into()), ..Rendering::default() };
        assert!(Session::rendering_for(&photo.path).is_automatic());
        let mut autosave = opened(&photo);
        let document = Document::default();
        autosave.set_rendering(1, work(&document), Rendering::default());
        assert!(!autosave.is_saving(), "nothing has changed");
        autosave.set_rendering(1, work(&document), rendering);
        autosave.flush();
        assert_eq!(Session::rendering_for(&photo.path), rendering);
        autosave.save_now(1, work(&self::document()));
        autosave.flush();
        assert_eq!(Session::rendering_for(&photo.path), rendering, "masks keep it");
        autosave.set_rendering(1, work(&document), Rendering::default());
        autosave.flush();
        let text = std::fs::read_to_string(Session::path_for(&photo.path)).unwrap();
        assert!(!text.contains("rendering"), "{text}");
    }

    #[test]
    fn what_can_be_saved_nowhere_is_told_and_goes_where_the_user_says() {
        let dir = tempfile::tempdir().unwrap();
        let [folder, elsewhere] = ["photos", "elsewhere"].map(|name| dir.path().join(name));
        std::fs::create_dir(&folder).unwrap();
        std::fs::create_dir(&elsewhere).unwrap();
        std::fs::write(elsewhere.join("a.jpg.tinsel.json"), "something else").unwrap();
        let mut autosave = opened(&photo(&folder));
        autosave.photos.get_mut(&1).unwrap().file.target.spare =
            Some(dir.path().join("photos/a.jpg.tinsel.json/no folder"));
        std::fs::remove_dir(&folder).unwrap();
        std::fs::write(&folder, "a file").unwrap();
        let document = document();
        autosave.save_now(1, work(&document));
        autosave.flush();
        let [(name, why)] = &autosave.unsaved()[..] else { panic!("{:?}", autosave.unsaved()) };
        assert!(name == "a.jpg" && why.contains("photos"), "{why}");
        autosave.save_elsewhere(&elsewhere);
        autosave.save_now(1, work(&document));
        autosave.flush();
        assert_eq!(autosave.unsaved(), []);
        let kept = std::fs::read(elsewhere.join("a.jpg.tinsel-conflict-1.json")).unwrap();
        assert_eq!(Session::parse(Path::new("x"), &kept).unwrap().masks.len(), 1);
    }
}

//! Saves the work on photos by itself, shortly after each change, and brings it back.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};
use serde_json::{Map, Value, json};

use super::everything_run::EverythingRun;
use crate::document::{Class, ClassId, Document, MaskId, MaskItem};
use crate::files::Photo;
use crate::files::session::{
    Loaded, LoadedState, SaveError, Session, SessionClass, SessionError, SessionMask, Stamp,
};

/// Changes wait this long for further ones before they are saved.
const DELAY: Duration = Duration::from_millis(500);
/// What everything mode finds changes all the time.
const DELAY_OF_FOUND: Duration = Duration::from_millis(1000);
/// After a failure, such as a full disk, saving is tried again this often.
const RETRY: Duration = Duration::from_secs(20);
/// Closing the window waits at most this long for the last save.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is to be kept of a photo.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub document: &'a Document,
    /// The run of everything mode whose masks are on their way into the document.
    pub run: Option<&'a EverythingRun>,
    pub model: Option<&'a str>,
}

/// A state of the document and of the run.
type Revision = (u64, u64);

impl Work<'_> {
    fn revision(&self) -> Revision {
        (self.document.revision(), self.run.map_or(0, EverythingRun::revision))
    }

    fn masks(&self) -> Vec<Arc<MaskItem>> {
        // What an earlier run found is whole, and kept until there is something whole in its place.
        let run = self.run.filter(|run| !run.replaces_others(self.document));
        run.map_or_else(|| self.document.masks().to_vec(), |run| run.items_in(self.document))
    }

    fn is_empty(&self) -> bool {
        self.document.classes().is_empty() && self.masks().is_empty()
    }
}

struct Job {
    photo: u64,
    revision: Revision,
    session: Session,
    path: PathBuf,
    stamp: Stamp,
    place: Place,
    /// Where to write if that is not possible at `path`.
    spare: Option<PathBuf>,
    content: Content,
}

/// Where a session is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In place of what the stamp stands for.
    There,
    /// Beside the file, which is not touched.
    Beside,
    /// There, under the first name that is free.
    New,
}

/// What has changed since the last save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Work,
    /// What everything mode has found so far, for at least the second time: no version of its own.
    Found,
    /// Nothing but the view.
    View,
}

/// How a save has ended.
struct Done {
    photo: u64,
    revision: Revision,
    result: Result<Saved, String>,
}

struct Saved {
    path: PathBuf,
    stamp: Stamp,
    /// Why `path` is not where it was to be.
    moved: Option<Moved>,
}

enum Moved {
    /// The file had been changed by somebody else.
    Changed,
    /// The file could not be written, as this says.
    Unwritable(SaveError),
}

/// The session file of a photo, and what of the work is in it.
pub(super) struct SessionFile {
    path: PathBuf,
    stamp: Stamp,
    place: Place,
    /// In the user's data folder, for when the file cannot be written.
    spare: Option<PathBuf>,
    /// What was read; keys that this program does not know go back into the file.
    base: Session,
    exists: bool,
    saved: Revision,
    saving: Option<Revision>,
    /// What is waiting to be saved.
    waiting: Option<Revision>,
    /// Why the last save has failed.
    failure: Option<String>,
    view: Map<String, Value>,
    due: Option<Instant>,
    /// The photo's, for the file.
    fingerprint: u64,
}

/// What the thread that writes is asked for.
enum Order {
    Save(Box<Job>),
    /// An answer, when all is done that was asked for before.
    Answer(Sender<()>),
}

/// What is about to be saved of each photo, once no further change comes.
type Waiting = Arc<Mutex<HashMap<u64, Job>>>;

thread_local! {
    /// libX11 ends the program when the screen is gone. All that still runs then is what this thread drops.
    static LAST_WORDS: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

/// Has what is waiting written when it is dropped.
struct LastWords {
    jobs: Sender<Order>,
    waiting: Waiting,
}

impl Drop for LastWords {
    fn drop(&mut self) {
        lock(&self.waiting).drain().for_each(|(_, job)| drop(self.jobs.send(Order::Save(Box::new(job)))));
        let (answer, answered) = unbounded();
        if self.jobs.send(Order::Answer(answer)).is_err() {
            return;
        }
        // Blocking channels need what this thread may have dropped already.
        let until = Instant::now() + PATIENCE;
        while answered.try_recv() == Err(TryRecvError::Empty) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, HashMap<u64, Job>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread that writes, and the files of the photos that were opened.
pub(super) struct Sessions {
    jobs: Sender<Order>,
    waiting: Waiting,
    done: Receiver<Done>,
    files: HashMap<u64, SessionFile>,
    ctx: egui::Context,
}

impl Sessions {
    pub fn new(ctx: egui::Context) -> Self {
        let (jobs, to_do) = unbounded::<Order>();
        let (sender, done) = unbounded();
        let waker = ctx.clone();
        std::thread::spawn(move || {
            // A job may have been given before the end of the one before it was known.
            let mut own: HashMap<(u64, PathBuf), (PathBuf, Stamp)> = HashMap::new();
            for order in to_do {
                let mut job = match order {
                    Order::Save(job) => *job,
                    Order::Answer(answer) => {
                        let _ = answer.send(());
                        continue;
                    }
                };
                let (photo, revision) = (job.photo, job.revision);
                let given = (photo, job.path.clone());
                if let Some((path, stamp)) = own.get(&given) {
                    (job.path, job.stamp, job.place) = (path.clone(), *stamp, Place::There);
                }
                let result = catch_unwind(AssertUnwindSafe(|| write(job))).unwrap_or_else(|_| {
                    Err(format!("{}: cannot be saved: an internal error stopped it", given.1.display()))
                });
                if let Ok(saved) = &result {
                    own.insert((photo, saved.path.clone()), (saved.path.clone(), saved.stamp));
                    own.insert(given, (saved.path.clone(), saved.stamp));
                }
                // Nobody listens any more when the program ends in a hurry.
                drop(sender.send(Done { photo, revision, result }));
                waker.request_repaint();
            }
        });
        Self { jobs, waiting: Waiting::default(), done, files: HashMap::new(), ctx }
    }

    /// Has what is waiting written when the program ends without a word to the window, for instance because the
    /// screen is gone. Call it on the main thread.
    pub fn save_at_exit(&self) {
        let last_words = LastWords { jobs: self.jobs.clone(), waiting: self.waiting.clone() };
        LAST_WORDS.set(Some(last_words));
    }

    /// Takes in what was kept about a photo. Returns the work to restore, if there is some, and
    /// what the user should know.
    pub fn open(
        &mut self,
        id: u64,
        photo: &Photo,
        loaded: Result<Loaded, SessionError>,
    ) -> (Option<Document>, Option<String>) {
        let name = photo.file_name();
        let fresh = || Session::new(name.clone(), photo.pixels.dimensions(), photo.fingerprint);
        let (loaded, error) = match loaded {
            Ok(loaded) => (loaded, None),
            Err(error) => {
                let path = error.path().to_path_buf();
                let free = Loaded { state: LoadedState::Fresh, path, stamp: Stamp::ABSENT, others: vec![] };
                (free, Some(format!("{error}. New work on this photo is saved beside it.")))
            }
        };
        let Loaded { state, path, stamp, others } = loaded;
        let others: Vec<String> = others.iter().map(|other| other.display().to_string()).collect();
        let (base, aside, exists, word) = match state {
            LoadedState::Fresh => (fresh(), error.is_some(), false, error),
            LoadedState::Found(session) => {
                let word = format!("The newest work on {name} is shown.");
                (session, false, true, Some(word).filter(|_| !others.is_empty()))
            }
            LoadedState::PhotoChanged { session, same_size: true } => {
                let word = format!(
                    "{name} has changed since its masks were made; look whether they still fit. New work is \
                     saved beside them."
                );
                (session, true, true, Some(word))
            }
            LoadedState::PhotoChanged { same_size: false, .. } => {
                let word = format!(
                    "The masks of {name} were made when it had another size; new work is saved beside them."
                );
                (fresh(), true, false, Some(word))
            }
        };
        let word = match (word, &others[..]) {
            (word, []) => word,
            (word, others) => {
                let others = format!("Left as it is: {}.", others.join(", "));
                Some(word.map(|word| format!("{word} ")).unwrap_or_default() + &others)
            }
        };
        let restored = exists.then(|| restore(&base));
        let view = base.view.clone();
        let fingerprint = photo.fingerprint;
        let file = SessionFile {
            path,
            stamp,
            place: if aside { Place::Beside } else { Place::There },
            spare: Session::spare_path_for(&photo.path),
            base,
            exists,
            saved: (0, 0),
            saving: None,
            waiting: None,
            failure: None,
            view,
            due: None,
            fingerprint,
        };
        self.files.insert(id, file);
        (restored, word)
    }

    /// Whether the session of a photo has been taken in.
    pub fn knows(&self, id: u64) -> bool {
        self.files.contains_key(&id)
    }

    /// The view that was saved with a photo: middle of the canvas in photo pixels, and zoom.
    pub fn view(&self, id: u64) -> Option<[f32; 3]> {
        let view = &self.files.get(&id)?.view;
        let number =
            |key: &str| view.get(key).and_then(Value::as_f64).filter(|n| n.is_finite()).map(|n| n as f32);
        Some([number("x")?, number("y")?, number("zoom").filter(|zoom| *zoom > 0.0)?])
    }

    /// Whether something is being written.
    pub fn is_saving(&self) -> bool {
        self.files.values().any(|file| file.saving.is_some())
    }

    /// Saves work some time after its last change. Call it in every frame.
    pub fn follow(&mut self, id: u64, work: Work) {
        let Some(file) = self.files.get_mut(&id) else { return };
        if !file.needs_saving(work) {
            return;
        }
        let delay = if work.run.is_some() { DELAY_OF_FOUND } else { DELAY };
        // The wait begins with the change, also while an older state is still being written.
        let due = *file.due.get_or_insert_with(|| Instant::now() + delay);
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() && file.saving.is_none() {
            return self.save(id, work);
        }
        if file.waiting.replace(work.revision()) != Some(work.revision()) {
            let job = file.job(id, work);
            lock(&self.waiting).insert(id, job);
        }
        if !left.is_zero() {
            self.ctx.request_repaint_after(left);
        }
    }

    /// Saves work now if it has changed, or if only the view has and there is a file.
    pub fn leave(&mut self, id: u64, work: Work, [x, y, zoom]: [f32; 3]) {
        let Some(file) = self.files.get_mut(&id) else { return };
        // Finer differences are nothing that anybody has done.
        let rounded = |value: f32, steps: f64| (f64::from(value) * steps).round() / steps;
        let view = json!({"x": rounded(x, 10.0), "y": rounded(y, 10.0), "zoom": rounded(zoom, 1e4)});
        let view = view.as_object().cloned().unwrap_or_default();
        let has_moved = std::mem::replace(&mut file.view, view.clone()) != view;
        let is_in_place = file.exists && file.place == Place::There;
        if file.needs_saving(work) || (is_in_place && has_moved) {
            self.save(id, work);
        }
    }

    /// Saves work now if it has changed.
    pub fn save_now(&mut self, id: u64, work: Work) {
        if self.files.get(&id).is_some_and(|file| file.needs_saving(work)) {
            self.save(id, work);
        }
    }

    /// The same work has another photo id, because the pixels of the file have changed.
    pub fn rename(&mut self, former: u64, id: u64, fingerprint: u64) {
        // The writer may still be at work under the former id.
        self.flush();
        lock(&self.waiting).remove(&former);
        if let Some(mut file) = self.files.remove(&former) {
            (file.fingerprint, file.waiting) = (fingerprint, None);
            if file.exists {
                // What was saved is about the former pixels.
                file.place = Place::Beside;
            }
            self.files.insert(id, file);
        }
    }

    /// The work in the window is not what was read: it goes into a file beside that.
    pub fn set_aside(&mut self, id: u64) {
        if let Some(file) = self.files.get_mut(&id).filter(|file| file.exists) {
            file.place = Place::Beside;
        }
    }

    fn save(&mut self, id: u64, work: Work) {
        let Some(file) = self.files.get_mut(&id) else { return };
        let job = file.job(id, work);
        (file.saving, file.waiting, file.due) = (Some(job.revision), None, None);
        lock(&self.waiting).remove(&id);
        if self.jobs.send(Order::Save(Box::new(job))).is_err() {
            log::error!("the thread that saves is gone");
        }
    }

    /// Takes in how saves have ended; returns what the user should know.
    pub fn receive(&mut self) -> Vec<String> {
        let done: Vec<Done> = self.done.try_iter().collect();
        done.into_iter().filter_map(|done| self.ended(done)).collect()
    }

    fn ended(&mut self, Done { photo, revision, result }: Done) -> Option<String> {
        let file = self.files.get_mut(&photo)?;
        file.saving.take_if(|saving| *saving == revision);
        match result {
            Ok(Saved { path, stamp, moved }) => {
                let former = std::mem::replace(&mut file.path, path);
                (file.stamp, file.saved, file.exists) = (stamp, revision, true);
                (file.place, file.failure) = (Place::There, None);
                let now = file.path.display();
                moved.map(|moved| match moved {
                    Moved::Changed => format!(
                        "{} was changed by another program; the work of this window is saved as {now}",
                        former.display()
                    ),
                    Moved::Unwritable(error) => format!("{error}. The work is saved as {now} instead."),
                })
            }
            Err(error) => {
                file.due = Some(Instant::now() + RETRY);
                file.failure = Some(error.clone());
                Some(format!("{error}. The work is not saved; that is tried again."))
            }
        }
    }

    /// Waits for what is being written, for the end of the program.
    pub fn flush(&mut self) {
        let until = Instant::now() + PATIENCE;
        while self.is_saving() {
            match self.done.recv_deadline(until) {
                Ok(done) => {
                    if let Some(problem) = self.ended(done) {
                        log::error!("{problem}");
                    }
                }
                Err(_) => return,
            }
        }
    }

    /// The photos whose work is in this window only, by name, and why. Save and flush first.
    pub fn unsaved(&self) -> Vec<(String, String)> {
        let why = |file: &SessionFile| match &file.failure {
            Some(failure) => Some(failure.clone()),
            None => file.saving.map(|_| format!("{}: the file system does not answer", file.path.display())),
        };
        let mut unsaved: Vec<_> =
            self.files.values().filter_map(|file| Some((file.base.photo.name.clone(), why(file)?))).collect();
        unsaved.sort();
        unsaved
    }

    /// From now on, what could not be saved goes into a folder that the user has chosen.
    pub fn save_elsewhere(&mut self, folder: &Path) {
        for file in self.files.values_mut().filter(|file| file.failure.is_some()) {
            file.path = folder.join(format!("{}.tinsel.json", file.base.photo.name));
            (file.stamp, file.place) = (Stamp::ABSENT, Place::New);
        }
    }
}

impl SessionFile {
    /// Saves work.
    fn job(&self, photo: u64, work: Work) -> Job {
        let mut session = session(&self.base, work.document, &work.masks(), work.model);
        session.photo.fingerprint = self.fingerprint;
        session.view = self.view.clone();
        let revision = work.revision();
        let content = match (work.run, self.saved) {
            _ if !self.is_behind(work) => Content::View,
            (Some(_), (document, 1..)) if document == revision.0 => Content::Found,
            _ => Content::Work,
        };
        Job {
            photo,
            revision,
            session,
            path: self.path.clone(),
            stamp: self.stamp,
            place: self.place,
            spare: self.spare.clone(),
            content,
        }
    }

    /// Whether there is work that the file lacks. An empty one needs no file.
    fn is_behind(&self, work: Work) -> bool {
        work.revision() != self.saved && (self.exists || !work.is_empty())
    }

    /// Whether there is work that is neither in the file nor on its way there.
    fn needs_saving(&self, work: Work) -> bool {
        self.is_behind(work) && self.saving != Some(work.revision())
    }
}

/// Writes a session where it is to be, or, where that is not possible, in its spare place.
fn write(job: Job) -> Result<Saved, String> {
    let error = match write_in_place(&job) {
        Ok(saved) => return Ok(saved),
        Err(error) => error,
    };
    if job.content == Content::View {
        // It is no work, and whatever stands in its way will be told when there is some.
        log::warn!("{error}");
        return Ok(Saved { path: job.path, stamp: job.stamp, moved: None });
    }
    match job.spare.map(|spare| job.session.save_spare(&spare)) {
        Some(Ok((path, stamp))) => Ok(Saved { path, stamp, moved: Some(Moved::Unwritable(error)) }),
        Some(Err(second)) => Err(format!("{error}; {second}")),
        None => Err(error.to_string()),
    }
}

fn write_in_place(Job { session, path, stamp, place, content, .. }: &Job) -> Result<Saved, SaveError> {
    let there = |stamp| Saved { path: path.clone(), stamp, moved: None };
    let new = |(path, stamp)| Saved { path, stamp, moved: None };
    match place {
        Place::There => {}
        Place::Beside => return session.save_as_conflict(path).map(new),
        Place::New => return session.save_in(path).map(new),
    }
    let saved = match content {
        Content::Work => session.save(path, stamp),
        Content::Found | Content::View => session.save_view(path, stamp),
    };
    match saved {
        // Where there is nothing, nothing can be destroyed.
        Err(SaveError::ChangedByOther { .. }) if path.symlink_metadata().is_err() => {
            session.save(path, &Stamp::ABSENT).map(there)
        }
        // A view is no work to keep beside that of somebody else.
        Err(SaveError::ChangedByOther { .. }) if *content == Content::View => Ok(there(*stamp)),
        Err(SaveError::ChangedByOther { .. }) => {
            let (path, stamp) = session.save_as_conflict(path)?;
            Ok(Saved { path, stamp, moved: Some(Moved::Changed) })
        }
        saved => saved.map(there),
    }
}

/// The document as a session, on top of what was read.
fn session(base: &Session, document: &Document, masks: &[Arc<MaskItem>], model: Option<&str>) -> Session {
    let mut session = base.clone();
    session.model = model.map(str::to_owned).or(session.model);
    session.classes = document
        .classes()
        .iter()
        .map(|class| {
            let known = base.classes.iter().find(|c| c.name == class.name);
            let other = known.map(|c| c.other.clone()).unwrap_or_default();
            SessionClass { name: class.name.clone(), colour: class.colour, other }
        })
        .collect();
    session.masks = masks
        .iter()
        .map(|item| {
            let annotation = document.annotation(item);
            let mut mask = SessionMask { visible: item.visible, locked: item.locked, ..annotation.into() };
            if let Some(known) = base.masks.iter().find(|m| m.annotation.name == item.annotation.name) {
                mask.other = known.other.clone();
                mask.other.remove("candidate");
            }
            if let Some(chosen) = item.chosen {
                mask.other.insert("candidate".into(), chosen.into());
            }
            mask
        })
        .collect();
    session
}

fn restore(session: &Session) -> Document {
    let mut classes: Vec<Class> = vec![];
    let listed = session.classes.iter().map(|class| (class.name.clone(), Some(class.colour)));
    // A mask may name a class that the list lacks.
    let named = session.masks.iter().filter_map(|mask| Some((mask.annotation.class.clone()?, None)));
    for (name, colour) in listed.chain(named) {
        if classes.iter().all(|class| class.name != name) {
            let id = ClassId(classes.len() as u64 + 1);
            let colour = colour.unwrap_or_else(|| crate::colour::mask_colour(id.0));
            classes.push(Class { id, name, colour });
        }
    }
    let first = classes.len() as u64 + 1;
    let masks = session.masks.iter().zip(first..).map(|(mask, id)| {
        let annotation = mask.annotation.clone();
        let class = annotation.class.as_ref().and_then(|name| classes.iter().find(|c| c.name == *name));
        let annotation = annotation.with_class(class.map(|class| class.id));
        MaskItem {
            chosen: mask.other.get("candidate").and_then(Value::as_u64).map(|n| n as usize),
            visible: mask.visible,
            locked: mask.locked,
            edited: true,
            ..MaskItem::new(MaskId(id), annotation)
        }
    });
    let masks = masks.collect();
    Document::restored(classes, masks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Annotation;
    use crate::document::Edit;
    use crate::mask::Mask;
    use crate::prompt::{BoxPrompt, Point};

    /// A photo in a folder of its own.
    fn photo(folder: &Path) -> Photo {
        let pixels = Arc::new(image::RgbImage::new(30, 20));
        Photo { path: folder.join("a.jpg"), pixels, fingerprint: 7 }
    }

    fn document() -> Document {
        let mut document = Document::default();
        document.apply(Edit::AddClass("cup".into()));
        document
    }

    fn work(document: &Document) -> Work<'_> {
        Work { document, run: None, model: None }
    }

    fn opened(photo: &Photo) -> Sessions {
        let mut sessions = Sessions::new(egui::Context::default());
        let loaded = Session::load(&photo.path, photo.pixels.dimensions(), photo.fingerprint);
        assert!(matches!(sessions.open(1, photo, loaded), (None, None)));
        sessions
    }

    #[test]
    fn what_waits_to_be_saved_is_written_when_the_program_ends_without_a_word() {
        let dir = tempfile::tempdir().unwrap();
        let photo = photo(dir.path());
        let file = Session::path_for(&photo.path);
        let beside = file.clone();
        let window = std::thread::spawn(move || {
            let mut sessions = opened(&photo);
            sessions.save_at_exit();
            sessions.follow(1, work(&document()));
            assert!(!beside.exists(), "it was to wait");
        });
        window.join().unwrap();
        assert!(file.exists());
    }

    #[test]
    fn what_can_be_saved_nowhere_is_told_and_goes_where_the_user_says() {
        let dir = tempfile::tempdir().unwrap();
        let [folder, elsewhere] = ["photos", "elsewhere"].map(|name| dir.path().join(name));
        std::fs::create_dir(&folder).unwrap();
        std::fs::create_dir(&elsewhere).unwrap();
        std::fs::write(elsewhere.join("a.jpg.tinsel.json"), "something else").unwrap();
        let mut sessions = opened(&photo(&folder));
        sessions.files.get_mut(&1).unwrap().spare =
            Some(dir.path().join("photos/a.jpg.tinsel.json/no folder"));
        std::fs::remove_dir(&folder).unwrap();
        std::fs::write(&folder, "a file").unwrap();
        let document = document();
        sessions.save_now(1, work(&document));
        sessions.flush();
        let [(name, why)] = &sessions.unsaved()[..] else { panic!("{:?}", sessions.unsaved()) };
        assert!(name == "a.jpg" && why.contains("photos"), "{why}");
        sessions.save_elsewhere(&elsewhere);
        sessions.save_now(1, work(&document));
        sessions.flush();
        assert_eq!(sessions.unsaved(), []);
        let kept = std::fs::read(elsewhere.join("a.jpg.tinsel-conflict-1.json")).unwrap();
        assert_eq!(Session::parse(Path::new("x"), &kept).unwrap().classes.len(), 1);
    }

    #[test]
    fn a_document_comes_back_as_it_was() {
        let mut document = Document::default();
        let mask = |n: u32| Annotation {
            predicted_iou: (n == 4).then_some(0.75),
            stability_score: (n == 4).then_some(0.5),
            model: (n == 4).then(|| "sam2.1-tiny".into()),
            ..Annotation::new("", Mask::from_fn(30, 20, |x, y| x < n && y > 3))
        };
        for n in [4, 9] {
            document.apply(Edit::SetBox(Some(BoxPrompt { x0: 1.0, y0: 2.0, x1: 9.0, y1: 8.0 })));
            document.apply(Edit::AddPoint(Point { x: 3.5, y: 4.0, positive: false }, None));
            document.apply(Edit::Choose(2));
            document.apply(Edit::Accept(mask(n)));
        }
        document.apply(Edit::AddClass("cup".into()));
        let (id, class) = (document.masks()[1].id, document.classes()[0].id);
        document.apply(Edit::SetClass(vec![id], Some(class)));
        document.apply(Edit::SetVisible(vec![id], false));
        document.apply(Edit::SetLocked(vec![id], true));
        let mut base = Session::new("a.jpg".into(), (30, 20), 7);
        base.other.insert("from the future".into(), 5.into());
        let saved = session(&base, &document, document.masks(), Some("mobile-sam"));
        assert_eq!((saved.other.len(), saved.model.as_deref()), (1, Some("mobile-sam")));

        let restored = restore(&saved);
        assert_eq!(restored.classes()[0].name, "cup");
        for (a, b) in restored.masks().iter().zip(document.masks()) {
            assert_eq!(restored.annotation(a), document.annotation(b));
            assert_eq!((a.visible, a.locked, a.chosen), (b.visible, b.locked, b.chosen));
            assert_eq!(a.chosen, Some(2));
        }
        assert_eq!(session(&base, &restored, restored.masks(), Some("mobile-sam")), saved);
        assert!(restored.undo_label().is_none());

        let mut restored = restored;
        let first = restored.masks()[0].id;
        restored.apply(Edit::Delete(vec![first]));
        let mut restored = restore(&session(&base, &restored, restored.masks(), None));
        restored.apply(Edit::AddMasks(vec![mask(2)]));
        assert_eq!(restored.masks()[1].annotation.name, "Mask 3", "no name is given twice");
    }
}

//! Saves the work on photos by itself, shortly after each change, and brings it back.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use serde_json::{Map, Value, json};

use crate::document::{Class, ClassId, Document, MaskItem, Prompting, Restored};
use crate::files::Photo;
use crate::files::session::{
    Loaded, LoadedState, SaveError, Session, SessionClass, SessionError, SessionMask, SessionPoint, Stamp,
};
use crate::sam2::Point;
use crate::sam2::predictor::BoxPrompt;

/// Changes wait this long for further ones before they are saved.
const DELAY: Duration = Duration::from_millis(500);
/// After a failure, such as a full disk, saving is tried again this often.
const RETRY: Duration = Duration::from_secs(20);
/// Closing the window waits at most this long for the last save.
const PATIENCE: Duration = Duration::from_secs(20);

struct Job {
    photo: u64,
    revision: u64,
    session: Session,
    path: PathBuf,
    stamp: Stamp,
    /// Do not touch the file, but write beside it.
    aside: bool,
    /// Nothing but the view has changed.
    view_only: bool,
}

/// How a save has ended.
struct Done {
    photo: u64,
    revision: u64,
    result: Result<Saved, SaveError>,
}

struct Saved {
    path: PathBuf,
    stamp: Stamp,
    /// The file had been changed by somebody else; `path` is a new one beside it.
    moved_aside: bool,
}

/// The session file of a photo, and what of the work is in it.
pub(super) struct SessionFile {
    path: PathBuf,
    stamp: Stamp,
    /// The file cannot be used for this photo and stays as it is.
    aside: bool,
    /// What was read; keys that this program does not know go back into the file.
    base: Session,
    exists: bool,
    saved: u64,
    saving: Option<u64>,
    view: Map<String, Value>,
    due: Option<Instant>,
    /// The photo's, for the file.
    fingerprint: u64,
}

/// The thread that writes, and the files of the photos that were opened.
pub(super) struct Sessions {
    jobs: Sender<Job>,
    done: Receiver<Done>,
    files: HashMap<u64, SessionFile>,
    ctx: egui::Context,
}

impl Sessions {
    pub fn new(ctx: egui::Context) -> Self {
        let (jobs, to_do) = unbounded::<Job>();
        let (sender, done) = unbounded();
        let waker = ctx.clone();
        std::thread::spawn(move || {
            // A job may have been given before the end of the one before it was known.
            let mut own: HashMap<u64, (PathBuf, Stamp)> = HashMap::new();
            for mut job in to_do {
                let (photo, revision) = (job.photo, job.revision);
                if let Some((path, stamp)) = own.get(&photo) {
                    (job.path, job.stamp, job.aside) = (path.clone(), *stamp, false);
                }
                let path = job.path.clone();
                let result = catch_unwind(AssertUnwindSafe(|| write(job))).unwrap_or_else(|_| {
                    Err(SaveError::Invalid { path, cause: "an internal error stopped it".into() })
                });
                if let Ok(saved) = &result {
                    own.insert(photo, (saved.path.clone(), saved.stamp));
                }
                if sender.send(Done { photo, revision, result }).is_err() {
                    return;
                }
                waker.request_repaint();
            }
        });
        Self { jobs, done, files: HashMap::new(), ctx }
    }

    /// Takes in what was kept about a photo. Returns the work to restore, if there is some, and
    /// what the user should know.
    pub fn open(
        &mut self,
        id: u64,
        photo: &Photo,
        loaded: Result<Loaded, SessionError>,
    ) -> (Option<Restored>, Option<String>) {
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
            aside,
            base,
            exists,
            saved: 0,
            saving: None,
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

    /// Saves a document some time after its last change. Call it in every frame.
    pub fn follow(&mut self, id: u64, document: &Document, model: Option<&str>) {
        let Some(file) = self.files.get_mut(&id) else { return };
        if !file.needs_saving(document) {
            return;
        }
        // The wait begins with the change, also while an older state is still being written.
        let due = *file.due.get_or_insert_with(|| Instant::now() + DELAY);
        let left = due.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            self.ctx.request_repaint_after(left);
        } else if file.saving.is_none() {
            self.save(id, document, model);
        }
    }

    /// Saves a document now if it has changed, or if only the view has and there is a file.
    pub fn leave(&mut self, id: u64, document: &Document, model: Option<&str>, [x, y, zoom]: [f32; 3]) {
        let Some(file) = self.files.get_mut(&id) else { return };
        // Finer differences are nothing that anybody has done.
        let rounded = |value: f32, steps: f64| (f64::from(value) * steps).round() / steps;
        let view = json!({"x": rounded(x, 10.0), "y": rounded(y, 10.0), "zoom": rounded(zoom, 1e4)});
        let view = view.as_object().cloned().unwrap_or_default();
        let has_moved = std::mem::replace(&mut file.view, view.clone()) != view;
        if file.needs_saving(document) || (file.exists && !file.aside && has_moved) {
            self.save(id, document, model);
        }
    }

    /// Saves a document now if it has changed.
    pub fn save_now(&mut self, id: u64, document: &Document, model: Option<&str>) {
        if self.files.get(&id).is_some_and(|file| file.needs_saving(document)) {
            self.save(id, document, model);
        }
    }

    /// The same work has another photo id, because the pixels of the file have changed.
    pub fn rename(&mut self, former: u64, id: u64, fingerprint: u64) {
        // The writer may still be at work under the former id.
        self.flush();
        if let Some(mut file) = self.files.remove(&former) {
            file.fingerprint = fingerprint;
            // What was saved is about the former pixels.
            file.aside |= file.exists;
            self.files.insert(id, file);
        }
    }

    /// The work in the window is not what was read: it goes into a file beside that.
    pub fn set_aside(&mut self, id: u64) {
        if let Some(file) = self.files.get_mut(&id).filter(|file| file.exists) {
            file.aside = true;
        }
    }

    fn save(&mut self, id: u64, document: &Document, model: Option<&str>) {
        let Some(file) = self.files.get_mut(&id) else { return };
        let mut session = session(&file.base, document, model);
        session.photo.fingerprint = file.fingerprint;
        session.view = file.view.clone();
        let (path, stamp) = (file.path.clone(), file.stamp);
        let revision = document.revision();
        let view_only = !file.needs_saving(document);
        (file.saving, file.due) = (Some(revision), None);
        let job = Job { photo: id, revision, session, path, stamp, aside: file.aside, view_only };
        if self.jobs.send(job).is_err() {
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
            Ok(Saved { path, stamp, moved_aside }) => {
                let former = std::mem::replace(&mut file.path, path);
                (file.stamp, file.saved, file.exists) = (stamp, revision, true);
                file.aside = false;
                moved_aside.then(|| {
                    format!(
                        "{} was changed by another program; the work of this window is saved as {}",
                        former.display(),
                        file.path.display()
                    )
                })
            }
            Err(error) => {
                file.due = Some(Instant::now() + RETRY);
                Some(error.to_string())
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
}

impl SessionFile {
    /// Whether the document has what the file lacks. An empty one needs no file.
    fn is_behind(&self, document: &Document) -> bool {
        let worth_it = self.exists || !document.masks().is_empty() || !document.classes().is_empty();
        document.revision() != self.saved && worth_it
    }

    /// Whether the document has what is neither in the file nor on its way there.
    fn needs_saving(&self, document: &Document) -> bool {
        self.is_behind(document) && self.saving != Some(document.revision())
    }
}

fn write(job: Job) -> Result<Saved, SaveError> {
    let Job { session, path, stamp, aside, view_only, .. } = job;
    let beside =
        |moved_aside| session.save_as_conflict(&path).map(|(path, stamp)| Saved { path, stamp, moved_aside });
    if aside {
        return beside(false);
    }
    let saved = if view_only { session.save_view(&path, &stamp) } else { session.save(&path, &stamp) };
    match saved {
        Ok(stamp) => Ok(Saved { path, stamp, moved_aside: false }),
        // Where there is nothing, nothing can be destroyed.
        Err(SaveError::ChangedByOther { .. }) if !path.exists() => session
            .save(&path, &Stamp::ABSENT)
            .map(|stamp| Saved { path: path.clone(), stamp, moved_aside: false }),
        // A view is no work to keep beside that of somebody else.
        Err(SaveError::ChangedByOther { .. }) if view_only => Ok(Saved { path, stamp, moved_aside: false }),
        Err(SaveError::ChangedByOther { .. }) => beside(true),
        Err(error) => Err(error),
    }
}

/// The document as a session, on top of what was read.
fn session(base: &Session, document: &Document, model: Option<&str>) -> Session {
    let mut session = base.clone();
    session.model = model.map(str::to_owned).or(session.model);
    let class_name = |id: ClassId| document.class(id).map(|class| class.name.clone());
    session.classes = document
        .classes()
        .iter()
        .map(|class| {
            let known = base.classes.iter().find(|c| c.name == class.name);
            let other = known.map(|c| c.other.clone()).unwrap_or_default();
            SessionClass { name: class.name.clone(), colour: class.colour, other }
        })
        .collect();
    session.masks = document
        .masks()
        .iter()
        .map(|item| {
            let mut mask = SessionMask::new(item.name.clone(), item.colour, item.mask.clone());
            if let Some(known) = base.masks.iter().find(|m| m.name == item.name) {
                mask.other = known.other.clone();
                mask.other.remove("candidate");
            }
            mask.class = item.class.and_then(class_name);
            (mask.visible, mask.locked) = (item.visible, item.locked);
            mask.predicted_iou = item.predicted_iou;
            mask.stability_score = item.stability_score;
            mask.model = item.model.as_deref().map(str::to_owned);
            let point = |p: &Point| SessionPoint { x: p.x, y: p.y, positive: p.positive };
            mask.points = item.prompting.points.iter().map(point).collect();
            mask.bbox = item.prompting.bbox.map(|b| [b.x0, b.y0, b.x1, b.y1]);
            if let Some(chosen) = item.prompting.chosen {
                mask.other.insert("candidate".into(), chosen.into());
            }
            mask
        })
        .collect();
    session
}

fn restore(session: &Session) -> Restored {
    let mut classes: Vec<Class> = vec![];
    let listed = session.classes.iter().map(|class| (class.name.clone(), Some(class.colour)));
    // A mask may name a class that the list lacks.
    let named = session.masks.iter().filter_map(|mask| Some((mask.class.clone()?, None)));
    for (name, colour) in listed.chain(named) {
        if classes.iter().all(|class| class.name != name) {
            let id = ClassId(classes.len() as u64 + 1);
            let colour = colour.unwrap_or_else(|| crate::document::mask_colour(id.0));
            classes.push(Class { id, name, colour });
        }
    }
    let first = classes.len() as u64 + 1;
    let masks = session.masks.iter().zip(first..).map(|(mask, id)| {
        let class = mask.class.as_ref().and_then(|name| classes.iter().find(|c| c.name == *name));
        let point = |p: &SessionPoint| Point { x: p.x, y: p.y, positive: p.positive };
        let prompting = Prompting {
            points: mask.points.iter().map(point).collect(),
            bbox: mask.bbox.map(|[x0, y0, x1, y1]| BoxPrompt { x0, y0, x1, y1 }),
            chosen: mask.other.get("candidate").and_then(Value::as_u64).map(|n| n as usize),
            from: None,
        };
        Arc::new(MaskItem {
            id: crate::document::MaskId(id),
            name: mask.name.clone(),
            colour: mask.colour,
            visible: mask.visible,
            mask: mask.mask.clone(),
            predicted_iou: mask.predicted_iou,
            stability_score: mask.stability_score,
            model: mask.model.as_deref().map(Into::into),
            prompting,
            found: None,
            edited: true,
            class: class.map(|class| class.id),
            locked: mask.locked,
        })
    });
    let masks = masks.collect();
    Restored { classes, masks }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Edit, NewMask};
    use crate::mask::Mask;

    #[test]
    fn a_document_comes_back_as_it_was() {
        let mut document = Document::default();
        let mask = |n: u32| NewMask {
            mask: Arc::new(Mask::from_fn(30, 20, |x, y| x < n && y > 3)),
            predicted_iou: (n == 4).then_some(0.75),
            stability_score: (n == 4).then_some(0.5),
            model: (n == 4).then(|| "sam2.1-tiny".into()),
            prompting: Prompting {
                points: vec![Point { x: 3.5, y: 4.0, positive: false }],
                bbox: Some(BoxPrompt { x0: 1.0, y0: 2.0, x1: 9.0, y1: 8.0 }),
                chosen: Some(2),
                from: None,
            },
            found: None,
        };
        document.apply(Edit::AddMasks(vec![mask(4), mask(9)]));
        document.apply(Edit::AddClass("cup".into()));
        let (id, class) = (document.masks()[1].id, document.classes()[0].id);
        document.apply(Edit::SetClass(vec![id], Some(class)));
        document.apply(Edit::SetVisible(vec![id], false));
        document.apply(Edit::SetLocked(vec![id], true));
        let mut base = Session::new("a.jpg".into(), (30, 20), 7);
        base.other.insert("from the future".into(), 5.into());
        let saved = session(&base, &document, Some("mobile-sam"));
        assert_eq!((saved.other.len(), saved.model.as_deref()), (1, Some("mobile-sam")));

        let restored = Document::restored(restore(&saved));
        assert_eq!(restored.classes()[0].name, "cup");
        for (a, b) in restored.masks().iter().zip(document.masks()) {
            assert_eq!((&a.name, a.colour, a.visible, a.locked), (&b.name, b.colour, b.visible, b.locked));
            assert_eq!(
                (&a.mask, &a.prompting, a.class.is_some()),
                (&b.mask, &b.prompting, b.class.is_some())
            );
        }
        assert_eq!(session(&base, &restored, Some("mobile-sam")), saved);
        assert!(restored.undo_label().is_none());

        let mut restored = restored;
        let first = restored.masks()[0].id;
        restored.apply(Edit::Delete(vec![first]));
        let mut restored = Document::restored(restore(&session(&base, &restored, None)));
        restored.apply(Edit::AddMasks(vec![mask(2)]));
        assert_eq!(restored.masks()[1].name, "Mask 3", "no name is given twice");
    }
}

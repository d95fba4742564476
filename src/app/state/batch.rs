//! A batch over the photos of the folder: which photo is at which step, and what has come of the others.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::Receiver;

use crate::annotation::Annotation;
use crate::app::texts::batch as texts;
use crate::engine::How;
use crate::files::Photo;
use crate::files::boxes::{BoxFiles, BoxOfPhoto};

/// What is done to each photo.
#[derive(Debug, Clone)]
pub(in crate::app) enum BatchWork {
    Everything { how: How, only_without_masks: bool },
    Boxes { files: Arc<BoxFiles>, min_score: f32 },
}

/// A photo that the network is asked about.
pub(in crate::app) struct BatchPhoto {
    pub photo: Photo,
    /// The boxes that have no mask yet; empty for everything mode.
    pub boxes: Vec<BoxOfPhoto>,
}

/// How far a photo is.
enum Step {
    /// Its file is being read.
    Reading,
    Asking {
        number: u64,
        photo: BatchPhoto,
    },
    /// The proposals are to be added to the work on the photo.
    Answered {
        photo: Photo,
        proposals: Vec<Annotation>,
        model: String,
    },
    /// They are being added to its session. The receiver ends with that.
    Saving(Receiver<()>),
}

struct Run {
    work: BatchWork,
    waiting: VecDeque<PathBuf>,
    /// The photo at work.
    current: Option<(PathBuf, Step)>,
    /// How far the network is with it, in [0, 1].
    fraction: f32,
    total: usize,
    stopped: bool,
    started: Instant,
    results: Results,
}

/// What has come of the photos.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::app) struct Results {
    pub photos: usize,
    pub masks: usize,
    pub skipped: usize,
    pub problems: Vec<String>,
    /// Photos that were not reached.
    pub remaining: usize,
}

#[derive(Default)]
pub(in crate::app) struct Batch {
    run: Option<Run>,
}

impl Batch {
    pub fn start(&mut self, photos: Vec<PathBuf>, work: BatchWork) {
        let total = photos.len();
        self.run = Some(Run {
            work,
            waiting: photos.into(),
            current: None,
            fraction: 0.0,
            total,
            stopped: false,
            started: Instant::now(),
            results: Results::default(),
        });
    }

    pub fn is_running(&self) -> bool {
        self.run.is_some()
    }

    /// Takes no further photos on. What has been found is kept.
    pub fn stop(&mut self) {
        if let Some(run) = &mut self.run {
            run.results.remaining = run.waiting.len();
            run.waiting.clear();
            run.stopped = true;
        }
    }

    /// The photo to read next and what to do to it, if it is time for one.
    pub fn next(&mut self) -> Option<(PathBuf, BatchWork)> {
        let run = self.run.as_mut().filter(|run| run.current.is_none())?;
        let path = run.waiting.pop_front()?;
        run.current = Some((path.clone(), Step::Reading));
        run.fraction = 0.0;
        Some((path, run.work.clone()))
    }

    /// What is done to each photo.
    pub fn work(&self) -> Option<&BatchWork> {
        self.run.as_ref().map(|run| &run.work)
    }

    /// The photo at work.
    pub fn path(&self) -> Option<&Path> {
        self.run.as_ref()?.current.as_ref().map(|(path, _)| path.as_path())
    }

    /// The photo at work has been read, and the network is asked about it. A stopped batch asks nothing.
    pub fn asked(&mut self, photo: BatchPhoto, ask: impl FnOnce(&BatchPhoto) -> u64) {
        let Some(run) = &mut self.run else { return };
        if run.stopped {
            run.results.remaining += usize::from(run.current.take().is_some());
            return;
        }
        if let Some((_, step)) = &mut run.current {
            *step = Step::Asking { number: ask(&photo), photo };
        }
    }

    /// The photo at work needs nothing.
    pub fn skip(&mut self) {
        if let Some(run) = &mut self.run {
            run.current = None;
            run.results.skipped += 1;
        }
    }

    /// How far the network is with the photo, in [0, 1].
    pub fn progress(&mut self, fraction: f32) {
        if let Some(run) = &mut self.run {
            run.fraction = fraction;
        }
    }

    /// The network has answered; `annotated` makes proposals of it.
    pub fn answered(
        &mut self,
        number: u64,
        model: String,
        annotated: impl FnOnce(&BatchPhoto) -> Vec<Annotation>,
    ) {
        let Some((_, step)) = self.run.as_mut().and_then(|run| run.current.as_mut()) else { return };
        if let Step::Asking { number: asked, photo } = step
            && *asked == number
        {
            let proposals = annotated(photo);
            *step = Step::Answered { photo: photo.photo.clone(), proposals, model };
        }
    }

    /// The network will not answer; returns whether it was asked for the batch.
    pub fn ended(&mut self, number: u64) -> bool {
        let Some(run) = &mut self.run else { return false };
        let is_asked =
            matches!(&run.current, Some((_, Step::Asking { number: asked, .. })) if *asked == number);
        if is_asked {
            run.current = None;
            run.results.remaining += usize::from(run.stopped);
        }
        is_asked
    }

    /// Proposals that wait to be added to the work on their photo.
    pub fn proposals(&self) -> Option<(&Photo, &[Annotation], &str)> {
        match self.run.as_ref()?.current.as_ref()? {
            (_, Step::Answered { photo, proposals, model }) => Some((photo, proposals, model)),
            _ => None,
        }
    }

    /// The proposals are being added to a session; `end` ends with that.
    pub fn saving(&mut self, end: Receiver<()>) {
        if let Some((_, step)) = self.run.as_mut().and_then(|run| run.current.as_mut()) {
            *step = Step::Saving(end);
        }
    }

    /// What to wait for before the session of a photo is read.
    pub fn saving_of(&self, photo: &Path) -> Option<Receiver<()>> {
        match self.run.as_ref()?.current.as_ref()? {
            (path, Step::Saving(end)) if path == photo => Some(end.clone()),
            _ => None,
        }
    }

    /// The photo at work is done.
    pub fn done(&mut self, masks: usize) {
        if let Some(run) = &mut self.run {
            run.current = None;
            run.results.photos += 1;
            run.results.masks += masks;
        }
    }

    /// Something went wrong with a photo; the batch goes on with the next.
    pub fn failed(&mut self, problem: String) {
        self.tell(problem);
        if let Some(run) = &mut self.run {
            run.current = None;
        }
    }

    /// Adds something to report at the end.
    pub fn tell(&mut self, problem: String) {
        if let Some(run) = &mut self.run {
            run.results.problems.push(problem);
        }
    }

    /// What has come of the batch, once, when no photo is left.
    pub fn receive(&mut self) -> Option<Results> {
        let has_ended = |run: &mut Run| run.current.is_none() && run.waiting.is_empty();
        Some(self.run.take_if(has_ended)?.results)
    }

    /// What the status bar says, and how far the batch is in [0, 1].
    pub fn status(&self) -> Option<(String, f32)> {
        let run = self.run.as_ref()?;
        let in_work = usize::from(run.current.is_some());
        let done = run.total - run.waiting.len() - in_work - run.results.remaining;
        let worked = done.saturating_sub(run.results.skipped) as f32 + run.fraction * in_work as f32;
        let share = (done as f32 + run.fraction * in_work as f32) / run.total.max(1) as f32;
        let left = (run.waiting.len() + in_work) as f32 - run.fraction * in_work as f32;
        let seconds = (worked > 0.0).then(|| run.started.elapsed().as_secs_f32() / worked * left);
        Some((texts::progress(done, run.total, run.results.problems.len(), seconds), share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::everything::Preset;

    fn photo(path: &Path) -> BatchPhoto {
        let pixels = Arc::new(image::RgbImage::new(4, 4));
        BatchPhoto { photo: Photo::of_pixels(path.into(), pixels, 0), boxes: vec![] }
    }

    #[test]
    fn photos_are_worked_on_one_by_one_and_a_stop_keeps_what_is_done() {
        let mut batch = Batch::default();
        let photos: Vec<PathBuf> = (0..5).map(|i| format!("{i}.jpg").into()).collect();
        let work = BatchWork::Everything { how: How::Preset(Preset::Quick), only_without_masks: true };
        batch.start(photos, work);
        let (first, _) = batch.next().unwrap();
        assert!(batch.next().is_none(), "one at a time");
        batch.asked(photo(&first), |_| 7);
        assert!(batch.status().unwrap().0.contains("0 of 5"));
        batch.answered(6, "m".into(), |_| panic!("another question"));
        batch.answered(7, "m".into(), |_| vec![]);
        assert!(batch.proposals().is_some_and(|(photo, ..)| photo.path == first));
        let (hold, end) = crossbeam_channel::bounded(0);
        batch.saving(end);
        assert!(batch.saving_of(&first).is_some() && batch.saving_of(Path::new("x")).is_none());
        drop::<crossbeam_channel::Sender<()>>(hold);
        batch.done(3);
        batch.next();
        batch.skip();
        batch.next();
        batch.failed("2.jpg: is damaged".into());
        assert!(batch.status().unwrap().0.contains("3 of 5"));
        let (fourth, _) = batch.next().unwrap();
        batch.asked(photo(&fourth), |_| 8);
        batch.stop();
        assert!(batch.receive().is_none(), "the network is still at work");
        assert!(batch.ended(8) && !batch.ended(8));
        let results = batch.receive().unwrap();
        assert_eq!((results.photos, results.masks, results.skipped, results.remaining), (1, 3, 1, 2));
        assert_eq!(results.problems.len(), 1);
        assert!(!batch.is_running());
    }
}

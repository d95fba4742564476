//! Following objects: what a run starts from, what comes of it, and its end.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use crate::annotation::Annotation;
use crate::app::messages::first_few;
use crate::app::models;
use crate::app::shell::Tinsel;
use crate::app::state::{FollowRun, Reach, StepId, Way};
use crate::app::tasks::{FollowRequest, FollowStart, FrameObjects};
use crate::app::texts::sequence as texts;
use crate::document::{Document, Edit, Looks, MaskId, OnFrame, Presence, Sighting, TrackEdit};
use crate::engine::{Following, JobKind};
use crate::sam::memory::MEMORIES;
use crate::track::{TrackId, TrackMark};
use crate::tracking::{Direction, Origin, Range, Tracked};

impl Tinsel {
    /// Follows all objects from the open frame; masks that are selected become objects first.
    pub(in crate::app) fn follow(&mut self, way: Way) {
        if self.sequence.is_following() {
            return self.messages.news(texts::running());
        }
        if !self.model.is_loaded() {
            return self.messages.news(texts::model_loading());
        }
        self.track_masks();
        let Some(frame) = self.frame() else { return };
        let known = self.known_objects();
        let Some(timeline) = &mut self.sequence.open else { return };
        timeline.playing = None;
        timeline.lanes.refresh();
        let (mut cues, mut priors) = (vec![], vec![]);
        let forward = way != Way::Backward;
        let direction = if forward { Direction::Forward } else { Direction::Backward };
        for (track, lane) in timeline.lanes.iter() {
            cues.extend(lane.prompted().map(|frame| (track, frame)));
            let before = lane.followed_before(frame, forward);
            let last = before.into_iter().take(MEMORIES - 1).collect::<Vec<_>>().into_iter().rev();
            priors.extend(last.map(|frame| (track, frame, direction)));
        }
        if cues.is_empty() {
            return self.messages.news(texts::no_objects());
        }
        let step = timeline.steps.begin(texts::step().to_owned());
        let range = Range { from: Some(frame), directions: way.directions(), limit: timeline.reach.limit() };
        let objects: BTreeSet<TrackId> = cues.iter().map(|(track, _)| *track).collect();
        timeline.run = Some(FollowRun::new(step, range, objects.len()));
        let frames = self.workspace.photos.clone();
        self.tasks.prepare_following(FollowRequest { step, frames, cues, priors, known });
    }

    /// Makes the selected masks objects of the sequence; without any, and without objects, all masks of the frame.
    pub(super) fn track_masks(&mut self) {
        let Some(timeline) = &mut self.sequence.open else { return };
        let document = &self.workspace.document;
        let wants_all = document.selection().is_empty() && timeline.lanes.len() == 0;
        let is_wanted = |id: &MaskId| wants_all || document.selection().contains(id);
        let untracked =
            document.masks().iter().filter(|item| item.annotation.track.is_none() && !item.locked);
        let wanted: Vec<MaskId> = untracked.map(|item| item.id).filter(is_wanted).collect();
        let marks: Vec<_> = wanted.into_iter().map(|id| (id, timeline.lanes.new_id())).collect();
        if !marks.is_empty() {
            self.workspace.document.apply(Edit::SetTrack(marks));
        }
        if let Some(frame) = self.frame()
            && let Some(timeline) = &mut self.sequence.open
        {
            timeline.lanes.set(frame, self.workspace.document.sightings());
        }
    }

    /// The objects on the frames in the window, whose sessions may be older.
    fn known_objects(&self) -> HashMap<usize, FrameObjects> {
        let Some(timeline) = &self.sequence.open else { return HashMap::new() };
        let of_document = |path: &Path, document: &Document| {
            let tracks: BTreeSet<TrackId> = document.sightings().iter().map(|s| s.track).collect();
            let on_frame = |track| Some((track, document.on_frame(track)?));
            let size = self.workspace.document_at(path).map(|(_, size)| size).unwrap_or_default();
            FrameObjects { size, objects: tracks.into_iter().filter_map(on_frame).collect() }
        };
        let documents = self.workspace.documents();
        documents.filter_map(|(path, d)| Some((timeline.frame_of(path)?, of_document(path, d)))).collect()
    }

    /// What a run starts from has been read.
    pub(in crate::app) fn follow_prepared(&mut self, step: StepId, start: Result<Box<FollowStart>, String>) {
        let Some(timeline) = &mut self.sequence.open else { return };
        let Some(run) = timeline.run.as_mut().filter(|run| run.step == step && run.number.is_none()) else {
            return;
        };
        let start = match start {
            Ok(start) => *start,
            Err(error) => {
                timeline.run = None;
                return self.messages.error(error);
            }
        };
        if run.is_stopped {
            timeline.run = None;
            return;
        }
        let FollowStart { sequence, cues, priors, looks } = start;
        run.looks = looks;
        run.model = self.model.name().map(|name| models::display_name(name, &self.settings.models_url));
        run.number = Some(self.engine.follow(Following {
            sequence: timeline.number,
            frames: Box::new(sequence),
            cues,
            priors,
            range: run.range.clone(),
            limits: self.settings.doubts,
        }));
    }

    fn run_with(&mut self, number: u64) -> Option<&mut FollowRun> {
        self.sequence.open.as_mut()?.run.as_mut().filter(|run| run.number == Some(number))
    }

    pub(in crate::app) fn following_begun(&mut self, number: u64, frames: usize) {
        self.run_with(number).into_iter().for_each(|run| run.begin(frames));
    }

    pub(in crate::app) fn following_progress(&mut self, fraction: f32) {
        let run = self.sequence.open.as_mut().and_then(|timeline| timeline.run.as_mut());
        run.into_iter().for_each(|run| run.progress(fraction));
    }

    pub(in crate::app) fn following_problem(&mut self, number: u64, message: String) {
        self.run_with(number).into_iter().for_each(|run| run.summary.problems.push(message.clone()));
    }

    /// An object has been followed to a frame.
    pub(in crate::app) fn followed(&mut self, number: u64, tracked: Tracked) {
        let Some(run) = self.run_with(number) else { return };
        // A prompted frame has what the person has said.
        if tracked.origin == Origin::Prompted {
            return;
        }
        let Tracked { object, frame, mask, predicted_iou, doubts, .. } = tracked;
        run.summary.frames.insert(frame);
        if !doubts.is_empty() && !mask.is_empty() {
            run.summary.doubtful.insert(frame);
        }
        let step = run.step;
        let place = if mask.is_empty() {
            OnFrame::Absent { is_prompted: false }
        } else {
            let looks = run.looks.get(&object).cloned();
            let looks = looks.unwrap_or_else(|| Annotation::new(texts::object(object), mask.clone()));
            OnFrame::Visible(Annotation {
                name: looks.name,
                class: looks.class,
                colour: looks.colour,
                predicted_iou: Some(predicted_iou),
                model: run.model.as_deref().map(Into::into),
                track: Some(TrackMark { track: object, is_prompted: false, doubts }),
                ..Annotation::new("", mask)
            })
        };
        if let Some(timeline) = &mut self.sequence.open {
            timeline.lanes.add(frame, sighting(object, &place));
            timeline.waiting.add(frame, (Some(step), TrackEdit::Follow(vec![(object, place)])));
        }
    }

    /// A run has ended.
    pub(in crate::app) fn following_ended(&mut self, number: u64, is_complete: bool) {
        if self.run_with(number).is_none() {
            return;
        }
        let Some(timeline) = &mut self.sequence.open else { return };
        let Some(run) = timeline.run.take() else { return };
        let text = texts::ended(&run.summary, is_complete);
        match run.summary.problems.is_empty() {
            true => self.messages.news(text),
            false => self.messages.error(texts::with_problems(&text, &first_few(run.summary.problems))),
        }
    }

    /// Ends the run; what was followed is kept.
    pub(in crate::app) fn stop_following(&mut self) {
        if let Some(run) = self.sequence.open.as_mut().and_then(|timeline| timeline.run.as_mut()) {
            run.is_stopped = true;
            self.engine.cancel(JobKind::Following);
        }
    }

    pub(in crate::app) fn set_reach(&mut self, reach: Reach) {
        self.sequence.open.iter_mut().for_each(|timeline| timeline.reach = reach);
    }
}

fn sighting(track: TrackId, place: &OnFrame) -> Sighting {
    match place {
        OnFrame::Visible(Annotation { track: Some(mark), name, class, colour: Some(colour), .. }) => {
            let looks = Looks { name: name.clone(), class: class.clone(), colour: *colour };
            Sighting::visible(mark.clone(), looks)
        }
        OnFrame::Visible(_) => Sighting { track, presence: Presence::Followed(vec![]), looks: None },
        OnFrame::Absent { is_prompted } => Sighting::absent(track, *is_prompted),
    }
}

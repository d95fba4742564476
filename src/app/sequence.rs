//! The photos of the window as a sequence: its objects are followed, and changed over many frames at once.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::time::{Duration, Instant};

use super::messages::first_few;
use super::models;
use super::shell::Tinsel;
use super::state::{FollowRun, Reach, Saving, StepEdit, StepId, Way, folder_of};
use super::tasks::{ChangedFrame, FollowRequest, FollowStart, FoundTracks, FrameObjects, SavedFrame};
use super::texts::sequence as texts;
use crate::annotation::Annotation;
use crate::colour::mask_colour;
use crate::document::{ClassId, Document, Edit, Looks, MaskId, OnFrame, Presence, Sighting, TrackEdit};
use crate::engine::{Following, JobKind};
use crate::files::{file_and_page, is_film};
use crate::sam::memory::MEMORIES;
use crate::track::{TrackId, TrackMark};
use crate::tracking::{Direction, Origin, Range, Tracked};

/// So many sessions are written by one task: a frame that is opened meanwhile waits for it.
const SAVED_AT_ONCE: usize = 16;

impl Tinsel {
    /// Whether the photos of the window are the frames of a sequence.
    fn is_sequence(&self) -> bool {
        let photos = &self.workspace.photos;
        let [first, second, ..] = &photos[..] else { return false };
        // A film, or the pages of a file.
        if is_film(&file_and_page(first).0) || file_and_page(first).0 == file_and_page(second).0 {
            return true;
        }
        // The project is that of the open photo's folder.
        let is_here =
            self.workspace.open.as_ref().is_some_and(|open| open.photo.path.parent() == first.parent());
        is_here && self.projects.current().is_some_and(|project| project.content().is_sequence)
    }

    /// Treats the photos of the folder as a sequence, or no longer.
    pub(super) fn toggle_sequence(&mut self) {
        let is_sequence = self.sequence.open.is_none();
        self.projects.project().set_sequence(is_sequence);
    }

    /// Opens all pages or frames of the open photo's file as a sequence.
    pub(super) fn open_frames(&mut self) {
        if let Some(open) = &self.workspace.open {
            let file = open.photo.file();
            let request = self.workspace.begin();
            self.tasks.list_frames(request, file);
        }
    }

    /// Keeps the timeline in step with the photos, their documents and their sessions. Call it in every frame.
    pub(super) fn follow_sequence(&mut self) {
        let list = self.workspace.list;
        let is_stale = self.sequence.open.as_ref().is_some_and(|timeline| timeline.list != list);
        let is_wanted = self.is_sequence();
        if is_stale || (self.sequence.open.is_some() && !is_wanted) {
            self.leave_sequence();
        }
        if is_wanted && self.sequence.open.is_none() {
            self.sequence.begin(list, &self.workspace.photos);
            if let Some(timeline) = &self.sequence.open {
                self.tasks.find_tracks(timeline.number, self.workspace.photos.clone());
            }
        }
        self.spread_edits();
        self.save_edits();
        if let Some(timeline) = &mut self.sequence.open {
            for (path, document) in self.workspace.documents() {
                if let Some(frame) = timeline.frame_of(path)
                    && timeline.is_new(frame, document.revision())
                {
                    timeline.lanes.set(frame, document.sightings());
                }
            }
            timeline.lanes.refresh();
            if !timeline.is_busy() {
                timeline.steps.drop_empty();
            }
        }
        self.follow_choice();
        self.follow_play();
    }

    /// Ends what is under way in the sequence; what it has made is saved.
    fn leave_sequence(&mut self) {
        self.stop_following();
        self.spread_edits();
        let Some(mut timeline) = self.sequence.open.take() else { return };
        let frames = timeline.waiting.frames();
        let work = |frame: usize| {
            Some((frame, timeline.path_of(frame)?.to_path_buf(), timeline.waiting.take(frame)))
        };
        let work: Vec<_> = frames.into_iter().filter_map(work).collect();
        if !work.is_empty() {
            self.tasks.save_tracks(timeline.number, work);
        }
    }

    /// Ends a run, and writes what waits to be saved, before the program ends.
    pub(super) fn finish_sequence(&mut self) {
        self.sequence.open.iter_mut().for_each(|timeline| timeline.run = None);
        self.leave_sequence();
    }

    /// Puts edits of frames whose documents are in the window into these.
    fn spread_edits(&mut self) {
        let Some(timeline) = &mut self.sequence.open else { return };
        let frames = timeline.waiting.frames();
        let sizes: HashMap<usize, (u32, u32)> = self
            .workspace
            .paths()
            .filter_map(|path| Some((timeline.frame_of(path)?, self.workspace.document_at(path)?.1)))
            .collect();
        for (path, document) in self.workspace.documents_mut() {
            let Some(frame) = timeline.frame_of(path).filter(|frame| frames.contains(frame)) else {
                continue;
            };
            let Some(project) = self.projects.of_folder(&folder_of(path)) else { continue };
            for (step, edit) in timeline.waiting.take(frame) {
                if sizes.get(&frame).is_some_and(|size| !edit.fits(*size)) {
                    self.messages.error(texts::does_not_fit(frame));
                    continue;
                }
                let revision = project.content().revision();
                project.adopt_all(edit.classes().into_iter().map(|name| (name, None)), revision);
                document.use_classes(project.classes().clone());
                let changes = document.change_tracks(&edit);
                if let Some(step) = step {
                    timeline.steps.note(step, frame, changes);
                }
            }
        }
    }

    /// Writes edits of other frames into their sessions.
    fn save_edits(&mut self) {
        let Some(timeline) = &mut self.sequence.open else { return };
        if !timeline.waiting.can_save() {
            return;
        }
        let photos = &self.workspace.photos;
        // What is being opened has been read already, or is about to be.
        let is_free = |frame: &usize| photos.get(*frame).is_some_and(|path| !self.workspace.is_opening(path));
        let frames: Vec<usize> =
            timeline.waiting.frames().into_iter().filter(is_free).take(SAVED_AT_ONCE).collect();
        if frames.is_empty() {
            return;
        }
        let work = frames.iter().map(|frame| (*frame, photos[*frame].clone(), timeline.waiting.take(*frame)));
        let work: Vec<_> = work.collect();
        let is_step = work.iter().any(|(_, _, edits)| edits.iter().any(|(step, _)| step.is_some()));
        let end = self.tasks.save_tracks(timeline.number, work);
        timeline.waiting.save(Saving { frames, is_step, end });
    }

    /// Sessions of frames have been changed.
    pub(super) fn tracks_saved(&mut self, number: u64, frames: Vec<SavedFrame>) {
        let (mut problems, mut told) = (vec![], vec![]);
        let mut timeline = self.sequence.open.as_mut().filter(|timeline| timeline.number == number);
        if let Some(timeline) = &mut timeline {
            timeline.waiting.saved();
        }
        for SavedFrame { frame, path, edits, result } in frames {
            self.panels.filmstrip.forget(std::slice::from_ref(&path));
            match (result, &mut timeline) {
                (Ok(ChangedFrame { changes, sightings, masks, notices }), timeline) => {
                    self.photo_states.count([(path, masks)]);
                    told.extend(notices);
                    let Some(timeline) = timeline else { continue };
                    timeline.lanes.set(frame, sightings);
                    for ((step, _), changes) in edits.into_iter().zip(changes) {
                        step.into_iter().for_each(|step| timeline.steps.note(step, frame, changes.clone()));
                    }
                }
                (Err(error), Some(timeline)) => {
                    timeline.waiting.put_back(frame, edits);
                    problems.push(error);
                }
                (Err(error), None) => problems.push(error),
            }
        }
        if !told.is_empty() {
            self.messages.error(first_few(told));
        }
        if !problems.is_empty() {
            self.stop_following();
            self.messages.error(texts::not_saved(&first_few(problems)));
        }
    }

    /// A task that changes sessions has failed.
    pub(super) fn saving_tracks_broke(&mut self) {
        self.stop_following();
        self.sequence.open.iter_mut().for_each(|timeline| timeline.waiting.saved());
    }

    /// The sessions of the frames have been looked through.
    pub(super) fn tracks_found(&mut self, FoundTracks { number, frames }: FoundTracks) {
        let Some(timeline) = self.sequence.open.as_mut().filter(|timeline| timeline.number == number) else {
            return;
        };
        timeline.is_reading = false;
        for (frame, sightings) in frames {
            // Documents in the window are ahead of their files.
            let is_open = self
                .workspace
                .photos
                .get(frame)
                .is_some_and(|path| self.workspace.paths().any(|known| known == path));
            if !is_open {
                timeline.lanes.set(frame, sightings);
            }
        }
    }

    /// The frame on the canvas.
    pub(super) fn frame(&self) -> Option<usize> {
        self.sequence.open.as_ref()?.frame_of(&self.workspace.open.as_ref()?.photo.path)
    }

    /// The objects that are selected on the open frame.
    pub(super) fn selected_tracks(&self) -> BTreeSet<TrackId> {
        self.selected().filter_map(|item| Some(item.annotation.track.as_ref()?.track)).collect()
    }

    /// Says which object a new mask is of: the chosen one, or a new one.
    pub(super) fn with_track(&mut self, mask: Annotation<ClassId>) -> Annotation<ClassId> {
        let Some(timeline) = self.sequence.open.as_mut() else { return mask };
        let Some(track) = timeline.chosen.take() else {
            let track = Some(TrackMark::prompted(timeline.lanes.new_id()));
            return Annotation { track, ..mask };
        };
        let Some(lane) = timeline.lanes.get(track) else { return mask };
        let Looks { name, class, colour } = lane.looks.clone();
        let class = class.and_then(|class| Some(self.workspace.document.classes().named(&class)?.id));
        Annotation { name, class, colour: Some(colour), track: Some(TrackMark::prompted(track)), ..mask }
    }

    /// Makes an object the one that is worked on: selects its mask, and makes the next mask its own. Chosen again, it
    /// no longer is.
    pub(super) fn choose_track(&mut self, track: TrackId) {
        let mask = self.workspace.document.mask_of_track(track).map(|item| item.id);
        let Some(timeline) = &mut self.sequence.open else { return };
        let is_chosen = timeline.chosen.take() == Some(track);
        timeline.chosen = Some(track).filter(|_| !is_chosen);
        self.workspace.document.select(mask.filter(|_| !is_chosen));
    }

    /// Lets the chosen object go when another mask is selected.
    fn follow_choice(&mut self) {
        let Some(timeline) = &mut self.sequence.open else { return };
        let document = &self.workspace.document;
        let mask = timeline.chosen.and_then(|track| document.mask_of_track(track));
        if mask.is_some_and(|item| !document.selection().contains(&item.id)) {
            timeline.chosen = None;
        }
    }

    /// The objects that are selected or chosen.
    pub(super) fn tracks_in_hand(&self) -> BTreeSet<TrackId> {
        let chosen = self.sequence.open.as_ref().and_then(|timeline| timeline.chosen);
        self.selected_tracks().into_iter().chain(chosen).collect()
    }

    /// Follows all objects from the open frame; masks that are selected become objects first.
    pub(super) fn follow(&mut self, way: Way) {
        if self.sequence.is_following() {
            return self.messages.news(texts::RUNNING);
        }
        if !self.model.is_loaded() {
            return self.messages.news(texts::MODEL_LOADING);
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
            return self.messages.news(texts::NO_OBJECTS);
        }
        let step = timeline.steps.begin(texts::STEP.to_owned());
        let range = Range { from: Some(frame), directions: way.directions(), limit: timeline.reach.limit() };
        let objects: BTreeSet<TrackId> = cues.iter().map(|(track, _)| *track).collect();
        timeline.run = Some(FollowRun::new(step, range, objects.len()));
        let frames = self.workspace.photos.clone();
        self.tasks.prepare_following(FollowRequest { step, frames, cues, priors, known });
    }

    /// Makes the selected masks objects of the sequence; without any, and without objects, all masks of the frame.
    fn track_masks(&mut self) {
        let Some(timeline) = &mut self.sequence.open else { return };
        let document = &self.workspace.document;
        let is_wanted = |id: &MaskId| match document.selection().is_empty() && timeline.lanes.len() == 0 {
            true => true,
            false => document.selection().contains(id),
        };
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
    pub(super) fn follow_prepared(&mut self, step: StepId, start: Result<Box<FollowStart>, String>) {
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

    pub(super) fn following_begun(&mut self, number: u64, frames: usize) {
        self.run_with(number).into_iter().for_each(|run| run.begin(frames));
    }

    pub(super) fn following_progress(&mut self, fraction: f32) {
        let run = self.sequence.open.as_mut().and_then(|timeline| timeline.run.as_mut());
        run.into_iter().for_each(|run| run.progress(fraction));
    }

    pub(super) fn following_problem(&mut self, number: u64, message: String) {
        self.run_with(number).into_iter().for_each(|run| run.summary.problems.push(message.clone()));
    }

    /// An object has been followed to a frame.
    pub(super) fn followed(&mut self, number: u64, tracked: Tracked) {
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
    pub(super) fn following_ended(&mut self, number: u64, is_complete: bool) {
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
    pub(super) fn stop_following(&mut self) {
        if let Some(run) = self.sequence.open.as_mut().and_then(|timeline| timeline.run.as_mut()) {
            run.is_stopped = true;
            self.engine.cancel(JobKind::Following);
        }
    }

    /// Changes objects on these frames, as one step of undo.
    fn change_tracks(&mut self, label: String, frames: BTreeSet<usize>, edit: &TrackEdit) {
        self.change_frames(label, frames.into_iter().map(|frame| (frame, edit.clone())).collect());
    }

    fn change_frames(&mut self, label: String, edits: Vec<(usize, TrackEdit)>) {
        if self.sequence.is_following() {
            return self.messages.news(texts::RUNNING);
        }
        let Some(timeline) = &mut self.sequence.open else { return };
        let step = timeline.steps.begin(label);
        edits.into_iter().for_each(|(frame, edit)| timeline.waiting.add(frame, (Some(step), edit)));
        self.spread_edits();
    }

    /// The frames on which any of the objects is as wanted.
    fn frames_with(
        &self,
        tracks: &BTreeSet<TrackId>,
        is_wanted: impl Fn(usize, &Presence) -> bool,
    ) -> BTreeSet<usize> {
        let timeline = self.sequence.open.as_ref();
        timeline.map(|timeline| timeline.lanes.frames_with(tracks, is_wanted)).unwrap_or_default()
    }

    /// Removes what was followed of the selected objects, or of all, from the open frame on.
    pub(super) fn clear_from_here(&mut self) {
        let Some(first) = self.frame() else { return };
        let tracks = self.tracks_at_work();
        let frames = self.frames_with(&tracks, |frame, _| frame >= first);
        self.change_tracks(texts::CLEAR.to_owned(), frames, &TrackEdit::Clear(tracks));
    }

    /// Removes an object from all frames.
    pub(super) fn delete_tracks(&mut self, tracks: BTreeSet<TrackId>) {
        let frames = self.frames_with(&tracks, |_, _| true);
        self.change_tracks(texts::deleted(tracks.len()), frames, &TrackEdit::Delete(tracks));
    }

    /// Makes one object of two.
    pub(super) fn merge_tracks(&mut self, from: TrackId, to: TrackId) {
        let frames = self.frames_with(&[from].into(), |_, _| true);
        let looks = self.looks_of(to);
        let edits = [TrackEdit::Renumber { from, to }, TrackEdit::Describe(to, looks)];
        let edits = frames.into_iter().flat_map(|frame| edits.clone().map(|edit| (frame, edit)));
        self.change_frames(texts::MERGE.to_owned(), edits.collect());
    }

    /// Makes an object of its own of what is there of another from the open frame on, where the other one ends.
    pub(super) fn split_track(&mut self, from: TrackId) {
        let Some(first) = self.frame() else { return };
        let frames = self.frames_with(&[from].into(), |frame, _| frame >= first);
        let looks = self.looks_of(from);
        let Some(timeline) = &mut self.sequence.open else { return };
        let to = timeline.lanes.new_id();
        let looks = Looks { name: texts::part(&looks.name), colour: mask_colour(to.into()), ..looks };
        let edits = [TrackEdit::Renumber { from, to }, TrackEdit::Describe(to, looks)];
        let mut all = vec![];
        for (place, frame) in frames.into_iter().enumerate() {
            all.extend(edits.clone().map(|edit| (frame, edit)));
            if place == 0 {
                let ends = OnFrame::Absent { is_prompted: true };
                all.push((frame, TrackEdit::Put(vec![(from, Some(ends))])));
                all.push((frame, TrackEdit::Confirm(to)));
            }
        }
        self.change_frames(texts::SPLIT.to_owned(), all);
    }

    fn looks_of(&self, track: TrackId) -> Looks {
        let lane = self.sequence.open.as_ref().and_then(|timeline| timeline.lanes.get(track));
        lane.map(|lane| lane.looks.clone()).unwrap_or_default()
    }

    /// Gives an object another name on all frames.
    pub(super) fn rename_track(&mut self, track: TrackId, name: String) {
        let frames = self.frames_with(&[track].into(), |_, _| true);
        self.change_tracks(texts::RENAME.to_owned(), frames, &TrackEdit::Rename(track, name));
    }

    /// Edits masks. What is said about an object of a sequence holds for all frames.
    pub(super) fn edit(&mut self, edit: Edit) {
        let track_of =
            |document: &Document, id: MaskId| Some(document.mask(id)?.annotation.track.as_ref()?.track);
        let document = &self.workspace.document;
        match edit {
            Edit::Rename(id, name) if self.sequence.open.is_some() && track_of(document, id).is_some() => {
                track_of(document, id).into_iter().for_each(|track| self.rename_track(track, name.clone()));
            }
            Edit::SetClass(ids, class) if self.sequence.open.is_some() => {
                let name = class.and_then(|class| document.classes().get(class)).map(|c| c.name.clone());
                let (tracked, plain): (Vec<MaskId>, Vec<MaskId>) =
                    ids.into_iter().partition(|id| track_of(document, *id).is_some());
                let tracks: BTreeSet<TrackId> =
                    tracked.into_iter().filter_map(|id| track_of(document, id)).collect();
                if !plain.is_empty() {
                    self.workspace.document.apply(Edit::SetClass(plain, class));
                }
                for track in tracks {
                    let frames = self.frames_with(&[track].into(), |_, _| true);
                    let edit = TrackEdit::Classify(track, name.clone());
                    self.change_tracks(texts::CLASSIFY.to_owned(), frames, &edit);
                }
            }
            edit => self.workspace.document.apply(edit),
        }
    }

    /// Copies the selected masks to the next frame, as if a person had drawn them there, and goes there.
    pub(super) fn copy_to_next_frame(&mut self) {
        let selected: Vec<MaskId> = self.selected().map(|item| item.id).collect();
        self.track_masks();
        let Some(next) = self.neighbour(1) else { return };
        let document = &self.workspace.document;
        let place = |id: &MaskId| {
            let mut annotation = document.annotation(document.mask(*id)?);
            let mark = annotation.track.as_mut()?;
            mark.correct();
            Some((mark.track, Some(OnFrame::Visible(annotation))))
        };
        let places: Vec<_> = selected.iter().filter_map(place).collect();
        if !places.is_empty() {
            self.change_tracks(texts::COPY.to_owned(), [next].into(), &TrackEdit::Put(places));
            self.open_photo(next);
        }
    }

    /// Says that the selected objects, or the chosen one, are not on the open frame.
    pub(super) fn mark_absent(&mut self) {
        for track in self.tracks_in_hand() {
            self.workspace.document.apply(Edit::MarkAbsent(track));
        }
    }

    /// The objects that are selected or chosen, or all.
    fn tracks_at_work(&self) -> BTreeSet<TrackId> {
        let in_hand = self.tracks_in_hand();
        if !in_hand.is_empty() {
            return in_hand;
        }
        self.sequence.open.as_ref().map(|timeline| timeline.lanes.ids()).unwrap_or_default()
    }

    /// The next or previous frame with a doubtful mask, or with a prompt.
    pub(super) fn landmark(&self, doubtful: bool, forward: bool) -> Option<usize> {
        let (timeline, frame) = (self.sequence.open.as_ref()?, self.frame()?);
        match doubtful {
            true => timeline.lanes.next_doubtful(frame, forward),
            false => timeline.lanes.next_prompted(frame, forward),
        }
    }

    /// Plays the sequence from the open frame, from the first one if that is the last, or stops.
    pub(super) fn toggle_play(&mut self) {
        let Some(frame) = self.frame() else { return };
        let Some(timeline) = &mut self.sequence.open else { return };
        let is_end = frame + 1 == timeline.frames();
        if timeline.playing.take().is_some() {
            return self.encode();
        }
        timeline.playing = Some((Instant::now(), if is_end { 0 } else { frame }));
        if is_end {
            self.open_photo(0);
        }
    }

    /// Opens the frame whose time has come. Frames that cannot be shown in time are left out.
    fn follow_play(&mut self) {
        let Some(timeline) = &mut self.sequence.open else { return };
        let Some((begun, first)) = timeline.playing else { return };
        let rate = self.settings.frame_rate;
        let due = first + (begun.elapsed().as_secs_f32() * rate) as usize;
        let last = timeline.frames().saturating_sub(1);
        let current = self.workspace.current;
        if current >= last && !self.workspace.loading {
            timeline.playing = None;
            return self.encode();
        }
        if due > current && !self.workspace.loading {
            self.open_photo(due.min(last));
        }
        self.tasks.ctx().request_repaint_after(Duration::from_secs_f32(1.0 / rate));
    }

    /// Puts edits of undo or redo on their way.
    fn make(&mut self, edits: Vec<(usize, TrackEdit)>) {
        if let Some(timeline) = &mut self.sequence.open {
            edits.into_iter().for_each(|(frame, edit)| timeline.waiting.add(frame, (None, edit) as StepEdit));
        }
        self.spread_edits();
    }

    /// Whether undo and redo of the sequence have to wait until its last change is saved.
    fn waits_for_saving(&self) -> bool {
        self.sequence.open.as_ref().is_some_and(|timeline| !timeline.waiting.is_recorded())
    }

    pub(super) fn undo_sequence(&mut self) {
        if self.waits_for_saving() {
            return self.messages.news(texts::STILL_SAVING);
        }
        let edits = self.sequence.open.as_mut().map(|timeline| timeline.steps.undo());
        self.make(edits.unwrap_or_default());
    }

    pub(super) fn redo_sequence(&mut self) {
        if self.waits_for_saving() {
            return self.messages.news(texts::STILL_SAVING);
        }
        let edits = self.sequence.open.as_mut().map(|timeline| timeline.steps.redo());
        self.make(edits.unwrap_or_default());
    }

    pub(super) fn set_reach(&mut self, reach: Reach) {
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

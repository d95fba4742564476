//! The photos of the window as a sequence: its objects are followed, and changed over many frames at once.

mod follow;
mod objects;

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use super::messages::first_few;
use super::shell::Tinsel;
use super::state::{Saving, folder_of};
use super::tasks::{ChangedFrame, FoundTracks, SavedFrame};
use super::texts::sequence as texts;
use crate::annotation::Annotation;
use crate::document::{ClassId, Looks};
use crate::files::{file_and_page, is_film};
use crate::track::{TrackId, TrackMark};

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
            self.sequence.begin(list, self.workspace.photos.clone());
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
            self.tasks.save_tracks(timeline.number, work, timeline.waiting.end_of_saving());
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
        if frames.is_empty() {
            return;
        }
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
        let end = self.tasks.save_tracks(timeline.number, work, None);
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
}

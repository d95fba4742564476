//! Reading and saving for sequences: what is known of the objects, what a run starts from, and what comes of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};

use super::{Kind, Outcome, Tasks};
use crate::annotation::Annotation;
use crate::app::photo_list::PhotoList;
use crate::app::state::{StepEdit, StepId};
use crate::document::{OnFrame, Sighting, TrackChange};
use crate::files::sequence::{Sequence, frames_of};
use crate::files::session::{SavedWork, Session, SessionFinder};
use crate::mask::Mask;
use crate::track::TrackId;
use crate::tracking::{Cue, Direction, PriorMask};

/// The objects on the frames of a sequence, by the sessions of these.
pub(in crate::app) struct FoundTracks {
    pub number: u64,
    pub frames: Vec<(usize, Vec<Sighting>)>,
}

/// What a run needs to know.
pub(in crate::app) struct FollowRequest {
    pub step: StepId,
    pub frames: PhotoList,
    /// The frames on which people have said where objects are.
    pub cues: Vec<(TrackId, usize)>,
    /// The frames that objects were followed to last, in their order.
    pub priors: Vec<(TrackId, usize, Direction)>,
    /// What the window knows of frames, whose sessions may be older, with the size of each.
    pub known: HashMap<usize, FrameObjects>,
}

/// The objects on a frame.
#[derive(Default, Clone)]
pub(in crate::app) struct FrameObjects {
    pub size: (u32, u32),
    pub objects: Vec<(TrackId, OnFrame)>,
}

/// What a run starts from.
pub(in crate::app) struct FollowStart {
    pub sequence: Sequence,
    pub cues: Vec<(TrackId, usize, Cue)>,
    pub priors: Vec<(TrackId, PriorMask)>,
    /// What the masks of each object look like: that of the first frame on which it was prompted.
    pub looks: BTreeMap<TrackId, Annotation>,
}

/// A frame whose session was changed, or why not.
pub(in crate::app) struct SavedFrame {
    pub frame: usize,
    pub path: PathBuf,
    pub edits: Vec<StepEdit>,
    pub result: Result<ChangedFrame, String>,
}

/// What has become of a frame's session.
pub(in crate::app) struct ChangedFrame {
    /// By edit.
    pub changes: Vec<Vec<TrackChange>>,
    pub sightings: Vec<Sighting>,
    pub masks: usize,
    /// For the user.
    pub notices: Vec<String>,
}

impl Tasks {
    /// Finds the frames of a film, an animated picture or a file with pages.
    pub fn list_frames(&mut self, request: u64, file: PathBuf) {
        self.spawn(Kind::Opening, move || {
            let (photos, problems) = match frames_of(&file) {
                Ok(frames) => (PhotoList::new(frames), vec![]),
                Err(error) => (PhotoList::default(), vec![error.to_string()]),
            };
            Outcome::Listed { request, photos, first: 0, decoded: None, problems, masks: vec![] }
        });
    }

    /// Looks through the sessions of the frames of a sequence.
    pub fn find_tracks(&mut self, number: u64, frames: PhotoList) {
        self.spawn(Kind::Other, move || {
            let mut sessions = SessionFinder::default();
            let frames = frames.iter().map(|path| sessions.sightings(path)).enumerate();
            let frames = frames.filter(|(_, sightings)| !sightings.is_empty()).collect();
            Outcome::FoundTracks(FoundTracks { number, frames })
        });
    }

    /// Reads what a run starts from.
    pub fn prepare_following(&mut self, request: FollowRequest) {
        self.spawn(Kind::Other, move || Outcome::FollowPrepared {
            step: request.step,
            start: start(request).map(Box::new),
        });
    }

    /// Changes the objects on frames that are not in the window, in their sessions, which may be being written until
    /// `former` ends. The receiver ends when they are written.
    pub fn save_tracks(
        &mut self,
        number: u64,
        work: Vec<(usize, PathBuf, Vec<StepEdit>)>,
        former: Option<Receiver<()>>,
    ) -> Receiver<()> {
        let (hold, end) = bounded(0);
        self.spawn(Kind::SavingTracks, move || {
            if let Some(former) = former {
                // Nothing is sent: this returns when the other end is dropped.
                let _ = former.recv();
            }
            let frames = work.into_iter().map(|(frame, path, edits)| {
                let result = SavedWork::of(&path).map_err(|error| error.to_string());
                let result = result.and_then(|mut work| {
                    let changes =
                        work.change_tracks(&edits.iter().map(|(_, edit)| edit).collect::<Vec<_>>())?;
                    Ok(ChangedFrame {
                        changes,
                        sightings: work.document.sightings(),
                        masks: work.document.masks().len(),
                        notices: work.notices,
                    })
                });
                SavedFrame { frame, path, edits, result }
            });
            let frames = frames.collect();
            drop::<crossbeam_channel::Sender<()>>(hold);
            Outcome::SavedTracks { number, frames }
        });
        end
    }
}

fn start(request: FollowRequest) -> Result<FollowStart, String> {
    let FollowRequest { frames, cues, priors, mut known, .. } = request;
    let sequence = Sequence::of_frames(&frames).map_err(|error| error.to_string())?;
    let wanted: BTreeSet<usize> =
        cues.iter().map(|(_, frame)| *frame).chain(priors.iter().map(|(_, frame, _)| *frame)).collect();
    for frame in wanted {
        known
            .entry(frame)
            .or_insert_with(|| Session::newest_for(&frames[frame]).map_or_else(Default::default, objects));
    }
    let mut looks: BTreeMap<TrackId, (usize, Annotation)> = BTreeMap::new();
    let mut told = vec![];
    for (track, frame) in cues {
        let Some(FrameObjects { size: (width, height), objects }) = known.get(&frame) else { continue };
        let mask = match objects.iter().find(|(other, _)| *other == track) {
            Some((_, OnFrame::Visible(annotation))) => {
                if looks.get(&track).is_none_or(|(first, _)| frame < *first) {
                    looks.insert(track, (frame, annotation.clone()));
                }
                annotation.mask.clone()
            }
            Some((_, OnFrame::Absent { .. })) => Arc::new(Mask::from_runs(*width, *height, [])),
            None => continue,
        };
        told.push((track, frame, Cue::from(mask)));
    }
    let prior = |(track, frame, direction): (TrackId, usize, Direction)| {
        let objects = &known.get(&frame)?.objects;
        match objects.iter().find(|(other, _)| *other == track)? {
            (_, OnFrame::Visible(annotation)) => {
                Some((track, PriorMask { frame, direction, mask: annotation.mask.clone() }))
            }
            (_, OnFrame::Absent { .. }) => None,
        }
    };
    let priors = priors.into_iter().filter_map(prior).collect();
    let looks = looks.into_iter().map(|(track, (_, annotation))| (track, annotation)).collect();
    Ok(FollowStart { sequence, cues: told, priors, looks })
}

fn objects(session: Session) -> FrameObjects {
    let size = (session.photo.width, session.photo.height);
    let visible = session.masks.into_iter().filter_map(|mask| {
        let track = mask.annotation.track.as_ref()?.track;
        Some((track, OnFrame::Visible(mask.annotation)))
    });
    let absent = session
        .absent
        .into_iter()
        .map(|gone| (gone.track, OnFrame::Absent { is_prompted: gone.is_prompted }));
    FrameObjects { size, objects: visible.chain(absent).collect() }
}

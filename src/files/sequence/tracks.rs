//! The objects of a sequence as the sessions of its frames know them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::files::formats::{Track, TrackMask};
use crate::files::session::Session;
use crate::mask::Mask;
use crate::track::TrackId;

/// The objects on these frames, in the order of their numbers. `go_on` is called before each frame; `None` if it has
/// returned false. Name and class of an object are those on the first frame that shows it.
pub fn saved_tracks(frames: &[PathBuf], mut go_on: impl FnMut() -> bool) -> Option<Vec<Track>> {
    let mut tracks: BTreeMap<TrackId, Track> = BTreeMap::new();
    for (frame, path) in frames.iter().enumerate() {
        if !go_on() {
            return None;
        }
        let Some(session) = Session::newest_for(path) else { continue };
        let size = (session.photo.width, session.photo.height);
        for mask in session.masks {
            let annotation = mask.annotation;
            let Some(mark) = annotation.track else { continue };
            let new = || Track {
                number: mark.track,
                name: annotation.name.clone(),
                class: annotation.class.clone(),
                masks: BTreeMap::new(),
            };
            let item = TrackMask {
                mask: annotation.mask,
                predicted_iou: annotation.predicted_iou,
                is_prompted: mark.is_prompted,
            };
            tracks.entry(mark.track).or_insert_with(new).masks.insert(frame, item);
        }
        for absence in session.absent {
            // An object that was never seen has no name.
            let Some(track) = tracks.get_mut(&absence.track) else { continue };
            let mask = Arc::new(Mask::from_runs(size.0, size.1, []));
            let item = TrackMask { mask, predicted_iou: None, is_prompted: absence.is_prompted };
            track.masks.insert(frame, item);
        }
    }
    Some(tracks.into_values().collect())
}

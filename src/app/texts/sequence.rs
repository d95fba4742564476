//! Sequences: the timeline, following objects, and what comes of it.

use std::time::Duration;

use crate::app::state::Summary;
use crate::track::{Doubt, TrackId};

pub const RUNNING: &str = "Objects are being followed. Stop that first.";
pub const MODEL_LOADING: &str = "The model is still loading.";
pub const NO_OBJECTS: &str = "There is no object to follow. Make a mask, then follow it.";
pub const STEP: &str = "Follow objects";
pub const STOPPED_BY_UNDO: &str = "Stopped. Undo again to remove what was followed.";
pub const STILL_SAVING: &str = "The last change is still being saved. Try again in a moment.";
pub const CLEAR: &str = "Clear from here";
pub const MERGE: &str = "Merge objects";
pub const SPLIT: &str = "Split object";
pub const RENAME: &str = "Rename object";
pub const CLASSIFY: &str = "Classify object";
pub const COPY: &str = "Copy to next frame";

pub const FOLLOW: &str = "Follow";
pub const TO_THE_END: &str = "To the end";
pub const TO_NEXT_PROMPT: &str = "To the next prompted frame";
pub const REACH: &str = "How far";
pub const RATE: &str = "Frames a second";
pub const TIMELINE: &str = "Timeline";
pub const NO_OBJECTS_YET: &str = "Objects appear here: make a mask on any frame, then follow it.";
pub const READING: &str = "Reading the sessions of the frames…";
pub const BY_SHAPE: &str = "Follows by shape, for small movements. SAM 2.1 and EdgeTAM remember.";
pub const BY_MEMORY: &str = "Follows with the network's memory of each object.";
pub const DOUBTS: &str = "Doubts";
pub const DOUBTS_TOOLTIP: &str = "From where on a followed mask counts as doubtful";
pub const PREDICTED_IOU: &str = "Predicted IoU below";
pub const AREA_RATIO: &str = "Area changes by a factor of";
pub const SHIFT: &str = "Moves by a share of its size of";
pub const OBJECT_SCORE: &str = "Absent at an object score of";
pub const RESET: &str = "Reset";
pub const PROMPTED: &str = "Prompted";
pub const FOLLOWED: &str = "Followed";
pub const DOUBTFUL: &str = "Doubtful";
pub const ABSENT: &str = "Absent";
pub const NAME: &str = "Name of the object";
pub const DELETE: &str = "Delete object";
pub const SPLIT_HERE: &str = "Split at this frame";
pub const MERGE_INTO: &str = "Merge into";
pub const RENAME_ELLIPSIS: &str = "Rename…";
pub const STOP: &str = "Stop";

pub fn frame(number: usize, count: usize) -> String {
    format!("Frame {} of {count}", number + 1)
}

pub fn frames(count: usize) -> String {
    super::plural(count, "frame", "frames")
}

/// For the chosen object.
pub fn next_mask(name: &str) -> String {
    format!("The next mask on this frame is {name}")
}

/// The rest of an object that was split.
pub fn part(name: &str) -> String {
    format!("{name} part")
}

pub fn does_not_fit(frame: usize) -> String {
    format!("Frame {} has another size, which the masks do not fit.", frame + 1)
}

/// For an object without a name.
pub fn object(track: TrackId) -> String {
    format!("Object {track}")
}

pub fn lane(name: &str, state: &str) -> String {
    format!("Object {name}, {state}")
}

pub fn prompted_frames(count: usize) -> String {
    format!("{} prompted", frames(count))
}

pub fn deleted(objects: usize) -> String {
    format!("Delete {}", super::plural(objects, "object", "objects"))
}

fn doubt(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Absent => "absent",
        Doubt::LowIou => "low confidence",
        Doubt::Area => "sudden change of area",
        Doubt::Place => "sudden movement",
    }
}

/// A doubtful mask of the open frame.
pub fn doubtful(name: &str, doubts: &[Doubt]) -> String {
    let signs: Vec<&str> = doubts.iter().map(|d| doubt(*d)).collect();
    format!("{name}: {}", signs.join(", "))
}

/// How far a run is; the time that a frame takes, and the time left, once they are known.
pub fn progress((done, total): (usize, usize), times: Option<(Duration, Duration)>) -> String {
    match times {
        Some((of_frame, left)) => {
            let of_frame = of_frame.as_secs_f32();
            format!("{done} of {}, {of_frame:.1} s a frame, {} left", frames(total), duration(left))
        }
        None => format!("{done} of {}", frames(total)),
    }
}

fn duration(time: Duration) -> String {
    match time.as_secs_f32().round() {
        s if s < 60.0 => format!("{s:.0} s"),
        s if s < 3600.0 => format!("{:.0} min {:02.0} s", (s / 60.0).floor(), s % 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

pub const EXPORT_TITLE: &str = "Export sequence";
pub const OVERWRITE: &str = "Overwrite existing files";
pub const WRITING: &str = "Writing…";
pub const CANCELLED: &str = "Export cancelled; nothing was written.";
pub const NOTHING_TO_EXPORT: &str = "There are no objects to export. Make a mask, and follow it.";

pub fn frames_read(done: usize, count: usize) -> String {
    format!("{done} of {}", frames(count))
}

pub fn exported(objects: usize, files: usize, folder: &std::path::Path) -> String {
    let objects = super::plural(objects, "object", "objects");
    format!("Saved {objects} in {} to {}", super::files(files), folder.display())
}

pub const PREPARING: &str = "Preparing…";

/// How a run has ended.
pub fn ended(summary: &Summary, is_complete: bool) -> String {
    let objects = super::plural(summary.objects, "object", "objects");
    let mut text = format!("Followed {objects} over {}", frames(summary.frames.len()));
    match summary.doubtful.len() {
        0 => {}
        count => text += &format!(", {count} doubtful"),
    }
    if is_complete { text } else { text + " (stopped)" }
}

pub fn with_problems(text: &str, problems: &str) -> String {
    format!("{text}. Skipped: {problems}")
}

pub fn not_saved(problems: &str) -> String {
    format!("Objects on frames: {problems}")
}

//! Sequences: the timeline, following objects, and what comes of it.

use std::path::Path;
use std::time::Duration;

use super::{decimal, shown, units};
use crate::app::state::Summary;
use crate::track::{Doubt, TrackId};

texts! { sequence:
    running;
    model_loading;
    no_objects;
    step;
    stopped_by_undo;
    still_saving;
    clear;
    merge;
    split;
    rename;
    classify;
    copy;
    follow;
    to_the_end;
    to_next_prompt;
    reach;
    rate;
    timeline;
    no_objects_yet;
    reading;
    by_shape;
    by_memory;
    doubts;
    doubts_tooltip;
    predicted_iou;
    area_ratio;
    shift;
    object_score;
    reset;
    prompted;
    followed;
    doubtful;
    absent;
    name;
    delete;
    split_here;
    merge_into;
    rename_ellipsis;
    stop;
    export_title;
    overwrite;
    writing;
    cancelled;
    nothing_to_export;
    preparing;
    frame_number(number: usize, count: usize);
    /// For the chosen object.
    next_mask(name: &str);
    /// The rest of an object that was split.
    part(name: &str);
    of_another_size(number: usize);
    /// For an object without a name.
    object(track: TrackId => track.to_string());
    lane(name: &str, state: &str);
    prompted_frames(frames: usize);
    deleted(objects: usize);
    sign_absent;
    sign_low_iou;
    sign_area;
    sign_place;
    signs(name: &str, signs: &str);
    frames_done(done: usize, frames: usize);
    of_frame(seconds: f32 => decimal(seconds, 1));
    exported(objects: usize, files: usize, folder: &Path => shown(folder));
    ended_well(objects: usize, frames: usize);
    doubtful_frames(frames: usize);
    stopped(text: &str);
    with_problems(text: &str, problems: &str);
    not_saved(problems: &str);
}

/// `index` counts from 0.
pub fn frame(index: usize, count: usize) -> String {
    frame_number(index + 1, count)
}

/// `frame` counts from 0.
pub fn does_not_fit(frame: usize) -> String {
    of_another_size(frame + 1)
}

fn sign(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::Absent => sign_absent(),
        Doubt::LowIou => sign_low_iou(),
        Doubt::Area => sign_area(),
        Doubt::Place => sign_place(),
    }
}

/// A doubtful mask of the open frame.
pub fn doubtful_mask(name: &str, doubts: &[Doubt]) -> String {
    signs(name, &units::listed(doubts.iter().map(|doubt| Some(sign(*doubt).to_owned()))))
}

/// How far a run is; the time that a frame takes, and the time left, once they are known.
pub fn progress((done, total): (usize, usize), times: Option<(Duration, Duration)>) -> String {
    let times = times.map(|(frame, left)| {
        let left = units::left(&units::duration(left.as_secs_f32()));
        units::listed([Some(of_frame(frame.as_secs_f32())), Some(left)])
    });
    units::listed([Some(frames_done(done, total)), times])
}

/// How a run has ended.
pub fn ended(summary: &Summary, is_complete: bool) -> String {
    let doubtful = Some(summary.doubtful.len()).filter(|frames| *frames > 0);
    let followed = ended_well(summary.objects, summary.frames.len());
    let text = units::listed([Some(followed), doubtful.map(doubtful_frames)]);
    if is_complete { text } else { stopped(&text) }
}

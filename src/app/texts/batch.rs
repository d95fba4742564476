//! Batches over the photos of the folder: what to do, how far they are, and how they have ended.

pub const EVERYTHING_TITLE: &str = "Segment everything in all photos";
pub const BOXES_TITLE: &str = "Boxes to masks";
pub const PRESET: &str = "Preset";
pub const CURRENT_SETTINGS: &str = "Current settings";
pub const ONLY_WITHOUT_MASKS: &str = "Only photos without masks";
pub const MIN_SCORE: &str = "Minimum score";
pub const MIN_SCORE_TOOLTIP: &str = "Skip boxes of which the detector is less sure";
pub const HINT: &str =
    "Runs in the background. The masks are saved with each photo as proposals, to be reviewed afterwards.";
pub const START: &str = "Start";
pub const IMPORT_INSTEAD: &str = "Import rectangles as masks";
pub const CANCEL: &str = "Cancel";
pub const STOP: &str = "Stop";
pub const STOP_TOOLTIP: &str = "Stop the batch; finished photos keep their masks";
pub const RUNNING: &str = "A batch is running already. Stop it first.";
pub const NONE_COVERED: &str = "None of the photos in this window has boxes in this file.";

pub fn photos_in_window(photos: usize) -> String {
    format!("{} in this window", super::photos(photos))
}

pub fn boxes_for(boxes: usize, photos: usize) -> String {
    format!("{} for {} in this window", super::plural(boxes, "box", "boxes"), super::photos(photos))
}

/// Photos in the file that the window does not have.
pub fn missing(photos: usize) -> String {
    format!("{} in the file not found here", super::photos(photos))
}

/// `seconds` is the time left, once it is known.
pub fn progress(done: usize, total: usize, problems: usize, seconds: Option<f32>) -> String {
    let failed = if problems > 0 {
        format!(", {}", super::plural(problems, "problem", "problems"))
    } else {
        String::new()
    };
    let left = seconds.map_or(String::new(), |seconds| format!(", {} left", duration(seconds)));
    format!("Batch: {done} of {total} photos{failed}{left}")
}

fn duration(seconds: f32) -> String {
    match seconds {
        s if s < 60.0 => format!("{s:.0} s"),
        s if s < 3600.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// How a batch has ended.
pub fn ended(masks: usize, photos: usize, skipped: usize, remaining: usize) -> String {
    let mut text = format!("{} proposed in {}", super::masks(masks), super::photos(photos));
    if skipped > 0 {
        text += &format!(", {} skipped", super::photos(skipped));
    }
    if remaining > 0 {
        text += &format!(", stopped with {} left", super::photos(remaining));
    }
    text + "."
}

/// The same with what went wrong.
pub fn with_problems(ended: &str, problems: &str) -> String {
    format!("{ended} Problems: {problems}")
}

pub fn no_object(photo: &str, boxes: usize) -> String {
    format!("{photo}: no object found in {}", super::plural(boxes, "box", "boxes"))
}

pub fn changed(photo: &str) -> String {
    format!("{photo}: changed in the meantime; skipped")
}

/// A problem with a file of boxes.
pub fn problem_in_file(place: &str, what: &str) -> String {
    format!("{place}: {what}")
}

/// A problem with the boxes of a photo.
pub fn problem(photo: &str, place: &str, what: &str) -> String {
    format!("{photo}: {place}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_told_in_a_suitable_unit() {
        assert_eq!([5.4, 90.0, 5400.0].map(duration), ["5 s", "2 min", "1.5 h"]);
        assert_eq!(progress(1, 9, 0, None), "Batch: 1 of 9 photos");
        assert_eq!(progress(1, 9, 2, Some(30.0)), "Batch: 1 of 9 photos, 2 problems, 30 s left");
        assert_eq!(ended(1, 2, 0, 0), "1 mask proposed in 2 photos.");
    }
}

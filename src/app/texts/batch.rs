//! Batches over the photos of the folder: what to do, how far they are, and how they have ended.

use super::units;

texts! { batch:
    everything_title;
    boxes_title;
    preset;
    current_settings;
    only_without_masks;
    min_score;
    min_score_tooltip;
    hint;
    start;
    import_instead;
    cancel;
    stop;
    stop_tooltip;
    running;
    none_covered;
    photos_in_window(photos: usize);
    boxes_for(boxes: usize, photos: usize);
    /// Photos in the file that the window does not have.
    missing(photos: usize);
    so_far(done: usize, photos: usize);
    proposed(masks: usize, photos: usize);
    skipped(photos: usize);
    stopped(photos: usize);
    /// How a batch has ended, with what went wrong.
    with_problems(ended: &str, problems: &str);
    no_object(photo: &str, boxes: usize);
    changed(photo: &str);
    /// A problem with a file of boxes.
    problem_in_file(place: &str, what: &str);
    /// A problem with the boxes of a photo.
    problem(photo: &str, place: &str, what: &str);
}

/// `seconds` is the time left, once it is known.
pub fn progress(done: usize, total: usize, problems: usize, seconds: Option<f32>) -> String {
    let problems = Some(problems).filter(|problems| *problems > 0).map(units::problems);
    let left = seconds.map(|seconds| units::left(&units::rough_duration(seconds)));
    units::listed([Some(so_far(done, total)), problems, left])
}

/// How a batch has ended.
pub fn ended(masks: usize, photos: usize, skipped_photos: usize, remaining: usize) -> String {
    let some = |photos: usize| Some(photos).filter(|photos| *photos > 0);
    let text =
        [Some(proposed(masks, photos)), some(skipped_photos).map(skipped), some(remaining).map(stopped)];
    units::sentence(&units::listed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_zero_is_not_mentioned() {
        assert_eq!(progress(1, 9, 0, None), "Batch: 1 of 9 photos");
        assert_eq!(progress(1, 9, 2, Some(30.0)), "Batch: 1 of 9 photos, 2 problems, 30 s left");
        assert_eq!(ended(1, 2, 0, 0), "1 mask proposed in 2 photos.");
        assert_eq!(ended(2, 1, 0, 3), "2 masks proposed in 1 photo, stopped with 3 photos left.");
    }
}

//! The export window, and how an export has ended.

use std::path::Path;

use super::{shown, units};
use crate::files::formats::Part;

texts! { export:
    title;
    folder;
    choose;
    counting;
    write;
    cancel;
    no_masks;
    margin;
    soft_edge;
    soft_edges;
    soft_edges_tooltip;
    compressed_rle;
    uncompressed_rle;
    polygons;
    pixels;
    parts_joined;
    parts_separate;
    copy_photo;
    tolerance;
    only_states;
    states_tooltip;
    split;
    split_tooltip;
    seed;
    split_list;
    split_list_tooltip;
    overwrite_title;
    overwrite;
    keep;
    visible_masks(masks: usize);
    selected_masks(masks: usize);
    all_masks(masks: usize);
    all_photos(photos: usize);
    /// Removes the list of photos assigned by hand.
    without_list(name: &str);
    part(name: &str, photos: usize);
    summary_with_parts(summary: &str, parts: &str);
    photos_done(done: usize, photos: usize);
    /// What of how many photos an export is about.
    content(masks: usize, photos: usize);
    will_save(files: usize, first: &str);
    will_save_content(files: usize, first: &str, content: &str);
    /// What would be overwritten; `first` is one of the files.
    already_exist(files: usize, first: &str);
    saved_file(file: &Path => shown(file));
    saved_files(files: usize, folder: &Path => shown(folder));
    saved_files_of(files: usize, photos: usize, folder: &Path => shown(folder));
    cancelled(files: usize, photos: usize, folder: &Path => shown(folder));
    skipped(photos: &str);
}

/// A summary and the number of photos in each part, if there are parts.
pub fn with_parts(summary: &str, parts: &[(Part, usize)]) -> String {
    let counts = units::listed(parts.iter().map(|(name, count)| Some(part(name.key(), *count))));
    if counts.is_empty() { summary.to_owned() } else { summary_with_parts(summary, &counts) }
}

/// What will be written: the only file or the first of several, and what it holds if that is not obvious.
pub fn summary(files: usize, first: &str, content: Option<&str>) -> String {
    content.map_or_else(|| will_save(files, first), |content| will_save_content(files, first, content))
}

//! The export window, and how an export has ended.

use std::path::Path;

use crate::files::formats::Part;

pub const TITLE: &str = "Export";
pub const FOLDER: &str = "Folder";
pub const CHOOSE: &str = "Choose…";
pub const COUNTING: &str = "Counting…";
pub const WRITE: &str = "Export masks";
pub const CANCEL: &str = "Cancel export";
pub const NO_MASKS: &str = "There are no masks to export.";

pub const MARGIN: &str = "Margin";
pub const SOFT_EDGE: &str = "Soft edge";
pub const SOFT_EDGES: &str = "Edges of the photo";
pub const SOFT_EDGES_TOOLTIP: &str = "Move the edges to those of the photo, as soft as they are there";
pub const COMPRESSED_RLE: &str = "Compressed RLE";
pub const UNCOMPRESSED_RLE: &str = "Uncompressed RLE";
pub const POLYGONS: &str = "Polygons";
pub const PIXELS: &str = "Pixels";
pub const PARTS_JOINED: &str = "Parts joined";
pub const PARTS_SEPARATE: &str = "Parts as separate objects";
pub const COPY_PHOTO: &str = "Also copy the photo";
pub const TOLERANCE: &str = "Simplify outlines by up to";

pub const ONLY_STATES: &str = "Only photos that are";
pub const STATES_TOOLTIP: &str = "Without a choice: photos with masks, and those marked as done";
pub const SPLIT: &str = "Split";
pub const SPLIT_TOOLTIP: &str = "Split the photos for training, validation and testing by these shares. A photo \
                                 keeps its part when others are added; one with a tag train, val or test belongs to \
                                 that part.";
pub const SEED: &str = "Seed";
pub const SPLIT_LIST: &str = "List…";
pub const SPLIT_LIST_TOOLTIP: &str = "Assign photos by hand: a text file with lines such as `train NAME`";

pub const OVERWRITE_TITLE: &str = "Overwrite files?";
pub const OVERWRITE: &str = "Overwrite";
pub const KEEP: &str = "Cancel";

pub fn visible_masks(count: usize) -> String {
    format!("Visible masks ({count})")
}

pub fn selected_masks(count: usize) -> String {
    format!("Selected masks ({count})")
}

pub fn all_masks(count: usize) -> String {
    format!("All masks ({count})")
}

pub fn all_photos(photos: usize) -> String {
    format!("All masks of all photos ({})", super::photos(photos))
}

/// Removes the list of photos assigned by hand.
pub fn without_list(name: &str) -> String {
    format!("Remove {name}")
}

/// A summary and the number of photos in each part, if there are parts.
pub fn with_parts(summary: &str, parts: &[(Part, usize)]) -> String {
    let counts: Vec<String> = parts.iter().map(|(part, count)| format!("{} {count}", part.key())).collect();
    if counts.is_empty() { summary.to_owned() } else { format!("{summary} ({})", counts.join(", ")) }
}

pub fn photos_done(done: usize, of: usize) -> String {
    format!("{done} of {of}")
}

/// What of how many photos an export is about.
pub fn content(masks: usize, photos: usize) -> String {
    format!("{} of {}", super::masks(masks), super::photos(photos))
}

/// What will be written: the only file or the first of several, and what it holds if that is not obvious.
pub fn summary(files: usize, first: &str, content: Option<&str>) -> String {
    let content = content.map(|content| format!(" with {content}")).unwrap_or_default();
    match files {
        1 => format!("Will save {first}{content}"),
        n => format!("Will save {}{content}: {first}, …", super::files(n)),
    }
}

/// What would be overwritten; `first` is one of the files.
pub fn already_exist(files: usize, first: &str) -> String {
    match files {
        1 => format!("{first} already exists."),
        n => format!("{} already exist, including {first}.", super::files(n)),
    }
}

pub fn saved_file(file: &Path) -> String {
    format!("Saved: {}", file.display())
}

pub fn saved_files(files: usize, folder: &Path) -> String {
    format!("Saved {} to {}", super::files(files), folder.display())
}

pub fn saved_files_of(files: usize, photos: usize, folder: &Path) -> String {
    format!("Saved {} for {} to {}", super::files(files), super::photos(photos), folder.display())
}

pub fn cancelled(files: usize, photos: usize, folder: &Path) -> String {
    format!("Export cancelled. {}", saved_files_of(files, photos, folder))
}

pub fn skipped(photos: &str) -> String {
    format!("Skipped photos: {photos}")
}

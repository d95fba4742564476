//! The states of photos.

use crate::files::project::{PhotoState, WorkState};

pub const ALL: &str = "All photos";
pub const CLEAR: &str = "Not done";
pub const FILTER_TOOLTIP: &str = "Show only photos in this state";
pub const SEARCH_HINT: &str = "Search";
pub const SEARCH: &str = "Search photos";
pub const NOTE: &str = "Note";
pub const TAGS: &str = "Tags";
pub const TAGS_HINT: &str = "Tags, with commas between them";
pub const SAVE: &str = "Save";
pub const CANCEL: &str = "Cancel";

pub const ALL_DONE: &str = "All photos are done.";
pub const NONE_TO_REVIEW: &str = "No other photo is marked for review.";
pub const NONE_EMPTY: &str = "All other photos have masks or are done.";

pub fn progress(done: usize, photos: usize) -> String {
    format!("{done} of {photos} done")
}

pub fn note_title(photo: &str) -> String {
    format!("Note about {photo}")
}

pub fn state(state: WorkState) -> &'static str {
    match state {
        WorkState::New => "New",
        WorkState::Started => "Started",
        WorkState::Set(PhotoState::Review) => "To be reviewed",
        WorkState::Set(PhotoState::Done) => "Done",
    }
}

//! The question about work that could not be saved.

pub const TITLE: &str = "Some work could not be saved";
pub const WAYS_OUT: &str = "Save it in another folder (File > Import masks… opens it again), or free some space \
                            and close the window again.";
pub const SAVE_ELSEWHERE: &str = "Save elsewhere…";
pub const KEEP_OPEN: &str = "Keep the window open";
pub const DISCARD: &str = "Discard and close";

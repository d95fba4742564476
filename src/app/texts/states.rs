//! The states of photos.

use crate::files::project::{PhotoState, WorkState};

texts! { states:
    all;
    clear;
    filter_tooltip;
    search_hint;
    search;
    note;
    tags;
    tags_hint;
    save;
    cancel;
    all_done;
    none_to_review;
    none_empty;
    new;
    started;
    to_review;
    done;
    progress(done: usize, photos: usize);
    note_title(photo: &str);
}

pub fn state(state: WorkState) -> &'static str {
    match state {
        WorkState::New => new(),
        WorkState::Started => started(),
        WorkState::Set(PhotoState::Review) => to_review(),
        WorkState::Set(PhotoState::Done) => done(),
    }
}

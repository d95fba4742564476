//! The menu Photos: going through the folder, and the state of the work on each photo.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::{Command, Menu, commands, ctrl, ctrl_shift, plain, shift};
use crate::app::shell::Tinsel;
use crate::files::project::PhotoState;

const PHOTO: Command = Command { menu: Menu::Photo, over_comparison: true, ..super::COMMAND };

commands! {
    NEXT_PHOTO = Command {
        id: "NextPhoto",
        text: "Next photo",
        tooltip: "Open the next photo in the folder",
        keys: &[plain(Key::D), plain(Key::PageDown)],
        enabled: |window| window.neighbour(1).is_some(),
        run: |window, _, _| window.open_neighbour(1),
        ..PHOTO
    };
    PREVIOUS_PHOTO = Command {
        id: "PreviousPhoto",
        text: "Previous photo",
        tooltip: "Open the previous photo in the folder",
        keys: &[plain(Key::A), plain(Key::PageUp)],
        enabled: |window| window.neighbour(-1).is_some(),
        run: |window, _, _| window.open_neighbour(-1),
        ..PHOTO
    };
    NEXT_PAGE = Command {
        id: "NextPage",
        text: "Next page",
        begins_group: true,
        tooltip: "Open the next page of the photo's file",
        keys: &[ctrl(Key::PageDown)],
        enabled: |window| window.page().is_some_and(|(page, pages)| page + 1 < pages),
        run: |window, _, _| go_to_page(window, |page| page + 1),
        ..PHOTO
    };
    PREVIOUS_PAGE = Command {
        id: "PreviousPage",
        text: "Previous page",
        tooltip: "Open the previous page of the photo's file",
        keys: &[ctrl(Key::PageUp)],
        enabled: |window| window.page().is_some_and(|(page, _)| page > 0),
        run: |window, _, _| go_to_page(window, |page| page - 1),
        ..PHOTO
    };
    NEXT_EMPTY = Command {
        id: "NextEmptyPhoto",
        text: "Next photo without masks",
        begins_group: true,
        tooltip: "Open the next photo that has no masks and is not done",
        keys: &[shift(Key::D)],
        enabled: |window| window.workspace.photos.len() > 1,
        run: |window, _, _| window.find_empty_photo(),
        ..PHOTO
    };
    NEXT_REVIEW = Command {
        id: "NextReviewPhoto",
        text: "Next photo to be reviewed",
        tooltip: "Open the next photo that is marked for review",
        keys: &[ctrl_shift(Key::D)],
        enabled: |window| window.workspace.photos.len() > 1,
        run: |window, _, _| window.open_next_to_review(),
        ..PHOTO
    };
    MARK_DONE = Command {
        id: "MarkDone",
        text: "Done, next photo",
        begins_group: true,
        tooltip: "Accept the mask in progress, mark the photo as done and open the next one that is not",
        keys: &[KeyboardShortcut::new(Modifiers::COMMAND, Key::Enter)],
        enabled: Tinsel::has_photo,
        run: |window, _, _| window.mark_done(),
        ..PHOTO
    };
    MARK_REVIEW = Command {
        id: "MarkReview",
        text: "To be reviewed",
        tooltip: "Mark the photo for a review, or remove the mark",
        keys: &[ctrl_shift(Key::Enter)],
        enabled: Tinsel::has_photo,
        on: |window| window.state_of_open() == Some(PhotoState::Review),
        run: |window, _, _| {
            let is_marked = window.state_of_open() == Some(PhotoState::Review);
            window.set_state_of_open((!is_marked).then_some(PhotoState::Review));
        },
        ..PHOTO
    };
    CLEAR_STATE = Command {
        id: "ClearState",
        text: "Not done",
        tooltip: "Remove the mark that the photo is done or to be reviewed",
        enabled: |window| window.has_photo() && window.state_of_open().is_some(),
        run: |window, _, _| window.set_state_of_open(None),
        ..PHOTO
    };
    EDIT_NOTE = Command {
        id: "EditNote",
        text: "Note and tags…",
        begins_group: true,
        tooltip: "Write a note about the photo, and give it tags",
        enabled: Tinsel::has_photo,
        run: |window, _, _| {
            let open = window.workspace.open.as_ref().map(|open| open.photo.path.clone());
            open.into_iter().for_each(|photo| window.edit_note(&photo));
        },
        ..PHOTO
    };
    SHOW_IN_FOLDER = Command {
        id: "ShowInFolder",
        text: "Show in folder",
        tooltip: "Show the file of the photo in the file manager",
        enabled: |window| window.has_photo() && window.photo_file().is_some(),
        run: |window, _, _| {
            let file = window.photo_file();
            file.into_iter().for_each(|file| window.tasks.show_in_folder(file));
        },
        ..PHOTO
    };
}

fn go_to_page(window: &mut Tinsel, from: fn(usize) -> usize) {
    if let Some((page, _)) = window.page() {
        window.go_to_page(from(page));
    }
}

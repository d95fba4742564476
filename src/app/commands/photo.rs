//! The menu Photos: going through the folder, and the state of the work on each photo.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::{Command, Menu, commands, ctrl, ctrl_shift, plain, shift};
use crate::app::shell::Tinsel;
use crate::files::project::PhotoState;

const PHOTO: Command = Command { menu: Menu::Photo, over_comparison: true, ..super::COMMAND };

commands! {
    NEXT_PHOTO = Command {
        id: "NextPhoto",
        keys: &[plain(Key::D), plain(Key::PageDown)],
        enabled: |window| window.neighbour(1).is_some(),
        run: |window, _, _| window.open_neighbour(1),
        ..PHOTO
    };
    PREVIOUS_PHOTO = Command {
        id: "PreviousPhoto",
        keys: &[plain(Key::A), plain(Key::PageUp)],
        enabled: |window| window.neighbour(-1).is_some(),
        run: |window, _, _| window.open_neighbour(-1),
        ..PHOTO
    };
    NEXT_PAGE = Command {
        id: "NextPage",
        begins_group: true,
        keys: &[ctrl(Key::PageDown)],
        enabled: |window| window.page().is_some_and(|(page, pages)| page + 1 < pages),
        run: |window, _, _| go_to_page(window, |page| page + 1),
        ..PHOTO
    };
    PREVIOUS_PAGE = Command {
        id: "PreviousPage",
        keys: &[ctrl(Key::PageUp)],
        enabled: |window| window.page().is_some_and(|(page, _)| page > 0),
        run: |window, _, _| go_to_page(window, |page| page - 1),
        ..PHOTO
    };
    NEXT_EMPTY = Command {
        id: "NextEmptyPhoto",
        begins_group: true,
        keys: &[shift(Key::D)],
        enabled: |window| window.workspace.photos.len() > 1,
        run: |window, _, _| window.find_empty_photo(),
        ..PHOTO
    };
    NEXT_REVIEW = Command {
        id: "NextReviewPhoto",
        keys: &[ctrl_shift(Key::D)],
        enabled: |window| window.workspace.photos.len() > 1,
        run: |window, _, _| window.open_next_to_review(),
        ..PHOTO
    };
    MARK_DONE = Command {
        id: "MarkDone",
        begins_group: true,
        keys: &[KeyboardShortcut::new(Modifiers::COMMAND, Key::Enter)],
        enabled: Tinsel::has_photo,
        run: |window, _, _| window.mark_done(),
        ..PHOTO
    };
    MARK_REVIEW = Command {
        id: "MarkReview",
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
        enabled: |window| window.has_photo() && window.state_of_open().is_some(),
        run: |window, _, _| window.set_state_of_open(None),
        ..PHOTO
    };
    EDIT_NOTE = Command {
        id: "EditNote",
        begins_group: true,
        enabled: Tinsel::has_photo,
        run: |window, _, _| {
            let open = window.workspace.open.as_ref().map(|open| open.photo.path.clone());
            open.into_iter().for_each(|photo| window.edit_note(&photo));
        },
        ..PHOTO
    };
    SHOW_IN_FOLDER = Command {
        id: "ShowInFolder",
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

//! What is done to whole masks; in the menu Mask.

use egui::Key;

use super::{Command, Menu, commands, ctrl, plain, shift};
use crate::app::shell::Tinsel;
use crate::document::Edit;

const MASK: Command = Command { menu: Menu::Mask, enabled: |window| window.selects(1), ..super::COMMAND };

commands! {
    HIDE_SELECTED = Command {
        id: "HideSelected",
        begins_group: true,
        keys: &[plain(Key::S)],
        run: |window, _, _| {
            let any_visible = window.selected().any(|m| m.visible);
            window.edit_selection(|selection| Edit::SetVisible(selection, !any_visible));
        },
        ..MASK
    };
    SOLO_SELECTED = Command {
        id: "SoloSelected",
        keys: &[shift(Key::S)],
        run: |window, _, _| {
            let has_solo = window.document().solo().is_some();
            window.edit_selection(|selection| Edit::Solo(selection.first().copied().filter(|_| !has_solo)));
        },
        ..MASK
    };
    LOCK_SELECTED = Command {
        id: "LockSelected",
        keys: &[ctrl(Key::L)],
        run: |window, _, _| {
            let all_locked = window.selected().all(|m| m.locked);
            window.edit_selection(|selection| Edit::SetLocked(selection, !all_locked));
        },
        ..MASK
    };
    RENAME_SELECTED = Command {
        id: "RenameSelected",
        begins_group: true,
        keys: &[plain(Key::F2)],
        enabled: Tinsel::selects_one,
        run: |window, _, _| {
            let item = window.selected().next().cloned();
            if let Some(item) = item {
                window.panels.mask_list.rename(&item);
            }
        },
        ..MASK
    };
    INSPECT_SELECTED = Command {
        id: "InspectSelected",
        keys: &[shift(Key::I)],
        run: |window, _, _| {
            window.settings.side_panel = true;
            window.zoom_to(&window.selection());
        },
        ..MASK
    };
    RAISE = Command {
        id: "Raise",
        begins_group: true,
        keys: &[ctrl(Key::ArrowUp)],
        run: |window, _, _| move_selected(window, true),
        ..MASK
    };
    LOWER = Command {
        id: "Lower",
        keys: &[ctrl(Key::ArrowDown)],
        run: |window, _, _| move_selected(window, false),
        ..MASK
    };
}

fn move_selected(window: &mut Tinsel, up: bool) {
    let document = &mut window.workspace.document;
    let edit = document.moved_by_one(up);
    edit.into_iter().for_each(|edit| document.apply(edit));
}

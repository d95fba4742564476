//! The menu Edit: history, selection, clipboard.

use egui::Key;

use super::{Command, Menu, PromptState, commands, ctrl, ctrl_shift, plain};
use crate::app::shell::Tinsel;
use crate::document::{Edit, MaskId};

const EDIT: Command = Command { menu: Menu::Edit, ..super::COMMAND };

commands! {
    UNDO = Command {
        id: "Undo",
        text: "Undo",
        tooltip: "Undo the last change",
        keys: &[ctrl(Key::Z)],
        enabled: |window| window.undo_label().is_some(),
        object: |window| window.undo_label(),
        run: |window, _, _| window.undo(),
        ..EDIT
    };
    REDO = Command {
        id: "Redo",
        text: "Redo",
        tooltip: "Redo the last undone change",
        keys: &[ctrl_shift(Key::Z), ctrl(Key::Y)],
        enabled: |window| window.redo_label().is_some(),
        object: |window| window.redo_label(),
        run: |window, _, _| window.redo(),
        ..EDIT
    };
    SELECT_ALL = Command {
        id: "SelectAll",
        text: "Select all",
        tooltip: "Select all masks",
        keys: &[ctrl(Key::A)],
        enabled: |window| !window.document().masks().is_empty(),
        run: |window, _, _| {
            let all: Vec<MaskId> = window.document().masks().iter().map(|m| m.id).collect();
            window.workspace.document.select(all);
        },
        ..EDIT
    };
    SELECT_NONE = Command {
        id: "SelectNone",
        text: "Deselect all",
        tooltip: "Deselect all masks",
        keys: &[plain(Key::Escape), ctrl_shift(Key::A)],
        prompt: PromptState::Empty,
        // Escape belongs to what the mouse is doing first.
        enabled: |window| window.selects(1) && !window.stage.canvas.is_dragging(),
        run: |window, _, _| window.workspace.document.select([]),
        ..EDIT
    };
    COPY_CUTOUT = Command {
        id: "CopyCutout",
        text: "Copy cut-out",
        tooltip: "Copy the selected object to the clipboard, on a transparent background",
        keys: &[ctrl_shift(Key::X)],
        enabled: Tinsel::selects_one,
        run: |window, _, _| copy(window, false),
        ..EDIT
    };
    COPY_MASK = Command {
        id: "CopyMask",
        text: "Copy mask",
        tooltip: "Copy the selected mask to the clipboard, white on black",
        keys: &[ctrl_shift(Key::M)],
        enabled: Tinsel::selects_one,
        run: |window, _, _| copy(window, true),
        ..EDIT
    };
    DELETE_SELECTED = Command {
        id: "DeleteSelected",
        text: "Delete selected",
        tooltip: "Delete the selected masks",
        keys: &[plain(Key::Delete), plain(Key::Backspace)],
        enabled: |window| window.selects(1),
        run: |window, _, _| window.edit_selection(Edit::Delete),
        ..EDIT
    };
}

/// Copies the selected mask, white on black, or what it cuts out of the photo.
fn copy(window: &mut Tinsel, whole: bool) {
    let mask = window.selected().next().map(|item| item.annotation.mask.clone());
    if let (Some(mask), Some(open)) = (mask, &window.workspace.open) {
        window.tasks.copy(mask, open.photo.pixels.clone(), whole);
    }
}

//! The menu Edit: history, selection, clipboard.

use egui::Key;

use super::{Command, Menu, PromptState, commands, ctrl, ctrl_shift, plain};
use crate::app::shell::Tinsel;
use crate::app::state::VertexEditing;
use crate::document::{Edit, MaskId};

const EDIT: Command = Command { menu: Menu::Edit, ..super::COMMAND };

commands! {
    UNDO = Command {
        id: "Undo",
        keys: &[ctrl(Key::Z)],
        enabled: |window| undoes_vertex(window) || window.undo_label().is_some(),
        object: |window| window.undo_label().filter(|_| !undoes_vertex(window)),
        run: |window, _, _| match window.stage.vertices.editing_mut().filter(|editing| editing.can_undo()) {
            Some(editing) => editing.undo(),
            None => window.undo(),
        },
        ..EDIT
    };
    REDO = Command {
        id: "Redo",
        keys: &[ctrl_shift(Key::Z), ctrl(Key::Y)],
        enabled: |window| window.redo_label().is_some(),
        object: |window| window.redo_label(),
        run: |window, _, _| window.redo(),
        ..EDIT
    };
    SELECT_ALL = Command {
        id: "SelectAll",
        begins_group: true,
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
        keys: &[plain(Key::Escape), ctrl_shift(Key::A)],
        prompt: PromptState::Empty,
        // Escape belongs to what the mouse is doing first.
        enabled: |window| window.selects(1) && !window.stage.canvas.is_dragging(),
        run: |window, _, _| window.workspace.document.select([]),
        ..EDIT
    };
    COPY_MASKS = Command {
        id: "CopyMasks",
        begins_group: true,
        keys: &[ctrl(Key::C)],
        enabled: |window| window.selects(1),
        run: |window, _, _| window.copy_masks(),
        ..EDIT
    };
    PASTE_MASKS = Command {
        id: "PasteMasks",
        keys: &[ctrl(Key::V)],
        enabled: can_paste,
        run: |window, _, _| window.paste_masks(),
        ..EDIT
    };
    PASTE_BY_SHAPE = Command {
        id: "PasteByShape",
        keys: &[ctrl_shift(Key::V)],
        enabled: |window| can_paste(window) && !window.clipboard.is_searching(),
        run: |window, _, _| window.paste_by_shape(),
        ..EDIT
    };
    PASTE_CLASS = Command {
        id: "PasteClass",
        keys: &[ctrl_shift(Key::K)],
        enabled: |window| can_paste(window) && window.selects(1),
        run: |window, _, _| window.paste_class(),
        ..EDIT
    };
    DUPLICATE_PREVIOUS = Command {
        id: "DuplicatePrevious",
        begins_group: true,
        keys: &[ctrl_shift(Key::L)],
        enabled: |window| window.has_photo() && window.workspace.previous().is_some(),
        run: |window, _, _| window.duplicate_previous(),
        ..EDIT
    };
    DUPLICATE_SELECTED = Command {
        id: "DuplicateSelected",
        keys: &[ctrl(Key::J)],
        enabled: |window| window.selects(1),
        run: |window, _, _| window.duplicate_selected(),
        ..EDIT
    };
    COPY_CUTOUT = Command {
        id: "CopyCutout",
        begins_group: true,
        keys: &[ctrl_shift(Key::C), ctrl_shift(Key::X)],
        enabled: Tinsel::selects_one,
        run: |window, _, _| copy(window, false),
        ..EDIT
    };
    COPY_MASK = Command {
        id: "CopyMask",
        keys: &[ctrl_shift(Key::M)],
        enabled: Tinsel::selects_one,
        run: |window, _, _| copy(window, true),
        ..EDIT
    };
    DELETE_SELECTED = Command {
        id: "DeleteSelected",
        begins_group: true,
        keys: &[plain(Key::Delete), plain(Key::Backspace)],
        enabled: |window| window.selects(1),
        run: |window, _, _| window.edit_selection(Edit::Delete),
        ..EDIT
    };
}

/// Whether undo concerns the outline that is edited, not the document.
fn undoes_vertex(window: &Tinsel) -> bool {
    window.stage.vertices.editing().is_some_and(VertexEditing::can_undo)
}

/// Whether masks were copied and there is a photo to paste them into.
fn can_paste(window: &Tinsel) -> bool {
    window.has_photo() && window.clipboard.has_masks()
}

/// Copies the selected mask, white on black, or what it cuts out of the photo.
fn copy(window: &mut Tinsel, whole: bool) {
    let mask = window.selected().next().map(|item| item.annotation.mask.clone());
    if let (Some(mask), Some(open)) = (mask, &window.workspace.open) {
        window.tasks.copy(mask, open.photo.pixels.clone(), whole);
    }
}

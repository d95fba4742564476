//! The window of shortcuts and gestures.

use super::language::Language;

texts! { shortcuts:
    title;
    hint;
    reset_all;
    add_mark;
    reset;
    reset_tooltip;
    held_keys;
    escape;
    page_up;
    page_down;
    left;
    right;
    up;
    down;
    enter;
    tab;
    space;
    delete;
    backspace;
    insert;
    home;
    end;
    ctrl;
    alt;
    shift;
    press_for(command: &str);
    change(shortcut: &str, command: &str);
    add(command: &str);
    reset_command(command: &str);
}

/// What the mouse does, by the ids of gestures and their effects.
pub(super) const GESTURES: [&str; 20] = [
    "include",
    "exclude",
    "box",
    "menu",
    "move_point",
    "delete_point",
    "change_box",
    "hold_alt",
    "hold_ctrl",
    "refine",
    "zoom",
    "pan",
    "minimap",
    "hide",
    "opposite",
    "pick",
    "pick_several",
    "list",
    "list_zoom",
    "list_drag",
];

/// What the mouse does: gestures and their effects.
pub fn gestures() -> impl Iterator<Item = (&'static str, &'static str)> {
    let text = |id: String| Language::current().text(&id);
    GESTURES.iter().map(move |name| (text(gesture_id(name)), text(gesture_id(name) + ".effect")))
}

pub(super) fn gesture_id(name: &str) -> String {
    format!("shortcuts-gesture_{name}")
}

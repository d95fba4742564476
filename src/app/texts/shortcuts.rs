//! The window of shortcuts and gestures.

pub const TITLE: &str = "Shortcuts and gestures";
pub const HINT: &str = "Click a shortcut to change it, + to add one.";
pub const RESET_ALL: &str = "Reset all shortcuts";
pub const ADD_MARK: &str = "+";
pub const RESET: &str = "Reset";
pub const RESET_TOOLTIP: &str = "Restore the default shortcuts of this command";
pub const HELD_KEYS: &str = "H and Space are reserved: hold H to hide all masks, Space to move the photo";

/// Keys by what is printed on them.
pub const ESCAPE: &str = "Esc";
pub const PAGE_UP: &str = "Page Up";
pub const PAGE_DOWN: &str = "Page Down";
pub const LEFT: &str = "Left";
pub const RIGHT: &str = "Right";
pub const UP: &str = "Up";
pub const DOWN: &str = "Down";

/// What the mouse does.
pub const GESTURES: [(&str, &str); 20] = [
    ("Left click", "a point on the object"),
    ("Right click, Shift + left click", "a point outside the object"),
    ("Left drag", "a box around the object"),
    ("Right click on a mask, with other tools", "what can be done to it"),
    ("Drag a point", "move it"),
    ("Click a point", "delete it"),
    ("Drag inside a box, or its side or corner", "move it, or resize it"),
    ("Hold Alt", "preview the larger or smaller mask"),
    ("Hold Ctrl", "preview the effect of a further point"),
    ("Double-click a mask", "refine it"),
    ("Wheel, pinch", "zoom at the pointer"),
    ("Middle drag, Space + left drag", "move the photo"),
    ("Click or drag in the minimap", "go there"),
    ("Hold H", "hide all masks"),
    ("Brush, lasso: Shift", "remove instead of adding"),
    ("Pick masks: click, click again", "select a mask, then the one beneath"),
    ("Pick masks: Shift + click", "select several"),
    ("List: click, Shift or Ctrl + click", "select one, a range or several"),
    ("List: double-click", "zoom to the mask"),
    ("List: drag", "change the layer order; in groups, assign a class"),
];

pub fn press_for(command: &str) -> String {
    format!("Press the new shortcut for “{command}”. Backspace removes it, Escape cancels.")
}

pub fn change(shortcut: &str, command: &str) -> String {
    format!("Change {shortcut} for {command}")
}

pub fn add(command: &str) -> String {
    format!("Add a shortcut for {command}")
}

pub fn reset(command: &str) -> String {
    format!("Reset the shortcuts for {command}")
}

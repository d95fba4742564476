//! The menu Help.

use egui::Key;

use super::{Command, Menu, commands, ctrl_shift, plain};

const HELP: Command = Command { menu: Menu::Help, over_comparison: true, ..super::COMMAND };

commands! {
    PALETTE = Command {
        id: "Palette",
        text: "All commands…",
        tooltip: "Find and run a command by name",
        keys: &[ctrl_shift(Key::P)],
        run: |window, _, _| window.panels.palette.open = !window.panels.palette.open,
        ..HELP
    };
    KEYS = Command {
        id: "Keys",
        text: "Shortcuts and gestures",
        tooltip: "Show or change keyboard shortcuts",
        keys: &[plain(Key::F1), plain(Key::Questionmark)],
        run: |window, _, _| window.panels.keys.open = !window.panels.keys.open,
        ..HELP
    };
    DIAGNOSTICS = Command {
        id: "Diagnostics",
        text: "Diagnostics…",
        tooltip: "Check what Tinsel needs on this computer, for a report of an error",
        run: |window, _, _| window.panels.diagnostics.open = !window.panels.diagnostics.open,
        ..HELP
    };
}

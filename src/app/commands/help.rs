//! The menu Help.

use egui::Key;

use super::{Command, Menu, commands, ctrl_shift, plain};

const HELP: Command = Command { menu: Menu::Help, over_comparison: true, ..super::COMMAND };

commands! {
    PALETTE = Command {
        id: "Palette",
        keys: &[ctrl_shift(Key::P)],
        run: |window, _, _| window.panels.palette.open = !window.panels.palette.open,
        ..HELP
    };
    KEYS = Command {
        id: "Keys",
        keys: &[plain(Key::F1), plain(Key::Questionmark)],
        run: |window, _, _| window.panels.keys.open = !window.panels.keys.open,
        ..HELP
    };
    DIAGNOSTICS = Command {
        id: "Diagnostics",
        run: |window, _, _| window.panels.diagnostics.open = !window.panels.diagnostics.open,
        ..HELP
    };
}

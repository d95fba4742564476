//! A class for the selected masks, by its number in the list of classes.

use egui::{Key, KeyboardShortcut};

use super::{Command, Menu, PromptState, commands, plain};
use crate::document::Edit;

commands! {
    CLASS_1 = class::<1>("Class(1)", "Class 1", &[plain(Key::Num1)]);
    CLASS_2 = class::<2>("Class(2)", "Class 2", &[plain(Key::Num2)]);
    CLASS_3 = class::<3>("Class(3)", "Class 3", &[plain(Key::Num3)]);
    CLASS_4 = class::<4>("Class(4)", "Class 4", &[plain(Key::Num4)]);
    CLASS_5 = class::<5>("Class(5)", "Class 5", &[plain(Key::Num5)]);
    CLASS_6 = class::<6>("Class(6)", "Class 6", &[plain(Key::Num6)]);
    CLASS_7 = class::<7>("Class(7)", "Class 7", &[plain(Key::Num7)]);
    CLASS_8 = class::<8>("Class(8)", "Class 8", &[plain(Key::Num8)]);
    CLASS_9 = class::<9>("Class(9)", "Class 9", &[plain(Key::Num9)]);
}

const fn class<const NUMBER: usize>(
    id: &'static str,
    text: &'static str,
    keys: &'static [KeyboardShortcut],
) -> Command {
    Command {
        id,
        text,
        tooltip: "Assign this class to the selected masks",
        menu: Menu::Edit,
        in_menu: false,
        keys,
        prompt: PromptState::Empty,
        enabled: |window| NUMBER <= window.document().classes().len() && window.selects(1),
        run: |window, _, _| {
            let class = window.document().classes().get(NUMBER - 1).map(|class| class.id);
            if class.is_some() {
                window.edit_selection(|selection| Edit::SetClass(selection, class));
            }
        },
        ..super::COMMAND
    }
}

//! A class for the selected masks or for the next one, by its digit.

use egui::{Key, KeyboardShortcut};

use super::{Command, Menu, commands, plain};

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
    NO_CLASS = Command {
        id: "NoClass",
        text: "No class",
        tooltip: "Remove the class of the selected masks; without a selection, new masks get no class",
        keys: &[plain(Key::Num0)],
        run: |window, _, _| window.choose_class(None),
        ..CLASS
    };
}

const CLASS: Command = Command {
    tooltip: "Assign this class to the selected masks; without a selection, new masks get this class",
    menu: Menu::Edit,
    in_menu: false,
    ..super::COMMAND
};

const fn class<const NUMBER: u8>(
    id: &'static str,
    text: &'static str,
    keys: &'static [KeyboardShortcut],
) -> Command {
    Command {
        id,
        text,
        keys,
        enabled: |window| window.document().classes().of_key(NUMBER).is_some(),
        object: |window| window.document().classes().of_key(NUMBER).map(|class| &*class.name),
        run: |window, _, _| {
            let class = window.document().classes().of_key(NUMBER).map(|class| class.id);
            window.choose_class(class);
        },
        ..CLASS
    }
}

//! A class for the selected masks or for the next one, by its digit.

use egui::{Key, KeyboardShortcut};

use super::{Command, Menu, PromptState, alt, commands, plain};

commands! {
    CLASS_1 = class::<1>("Class(1)", &[plain(Key::Num1)]);
    CLASS_2 = class::<2>("Class(2)", &[plain(Key::Num2)]);
    CLASS_3 = class::<3>("Class(3)", &[plain(Key::Num3)]);
    CLASS_4 = class::<4>("Class(4)", &[plain(Key::Num4)]);
    CLASS_5 = class::<5>("Class(5)", &[plain(Key::Num5)]);
    CLASS_6 = class::<6>("Class(6)", &[plain(Key::Num6)]);
    CLASS_7 = class::<7>("Class(7)", &[plain(Key::Num7)]);
    CLASS_8 = class::<8>("Class(8)", &[plain(Key::Num8)]);
    CLASS_9 = class::<9>("Class(9)", &[plain(Key::Num9)]);
    ACCEPT_AS_1 = accept_as::<1>("AcceptAs(1)", &[alt(Key::Num1)]);
    ACCEPT_AS_2 = accept_as::<2>("AcceptAs(2)", &[alt(Key::Num2)]);
    ACCEPT_AS_3 = accept_as::<3>("AcceptAs(3)", &[alt(Key::Num3)]);
    ACCEPT_AS_4 = accept_as::<4>("AcceptAs(4)", &[alt(Key::Num4)]);
    ACCEPT_AS_5 = accept_as::<5>("AcceptAs(5)", &[alt(Key::Num5)]);
    ACCEPT_AS_6 = accept_as::<6>("AcceptAs(6)", &[alt(Key::Num6)]);
    ACCEPT_AS_7 = accept_as::<7>("AcceptAs(7)", &[alt(Key::Num7)]);
    ACCEPT_AS_8 = accept_as::<8>("AcceptAs(8)", &[alt(Key::Num8)]);
    ACCEPT_AS_9 = accept_as::<9>("AcceptAs(9)", &[alt(Key::Num9)]);
    NO_CLASS = Command {
        id: "NoClass",
        keys: &[plain(Key::Num0)],
        run: |window, _, _| window.choose_class(None),
        ..CLASS
    };
}

const CLASS: Command = Command { menu: Menu::Edit, in_menu: false, ..super::COMMAND };

const fn class<const NUMBER: u8>(id: &'static str, keys: &'static [KeyboardShortcut]) -> Command {
    Command {
        id,
        keys,
        enabled: |window| window.document().classes().of_key(NUMBER).is_some(),
        object: |window| window.document().classes().of_key(NUMBER).map(|class| class.name.clone()),
        run: |window, _, _| {
            let class = window.document().classes().of_key(NUMBER).map(|class| class.id);
            window.choose_class(class);
        },
        ..CLASS
    }
}

const fn accept_as<const NUMBER: u8>(id: &'static str, keys: &'static [KeyboardShortcut]) -> Command {
    Command {
        prompt: PromptState::Set,
        run: |window, _, _| {
            let class = window.document().classes().of_key(NUMBER).map(|class| class.id);
            window.projects.activate(class);
            window.accept();
        },
        ..class::<NUMBER>(id, keys)
    }
}

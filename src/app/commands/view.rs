//! The menu View: zoom, how masks are painted, which panels there are.

use egui::{Context, Key, ThemePreference};

use super::{Command, Menu, Submenu, commands, ctrl, plain, shift};
use crate::app::look;
use crate::app::settings::{MaskStyle, NORMAL_TEXT, TEXT_SIZES};
use crate::app::shell::Tinsel;
use crate::app::texts::Language;

const ZOOM_STEP: f32 = 1.25;

const VIEW: Command = Command { menu: Menu::View, ..super::COMMAND };

const STYLE: Command = Command { submenu: Some(Submenu::Style), ..VIEW };

const THEME: Command = Command { submenu: Some(Submenu::Theme), over_comparison: true, ..VIEW };

const LANGUAGE: Command = Command { submenu: Some(Submenu::Language), ..THEME };

const TEXT_SIZE: Command = Command { submenu: Some(Submenu::TextSize), ..THEME };

commands! {
    SHOW_ALL = Command {
        id: "ShowAll",
        keys: &[plain(Key::V), ctrl(Key::H)],
        enabled: |window| !window.document().masks().is_empty(),
        on: |window| window.stage.masks_hidden,
        run: |window, _, _| window.stage.masks_hidden = !window.stage.masks_hidden,
        ..VIEW
    };
    ZOOM_IN = Command {
        id: "ZoomIn",
        begins_group: true,
        keys: &[plain(Key::Plus), plain(Key::Equals)],
        enabled: Tinsel::has_photo,
        run: |window, _, _| window.stage.canvas.view.zoom_by(ZOOM_STEP),
        ..VIEW
    };
    ZOOM_OUT = Command {
        id: "ZoomOut",
        keys: &[plain(Key::Minus)],
        enabled: Tinsel::has_photo,
        run: |window, _, _| window.stage.canvas.view.zoom_by(1.0 / ZOOM_STEP),
        ..VIEW
    };
    ZOOM_FIT = Command {
        id: "ZoomFit",
        keys: &[plain(Key::Home), ctrl(Key::F)],
        enabled: Tinsel::has_photo,
        run: |window, _, _| window.stage.canvas.view.fit(),
        ..VIEW
    };
    ZOOM_ACTUAL = Command {
        id: "ZoomActual",
        keys: &[ctrl(Key::Num0), ctrl(Key::Equals)],
        enabled: Tinsel::has_photo,
        run: |window, _, _| window.stage.canvas.view.actual_size(),
        ..VIEW
    };
    ZOOM_SELECTION = Command {
        id: "ZoomSelection",
        keys: &[plain(Key::Z)],
        enabled: |window| window.selects(1),
        run: |window, _, _| window.zoom_to(&window.selection()),
        ..VIEW
    };
    FILL = Command {
        id: "Style(Fill)",
        begins_group: true,
        on: |window| window.settings.style == MaskStyle::Fill,
        run: |window, _, _| toggle_style(window, MaskStyle::Fill),
        ..STYLE
    };
    OUTLINE = Command {
        id: "Style(Outline)",
        keys: &[plain(Key::O)],
        on: |window| window.settings.style == MaskStyle::Outline,
        run: |window, _, _| toggle_style(window, MaskStyle::Outline),
        ..STYLE
    };
    FILL_AND_OUTLINE = Command {
        id: "Style(Both)",
        on: |window| window.settings.style == MaskStyle::Both,
        run: |window, _, _| toggle_style(window, MaskStyle::Both),
        ..STYLE
    };
    DIM = Command {
        id: "Style(Dim)",
        keys: &[shift(Key::O)],
        on: |window| window.settings.style == MaskStyle::Dim,
        run: |window, _, _| toggle_style(window, MaskStyle::Dim),
        ..STYLE
    };
    MINIMAP = Command {
        id: "Minimap",
        begins_group: true,
        on: |window| window.settings.minimap,
        run: |window, _, _| window.settings.minimap = !window.settings.minimap,
        ..VIEW
    };
    LIVE_PREVIEW = Command {
        id: "LivePreview",
        keys: &[plain(Key::P)],
        on: |window| window.settings.live_preview,
        run: |window, _, _| window.settings.live_preview = !window.settings.live_preview,
        ..VIEW
    };
    FILMSTRIP = Command {
        id: "Filmstrip",
        keys: &[shift(Key::F)],
        over_comparison: true,
        on: |window| window.settings.filmstrip,
        run: |window, _, _| window.settings.filmstrip = !window.settings.filmstrip,
        ..VIEW
    };
    SIDE_PANEL = Command {
        id: "SidePanel",
        keys: &[ctrl(Key::B)],
        on: |window| window.settings.side_panel,
        run: |window, _, _| window.settings.side_panel = !window.settings.side_panel,
        ..VIEW
    };
    IMAGE = Command {
        id: "Image",
        keys: &[plain(Key::I)],
        enabled: Tinsel::has_photo,
        on: |window| window.settings.side_panel && window.panels.image.open,
        run: |window, _, _| {
            window.panels.image.open = !(window.settings.side_panel && window.panels.image.open);
            window.settings.side_panel |= window.panels.image.open;
        },
        ..VIEW
    };
    SYSTEM_THEME = Command {
        id: "Theme(System)",
        begins_group: true,
        on: |window| window.settings.theme == ThemePreference::System,
        run: |window, ctx, _| set_theme(window, ctx, ThemePreference::System),
        ..THEME
    };
    LIGHT_THEME = Command {
        id: "Theme(Light)",
        on: |window| window.settings.theme == ThemePreference::Light,
        run: |window, ctx, _| set_theme(window, ctx, ThemePreference::Light),
        ..THEME
    };
    DARK_THEME = Command {
        id: "Theme(Dark)",
        on: |window| window.settings.theme == ThemePreference::Dark,
        run: |window, ctx, _| set_theme(window, ctx, ThemePreference::Dark),
        ..THEME
    };
    SYSTEM_LANGUAGE = Command {
        id: "Language(System)",
        on: |window| window.settings.language.is_none(),
        run: |window, _, _| window.choose_language(None),
        ..LANGUAGE
    };
    ENGLISH = Command {
        id: "Language(English)",
        on: |window| window.settings.language == Some(Language::English),
        run: |window, _, _| window.choose_language(Some(Language::English)),
        ..LANGUAGE
    };
    GERMAN = Command {
        id: "Language(German)",
        on: |window| window.settings.language == Some(Language::German),
        run: |window, _, _| window.choose_language(Some(Language::German)),
        ..LANGUAGE
    };
    CHINESE = Command {
        id: "Language(Chinese)",
        on: |window| window.settings.language == Some(Language::Chinese),
        run: |window, _, _| window.choose_language(Some(Language::Chinese)),
        ..LANGUAGE
    };
    LARGER_TEXT = Command {
        id: "LargerText",
        keys: &[ctrl(Key::Plus)],
        enabled: |window| next_size(window).is_some(),
        run: |window, ctx, _| set_text_size(window, ctx, next_size(window)),
        ..TEXT_SIZE
    };
    SMALLER_TEXT = Command {
        id: "SmallerText",
        keys: &[ctrl(Key::Minus)],
        enabled: |window| previous_size(window).is_some(),
        run: |window, ctx, _| set_text_size(window, ctx, previous_size(window)),
        ..TEXT_SIZE
    };
    NORMAL_TEXT_SIZE = Command {
        id: "NormalText",
        on: |window| window.settings.text_size == NORMAL_TEXT,
        run: |window, ctx, _| set_text_size(window, ctx, Some(NORMAL_TEXT)),
        ..TEXT_SIZE
    };
}

/// How masks are painted, in the order of the menu Style.
pub(in crate::app) const STYLES: [&Command; 4] = [&FILL, &OUTLINE, &FILL_AND_OUTLINE, &DIM];

/// The command of the style that is in use leads back to filled masks.
fn toggle_style(window: &mut Tinsel, style: MaskStyle) {
    let back = window.settings.style == style;
    window.settings.style = if back { MaskStyle::Fill } else { style };
}

fn set_theme(window: &mut Tinsel, ctx: &Context, theme: ThemePreference) {
    window.settings.theme = theme;
    ctx.set_theme(theme);
}

fn next_size(window: &Tinsel) -> Option<u32> {
    TEXT_SIZES.into_iter().find(|size| *size > window.settings.text_size)
}

fn previous_size(window: &Tinsel) -> Option<u32> {
    TEXT_SIZES.into_iter().rev().find(|size| *size < window.settings.text_size)
}

fn set_text_size(window: &mut Tinsel, ctx: &Context, size: Option<u32>) {
    if let Some(size) = size {
        window.settings.text_size = size;
        look::set_text_size(ctx, size);
    }
}

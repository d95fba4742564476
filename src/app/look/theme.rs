//! The tokens of the two themes, and their fonts.

use std::sync::Arc;

use egui::style::{HandleShape, ScrollStyle, WidgetVisuals};
use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Shadow, Stroke, Style, TextStyle,
    Theme, Visuals, vec2,
};

use super::numbers;

/// The accent over photos, where both themes look alike.
pub(in crate::app) const ACCENT: Color32 = Color32::from_rgb(0x2f, 0x6f, 0xe4);
/// Positive and negative points.
pub(in crate::app) const POSITIVE: Color32 = Color32::from_rgb(0x2f, 0xc1, 0x5b);
pub(in crate::app) const NEGATIVE: Color32 = Color32::from_rgb(0xe8, 0x45, 0x3c);

/// The names of the font families beside the usual ones.
pub(in crate::app) const MEDIUM: &str = "medium";
pub(in crate::app) const SEMIBOLD: &str = "semibold";
pub(in crate::app) const ICONS: &str = "icons";
pub(in crate::app) const ICONS_FILLED: &str = "filled icons";

/// The colours of a theme. Text has a contrast of at least 4.5:1 on each ground that it stands on.
pub(in crate::app) struct Tokens {
    pub panel: Color32,
    pub bar: Color32,
    pub popover: Color32,
    pub field: Color32,
    pub canvas: Color32,
    pub raised: Color32,
    pub hover: Color32,
    pub divider: Color32,
    pub edge: Color32,
    pub text: Color32,
    pub text_2: Color32,
    pub text_3: Color32,
    /// With white text on it.
    pub accent: Color32,
    pub accent_text: Color32,
    pub selected_row: Color32,
    pub done: Color32,
    pub review: Color32,
    pub error: Color32,
    /// Below thumbnails of masks.
    pub thumbnail: Color32,
}

const fn hex(rgb: u32) -> Color32 {
    Color32::from_rgb((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
}

static DARK: Tokens = Tokens {
    panel: hex(0x1f1f1f),
    bar: hex(0x252525),
    popover: hex(0x2a2a2a),
    field: hex(0x181818),
    canvas: hex(0x161616),
    raised: hex(0x333333),
    hover: hex(0x2e2e2e),
    divider: hex(0x343434),
    edge: hex(0x454545),
    text: hex(0xe6e6e6),
    text_2: hex(0xb4b4b4),
    text_3: hex(0xa0a0a0),
    accent: hex(0x2f6fe4),
    accent_text: hex(0x7fb0ff),
    selected_row: hex(0x26374f),
    done: hex(0x4cc38a),
    review: hex(0xf0b13c),
    error: hex(0xff8a80),
    thumbnail: hex(0x3c3c3c),
};

static LIGHT: Tokens = Tokens {
    panel: hex(0xf5f5f5),
    bar: hex(0xfafafa),
    popover: hex(0xffffff),
    field: hex(0xffffff),
    canvas: hex(0xa6a6a6),
    raised: hex(0xe2e2e2),
    hover: hex(0xececec),
    divider: hex(0xdcdcdc),
    edge: hex(0xc4c4c4),
    text: hex(0x1c1c1c),
    text_2: hex(0x4a4a4a),
    text_3: hex(0x606060),
    accent: hex(0x2563d9),
    accent_text: hex(0x1d55c0),
    selected_row: hex(0xdbe7fd),
    done: hex(0x1a7f4e),
    review: hex(0x9a6200),
    error: hex(0xb3261e),
    thumbnail: hex(0xd4d4d4),
};

/// The colours of the theme that these visuals belong to.
pub(in crate::app) fn tokens(visuals: &Visuals) -> &'static Tokens {
    if visuals.dark_mode { &DARK } else { &LIGHT }
}

/// Gives the window its fonts and both of its themes.
pub(in crate::app) fn apply(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for (theme, visuals) in [(Theme::Dark, Visuals::dark()), (Theme::Light, Visuals::light())] {
        let tokens = tokens(&visuals);
        ctx.set_visuals_of(theme, with_tokens(visuals, tokens));
    }
    ctx.all_styles_mut(set_sizes);
    ctx.all_styles_mut(numbers::localise);
    // Ctrl and plus belong to the photo, not to the size of the buttons.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

/// Lets everything change at once: where the processor draws, each frame takes time from what the user waits for.
pub(in crate::app) fn stop_animations(ctx: &egui::Context) {
    ctx.all_styles_mut(|style| style.animation_time = 0.0);
}

/// Gives text and all that goes with it a size, in percent. The photo has its own.
pub(in crate::app) fn set_text_size(ctx: &egui::Context, percent: u32) {
    ctx.set_zoom_factor(percent.clamp(50, 300) as f32 / 100.0);
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &'static [u8]); 5] = [
        ("Inter", include_bytes!("../../../assets/fonts/Inter-Regular.otf")),
        ("Inter Medium", include_bytes!("../../../assets/fonts/Inter-Medium.ttf")),
        ("Inter SemiBold", include_bytes!("../../../assets/fonts/Inter-SemiBold.ttf")),
        ("Phosphor", include_bytes!("../../../assets/fonts/Phosphor.ttf")),
        ("Phosphor Fill", include_bytes!("../../../assets/fonts/Phosphor-Fill.ttf")),
    ];
    for (name, bytes) in files {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // What Inter lacks is in the fonts that egui brings, and in those of the system.
    let usual = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let with = |first: &str| {
        let rest = usual.iter().cloned().chain(["Hack".to_owned()]);
        std::iter::once(first.to_owned()).chain(rest).collect::<Vec<String>>()
    };
    fonts.families.insert(FontFamily::Proportional, with("Inter"));
    for (family, font) in [
        (MEDIUM, "Inter Medium"),
        (SEMIBOLD, "Inter SemiBold"),
        (ICONS, "Phosphor"),
        (ICONS_FILLED, "Phosphor Fill"),
    ] {
        fonts.families.insert(FontFamily::Name(family.into()), with(font));
    }
    fonts
}

fn with_tokens(mut visuals: Visuals, tokens: &Tokens) -> Visuals {
    let widget = |fill: Color32, edge: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, edge),
        corner_radius: CornerRadius::same(6),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = widget(tokens.panel, tokens.divider, tokens.text);
    visuals.widgets.inactive = widget(tokens.raised, Color32::TRANSPARENT, tokens.text);
    visuals.widgets.hovered = widget(tokens.raised, tokens.edge, tokens.text);
    visuals.widgets.active = widget(tokens.edge, tokens.edge, tokens.text);
    visuals.widgets.open = widget(tokens.raised, tokens.edge, tokens.text);
    visuals.weak_text_color = Some(tokens.text_2);
    visuals.selection.bg_fill = tokens.accent;
    visuals.selection.stroke = Stroke::new(1.0, Color32::WHITE);
    visuals.hyperlink_color = tokens.accent_text;
    visuals.faint_bg_color = tokens.hover;
    visuals.extreme_bg_color = tokens.field;
    // Text fields have no edge: in the light theme they would be white on white.
    visuals.text_edit_bg_color = Some(if visuals.dark_mode { tokens.field } else { tokens.hover });
    visuals.code_bg_color = tokens.raised;
    visuals.error_fg_color = tokens.error;
    visuals.warn_fg_color = tokens.review;
    visuals.panel_fill = tokens.panel;
    visuals.window_fill = tokens.popover;
    visuals.window_stroke = Stroke::new(1.0, tokens.edge);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(8);
    let darkness = if visuals.dark_mode { 128 } else { 56 };
    let shadow = Shadow { offset: [0, 6], blur: 20, spread: 0, color: Color32::from_black_alpha(darkness) };
    (visuals.window_shadow, visuals.popup_shadow) = (shadow, shadow);
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Circle;
    visuals.indent_has_left_vline = false;
    visuals
}

fn set_sizes(style: &mut Style) {
    let family = |name: &str| FontFamily::Name(name.into());
    style.text_styles = [
        (TextStyle::Small, FontId::proportional(11.0)),
        (TextStyle::Body, FontId::proportional(13.0)),
        (TextStyle::Button, FontId::new(13.0, family(MEDIUM))),
        (TextStyle::Heading, FontId::new(16.0, family(SEMIBOLD))),
        (TextStyle::Monospace, FontId::monospace(12.0)),
    ]
    .into();
    style.spacing.item_spacing = vec2(8.0, 4.0);
    style.spacing.button_padding = vec2(8.0, 4.0);
    style.spacing.interact_size.y = 26.0;
    style.spacing.scroll = ScrollStyle::thin();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast ratio of WCAG 2.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |colour: Color32| {
            let channel = |value: u8| {
                let value = f32::from(value) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(colour.r()) + 0.7152 * channel(colour.g()) + 0.0722 * channel(colour.b())
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn all_text_can_be_read() {
        for tokens in [&DARK, &LIGHT] {
            for ground in [tokens.panel, tokens.bar, tokens.popover, tokens.selected_row] {
                for text in [tokens.text, tokens.text_2, tokens.text_3, tokens.accent_text] {
                    assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}");
                }
            }
            assert!(contrast(Color32::WHITE, tokens.accent) >= 4.5);
            assert!(contrast(tokens.error, tokens.popover) >= 4.5);
        }
    }
}

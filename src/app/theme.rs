//! A calm, neutral look, so that the photo and the masks carry the colour.

use egui::{Color32, FontDefinitions, FontFamily, Stroke, Theme, Visuals};

/// The one accent colour.
pub(super) const ACCENT: Color32 = Color32::from_rgb(0x3d, 0x9b, 0xe9);
const ERROR_ON_DARK: Color32 = Color32::from_rgb(0xff, 0x8a, 0x80);
const ERROR_ON_LIGHT: Color32 = Color32::from_rgb(0xb3, 0x26, 0x1e);
/// Positive and negative points.
pub(super) const POSITIVE: Color32 = Color32::from_rgb(0x2f, 0xc1, 0x5b);
pub(super) const NEGATIVE: Color32 = Color32::from_rgb(0xe8, 0x45, 0x3c);

/// Marks of photos that are done or to be reviewed.
pub(super) const DONE: Color32 = Color32::from_rgb(0x1f, 0x8f, 0x46);
pub(super) const REVIEW: Color32 = Color32::from_rgb(0xf2, 0xb1, 0x34);

pub(super) fn apply(ctx: &egui::Context) {
    // The proportional font has no arrows and discs; the monospaced one does.
    let mut fonts = FontDefinitions::default();
    if let Some(family) = fonts.families.get_mut(&FontFamily::Proportional) {
        family.push("Hack".to_owned());
    }
    ctx.set_fonts(fonts);
    for (theme, mut visuals) in [(Theme::Dark, Visuals::dark()), (Theme::Light, Visuals::light())] {
        visuals.selection.bg_fill = ACCENT.gamma_multiply(0.55);
        visuals.selection.stroke = Stroke::new(1.0, visuals.strong_text_color());
        visuals.error_fg_color = if visuals.dark_mode { ERROR_ON_DARK } else { ERROR_ON_LIGHT };
        visuals.hyperlink_color = ACCENT;
        visuals.slider_trailing_fill = true;
        ctx.set_visuals_of(theme, visuals);
    }
    ctx.all_styles_mut(|style| {
        style.spacing.item_spacing = egui::vec2(8.0, 6.0);
        style.spacing.button_padding = egui::vec2(8.0, 3.0);
    });
    // Ctrl and plus belong to the photo, not to the size of the buttons.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

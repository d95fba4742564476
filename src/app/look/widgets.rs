//! Widgets that occur all over the window.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Button, FontFamily, IntoAtoms, Response, RichText, Ui, vec2};

use super::theme::{ICONS, ICONS_FILLED, SEMIBOLD, tokens};

/// An icon as text.
pub(in crate::app) fn icon(icon: char, size: f32) -> RichText {
    RichText::new(icon).family(FontFamily::Name(ICONS.into())).size(size)
}

/// A filled icon as text.
pub(in crate::app) fn icon_filled(icon: char, size: f32) -> RichText {
    RichText::new(icon).family(FontFamily::Name(ICONS_FILLED.into())).size(size)
}

/// A button that shows an icon only; `name` is its name for screen readers and tooltips.
pub(in crate::app) fn icon_button(ui: &mut Ui, symbol: char, name: &str, is_on: bool) -> Response {
    let button =
        Button::new(icon(symbol, 16.0)).selected(is_on).frame_when_inactive(is_on).min_size(vec2(28.0, 26.0));
    let response = ui.scope(|ui| {
        // The accent is for what is worked with; this only says what is shown.
        let tokens = tokens(ui.visuals());
        let selection = &mut ui.visuals_mut().selection;
        (selection.bg_fill, selection.stroke.color) = (tokens.raised, tokens.text);
        ui.add(button)
    });
    response.inner.on_hover_text(name).accessible_name(name)
}

/// The one button of a group that is the next step.
pub(in crate::app) fn primary_button<'a>(ui: &Ui, text: impl IntoAtoms<'a>) -> Button<'a> {
    Button::new(text).fill(tokens(ui.visuals()).accent)
}

/// The title of a section of a panel.
pub(in crate::app) fn section_title(text: impl Into<String>) -> RichText {
    RichText::new(text.into()).family(FontFamily::Name(SEMIBOLD.into()))
}

/// Selects all of what is in a text field, so that typing replaces it.
pub(in crate::app) fn select_all(ui: &Ui, field: &Response, text: &str) {
    let mut state = TextEditState::load(ui.ctx(), field.id).unwrap_or_default();
    let all = CCursorRange::two(CCursor::new(0), CCursor::new(text.chars().count()));
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), field.id);
}

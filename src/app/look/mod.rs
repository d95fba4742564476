//! How the window looks: colours, fonts, icons, and the widgets that are made of them.

pub(super) mod icons;
mod numbers;
mod theme;
mod widgets;

pub(super) use numbers::{number_field, number_slider};
pub(super) use theme::{
    ACCENT, ICONS, ICONS_FILLED, NEGATIVE, POSITIVE, apply, set_text_size, stop_animations, tokens,
};
pub(super) use widgets::{icon, icon_button, icon_filled, primary_button, section_title, select_all};

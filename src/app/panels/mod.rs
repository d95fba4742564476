//! What surrounds the canvas. Panels read the state and emit actions.

mod attributes;
mod classes;
mod embeddings;
mod everything_settings;
mod filters;
mod image;
mod inspect;
mod keys;
mod masks;
mod menu;
mod note;
mod palette;
mod prompt_bar;
mod review_bar;
mod shape;
mod status;
mod vertex_bar;
mod welcome;

pub(super) use attributes::{AttributeFields, AttributeWindow};
pub(super) use classes::Classes;
pub(super) use embeddings::embeddings_ui;
pub(super) use everything_settings::everything_settings_ui;
pub(super) use filters::filters_ui;
pub(super) use image::ImageWindow;
pub(super) use inspect::Inspect;
pub(super) use keys::Keys;
pub(super) use masks::{ListContent, MaskList};
pub(super) use menu::{Toolbar, menu_ui, toolbar_ui};
pub(super) use note::Note;
pub(super) use palette::Palette;
pub(super) use prompt_bar::{PromptBar, prompt_bar_ui};
pub(super) use review_bar::{ReviewBar, review_bar_ui};
pub(super) use shape::shape_ui;
pub(super) use status::{Status, status_ui};
pub(super) use vertex_bar::vertex_bar_ui;
pub(super) use welcome::{Welcome, welcome_ui};

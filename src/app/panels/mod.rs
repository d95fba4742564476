//! What surrounds the canvas. Panels read the state and emit actions.

mod attributes;
mod classes;
mod embeddings;
mod everything_settings;
mod filters;
mod inspect;
mod keys;
mod masks;
mod note;
mod options_bar;
mod palette;
mod prompt_bar;
mod rail;
mod shape;
mod status;
mod top_bar;
mod welcome;

pub(super) use attributes::{AttributeFields, AttributeWindow};
pub(super) use classes::Classes;
pub(super) use embeddings::embeddings_ui;
pub(super) use everything_settings::everything_settings_ui;
pub(super) use filters::filters_ui;
pub(super) use inspect::Inspect;
pub(super) use keys::Keys;
pub(super) use masks::{ListContent, MaskList};
pub(super) use note::Note;
pub(super) use options_bar::{OptionsBar, options_bar_ui};
pub(super) use palette::Palette;
pub(super) use prompt_bar::{PromptBar, PromptContent};
pub(super) use rail::rail_ui;
pub(super) use shape::shape_ui;
pub(super) use status::{Status, status_ui};
pub(super) use top_bar::{TopBar, top_bar_ui};
pub(super) use welcome::{Welcome, welcome_ui};

//! What of encoded photos is kept, and what is encoded ahead.

use egui::{Button, Ui};

use super::super::actions::{Action, Actions};
use super::super::settings::Settings;
use super::super::texts::models as texts;

/// Limits to choose from, in gigabytes.
const LIMITS: [u32; 5] = [0, 1, 4, 16, 64];

/// `kept` is how much is on disk, in bytes; `None` where there is no folder for it.
pub(in crate::app) fn embeddings_ui(
    ui: &mut Ui,
    kept: Option<u64>,
    settings: &Settings,
    actions: &mut Actions,
) {
    let mut ahead = settings.encode_ahead;
    if ui.checkbox(&mut ahead, texts::encode_ahead()).changed() {
        actions.push(Action::SetEncodeAhead(ahead));
    }
    let Some(bytes) = kept else { return };
    ui.horizontal(|ui| {
        ui.label(texts::embeddings(bytes)).on_hover_text(texts::embeddings_tooltip());
        for limit in LIMITS {
            let text = texts::limit(limit);
            let button = Button::selectable(settings.embeddings_gb == limit, text);
            if ui.add(button).accessible_name(texts::keep_at_most(limit)).clicked() {
                actions.push(Action::SetEmbeddingsLimit(limit));
            }
        }
        let clear = ui.add_enabled(bytes > 0, Button::new(texts::clear()));
        if clear.accessible_name(texts::clear_embeddings()).clicked() {
            actions.push(Action::ClearEmbeddings);
        }
    });
}

//! What of encoded photos is kept, and what is encoded ahead.

use egui::{Button, Ui};

use super::super::actions::{Action, Actions};
use super::super::settings::Settings;

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
    if ui.checkbox(&mut ahead, "Encode the next photo while nothing else is to be done").changed() {
        actions.push(Action::SetEncodeAhead(ahead));
    }
    let Some(bytes) = kept else { return };
    ui.horizontal(|ui| {
        ui.label(format!("Encoded photos on disk: {}, at most", size(bytes))).on_hover_text(
            "Photos open at once when they were encoded before; those not used for longest go first",
        );
        for limit in LIMITS {
            let text = if limit == 0 { "none".to_owned() } else { format!("{limit} GB") };
            let button = Button::selectable(settings.embeddings_gb == limit, &text);
            if ui.add(button).accessible_name(format!("Keep at most {text} of encoded photos")).clicked() {
                actions.push(Action::SetEmbeddingsLimit(limit));
            }
        }
        if ui.add_enabled(bytes > 0, Button::new("Clear")).accessible_name("Clear encoded photos").clicked() {
            actions.push(Action::ClearEmbeddings);
        }
    });
}

fn size(bytes: u64) -> String {
    if bytes < 1_000_000_000 {
        format!("{:.0} MB", bytes as f64 / 1e6)
    } else {
        format!("{:.1} GB", bytes as f64 / 1e9)
    }
}

//! The status bar: what the worker does, timings, and what is under the pointer.

use egui::{ProgressBar, RichText, Ui};

use super::super::actions::{Action, Actions};
use super::super::canvas::UnderPointer;
use super::super::commands;
use super::super::look::{icon_filled, icons, tokens};
use super::super::state::SaveState;
use super::super::texts::{batch, status as texts};

/// The room for the text at the left, in points.
const TIMING: f32 = 200.0;
const SAVED: f32 = 100.0;
/// Of a bar of progress; a higher one would move the photo.
const BAR: f32 = 6.0;

pub(in crate::app) struct Status {
    /// What is being done, how far it is in [0, 1], and whether it can be cancelled.
    pub work: Option<(String, f32, bool)>,
    /// The same of a batch in the background.
    pub batch: Option<(String, f32)>,
    /// How long the last operation took.
    pub timing: String,
    /// When the work was saved last, or that it could not be.
    pub saved: Option<SaveState>,
    pub photo: Option<String>,
    pub zoom_percent: Option<f32>,
    pub pointer: Option<UnderPointer>,
}

/// `hint` comes after the rest of the left side.
pub(in crate::app) fn status_ui(
    ui: &mut Ui,
    status: &Status,
    hint: impl FnOnce(&mut Ui, &mut Actions),
    actions: &mut Actions,
) {
    ui.horizontal_centered(|ui| {
        match &status.work {
            Some((text, fraction, can_cancel)) => {
                ui.label(text);
                ui.add(ProgressBar::new(*fraction).desired_width(160.0).desired_height(BAR));
                ui.label(texts::share(*fraction));
                if *can_cancel && ui.small_button(texts::cancel()).clicked() {
                    actions.push(Action::Run(&commands::prompt::CANCEL));
                }
            }
            None => {
                // Of a fixed width, so that what follows stays in its place.
                ui.scope(|ui| {
                    ui.set_min_width(TIMING);
                    ui.label(if status.timing.is_empty() { texts::ready() } else { &status.timing });
                });
                ui.scope(|ui| {
                    ui.set_min_width(SAVED);
                    saved_ui(ui, status.saved);
                });
                hint(ui, actions);
            }
        }
        if let Some((text, fraction)) = &status.batch {
            ui.separator();
            ui.label(text);
            ui.add(ProgressBar::new(*fraction).desired_width(100.0).desired_height(BAR));
            let stop = ui.small_button(batch::stop()).on_hover_text(batch::stop_tooltip());
            if stop.clicked() {
                actions.push(Action::Run(&commands::batch::STOP_BATCH));
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if let Some(UnderPointer { x, y, colour }) = status.pointer {
                let [r, g, b] = colour;
                let (swatch, _) = ui.allocate_exact_size(egui::vec2(12.0, 12.0), egui::Sense::hover());
                ui.painter().rect_filled(swatch, 2.0, egui::Color32::from_rgb(r, g, b));
                ui.monospace(texts::pixel(x, y, colour));
                ui.separator();
            }
            if let Some(zoom) = status.zoom_percent {
                ui.label(texts::zoom(zoom));
                ui.separator();
            }
            if let Some(photo) = &status.photo {
                ui.add(egui::Label::new(photo).truncate());
            }
        });
    });
}

/// A quiet sign that nothing is lost.
fn saved_ui(ui: &mut Ui, saved: Option<SaveState>) {
    let tokens = tokens(ui.visuals());
    ui.spacing_mut().item_spacing.x = 4.0;
    match saved {
        Some(SaveState::Saved(time)) => {
            ui.label(icon_filled(icons::CHECK_CIRCLE_FILL, 14.0).color(tokens.done));
            ui.label(RichText::new(texts::saved(time)).color(tokens.text_2))
                .on_hover_text(texts::saved_tooltip());
        }
        Some(SaveState::Failed) => {
            ui.label(icon_filled(icons::WARNING_FILL, 14.0).color(tokens.review));
            ui.label(RichText::new(texts::not_saved()).color(tokens.review));
        }
        None => {}
    }
}

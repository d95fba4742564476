//! The bar below the photo: what is being prompted, candidates, accept, drop.

use egui::{Button, Ui};

use super::super::actions::{Action, Actions};
use super::super::commands;
use super::super::inquiry::Inquiry;
use super::super::settings::Tool;
use crate::document::{Edit, Prompting};
use crate::sam::has_single;

/// The bar is there without a prompt too, so that the photo stays in its place when one begins.
pub(in crate::app) fn prompt_bar_ui(
    ui: &mut Ui,
    tool: Tool,
    prompting: &Prompting,
    inquiry: &Inquiry,
    actions: &mut Actions,
) {
    ui.horizontal_wrapped(|ui| {
        if prompting.is_empty() {
            ui.weak(commands::tool::of(tool).tooltip);
            ui.separator();
            for text in ["Accept", "Drop"] {
                ui.add_enabled(false, Button::new(text));
            }
            return;
        }
        let positive = prompting.prompt.points.iter().filter(|p| p.positive).count();
        let negative = prompting.prompt.points.len() - positive;
        ui.label(format!("{positive} positive, {negative} negative"));
        if prompting.prompt.bbox.is_some() && ui.button("Delete box").clicked() {
            actions.push(Action::Edit(Edit::SetBox(None)));
        }
        ui.separator();
        let shown = inquiry.shown(prompting).map(|(index, _)| index);
        match inquiry.answer() {
            Some(answer) if !answer.candidates.is_empty() => {
                let has_single_mask = has_single(answer.candidates.len());
                for (i, candidate) in answer.candidates.iter().enumerate() {
                    let name = match (has_single_mask, i) {
                        (true, 0) => "Single".to_owned(),
                        (true, n) => format!("Candidate {n}"),
                        (false, n) => format!("Candidate {}", n + 1),
                    };
                    // SAM 1 can predict a little more than 1.
                    let predicted_iou = candidate.predicted_iou.clamp(0.0, 1.0);
                    let text = format!("{name}  {predicted_iou:.2}");
                    let tooltip = format!(
                        "Predicted IoU {predicted_iou:.2}, stability {:.2}, {} pixels",
                        candidate.stability_score,
                        candidate.mask.area()
                    );
                    let button = Button::new(text).selected(shown == Some(i));
                    if ui.add(button).on_hover_text(tooltip).clicked() {
                        actions.push(Action::Edit(Edit::Choose(i)));
                    }
                }
            }
            _ => {
                ui.weak(if inquiry.is_pending() { "Computing…" } else { "No mask" });
            }
        }
        ui.separator();
        let accept = ui.add_enabled(shown.is_some() || inquiry.is_pending(), Button::new("Accept"));
        if accept.on_hover_text("Put the mask into the list (Enter)").clicked() {
            actions.push(Action::Run(&commands::prompt::ACCEPT));
        }
        if ui.button("Drop").on_hover_text("Remove points and box (Esc)").clicked() {
            actions.push(Action::Run(&commands::prompt::DROP_PROMPT));
        }
    });
}

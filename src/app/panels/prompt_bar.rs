//! The bar below the photo: what is being prompted, candidates, accept, clear.

use egui::{Button, Color32, Ui};

use super::super::actions::{Action, Actions};
use super::super::commands;
use super::super::inquiry::Inquiry;
use super::super::settings::Tool;
use super::super::texts::prompt as texts;
use crate::document::{Class, Edit, Prompting};
use crate::sam::has_single;

/// What the bar shows.
pub(in crate::app) struct PromptBar<'a> {
    pub tool: Tool,
    pub prompting: &'a Prompting,
    pub inquiry: &'a Inquiry,
    /// The class that accepting will give.
    pub class: Option<&'a Class>,
}

/// The bar is there without a prompt too, so that the photo stays in its place when one begins.
pub(in crate::app) fn prompt_bar_ui(ui: &mut Ui, bar: &PromptBar, actions: &mut Actions) {
    let PromptBar { tool, prompting, inquiry, class } = *bar;
    ui.horizontal_wrapped(|ui| {
        if let Some(class) = class {
            let [r, g, b] = class.colour;
            ui.colored_label(Color32::from_rgb(r, g, b), "■");
            ui.label(&class.name).on_hover_text(texts::CLASS_TOOLTIP);
            ui.separator();
        }
        if prompting.is_empty() {
            ui.weak(commands::tool::of(tool).tooltip);
            ui.separator();
            for text in [texts::ACCEPT, texts::CLEAR] {
                ui.add_enabled(false, Button::new(text));
            }
            return;
        }
        let positive = prompting.prompt.points.iter().filter(|p| p.positive).count();
        let negative = prompting.prompt.points.len() - positive;
        ui.label(texts::points(positive, negative));
        if prompting.prompt.bbox.is_some() && ui.button(texts::DELETE_BOX).clicked() {
            actions.push(Action::Edit(Edit::SetBox(None)));
        }
        ui.separator();
        let shown = inquiry.shown(prompting).map(|(index, _)| index);
        match inquiry.answer() {
            Some(answer) if !answer.candidates.is_empty() => {
                let has_single_mask = has_single(answer.candidates.len());
                for (i, candidate) in answer.candidates.iter().enumerate() {
                    let name = match (has_single_mask, i) {
                        (true, 0) => texts::SINGLE.to_owned(),
                        (true, n) => texts::candidate(n),
                        (false, n) => texts::candidate(n + 1),
                    };
                    // SAM 1 can predict a little more than 1.
                    let predicted_iou = candidate.predicted_iou.clamp(0.0, 1.0);
                    let text = texts::with_score(&name, predicted_iou);
                    let (stability, area) = (candidate.stability_score, candidate.mask.area());
                    let tooltip = texts::scores(predicted_iou, stability, area);
                    let button = Button::new(text).selected(shown == Some(i));
                    if ui.add(button).on_hover_text(tooltip).clicked() {
                        actions.push(Action::Edit(Edit::Choose(i)));
                    }
                }
            }
            _ => {
                ui.weak(if inquiry.is_pending() { texts::COMPUTING } else { texts::NO_MASK });
            }
        }
        ui.separator();
        let accept = ui.add_enabled(shown.is_some() || inquiry.is_pending(), Button::new(texts::ACCEPT));
        if accept.on_hover_text(texts::ACCEPT_TOOLTIP).clicked() {
            actions.push(Action::Run(&commands::prompt::ACCEPT));
        }
        if ui.button(texts::CLEAR).on_hover_text(texts::CLEAR_TOOLTIP).clicked() {
            actions.push(Action::Run(&commands::prompt::DROP_PROMPT));
        }
    });
}

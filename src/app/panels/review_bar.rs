//! The bar of a review: the proposal that is shown, and what can be done with it.

use egui::{Area, Button, Context, Frame, Id, Order, Rect, RichText, Ui, vec2};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability, Command};
use super::super::texts::review as texts;
use crate::document::{Document, Edit, MaskItem};

/// Distance from the edges of the photo's place, and the largest width, in points.
const INSET: f32 = 8.0;
const WIDTH: f32 = 860.0;

/// What the bar shows.
pub(in crate::app) struct ReviewBar<'a> {
    pub document: &'a Document,
    /// The proposal to be decided; `None` while the user looks at another photo.
    pub proposal: Option<&'a MaskItem>,
    pub photos_left: usize,
}

/// Draws the bar over the upper edge of the photo, which stays where it is.
pub(in crate::app) fn review_bar_ui(
    ctx: &Context,
    canvas: Rect,
    bar: &ReviewBar,
    availability: &Availability,
    actions: &mut Actions,
) {
    let width = (canvas.width() - 2.0 * INSET).min(WIDTH);
    let at = canvas.center_top() + vec2(-width / 2.0, INSET);
    Area::new(Id::unique("review bar")).order(Order::Middle).fixed_pos(at).show(ctx, |ui| {
        Frame::popup(ui.style()).inner_margin(8.0).show(ui, |ui| {
            ui.set_width(width - 18.0);
            content_ui(ui, bar, availability, actions);
        });
    });
}

fn content_ui(ui: &mut Ui, bar: &ReviewBar, availability: &Availability, actions: &mut Actions) {
    ui.horizontal_wrapped(|ui| {
        ui.strong(texts::title());
        match bar.proposal {
            Some(item) => proposal_ui(ui, bar, item, availability, actions),
            None => {
                ui.label(texts::elsewhere());
                if ui.button(texts::resume()).clicked() {
                    actions.push(Action::ContinueReview);
                }
            }
        }
        command_ui(ui, &commands::batch::REVIEW, texts::end(), availability, actions);
    });
}

fn proposal_ui(
    ui: &mut Ui,
    bar: &ReviewBar,
    item: &MaskItem,
    availability: &Availability,
    actions: &mut Actions,
) {
    let annotation = &item.annotation;
    ui.label(texts::left(bar.document.proposals().len(), bar.photos_left));
    ui.separator();
    ui.label(&annotation.name);
    let score = annotation.proposal.and_then(|proposal| proposal.score);
    ui.weak(RichText::new(texts::certainty(annotation.predicted_iou, score)));
    ui.separator();
    command_ui(ui, &commands::batch::ACCEPT_PROPOSAL, texts::accept(), availability, actions);
    command_ui(ui, &commands::batch::REJECT_PROPOSAL, texts::reject(), availability, actions);
    command_ui(ui, &commands::prompt::REFINE, texts::refine(), availability, actions);
    let class = bar.document.class_of(item);
    let name = class.map_or(texts::no_class(), |class| &class.name);
    if !bar.document.classes().all().is_empty() {
        ui.menu_button(texts::class(name), |ui| {
            for class in bar.document.classes().all() {
                if ui.button(&class.name).clicked() {
                    actions.push(Action::Edit(Edit::SetClass(vec![item.id], Some(class.id))));
                }
            }
        });
    }
    command_ui(ui, &commands::batch::SKIP_PROPOSAL, texts::skip(), availability, actions);
}

/// A button that runs a command, with its key. `text` is shorter than the name of the command.
fn command_ui(
    ui: &mut Ui,
    command: &'static Command,
    text: &str,
    availability: &Availability,
    actions: &mut Actions,
) {
    let mut button = Button::new(text);
    if let Some(key) = availability.keymap.text(ui.ctx(), command) {
        button = button.shortcut_text(key);
    }
    let response = ui.add_enabled(availability.is_enabled(command), button).accessible_name(command.text());
    if response.on_hover_text(command.tooltip()).clicked() {
        actions.push(Action::Run(command));
    }
}

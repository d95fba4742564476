//! A hint in three steps for the first photo. It lies over a corner of the photo and lets clicks through.

use egui::{Align2, Area, Context, FontId, Frame, Id, Order, Rect, RichText, Sense, Ui, pos2, vec2};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability};
use super::super::look::{icon_button, icons, section_title, tokens};
use super::super::texts::introduction as texts;

/// Width of the hint, and the size of the photo's place from which all steps are shown, in points.
const WIDTH: f32 = 300.0;
const ROOM: egui::Vec2 = vec2(680.0, 320.0);
const INSET: f32 = 12.0;

/// How far somebody is who has never accepted a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::app) enum Step {
    Click,
    Refine,
}

/// Draws the hint over the upper left of `canvas`; in a small one the current step only.
pub(in crate::app) fn introduction_ui(
    ctx: &Context,
    canvas: Rect,
    step: Step,
    availability: &Availability,
    actions: &mut Actions,
) {
    let is_small = canvas.width() < ROOM.x || canvas.height() < ROOM.y;
    let width = WIDTH.min(canvas.width() - 2.0 * INSET);
    let key = |command| availability.keymap.text(ctx, command).unwrap_or_default();
    let next = key(&commands::prompt::NEXT_CANDIDATE);
    let steps = [
        (texts::click().to_owned(), step == Step::Click),
        (texts::refine(&next), step == Step::Refine),
        (texts::accept(&key(&commands::prompt::ACCEPT)), step == Step::Refine),
    ];
    let at = canvas.left_top() + egui::Vec2::splat(INSET);
    let card = Area::new(Id::unique("introduction")).order(Order::Middle).interactable(false).fixed_pos(at);
    let card = card.show(ctx, |ui| {
        Frame::popup(ui.style()).inner_margin(12.0).show(ui, |ui| {
            ui.set_width(width - 24.0);
            if !is_small {
                ui.label(section_title(texts::title()));
            }
            for (i, (text, is_current)) in steps.into_iter().enumerate() {
                if !is_small || is_current {
                    step_ui(ui, i + 1, &text, is_current);
                }
            }
        });
    });
    let corner = pos2(card.response.rect.right() - 36.0, card.response.rect.top() + 8.0);
    let close = Area::new(Id::unique("end of introduction")).order(Order::Middle).fixed_pos(corner);
    close.show(ctx, |ui| {
        if icon_button(ui, icons::X, texts::dismiss(), false).clicked() {
            actions.push(Action::EndIntroduction);
        }
    });
}

fn step_ui(ui: &mut Ui, number: usize, text: &str, is_current: bool) {
    let tokens = tokens(ui.visuals());
    ui.horizontal_top(|ui| {
        let (place, _) = ui.allocate_exact_size(vec2(18.0, 18.0), Sense::hover());
        let (ground, colour) = match is_current {
            true => (tokens.accent, egui::Color32::WHITE),
            false => (tokens.raised, tokens.text_2),
        };
        ui.painter().circle_filled(place.center(), 9.0, ground);
        let font = FontId::proportional(11.0);
        ui.painter().text(place.center(), Align2::CENTER_CENTER, number.to_string(), font, colour);
        let colour = if is_current { tokens.text } else { tokens.text_2 };
        ui.add(egui::Label::new(RichText::new(text).color(colour)).wrap().selectable(false));
    });
}

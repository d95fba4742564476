//! Buttons that change the pixels of the selected masks, and the sizes they use.

use egui::{Button, DragValue, Ui};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability};
use super::super::settings::Settings;
use super::super::texts::shape as texts;
use crate::edge::Refinement;

pub(in crate::app) fn shape_ui(
    ui: &mut Ui,
    settings: &Settings,
    availability: &Availability,
    actions: &mut Actions,
) {
    egui::CollapsingHeader::new(texts::TITLE).default_open(false).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            for command in commands::shape::ALL {
                let button = Button::new(command.text).small();
                let button = ui.add_enabled(availability.is_enabled(command), button);
                if button.on_hover_text(command.tooltip).clicked() {
                    actions.push(Action::Run(command));
                }
            }
        });
        ui.horizontal(|ui| {
            let mut pixels = settings.shape_pixels;
            let value = DragValue::new(&mut pixels).range(0.5..=200.0).speed(0.1).suffix(" px");
            let response = ui.add(value).on_hover_text(texts::DISTANCE_TOOLTIP);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, texts::DISTANCE_LABEL)
            });
            ui.label(texts::DISTANCE);
            if response.changed() {
                actions.push(Action::SetShapePixels(pixels));
            }
            let mut area = settings.speck_area;
            let value = DragValue::new(&mut area).range(2..=1_000_000).suffix(" px");
            let response = ui.add(value).on_hover_text(texts::SPECKS_TOOLTIP);
            response
                .widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, texts::SPECKS_LABEL));
            ui.label(texts::SPECKS);
            if response.changed() {
                actions.push(Action::SetSpeckArea(area));
            }
        });
        ui.horizontal(|ui| refinement_ui(ui, settings.refinement, actions));
    });
}

fn refinement_ui(ui: &mut Ui, refinement: Refinement, actions: &mut Actions) {
    let mut changed = refinement;
    let radius =
        DragValue::new(&mut changed.radius).range(1.0..=Refinement::MAX_RADIUS).speed(0.1).suffix(" px");
    let response = ui.add(radius).on_hover_text(texts::EDGE_RADIUS_TOOLTIP);
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, texts::EDGE_RADIUS_LABEL));
    ui.label(texts::EDGE_RADIUS);
    let mut percent = changed.strength * 100.0;
    let strength = DragValue::new(&mut percent).range(0.0..=100.0).fixed_decimals(0).suffix(" %");
    let response = ui.add(strength).on_hover_text(texts::EDGE_STRENGTH_TOOLTIP);
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, texts::EDGE_STRENGTH_LABEL));
    ui.label(texts::EDGE_STRENGTH);
    if response.changed() {
        changed.strength = percent / 100.0;
    }
    if changed != refinement {
        actions.push(Action::SetRefinement(changed));
    }
}

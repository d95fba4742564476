//! Buttons that change the pixels of the selected masks, and the sizes they use.

use egui::{Button, Ui};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability};
use super::super::look::number_field;
use super::super::settings::Settings;
use super::super::texts::{shape as texts, units};
use crate::edge::Refinement;

pub(in crate::app) fn shape_ui(
    ui: &mut Ui,
    settings: &Settings,
    availability: &Availability,
    actions: &mut Actions,
) {
    egui::CollapsingHeader::new(texts::title()).default_open(false).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            for command in commands::shape::ALL {
                let button = Button::new(command.text()).small();
                let button = ui.add_enabled(availability.is_enabled(command), button);
                if button.on_hover_text(command.tooltip()).clicked() {
                    actions.push(Action::Run(command));
                }
            }
        });
        ui.horizontal(|ui| {
            let mut pixels = settings.shape_pixels;
            let value =
                number_field(&mut pixels).range(0.5..=200.0).speed(0.1).suffix(units::pixels_suffix());
            let response = ui.add(value).on_hover_text(texts::distance_tooltip());
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, texts::distance_label())
            });
            ui.label(texts::distance());
            if response.changed() {
                actions.push(Action::SetShapePixels(pixels));
            }
            let mut area = settings.speck_area;
            let value = number_field(&mut area).range(2..=1_000_000).suffix(units::pixels_suffix());
            let response = ui.add(value).on_hover_text(texts::specks_tooltip());
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, texts::specks_label())
            });
            ui.label(texts::specks());
            if response.changed() {
                actions.push(Action::SetSpeckArea(area));
            }
        });
        ui.horizontal(|ui| refinement_ui(ui, settings.refinement, actions));
    });
}

fn refinement_ui(ui: &mut Ui, refinement: Refinement, actions: &mut Actions) {
    let mut changed = refinement;
    let radius = number_field(&mut changed.radius)
        .range(1.0..=Refinement::MAX_RADIUS)
        .speed(0.1)
        .suffix(units::pixels_suffix());
    let response = ui.add(radius).on_hover_text(texts::edge_radius_tooltip());
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, texts::edge_radius_label()));
    ui.label(texts::edge_radius());
    let mut percent = changed.strength * 100.0;
    let strength =
        number_field(&mut percent).range(0.0..=100.0).fixed_decimals(0).suffix(units::percent_suffix());
    let response = ui.add(strength).on_hover_text(texts::edge_strength_tooltip());
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::SpinButton, true, texts::edge_strength_label())
    });
    ui.label(texts::edge_strength());
    if response.changed() {
        changed.strength = percent / 100.0;
    }
    if changed != refinement {
        actions.push(Action::SetRefinement(changed));
    }
}

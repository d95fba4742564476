//! Buttons that change the pixels of the selected masks, and the sizes they use.

use egui::{Button, DragValue, Ui};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability};
use super::super::settings::Settings;
use super::super::texts::shape as texts;

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
    });
}

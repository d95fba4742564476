//! Parameters of everything mode, each with a line on what it does.

use egui::{Button, Checkbox, Grid, ScrollArea, Slider, Ui, Widget};

use super::super::actions::{Action, Actions};
use super::super::look::number_slider;
use super::super::texts::everything as texts;
use crate::everything::{Parameters, Preset};

/// Draws the parameters; `own` are those that suit the model.
pub(in crate::app) fn everything_settings_ui(
    ui: &mut Ui,
    current: &Parameters,
    own: &Parameters,
    actions: &mut Actions,
) {
    ui.set_min_width(640.0);
    ui.horizontal(|ui| {
        ui.label(texts::presets());
        for preset in Preset::ALL {
            let button = Button::new(texts::preset(preset));
            let button = ui.add(button.selected(preset.parameters(own) == *current));
            if button.on_hover_text(texts::preset_tooltip(preset)).clicked() {
                actions.push(Action::UsePreset(preset));
            }
        }
    });
    ui.separator();
    let mut changed = *current;
    let p = &mut changed;
    ScrollArea::vertical().show(ui, |ui| {
        Grid::new("parameters").num_columns(2).striped(true).show(ui, |ui| {
            let mut row = |text: &str, widget: &mut dyn FnMut(&mut Ui)| {
                widget(ui);
                ui.weak(text);
                ui.end_row();
            };
            row(texts::points_per_side(), &mut |ui| {
                slider(
                    ui,
                    number_slider(&mut p.points_per_side, 4..=128).logarithmic(true),
                    "points_per_side",
                );
            });
            row(texts::points_per_batch(), &mut |ui| {
                slider(ui, number_slider(&mut p.points_per_batch, 8..=256), "points_per_batch");
            });
            row(texts::pred_iou_thresh(), &mut |ui| {
                slider(ui, number_slider(&mut p.pred_iou_thresh, 0.0..=1.0), "pred_iou_thresh");
            });
            row(texts::stability_score_thresh(), &mut |ui| {
                slider(ui, number_slider(&mut p.stability_score_thresh, 0.0..=1.0), "stability_score_thresh");
            });
            row(texts::stability_score_offset(), &mut |ui| {
                slider(ui, number_slider(&mut p.stability_score_offset, 0.0..=4.0), "stability_score_offset");
            });
            row(texts::mask_threshold(), &mut |ui| {
                slider(ui, number_slider(&mut p.mask_threshold, -8.0..=8.0), "mask_threshold");
            });
            row(texts::box_nms_thresh(), &mut |ui| {
                slider(ui, number_slider(&mut p.box_nms_thresh, 0.0..=1.0), "box_nms_thresh");
            });
            row(texts::crop_n_layers(), &mut |ui| {
                slider(ui, number_slider(&mut p.crop_n_layers, 0..=3), "crop_n_layers");
            });
            row(texts::crop_nms_thresh(), &mut |ui| {
                slider(ui, number_slider(&mut p.crop_nms_thresh, 0.0..=1.0), "crop_nms_thresh");
            });
            row(texts::crop_overlap_ratio(), &mut |ui| {
                slider(ui, number_slider(&mut p.crop_overlap_ratio, 0.0..=0.9), "crop_overlap_ratio");
            });
            row(texts::crop_n_points_downscale_factor(), &mut |ui| {
                let factor = number_slider(&mut p.crop_n_points_downscale_factor, 1..=4);
                slider(ui, factor, "crop_n_points_downscale_factor");
            });
            row(texts::min_mask_region_area(), &mut |ui| {
                let area = number_slider(&mut p.min_mask_region_area, 0..=10_000).logarithmic(true);
                slider(ui, area, "min_mask_region_area");
            });
            row(texts::use_m2m(), &mut |ui| {
                Checkbox::new(&mut p.use_m2m, "use_m2m").ui(ui);
            });
            row(texts::multimask_output(), &mut |ui| {
                Checkbox::new(&mut p.multimask_output, "multimask_output").ui(ui);
            });
            row(texts::skip_covered(), &mut |ui| {
                Checkbox::new(&mut p.skip_covered, "skip_covered").ui(ui);
            });
        });
    });
    if changed != *current {
        actions.push(Action::SetParameters(changed));
    }
    ui.separator();
    if ui.button(texts::reset()).clicked() {
        actions.push(Action::UsePreset(Preset::Standard));
    }
}

fn slider(ui: &mut Ui, slider: Slider, name: &str) {
    ui.spacing_mut().slider_width = 90.0;
    ui.add(slider.text(name));
}

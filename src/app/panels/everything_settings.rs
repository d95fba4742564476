//! Parameters of everything mode, each with a line on what it does.

use egui::{Button, Checkbox, Grid, ScrollArea, Slider, Ui, Widget};

use super::super::actions::{Action, Actions};
use crate::everything::{Parameters, Preset};

fn preset_text(preset: Preset) -> (&'static str, &'static str) {
    match preset {
        Preset::Standard => {
            ("Standard", "What the official generator does, with thresholds that suit the model")
        }
        Preset::Strict => ("Strict", "Fewer masks, each of them sure: the thresholds of SAM 1's generator"),
        Preset::Quick => ("Quick", "A quarter of the points: misses small things"),
        Preset::Dense => (
            "Dense",
            "Four times the points and a layer of crops: finds small things, takes eight times as long",
        ),
        Preset::LargeObjects => ("Large objects", "The main things: few points, no specks, few duplicates"),
    }
}

/// Draws the parameters; `own` are those that suit the model.
pub(in crate::app) fn everything_settings_ui(
    ui: &mut Ui,
    current: &Parameters,
    own: &Parameters,
    actions: &mut Actions,
) {
    ui.set_min_width(640.0);
    ui.horizontal(|ui| {
        ui.label("Presets");
        for preset in Preset::ALL {
            let (text, tooltip) = preset_text(preset);
            let button = Button::new(text).selected(preset.parameters(own) == *current);
            if ui.add(button).on_hover_text(tooltip).clicked() {
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
            row("A grid of so many points is tried; more find smaller things", &mut |ui| {
                slider(ui, Slider::new(&mut p.points_per_side, 4..=128).logarithmic(true), "points_per_side");
            });
            row("Points between two updates of the window", &mut |ui| {
                slider(ui, Slider::new(&mut p.points_per_batch, 8..=256), "points_per_batch");
            });
            row("Keep masks that the network itself thinks are good", &mut |ui| {
                slider(ui, Slider::new(&mut p.pred_iou_thresh, 0.0..=1.0), "pred_iou_thresh");
            });
            row("Keep masks with a definite border", &mut |ui| {
                slider(ui, Slider::new(&mut p.stability_score_thresh, 0.0..=1.0), "stability_score_thresh");
            });
            row("How far the threshold is moved to see whether the border stays", &mut |ui| {
                slider(ui, Slider::new(&mut p.stability_score_offset, 0.0..=4.0), "stability_score_offset");
            });
            row("Logit above which a pixel belongs to the mask", &mut |ui| {
                slider(ui, Slider::new(&mut p.mask_threshold, -8.0..=8.0), "mask_threshold");
            });
            row("Of masks whose boxes overlap more, only the best is kept", &mut |ui| {
                slider(ui, Slider::new(&mut p.box_nms_thresh, 0.0..=1.0), "box_nms_thresh");
            });
            row("Also search 4, 16, … overlapping parts of the photo", &mut |ui| {
                slider(ui, Slider::new(&mut p.crop_n_layers, 0..=3), "crop_n_layers");
            });
            row("As box_nms_thresh, between masks of different parts", &mut |ui| {
                slider(ui, Slider::new(&mut p.crop_nms_thresh, 0.0..=1.0), "crop_nms_thresh");
            });
            row("How far the parts overlap, as a share of the shorter side", &mut |ui| {
                slider(ui, Slider::new(&mut p.crop_overlap_ratio, 0.0..=0.9), "crop_overlap_ratio");
            });
            row("The grid of the next layer has so many times fewer points a side", &mut |ui| {
                let factor = Slider::new(&mut p.crop_n_points_downscale_factor, 1..=4);
                slider(ui, factor, "crop_n_points_downscale_factor");
            });
            row("Fill holes and remove separate parts smaller than this, in pixels", &mut |ui| {
                let area = Slider::new(&mut p.min_mask_region_area, 0..=10_000).logarithmic(true);
                slider(ui, area, "min_mask_region_area");
            });
            row("Refine each mask by showing it to the network again; slow", &mut |ui| {
                Checkbox::new(&mut p.use_m2m, "use_m2m").ui(ui);
            });
            row("Take three masks for each point instead of one", &mut |ui| {
                Checkbox::new(&mut p.multimask_output, "multimask_output").ui(ui);
            });
        });
    });
    if changed != *current {
        actions.push(Action::SetParameters(changed));
    }
    ui.separator();
    if ui.button("Reset to the model's defaults").clicked() {
        actions.push(Action::UsePreset(Preset::Standard));
    }
}

fn slider(ui: &mut Ui, slider: Slider, name: &str) {
    ui.spacing_mut().slider_width = 90.0;
    ui.add(slider.text(name));
}

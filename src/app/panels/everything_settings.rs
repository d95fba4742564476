//! Parameters of everything mode, each with a line on what it does.

use egui::{Slider, Ui};

use super::super::actions::{Action, Actions};
use crate::everything::Parameters;

pub(in crate::app) fn everything_settings_ui(ui: &mut Ui, current: &Parameters, actions: &mut Actions) {
    let mut changed = *current;
    ui.set_min_width(360.0);
    ui.add(Slider::new(&mut changed.points_per_side, 4..=64).text("Points per side"))
        .on_hover_text("More points find smaller things and take longer");
    ui.add(Slider::new(&mut changed.pred_iou_thresh, 0.0..=1.0).text("Predicted IoU above"))
        .on_hover_text("Keeps masks that the network itself thinks are good");
    ui.add(Slider::new(&mut changed.stability_score_thresh, 0.0..=1.0).text("Stability at least"))
        .on_hover_text("Keeps masks with a definite border");
    ui.add(Slider::new(&mut changed.box_nms_thresh, 0.0..=1.0).text("Box overlap at most"))
        .on_hover_text("Of two masks whose boxes overlap more than this, the better one is kept");
    if changed != *current {
        actions.push(Action::SetParameters(changed));
    }
    if ui.button("Reset to the model's defaults").clicked() {
        actions.push(Action::ResetParameters);
    }
}

//! Filters on what everything mode found, tried at once and without the network.

use egui::{CollapsingHeader, DragValue, Response, Slider, Ui};

use super::super::actions::{Action, Actions};
use super::super::everything_run::EverythingRun;

/// Draws the filters of a run; `kept` is the number of its masks that are shown.
pub(in crate::app) fn filters_ui(ui: &mut Ui, run: &EverythingRun, kept: usize, actions: &mut Actions) {
    let title = format!("Filters: {kept} of {} found", run.found());
    CollapsingHeader::new(title).id_salt("filters").default_open(true).show(ui, |ui| {
        let mut filters = run.filters;
        let mut gesture = Gesture::default();
        ui.spacing_mut().slider_width = 130.0;

        let floor = run.searched.pred_iou_thresh;
        let slider = Slider::new(&mut filters.pred_iou_thresh, floor..=1.0).text("Predicted IoU above");
        gesture.of(&ui.add(slider).on_hover_text(
            "Keeps masks that the network itself thinks are good. To go lower, segment everything again with a lower threshold",
        ));
        let floor = run.searched.stability_score_thresh;
        let slider = Slider::new(&mut filters.stability_score_thresh, floor..=1.0).text("Stability at least");
        gesture.of(&ui.add(slider).on_hover_text("Keeps masks with a definite border"));
        let slider = Slider::new(&mut filters.box_nms_thresh, 0.0..=1.0).text("Box overlap at most");
        gesture.of(&ui.add(slider).on_hover_text(
            "Of two masks whose boxes overlap more than this (intersection over union), the better one is kept",
        ));
        for (i, text) in [(0, "Smallest area"), (1, "Largest area")] {
            let mut percent = filters.area[i] * 100.0;
            let slider = Slider::new(&mut percent, 0.0..=100.0)
                .logarithmic(true)
                .smallest_positive(0.001)
                .max_decimals(3)
                .suffix(" %")
                .text(text);
            let response = ui.add(slider).on_hover_text("As a share of the photo");
            if response.changed() {
                filters.area[i] = percent / 100.0;
            }
            gesture.of(&response);
        }
        ui.horizontal(|ui| {
            let region = DragValue::new(&mut filters.min_mask_region_area).range(0..=100_000).suffix(" px");
            let response = ui.add(region).on_hover_text(
                "Holes and separate parts of a mask that are smaller than this are filled and removed",
            );
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, "Smallest hole or part")
            });
            gesture.of(&response);
            ui.label("Smallest hole or part");
        });
        let inside = ui.checkbox(&mut filters.hide_inside, "Hide masks inside another");
        gesture.of(&inside.on_hover_text("Leaves the outermost masks only"));

        let reset = ui
            .button("Reset filters")
            .on_hover_text("Back to the parameters that everything was segmented with");
        if reset.clicked() {
            filters = run.initial_filters();
            gesture.ended = true;
        }
        if filters != run.filters {
            actions.push(Action::SetFilters(filters));
        }
        if gesture.ended {
            actions.push(Action::ApplyFilters);
        }
    });
}

/// Whether a change is complete, so that it becomes one step of undo.
#[derive(Default)]
struct Gesture {
    ended: bool,
}

impl Gesture {
    fn of(&mut self, response: &Response) {
        let at_once = response.changed() && !response.dragged() && !response.has_focus();
        self.ended |= response.drag_stopped() || at_once || (response.lost_focus() && !response.dragged());
    }
}

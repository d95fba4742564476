//! Filters on what everything mode found, tried at once and without the network.

use egui::{CollapsingHeader, DragValue, Response, Slider, Ui};

use super::super::actions::{Action, Actions};
use super::super::everything_run::EverythingRun;
use super::super::texts::filters as texts;

/// Draws the filters of a run; `kept` is the number of its masks that are shown.
pub(in crate::app) fn filters_ui(ui: &mut Ui, run: &EverythingRun, kept: usize, actions: &mut Actions) {
    let title = texts::title(kept, run.found());
    CollapsingHeader::new(title).id_salt("filters").default_open(true).show(ui, |ui| {
        let mut filters = run.filters;
        let mut gesture = Gesture::default();
        ui.spacing_mut().slider_width = 130.0;

        let floor = run.searched.pred_iou_thresh;
        let slider = Slider::new(&mut filters.pred_iou_thresh, floor..=1.0).text(texts::PREDICTED_IOU);
        gesture.of(&ui.add(slider).on_hover_text(texts::PREDICTED_IOU_TOOLTIP));
        let floor = run.searched.stability_score_thresh;
        let slider = Slider::new(&mut filters.stability_score_thresh, floor..=1.0).text(texts::STABILITY);
        gesture.of(&ui.add(slider).on_hover_text(texts::STABILITY_TOOLTIP));
        let slider = Slider::new(&mut filters.box_nms_thresh, 0.0..=1.0).text(texts::BOX_OVERLAP);
        gesture.of(&ui.add(slider).on_hover_text(texts::BOX_OVERLAP_TOOLTIP));
        for (i, text) in [(0, texts::SMALLEST_AREA), (1, texts::LARGEST_AREA)] {
            let mut percent = filters.area[i] * 100.0;
            let slider = Slider::new(&mut percent, 0.0..=100.0)
                .logarithmic(true)
                .smallest_positive(0.001)
                .max_decimals(3)
                .suffix(" %")
                .text(text);
            let response = ui.add(slider).on_hover_text(texts::AREA_TOOLTIP);
            if response.changed() {
                filters.area[i] = percent / 100.0;
            }
            gesture.of(&response);
        }
        ui.horizontal(|ui| {
            let region = DragValue::new(&mut filters.min_mask_region_area).range(0..=100_000).suffix(" px");
            let response = ui.add(region).on_hover_text(texts::SMALLEST_PART_TOOLTIP);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, texts::SMALLEST_PART)
            });
            gesture.of(&response);
            ui.label(texts::SMALLEST_PART);
        });
        let inside = ui.checkbox(&mut filters.hide_inside, texts::HIDE_NESTED);
        gesture.of(&inside.on_hover_text(texts::HIDE_NESTED_TOOLTIP));

        let reset = ui.button(texts::RESET).on_hover_text(texts::RESET_TOOLTIP);
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

//! Filters on what everything mode found, tried at once and without the network.

use egui::{DragValue, Popup, PopupCloseBehavior, Rect, Response, Sense, Slider, Ui, vec2};

use super::super::actions::{Action, Actions};
use super::super::everything_run::EverythingRun;
use super::super::look::{icon_button, icons, section_title, tokens};
use super::super::texts::filters as texts;

/// The bars of a histogram, and its height in points.
const BARS: usize = 26;
const HISTOGRAM: f32 = 26.0;

/// Draws a button for the filters of a run, and these below it; `kept` is the number of its masks that are shown.
pub(in crate::app) fn filters_ui(ui: &mut Ui, run: &EverythingRun, kept: usize, actions: &mut Actions) {
    let is_filtering = run.filters != run.initial_filters();
    let button = icon_button(ui, icons::FUNNEL, texts::FILTERS, is_filtering);
    let popup =
        Popup::from_toggle_button_response(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.width(280.0).show(|ui| {
        ui.label(section_title(texts::title(kept, run.found())));
        let mut filters = run.filters;
        let mut gesture = Gesture::default();
        ui.spacing_mut().slider_width = 130.0;
        ui.spacing_mut().interact_size.y = 20.0;

        let floor = run.searched.pred_iou_thresh;
        histogram_ui(ui, run.scores().map(|(iou, _)| iou), floor, filters.pred_iou_thresh);
        let slider = Slider::new(&mut filters.pred_iou_thresh, floor..=1.0).text(texts::PREDICTED_IOU);
        gesture.of(&ui.add(slider).on_hover_text(texts::PREDICTED_IOU_TOOLTIP));
        let floor = run.searched.stability_score_thresh;
        histogram_ui(ui, run.scores().map(|(_, stability)| stability), floor, filters.stability_score_thresh);
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

/// How many masks have which score, from `floor` to 1; those that the filter leaves are coloured.
fn histogram_ui(ui: &mut Ui, scores: impl Iterator<Item = f32>, floor: f32, threshold: f32) {
    let mut counts = [0_u32; BARS];
    for score in scores {
        let place = (score - floor) / (1.0 - floor).max(f32::EPSILON) * BARS as f32;
        counts[(place.max(0.0) as usize).min(BARS - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f32;
    let (place, _) = ui.allocate_exact_size(vec2(ui.spacing().slider_width, HISTOGRAM), Sense::hover());
    let (width, tokens) = (place.width() / BARS as f32, tokens(ui.visuals()));
    for (i, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        let left = place.left() + i as f32 * width;
        let bar = Rect::from_min_max(place.left_bottom(), place.left_bottom())
            .with_min_x(left)
            .with_max_x(left + width - 1.0)
            .with_min_y(place.bottom() - (count as f32 / most * place.height()).max(1.0));
        let is_kept = floor + (i + 1) as f32 / BARS as f32 * (1.0 - floor) > threshold;
        ui.painter().rect_filled(bar, 0.0, if is_kept { tokens.accent_text } else { tokens.edge });
    }
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

//! Filters on what everything mode found, tried at once and without the network.

use std::sync::Arc;

use egui::{
    Align, Context, Layout, Popup, PopupCloseBehavior, RangeSlider, Rect, Response, Role, Sense, Slider, Ui,
    WidgetInfo, vec2,
};

use super::super::actions::{Action, Actions};
use super::super::everything_run::EverythingRun;
use super::super::look::{icon_button, icons, number_field, number_slider, section_title, tokens};
use super::super::tasks::{ByAddress, Latest};
use super::super::texts::{filters as texts, units};
use crate::everything::{FoundMask, overlaps};

/// Width of the popover and height of a histogram, in points, and the number of its bars.
const WIDTH: f32 = 280.0;
const HISTOGRAM: f32 = 26.0;
const BARS: usize = 40;
/// Lower than buttons, so that the handle is small.
const SLIDER_HEIGHT: f32 = 18.0;
/// The smallest share of the photo that the slider of the area tells from nothing, in percent.
const SMALLEST_PERCENT: f32 = 0.001;

/// What the histograms are of.
pub(in crate::app) struct FilterFigures {
    task: Latest<ByAddress<Vec<FoundMask>>, [Histogram; 4]>,
    newest: Option<(Arc<Vec<FoundMask>>, [Histogram; 4])>,
}

/// How many masks there are in equal parts of the way of a slider.
type Histogram = [u32; BARS];

impl FilterFigures {
    pub fn new(ctx: Context) -> Self {
        Self { task: Latest::new(ctx, 1), newest: None }
    }

    /// Whether histograms are being made.
    pub fn is_pending(&self) -> bool {
        self.task.is_pending()
    }

    /// The histograms of predicted IoU, stability, overlap and area, as soon as they are made; until then those of
    /// the masks that were found before.
    fn of(&mut self, run: &EverythingRun) -> [Histogram; 4] {
        while let Some((ByAddress(found), histograms)) = self.task.next() {
            self.newest = histograms.map(|histograms| (found, histograms));
        }
        let found = run.all_found();
        let is_made = self.newest.as_ref().is_some_and(|(of, _)| Arc::ptr_eq(of, found));
        if !is_made && !self.task.is_pending() {
            let floors = [run.searched.pred_iou_thresh, run.searched.stability_score_thresh];
            let subject = found.clone();
            self.task.ask(ByAddress(found.clone()), move || histograms(&subject, floors));
        }
        self.newest.as_ref().map_or([[0; BARS]; 4], |(_, histograms)| *histograms)
    }
}

/// Draws a button for the filters of a run, and these below it; `kept` is the number of its masks that are shown.
pub(in crate::app) fn filters_ui(
    ui: &mut Ui,
    run: &EverythingRun,
    kept: usize,
    figures: &mut FilterFigures,
    actions: &mut Actions,
) {
    let is_filtering = run.filters != run.initial_filters();
    let button = icon_button(ui, icons::FUNNEL, texts::filters(), is_filtering);
    let popup =
        Popup::from_toggle_button_response(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    popup.width(WIDTH).show(|ui| {
        ui.label(section_title(texts::title(kept, run.found())));
        let histograms = figures.of(run);
        let mut filters = run.filters;
        let mut gesture = Gesture::default();
        ui.spacing_mut().slider_width = ui.available_width();

        let scores = [
            (&mut filters.pred_iou_thresh, run.searched.pred_iou_thresh, texts::predicted_iou()),
            (&mut filters.stability_score_thresh, run.searched.stability_score_thresh, texts::stability()),
        ];
        let tooltips = [texts::predicted_iou_tooltip(), texts::stability_tooltip()];
        for (((value, floor, text), tooltip), histogram) in scores.into_iter().zip(tooltips).zip(&histograms)
        {
            value_ui(ui, text, tooltip, |ui| {
                let value = number_field(value).range(floor..=1.0).speed(0.002).fixed_decimals(2);
                gesture.of(&named(ui.add(value), text));
            });
            histogram_ui(ui, histogram, |place| floor + place * (1.0 - floor) > *value);
            let slider = slider_ui(ui, number_slider(value, floor..=1.0).show_value(false), text);
            gesture.of(&slider.on_hover_text(tooltip));
        }
        value_ui(ui, texts::box_overlap(), texts::box_overlap_tooltip(), |ui| {
            let value = number_field(&mut filters.box_nms_thresh).range(0.0..=1.0).speed(0.002);
            gesture.of(&named(ui.add(value.fixed_decimals(2)), texts::box_overlap()));
        });
        histogram_ui(ui, &histograms[2], |place| place <= filters.box_nms_thresh as f32);
        let slider = number_slider(&mut filters.box_nms_thresh, 0.0..=1.0).show_value(false);
        gesture.of(&slider_ui(ui, slider, texts::box_overlap()).on_hover_text(texts::box_overlap_tooltip()));
        area_ui(ui, &mut filters.area, &histograms[3], &mut gesture);
        value_ui(ui, texts::smallest_part(), texts::smallest_part_tooltip(), |ui| {
            let region = number_field(&mut filters.min_mask_region_area)
                .range(0..=100_000)
                .suffix(units::pixels_suffix());
            gesture.of(&named(ui.add(region), texts::smallest_part()));
        });
        let inside = ui.checkbox(&mut filters.hide_inside, texts::hide_nested());
        gesture.of(&inside.on_hover_text(texts::hide_nested_tooltip()));

        let reset = ui.button(texts::reset()).on_hover_text(texts::reset_tooltip());
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

/// The smallest and the largest area as shares of the photo.
fn area_ui(ui: &mut Ui, area: &mut [f32; 2], histogram: &Histogram, gesture: &mut Gesture) {
    let mut percent = area.map(|share| share * 100.0);
    let before = percent;
    value_ui(ui, texts::area(), texts::area_tooltip(), |ui| {
        for (i, name) in [(1, texts::largest_area()), (0, texts::smallest_area())] {
            let range = if i == 0 { 0.0..=percent[1] } else { percent[0]..=100.0 };
            let value = number_field(&mut percent[i])
                .range(range)
                .speed(0.05)
                .max_decimals(3)
                .suffix(units::percent_suffix());
            gesture.of(&named(ui.add(value), name));
            if i == 1 {
                ui.weak(texts::to());
            }
        }
    });
    histogram_ui(ui, histogram, |place| {
        let at = SMALLEST_PERCENT * (100.0 / SMALLEST_PERCENT).powf(place);
        (percent[0]..=percent[1]).contains(&at)
    });
    let [low, high] = &mut percent;
    let slider = RangeSlider::new(low, high, 0.0..=100.0).logarithmic(true);
    let slider = slider.smallest_positive(f64::from(SMALLEST_PERCENT)).show_value(false);
    let height = std::mem::replace(&mut ui.spacing_mut().interact_size.y, SLIDER_HEIGHT);
    gesture.of(&labelled(ui.add(slider), Role::Slider, texts::area()).on_hover_text(texts::area_tooltip()));
    ui.spacing_mut().interact_size.y = height;
    // Only what has moved: percent and back is not exact.
    for i in [0, 1] {
        if percent[i] != before[i] {
            area[i] = percent[i] / 100.0;
        }
    }
}

/// A line with a name, and fields at its end.
fn value_ui(ui: &mut Ui, text: &str, tooltip: &str, fields: impl FnOnce(&mut Ui)) {
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.weak(text).on_hover_text(tooltip);
        ui.with_layout(Layout::right_to_left(Align::Center), fields);
    });
}

fn slider_ui(ui: &mut Ui, slider: Slider, name: &str) -> Response {
    let height = std::mem::replace(&mut ui.spacing_mut().interact_size.y, SLIDER_HEIGHT);
    let response = labelled(ui.add(slider), Role::Slider, name);
    ui.spacing_mut().interact_size.y = height;
    response
}

/// Gives a field its name for screen readers.
fn named(response: Response, name: &str) -> Response {
    labelled(response, Role::SpinButton, name)
}

fn labelled(response: Response, role: Role, name: &str) -> Response {
    response.widget_info(|| WidgetInfo::labeled(role, true, name));
    response
}

/// The histograms of all that was found; `floors` are the lowest predicted IoU and stability.
fn histograms(found: &[FoundMask], floors: [f32; 2]) -> [Histogram; 4] {
    let above = |value: f32, floor: f32| (value - floor) / (1.0 - floor).max(f32::EPSILON);
    let area = |mask: &FoundMask| {
        let photo = mask.mask.width() as f32 * mask.mask.height() as f32;
        let percent = 100.0 * mask.mask.area() as f32 / photo;
        (percent / SMALLEST_PERCENT).max(1.0).log(100.0 / SMALLEST_PERCENT)
    };
    [
        histogram(found.iter().map(|mask| above(mask.predicted_iou, floors[0]))),
        histogram(found.iter().map(|mask| above(mask.stability_score, floors[1]))),
        histogram(overlaps(found)),
        histogram(found.iter().map(area)),
    ]
}

/// Counts places on the way of a slider, in [0, 1]; what is outside counts as at its end.
fn histogram(places: impl IntoIterator<Item = f32>) -> Histogram {
    let mut counts = [0; BARS];
    for place in places {
        counts[((place * BARS as f32).max(0.0) as usize).min(BARS - 1)] += 1;
    }
    counts
}

/// Draws a histogram above its slider. `is_kept` says whether the filter leaves masks at a place in [0, 1].
fn histogram_ui(ui: &mut Ui, counts: &Histogram, is_kept: impl Fn(f32) -> bool) {
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f32;
    let (place, _) = ui.allocate_exact_size(vec2(ui.spacing().slider_width, HISTOGRAM), Sense::hover());
    // The middle of the handle does not reach the ends of the slider.
    let place = place.shrink2(vec2(SLIDER_HEIGHT / 2.5, 0.0));
    let (width, tokens) = (place.width() / BARS as f32, tokens(ui.visuals()));
    for (i, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let left = place.left() + i as f32 * width;
        // A single mask among thousands is still seen.
        let height = (*count as f32 / most * place.height()).max(1.0);
        let bar = Rect::from_x_y_ranges(left..=left + width - 1.0, place.bottom() - height..=place.bottom());
        let is_kept = is_kept((i as f32 + 0.5) / BARS as f32);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::{Mask, PixelBox};

    #[test]
    fn each_slider_has_a_histogram_of_what_was_found() {
        let found = |side: u32, predicted_iou, stability_score| FoundMask {
            mask: Arc::new(Mask::from_fn(100, 100, |x, y| x < side && y < side)),
            predicted_iou,
            stability_score,
            point: [0.0, 0.0],
            crop_box: PixelBox { x0: 0, y0: 0, x1: 100, y1: 100 },
        };
        let all = [found(100, 0.9, 1.0), found(100, 0.7, 0.5), found(2, 0.5, 0.4)];
        let [iou, stability, overlap, area] = histograms(&all, [0.5, 0.4]);
        let filled = |counts: Histogram| -> Vec<(usize, u32)> {
            counts.into_iter().enumerate().filter(|(_, count)| *count > 0).collect()
        };
        assert_eq!(filled(iou), [(0, 1), (15, 1), (31, 1)]);
        assert_eq!(filled(stability), [(0, 1), (6, 1), (39, 1)]);
        assert_eq!(filled(overlap), [(0, 2), (39, 1)]);
        // Four pixels of ten thousand are 0.04 %, 32 % of the way from 0.001 to 100 %.
        assert_eq!(filled(area), [(12, 1), (39, 2)]);
    }
}

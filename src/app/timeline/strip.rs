//! The drawing of the timeline: where a frame lies, the ruler, and the lanes.

use egui::{Align2, Color32, FontId, Rect, Shape, Stroke, Ui, pos2, vec2};

use crate::app::look::{ACCENT, tokens};
use crate::app::state::{Lane, SpanKind};

/// The least distance between two numbers of the ruler, in points.
const BETWEEN_NUMBERS: f32 = 56.0;
/// The height of a span within its lane.
const SPAN: f32 = 12.0;

/// Where frames lie: each takes the same width.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    left: f32,
    width: f32,
    /// The first frame in view, and how many are.
    first: f32,
    shown: f32,
    count: usize,
}

impl Axis {
    pub fn new(rect: Rect, view: Option<(f32, f32)>, count: usize) -> Self {
        let (first, shown) = view.unwrap_or((0.0, count.max(1) as f32));
        Self { left: rect.min.x, width: rect.width().max(1.0), first, shown, count }
    }

    pub fn view(self) -> (f32, f32) {
        (self.first, self.shown)
    }

    pub fn width(self) -> f32 {
        self.width
    }

    /// The left edge of a frame, in points.
    fn x(self, frame: f32) -> f32 {
        self.left + (frame - self.first) * self.width / self.shown
    }

    /// The frame at a place, with the share of it.
    pub fn position(self, x: f32) -> f32 {
        self.first + (x - self.left) * self.shown / self.width
    }

    pub fn frame_at(self, x: f32) -> usize {
        (self.position(x).max(0.0) as usize).min(self.count.saturating_sub(1))
    }

    fn middle(self, frame: usize) -> f32 {
        self.x(frame as f32 + 0.5)
    }
}

/// The numbers of the frames.
pub(super) fn ruler_ui(ui: &Ui, rect: Rect, axis: Axis) {
    let tokens = tokens(ui.visuals());
    let painter = ui.painter_at(rect);
    let frame_width = axis.width / axis.shown;
    let steps = [1, 2, 5].into_iter();
    let step = (0..9).flat_map(|power| steps.clone().map(move |digit| digit * 10_usize.pow(power)));
    let step = step.into_iter().find(|step| *step as f32 * frame_width >= BETWEEN_NUMBERS).unwrap_or(1);
    let first = (axis.first as usize / step) * step;
    let last = (axis.first + axis.shown).ceil() as usize;
    for number in (first..=last.min(axis.count)).step_by(step) {
        // Frames are counted from 1.
        let frame = number.saturating_sub(1);
        let x = axis.middle(frame);
        painter.vline(x, rect.max.y - 4.0..=rect.max.y, (1.0, tokens.edge));
        let text = (frame + 1).to_string();
        painter.text(
            pos2(x, rect.min.y + 3.0),
            Align2::CENTER_TOP,
            text,
            FontId::proportional(11.0),
            tokens.text_2,
        );
    }
}

/// An object on its frames.
pub(super) fn lane_ui(ui: &Ui, rect: Rect, axis: Axis, lane: &Lane) {
    let tokens = tokens(ui.visuals());
    let painter = ui.painter_at(rect);
    let middle = rect.center().y;
    let track = Rect::from_x_y_ranges(rect.x_range(), middle - SPAN / 2.0..=middle + SPAN / 2.0);
    painter.rect_filled(track.shrink2(vec2(4.0, 0.0)), 3.0, tokens.field);
    let [r, g, b] = lane.looks.colour;
    let colour = Color32::from_rgb(r, g, b);
    let (from, to) = (axis.first as usize, (axis.first + axis.shown).ceil() as usize);
    let begin = lane.spans().partition_point(|span| span.frames.end <= from);
    let in_view = || lane.spans()[begin..].iter().take_while(|span| span.frames.start < to);
    // However many frames there are, no more is drawn than fits beside each other.
    let (mut drawn, mut marked) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
    for span in in_view() {
        let (left, right) = (axis.x(span.frames.start as f32), axis.x(span.frames.end as f32));
        if right < drawn + 0.5 {
            continue;
        }
        drawn = right.max(left + 1.0);
        let bar = Rect::from_x_y_ranges(left..=right.max(left + 1.0), track.y_range());
        match span.kind {
            SpanKind::Prompted | SpanKind::Followed => {
                painter.rect_filled(bar, 0.0, colour.gamma_multiply(0.75));
            }
            SpanKind::Doubtful => {
                painter.rect_filled(bar, 0.0, colour.gamma_multiply(0.35));
                let clipped = painter.with_clip_rect(bar.intersect(rect));
                let mut x = bar.min.x - SPAN;
                while x < bar.max.x {
                    let stripe = [pos2(x, bar.max.y), pos2(x + SPAN, bar.min.y)];
                    clipped.line_segment(stripe, Stroke::new(2.5, tokens.review));
                    x += 6.0;
                }
                painter.rect_stroke(bar, 0.0, (1.0, tokens.review), egui::StrokeKind::Inside);
            }
            SpanKind::Absent => {
                let line = [pos2(left, middle), pos2(right, middle)];
                painter.extend(Shape::dashed_line(&line, Stroke::new(1.5, tokens.text_3), 3.0, 3.0));
            }
        }
    }
    for frame in lane.prompted().skip_while(|frame| *frame < from).take_while(|frame| *frame <= to) {
        let x = axis.middle(frame);
        if x >= marked + 2.0 {
            marked = x;
            diamond(&painter, pos2(x, middle), ui.visuals().strong_text_color());
        }
    }
}

/// The mark of a prompted frame.
pub(super) fn diamond(painter: &egui::Painter, at: egui::Pos2, colour: Color32) {
    let corner = |x: f32, y: f32| at + 5.5 * vec2(x, y);
    let corners = vec![corner(0.0, -1.0), corner(1.0, 0.0), corner(0.0, 1.0), corner(-1.0, 0.0)];
    painter.add(Shape::convex_polygon(corners, colour, Stroke::new(1.0, Color32::from_black_alpha(160))));
}

/// The line through the current frame, with its number.
pub(super) fn playhead_ui(ui: &Ui, axis: Axis, ruler: Rect, bottom: f32, frame: usize) {
    let x = axis.middle(frame);
    if x < axis.left - 1.0 || x > axis.left + axis.width + 1.0 {
        return;
    }
    let painter = ui.painter();
    painter.vline(x, ruler.max.y - 3.0..=bottom, (1.5, ui.visuals().strong_text_color()));
    let text = painter.layout_no_wrap((frame + 1).to_string(), FontId::proportional(11.0), Color32::WHITE);
    let size = text.size() + vec2(10.0, 4.0);
    let left = (x - size.x / 2.0).clamp(ruler.min.x, ruler.max.x - size.x);
    let tag = Rect::from_min_size(pos2(left, ruler.min.y + 1.0), size);
    painter.rect_filled(tag, 4.0, ACCENT);
    painter.galley(tag.center() - text.size() / 2.0, text, Color32::WHITE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_frames_agree() {
        let rect = Rect::from_min_size(pos2(100.0, 0.0), vec2(500.0, 20.0));
        let whole = Axis::new(rect, None, 50);
        assert_eq!([100.0, 109.9, 110.1, 599.0, 900.0, 0.0].map(|x| whole.frame_at(x)), [0, 0, 1, 49, 49, 0]);
        let part = Axis::new(rect, Some((20.0, 10.0)), 50);
        assert_eq!([101.0, 399.0, 599.0].map(|x| part.frame_at(x)), [20, 25, 29]);
        for frame in 0..50 {
            assert_eq!(part.frame_at(part.middle(frame)), frame);
        }
    }
}

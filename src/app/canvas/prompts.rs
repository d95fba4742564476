//! Points and boxes on the canvas: drawn, moved, deleted.

use egui::{Color32, Key, Painter, PointerButton, Pos2, Rect, Sense, Stroke, StrokeKind, Vec2, pos2};

use super::super::actions::{Action, Actions};
use super::super::look::{ACCENT, NEGATIVE, POSITIVE};
use super::super::texts::canvas as texts;
use super::box_grip::Grip;
use super::clicks::is_on_top;
use super::view::{View, clamp_to_photo};
use crate::document::{Document, Edit, Prompting};
use crate::prompt::BoxPrompt;

/// Radius of a drawn point and of the area that reacts to the mouse, in screen points.
const POINT_RADIUS: f32 = 6.0;
const GRAB_RADIUS: f32 = 9.0;

/// Side of the squares on the border of a box, and of the smallest box that has them, in screen points.
const HANDLE: f32 = 7.0;
const WITH_HANDLES: f32 = 4.0 * HANDLE;

/// A gesture in the middle of which the mouse is; in photo pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Gesture {
    DrawBox { from: Pos2, to: Pos2 },
    MovePoint { index: usize, to: Pos2 },
    ChangeBox { grip: Grip, from: Pos2, was: BoxPrompt, now: BoxPrompt },
}

/// Lets the mouse grab the points: drag to move, click to delete.
pub(super) fn points_ui(
    ui: &egui::Ui,
    painter: &Painter,
    view: &View,
    document: &Document,
    gesture: &mut Option<Gesture>,
    photo_size: (u32, u32),
    actions: &mut Actions,
) {
    for (index, point) in document.prompting().prompt.points.iter().enumerate() {
        let on_screen = view.to_screen(pos2(point.x, point.y));
        let dragged = matches!(gesture, Some(Gesture::MovePoint { index: i, .. }) if *i == index);
        if !dragged && !painter.clip_rect().contains(on_screen) {
            continue;
        }
        let area = Rect::from_center_size(on_screen, Vec2::splat(2.0 * GRAB_RADIUS));
        let response = ui.interact(area, ui.unique_id().with(("point", index)), Sense::CLICK | Sense::DRAG);
        let name = texts::point(index + 1, point.positive);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        if response.dragged_by(PointerButton::Primary)
            && let Some(at) = response.interact_pointer_pos()
        {
            let to = clamp_to_photo(view.pointed(at), photo_size);
            *gesture = Some(Gesture::MovePoint { index, to });
        }
        if response.drag_stopped_by(PointerButton::Primary)
            && let Some(Gesture::MovePoint { index, to }) = *gesture
        {
            *gesture = None;
            actions.push(Action::Edit(Edit::MovePoint { index, x: to.x, y: to.y }));
        }
        let clicked = response.clicked() || response.secondary_clicked();
        if clicked && is_on_top(ui, response.interact_pointer_pos()) {
            actions.push(Action::Edit(Edit::DeletePoint(index)));
        }
        response.on_hover_text(texts::point_tooltip());
    }
    // The point may be gone, or Escape has ended the drag.
    if let Some(Gesture::MovePoint { index, .. }) = *gesture
        && (index >= document.prompting().prompt.points.len()
            || ui.input(|i| !i.pointer.any_down() || i.key_pressed(Key::Escape)))
    {
        *gesture = None;
    }
}

/// Draws the prompt and the gesture under way.
pub(super) fn paint(painter: &Painter, view: &View, prompting: &Prompting, gesture: Option<&Gesture>) {
    if let Some(b) = prompting.prompt.bbox {
        let on_screen = paint_box(painter, view, pos2(b.x0, b.y0), pos2(b.x1, b.y1));
        paint_handles(painter, on_screen);
    }
    if let Some(Gesture::DrawBox { from, to }) = gesture {
        paint_box(painter, view, *from, *to);
    }
    for point in &prompting.prompt.points {
        let centre = view.to_screen(pos2(point.x, point.y));
        let colour = if point.positive { POSITIVE } else { NEGATIVE };
        painter.circle(centre, POINT_RADIUS, colour, Stroke::new(1.5, Color32::WHITE));
        // A sign as well as a colour, for those who cannot tell green from red.
        let arm = POINT_RADIUS * 0.5;
        let sign = Stroke::new(1.5, Color32::WHITE);
        painter.hline(centre.x - arm..=centre.x + arm, centre.y, sign);
        if point.positive {
            painter.vline(centre.x, centre.y - arm..=centre.y + arm, sign);
        }
    }
}

fn paint_box(painter: &Painter, view: &View, from: Pos2, to: Pos2) -> Rect {
    let on_screen = Rect::from_two_pos(view.to_screen(from), view.to_screen(to));
    let under = Stroke::new(3.0, Color32::from_black_alpha(150));
    painter.rect_stroke(on_screen, 0.0, under, StrokeKind::Middle);
    painter.rect_stroke(on_screen, 0.0, Stroke::new(1.5, ACCENT), StrokeKind::Middle);
    on_screen
}

/// Shows that the box can be dragged by its corners and sides.
fn paint_handles(painter: &Painter, bbox: Rect) {
    if bbox.size().min_elem() < WITH_HANDLES {
        return;
    }
    let (xs, ys) =
        ([bbox.left(), bbox.center().x, bbox.right()], [bbox.top(), bbox.center().y, bbox.bottom()]);
    for (i, (x, y)) in xs.into_iter().flat_map(|x| ys.map(|y| (x, y))).enumerate() {
        let is_middle = i == 4;
        if !is_middle {
            let handle = Rect::from_center_size(pos2(x, y), Vec2::splat(HANDLE));
            painter.rect(handle, 0.0, Color32::WHITE, Stroke::new(1.0, ACCENT), StrokeKind::Middle);
        }
    }
}

//! The part of the photo that the network sees larger: its border and how to leave it.

use egui::{Align, Color32, Layout, Painter, Rect, Shape, Stroke, Ui, UiBuilder, Vec2, pos2, vec2};

use super::super::actions::{Action, Actions};
use super::super::commands::prompt::WHOLE_PHOTO;
use super::super::look::ACCENT;
use super::super::texts::canvas as texts;
use super::view::View;
use crate::mask::PixelBox;

/// Room for label and button, in points.
const SIZE: Vec2 = vec2(230.0, 26.0);

pub(super) fn region_ui(
    ui: &mut Ui,
    painter: &Painter,
    view: &View,
    region: PixelBox,
    actions: &mut Actions,
) {
    let corner = |x: u32, y: u32| view.to_screen(pos2(x as f32, y as f32));
    let border = Rect::from_min_max(corner(region.x0, region.y0), corner(region.x1, region.y1));
    let path = [
        border.left_top(),
        border.right_top(),
        border.right_bottom(),
        border.left_bottom(),
        border.left_top(),
    ];
    painter.line(path.to_vec(), Stroke::new(3.0, Color32::from_black_alpha(150)));
    painter.extend(Shape::dashed_line(&path, Stroke::new(1.5, ACCENT), 8.0, 5.0));
    let canvas = painter.clip_rect();
    let visible = border.intersect(canvas);
    if !visible.is_positive() {
        return;
    }
    // Above the region where there is room, so that it does not hide a small one.
    let above = border.top() - SIZE.y - 4.0;
    let top = if above > canvas.top() { above } else { visible.top() + 6.0 };
    let left = (visible.left() + 6.0).min(canvas.right() - SIZE.x).max(canvas.left());
    let room = Rect::from_min_size(pos2(left, top), SIZE);
    let builder = UiBuilder::new().max_rect(room).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        egui::Frame::popup(ui.style()).inner_margin(vec2(6.0, 1.0)).show(ui, |ui| {
            ui.label(texts::region(region.width(), region.height())).on_hover_text(texts::region_tooltip());
            if ui.small_button(texts::whole_photo()).on_hover_text(WHOLE_PHOTO.tooltip()).clicked() {
                actions.push(Action::Run(&WHOLE_PHOTO));
            }
        });
    });
}

//! The whole photo, small, in a corner of the canvas, while only a part of it is in view.

use egui::{
    Color32, CornerRadius, Mesh, Rect, Response, Sense, Shape, Stroke, StrokeKind, TextureId, Ui, Vec2,
};

use super::super::look::ACCENT;
use super::super::texts::canvas as texts;
use super::view::View;

/// The longer side and the distance from the border of the canvas, in points.
const SIDE: f32 = 150.0;
const MARGIN: f32 = 12.0;
/// The part of the canvas that it may take up along either side.
const SHARE: f32 = 0.35;

/// Draws the overview where it is needed and lets clicks and drags in it move the view.
pub(super) fn minimap_ui(
    ui: &Ui,
    canvas: &Response,
    view: &mut View,
    size: Vec2,
    (texture, uv): (TextureId, Rect),
) {
    let photo = Rect::from_min_size(egui::Pos2::ZERO, size);
    let shown = view.shown();
    if shown.contains_rect(photo) {
        return;
    }
    let room = (canvas.rect.size() * SHARE).min(Vec2::splat(SIDE));
    let scale = (room / size).min_elem();
    let corner = canvas.rect.right_bottom() - Vec2::splat(MARGIN);
    let map = Rect::from_min_max(corner - size * scale, corner);
    let response = ui.interact(map, ui.unique_id().with("minimap"), Sense::CLICK | Sense::DRAG);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, texts::overview()));
    if let Some(at) = response.interact_pointer_pos()
        && (response.clicked() || response.is_pointer_button_down_on())
    {
        let in_photo = ((at - map.min) / scale).to_pos2();
        view.center_on(in_photo.clamp(photo.min, photo.max));
        // The photo has been painted already.
        ui.ctx().request_repaint();
    }

    let painter = ui.painter_at(map.expand(3.0));
    let mut mesh = Mesh::with_texture(texture);
    mesh.add_rect_with_uv(map, uv, Color32::WHITE);
    painter.add(Shape::mesh(mesh));
    let part = view.shown().intersect(photo);
    let part = Rect::from_min_max(map.min + part.min.to_vec2() * scale, map.min + part.max.to_vec2() * scale);
    // A part too small to see would leave a dot.
    let part = Rect::from_center_size(part.center(), part.size().max(Vec2::splat(6.0)));
    painter.rect_stroke(
        map,
        CornerRadius::ZERO,
        Stroke::new(1.0, Color32::from_black_alpha(200)),
        StrokeKind::Outside,
    );
    painter.rect_stroke(
        part,
        CornerRadius::ZERO,
        Stroke::new(3.0, Color32::from_black_alpha(150)),
        StrokeKind::Middle,
    );
    painter.rect_stroke(part, CornerRadius::ZERO, Stroke::new(1.5, ACCENT), StrokeKind::Middle);
    if response.hovered() {
        ui.set_cursor_icon(egui::CursorIcon::Move);
    }
}

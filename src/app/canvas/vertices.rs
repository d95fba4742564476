//! The outline of a mask as a polygon: points that are dragged, added and deleted.

use egui::{Color32, CursorIcon, Painter, PointerButton, Pos2, Rect, Response, Shape, Stroke, Ui, Vec2};

use super::super::actions::{Action, Actions};
use super::super::state::{VertexEdit, VertexEditing};
use super::super::theme::ACCENT;
use super::clicks::is_on_top;
use super::view::View;
use super::{Canvas, CanvasInput};
use crate::mask::Mask;
use crate::mask::vertices::{VertexId, snapped};

/// How far from a vertex and from an edge the mouse still holds it, in screen points.
const VERTEX_REACH: f32 = 8.0;
const EDGE_REACH: f32 = 6.0;
/// How far a dragged vertex jumps to another mask or to the border of the photo, in screen points.
const SNAP_REACH: f32 = 7.0;
/// Sides of the drawn vertices, in screen points.
const SIDE: f32 = 7.0;
const SELECTED_SIDE: f32 = 10.0;
/// Drawn points of a line and drawn vertices are at least this far apart, in screen points.
const FINEST_STEP: f32 = 0.7;
const FINEST_VERTICES: f32 = 5.0;

/// What of the polygon lies under the mouse.
enum Hit {
    Vertex(VertexId),
    /// The edge after a vertex.
    Edge(VertexId),
}

impl Canvas {
    /// Lets the mouse change the outline that is edited, and paints it.
    pub(super) fn edit_vertices(
        &mut self,
        ui: &Ui,
        response: &Response,
        painter: &Painter,
        input: &CanvasInput,
        actions: &mut Actions,
    ) {
        let Some(editing) = input.vertices else {
            self.pressed_vertex = None;
            return;
        };
        paint(painter, &self.view, editing);
        let hit = |on_screen: Option<Pos2>| hit_at(&self.view, editing, on_screen?);
        let press = ui.input(|i| i.pointer.press_origin()).filter(|at| is_on_top(ui, Some(*at)));
        if response.drag_started_by(PointerButton::Primary) && !self.is_panning(ui, response) {
            self.pressed_vertex = match hit(press) {
                Some(Hit::Vertex(vertex)) => Some(vertex),
                _ => None,
            };
        }
        let mut push = |edit| actions.push(Action::Vertices(edit));
        let at = response.interact_pointer_pos();
        if let Some(vertex) = self.pressed_vertex {
            ui.set_cursor_icon(CursorIcon::Grabbing);
            let is_dropped = response.drag_stopped_by(PointerButton::Primary);
            if let Some(at) = at.filter(|_| is_dropped || response.dragged_by(PointerButton::Primary)) {
                push(VertexEdit::Drag { vertex, to: self.place_for(ui, at, input) });
            }
            if is_dropped {
                self.pressed_vertex = None;
                push(VertexEdit::Drop);
            } else if !response.dragged() {
                // Escape or a lost focus ended the drag.
                self.pressed_vertex = None;
                push(VertexEdit::CancelDrag);
            }
        } else if response.clicked_by(PointerButton::Primary) && is_on_top(ui, at) {
            let is_alt = ui.input(|i| i.modifiers.alt);
            match (hit(at), at) {
                (Some(Hit::Vertex(vertex)), _) if is_alt => push(VertexEdit::Delete(vertex)),
                (Some(Hit::Vertex(vertex)), _) => push(VertexEdit::Select(Some(vertex))),
                (Some(Hit::Edge(after)), Some(at)) if !is_alt => {
                    push(VertexEdit::Insert { after, near: self.view.to_photo(at).into() });
                }
                _ => push(VertexEdit::Select(None)),
            }
        } else if let Some(hit) = hit(response.hover_pos()) {
            ui.set_cursor_icon(match hit {
                Hit::Vertex(_) => CursorIcon::Grab,
                Hit::Edge(_) => CursorIcon::Copy,
            });
        }
    }

    /// Where a vertex goes that is dragged to a place on the screen: it jumps to what is near, unless Ctrl is
    /// held.
    fn place_for(&self, ui: &Ui, at: Pos2, input: &CanvasInput) -> [f32; 2] {
        let at = self.view.to_photo(at).into();
        let (Some(editing), false) = (input.vertices, ui.input(|i| i.modifiers.command)) else { return at };
        let document = input.document;
        let others = document.masks().iter().filter(|m| m.id != editing.mask.id && document.is_shown(m));
        let others: Vec<&Mask> = others.map(|m| &*m.annotation.mask).collect();
        let reach = SNAP_REACH / self.view.screen_from_photo().scaling;
        snapped(at, reach, input.photo.size(), &others)
    }
}

/// The nearest vertex, else the nearest edge.
fn hit_at(view: &View, editing: &VertexEditing, at: Pos2) -> Option<Hit> {
    let (mut vertex, mut edge) = ((VERTEX_REACH, None), (EDGE_REACH, None));
    for ring in editing.polygon.rings() {
        let on_screen: Vec<Pos2> = ring.iter().map(|(_, place)| view.to_screen((*place).into())).collect();
        for (i, (id, _)) in ring.iter().enumerate() {
            let to_vertex = on_screen[i].distance(at);
            if to_vertex < vertex.0 {
                vertex = (to_vertex, Some(*id));
            }
            let to_edge = distance_to_segment(at, on_screen[i], on_screen[(i + 1) % ring.len()]);
            if to_edge < edge.0 {
                edge = (to_edge, Some(*id));
            }
        }
    }
    vertex.1.map(Hit::Vertex).or(edge.1.map(Hit::Edge))
}

fn distance_to_segment(p: Pos2, a: Pos2, b: Pos2) -> f32 {
    let (along, to_p) = (b - a, p - a);
    let t = if along == Vec2::ZERO { 0.0 } else { (to_p.dot(along) / along.length_sq()).clamp(0.0, 1.0) };
    (to_p - t * along).length()
}

fn paint(painter: &Painter, view: &View, editing: &VertexEditing) {
    for outline in editing.polygon.outlines() {
        let line = thinned(outline.iter().map(|place| view.to_screen((*place).into())), FINEST_STEP);
        if painter.clip_rect().intersects(Rect::from_points(&line)) {
            painter.add(Shape::closed_line(line.clone(), Stroke::new(3.0, Color32::from_black_alpha(150))));
            painter.add(Shape::closed_line(line, Stroke::new(1.5, ACCENT)));
        }
    }
    let visible = painter.clip_rect().expand(SELECTED_SIDE);
    for ring in editing.polygon.rings() {
        let places = ring.iter().map(|(_, place)| view.to_screen((*place).into()));
        let edges: Vec<Pos2> = thinned(places.clone(), FINEST_STEP);
        painter.add(Shape::closed_line(edges, Stroke::new(1.0, Color32::from_white_alpha(170))));
        for at in thinned(places.filter(|at| visible.contains(*at)), FINEST_VERTICES) {
            paint_vertex(painter, at, SIDE, Color32::WHITE);
        }
        let selected = ring.iter().find(|(id, _)| Some(*id) == editing.selected);
        if let Some((_, place)) = selected {
            paint_vertex(painter, view.to_screen((*place).into()), SELECTED_SIDE, ACCENT);
        }
    }
}

fn paint_vertex(painter: &Painter, at: Pos2, side: f32, fill: Color32) {
    let square = Rect::from_center_size(at, Vec2::splat(side));
    painter.rect(
        square,
        1.0,
        fill,
        Stroke::new(1.0, Color32::from_black_alpha(200)),
        egui::StrokeKind::Middle,
    );
}

/// The points that are at least this far from the one before.
fn thinned(points: impl Iterator<Item = Pos2>, step: f32) -> Vec<Pos2> {
    let mut thinned: Vec<Pos2> = vec![];
    for point in points {
        if thinned.last().is_none_or(|last| last.distance(point) >= step) {
            thinned.push(point);
        }
    }
    thinned
}

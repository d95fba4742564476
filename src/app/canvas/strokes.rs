//! Brush, eraser and lasso on the canvas.

use egui::{
    Color32, CursorIcon, Event, Key, Painter, PointerButton, Pos2, Response, Shape, Stroke, Ui, pos2,
};

use super::super::actions::{Action, Actions};
use super::super::look::{ACCENT, NEGATIVE, POSITIVE};
use super::super::settings::Tool;
use super::clicks::is_on_top;
use super::view::{View, clamp_to_photo};
use super::{Canvas, CanvasInput};

/// Points of a stroke closer than this on the screen, in points, are skipped.
const FINEST_STEP: f32 = 1.5;

/// A stroke or a line under way, in photo pixels.
pub(super) struct Drawing {
    tool: Tool,
    /// Shift was held when it began: the lasso takes away.
    inverse: bool,
    path: Vec<Pos2>,
}

impl Canvas {
    /// Lets the mouse draw with the tools that do, and paints what is under way.
    pub(super) fn draw(
        &mut self,
        ui: &Ui,
        response: &Response,
        painter: &Painter,
        input: &CanvasInput,
        panning: bool,
        actions: &mut Actions,
    ) {
        let view = &self.view;
        let size = input.photo.size();
        let draws = matches!(input.tool, Tool::Brush | Tool::Eraser | Tool::Lasso);
        // In a long frame the button may be up again already. What lies on the canvas, as the minimap
        // does, has its own clicks.
        let is_on = response.is_pointer_button_down_on() || response.hovered();
        let origin = ui.input(|i| i.pointer.press_origin());
        let pressed = is_on && is_on_top(ui, origin) && ui.input(|i| i.pointer.primary_pressed());
        // Whether Space moves the photo is decided only after the mouse has moved.
        let space = !ui.text_edit_focused() && ui.input(|i| i.key_down(Key::Space));
        if draws && pressed && !panning && !space {
            let inverse = ui.input(|i| i.modifiers.shift);
            let at = origin.map(|at| clamp_to_photo(view.to_photo(at), size));
            self.drawing = Some(Drawing { tool: input.tool, inverse, path: at.into_iter().collect() });
        }
        if let Some(current) = &mut self.drawing {
            // Frames can be long: every place the pointer came by in this one counts.
            let passed: Vec<Pos2> = ui.input(|i| {
                let place = |event: &Event| match event {
                    Event::PointerMoved(pos) | Event::PointerButton { pos, .. } => Some(*pos),
                    _ => None,
                };
                let is_press = |event: &Event| matches!(event, Event::PointerButton { pressed: true, .. });
                let begin = i.events.iter().rposition(is_press).unwrap_or(0);
                i.events[begin..].iter().filter_map(place).collect()
            });
            for at in passed.into_iter().map(|at| clamp_to_photo(view.to_photo(at), size)) {
                let far = |last: &Pos2| view.to_screen(*last).distance(view.to_screen(at)) >= FINEST_STEP;
                if current.path.last().is_none_or(far) {
                    current.path.push(at);
                }
            }
            if ui.input(|i| i.key_pressed(Key::Escape)) {
                self.drawing = None;
            } else if !ui.input(|i| i.pointer.button_down(PointerButton::Primary)) {
                actions.extend(current.finished());
                self.drawing = None;
            }
        }
        if let Some(current) = &mut self.drawing {
            current.paint(painter, view, input.brush_radius);
        }
        if draws && let Some(at) = response.hover_pos().filter(|_| !panning) {
            ui.set_cursor_icon(CursorIcon::Crosshair);
            if input.tool != Tool::Lasso {
                let radius = input.brush_radius * view.screen_from_photo().scaling;
                painter.circle_stroke(at, radius, (2.5, Color32::from_black_alpha(150)));
                painter.circle_stroke(at, radius, (1.0, Color32::WHITE));
            }
        }
    }
}

impl Drawing {
    fn finished(&self) -> Option<Action> {
        let path: Vec<[f32; 2]> = self.path.iter().map(|p| [p.x, p.y]).collect();
        match self.tool {
            _ if path.is_empty() => None,
            Tool::Lasso if path.len() < 3 => None,
            Tool::Lasso => Some(Action::Lasso { path, subtract: self.inverse }),
            tool => Some(Action::Stroke { path, erase: (tool == Tool::Eraser) != self.inverse }),
        }
    }

    fn paint(&self, painter: &Painter, view: &View, radius: f32) {
        let line: Vec<Pos2> = self.path.iter().map(|p| view.to_screen(pos2(p.x, p.y))).collect();
        if self.tool == Tool::Lasso {
            painter.add(Shape::closed_line(line.clone(), Stroke::new(3.0, Color32::from_black_alpha(150))));
            painter.add(Shape::closed_line(line, Stroke::new(1.5, ACCENT)));
            return;
        }
        let erase = (self.tool == Tool::Eraser) != self.inverse;
        let colour = if erase { NEGATIVE } else { POSITIVE }.gamma_multiply(0.5);
        let width = 2.0 * radius * view.screen_from_photo().scaling;
        if let [only] = line[..] {
            painter.circle_filled(only, width / 2.0, colour);
        } else {
            painter.add(Shape::line(line, Stroke::new(width, colour)));
        }
    }
}

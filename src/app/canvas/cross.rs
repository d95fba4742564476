//! A cross on the photo that keys move and click with, for work without a mouse.

use egui::{Color32, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2, vec2};

use super::super::actions::Action;
use super::super::settings::Tool;
use super::super::theme::ACCENT;
use super::Canvas;
use super::box_grip::SMALLEST_BOX;
use super::view::View;
use crate::document::{Document, Edit};
use crate::prompt::BoxPrompt;
use crate::prompt::Point;

/// How far a key moves the cross on the screen, in points.
const STEP: f32 = 12.0;
/// Half the length of its lines, in points.
const ARM: f32 = 14.0;

/// Places in photo pixels; a mouse that moves takes the cross away.
#[derive(Default)]
pub(super) struct Cross {
    pub at: Option<Pos2>,
    /// The corner where a box was begun.
    corner: Option<Pos2>,
}

impl Canvas {
    /// Whether the cross is shown.
    pub fn has_cross(&self) -> bool {
        self.cross.at.is_some()
    }

    /// Moves the cross by a step, or by one pixel; it appears in the middle of what is shown.
    /// `size` is the photo's.
    pub fn move_cross(&mut self, direction: Vec2, fine: bool, size: (u32, u32)) {
        let step = if fine { 1.0 } else { (STEP / self.view.screen_from_photo().scaling).round().max(1.0) };
        let to = match self.cross.at {
            Some(at) => at + direction * step,
            None => self.view.shown().center(),
        };
        // In the middle of a pixel, as exact as a mask is.
        let within = |at: f32, length: u32| at.floor().clamp(0.0, length as f32 - 1.0) + 0.5;
        let to = Pos2::new(within(to.x, size.0), within(to.y, size.1));
        if !self.view.shown().contains(to) {
            self.view.center_on(to);
        }
        self.cross.at = Some(to);
    }

    /// What a click where the cross is would do; `opposite` is a click with Shift.
    pub fn click_cross(&mut self, tool: Tool, opposite: bool, document: &Document) -> Option<Action> {
        let at = self.cross.at?;
        let point = |positive| Some(Action::AddPoint(Point { x: at.x, y: at.y, positive }));
        match tool {
            Tool::Positive => point(!opposite),
            Tool::Negative => point(opposite),
            Tool::Select => {
                let picked = document.next_mask_at(at.x as u32, at.y as u32);
                Some(Action::Select(picked.into_iter().collect()))
            }
            Tool::Box => {
                let Some(corner) = self.cross.corner.take() else {
                    self.cross.corner = Some(at);
                    return None;
                };
                let drawn = BoxPrompt::spanning(corner.into(), at.into());
                let is_one = drawn.x1 - drawn.x0 >= SMALLEST_BOX && drawn.y1 - drawn.y0 >= SMALLEST_BOX;
                is_one.then_some(Action::Edit(Edit::SetBox(Some(drawn))))
            }
            Tool::Brush | Tool::Eraser => {
                let erase = (tool == Tool::Eraser) != opposite;
                Some(Action::Stroke { path: vec![at.into()], erase })
            }
            // A line needs a hand that draws it.
            Tool::Lasso | Tool::Vertices => None,
        }
    }
}

impl Cross {
    pub fn paint(&self, painter: &Painter, view: &View) {
        let Some(at) = self.at.map(|at| view.to_screen(at)) else { return };
        if let Some(corner) = self.corner {
            let drawn = Rect::from_two_pos(view.to_screen(corner), at);
            painter.rect_stroke(drawn, 0.0, (1.5, ACCENT), StrokeKind::Middle);
        }
        for (width, colour) in [(3.5, Color32::from_black_alpha(170)), (1.5, Color32::WHITE)] {
            for arm in [vec2(ARM, 0.0), vec2(0.0, ARM)] {
                painter.line_segment([at - arm, at + arm], Stroke::new(width, colour));
            }
        }
    }
}

//! What clicks and drags on the photo mean: prompts, or a selection.

use egui::{CursorIcon, Event, Key, PointerButton, Pos2, Rect, Response, Ui, pos2};

use super::super::actions::{Action, Actions};
use super::super::menus::{canvas_menu_ui, mask_menu_ui};
use super::super::settings::Tool;
use super::super::workspace::OpenPhoto;
use super::box_grip::{Grip, SMALLEST_BOX};
use super::prompts::Gesture;
use super::view::{View, clamp_to_photo};
use super::{Canvas, CanvasInput};
use crate::document::{Document, Edit, Prompting};
use crate::prompt::BoxPrompt;
use crate::prompt::Point;

/// The farthest that the pointer moves between press and release of a click, in points, as in egui.
const CLICK_DISTANCE: f32 = 6.0;

/// What the pointer is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::app) struct UnderPointer {
    pub x: u32,
    pub y: u32,
    pub colour: [u8; 3],
}

impl Canvas {
    /// The document's prompt as the gesture under way would change it.
    pub fn effective_prompting(&self, document: &Document) -> Prompting {
        let mut prompting = document.prompting().clone();
        match &self.gesture {
            Some(Gesture::MovePoint { index, to }) => {
                let Some(point) = prompting.prompt.points.get_mut(*index) else { return prompting };
                (point.x, point.y) = (to.x, to.y);
            }
            Some(Gesture::ChangeBox { now, .. }) if prompting.prompt.bbox.is_some() => {
                prompting.prompt.bbox = Some(*now)
            }
            _ => return prompting,
        }
        (prompting.chosen, prompting.from) = (None, None);
        prompting
    }

    /// Turns clicks and drags into prompts or a selection.
    pub(super) fn point(&mut self, ui: &Ui, response: &Response, input: &CanvasInput, actions: &mut Actions) {
        let at = response.interact_pointer_pos().map(|p| self.view.pointed(p));
        let (shift, command) = ui.input(|i| (i.modifiers.shift, i.modifiers.command));
        if !is_on_top(ui, response.interact_pointer_pos()) {
            // Close to its edge, a window takes drags only.
        } else if let Some(at) = at.filter(|at| is_inside(*at, input.photo.size())) {
            let add_point = |positive| Action::AddPoint(Point { x: at.x, y: at.y, positive });
            if response.clicked_by(PointerButton::Primary) {
                match input.tool {
                    Tool::Select => self.select(at, shift || command, input, response, actions),
                    Tool::Positive => actions.push(add_point(!shift)),
                    Tool::Negative => actions.push(add_point(shift)),
                    Tool::Vertices if input.vertices.is_none() => {
                        self.select(at, shift || command, input, response, actions);
                    }
                    Tool::Box | Tool::Brush | Tool::Eraser | Tool::Lasso | Tool::Vertices => {}
                }
            } else if response.clicked_by(PointerButton::Secondary) && input.tool.prompts() {
                actions.push(add_point(input.tool == Tool::Negative));
            }
        } else if response.clicked_by(PointerButton::Primary) && input.tool == Tool::Select {
            actions.push(Action::Select(vec![]));
        }
        self.drag_box(ui, response, input, actions);
    }

    /// The menu of the secondary button, where that makes no prompt: of the mask under the pointer, which becomes
    /// the selected one, or of the photo.
    pub(super) fn menu_ui(
        &mut self,
        ui: &Ui,
        response: &Response,
        input: &CanvasInput,
        actions: &mut Actions,
    ) {
        if input.tool.prompts() || input.vertices.is_some() {
            return;
        }
        let at = response.interact_pointer_pos();
        if response.secondary_clicked() && !is_on_top(ui, at) {
            return;
        }
        let document = input.document;
        if let Some(at) = at.filter(|_| response.secondary_clicked()) {
            let at = self.view.pointed(at);
            let masks = match is_inside(at, input.photo.size()) {
                true => document.masks_at(at.x as u32, at.y as u32),
                false => vec![],
            };
            self.menu_of_masks = !masks.is_empty();
            let is_selected = masks.iter().any(|id| document.selection().contains(id));
            if let Some(top) = masks.first().filter(|_| !is_selected) {
                actions.push(Action::Select(vec![*top]));
            }
        }
        response.context_menu(|ui| match self.menu_of_masks {
            true => mask_menu_ui(ui, document, input.availability, actions),
            false => canvas_menu_ui(ui, input.availability, actions),
        });
    }

    /// Draws a new box, or moves and resizes the one that is there.
    fn drag_box(&mut self, ui: &Ui, response: &Response, input: &CanvasInput, actions: &mut Actions) {
        let size = input.photo.size();
        let panning = self.is_panning(ui, response);
        let press = ui.input(|i| i.pointer.press_origin());
        let starts = response.drag_started_by(PointerButton::Primary) && is_on_top(ui, press);
        if starts && input.tool.prompts() && !panning {
            self.gesture = press.map(|press| {
                let from = self.view.to_photo(press);
                match self.grip_at(press, input.document) {
                    Some((grip, was)) => Gesture::ChangeBox { grip, from, was, now: was },
                    None => {
                        let from = clamp_to_photo(from, size);
                        Gesture::DrawBox { from, to: from }
                    }
                }
            });
        }
        if let Some((from, to)) = flick(ui).filter(|(from, _)| {
            input.tool.prompts() && response.rect.contains(*from) && is_on_top(ui, Some(*from))
        }) {
            let corner = |on_screen| clamp_to_photo(self.view.to_photo(on_screen), size);
            let drawn = BoxPrompt::spanning(corner(from).into(), corner(to).into());
            self.gesture = None;
            if is_large_enough(drawn) {
                actions.push(Action::Edit(Edit::SetBox(Some(drawn))));
            }
            return;
        }
        let at = response.interact_pointer_pos().map(|p| self.view.to_photo(p));
        match (&mut self.gesture, at) {
            (Some(Gesture::DrawBox { to, .. }), Some(at)) => *to = clamp_to_photo(at, size),
            (Some(Gesture::ChangeBox { grip, from, was, now }), Some(at)) => {
                *now = grip.dragged(*was, at - *from, size);
            }
            _ => {}
        }
        let drawn = match self.gesture {
            Some(Gesture::DrawBox { from, to }) => BoxPrompt::spanning(from.into(), to.into()),
            Some(Gesture::ChangeBox { now, .. }) => now,
            Some(Gesture::MovePoint { .. }) | None => return,
        };
        if response.drag_stopped_by(PointerButton::Primary) {
            self.gesture = None;
            if is_large_enough(drawn) {
                actions.push(Action::Edit(Edit::SetBox(Some(drawn))));
            }
        } else if !response.dragged() {
            // Escape or a lost focus ended the drag.
            self.gesture = None;
        }
    }

    /// What of the box a drag from here would move.
    fn grip_at(&self, on_screen: Pos2, document: &Document) -> Option<(Grip, BoxPrompt)> {
        let bbox = document.prompting().prompt.bbox?;
        let corners = [pos2(bbox.x0, bbox.y0), pos2(bbox.x1, bbox.y1)].map(|p| self.view.to_screen(p));
        Some((Grip::at(Rect::from_min_max(corners[0], corners[1]), on_screen)?, bbox))
    }

    fn select(
        &mut self,
        at: Pos2,
        add: bool,
        input: &CanvasInput,
        response: &Response,
        actions: &mut Actions,
    ) {
        let document = input.document;
        let (x, y) = (at.x as u32, at.y as u32);
        let selected = document.selection().first().copied();
        if response.double_clicked() {
            // The first click of the two has selected it, or has gone on from it to the next one there.
            let before = self.selected_before.filter(|id| document.masks_at(x, y).contains(id));
            if let Some(id) = before.or(selected) {
                return actions.push(Action::Reopen(id));
            }
        }
        self.selected_before = selected.filter(|_| document.selection().len() == 1);
        let picked = if add { document.masks_at(x, y).first().copied() } else { document.next_mask_at(x, y) };
        match picked {
            Some(id) if add => actions.push(Action::ToggleSelected(id)),
            Some(id) => actions.push(Action::Select(vec![id])),
            None if add => {}
            None => actions.push(Action::Select(vec![])),
        }
    }

    /// Shows what a click or a drag would do.
    pub(super) fn cursor(&self, ui: &Ui, response: &Response, input: &CanvasInput) {
        let held = match self.gesture {
            Some(Gesture::ChangeBox { grip, .. }) => Some(grip),
            _ => None,
        };
        let under = || {
            let at = response.hover_pos().filter(|_| input.tool.prompts() && self.gesture.is_none())?;
            let (grip, _) = self.grip_at(at, input.document)?;
            // In a box, points are as likely as a drag.
            Some(grip).filter(|grip| !grip.is_whole() || input.tool == Tool::Box)
        };
        if self.is_panning(ui, response) {
            ui.set_cursor_icon(CursorIcon::Grabbing);
        } else if let Some(grip) = held.or_else(under) {
            ui.set_cursor_icon(grip.cursor());
        } else if response.hovered() && !matches!(input.tool, Tool::Select | Tool::Vertices) {
            ui.set_cursor_icon(CursorIcon::Crosshair);
        }
    }
}

/// Whether no window, menu or message lies over the canvas at a place on the screen.
pub(super) fn is_on_top(ui: &Ui, on_screen: Option<Pos2>) -> bool {
    let top = on_screen.and_then(|at| ui.ctx().layer_id_at(at));
    top.is_none_or(|layer| layer == ui.layer_id())
}

pub(super) fn is_inside(in_photo: Pos2, (width, height): (u32, u32)) -> bool {
    (0.0..width as f32).contains(&in_photo.x) && (0.0..height as f32).contains(&in_photo.y)
}

pub(super) fn under_pointer(view: &View, response: &Response, photo: &OpenPhoto) -> Option<UnderPointer> {
    let at = view.pointed(response.hover_pos()?);
    if !is_inside(at, photo.size()) {
        return None;
    }
    let (x, y) = (at.x as u32, at.y as u32);
    let colour = photo.photo.pixels.get_pixel_checked(x, y)?.0;
    Some(UnderPointer { x, y, colour })
}

fn is_large_enough(drawn: BoxPrompt) -> bool {
    drawn.x1 - drawn.x0 >= SMALLEST_BOX && drawn.y1 - drawn.y0 >= SMALLEST_BOX
}

/// A drag with the left button that begins and ends within this frame, which egui does not see as one: where the
/// button went down and up.
fn flick(ui: &Ui) -> Option<(Pos2, Pos2)> {
    ui.input(|input| {
        let mut pressed = None;
        let mut drag = None;
        for event in &input.events {
            if let Event::PointerButton { pos, button: PointerButton::Primary, pressed: is_down, modifiers } =
                event
            {
                match (*is_down, pressed.take()) {
                    (true, _) => pressed = (!modifiers.any()).then_some(*pos),
                    (false, Some(from)) => drag = Some((from, *pos)),
                    (false, None) => {}
                }
            }
        }
        drag.filter(|(from, to)| from.distance(*to) > CLICK_DISTANCE && !input.key_down(Key::Space))
    })
}

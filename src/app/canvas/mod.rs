//! The photo with masks and prompts over it, and what the mouse does there.

mod drawing;
mod outlines;
mod prompts;
mod region;
mod scene;
mod side_by_side;
mod tiles;
mod view;

use std::sync::Arc;

use egui::{Color32, CursorIcon, Key, PointerButton, Pos2, Rect, Response, Sense, Vec2, pos2};

use drawing::Drawing;
use outlines::Outlines;
pub(super) use prompts::Gesture;
use region::region_ui;
use scene::Scene;
pub(super) use scene::SceneMask;
pub(super) use side_by_side::{Hovered, Layer, SideBySide};
use tiles::Tiles;
pub(super) use view::View;
use view::clamp_to_photo;

use super::actions::{Action, Actions};
use super::settings::{MaskStyle, Tool};
use super::theme::ACCENT;
use super::workspace::OpenPhoto;
use crate::document::{Document, Edit, Prompting};
use crate::mask::{Mask, PixelBox};
use crate::sam2::Point;
use crate::sam2::predictor::BoxPrompt;

/// A drawn box must be at least this large, in photo pixels, to be meant as one.
const SMALLEST_BOX: f32 = 2.0;

/// The canvas and what it remembers between frames.
pub(super) struct Canvas {
    pub view: View,
    tiles: Tiles,
    outlines: Outlines,
    preview: Outlines,
    scene: Option<Arc<Scene>>,
    photo_id: u64,
    overlay_revision: u64,
    /// The gesture that the mouse is in the middle of.
    gesture: Option<Gesture>,
    /// A stroke or a line under way.
    drawing: Option<Drawing>,
    /// Where the pointer is in the photo, while no button is down.
    hovered: Option<Pos2>,
    /// The view to begin with, and of which photo.
    restored_view: Option<(u64, [f32; 3])>,
}

/// What the canvas needs to know in a frame.
pub(super) struct CanvasInput<'a> {
    pub photo: &'a OpenPhoto,
    pub document: &'a Document,
    /// Masks to paint, later ones over earlier ones.
    pub masks: Vec<SceneMask>,
    pub outlined: Vec<Arc<Mask>>,
    pub tool: Tool,
    pub opacity: f32,
    pub style: MaskStyle,
    /// The mask that a click would give.
    pub preview: Option<Arc<Mask>>,
    /// Radius of brush and eraser, in photo pixels.
    pub brush_radius: f32,
    /// The part that the network looks closer at.
    pub region: Option<PixelBox>,
}

/// What the pointer is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct UnderPointer {
    pub x: u32,
    pub y: u32,
    pub colour: [u8; 3],
}

impl Canvas {
    pub fn new(ctx: &egui::Context) -> Self {
        Self {
            view: View::default(),
            tiles: Tiles::new(ctx.clone()),
            outlines: Outlines::new(ctx.clone()),
            preview: Outlines::new(ctx.clone()),
            drawing: None,
            hovered: None,
            restored_view: None,
            scene: None,
            photo_id: 0,
            overlay_revision: 0,
            gesture: None,
        }
    }

    /// The document's prompt as the gesture under way would change it.
    pub fn effective_prompting(&self, document: &Document) -> Prompting {
        let mut prompting = document.prompting().clone();
        if let Some(Gesture::MovePoint { index, to }) = &self.gesture
            && let Some(point) = prompting.points.get_mut(*index)
        {
            (point.x, point.y) = (to.x, to.y);
            prompting.chosen = None;
        }
        prompting
    }

    /// Where the pointer rests over the photo, in its pixels, while nothing is being drawn.
    pub fn hovered(&self) -> Option<Pos2> {
        self.hovered.filter(|_| self.drawing.is_none())
    }

    /// Shows a photo that comes onto the canvas as it was left.
    pub fn restore_view(&mut self, photo: u64, view: [f32; 3]) {
        self.restored_view = Some((photo, view));
    }

    /// Whether what is on the screen is still being rendered.
    pub fn is_rendering(&self) -> bool {
        self.tiles.is_pending()
    }

    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        input: &CanvasInput,
        actions: &mut Actions,
    ) -> Option<UnderPointer> {
        let (response, painter) = ui.allocate_painter(ui.available_size(), Sense::CLICK | Sense::DRAG);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Photo"));
        let size = input.photo.size();
        let size_px = Vec2::new(size.0 as f32, size.1 as f32);
        if self.photo_id != input.photo.id {
            self.photo_id = input.photo.id;
            self.view.fit();
            if let Some((_, view)) = self.restored_view.take_if(|(photo, _)| *photo == self.photo_id) {
                self.view.go_to(view);
            }
            self.tiles.clear();
            self.scene = None;
            self.gesture = None;
            self.drawing = None;
        }
        self.view.update(response.rect, size_px, ui.pixels_per_point());
        self.navigate(ui, &response, size_px);

        let scene = self.update_scene(input);
        self.tiles.receive(ui.ctx());
        let frame = self.view.screen_from_photo() * Rect::from_min_size(Pos2::ZERO, size_px);
        painter.rect_filled(response.rect, 0.0, ui.visuals().extreme_bg_color);
        self.tiles.paint(&painter, &self.view, &scene, self.photo_id, self.overlay_revision);
        painter.rect_stroke(frame, 0.0, (1.0, Color32::from_black_alpha(120)), egui::StrokeKind::Outside);
        self.outlines.paint(&painter, &self.view, &input.outlined, Color32::WHITE);
        let preview: Vec<Arc<Mask>> = input.preview.iter().cloned().collect();
        self.preview.paint(&painter, &self.view, &preview, ACCENT);

        if let Some(region) = input.region {
            region_ui(ui, &painter, &self.view, region, actions);
        }

        let panning = self.is_panning(ui, &response);
        self.point(ui, &response, input, actions);
        self.draw(ui, &response, &painter, input, panning, actions);
        let free = self.gesture.is_none() && !ui.input(|i| i.pointer.any_down());
        let hovered = response.hover_pos().filter(|_| free).map(|at| self.view.to_photo(at));
        self.hovered = hovered.filter(|at| is_inside(*at, size));
        prompts::points_ui(ui, &painter, &self.view, input.document, &mut self.gesture, size, actions);
        let prompting = self.effective_prompting(input.document);
        prompts::paint(&painter, &self.view, &prompting, self.gesture.as_ref());
        self.cursor(ui, &response, input.tool);
        under_pointer(&self.view, &response, input.photo)
    }

    fn update_scene(&mut self, input: &CanvasInput) -> Arc<Scene> {
        let scene = Scene {
            photo: input.photo.photo.pixels.clone(),
            masks: input.masks.clone(),
            opacity: input.opacity,
            style: input.style,
        };
        match &self.scene {
            Some(current) if current.same_overlay(&scene) => current.clone(),
            _ => {
                self.overlay_revision += 1;
                self.scene.insert(Arc::new(scene)).clone()
            }
        }
    }

    /// Zooms with the wheel or two fingers, pans with the middle button or Space and the left one.
    fn navigate(&mut self, ui: &egui::Ui, response: &Response, size: Vec2) {
        if let Some(at) = response.hover_pos() {
            let (zoom, scroll) = ui.input(|i| (i.zoom_delta(), i.smooth_scroll_delta.y));
            let factor = zoom * (scroll / 200.0).exp();
            if factor != 1.0 {
                self.view.zoom_at(at, factor, size, ui.pixels_per_point());
            }
        }
        if self.is_panning(ui, response) {
            self.view.pan(response.drag_delta());
        }
    }

    fn is_panning(&self, ui: &egui::Ui, response: &Response) -> bool {
        let held = !ui.text_edit_focused() && ui.input(|i| i.key_down(Key::Space));
        response.dragged_by(PointerButton::Middle)
            || (held && response.dragged_by(PointerButton::Primary) && self.gesture.is_none())
    }

    /// Turns clicks and drags into prompts or a selection.
    fn point(&mut self, ui: &egui::Ui, response: &Response, input: &CanvasInput, actions: &mut Actions) {
        let size = input.photo.size();
        let at = response.interact_pointer_pos().map(|p| self.view.to_photo(p));
        let (shift, command) = ui.input(|i| (i.modifiers.shift, i.modifiers.command));
        if let Some(at) = at.filter(|at| is_inside(*at, size)) {
            let add_point = |positive| Action::AddPoint(Point { x: at.x, y: at.y, positive });
            if response.clicked_by(PointerButton::Primary) {
                match input.tool {
                    Tool::Select => self.select(at, shift || command, input, response, actions),
                    Tool::Positive => actions.push(add_point(!shift)),
                    Tool::Negative => actions.push(add_point(shift)),
                    Tool::Box | Tool::Brush | Tool::Eraser | Tool::Lasso => {}
                }
            } else if response.clicked_by(PointerButton::Secondary) && input.tool.prompts() {
                actions.push(add_point(input.tool == Tool::Negative));
            }
        } else if response.clicked_by(PointerButton::Primary) && input.tool == Tool::Select {
            actions.push(Action::Select(vec![]));
        }

        let panning = self.is_panning(ui, response);
        if response.drag_started_by(PointerButton::Primary) && input.tool.prompts() && !panning {
            let from = ui.input(|i| i.pointer.press_origin()).map(|p| self.view.to_photo(p));
            if let Some(from) = from {
                let from = clamp_to_photo(from, size);
                self.gesture = Some(Gesture::DrawBox { from, to: from });
            }
        }
        if let Some(Gesture::DrawBox { from, to }) = &mut self.gesture {
            if let Some(at) = at {
                *to = clamp_to_photo(at, size);
            }
            let (from, to) = (*from, *to);
            if response.drag_stopped_by(PointerButton::Primary) {
                self.gesture = None;
                let bbox = BoxPrompt::spanning(from.into(), to.into());
                if bbox.x1 - bbox.x0 >= SMALLEST_BOX && bbox.y1 - bbox.y0 >= SMALLEST_BOX {
                    actions.push(Action::Edit(Edit::SetBox(Some(bbox))));
                }
            } else if !response.dragged() {
                // Escape or a lost focus ended the drag.
                self.gesture = None;
            }
        }
    }

    fn select(&self, at: Pos2, add: bool, input: &CanvasInput, response: &Response, actions: &mut Actions) {
        let document = input.document;
        // The first click of the two has selected it.
        if response.double_clicked()
            && let Some(id) = document.selection().first()
        {
            return actions.push(Action::Reopen(*id));
        }
        let (x, y) = (at.x as u32, at.y as u32);
        let picked = if add { document.masks_at(x, y).first().copied() } else { document.next_mask_at(x, y) };
        match picked {
            Some(id) if add => actions.push(Action::ToggleSelected(id)),
            Some(id) => actions.push(Action::Select(vec![id])),
            None if add => {}
            None => actions.push(Action::Select(vec![])),
        }
    }

    fn cursor(&self, ui: &egui::Ui, response: &Response, tool: Tool) {
        if self.is_panning(ui, response) {
            ui.set_cursor_icon(CursorIcon::Grabbing);
        } else if response.hovered() && tool != Tool::Select {
            ui.set_cursor_icon(CursorIcon::Crosshair);
        }
    }
}

fn is_inside(in_photo: Pos2, (width, height): (u32, u32)) -> bool {
    Rect::from_min_max(Pos2::ZERO, pos2(width as f32, height as f32)).contains(in_photo)
}

fn under_pointer(view: &View, response: &Response, photo: &OpenPhoto) -> Option<UnderPointer> {
    let at = view.to_photo(response.hover_pos()?);
    if at.x < 0.0 || at.y < 0.0 {
        return None;
    }
    let (x, y) = (at.x as u32, at.y as u32);
    let colour = photo.photo.pixels.get_pixel_checked(x, y)?.0;
    Some(UnderPointer { x, y, colour })
}

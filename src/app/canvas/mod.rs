//! The photo with masks and prompts over it, and what the mouse does there.

mod box_grip;
mod clicks;
mod cross;
mod minimap;
mod outlines;
mod polylines;
mod prompts;
mod region;
mod scene;
mod side_by_side;
mod strips;
mod strokes;
mod tiles;
mod vertices;
mod view;

use std::collections::HashSet;
use std::sync::Arc;

use egui::{
    Color32, Event, EventFilter, FontId, Id, Key, MouseWheelUnit, Painter, PointerButton, Pos2, Rect,
    Response, Sense, Vec2,
};

pub(super) use clicks::UnderPointer;
use cross::Cross;
use minimap::minimap_ui;
use outlines::{Outlined, Outlines};
use prompts::Gesture;
use region::region_ui;
use scene::Scene;
pub(super) use scene::SceneMask;
pub(super) use side_by_side::{Hovered, Layer, SideBySide};
use strokes::Drawing;
use tiles::Tiles;
pub(super) use view::View;

use super::actions::{Action, Actions};
use super::commands::Availability;
use super::look::{ACCENT, tokens};
use super::settings::{MaskStyle, Tool};
use super::state::VertexEditing;
use super::texts;
use super::workspace::OpenPhoto;
use crate::colour::Colour;
use crate::document::{Document, MaskId};
use crate::files::Adjustment;
use crate::mask::vertices::VertexId;
use crate::mask::{Mask, PixelBox};

/// The canvas and what it remembers between frames.
pub(super) struct Canvas {
    pub view: View,
    tiles: Tiles,
    outlines: Outlines,
    scene: Option<Arc<Scene>>,
    photo_id: u64,
    photo_revision: u64,
    overlay_revision: u64,
    /// The gesture that the mouse is in the middle of.
    gesture: Option<Gesture>,
    /// A stroke or a line under way.
    drawing: Option<Drawing>,
    /// The vertex that the mouse holds, by its id when it was pressed.
    pressed_vertex: Option<VertexId>,
    /// Where the pointer is in the photo, while no button is down.
    hovered: Option<Pos2>,
    cross: Cross,
    /// Names the canvas to egui, once it was drawn.
    id: Option<Id>,
    /// Whether the menu of the secondary button is about the selected masks.
    menu_of_masks: bool,
    /// What was selected before the last click.
    selected_before: Option<MaskId>,
    /// The view to begin with, and of which photo.
    restored_view: Option<(u64, [f32; 3])>,
}

/// What the canvas needs to know in a frame.
pub(super) struct CanvasInput<'a> {
    pub photo: &'a OpenPhoto,
    pub document: &'a Document,
    /// Masks to paint, later ones over earlier ones.
    pub masks: Vec<SceneMask>,
    /// Masks to point out, each of which is among those.
    pub highlighted: Vec<Arc<Mask>>,
    pub tool: Tool,
    pub opacity: f32,
    pub style: MaskStyle,
    /// Show where the view is in the photo.
    pub minimap: bool,
    /// The mask that a click would give.
    pub preview: Option<Arc<Mask>>,
    /// Radius of brush and eraser, in photo pixels.
    pub brush_radius: f32,
    /// The outline that is edited point by point.
    pub vertices: Option<&'a VertexEditing>,
    /// The part that the network looks closer at.
    pub region: Option<PixelBox>,
    /// How the photo is shown.
    pub adjustment: Adjustment,
    /// Name and colour of the class of the next mask.
    pub class: Option<(&'a str, Colour)>,
    pub availability: &'a Availability,
}

/// From the pointer to the class that is shown beside it, in points.
const CLASS_OFFSET: Vec2 = Vec2::new(16.0, 14.0);
/// Touchpads report points where wheels report notches.
const POINTS_PER_NOTCH: f32 = 50.0;

impl Canvas {
    pub fn new(ctx: &egui::Context) -> Self {
        Self {
            view: View::default(),
            tiles: Tiles::new(ctx.clone()),
            outlines: Outlines::new(ctx.clone()),
            drawing: None,
            pressed_vertex: None,
            hovered: None,
            cross: Cross::default(),
            id: None,
            menu_of_masks: false,
            selected_before: None,
            restored_view: None,
            scene: None,
            photo_id: 0,
            photo_revision: 0,
            overlay_revision: 0,
            gesture: None,
        }
    }

    /// Where the pointer rests over the photo, in its pixels, while nothing is being drawn.
    pub fn hovered(&self) -> Option<Pos2> {
        self.cross.at.or(self.hovered).filter(|_| self.drawing.is_none())
    }

    /// Whether the mouse is in the middle of something that Escape ends.
    pub fn is_dragging(&self) -> bool {
        self.gesture.is_some() || self.drawing.is_some() || self.pressed_vertex.is_some()
    }

    /// Whether this widget is the canvas.
    pub fn is(&self, widget: Id) -> bool {
        self.id == Some(widget)
    }

    /// Whether a photo has been drawn since it was opened.
    pub fn shows(&self, photo: u64) -> bool {
        self.photo_id == photo
    }

    /// Shows a photo that comes onto the canvas as it was left.
    pub fn restore_view(&mut self, photo: u64, view: [f32; 3]) {
        self.restored_view = Some((photo, view));
    }

    /// Shows a photo that comes onto the canvas as the one before it. Returns whether there was one.
    pub fn keep_view(&mut self, photo: u64) -> bool {
        self.restored_view = Some((photo, self.view.centre())).filter(|_| self.photo_id != 0);
        self.restored_view.is_some()
    }

    /// Whether what is on the screen is still being rendered.
    pub fn is_rendering(&self) -> bool {
        self.tiles.is_pending() || self.outlines.is_pending()
    }

    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        input: &CanvasInput,
        actions: &mut Actions,
    ) -> Option<UnderPointer> {
        let (response, painter) = ui.allocate_painter(ui.available_size(), Sense::CLICK | Sense::DRAG);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, texts::canvas::photo()));
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
            self.cross = Cross::default();
        }
        self.id = Some(response.id);
        // The arrow keys move the cross, not the focus.
        let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        if ui.input(|i| i.pointer.is_moving()) {
            self.cross = Cross::default();
        }
        self.view.update(response.rect, size_px, ui.pixels_per_point());
        self.navigate(ui, &response, size_px, input, actions);

        let scene = self.update_scene(input);
        self.tiles.receive(ui.ctx());
        let frame = self.view.screen_from_photo() * Rect::from_min_size(Pos2::ZERO, size_px);
        painter.rect_filled(response.rect, 0.0, tokens(ui.visuals()).canvas);
        self.tiles.paint(&painter, &self.view, &scene, self.photo_revision, self.overlay_revision);
        painter.rect_stroke(frame, 0.0, (1.0, Color32::from_black_alpha(120)), egui::StrokeKind::Outside);
        self.paint_outlines(&painter, input, &scene);

        if let Some(region) = input.region {
            region_ui(ui, &painter, &self.view, region, actions);
        }

        let panning = self.is_panning(ui, &response);
        self.point(ui, &response, input, actions);
        self.menu_ui(ui, &response, input, actions);
        self.draw(ui, &response, &painter, input, panning, actions);
        self.edit_vertices(ui, &response, &painter, input, actions);
        // A press that may become a click keeps what it will give in view.
        let free = self.gesture.is_none() && !ui.input(|i| i.pointer.is_decidedly_dragging());
        let hovered = response.hover_pos().filter(|_| free).map(|at| self.view.pointed(at));
        self.hovered = hovered.filter(|at| clicks::is_inside(*at, size));
        prompts::points_ui(ui, &painter, &self.view, input.document, &mut self.gesture, size, actions);
        let prompting = self.effective_prompting(input.document);
        prompts::paint(&painter, &self.view, &prompting, self.gesture.as_ref());
        self.cross.paint(&painter, &self.view);
        self.cursor(ui, &response, input);
        let makes_masks = input.tool.prompts() || matches!(input.tool, Tool::Brush | Tool::Lasso);
        if let (Some((name, colour)), Some(pointer)) =
            (input.class.filter(|_| makes_masks), response.hover_pos())
        {
            class_ui(&painter, pointer, name, colour);
        }
        if let Some(overview) = self.tiles.overview(size).filter(|_| input.minimap) {
            minimap_ui(ui, &response, &mut self.view, size_px, overview);
        }
        clicks::under_pointer(&self.view, &response, input.photo)
    }

    /// Outlines lie on top of all that is filled, in the order of the layers.
    fn paint_outlines(&mut self, painter: &Painter, input: &CanvasInput, scene: &Scene) {
        let all = matches!(input.style, MaskStyle::Outline | MaskStyle::Both);
        let highlighted: HashSet<*const Mask> = input.highlighted.iter().map(Arc::as_ptr).collect();
        let plain = scene.masks.iter().filter(|m| all && !highlighted.contains(&Arc::as_ptr(&m.mask)));
        let plain = plain.map(|SceneMask { mask, colour: [r, g, b] }| Outlined {
            mask,
            colour: Color32::from_rgb(*r, *g, *b),
        });
        let on_top = |colour| move |mask| Outlined { mask, colour };
        let highlighted = input.highlighted.iter().map(on_top(Color32::WHITE));
        let preview = input.preview.iter().map(on_top(ACCENT));
        self.outlines.paint(painter, &self.view, plain.chain(highlighted).chain(preview));
    }

    fn update_scene(&mut self, input: &CanvasInput) -> Arc<Scene> {
        let scene = Scene {
            photo: input.photo.photo.pixels.clone(),
            masks: input.masks.clone(),
            opacity: if input.style == MaskStyle::Outline { 0.0 } else { input.opacity },
            dim: input.style == MaskStyle::Dim,
            adjustment: input.adjustment,
        };
        let current = self.scene.as_ref();
        let same_photo = current.is_some_and(|current| current.same_photo(&scene));
        let same_overlay = current.is_some_and(|current| current.same_overlay(&scene));
        self.photo_revision += u64::from(!same_photo);
        self.overlay_revision += u64::from(!same_overlay);
        match &self.scene {
            Some(current) if same_photo && same_overlay => current.clone(),
            _ => self.scene.insert(Arc::new(scene)).clone(),
        }
    }

    /// Zooms with the wheel or two fingers, pans with the middle button or Space and the left one.
    /// With Alt and a prompt, the wheel goes through the candidates instead.
    fn navigate(
        &mut self,
        ui: &egui::Ui,
        response: &Response,
        size: Vec2,
        input: &CanvasInput,
        actions: &mut Actions,
    ) {
        if let Some(at) = response.hover_pos() {
            if ui.input(|i| i.modifiers.alt) && !input.document.prompting().is_empty() {
                actions.extend(wheel_steps(ui).map(Action::StepCandidate));
            } else {
                self.view.zoom_with_wheel(ui, at, size);
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
}

/// How far the wheel was turned in this frame, in notches; downwards is forwards.
fn wheel_steps(ui: &egui::Ui) -> Option<isize> {
    let turned = ui.input(|input| {
        let events = input.events.iter().filter_map(|event| match event {
            Event::MouseWheel { unit: MouseWheelUnit::Line | MouseWheelUnit::Page, delta, .. } => {
                Some(delta.y)
            }
            Event::MouseWheel { unit: MouseWheelUnit::Point, delta, .. } => Some(delta.y / POINTS_PER_NOTCH),
            _ => None,
        });
        events.sum::<f32>()
    });
    (turned != 0.0).then(|| -(turned.signum() * turned.abs().max(1.0).round()) as isize)
}

/// The class of the next mask, at the pointer.
fn class_ui(painter: &Painter, pointer: Pos2, name: &str, [r, g, b]: Colour) {
    let text = painter.layout_no_wrap(name.to_owned(), FontId::proportional(12.0), Color32::WHITE);
    let place = Rect::from_min_size(pointer + CLASS_OFFSET, text.size() + Vec2::new(22.0, 4.0));
    painter.rect_filled(place, 4.0, Color32::from_black_alpha(170));
    let swatch = Rect::from_center_size(place.left_center() + Vec2::new(9.0, 0.0), Vec2::splat(9.0));
    painter.rect_filled(swatch, 2.0, Color32::from_rgb(r, g, b));
    painter.galley(place.min + Vec2::new(17.0, 2.0), text, Color32::WHITE);
}

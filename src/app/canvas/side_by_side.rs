//! The photo several times side by side, each time with other masks, zoomed and panned together.

use std::sync::Arc;

use egui::{Color32, PointerButton, Pos2, Rect, Sense, Ui, Vec2, vec2};

use super::super::texts::comparison;
use super::outlines::{Outlined, Outlines};
use super::scene::{Scene, SceneMask};
use super::tiles::Tiles;
use super::view::View;
use crate::app::workspace::OpenPhoto;
use crate::files::Adjustment;
use crate::mask::Mask;

/// Between two panes, in points.
const GAP: f32 = 4.0;

/// One of the pictures.
struct Pane {
    tiles: Tiles,
    outlines: Outlines,
    scene: Option<Arc<Scene>>,
    revision: u64,
}

/// What a pane shows over the photo.
#[derive(Default)]
pub(in crate::app) struct Layer {
    /// Masks to paint, in any order.
    pub masks: Vec<SceneMask>,
    pub outlined: Vec<Arc<Mask>>,
}

/// Where the pointer is.
pub(in crate::app) struct Hovered {
    pub pane: usize,
    /// In photo pixels; may lie outside.
    pub at: Pos2,
}

/// The panes and their common view.
pub(in crate::app) struct SideBySide {
    view: View,
    panes: Vec<Pane>,
}

impl SideBySide {
    pub fn new(ctx: &egui::Context, panes: usize) -> Self {
        let pane = || Pane {
            tiles: Tiles::new(ctx.clone()),
            outlines: Outlines::new(ctx.clone()),
            scene: None,
            revision: 0,
        };
        Self { view: View::default(), panes: (0..panes).map(|_| pane()).collect() }
    }

    /// Whether what is on the screen is still being rendered.
    pub fn is_rendering(&self) -> bool {
        self.panes.iter().any(|pane| pane.tiles.is_pending())
    }

    /// Draws the panes below their captions; `layers` has one for each.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        photo: &OpenPhoto,
        captions: &[String],
        layers: Vec<Layer>,
        opacity: f32,
    ) -> Option<Hovered> {
        let count = self.panes.len().max(1);
        let width = ((ui.available_width() - GAP * (count - 1) as f32) / count as f32).max(1.0);
        ui.spacing_mut().item_spacing.x = GAP;
        ui.horizontal(|ui| {
            for caption in captions {
                ui.add_sized([width, 18.0], egui::Label::new(caption).truncate());
            }
        });
        let (all, response) = ui.allocate_exact_size(ui.available_size(), Sense::CLICK | Sense::DRAG);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, comparison::view()));
        let first = Rect::from_min_size(all.min, vec2(width, all.height()));
        let offset = |pane: usize| Vec2::X * ((width + GAP) * pane as f32);
        let size = photo.size();
        let size_px = vec2(size.0 as f32, size.1 as f32);
        self.view.update(first, size_px, ui.pixels_per_point());

        let hovered = response.hover_pos().map(|at| {
            let pane = (((at.x - all.left()) / (width + GAP)).max(0.0) as usize).min(count - 1);
            (pane, at - offset(pane))
        });
        if let Some((_, at)) = hovered {
            self.view.zoom_with_wheel(ui, at, size_px);
        }
        if response.dragged_by(PointerButton::Primary) || response.dragged_by(PointerButton::Middle) {
            self.view.pan(response.drag_delta());
        }
        if response.double_clicked() {
            self.view.fit();
        }

        for (i, (pane, layer)) in self.panes.iter_mut().zip(layers).enumerate() {
            let rect = first.translate(offset(i));
            let painter = ui.painter_at(rect);
            let view = self.view.shifted(offset(i));
            painter.rect_filled(rect, 0.0, ui.visuals().extreme_bg_color);
            let scene = pane.update_scene(photo, layer.masks, opacity);
            pane.tiles.receive(ui.ctx());
            pane.tiles.paint(&painter, &view, &scene, photo.id, pane.revision);
            let outlined = layer.outlined.iter().map(|mask| Outlined { mask, colour: Color32::WHITE });
            pane.outlines.paint(&painter, &view, outlined);
            // The same place in the other pictures.
            if let Some((_, at)) = hovered.filter(|(pane, _)| *pane != i) {
                painter.circle_stroke(at + offset(i), 4.0, (1.5, Color32::WHITE));
                painter.circle_stroke(at + offset(i), 5.0, (1.0, Color32::BLACK));
            }
        }
        hovered.map(|(pane, at)| Hovered { pane, at: self.view.to_photo(at) })
    }
}

impl Pane {
    fn update_scene(&mut self, photo: &OpenPhoto, mut masks: Vec<SceneMask>, opacity: f32) -> Arc<Scene> {
        masks.sort_by_key(|m| std::cmp::Reverse(m.mask.area()));
        let scene = Scene {
            photo: photo.photo.pixels.clone(),
            masks,
            opacity,
            dim: false,
            adjustment: Adjustment::default(),
        };
        match &self.scene {
            Some(current) if current.same_overlay(&scene) => current.clone(),
            _ => {
                self.revision += 1;
                self.scene.insert(Arc::new(scene)).clone()
            }
        }
    }
}

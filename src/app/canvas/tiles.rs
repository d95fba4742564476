//! Textures of the visible tiles, rendered on a thread of their own.
//!
//! A photo larger than the largest texture is shown in tiles; of a pyramid of resolutions only
//! the level that fits the zoom is rendered. While a newer picture of a tile is on its way the
//! former one is shown.

use std::collections::HashMap;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{ColorImage, Painter, Pos2, Rect, TextureHandle, TextureOptions, pos2};

use super::scene::{Scene, TILE, TileKey, overlay_tile, photo_tile};
use super::view::View;

/// Tiles out of view are kept, for panning back, until there are more than this.
const MOST_TILES: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Layer {
    Photo,
    Overlay,
}

struct Request {
    layer: Layer,
    key: TileKey,
    revision: u64,
    scene: Arc<Scene>,
}

struct Rendered {
    layer: Layer,
    key: TileKey,
    revision: u64,
    image: ColorImage,
}

struct Tile {
    texture: TextureHandle,
    revision: u64,
}

/// The tiles of one photo and of the masks over it.
pub(super) struct Tiles {
    requests: Sender<Request>,
    rendered: Receiver<Rendered>,
    tiles: HashMap<(Layer, TileKey), Tile>,
    pending: HashMap<(Layer, TileKey), u64>,
}

impl Tiles {
    pub fn new(ctx: egui::Context) -> Self {
        let (requests, to_render) = unbounded();
        let (sender, rendered) = unbounded();
        std::thread::spawn(move || render(&to_render, &sender, &ctx));
        Self { requests, rendered, tiles: HashMap::new(), pending: HashMap::new() }
    }

    /// Forgets everything, for another photo.
    pub fn clear(&mut self) {
        self.tiles.clear();
        self.pending.clear();
    }

    /// Whether a tile is being rendered.
    pub fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Takes in what has been rendered.
    pub fn receive(&mut self, ctx: &egui::Context) {
        for Rendered { layer, key, revision, image } in self.rendered.try_iter() {
            // Only what was asked for last is of use; the rest belongs to another photo or is stale.
            if self.pending.get(&(layer, key)) != Some(&revision) {
                continue;
            }
            self.pending.remove(&(layer, key));
            match self.tiles.get_mut(&(layer, key)) {
                Some(tile) => {
                    tile.texture.set(image, options());
                    tile.revision = revision;
                }
                None => {
                    let texture = ctx.load_texture("tile", image, options());
                    self.tiles.insert((layer, key), Tile { texture, revision });
                }
            }
        }
    }

    /// Paints the visible tiles. `photo_revision` and `overlay_revision` say which state of the
    /// scene is wanted.
    pub fn paint(
        &mut self,
        painter: &Painter,
        view: &View,
        scene: &Arc<Scene>,
        photo_revision: u64,
        overlay_revision: u64,
    ) {
        let size = scene.photo.dimensions();
        let zoom = view.zoom(painter.ctx().pixels_per_point());
        let level = level_for(zoom, size);
        let visible = visible_tiles(view.to_photo_rect(painter.clip_rect()), level, size);
        for (layer, revision) in [(Layer::Photo, photo_revision), (Layer::Overlay, overlay_revision)] {
            visible.iter().for_each(|key| self.want(layer, *key, revision, scene));
            let complete = visible.iter().all(|key| self.tiles.contains_key(&(layer, *key)));
            if complete {
                self.tiles.retain(|(l, key), _| *l != layer || key.level == level);
            }
            let has_former = self.tiles.keys().any(|(l, key)| *l == layer && key.level != level);
            let is_shown = |key: &TileKey| {
                let former_level = key.level != level;
                // Until a level is complete the former one shows through. Photos are opaque and can
                // lie on top of each other; overlays would darken where both are.
                !has_former || complete || former_level || layer == Layer::Photo
            };
            let mut shown: Vec<_> =
                self.tiles.iter().filter(|((l, key), _)| *l == layer && is_shown(key)).collect();
            shown.sort_by_key(|((_, key), _)| key.level == level);
            for ((_, key), tile) in shown {
                let [left, top, right, bottom] = key.in_photo(size).map(|n| n as f32);
                let in_photo = Rect::from_min_max(pos2(left, top), pos2(right, bottom));
                let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
                let on_screen = view.screen_from_photo() * in_photo;
                painter.image(tile.texture.id(), on_screen, uv, egui::Color32::WHITE);
            }
        }
        self.pending.retain(|(_, key), _| key.level == level);
        if self.tiles.len() > MOST_TILES {
            self.tiles.retain(|(_, key), _| visible.contains(key));
        }
    }

    fn want(&mut self, layer: Layer, key: TileKey, revision: u64, scene: &Arc<Scene>) {
        let current = self.tiles.get(&(layer, key)).is_some_and(|tile| tile.revision == revision);
        let coming = self.pending.get(&(layer, key)) == Some(&revision);
        if !current && !coming {
            self.pending.insert((layer, key), revision);
            let request = Request { layer, key, revision, scene: scene.clone() };
            if self.requests.send(request).is_err() {
                log::error!("the tile thread is gone");
            }
        }
    }
}

/// Pixels stay pixels when enlarged.
fn options() -> TextureOptions {
    TextureOptions {
        magnification: egui::TextureFilter::Nearest,
        minification: egui::TextureFilter::Linear,
        ..TextureOptions::LINEAR
    }
}

/// The level whose texels are just not smaller than half a screen pixel.
fn level_for(zoom: f32, (width, height): (u32, u32)) -> u8 {
    let wanted = (1.0 / zoom.max(1e-6)).log2().floor().max(0.0) as u8;
    let coarsest = (width.max(height) as f32).log2().floor() as u8;
    wanted.min(coarsest)
}

fn visible_tiles(in_photo: Rect, level: u8, (width, height): (u32, u32)) -> Vec<TileKey> {
    let side = (TILE << level) as f32;
    let range = |low: f32, high: f32, length: u32| {
        let last = (length - 1) / (TILE << level);
        let index = |at: f32| ((at / side).max(0.0) as u32).min(last);
        index(low)..=index(high)
    };
    let columns = range(in_photo.left(), in_photo.right(), width);
    range(in_photo.top(), in_photo.bottom(), height)
        .flat_map(|row| columns.clone().map(move |column| TileKey { level, column, row }))
        .collect()
}

/// Renders the newest request of each tile until the canvas is gone.
fn render(requests: &Receiver<Request>, rendered: &Sender<Rendered>, ctx: &egui::Context) {
    while let Ok(first) = requests.recv() {
        let mut newest: HashMap<(Layer, TileKey), Request> = HashMap::new();
        for request in std::iter::once(first).chain(requests.try_iter()) {
            newest.insert((request.layer, request.key), request);
        }
        let mut batch: Vec<Request> = newest.into_values().collect();
        batch.sort_by_key(|r| (r.layer == Layer::Overlay, r.key.row, r.key.column));
        for Request { layer, key, revision, scene } in batch {
            let image = match layer {
                Layer::Photo => photo_tile(&scene.photo, key),
                Layer::Overlay => overlay_tile(&scene, key),
            };
            if rendered.send(Rendered { layer, key, revision, image }).is_err() {
                return;
            }
            ctx.request_repaint();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_follows_the_zoom() {
        let size = (6000, 4000);
        assert_eq!([4.0, 1.0, 0.6, 0.5, 0.2, 0.1].map(|z| level_for(z, size)), [0, 0, 0, 1, 2, 3]);
        assert_eq!(level_for(1e-9, (3, 3)), 1);
    }

    #[test]
    fn only_tiles_in_view_are_wanted() {
        let view = Rect::from_min_max(pos2(1000.0, -50.0), pos2(2100.0, 900.0));
        let keys = visible_tiles(view, 0, (6000, 4000));
        assert_eq!(keys.iter().map(|k| (k.column, k.row)).collect::<Vec<_>>(), [(0, 0), (1, 0), (2, 0)]);
        assert_eq!(visible_tiles(view, 4, (6000, 4000)).len(), 1);
    }
}

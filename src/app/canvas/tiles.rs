//! Textures of the visible tiles, rendered in the background.
//!
//! A photo larger than the largest texture is shown in tiles; of a pyramid of resolutions only
//! the level that fits the zoom is rendered. While a newer picture of a tile is on its way the
//! previous one is shown, and where there is none, the small overview of the whole photo.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use egui::{
    Color32, ColorImage, Mesh, Painter, Rect, TextureFilter, TextureHandle, TextureId, TextureOptions, pos2,
    vec2,
};

use super::super::tasks::Latest;
use super::scene::{Scene, TILE, TileKey, overlay_tile, photo_tile};
use super::view::View;

/// Tiles out of view are kept, for panning back, until there are more than this.
const MOST_TILES: usize = 64;

/// More new pictures than this wait for the next frame, because moving them to the graphics card
/// takes a millisecond each.
const MOST_UPLOADS: usize = 4;

/// From this zoom on pixels stay pixels, below it enlarging is smooth.
const SHARP_FROM: f32 = 2.0;

/// The overview has at most this many texels along a side.
const OVERVIEW: u32 = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Layer {
    Photo,
    Overlay,
}

/// A tile in one of its states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Wanted {
    layer: Layer,
    key: TileKey,
    revision: u64,
}

struct Tile {
    texture: Option<TextureHandle>,
    revision: u64,
    /// The uppermost left texel.
    first: Color32,
}

/// The tiles of one photo and of the masks over it.
pub(super) struct Tiles {
    /// Answers with `None` where there is nothing to see.
    task: Latest<Wanted, Option<ColorImage>>,
    tiles: HashMap<(Layer, TileKey), Tile>,
    sharp: bool,
}

impl Tiles {
    pub fn new(ctx: egui::Context) -> Self {
        Self { task: Latest::new(ctx, 1), tiles: HashMap::new(), sharp: false }
    }

    /// Forgets everything, for another photo.
    pub fn clear(&mut self) {
        self.tiles.clear();
        self.task.clear();
    }

    /// Whether a tile is being rendered.
    pub fn is_pending(&self) -> bool {
        self.task.is_pending()
    }

    /// Takes in what has been rendered.
    pub fn receive(&mut self, ctx: &egui::Context) {
        let mut uploads = 0;
        while uploads < MOST_UPLOADS {
            let Some((Wanted { layer, key, revision }, image)) = self.task.next() else { return };
            let image = image.flatten();
            uploads += usize::from(image.is_some());
            let previous = self.tiles.remove(&(layer, key)).and_then(|tile| tile.texture);
            let first = image.as_ref().and_then(|image| image.pixels.first().copied()).unwrap_or_default();
            let texture = image.map(|image| match previous {
                Some(mut texture) => {
                    texture.set(image, options(self.sharp));
                    texture
                }
                None => ctx.load_texture("tile", image, options(self.sharp)),
            });
            self.tiles.insert((layer, key), Tile { texture, revision, first });
        }
        ctx.request_repaint();
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
        self.sharpen(view.zoom() > SHARP_FROM - 1e-3);
        let level = level_for(view.zoom(), size);
        let visible = visible_tiles(view.to_photo_rect(painter.clip_rect()), level, size);
        let overview = overview_key(size);
        self.want(Layer::Photo, overview, photo_revision, scene);
        for (layer, revision) in [(Layer::Photo, photo_revision), (Layer::Overlay, overlay_revision)] {
            visible.iter().for_each(|key| self.want(layer, *key, revision, scene));
            let stays = |l: Layer, key: TileKey| l != layer || key.level == level || key == overview;
            let complete = visible.iter().all(|key| self.tiles.contains_key(&(layer, *key)));
            if complete {
                self.tiles.retain(|(l, key), _| stays(*l, *key));
            }
            let has_former = self.tiles.keys().any(|(l, key)| *l == layer && key.level != level);
            let is_shown = |key: &TileKey| match key.level == level {
                // Until a level is complete the previous one shows through. Photos are opaque and can
                // lie on top of each other; overlays would darken where both are.
                true => complete || !has_former || layer == Layer::Photo,
                false => !complete,
            };
            let mut shown: Vec<_> =
                self.tiles.iter().filter(|((l, key), _)| *l == layer && is_shown(key)).collect();
            shown.sort_by_key(|((_, key), _)| (key.level == level, Reverse(key.level)));
            for ((_, key), tile) in shown {
                tile.paint(painter, view, *key, size);
            }
        }
        self.task.keep(|wanted| match wanted.layer {
            Layer::Photo if wanted.key == overview => wanted.revision == photo_revision,
            Layer::Photo => wanted.revision == photo_revision && visible.contains(&wanted.key),
            Layer::Overlay => wanted.revision == overlay_revision && visible.contains(&wanted.key),
        });
        if self.tiles.len() > MOST_TILES {
            self.tiles.retain(|(_, key), _| visible.contains(key) || *key == overview);
        }
    }

    /// The photo as a small picture and the part of that which is covered, once it is rendered.
    pub fn overview(&self, size: (u32, u32)) -> Option<(TextureId, Rect)> {
        let key = overview_key(size);
        let texture = self.tiles.get(&(Layer::Photo, key))?.texture.as_ref()?;
        Some((texture.id(), covered(key, size)))
    }

    /// Writing a single texel again is enough to have a whole texture enlarged in another way.
    fn sharpen(&mut self, sharp: bool) {
        if std::mem::replace(&mut self.sharp, sharp) != sharp {
            for tile in self.tiles.values_mut() {
                if let Some(texture) = &mut tile.texture {
                    texture.set_partial([0, 0], ColorImage::filled([1, 1], tile.first), options(sharp));
                }
            }
        }
    }

    fn want(&mut self, layer: Layer, key: TileKey, revision: u64, scene: &Arc<Scene>) {
        let is_current = self.tiles.get(&(layer, key)).is_some_and(|tile| tile.revision == revision);
        if !is_current {
            let scene = scene.clone();
            self.task.ask(Wanted { layer, key, revision }, move || render(layer, key, &scene));
        }
    }
}

impl Tile {
    fn paint(&self, painter: &Painter, view: &View, key: TileKey, size: (u32, u32)) {
        let Some(texture) = &self.texture else { return };
        let [left, top, right, bottom] = key.in_photo(size).map(|n| n as f32);
        let on_screen = view.screen_from_photo() * Rect::from_min_max(pos2(left, top), pos2(right, bottom));
        if on_screen.intersects(painter.clip_rect()) {
            // A mesh, because rectangles are moved to whole pixels of the screen.
            let mut mesh = Mesh::with_texture(texture.id());
            mesh.add_rect_with_uv(on_screen, covered(key, size), Color32::WHITE);
            painter.add(mesh);
        }
    }
}

fn options(sharp: bool) -> TextureOptions {
    let magnification = if sharp { TextureFilter::Nearest } else { TextureFilter::Linear };
    TextureOptions { magnification, ..TextureOptions::LINEAR }
}

/// The tile that shows the whole photo.
fn overview_key((width, height): (u32, u32)) -> TileKey {
    let level = width.max(height).div_ceil(OVERVIEW).next_power_of_two().ilog2() as u8;
    TileKey { level, column: 0, row: 0 }
}

/// The part of a tile's picture that shows what the tile covers, each side of the picture being 1.
fn covered(key: TileKey, size: (u32, u32)) -> Rect {
    let [left, top, right, bottom] = key.texels(size).map(|n| n as f32);
    let [from_x, from_y, to_x, to_y] = key.in_photo(size).map(|n| n as f32 / key.step() as f32);
    let sides = vec2(right - left, bottom - top);
    let part = |x: f32, y: f32| ((pos2(x, y) - pos2(left, top)) / sides).to_pos2();
    Rect::from_min_max(part(from_x, from_y), part(to_x, to_y))
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

/// The picture of a tile; `None` where there is nothing to see.
fn render(layer: Layer, key: TileKey, scene: &Scene) -> Option<ColorImage> {
    match layer {
        Layer::Photo => Some(photo_tile(scene, key)),
        Layer::Overlay => Some(overlay_tile(scene, key)).filter(|tile| tile.pixels.iter().any(|p| p.a() > 0)),
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

    #[test]
    fn the_overview_is_one_small_picture() {
        for (size, level) in [((3, 2), 0), ((256, 9), 0), ((257, 9), 1), ((6000, 4000), 5), ((9, 70_000), 9)]
        {
            let key = overview_key(size);
            let [_, _, right, bottom] = key.texels(size);
            assert_eq!((key.level, right.max(bottom) <= OVERVIEW), (level, true), "{size:?}");
        }
    }

    #[test]
    fn tiles_meet_at_the_same_texels() {
        let size = (TILE * 2 + 10, 50);
        let keys = [0, 1, 2].map(|column| TileKey { level: 0, column, row: 0 });
        for pair in keys.windows(2) {
            let at = |key: TileKey, u: f32| {
                let [left, _, right, _] = key.texels(size);
                left as f32 + u * (right - left) as f32
            };
            let (here, next) = (covered(pair[0], size), covered(pair[1], size));
            let seam = (at(pair[0], here.right()), at(pair[1], next.left()));
            assert!((seam.0 - seam.1).abs() < 1e-3, "{seam:?}");
            assert!(here.right() < 1.0 && next.left() > 0.0, "nothing to blend with beyond the seam");
        }
    }
}

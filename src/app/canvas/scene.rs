//! Pixels of the photo and of the masks over it, tile by tile. Pure functions of a [`Scene`].

use std::sync::Arc;

use egui::{Color32, ColorImage};
use image::RgbImage;

use crate::app::settings::MaskStyle;
use crate::document::Colour;
use crate::mask::Mask;

/// Side of a tile, in texels.
pub(super) const TILE: u32 = 1024;

/// Opacity of the black over what lies outside the masks, of 255.
const DIMMED: u8 = 170;

/// What is shown: a photo and the masks over it.
#[derive(Clone)]
pub(in crate::app) struct Scene {
    pub photo: Arc<RgbImage>,
    pub masks: Vec<SceneMask>,
    /// Opacity of filled masks, in [0, 1].
    pub opacity: f32,
    pub style: MaskStyle,
}

/// A mask to be painted; later ones are painted over earlier ones.
#[derive(Clone)]
pub(in crate::app) struct SceneMask {
    pub mask: Arc<Mask>,
    pub colour: Colour,
}

impl PartialEq for SceneMask {
    /// Masks are shared and never change, so that it is enough to compare addresses.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.mask, &other.mask) && self.colour == other.colour
    }
}

impl Scene {
    /// Whether both look the same over the photo.
    pub fn same_overlay(&self, other: &Scene) -> bool {
        self.masks == other.masks && self.opacity == other.opacity && self.style == other.style
    }
}

/// A tile of a pyramid: at level `l` one texel stands for `2^l` x `2^l` photo pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TileKey {
    pub level: u8,
    pub column: u32,
    pub row: u32,
}

impl TileKey {
    /// Photo pixels along a side of a texel.
    pub fn step(self) -> u32 {
        1 << self.level
    }

    /// The photo pixels that the tile covers: left, top, right, bottom.
    pub fn in_photo(self, (width, height): (u32, u32)) -> [u32; 4] {
        let side = TILE * self.step();
        let (left, top) = (self.column * side, self.row * side);
        [left, top, (left + side).min(width), (top + side).min(height)]
    }
}

/// The photo's tile; each texel is the mean of the pixels it stands for.
pub(super) fn photo_tile(photo: &RgbImage, key: TileKey) -> ColorImage {
    let [left, top, right, bottom] = key.in_photo(photo.dimensions());
    let step = key.step();
    let (columns, rows) = ((right - left).div_ceil(step), (bottom - top).div_ceil(step));
    let mut texels = Vec::with_capacity((columns * rows) as usize);
    let (raw, stride) = (photo.as_raw(), photo.width() as usize * 3);
    for row in 0..rows {
        let ys = top + row * step..(top + (row + 1) * step).min(bottom);
        for column in 0..columns {
            let xs = left + column * step..(left + (column + 1) * step).min(right);
            let mut sum = [0u32; 3];
            for y in ys.clone() {
                let line = &raw[y as usize * stride..][xs.start as usize * 3..xs.end as usize * 3];
                for pixel in line.as_chunks::<3>().0 {
                    sum.iter_mut().zip(pixel).for_each(|(s, p)| *s += u32::from(*p));
                }
            }
            let count = ys.len() as u32 * xs.len() as u32;
            let [r, g, b] = sum.map(|s| ((s + count / 2) / count) as u8);
            texels.push(Color32::from_rgb(r, g, b));
        }
    }
    ColorImage::new([columns as usize, rows as usize], texels)
}

/// The masks' tile: colours with premultiplied alpha, transparent where no mask is.
pub(super) fn overlay_tile(scene: &Scene, key: TileKey) -> ColorImage {
    let size = scene.photo.dimensions();
    let [left, top, right, bottom] = key.in_photo(size);
    let step = key.step();
    let (columns, rows) = ((right - left).div_ceil(step), (bottom - top).div_ceil(step));
    let dim = scene.style == MaskStyle::Dim && !scene.masks.is_empty();
    let outside = if dim { Color32::from_black_alpha(DIMMED) } else { Color32::TRANSPARENT };
    let mut tile = ColorImage::filled([columns as usize, rows as usize], outside);
    for item in &scene.masks {
        let Some(b) = item.mask.bbox() else { continue };
        if b.x0 >= right || b.x1 <= left || b.y0 >= bottom || b.y1 <= top {
            continue;
        }
        let [r, g, blue] = item.colour;
        let solid = Color32::from_rgb(r, g, blue);
        let fill = solid.gamma_multiply(scene.opacity);
        // A texel is sampled in the middle of the pixels it stands for.
        let middle = |texel: u32, low: u32| low + texel * step + step / 2;
        let rows_hit = b.y0.saturating_sub(top) / step..(b.y1 - top).div_ceil(step).min(rows);
        for row in rows_hit {
            let y = middle(row, top).min(bottom - 1);
            let line = &mut tile.pixels[(row * columns) as usize..][..columns as usize];
            for run in item.mask.runs(y) {
                let first = run.start.saturating_sub(left + step / 2).div_ceil(step);
                let end = run.end.saturating_sub(left + step / 2).div_ceil(step).min(columns);
                for column in first..end {
                    let x = middle(column, left);
                    let edge = || is_edge(&item.mask, x, y, step);
                    let texel = &mut line[column as usize];
                    *texel = match scene.style {
                        MaskStyle::Dim => Color32::TRANSPARENT,
                        MaskStyle::Outline | MaskStyle::Both if edge() => solid,
                        MaskStyle::Outline => continue,
                        MaskStyle::Both | MaskStyle::Fill => texel.blend(fill),
                    };
                }
            }
        }
    }
    tile
}

/// Whether a set pixel has an unset one at the given distance in one of four directions.
fn is_edge(mask: &Mask, x: u32, y: u32, distance: u32) -> bool {
    let set = |x: Option<u32>, y: Option<u32>| x.zip(y).is_some_and(|(x, y)| mask.get(x, y));
    let (left, right) = (x.checked_sub(distance), x.checked_add(distance));
    let (up, down) = (y.checked_sub(distance), y.checked_add(distance));
    !(set(left, Some(y)) && set(right, Some(y)) && set(Some(x), up) && set(Some(x), down))
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn scene(width: u32, height: u32) -> Scene {
        let photo = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 9]));
        let mask = Mask::from_fn(width, height, |x, y| (2..width - 1).contains(&x) && y == 1);
        Scene {
            photo: Arc::new(photo),
            masks: vec![SceneMask { mask: Arc::new(mask), colour: [255, 0, 0] }],
            opacity: 1.0,
            style: MaskStyle::Fill,
        }
    }

    #[test]
    fn tiles_cover_the_photo_pixel_by_pixel() {
        let scene = scene(TILE + 5, 3);
        let keys = [0, 1].map(|column| TileKey { level: 0, column, row: 0 });
        for key in keys {
            let photo = photo_tile(&scene.photo, key);
            let overlay = overlay_tile(&scene, key);
            let left = key.column * TILE;
            assert_eq!(photo.size, overlay.size);
            for y in 0..3u32 {
                for x in 0..photo.size[0] as u32 {
                    let expected = scene.photo.get_pixel(left + x, y).0;
                    let texel = (x as usize, y as usize);
                    assert_eq!(photo[texel].to_array()[..3], expected);
                    assert_eq!(overlay[texel].a() == 255, scene.masks[0].mask.get(left + x, y));
                }
            }
        }
    }

    #[test]
    fn a_coarser_level_is_the_mean_of_the_pixels() {
        let scene = scene(10, 6);
        let tile = photo_tile(&scene.photo, TileKey { level: 1, column: 0, row: 0 });
        assert_eq!(tile.size, [5, 3]);
        assert_eq!(tile[(1, 2)].to_array()[..3], [3, 5, 9]);
        let overlay = overlay_tile(&scene, TileKey { level: 1, column: 0, row: 0 });
        let set: Vec<bool> = (0..5).map(|x| overlay[(x, 0)].a() > 0).collect();
        assert_eq!(set, [false, true, true, true, false].map(|s| s));
    }

    #[test]
    fn outlines_leave_the_inside_free() {
        let mut scene = scene(20, 20);
        let square = Mask::from_fn(20, 20, |x, y| (5..15).contains(&x) && (5..15).contains(&y));
        scene.masks[0].mask = Arc::new(square);
        scene.style = MaskStyle::Outline;
        let tile = overlay_tile(&scene, TileKey { level: 0, column: 0, row: 0 });
        assert_eq!((tile[(5, 9)].a(), tile[(9, 9)].a(), tile[(4, 9)].a()), (255, 0, 0));
        scene.style = MaskStyle::Dim;
        let tile = overlay_tile(&scene, TileKey { level: 0, column: 0, row: 0 });
        assert_eq!((tile[(5, 9)].a(), tile[(9, 9)].a(), tile[(4, 9)].a()), (0, 0, DIMMED));
    }
}

//! Pixels of the photo and of the masks over it, tile by tile. Pure functions of a [`Scene`].

use std::sync::Arc;

use egui::{Color32, ColorImage};
use image::RgbImage;

use crate::colour::Colour;
use crate::files::Adjustment;
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
    /// Darken everything outside the masks instead of painting them.
    pub dim: bool,
    pub adjustment: Adjustment,
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
    /// Whether the photo looks the same below the masks.
    pub fn same_photo(&self, other: &Scene) -> bool {
        Arc::ptr_eq(&self.photo, &other.photo) && self.adjustment == other.adjustment
    }

    /// Whether both look the same over the photo.
    pub fn same_overlay(&self, other: &Scene) -> bool {
        self.masks == other.masks && self.opacity == other.opacity && self.dim == other.dim
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

    /// The texels of the level that the tile's picture holds: left, top, right, bottom. Around the
    /// covered ones lies one more each way, where the photo has it, so that smooth enlargement is the
    /// same on both sides of a seam.
    pub fn texels(self, size: (u32, u32)) -> [u32; 4] {
        let [left, top, right, bottom] = self.in_photo(size);
        let across = |length: u32| length.div_ceil(self.step());
        [
            (left / self.step()).saturating_sub(1),
            (top / self.step()).saturating_sub(1),
            (across(right) + 1).min(across(size.0)),
            (across(bottom) + 1).min(across(size.1)),
        ]
    }
}

/// The photo's tile; each texel is the mean of the pixels it stands for, adjusted.
pub(super) fn photo_tile(scene: &Scene, key: TileKey) -> ColorImage {
    let (photo, adjusted) = (&scene.photo, scene.adjustment.table());
    let (width, height) = photo.dimensions();
    let [left, top, right, bottom] = key.texels((width, height));
    let step = key.step();
    let mut texels = Vec::with_capacity(((right - left) * (bottom - top)) as usize);
    let (raw, stride) = (photo.as_raw(), width as usize * 3);
    let mut sums = vec![[0u32; 3]; (right - left) as usize];
    let in_photo = left as usize * step as usize * 3..(right * step).min(width) as usize * 3;
    for row in top..bottom {
        let ys = row * step..((row + 1) * step).min(height);
        sums.fill([0; 3]);
        for y in ys.clone() {
            let line = &raw[y as usize * stride..][in_photo.clone()];
            for (sum, pixels) in sums.iter_mut().zip(line.chunks(3 * step as usize)) {
                for pixel in pixels.as_chunks::<3>().0 {
                    sum.iter_mut().zip(pixel).for_each(|(s, p)| *s += u32::from(*p));
                }
            }
        }
        texels.extend((left..right).zip(&sums).map(|(column, sum)| {
            let columns = step.min(width - column * step);
            let count = ys.len() as u32 * columns;
            let [r, g, b] = sum.map(|s| adjusted[((s + count / 2) / count) as usize]);
            Color32::from_rgb(r, g, b)
        }));
    }
    ColorImage::new([(right - left) as usize, (bottom - top) as usize], texels)
}

/// The masks' tile: colours with premultiplied alpha, transparent where no mask is.
pub(super) fn overlay_tile(scene: &Scene, key: TileKey) -> ColorImage {
    let (_, height) = scene.photo.dimensions();
    let [left, top, right, bottom] = key.texels(scene.photo.dimensions());
    let step = key.step();
    let columns = (right - left) as usize;
    let dim = scene.dim && !scene.masks.is_empty();
    let outside = if dim { Color32::from_black_alpha(DIMMED) } else { Color32::TRANSPARENT };
    let mut tile = ColorImage::filled([columns, (bottom - top) as usize], outside);
    if scene.opacity == 0.0 && !dim {
        return tile;
    }
    // A texel is sampled in the middle of the pixels it stands for.
    let texel_from = |x: u32| x.saturating_sub(step / 2).div_ceil(step).clamp(left, right);
    for item in &scene.masks {
        let Some(b) = item.mask.bbox() else { continue };
        if b.x0 >= right * step || b.x1 <= left * step {
            continue;
        }
        let [r, g, blue] = item.colour;
        let fill = Color32::from_rgb(r, g, blue).gamma_multiply(scene.opacity);
        for row in (b.y0 / step).max(top)..b.y1.div_ceil(step).min(bottom) {
            let y = (row * step + step / 2).min(height - 1);
            let line = &mut tile.pixels[(row - top) as usize * columns..][..columns];
            for run in item.mask.runs(y) {
                let hit = texel_from(run.start) - left..texel_from(run.end) - left;
                for texel in &mut line[hit.start as usize..hit.end as usize] {
                    // Fills do not blend to a third colour: the upper mask wins.
                    *texel = if scene.dim { Color32::TRANSPARENT } else { fill };
                }
            }
        }
    }
    tile
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
            dim: false,
            adjustment: Adjustment::default(),
        }
    }

    #[test]
    fn tiles_cover_the_photo_pixel_by_pixel_and_one_more_beyond_the_seam() {
        let scene = scene(TILE + 5, 3);
        let keys = [0, 1].map(|column| TileKey { level: 0, column, row: 0 });
        assert_eq!(
            keys.map(|key| key.texels((TILE + 5, 3))),
            [[0, 0, TILE + 1, 3], [TILE - 1, 0, TILE + 5, 3]]
        );
        for key in keys {
            let photo = photo_tile(&scene, key);
            let overlay = overlay_tile(&scene, key);
            let left = key.texels((TILE + 5, 3))[0];
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
        let tile = photo_tile(&scene, TileKey { level: 1, column: 0, row: 0 });
        assert_eq!(tile.size, [5, 3]);
        assert_eq!(tile[(1, 2)].to_array()[..3], [3, 5, 9]);
        let overlay = overlay_tile(&scene, TileKey { level: 1, column: 0, row: 0 });
        let set: Vec<bool> = (0..5).map(|x| overlay[(x, 0)].a() > 0).collect();
        assert_eq!(set, [false, true, true, true, false].map(|s| s));
    }

    #[test]
    fn the_view_is_adjusted_and_the_photo_is_not() {
        let mut scene = scene(10, 6);
        let before = scene.clone();
        scene.adjustment.brightness = 0.2;
        assert!(!scene.same_photo(&before) && scene.same_overlay(&before));
        let tile = photo_tile(&scene, TileKey { level: 0, column: 0, row: 0 });
        assert_eq!(tile[(7, 3)].to_array()[..3], [58, 54, 60]);
        assert_eq!(scene.photo, before.photo);
    }

    #[test]
    fn a_coarser_level_ends_with_the_photo() {
        let scene = scene(2 * TILE + 3, 5);
        let key = TileKey { level: 1, column: 1, row: 0 };
        let tile = photo_tile(&scene, key);
        assert_eq!(tile.size, [3, 3]);
        let last = scene.photo.get_pixel(2 * TILE + 2, 4).0;
        assert_eq!(tile[(2, 2)].to_array()[..3], last);
    }

    #[test]
    fn everything_else_is_dimmed() {
        let mut scene = scene(20, 20);
        let square = Mask::from_fn(20, 20, |x, y| (5..15).contains(&x) && (5..15).contains(&y));
        scene.masks[0].mask = Arc::new(square);
        scene.dim = true;
        let tile = overlay_tile(&scene, TileKey { level: 0, column: 0, row: 0 });
        assert_eq!((tile[(5, 9)].a(), tile[(9, 9)].a(), tile[(4, 9)].a()), (0, 0, DIMMED));
    }
}

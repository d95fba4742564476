//! Small pictures of masks for the list.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Color32, ColorImage, Context, TextureHandle, TextureOptions};
use image::RgbImage;

use super::latest::{ByAddress, Latest};
use crate::mask::Mask;

/// Side of a picture, in pixels.
const SIDE: u32 = 48;
/// Samples a pixel in each direction.
const SAMPLES: u32 = 3;
/// More than any screen shows at once.
const MOST: usize = 400;

/// Threads that make pictures.
const THREADS: usize = 2;

/// The pictures of the masks that were asked for lately.
pub(in crate::app) struct Thumbnails {
    task: Latest<ByAddress<Mask>, ColorImage>,
    textures: HashMap<ByAddress<Mask>, Option<TextureHandle>>,
    ctx: Context,
}

impl Thumbnails {
    pub fn new(ctx: Context) -> Self {
        Self { task: Latest::new(ctx.clone(), THREADS), textures: HashMap::new(), ctx }
    }

    /// Receives finished pictures.
    pub fn receive(&mut self) {
        while let Some((mask, image)) = self.task.next() {
            let texture = image.map(|image| self.ctx.load_texture("mask", image, TextureOptions::LINEAR));
            self.textures.insert(mask, texture);
        }
    }

    /// The picture of a mask of this photo, as soon as it has been made.
    pub fn of(&mut self, mask: &Arc<Mask>, photo: &Arc<RgbImage>) -> Option<&TextureHandle> {
        let key = ByAddress(mask.clone());
        if !self.textures.contains_key(&key) {
            if self.textures.len() > MOST {
                self.textures.clear();
            }
            let (mask, photo) = (mask.clone(), photo.clone());
            self.task.ask(key.clone(), move || thumbnail(&mask, &photo));
        }
        self.textures.get(&key)?.as_ref()
    }
}

/// The square around the mask, the photo darkened where the mask is not set, as far as it reaches.
fn thumbnail(mask: &Mask, photo: &RgbImage) -> ColorImage {
    let mut image = ColorImage::filled([SIDE as usize; 2], Color32::TRANSPARENT);
    let Some(b) = mask.bbox() else { return image };
    let side = f64::from(b.width().max(b.height()));
    let (left, top) = (
        f64::from(b.x0) + (f64::from(b.width()) - side) / 2.0,
        f64::from(b.y0) + (f64::from(b.height()) - side) / 2.0,
    );
    let grid = f64::from(SIDE * SAMPLES);
    let place = |start: f64, i: u32| (start + (f64::from(i) + 0.5) * side / grid).floor();
    for (i, pixel) in (0..).zip(&mut image.pixels) {
        let (mut sum, mut count) = ([0u32; 3], 0);
        for sample in 0..SAMPLES * SAMPLES {
            let x = place(left, i % SIDE * SAMPLES + sample % SAMPLES);
            let y = place(top, i / SIDE * SAMPLES + sample / SAMPLES);
            if x < 0.0 || y < 0.0 {
                continue;
            }
            let (x, y) = (x as u32, y as u32);
            let Some(colour) = photo.get_pixel_checked(x, y) else { continue };
            // A quarter of the light is enough to see where the object lies.
            let light = if mask.get(x, y) { 4 } else { 1 };
            for (sum, channel) in sum.iter_mut().zip(colour.0) {
                *sum += u32::from(channel) * light;
            }
            count += 4;
        }
        if count > 0 {
            let [r, g, b] = sum.map(|sum| (sum / count) as u8);
            *pixel = Color32::from_rgb(r, g, b);
        }
    }
    image
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn the_mask_fills_the_picture_and_its_surroundings_are_dark() {
        let photo = RgbImage::from_pixel(300, 200, Rgb([200, 100, 40]));
        // A wide mask at the photo's upper edge: above it there is no photo.
        let picture = thumbnail(&Mask::rectangle(300, 200, [100.0, 0.0], [196.0, 48.0]), &photo);
        let at = |x: usize, y: usize| picture.pixels[y * SIDE as usize + x];
        assert_eq!(at(24, 5), Color32::TRANSPARENT);
        assert_eq!(at(0, 24), Color32::from_rgb(200, 100, 40));
        assert_eq!(at(24, 42), Color32::from_rgb(50, 25, 10));
        assert_eq!(thumbnail(&Mask::from_fn(9, 9, |_, _| false), &photo).pixels[7], Color32::TRANSPARENT);
    }
}

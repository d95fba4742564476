//! Masks as pictures.

use image::codecs::png::PngEncoder;
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};

use super::super::atomic::WriteSeek;
use super::{ExportMask, by_area};
use crate::mask::{Mask, PixelBox};

/// Opacity of the colours in an overlay, as in the original script.
const OVERLAY_ALPHA: f32 = 0.5;

/// The photo inside the mask, transparent black outside; cropped to the mask's box or full size.
pub fn cutout(photo: &RgbImage, mask: &Mask, cropped: bool) -> RgbaImage {
    let full = PixelBox { x0: 0, y0: 0, x1: photo.width(), y1: photo.height() };
    let b = mask.bbox().filter(|_| cropped).unwrap_or(full);
    let mut out = RgbaImage::new(b.width(), b.height());
    for_each_pixel(mask, |x, y| {
        let Rgb([r, g, blue]) = *photo.get_pixel(x, y);
        out.put_pixel(x - b.x0, y - b.y0, Rgba([r, g, blue, 255]));
    });
    out
}

/// 255 inside the mask, 0 outside.
pub(super) fn binary(mask: &Mask) -> GrayImage {
    let mut out = GrayImage::new(mask.width(), mask.height());
    for_each_pixel(mask, |x, y| out.put_pixel(x, y, Luma([255])));
    out
}

/// The photo with the masks painted over it, largest first so that small ones stay visible.
pub fn overlay(photo: &RgbImage, masks: &[ExportMask]) -> RgbImage {
    let mut out = photo.clone();
    for item in by_area(masks) {
        for_each_pixel(&item.mask, |x, y| {
            let pixel = out.get_pixel_mut(x, y);
            for (value, colour) in pixel.0.iter_mut().zip(item.colour) {
                let mixed = f32::from(*value) * (1.0 - OVERLAY_ALPHA) + f32::from(colour) * OVERLAY_ALPHA;
                *value = mixed.round() as u8;
            }
        });
    }
    out
}

/// One colour at half opacity inside the mask, transparent outside.
pub(super) fn colour_layer(item: &ExportMask) -> RgbaImage {
    let [r, g, b] = item.colour;
    let alpha = (OVERLAY_ALPHA * 255.0) as u8;
    let mut out = RgbaImage::new(item.mask.width(), item.mask.height());
    for_each_pixel(&item.mask, |x, y| out.put_pixel(x, y, Rgba([r, g, b, alpha])));
    out
}

pub(super) fn write_png(out: &mut dyn WriteSeek, picture: &DynamicImage) -> Result<(), String> {
    picture.write_with_encoder(PngEncoder::new(out)).map_err(|e| e.to_string())
}

pub(super) fn for_each_pixel(mask: &Mask, mut f: impl FnMut(u32, u32)) {
    let Some(b) = mask.bbox() else { return };
    for y in b.y0..b.y1 {
        mask.runs(y).flatten().for_each(|x| f(x, y));
    }
}

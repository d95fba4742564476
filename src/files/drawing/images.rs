//! Masks as images.

use image::{GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};

use crate::annotation::Annotation;
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

/// Like [`cutout`], with `margin` photo pixels around a cropped one and an edge that fades over `feather`
/// pixels, half of them inside the mask and half outside.
pub fn soft_cutout(photo: &RgbImage, mask: &Mask, cropped: bool, margin: u32, feather: f32) -> RgbaImage {
    if margin == 0 && feather <= 0.0 {
        return cutout(photo, mask, cropped);
    }
    let full = PixelBox { x0: 0, y0: 0, x1: photo.width(), y1: photo.height() };
    let room = margin.max((feather / 2.0).ceil() as u32);
    let grown = |b: PixelBox| PixelBox {
        x0: b.x0.saturating_sub(room),
        y0: b.y0.saturating_sub(room),
        x1: b.x1.saturating_add(room).min(full.x1),
        y1: b.y1.saturating_add(room).min(full.y1),
    };
    let b = mask.bbox().filter(|_| cropped).map_or(full, grown);
    let mut alpha = GrayImage::new(b.width(), b.height());
    for_each_pixel(mask, |x, y| alpha.put_pixel(x - b.x0, y - b.y0, Luma([255])));
    if feather > 0.0 {
        // Four standard deviations contain nearly all of a Gaussian.
        alpha = image::imageops::blur(&alpha, feather / 4.0);
    }
    RgbaImage::from_fn(b.width(), b.height(), |x, y| match alpha.get_pixel(x, y).0[0] {
        0 => Rgba([0; 4]),
        opacity => {
            let Rgb([r, g, blue]) = *photo.get_pixel(x + b.x0, y + b.y0);
            Rgba([r, g, blue, opacity])
        }
    })
}

/// 255 inside the mask, 0 outside.
pub fn binary(mask: &Mask) -> GrayImage {
    let mut out = GrayImage::new(mask.width(), mask.height());
    for_each_pixel(mask, |x, y| out.put_pixel(x, y, Luma([255])));
    out
}

/// The photo with the masks drawn over it, later ones over earlier ones.
pub fn overlay(photo: &RgbImage, masks: &[Annotation]) -> RgbImage {
    let mut out = photo.clone();
    for item in masks {
        for_each_pixel(&item.mask, |x, y| {
            let pixel = out.get_pixel_mut(x, y);
            for (value, colour) in pixel.0.iter_mut().zip(item.shown_colour()) {
                let mixed = f32::from(*value) * (1.0 - OVERLAY_ALPHA) + f32::from(colour) * OVERLAY_ALPHA;
                *value = mixed.round() as u8;
            }
        });
    }
    out
}

/// One colour at half opacity inside the mask, transparent outside.
pub fn colour_layer(item: &Annotation) -> RgbaImage {
    let [r, g, b] = item.shown_colour();
    let alpha = (OVERLAY_ALPHA * 255.0) as u8;
    let mut out = RgbaImage::new(item.mask.width(), item.mask.height());
    for_each_pixel(&item.mask, |x, y| out.put_pixel(x, y, Rgba([r, g, b, alpha])));
    out
}

/// Calls `f` with the column and row of each pixel of a mask.
pub fn for_each_pixel(mask: &Mask, mut f: impl FnMut(u32, u32)) {
    let Some(b) = mask.bbox() else { return };
    for y in b.y0..b.y1 {
        mask.runs(y).flatten().for_each(|x| f(x, y));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_soft_cutout_fades_and_has_a_margin() {
        let photo = RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8, y as u8, 9]));
        let mask = Mask::from_fn(40, 30, |x, y| (10..30).contains(&x) && (1..20).contains(&y));
        assert_eq!(soft_cutout(&photo, &mask, true, 0, 0.0), cutout(&photo, &mask, true));
        let soft = soft_cutout(&photo, &mask, true, 3, 4.0);
        assert_eq!(soft.dimensions(), (26, 23), "the photo ends above the mask");
        assert_eq!(soft.get_pixel(13, 10).0, [20, 10, 9, 255]);
        assert_eq!(soft.get_pixel(0, 10).0[3], 0);
        let [outside, inside] = [2, 3].map(|x| soft.get_pixel(x, 10).0[3]);
        assert!((20..128).contains(&outside) && (128..235).contains(&inside), "{outside} {inside}");
        assert_eq!(soft_cutout(&photo, &mask, false, 3, 4.0).dimensions(), (40, 30));
    }
}

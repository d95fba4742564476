//! Masks as images.

use image::{GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};

use crate::annotation::Annotation;
use crate::edge::Refinement;
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

/// The edge of a cut-out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CutoutEdge {
    /// Fades over this many pixels, half of them inside the mask and half outside; 0 is a hard edge.
    Feather(f32),
    /// As soft as the edge in the photo ([`edge`](crate::edge)), which the mask's is moved to.
    Photo(Refinement),
}

/// Like [`cutout`], with `margin` photo pixels around a cropped one and a soft edge.
pub fn soft_cutout(photo: &RgbImage, mask: &Mask, cropped: bool, margin: u32, edge: CutoutEdge) -> RgbaImage {
    let full = PixelBox { x0: 0, y0: 0, x1: photo.width(), y1: photo.height() };
    match edge {
        CutoutEdge::Feather(feather) if margin == 0 && feather <= 0.0 => cutout(photo, mask, cropped),
        CutoutEdge::Feather(feather) => {
            let room = margin.max((feather / 2.0).ceil() as u32);
            let b = mask.bbox().filter(|_| cropped).map_or(full, |b| with_margin(b, room, full));
            let mut alpha = GrayImage::new(b.width(), b.height());
            for_each_pixel(mask, |x, y| alpha.put_pixel(x - b.x0, y - b.y0, Luma([255])));
            if feather > 0.0 {
                // Four standard deviations contain nearly all of a Gaussian.
                alpha = image::imageops::blur(&alpha, feather / 4.0);
            }
            with_opacity(photo, b, |x, y| alpha.get_pixel(x - b.x0, y - b.y0).0[0])
        }
        CutoutEdge::Photo(refinement) => {
            let alpha = crate::edge::refine(photo, mask, &refinement);
            let b = alpha.opaque_bounds().filter(|_| cropped).map_or(full, |b| with_margin(b, margin, full));
            with_opacity(photo, b, |x, y| alpha.get(x, y))
        }
    }
}

fn with_margin(b: PixelBox, margin: u32, full: PixelBox) -> PixelBox {
    PixelBox {
        x0: b.x0.saturating_sub(margin),
        y0: b.y0.saturating_sub(margin),
        x1: b.x1.saturating_add(margin).min(full.x1),
        y1: b.y1.saturating_add(margin).min(full.y1),
    }
}

/// A part of the photo with the opacity at each of its pixels; transparent ones are black.
fn with_opacity(photo: &RgbImage, part: PixelBox, opacity: impl Fn(u32, u32) -> u8) -> RgbaImage {
    RgbaImage::from_fn(part.width(), part.height(), |x, y| {
        let (x, y) = (x + part.x0, y + part.y0);
        match opacity(x, y) {
            0 => Rgba([0; 4]),
            opacity => {
                let Rgb([r, g, b]) = *photo.get_pixel(x, y);
                Rgba([r, g, b, opacity])
            }
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
        assert_eq!(
            soft_cutout(&photo, &mask, true, 0, CutoutEdge::Feather(0.0)),
            cutout(&photo, &mask, true)
        );
        let soft = soft_cutout(&photo, &mask, true, 3, CutoutEdge::Feather(4.0));
        assert_eq!(soft.dimensions(), (26, 23), "the photo ends above the mask");
        assert_eq!(soft.get_pixel(13, 10).0, [20, 10, 9, 255]);
        assert_eq!(soft.get_pixel(0, 10).0[3], 0);
        let [outside, inside] = [2, 3].map(|x| soft.get_pixel(x, 10).0[3]);
        assert!((20..128).contains(&outside) && (128..235).contains(&inside), "{outside} {inside}");
        assert_eq!(soft_cutout(&photo, &mask, false, 3, CutoutEdge::Feather(4.0)).dimensions(), (40, 30));
    }

    #[test]
    fn a_cutout_can_be_as_soft_as_the_photo() {
        // From 200 to 40 over the columns 19 to 22; the mask is off by three.
        let shade = |x: u32| 200 - 40 * x.clamp(18, 22).saturating_sub(18) as u8;
        let photo = RgbImage::from_fn(40, 30, |x, _| Rgb([shade(x); 3]));
        let mask = Mask::from_fn(40, 30, |x, _| x < 17);
        let edge = CutoutEdge::Photo(Refinement::default());
        let soft = soft_cutout(&photo, &mask, false, 0, edge);
        let opacities: Vec<u8> = (17..24).map(|x| soft.get_pixel(x, 15).0[3]).collect();
        assert!(opacities.is_sorted_by(|a, b| a >= b), "{opacities:?}");
        assert!(opacities[0] > 200 && opacities[6] < 50, "{opacities:?}");
        assert!((60..200).contains(&opacities[3]), "{opacities:?}");
        let cropped = soft_cutout(&photo, &mask, true, 2, edge);
        assert!(cropped.width() < 40 && cropped.pixels().any(|pixel| pixel.0[3] == 255));
    }
}

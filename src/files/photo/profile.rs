//! Colours with a profile.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use rayon::prelude::*;

/// The largest difference to sRGB for which a profile counts as sRGB.
const SAME: u8 = 2;

/// Converts colours from the profile `icc` to sRGB. A damaged or unsuitable profile, such as CMYK, changes
/// nothing.
pub(super) fn to_srgb(pixels: &mut RgbImage, icc: &[u8], is_grey: bool) {
    let Ok(profile) = ColorProfile::new_from_slice(icc) else { return };
    let from = match (profile.color_space, is_grey) {
        (DataColorSpace::Gray, true) => Layout::Gray,
        (DataColorSpace::Rgb, _) => Layout::Rgb,
        _ => return,
    };
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(from, &srgb, Layout::Rgb, options) else { return };
    if from == Layout::Gray {
        let levels: Vec<u8> = (0..=255).collect();
        let mut seen = vec![0; 3 * levels.len()];
        if transform.transform(&levels, &mut seen).is_ok() {
            pixels.par_chunks_mut(3).for_each(|pixel| {
                let level = usize::from(pixel[0]);
                pixel.copy_from_slice(&seen[3 * level..3 * level + 3]);
            });
        }
        return;
    }
    let convert = |row: &mut [u8]| {
        let former = row.to_vec();
        // A failure leaves the row partly converted; it cannot occur for rows of whole pixels.
        if transform.transform(&former, row).is_err() {
            row.copy_from_slice(&former);
        }
    };
    let cube: Vec<u8> = {
        let levels = [0u8, 51, 102, 153, 204, 255];
        let colours =
            levels.iter().flat_map(|r| levels.iter().flat_map(move |g| levels.map(|b| [*r, *g, b])));
        colours.flatten().collect()
    };
    let mut seen = cube.clone();
    convert(&mut seen);
    if cube.iter().zip(&seen).any(|(a, b)| a.abs_diff(*b) > SAME) {
        let row = 3 * pixels.width() as usize;
        pixels.par_chunks_mut(row).for_each(convert);
    }
}

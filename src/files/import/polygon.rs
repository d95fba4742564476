//! Polygons of files as masks.

use crate::mask::Mask;
use crate::mask::polygon::{filled_with_outline, is_near};

/// How far a coordinate that means a pixel may be below it, because it was written with few digits.
const ROUNDING: f64 = 0.01;

/// The pixels of a polygon with its outline, as programs draw it that cut coordinates down to whole
/// pixels.
pub(super) fn drawn(points: &[[f64; 2]], (width, height): (u32, u32)) -> Result<Mask, String> {
    if points.len() < 3 {
        return Err(format!("a polygon needs three points, this one has {}", points.len()));
    }
    check(points, (width, height))?;
    let pixels: Vec<[i64; 2]> = points.iter().map(|point| point.map(pixel)).collect();
    Ok(filled_with_outline(&pixels, width, height))
}

/// The pixel in which a coordinate lies.
pub(super) fn pixel(coordinate: f64) -> i64 {
    (coordinate + ROUNDING).floor() as i64
}

/// Tells coordinates that make no sense.
pub(super) fn check(points: &[[f64; 2]], (width, height): (u32, u32)) -> Result<(), String> {
    if is_near(points, width, height) { Ok(()) } else { Err("its points lie far outside the photo".into()) }
}

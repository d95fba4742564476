//! Polygons in files as masks.

use super::Target;
use crate::mask::Mask;
use crate::mask::polygon::filled_with_outline;

/// How far a coordinate may be below the pixel that it stands for, because of rounding in the file.
const ROUNDING: f64 = 0.01;

/// The pixels of a polygon and its outline, as drawn by programs that truncate coordinates to whole pixels.
pub fn drawn(points: &[[f64; 2]], target: &Target) -> Result<Mask, String> {
    check(points, target)?;
    let pixels: Vec<[i64; 2]> = points.iter().map(|point| point.map(pixel)).collect();
    Ok(filled_with_outline(&pixels, target.size.0, target.size.1))
}

/// Rejects invalid and unreadable polygons.
pub fn check(points: &[[f64; 2]], target: &Target) -> Result<(), String> {
    check_count(points)?;
    target.check_outline(points)
}

/// Rejects polygons with too few points.
pub fn check_count(points: &[[f64; 2]]) -> Result<(), String> {
    match points.len() {
        0..3 => Err(format!("a polygon needs three points; this one has {}", points.len())),
        _ => Ok(()),
    }
}

/// The pixel that contains a coordinate.
pub fn pixel(coordinate: f64) -> i64 {
    (coordinate + ROUNDING).floor() as i64
}

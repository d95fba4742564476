//! Conversion between photo pixels and network pixels: the photo as network input, logits at the photo's
//! size.
//!
//! Follows `SAM2Transforms` in `sam2/utils/transforms.py`, and `ResizeLongestSide` and `Sam.preprocess`
//! in `segment_anything` for networks of SAM 1.

mod logits;
mod resize;

use image::RgbImage;
use rayon::prelude::*;

pub use self::logits::LowRes;
use self::resize::Filter;
pub(super) use self::resize::antialiased;
use super::error::{Error, Result};
use super::network::{Fit, InputFormat, STRIDES};

/// Channels of a photo's pixel.
const COLOURS: usize = 3;

impl InputFormat {
    /// Side of the low-resolution logits.
    pub fn low_res_side(&self) -> usize {
        self.side / STRIDES[0]
    }

    /// The position of a photo with this width and height in the square.
    pub fn placement(&self, photo_size: (u32, u32)) -> Placement {
        Placement::new(self.fit, self.side, photo_size)
    }
}

/// The position of a photo in a network's square.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    side: usize,
    /// Width and height of the photo, in its own pixels.
    photo_size: (u32, u32),
    /// Width and height of the photo in the square; the rest is empty.
    content: (usize, usize),
    fit: Fit,
}

impl Placement {
    /// The position of a photo with this width and height in a square of this side, all in pixels.
    pub fn new(fit: Fit, side: usize, photo_size: (u32, u32)) -> Self {
        let (width, height) = photo_size;
        let content = match fit {
            Fit::Stretch => (side, side),
            Fit::Pad => {
                let scale = side as f64 / f64::from(width.max(height).max(1));
                let scaled = |length: u32| ((f64::from(length) * scale + 0.5) as usize).clamp(1, side);
                (scaled(width), scaled(height))
            }
        };
        Self { side, photo_size, content, fit }
    }

    /// A point of the photo in network pixels.
    pub fn in_network(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let scale = |x: f32, to: usize, from: u32| match self.fit {
            Fit::Stretch => x / from as f32 * to as f32,
            Fit::Pad => (f64::from(x) * (to as f64 / f64::from(from))) as f32,
        };
        [scale(x, self.content.0, self.photo_size.0), scale(y, self.content.1, self.photo_size.1)]
    }

    /// Side of the low-resolution logits.
    fn low_res_side(&self) -> usize {
        self.side / STRIDES[0]
    }
}

/// The photo as (3, S, S) row-major: resized according to [`Fit`], then normalised with the network's mean
/// and standard deviation.
///
/// # Errors
/// [`Error::Input`] for a photo without pixels.
pub fn network_input(photo: &RgbImage, format: &InputFormat) -> Result<Vec<f32>> {
    let (width, height) = photo.dimensions();
    if width == 0 || height == 0 {
        return Err(Error::Input(format!("it has no pixels ({width}x{height})")));
    }
    Ok(match format.fit {
        Fit::Stretch => resize::stretched(photo, format),
        Fit::Pad => padded(photo, format),
    })
}

/// A frame of a sequence as (3, S, S) row-major: SAM 2's predictor for videos stretches frames with Pillow's
/// bicubic filter, and rounds them to 8 bits, unlike its predictor for photos.
///
/// # Errors
/// [`Error::Input`] for a frame without pixels.
pub fn frame_input(frame: &RgbImage, format: &InputFormat) -> Result<Vec<f32>> {
    let (width, height) = frame.dimensions();
    if width == 0 || height == 0 {
        return Err(Error::Input(format!("it has no pixels ({width}x{height})")));
    }
    let side = format.side;
    Ok(normalised(&resize::as_pillow(frame, side, side, Filter::Bicubic), side, format))
}

/// See [`Fit::Pad`].
fn padded(photo: &RgbImage, format: &InputFormat) -> Vec<f32> {
    let (width, height) = format.placement(photo.dimensions()).content;
    normalised(&resize::as_pillow(photo, width, height, Filter::Bilinear), width, format)
}

/// Pixels (rows, width, 3) at the top-left corner of the network's square, (3, S, S), with zeros around.
fn normalised(resized: &[u8], width: usize, format: &InputFormat) -> Vec<f32> {
    let side = format.side;
    let mut out = vec![0f32; COLOURS * side * side];
    let (red, others) = out.split_at_mut(side * side);
    let (green, blue) = others.split_at_mut(side * side);
    let rows = red.par_chunks_mut(side).zip(green.par_chunks_mut(side)).zip(blue.par_chunks_mut(side));
    rows.zip(resized.par_chunks(width * COLOURS)).for_each(|(((red, green), blue), pixels)| {
        for (colour, out) in [red, green, blue].into_iter().enumerate() {
            let (mean, std) = (255.0 * format.mean[colour], 255.0 * format.std[colour]);
            for (out, pixel) in out.iter_mut().zip(pixels.as_chunks::<COLOURS>().0) {
                *out = (f32::from(pixel[colour]) - mean) / std;
            }
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEAN: [f32; 3] = [0.5, 0.4, 0.3];
    const STD: [f32; 3] = [0.2, 0.3, 0.4];

    #[test]
    fn any_photo_size_becomes_a_square() {
        for fit in [Fit::Stretch, Fit::Pad] {
            let format = InputFormat { side: 96, mean: MEAN, std: STD, fit };
            assert!(network_input(&RgbImage::new(0, 5), &format).is_err());
            for (w, h) in [(1, 1), (3, 500), (700, 20), (3000, 1)] {
                let photo = RgbImage::from_pixel(w, h, image::Rgb([255, 0, 128]));
                let input = network_input(&photo, &format).unwrap();
                assert_eq!(input.len(), 3 * format.side * format.side);
                let (columns, rows) = format.placement((w, h)).content;
                let white = (1.0 - format.mean[0]) / format.std[0];
                for (i, x) in input[..96 * 96].iter().enumerate() {
                    let expected = if i % 96 < columns && i / 96 < rows { white } else { 0.0 };
                    assert!((x - expected).abs() < 1e-5, "{fit:?} {w}x{h} at {i}: {x}");
                }
            }
        }
    }

    #[test]
    fn points_go_where_their_pixels_go() {
        let stretched = Placement::new(Fit::Stretch, 1024, (512, 2048));
        assert_eq!(stretched.in_network([256.0, 512.0]), [512.0, 256.0]);
        let padded = Placement::new(Fit::Pad, 1024, (512, 2048));
        assert_eq!(padded.content, (256, 1024));
        assert_eq!(padded.in_network([256.0, 512.0]), [128.0, 256.0]);
    }
}

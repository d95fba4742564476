//! All samples of an image, channel by channel.

use image::ImageResult;

use super::{Colours, Number, Scale, Tiff};
use crate::files::photo::rendering::Window;
use crate::files::photo::samples::{Samples, Values};

impl Tiff<'_> {
    /// The channels, as they lie in the file: not yet upright, without alpha, with 0 as black. `None` if there is
    /// no more to them than an 8-bit picture shows.
    ///
    /// # Errors
    /// The data is damaged.
    pub fn samples(&self) -> ImageResult<Option<Samples>> {
        let channels = self.channels();
        if !self.has_more() {
            return Ok(None);
        }
        let count = self.width as usize * self.height as usize;
        let is_whole = self.is_short();
        let plane = |_: &usize| match is_whole {
            true => Values::Whole(vec![0; count]),
            false => Values::Real(vec![0.0; count]),
        };
        let mut planes: Vec<Values> = channels.iter().map(plane).collect();
        let (bytes, width) = (self.sample_bytes(), self.width as usize);
        let white = self.white();
        let flip = if self.colours == Colours::WhiteIsZero { white as u16 } else { 0 };
        self.each_row(|x, y, row| {
            for (pixel, at) in row.chunks_exact(self.pixel_bytes()).zip(y * width + x..) {
                let value = |channel: usize| self.value(&pixel[channel * bytes..][..bytes]);
                let scale = self.alpha.filter(|_| self.is_premultiplied).map(|alpha| white / value(alpha));
                for (plane, channel) in planes.iter_mut().zip(&channels) {
                    let value = match scale {
                        // Fully transparent.
                        Some(scale) if !scale.is_finite() => 0.0,
                        Some(scale) => value(*channel) * scale,
                        None => value(*channel),
                    };
                    match plane {
                        Values::Whole(values) => values[at] = value.min(white).round() as u16 ^ flip,
                        Values::Real(values) => values[at] = value as f32,
                    }
                }
            }
        })?;
        // Numbers that are no shades have no range.
        let range = match self.scale() {
            Ok(Scale::Bits) => Some(white),
            Ok(Scale::Shades) => Some(255.0),
            Ok(Scale::Unit) => Some(1.0),
            Err(_) => None,
        };
        let range = range.map(|white| Window { black: 0.0, white });
        let size = (self.width, self.height);
        Ok(Some(Samples::new(size, planes, range, self.colours == Colours::Rgb, self.is_deep())))
    }

    /// The memory that [`Tiff::samples`] takes.
    pub fn bytes_of_samples(&self) -> u64 {
        let bytes = if self.is_short() { 2 } else { 4 };
        let samples = if self.has_more() { self.channels().len() } else { 0 };
        u64::from(self.width) * u64::from(self.height) * (samples * bytes) as u64
    }

    fn has_more(&self) -> bool {
        let can = matches!(self.colours, Colours::BlackIsZero | Colours::WhiteIsZero | Colours::Rgb);
        can && (self.is_deep() || self.channels().len() > self.colours.samples())
    }

    fn is_deep(&self) -> bool {
        self.number != Number::Unsigned || self.bits > 8
    }

    /// Whether 16 bits hold all numbers.
    fn is_short(&self) -> bool {
        self.number == Number::Unsigned && self.bits <= 16
    }

    /// The largest whole number.
    fn white(&self) -> f64 {
        match self.number {
            Number::Float => 1.0,
            _ => ((1u64 << self.bits.min(32)) - 1) as f64,
        }
    }

    /// The samples of a pixel that are not its opacity.
    fn channels(&self) -> Vec<usize> {
        (0..self.samples).filter(|sample| Some(*sample) != self.alpha).collect()
    }
}

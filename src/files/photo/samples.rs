//! The samples of a file that holds more than an 8-bit picture: deep numbers, or channels that are no colours.

use image::DynamicImage;
use image::metadata::Orientation;
use rayon::prelude::*;

use super::rendering::Window;

/// The share of the samples below the darkest and above the lightest that count for an automatic window.
const OUTSIDE: f64 = 0.001;
/// Floating-point numbers to estimate that from.
const MOST_SORTED: usize = 1 << 20;

/// The channels of an upright photo, without alpha.
#[derive(Debug, PartialEq)]
pub struct Samples {
    /// Width and height.
    pub(super) size: (u32, u32),
    pub(super) channels: Vec<Channel>,
    /// The numbers that stand for black and white; `None` if the file does not say.
    pub(super) range: Option<Window>,
    /// Whether the first three channels are red, green and blue.
    pub(super) has_colours: bool,
    /// Whether the numbers are finer than 8 bits.
    pub(super) is_deep: bool,
    pub(super) icc: Option<Vec<u8>>,
}

/// The numbers of a channel, row by row.
#[derive(Debug, PartialEq)]
pub(super) enum Values {
    Whole(Vec<u16>),
    Real(Vec<f32>),
}

#[derive(Debug, PartialEq)]
pub(super) struct Channel {
    pub values: Values,
    /// The smallest and the largest number.
    pub extent: [f64; 2],
    /// The same for most of the samples.
    pub most: [f64; 2],
}

impl Samples {
    /// Each of `planes` has `size` samples.
    pub(super) fn new(
        size: (u32, u32),
        planes: Vec<Values>,
        range: Option<Window>,
        has_colours: bool,
        is_deep: bool,
    ) -> Self {
        let channels = planes.into_par_iter().map(Channel::new).collect();
        Self { size, channels, range, has_colours, is_deep, icc: None }
    }

    /// The samples of a picture of 16 bits; `None` for others.
    pub(super) fn of(picture: &DynamicImage) -> Option<Self> {
        let (all, per_pixel, colours): (&[u16], usize, usize) = match picture {
            DynamicImage::ImageLuma16(picture) => (picture.as_raw(), 1, 1),
            DynamicImage::ImageLumaA16(picture) => (picture.as_raw(), 2, 1),
            DynamicImage::ImageRgb16(picture) => (picture.as_raw(), 3, 3),
            DynamicImage::ImageRgba16(picture) => (picture.as_raw(), 4, 3),
            _ => return None,
        };
        let plane = |i: usize| Values::Whole(all.iter().skip(i).step_by(per_pixel).copied().collect());
        let planes = (0..colours).map(plane).collect();
        let range = Window { black: 0.0, white: u16::MAX.into() };
        Some(Self::new((picture.width(), picture.height()), planes, Some(range), colours == 3, true))
    }

    /// The number of channels.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Whether the first three channels are red, green and blue.
    pub fn has_colours(&self) -> bool {
        self.has_colours
    }

    /// Whether the numbers are finer than 8 bits, so that a window matters.
    pub fn is_deep(&self) -> bool {
        self.is_deep
    }

    /// Whether all numbers are whole.
    pub fn is_whole(&self) -> bool {
        self.channels.iter().all(|channel| matches!(channel.values, Values::Whole(_)))
    }

    /// The numbers that stand for black and white; `None` if the file does not say.
    pub fn range(&self) -> Option<Window> {
        self.range
    }

    /// The smallest and the largest number in all channels.
    pub fn extent(&self) -> [f64; 2] {
        self.channels.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], channel| {
            [low.min(channel.extent[0]), high.max(channel.extent[1])]
        })
    }

    /// Turned upright.
    pub(super) fn upright(mut self, orientation: Orientation) -> Self {
        if orientation == Orientation::NoTransforms {
            return self;
        }
        let from = self.size;
        for channel in &mut self.channels {
            match &mut channel.values {
                Values::Whole(values) => (*values, self.size) = turned(values, from, orientation),
                Values::Real(values) => (*values, self.size) = turned(values, from, orientation),
            }
        }
        self
    }
}

impl Channel {
    fn new(values: Values) -> Self {
        let (extent, most) = match &values {
            Values::Whole(values) => range_of_whole(values),
            Values::Real(values) => range_of_real(values),
        };
        // Of a few bright spots on black, most samples say nothing.
        let most = if most[0] < most[1] { most } else { extent };
        Self { values, extent, most }
    }
}

/// The extents of all and of most samples.
fn range_of_whole(values: &[u16]) -> ([f64; 2], [f64; 2]) {
    let mut counts = vec![0u64; 1 << 16];
    values.iter().for_each(|value| counts[usize::from(*value)] += 1);
    let outside = (values.len() as f64 * OUTSIDE) as u64;
    let nth = |mut counts: Box<dyn Iterator<Item = (usize, &u64)> + '_>, skipped: u64| {
        let mut passed = 0;
        let found = counts.find(|(_, count)| {
            passed += **count;
            passed > skipped
        });
        found.map_or(0.0, |(value, _)| value as f64)
    };
    let up = || Box::new(counts.iter().enumerate());
    let down = || Box::new(counts.iter().enumerate().rev());
    ([nth(up(), 0), nth(down(), 0)], [nth(up(), outside), nth(down(), outside)])
}

fn range_of_real(values: &[f32]) -> ([f64; 2], [f64; 2]) {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let extent = finite()
        .fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], value| [low.min(value), high.max(value)]);
    let step = values.len().div_ceil(MOST_SORTED).max(1);
    let mut sorted: Vec<f32> =
        values.iter().copied().step_by(step).filter(|value| value.is_finite()).collect();
    if sorted.is_empty() {
        // Without a single number.
        return ([0.0; 2], [0.0; 2]);
    }
    sorted.sort_unstable_by(f32::total_cmp);
    let outside = (sorted.len() as f64 * OUTSIDE) as usize;
    let most = [sorted[outside], sorted[sorted.len() - 1 - outside]];
    (extent.map(f64::from), most.map(f64::from))
}

/// The samples of a plane after the transformation, and its new size.
fn turned<T: Copy>(plane: &[T], (width, height): (u32, u32), to: Orientation) -> (Vec<T>, (u32, u32)) {
    use Orientation::{
        FlipHorizontal, FlipVertical, NoTransforms, Rotate90, Rotate90FlipH, Rotate180, Rotate270,
        Rotate270FlipH,
    };
    let (w, h) = (width as usize, height as usize);
    let lies = matches!(to, Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH);
    let (wide, high) = if lies { (h, w) } else { (w, h) };
    let from = |x: usize, y: usize| match to {
        NoTransforms => (x, y),
        FlipHorizontal => (w - 1 - x, y),
        FlipVertical => (x, h - 1 - y),
        Rotate180 => (w - 1 - x, h - 1 - y),
        Rotate90 => (y, h - 1 - x),
        Rotate270 => (w - 1 - y, x),
        Rotate90FlipH => (y, x),
        Rotate270FlipH => (w - 1 - y, h - 1 - x),
    };
    let rows = (0..high).flat_map(|y| (0..wide).map(move |x| (x, y)));
    let samples = rows.map(|(x, y)| from(x, y)).map(|(x, y)| plane[y * w + x]).collect();
    (samples, (wide as u32, high as u32))
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Luma};

    use super::*;

    #[test]
    fn planes_turn_like_pictures() {
        let picture = ImageBuffer::from_fn(3, 2, |x, y| Luma([(10 * y + x) as u16]));
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).unwrap();
            let mut expected = DynamicImage::from(picture.clone());
            expected.apply_orientation(orientation);
            let upright = Samples::of(&picture.clone().into()).unwrap().upright(orientation);
            assert_eq!(upright, Samples::of(&expected).unwrap(), "{orientation:?}");
        }
    }

    #[test]
    fn the_extent_of_most_samples_has_no_outliers() {
        let mut values: Vec<u16> = (0..5000).map(|i| 1000 + i % 500).collect();
        (values[0], values[1]) = (0, 60_000);
        let real =
            values.iter().map(|value| f32::from(*value)).chain([f32::NAN, f32::NEG_INFINITY]).collect();
        for values in [Values::Whole(values), Values::Real(real)] {
            let channel = Channel::new(values);
            assert_eq!(channel.extent, [0.0, 60_000.0]);
            assert_eq!(channel.most, [1000.0, 1499.0]);
        }
        let nothing = Channel::new(Values::Real(vec![f32::NAN; 3]));
        assert_eq!((nothing.extent, nothing.most), ([0.0; 2], [0.0; 2]));
        let spot = Channel::new(Values::Whole([vec![0; 5000], vec![9]].concat()));
        assert_eq!(spot.most, [0.0, 9.0]);
    }
}

//! The pixel values of an image, and how they are arranged.

use std::collections::{BTreeMap, HashMap};

/// Rows, and where in them pixels begin and end.
pub type Runs = Vec<(u32, [u32; 2])>;

/// A number for each pixel: a label, a shade or a colour. 0 is the background.
pub struct Pixels<'a> {
    pub size: (u32, u32),
    pub value: Box<dyn Fn(u32, u32) -> u32 + 'a>,
}

/// The arrangement of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Each value fills its own areas.
    Labels,
    /// Areas of background and of one mask, with intermediate values between them.
    SoftMask,
    /// Neither: a photo, or a resized or lossily compressed label map.
    Blended,
}

/// Statistics of the pixels with one value.
#[derive(Default)]
struct Spread {
    pixels: u64,
    /// Pixels whose four neighbours have the same value.
    inner: u64,
    /// Pixels next to another value that is not the background.
    beside: u64,
}

impl Spread {
    fn add(&mut self, other: Self) {
        self.pixels += other.pixels;
        self.inner += other.inner;
        self.beside += other.beside;
    }

    /// Whether the value fills areas, or at least rarely touches other values: the steps of a soft edge do
    /// neither.
    fn is_area(&self) -> bool {
        10 * self.inner >= self.pixels || 2 * self.beside < self.pixels
    }
}

impl Pixels<'_> {
    /// Determines the arrangement of the values, whose maximum is `white`.
    pub fn look(&self, white: u32) -> Look {
        /// An image with fewer values is not a photo, whatever their arrangement.
        const FEW: usize = 16;
        /// The least number of steps of a soft edge.
        const MIN_STEPS: usize = 3;
        let (width, height) = self.size;
        let mut spreads: HashMap<u32, Spread> = HashMap::new();
        // The pixels since the last change of value.
        let (mut value, mut spread) = (0, Spread::default());
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            let here = (self.value)(x, y);
            let beside = [(-1, 0), (1, 0), (0, -1), (0, 1)].into_iter().filter_map(|(dx, dy)| {
                let (x, y) = (x.checked_add_signed(dx)?, y.checked_add_signed(dy)?);
                (x < width && y < height).then(|| (self.value)(x, y))
            });
            let (mut is_inner, mut is_beside) = (true, false);
            for other in beside {
                is_inner &= other == here;
                is_beside |= other != here && other != 0;
            }
            if here != value {
                spreads.entry(value).or_default().add(std::mem::take(&mut spread));
                value = here;
            }
            spread.add(Spread { pixels: 1, inner: is_inner.into(), beside: is_beside.into() });
        }
        spreads.entry(value).or_default().add(spread);
        let ground = spreads.remove(&0).map_or(0, |spread| spread.pixels);
        let (areas, steps): (Vec<_>, Vec<_>) = spreads.iter().partition(|(_, spread)| spread.is_area());
        let of_steps: u64 = steps.iter().map(|(_, spread)| spread.pixels).sum();
        let total = u64::from(width) * u64::from(height);
        let (dark, bright) = (white / 8, white - white / 8);
        let has_ground = ground > 0 || areas.iter().any(|(value, _)| **value <= dark);
        let has_mask = areas.iter().any(|(value, _)| **value >= bright);
        let is_between = |value: u32| value > dark && value < bright;
        if steps.iter().filter(|(value, _)| is_between(**value)).count() >= MIN_STEPS
            && has_ground
            && has_mask
            && 2 * of_steps < total
            && !areas.iter().any(|(value, _)| is_between(**value))
        {
            return Look::SoftMask;
        }
        if steps.len() <= areas.len() || spreads.len() <= FEW { Look::Labels } else { Look::Blended }
    }

    /// The runs of each value except 0; `None` if there are more values than `most`.
    pub fn areas(&self, most: usize) -> Option<BTreeMap<u32, Runs>> {
        let (width, height) = self.size;
        let mut areas: BTreeMap<u32, Runs> = BTreeMap::new();
        for y in 0..height {
            let mut x = 0;
            while x < width {
                let (start, here) = (x, (self.value)(x, y));
                while x < width && (self.value)(x, y) == here {
                    x += 1;
                }
                if here != 0 {
                    areas.entry(here).or_default().push((y, [start, x]));
                    if areas.len() > most {
                        return None;
                    }
                }
            }
        }
        Some(areas)
    }
}

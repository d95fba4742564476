//! Masks for tests that compare operations with pixel-by-pixel definitions.

use super::bitmap::Mask;

/// Numbers that look random and are the same in every run (xorshift).
pub struct Noise(pub u64);

impl Noise {
    /// The next number, in [0, 1).
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Masks of one size: nothing, everything, single pixels, the photo's border, noise of several
/// densities, and blobs with holes, some of which the photo cuts off.
pub fn masks(width: u32, height: u32) -> Vec<Mask> {
    let mut noise = Noise(88_172_645_463_325_252);
    let last = (width - 1, height - 1);
    let on_border = |x: u32, y: u32| x == 0 || y == 0 || x == last.0 || y == last.1;
    let mut masks = vec![
        Mask::from_fn(width, height, |_, _| false),
        Mask::from_fn(width, height, |_, _| true),
        Mask::from_fn(width, height, |x, y| (x, y) == (0, 0)),
        Mask::from_fn(width, height, |x, y| (x, y) == last),
        Mask::from_fn(width, height, |x, y| (x, y) == (width / 2, height / 3)),
        Mask::from_fn(width, height, on_border),
        Mask::from_fn(width, height, |x, y| !on_border(x, y)),
        Mask::from_fn(width, height, |x, _| x == width / 2),
        Mask::from_fn(width, height, |x, y| x * height == y * width),
    ];
    for density in [0.02, 0.3, 0.5, 0.7, 0.98] {
        masks.push(from_pixels(width, height, |_, _| noise.next() < density));
    }
    for _ in 0..6 {
        let mut discs = vec![];
        for _ in 0..6 {
            let centre = [noise.next() * f64::from(width), noise.next() * f64::from(height)];
            discs.push((centre, 1.0 + noise.next() * f64::from(width.min(height)) / 3.0));
        }
        let within = |i: usize, x: u32, y: u32| {
            let ([cx, cy], radius) = discs[i];
            (f64::from(x) - cx).hypot(f64::from(y) - cy) < radius
        };
        let set = |x, y| (0..4).any(|i| within(i, x, y)) && !(4..6).any(|i| within(i, x, y));
        masks.push(from_pixels(width, height, set));
    }
    masks
}

fn from_pixels(width: u32, height: u32, mut set: impl FnMut(u32, u32) -> bool) -> Mask {
    let mut runs = vec![];
    for (x, y) in pixels(width, height) {
        if set(x, y) {
            runs.push((y, [x, x + 1]));
        }
    }
    Mask::from_runs(width, height, runs)
}

/// All pixels of a photo, row by row, as `(x, y)`.
pub fn pixels(width: u32, height: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)))
}

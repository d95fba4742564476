//! Growing, shrinking and smoothing by a round neighbourhood.
//!
//! All three depend on how much of the disc around a pixel is set. For each row of the disc, this number is
//! piecewise linear along a row of pixels, so it is stored as the columns where its slope changes: four per
//! run, whatever the length of the run and the size of the disc.

use rayon::prelude::*;

use super::bitmap::{Mask, PixelBox};

impl Mask {
    /// The mask plus all pixels whose centre is at most `pixels` away from the centre of a set pixel. Below
    /// 1, nothing changes.
    pub fn grown(&self, pixels: f32) -> Mask {
        // Set where the disc has a set pixel.
        self.weighed(pixels, 1, 0)
    }

    /// The mask without the pixels whose centre is at most `pixels` away from the centre of an unset one. The
    /// mask does not shrink at the photo's border, because an object cut off by the photo continues there.
    pub fn shrunk(&self, pixels: f32) -> Mask {
        // Set where all of the disc is.
        self.weighed(pixels, 1, -1)
    }

    /// The mask with smoothed edges: each pixel takes the value of most pixels around it, within
    /// `radius_in_photo` and the photo; ties do not change. (A median filter.)
    ///
    /// Straight edges are kept, corners are rounded, and specks, holes and spikes narrower than about the
    /// radius are removed. The area stays about the same, unlike opening, which only shrinks, or closing,
    /// which only grows.
    pub fn smoothed(&self, radius_in_photo: f32) -> Mask {
        // Set where more of the disc is set than half of it.
        self.weighed(radius_in_photo, 2, -1)
    }

    /// The pixels with a positive sum over the disc around them, of `set_weight` for each set pixel and
    /// `photo_weight` for each pixel; where the sum is 0, pixels do not change.
    fn weighed(&self, radius: f32, set_weight: i64, photo_weight: i64) -> Mask {
        let Some(disc) = Disc::new(radius) else { return self.clone() };
        let Some(reached) = self.bbox().map(|b| disc.reach(b, self.width(), self.height())) else {
            return self.clone();
        };
        let photo = [[0, self.width()]];
        let rows: Vec<(u32, Vec<[u32; 2]>)> = (reached.y0..reached.y1)
            .into_par_iter()
            .map_init(
                || Slopes::new(reached.x0, reached.x1),
                |slopes, y| {
                    for (other, half) in disc.rows(y, self.height()) {
                        slopes.add(self.row(other), half, 2 * set_weight);
                        if photo_weight != 0 {
                            slopes.add(&photo, half, 2 * photo_weight);
                        }
                    }
                    // All sums are even but for this, which decides where they are 0.
                    slopes.add(self.row(y), 0, 1);
                    (y, slopes.take_positive())
                },
            )
            .collect();
        let runs = rows.iter().flat_map(|(y, row)| row.iter().map(|run| (*y, *run)));
        Mask::from_runs(self.width(), self.height(), runs)
    }
}

/// The pixels around a pixel whose centres are within a radius of its own.
struct Disc {
    /// How many whole pixels it reaches.
    reach: u32,
    squared_radius: u64,
}

impl Disc {
    /// `None` if it has no pixel but its centre.
    fn new(radius: f32) -> Option<Self> {
        if radius.is_nan() || radius < 1.0 {
            return None;
        }
        // Larger than any photo, and safe to square.
        let radius = f64::from(radius).min(f64::from(1 << 30));
        let squared_radius = (radius * radius) as u64;
        Some(Self { reach: squared_radius.isqrt() as u32, squared_radius })
    }

    /// The pixels whose disc has a part in a box.
    fn reach(&self, b: PixelBox, width: u32, height: u32) -> PixelBox {
        let before = |at: u32| at.saturating_sub(self.reach);
        let after = |at: u32, end: u32| at.saturating_add(self.reach).min(end);
        PixelBox { x0: before(b.x0), y0: before(b.y0), x1: after(b.x1, width), y1: after(b.y1, height) }
    }

    /// The rows of the photo that the disc around a pixel in row `y` has a part in, each with how
    /// far it reaches there to the left and right.
    fn rows(&self, y: u32, height: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let rows = y.saturating_sub(self.reach)..y.saturating_add(self.reach + 1).min(height);
        rows.map(move |other| {
            let squared = u64::from(other.abs_diff(y)).pow(2);
            (other, (self.squared_radius - squared).isqrt() as u32)
        })
    }
}

/// A piecewise linear function on columns, as its changes of slope.
struct Slopes {
    x0: u32,
    /// Value and slope at the first column, without the change there.
    value: i64,
    slope: i64,
    changes: Vec<i64>,
}

impl Slopes {
    /// Zero at the columns `x0..x1`.
    fn new(x0: u32, x1: u32) -> Self {
        Self { x0, value: 0, slope: 0, changes: vec![0; (x1 - x0) as usize] }
    }

    /// Adds at each column `weight` for each pixel of the runs that is at most `half` away.
    fn add(&mut self, runs: &[[u32; 2]], half: u32, weight: i64) {
        let half = i64::from(half);
        for [start, end] in runs {
            let [start, end] = [start, end].map(|x| i64::from(*x) - i64::from(self.x0));
            self.bend(start - half - 1, weight);
            self.bend(start + half, -weight);
            self.bend(end - half - 1, -weight);
            self.bend(end + half, weight);
        }
    }

    /// Adds `change` times the distance to `at`, counted from the first column, right of it.
    fn bend(&mut self, at: i64, change: i64) {
        if at < 0 {
            self.slope += change;
            self.value -= change * at;
        } else if let Some(there) = self.changes.get_mut(at as usize) {
            *there += change;
        }
    }

    /// The runs of columns with a positive value. Leaves zero everywhere.
    fn take_positive(&mut self) -> Vec<[u32; 2]> {
        let (mut value, mut slope) = (std::mem::take(&mut self.value), std::mem::take(&mut self.slope));
        let mut runs = vec![];
        let mut begun = None;
        for (x, change) in (self.x0..).zip(&mut self.changes) {
            match begun {
                None if value > 0 => begun = Some(x),
                Some(start) if value <= 0 => {
                    runs.push([start, x]);
                    begun = None;
                }
                _ => {}
            }
            slope += std::mem::take(change);
            value += slope;
        }
        runs.extend(begun.map(|start| [start, self.x0 + self.changes.len() as u32]));
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, pixels};
    use super::*;

    const SIZE: (u32, u32) = (45, 33);
    const RADII: [f32; 9] = [0.0, 0.9, 1.0, 1.5, 2.0, 3.7, 5.0, 20.0, 1e9];

    /// Numbers of set and of all pixels of the photo in the disc around each pixel.
    fn counted(mask: &Mask, radius: f32) -> Vec<(u32, u32)> {
        let near = |x: u32, y: u32| {
            pixels(SIZE.0, SIZE.1).filter(move |(ox, oy)| {
                let squared = x.abs_diff(*ox).pow(2) + y.abs_diff(*oy).pow(2);
                f64::from(squared) <= f64::from(radius).powi(2)
            })
        };
        pixels(SIZE.0, SIZE.1)
            .map(|(x, y)| {
                near(x, y).fold((0, 0), |(set, all), (x, y)| (set + u32::from(mask.get(x, y)), all + 1))
            })
            .collect()
    }

    #[test]
    fn discs_are_weighed_exactly() {
        for mask in samples::masks(SIZE.0, SIZE.1) {
            for radius in RADII {
                let counted = counted(&mask, radius);
                let expected = |set: fn(u32, u32, bool) -> bool| {
                    Mask::from_fn(SIZE.0, SIZE.1, |x, y| {
                        let (count, all) = counted[(y * SIZE.0 + x) as usize];
                        set(count, all, mask.get(x, y))
                    })
                };
                assert_eq!(mask.grown(radius), expected(|count, _, _| count > 0), "{radius}");
                assert_eq!(mask.shrunk(radius), expected(|count, all, _| count == all), "{radius}");
                let majority = expected(|count, all, set| 2 * count > all || 2 * count == all && set);
                assert_eq!(mask.smoothed(radius), majority, "{radius}");
            }
        }
    }

    #[test]
    fn nothing_and_no_number_change_nothing() {
        for mask in samples::masks(SIZE.0, SIZE.1) {
            for radius in [f32::NAN, -3.0, f32::NEG_INFINITY] {
                assert_eq!((mask.grown(radius), mask.shrunk(radius)), (mask.clone(), mask.clone()));
                assert_eq!(mask.smoothed(radius), mask);
            }
        }
    }

    #[test]
    fn smoothing_keeps_place_and_area() {
        let half_plane = Mask::from_fn(SIZE.0, SIZE.1, |x, _| x < 20);
        assert_eq!(half_plane.smoothed(6.0), half_plane);
        let jagged = Mask::from_fn(200, 200, |x, y| {
            let [dx, dy] = [x, y].map(|v| f64::from(v) - 100.0);
            dx.hypot(dy) < 70.0 + f64::from((x * 7 + y * 13) % 5)
        });
        let smooth = jagged.smoothed(5.0);
        assert!(smooth.area().abs_diff(jagged.area()) < jagged.area() / 50);
        assert!(smooth.all_runs().count() < jagged.all_runs().count());
    }
}

//! Overlaps of masks.

use super::bitmap::Mask;

impl Mask {
    /// Number of pixels in both masks.
    pub fn intersection_area(&self, other: &Mask) -> u64 {
        let (Some(a), Some(b)) = (self.bbox(), other.bbox()) else { return 0 };
        if a.x1 <= b.x0 || b.x1 <= a.x0 {
            return 0;
        }
        (a.y0.max(b.y0)..a.y1.min(b.y1)).map(|y| shared(self.row(y), other.row(y))).sum()
    }

    /// Intersection over union, in [0, 1]; 0 if both are empty.
    pub fn iou(&self, other: &Mask) -> f64 {
        let shared = self.intersection_area(other);
        let union = self.area() + other.area() - shared;
        if union == 0 { 0.0 } else { shared as f64 / union as f64 }
    }

    /// An upper bound of [`Mask::iou`], from areas and boxes only.
    pub fn iou_at_most(&self, other: &Mask) -> f64 {
        let shared = box_overlap(self, other).min(self.area()).min(other.area());
        let union = self.area() + other.area() - shared;
        if union == 0 { 0.0 } else { shared as f64 / union as f64 }
    }
}

/// Number of pixels in at least one of the masks.
pub fn union_area<'a>(masks: impl IntoIterator<Item = &'a Mask>) -> u64 {
    let masks: Vec<&Mask> = masks.into_iter().collect();
    let height = masks.iter().filter_map(|m| Some(m.bbox()?.y1)).max().unwrap_or(0);
    depths(&masks, height).0
}

/// Pixels in both of two rows.
fn shared(a: &[[u32; 2]], b: &[[u32; 2]]) -> u64 {
    let (mut i, mut j, mut sum) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        sum += u64::from(x[1].min(y[1]).saturating_sub(x[0].max(y[0])));
        if x[1] <= y[1] { i += 1 } else { j += 1 }
    }
    sum
}

/// The coverage of a photo by masks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Coverage {
    /// Share of the photo covered by at least one mask, in [0, 1].
    pub covered: f32,
    /// Share of the photo covered by two or more masks, in [0, 1].
    pub overlapping: f32,
}

/// The coverage of a photo, `(width, height)` in pixels, by its masks.
pub fn coverage<'a>(masks: impl IntoIterator<Item = &'a Mask>, (width, height): (u32, u32)) -> Coverage {
    let masks: Vec<&Mask> = masks.into_iter().collect();
    let (covered, overlapping) = depths(&masks, height);
    let total = (f64::from(width) * f64::from(height)).max(1.0);
    Coverage { covered: (covered as f64 / total) as f32, overlapping: (overlapping as f64 / total) as f32 }
}

/// Numbers of pixels in at least one and in at least two of the masks, above row `height`.
fn depths(masks: &[&Mask], height: u32) -> (u64, u64) {
    let (mut covered, mut overlapping) = (0, 0);
    let mut borders: Vec<(u32, i32)> = vec![];
    for y in 0..height {
        borders.clear();
        for [start, end] in masks.iter().flat_map(|mask| mask.row(y)) {
            borders.extend([(*start, 1), (*end, -1)]);
        }
        borders.sort_unstable();
        let (mut depth, mut last) = (0, 0);
        for (x, step) in &borders {
            let length = u64::from(x - last);
            covered += if depth >= 1 { length } else { 0 };
            overlapping += if depth >= 2 { length } else { 0 };
            depth += step;
            last = *x;
        }
    }
    (covered, overlapping)
}

/// A mask is inside another if this share of it is in the other.
pub const INSIDE: f64 = 0.9;

/// For each mask, the index of the smallest larger mask around it ([`INSIDE`]). Of masks with equal areas,
/// the earlier one counts as larger.
pub fn parents(masks: &[&Mask]) -> Vec<Option<usize>> {
    let mut by_size: Vec<usize> = (0..masks.len()).collect();
    by_size.sort_by_key(|i| (masks[*i].area(), std::cmp::Reverse(*i)));
    let mut parents = vec![None; masks.len()];
    for (rank, &child) in by_size.iter().enumerate() {
        let mask = masks[child];
        if mask.is_empty() {
            continue;
        }
        let needed = mask.area() as f64 * INSIDE;
        let larger = by_size[rank + 1..].iter().copied();
        parents[child] = larger
            .filter(|i| box_overlap(mask, masks[*i]) as f64 >= needed)
            .find(|i| mask.intersection_area(masks[*i]) as f64 >= needed);
    }
    parents
}

/// Pixels of the box that the boxes of two masks share: no smaller than what the masks share.
fn box_overlap(a: &Mask, b: &Mask) -> u64 {
    let (Some(a), Some(b)) = (a.bbox(), b.bbox()) else { return 0 };
    let length = |a0: u32, a1: u32, b0: u32, b1: u32| u64::from(a1.min(b1).saturating_sub(a0.max(b0)));
    length(a.x0, a.x1, b.x0, b.x1) * length(a.y0, a.y1, b.y0, b.y1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (u32, u32) = (300, 40);

    /// Masks at every offset to the words, with holes, of one pixel, everywhere and nowhere.
    fn masks() -> Vec<Mask> {
        let blob = |x0: u32, x1: u32, y0: u32, y1: u32| {
            Mask::from_fn(SIZE.0, SIZE.1, move |x, y| {
                (x0..x1).contains(&x) && (y0..y1).contains(&y) && !(x * 7 + y * 3).is_multiple_of(5)
            })
        };
        let mut masks: Vec<Mask> =
            (0..70).map(|i| blob(i * 3, (i * 3 + 20 + i * 2).min(300), i % 20, 20 + i % 20)).collect();
        masks.push(Mask::from_fn(SIZE.0, SIZE.1, |_, _| true));
        masks.push(Mask::from_fn(SIZE.0, SIZE.1, |x, y| (x, y) == (299, 39)));
        masks.push(Mask::from_fn(SIZE.0, SIZE.1, |_, _| false));
        masks
    }

    fn count(set: impl Fn(u32, u32) -> bool) -> u64 {
        (0..SIZE.1).map(|y| (0..SIZE.0).filter(|x| set(*x, y)).count() as u64).sum()
    }

    #[test]
    fn overlaps_are_those_counted_pixel_by_pixel() {
        let masks = masks();
        for (a, b) in masks.iter().flat_map(|a| masks.iter().step_by(5).map(move |b| (a, b))) {
            let both = count(|x, y| a.get(x, y) && b.get(x, y));
            let either = count(|x, y| a.get(x, y) || b.get(x, y));
            assert_eq!((a.intersection_area(b), b.intersection_area(a)), (both, both));
            assert_eq!(union_area([a, b]), either);
            let Coverage { covered, overlapping } = coverage([a, b], SIZE);
            let pixels = (SIZE.0 * SIZE.1) as f32;
            assert!((covered * pixels - either as f32).abs() < 0.01);
            assert!((overlapping * pixels - both as f32).abs() < 0.01);
            let expected = if either == 0 { 0.0 } else { both as f64 / either as f64 };
            assert_eq!(a.iou(b), expected);
            assert!((expected..=1.0).contains(&a.iou_at_most(b)));
        }
        assert_eq!(union_area(&masks), u64::from(SIZE.0 * SIZE.1));
        assert_eq!(union_area([]), 0);
    }

    #[test]
    fn a_parent_is_the_smallest_larger_mask_around() {
        let square = |from: u32, to: u32| {
            Mask::from_fn(60, 60, move |x, y| (from..to).contains(&x) && (from..to).contains(&y))
        };
        let (all, room, cup, twin) = (square(0, 60), square(5, 40), square(10, 20), square(10, 20));
        let beside = square(38, 50);
        let found = parents(&[&cup, &all, &room, &beside, &twin]);
        assert_eq!(found, [Some(2), None, Some(1), Some(1), Some(0)]);
        assert_eq!(parents(&[&Mask::from_fn(9, 9, |_, _| false)]), [None]);
    }
}

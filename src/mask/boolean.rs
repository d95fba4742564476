//! Union, intersection and difference of masks.

use super::bitmap::Mask;

impl Mask {
    /// The pixels of either mask. The result has this mask's size; the other is clipped to it.
    pub fn union(&self, other: &Mask) -> Mask {
        combined(self, other, |a, b| a || b)
    }

    /// The pixels that both masks have, at this mask's size.
    pub fn intersection(&self, other: &Mask) -> Mask {
        combined(self, other, |a, b| a && b)
    }

    /// The pixels of this mask that are not in the other.
    pub fn difference(&self, other: &Mask) -> Mask {
        combined(self, other, |a, b| a && !b)
    }

    /// The pixels of the photo that are not in this mask.
    pub fn complement(&self) -> Mask {
        Mask::from_runs(self.width(), self.height(), self.unset_runs())
    }
}

fn combined(a: &Mask, b: &Mask, keep: impl Fn(bool, bool) -> bool + Copy) -> Mask {
    let boxes = [a.bbox(), b.bbox()];
    let y0 = boxes.iter().flatten().map(|b| b.y0).min().unwrap_or(0);
    let y1 = boxes.iter().flatten().map(|b| b.y1).max().unwrap_or(0);
    let mut runs = vec![];
    for y in y0..y1 {
        combine_rows(a.row(y), b.row(y), keep, |run| runs.push((y, run)));
    }
    Mask::from_runs(a.width(), a.height(), runs)
}

/// Hands out the runs of the pixels of two rows that are to be kept, from left to right. `keep` is
/// asked with whether the first and the second row have a pixel, and must be false for neither.
pub(super) fn combine_rows(
    a: &[[u32; 2]],
    b: &[[u32; 2]],
    keep: impl Fn(bool, bool) -> bool,
    mut push: impl FnMut([u32; 2]),
) {
    // Where each row changes: after an odd number of changes its pixels are set.
    let (a, b) = (a.as_flattened(), b.as_flattened());
    let (mut i, mut j) = (0, 0);
    let mut begun = None;
    while i < a.len() || j < b.len() {
        let (next_a, next_b) = (a.get(i).copied(), b.get(j).copied());
        let x = next_a.unwrap_or(u32::MAX).min(next_b.unwrap_or(u32::MAX));
        i += usize::from(next_a == Some(x));
        j += usize::from(next_b == Some(x));
        match (keep(i % 2 == 1, j % 2 == 1), begun) {
            (true, None) => begun = Some(x),
            (false, Some(start)) => {
                push([start, x]);
                begun = None;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn every_pixel_is_combined() {
        let (width, height) = (61, 37);
        let masks = samples::masks(width, height);
        for (a, b) in masks.iter().flat_map(|a| masks.iter().map(move |b| (a, b))) {
            let expected = |keep: fn(bool, bool) -> bool| {
                Mask::from_fn(width, height, |x, y| keep(a.get(x, y), b.get(x, y)))
            };
            assert_eq!(a.union(b), expected(|a, b| a || b));
            assert_eq!(a.intersection(b), expected(|a, b| a && b));
            assert_eq!(a.difference(b), expected(|a, b| a && !b));
        }
        for mask in masks {
            assert_eq!(mask.complement(), Mask::from_fn(width, height, |x, y| !mask.get(x, y)));
            assert_eq!(mask.complement().complement(), mask);
        }
    }

    #[test]
    fn the_result_has_the_first_masks_size() {
        let small = Mask::from_fn(10, 10, |x, y| x + y > 4);
        let large = Mask::from_fn(30, 20, |_, _| true);
        assert_eq!(small.union(&large), Mask::from_fn(10, 10, |_, _| true));
        assert_eq!(large.difference(&small), Mask::from_fn(30, 20, |x, y| !small.get(x, y)));
    }
}

//! How far masks cover each other and the photo, a word of pixels at a time.

use super::bitmap::{Mask, PixelBox, WORD};

impl Mask {
    /// The number of pixels that are set in both masks, by their places on the photo.
    pub fn intersection_area(&self, other: &Mask) -> u64 {
        let Some(common) = self.common_box(other) else { return 0 };
        let [a, b] = [self, other].map(|mask| Rows::of(mask, common));
        (0..common.height())
            .map(|y| a.words(y).zip(b.words(y)).map(|(a, b)| u64::from((a & b).count_ones())).sum::<u64>())
            .sum()
    }

    /// Intersection over union, in [0, 1]; 0 when both masks are empty.
    pub fn iou(&self, other: &Mask) -> f64 {
        iou(self.intersection_area(other), self.area() + other.area())
    }

    /// An IoU that [`Mask::iou`] does not exceed, told from areas and boxes alone.
    pub fn iou_at_most(&self, other: &Mask) -> f64 {
        let Some(common) = self.common_box(other) else { return 0.0 };
        let shared = u64::from(common.width()) * u64::from(common.height());
        iou(shared.min(self.area()).min(other.area()), self.area() + other.area())
    }

    fn common_box(&self, other: &Mask) -> Option<PixelBox> {
        let (a, b) = (self.bbox()?, other.bbox()?);
        let common =
            PixelBox { x0: a.x0.max(b.x0), y0: a.y0.max(b.y0), x1: a.x1.min(b.x1), y1: a.y1.min(b.y1) };
        (common.x0 < common.x1 && common.y0 < common.y1).then_some(common)
    }
}

fn iou(shared: u64, areas: u64) -> f64 {
    if shared == 0 { 0.0 } else { shared as f64 / (areas - shared) as f64 }
}

/// The number of pixels that are set in at least one of the masks.
///
/// # Panics
/// If the masks are of photos of different sizes.
pub fn union_area<'a>(masks: impl IntoIterator<Item = &'a Mask>) -> u64 {
    let (mut union, mut per_row) = (vec![], 0);
    for mask in masks {
        let Some(b) = mask.bbox() else { continue };
        let words = mask.width().div_ceil(WORD) as usize;
        if union.is_empty() {
            per_row = words;
            union = vec![0u64; per_row * mask.height() as usize];
        }
        assert_eq!(
            (words, words * mask.height() as usize),
            (per_row, union.len()),
            "masks of different photos"
        );
        // From the start of a word, so that the words of the union need no shifting.
        let rows = Rows::of(mask, PixelBox { x0: b.x0 / WORD * WORD, ..b });
        for y in 0..b.height() {
            let start = (b.y0 + y) as usize * per_row + (b.x0 / WORD) as usize;
            union[start..].iter_mut().zip(rows.words(y)).for_each(|(all, word)| *all |= word);
        }
    }
    union.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// The rows of a mask inside a box, whose left edge may lie up to a word left of the mask's own.
struct Rows<'a> {
    mask: &'a Mask,
    /// The mask's own box.
    own: PixelBox,
    inside: PixelBox,
}

impl<'a> Rows<'a> {
    fn of(mask: &'a Mask, inside: PixelBox) -> Self {
        Self { mask, own: mask.bbox().unwrap_or(inside), inside }
    }

    /// Row `y` of the box, in words that start at its left edge. The last one may reach beyond the
    /// box, where it holds the mask's further pixels.
    fn words(&self, y: u32) -> impl Iterator<Item = u64> + 'a {
        let row = self.mask.row_words(&self.own, self.inside.y0 + y);
        let word = |i: i64| usize::try_from(i).ok().and_then(|i| row.get(i)).copied().unwrap_or(0);
        let first = i64::from(self.inside.x0) - i64::from(self.own.x0);
        let (skip, shift) = (first.div_euclid(WORD.into()), first.rem_euclid(WORD.into()) as u32);
        (0..i64::from(self.inside.width().div_ceil(WORD))).map(move |i| {
            let low = word(skip + i) >> shift;
            if shift == 0 { low } else { low | word(skip + i + 1) << (WORD - shift) }
        })
    }
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
            let expected = if either == 0 { 0.0 } else { both as f64 / either as f64 };
            assert_eq!(a.iou(b), expected);
            assert!((expected..=1.0).contains(&a.iou_at_most(b)));
        }
        assert_eq!(union_area(&masks), u64::from(SIZE.0 * SIZE.1));
        assert_eq!(union_area([]), 0);
    }
}

//! One bit a pixel, kept only inside the bounding box.

/// A box of whole pixels: `x0 <= x < x1`, `y0 <= y < y1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelBox {
    pub x0: u32,
    pub y0: u32,
    pub x1: u32,
    pub y1: u32,
}

impl PixelBox {
    pub fn width(&self) -> u32 {
        self.x1 - self.x0
    }

    pub fn height(&self) -> u32 {
        self.y1 - self.y0
    }

    /// `[x, y, width, height]` as COCO writes a box around these pixels.
    pub fn xywh(&self) -> [u32; 4] {
        [self.x0, self.y0, self.width(), self.height()]
    }
}

const WORD: u32 = u64::BITS;

/// A binary mask on a photo of `width` x `height` pixels.
///
/// Immutable; only the bounding box is stored, one bit a pixel, so that hundreds of masks on a
/// large photo stay small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    width: u32,
    height: u32,
    area: u64,
    /// Where pixels are set; `None` when none is.
    bbox: Option<PixelBox>,
    /// Rows of the box, each starting at a new word, lowest bit leftmost.
    bits: Vec<u64>,
}

impl Mask {
    /// A mask made pixel by pixel.
    pub fn from_fn(width: u32, height: u32, set: impl Fn(u32, u32) -> bool) -> Self {
        let mut rows = MaskRows::new(width, height);
        let columns: Vec<u32> = (0..width).collect();
        for y in 0..height {
            rows.set_row(y, &columns, |x| set(*x, y));
        }
        rows.finish()
    }

    /// Width of the photo, in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height of the photo, in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Number of set pixels.
    pub fn area(&self) -> u64 {
        self.area
    }

    /// The smallest box around the set pixels; `None` when none is set.
    pub fn bbox(&self) -> Option<PixelBox> {
        self.bbox
    }

    /// Whether no pixel is set.
    pub fn is_empty(&self) -> bool {
        self.bbox.is_none()
    }

    /// Whether a pixel is set; false outside the photo.
    pub fn get(&self, x: u32, y: u32) -> bool {
        let Some(b) = self.bbox else { return false };
        if x < b.x0 || x >= b.x1 || y < b.y0 || y >= b.y1 {
            return false;
        }
        let (dx, row) = (x - b.x0, self.row_words(&b, y));
        row[(dx / WORD) as usize] >> (dx % WORD) & 1 == 1
    }

    fn row_words(&self, b: &PixelBox, y: u32) -> &[u64] {
        let per_row = b.width().div_ceil(WORD) as usize;
        &self.bits[(y - b.y0) as usize * per_row..][..per_row]
    }

    /// The runs of set pixels in a row, as `start..end` columns from left to right.
    pub fn runs(&self, y: u32) -> impl Iterator<Item = std::ops::Range<u32>> + '_ {
        let row =
            self.bbox.filter(|b| (b.y0..b.y1).contains(&y)).map(|b| (b.x0, b.width(), self.row_words(&b, y)));
        let mut next = 0;
        std::iter::from_fn(move || {
            let (x0, width, words) = row?;
            let start = next_bit(words, next, width, true)?;
            let end = next_bit(words, start, width, false).unwrap_or(width);
            next = end;
            Some(x0 + start..x0 + end)
        })
    }
}

/// The first bit at or after `from` that is `set`, before `end`.
fn next_bit(words: &[u64], from: u32, end: u32, set: bool) -> Option<u32> {
    let mut at = from;
    while at < end {
        let word = words[(at / WORD) as usize];
        let candidates = if set { word } else { !word } >> (at % WORD);
        if candidates != 0 {
            return Some(at + candidates.trailing_zeros()).filter(|bit| *bit < end);
        }
        at = (at / WORD + 1) * WORD;
    }
    None
}

/// Builds a [`Mask`] row by row.
pub struct MaskRows {
    width: u32,
    height: u32,
    per_row: usize,
    bits: Vec<u64>,
}

impl MaskRows {
    /// An empty mask of this size, in pixels.
    pub fn new(width: u32, height: u32) -> Self {
        let per_row = width.div_ceil(WORD) as usize;
        Self { width, height, per_row, bits: vec![0; per_row * height as usize] }
    }

    /// Sets the pixels of row `y` for whose value `set` holds.
    ///
    /// # Panics
    /// If the row lies outside the mask or is longer than it is wide.
    pub fn set_row<T>(&mut self, y: u32, row: &[T], set: impl Fn(&T) -> bool) {
        assert!(row.len() <= self.width as usize, "the row is longer than the mask is wide");
        for (word, values) in self.row_mut(y).iter_mut().zip(row.chunks(WORD as usize)) {
            *word = pack(values, &set);
        }
    }

    /// The words of row `y`, lowest bit leftmost. Bits past the mask's width must stay unset.
    pub fn row_mut(&mut self, y: u32) -> &mut [u64] {
        &mut self.bits[y as usize * self.per_row..][..self.per_row]
    }

    /// Sets one pixel.
    pub fn set(&mut self, x: u32, y: u32) {
        self.bits[y as usize * self.per_row + (x / WORD) as usize] |= 1 << (x % WORD);
    }

    /// The mask, cropped to its bounding box.
    pub fn finish(self) -> Mask {
        let Self { width, height, per_row, bits } = self;
        let area = bits.iter().map(|w| u64::from(w.count_ones())).sum();
        let rows = || bits.chunks_exact(per_row.max(1));
        let is_set = |row: &[u64]| row.iter().any(|w| *w != 0);
        let Some(y0) = rows().position(is_set) else {
            return Mask { width, height, area: 0, bbox: None, bits: vec![] };
        };
        let y1 = rows().rposition(is_set).map_or(y0, |last| last) + 1;
        let mut union = vec![0u64; per_row];
        for row in rows().take(y1).skip(y0) {
            union.iter_mut().zip(row).for_each(|(u, w)| *u |= w);
        }
        let first = union.iter().position(|w| *w != 0).unwrap_or(0);
        let last = union.iter().rposition(|w| *w != 0).unwrap_or(0);
        let x0 = first as u32 * WORD + union[first].trailing_zeros();
        let x1 = (last as u32 + 1) * WORD - union[last].leading_zeros();
        let bbox = PixelBox { x0, y0: y0 as u32, x1, y1: y1 as u32 };

        let words = bbox.width().div_ceil(WORD) as usize;
        let (skip, shift) = ((x0 / WORD) as usize, x0 % WORD);
        let mut cropped = Vec::with_capacity(words * (y1 - y0));
        for row in rows().take(y1).skip(y0) {
            cropped.extend((skip..skip + words).map(|i| {
                let low = row[i] >> shift;
                let high = row.get(i + 1).copied().unwrap_or(0);
                if shift == 0 { low } else { low | high << (WORD - shift) }
            }));
        }
        Mask { width, height, area, bbox: Some(bbox), bits: cropped }
    }
}

fn pack<T>(values: &[T], set: impl Fn(&T) -> bool) -> u64 {
    values.iter().enumerate().fold(0, |word, (i, value)| word | u64::from(set(value)) << i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(x: u32, y: u32) -> bool {
        (63..=130).contains(&x) && (2..9).contains(&y) && !(x + y).is_multiple_of(5)
    }

    #[test]
    fn every_pixel_survives_cropping() {
        let mask = Mask::from_fn(200, 11, blob);
        assert_eq!(mask.bbox().unwrap(), PixelBox { x0: 63, y0: 2, x1: 131, y1: 9 });
        let mut area = 0;
        for y in 0..11 {
            for x in 0..200 {
                assert_eq!(mask.get(x, y), blob(x, y), "{x},{y}");
                area += u64::from(blob(x, y));
            }
        }
        assert_eq!(mask.area(), area);
        assert!(!mask.get(500, 5) && !mask.get(70, 500));
    }

    #[test]
    fn runs_are_the_set_pixels() {
        let mask = Mask::from_fn(200, 11, blob);
        for y in 0..11 {
            let from_runs: Vec<u32> = mask.runs(y).flatten().collect();
            let expected: Vec<u32> = (0..200).filter(|x| blob(*x, y)).collect();
            assert_eq!(from_runs, expected);
        }
        let full = Mask::from_fn(130, 1, |_, _| true);
        assert_eq!(full.runs(0).collect::<Vec<_>>(), vec![0..130]);
    }

    #[test]
    fn nothing_set_is_empty() {
        let mask = Mask::from_fn(5, 5, |_, _| false);
        assert!(mask.is_empty() && mask.bbox().is_none() && mask.runs(2).next().is_none());
    }
}

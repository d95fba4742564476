//! The pixels of a mask, row by row.

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

    /// `[x, y, width, height]`, as in COCO.
    pub fn xywh(&self) -> [u32; 4] {
        [self.x0, self.y0, self.width(), self.height()]
    }
}

const WORD: u32 = u64::BITS;

/// A binary mask on a photo of `width` x `height` pixels.
///
/// Immutable; stored as the runs of set pixels in each row, so that its size and the time of most operations
/// grow with the length of its border, not with the photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    width: u32,
    height: u32,
    area: u64,
    /// The box around the set pixels; `None` if no pixel is set.
    bbox: Option<PixelBox>,
    /// The start of each row's runs in `runs`, and the end of the last.
    rows: Vec<u32>,
    /// First column and the column after the last, row by row from left to right, never touching.
    runs: Vec<[u32; 2]>,
}

impl Mask {
    /// Creates a mask pixel by pixel.
    pub fn from_fn(width: u32, height: u32, set: impl Fn(u32, u32) -> bool) -> Self {
        let mut rows = MaskRows::new(width, height);
        let columns: Vec<u32> = (0..width).collect();
        for y in 0..height {
            rows.set_row(y, &columns, |x| set(*x, y));
        }
        rows.finish()
    }

    /// Creates a mask from runs of set pixels, given by row, first column and end column, from top to bottom
    /// and left to right; runs may touch and overlap. Parts outside the photo are clipped.
    pub fn from_runs(width: u32, height: u32, runs: impl IntoIterator<Item = (u32, [u32; 2])>) -> Self {
        let mut builder = RunBuilder::default();
        for (y, [start, end]) in runs {
            if y < height && start < end.min(width) {
                builder.push(y, [start, end.min(width)]);
            }
        }
        builder.finish(width, height)
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

    /// The smallest box around the set pixels; `None` if no pixel is set.
    pub fn bbox(&self) -> Option<PixelBox> {
        self.bbox
    }

    /// The memory that the pixels take, in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.rows[..]) + size_of_val(&self.runs[..])
    }

    /// Whether no pixel is set.
    pub fn is_empty(&self) -> bool {
        self.bbox.is_none()
    }

    /// Whether a pixel is set; false outside the photo.
    pub fn get(&self, x: u32, y: u32) -> bool {
        let row = self.row(y);
        let after = row.partition_point(|run| run[0] <= x);
        after > 0 && x < row[after - 1][1]
    }

    /// The runs of a row, `[first, end]` columns from left to right.
    pub(super) fn row(&self, y: u32) -> &[[u32; 2]] {
        let Some(b) = self.bbox.filter(|b| (b.y0..b.y1).contains(&y)) else { return &[] };
        let i = (y - b.y0) as usize;
        &self.runs[self.rows[i] as usize..self.rows[i + 1] as usize]
    }

    /// The runs of set pixels in a row, as `start..end` columns from left to right.
    pub fn runs(&self, y: u32) -> impl Iterator<Item = std::ops::Range<u32>> + '_ {
        self.row(y).iter().map(|[start, end]| *start..*end)
    }

    /// All runs with their rows, from top to bottom.
    pub fn all_runs(&self) -> impl Iterator<Item = (u32, [u32; 2])> + '_ {
        let rows = self.bbox.map_or(0..0, |b| b.y0..b.y1);
        rows.flat_map(|y| self.row(y).iter().map(move |run| (y, *run)))
    }

    /// The same pixels on a larger photo; this mask's photo is its part at `(x0, y0)`.
    pub fn placed(&self, x0: u32, y0: u32, width: u32, height: u32) -> Self {
        let moved = self.all_runs().map(|(y, [start, end])| (y + y0, [start + x0, end + x0]));
        Self::from_runs(width, height, moved)
    }

    /// The same pixels elsewhere on the photo, by whole pixels to the right and down. What leaves the photo is lost.
    pub fn shifted(&self, right: i32, down: i32) -> Self {
        let moved = self.all_runs().filter_map(|(y, [start, end])| {
            let y = y.checked_add_signed(down)?;
            let end = end.checked_add_signed(right)?;
            Some((y, [start.saturating_add_signed(right), end]))
        });
        Self::from_runs(self.width, self.height, moved)
    }

    /// The pixels of a part of the photo, as a separate mask.
    pub fn cropped(&self, part: PixelBox) -> Self {
        let rows = self.all_runs().filter(|(y, _)| (part.y0..part.y1).contains(y));
        let moved = rows.map(|(y, run)| (y - part.y0, run.map(|x| x.saturating_sub(part.x0))));
        Self::from_runs(part.width(), part.height(), moved)
    }
}

/// Collects runs from top to bottom into a [`Mask`].
#[derive(Default)]
struct RunBuilder {
    first_row: Option<u32>,
    rows: Vec<u32>,
    runs: Vec<[u32; 2]>,
}

impl RunBuilder {
    fn push(&mut self, y: u32, [start, end]: [u32; 2]) {
        let first_row = *self.first_row.get_or_insert(y);
        let begun = self.rows.len() as u32;
        let row = y - first_row;
        if row >= begun {
            self.rows.extend(std::iter::repeat_n(self.runs.len() as u32, (row + 1 - begun) as usize));
        } else if let Some(last) = self.runs.last_mut().filter(|last| start <= last[1]) {
            last[1] = last[1].max(end);
            return;
        }
        self.runs.push([start, end]);
    }

    fn finish(mut self, width: u32, height: u32) -> Mask {
        let Some(y0) = self.first_row else {
            return Mask { width, height, area: 0, bbox: None, rows: vec![], runs: vec![] };
        };
        let y1 = y0 + self.rows.len() as u32;
        self.rows.push(self.runs.len() as u32);
        self.rows.shrink_to_fit();
        self.runs.shrink_to_fit();
        let x0 = self.runs.iter().map(|run| run[0]).min().unwrap_or(0);
        let x1 = self.runs.iter().map(|run| run[1]).max().unwrap_or(0);
        let area = self.runs.iter().map(|[start, end]| u64::from(end - start)).sum();
        let bbox = Some(PixelBox { x0, y0, x1, y1 });
        Mask { width, height, area, bbox, rows: self.rows, runs: self.runs }
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

    /// Sets the pixels of row `y` whose value satisfies `set`.
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

    /// The mask.
    pub fn finish(self) -> Mask {
        let mut builder = RunBuilder::default();
        if self.per_row > 0 {
            for (y, words) in self.bits.chunks_exact(self.per_row).enumerate() {
                let mut from = 0;
                while let Some(start) = next_bit(words, from, self.width, true) {
                    let end = next_bit(words, start, self.width, false).unwrap_or(self.width);
                    builder.push(y as u32, [start, end]);
                    from = end;
                }
            }
        }
        builder.finish(self.width, self.height)
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
    fn every_pixel_survives() {
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
    fn what_is_moved_off_the_photo_is_lost() {
        let mask = Mask::from_fn(200, 11, blob);
        for (right, down) in [(0, 0), (5, 3), (-70, -4), (90, -20), (-300, 1), (i32::MAX, i32::MIN)] {
            let from = |x: u32, to: i32| i64::from(x) - i64::from(to);
            let expected = Mask::from_fn(200, 11, |x, y| {
                let (x, y) = (u32::try_from(from(x, right)), u32::try_from(from(y, down)));
                x.is_ok_and(|x| y.is_ok_and(|y| mask.get(x, y)))
            });
            assert_eq!(mask.shifted(right, down), expected, "{right} {down}");
        }
    }

    #[test]
    fn a_part_is_cut_out_and_goes_back_to_its_place() {
        let mask = Mask::from_fn(200, 11, blob);
        for (x0, y0, x1, y1) in [(0, 0, 200, 11), (70, 3, 100, 8), (0, 0, 64, 3), (190, 0, 200, 11)] {
            let part = mask.cropped(PixelBox { x0, y0, x1, y1 });
            assert_eq!(part, Mask::from_fn(x1 - x0, y1 - y0, |x, y| blob(x + x0, y + y0)));
            let inside = |x, y| (x0..x1).contains(&x) && (y0..y1).contains(&y);
            assert_eq!(
                part.placed(x0, y0, 200, 11),
                Mask::from_fn(200, 11, |x, y| inside(x, y) && blob(x, y))
            );
        }
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
    fn runs_make_the_same_mask_as_pixels() {
        let mask = Mask::from_fn(200, 11, blob);
        assert_eq!(Mask::from_runs(200, 11, mask.all_runs()), mask);
        let touching = [(1, [2, 5]), (1, [5, 7]), (1, [6, 9]), (4, [0, 900]), (20, [0, 3])];
        let expected = |x, y| (y == 1 && (2..9).contains(&x)) || y == 4;
        assert_eq!(Mask::from_runs(30, 11, touching), Mask::from_fn(30, 11, expected));
    }

    #[test]
    fn a_mask_of_a_part_finds_its_place() {
        let part = Mask::from_fn(20, 10, |x, y| x == y);
        let placed = part.placed(7, 3, 40, 30);
        assert_eq!(placed, Mask::from_fn(40, 30, |x, y| x >= 7 && y < 13 && x - 7 == y.wrapping_sub(3)));
    }

    #[test]
    fn nothing_set_is_empty() {
        let mask = Mask::from_fn(5, 5, |_, _| false);
        assert!(mask.is_empty() && mask.bbox().is_none() && mask.runs(2).next().is_none());
    }
}

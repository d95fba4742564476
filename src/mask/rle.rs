//! COCO's run-length encoding: column by column, runs of zeros and ones in turn.

use serde::{Deserialize, Serialize};

use super::bitmap::{Mask, MaskRows};

/// A mask as pycocotools' uncompressed RLE.
///
/// `size` is `[height, width]`. `counts` are the lengths of runs in column-major order; the first
/// counts zeros and is 0 when the first pixel is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rle {
    pub size: [u32; 2],
    pub counts: Vec<u32>,
}

/// The counts do not describe a mask of that size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the runs add up to {found} pixels, a {width}x{height} mask has {expected}")]
pub struct RleError {
    width: u32,
    height: u32,
    found: u64,
    expected: u64,
}

impl From<&Mask> for Rle {
    fn from(mask: &Mask) -> Self {
        let (width, height) = (mask.width(), mask.height());
        let mut counts = vec![];
        let (mut value, mut run) = (false, 0u32);
        let mut push = |pixel: bool, length: u32| {
            if length == 0 {
                return;
            }
            if pixel != value {
                counts.push(run);
                (value, run) = (pixel, 0);
            }
            run += length;
        };
        if let Some(b) = mask.bbox() {
            push(false, b.x0 * height);
            for x in b.x0..b.x1 {
                push(false, b.y0);
                for y in b.y0..b.y1 {
                    push(mask.get(x, y), 1);
                }
                push(false, height - b.y1);
            }
            push(false, (width - b.x1) * height);
        } else {
            push(false, width * height);
        }
        counts.push(run);
        Rle { size: [height, width], counts }
    }
}

impl TryFrom<&Rle> for Mask {
    type Error = RleError;

    fn try_from(rle: &Rle) -> Result<Self, RleError> {
        let [height, width] = rle.size;
        let expected = u64::from(width) * u64::from(height);
        let found = rle.counts.iter().map(|n| u64::from(*n)).sum();
        if found != expected {
            return Err(RleError { width, height, found, expected });
        }
        let mut rows = MaskRows::new(width, height);
        let (mut at, mut set) = (0u32, false);
        for count in &rle.counts {
            if set {
                (at..at + count).for_each(|i| rows.set(i / height, i % height));
            }
            at += count;
            set = !set;
        }
        Ok(rows.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_column_major_and_start_with_zeros() {
        let corner = Mask::from_fn(3, 2, |x, y| (x, y) == (0, 0));
        assert_eq!(Rle::from(&corner), Rle { size: [2, 3], counts: vec![0, 1, 5] });
        let column = Mask::from_fn(3, 2, |x, _| x == 1);
        assert_eq!(Rle::from(&column).counts, [2, 2, 2]);
        let none = Mask::from_fn(3, 2, |_, _| false);
        assert_eq!(Rle::from(&none).counts, [6]);
    }

    #[test]
    fn decoding_undoes_encoding() {
        let mask = Mask::from_fn(77, 31, |x, y| (x * 31 + y * 17) % 7 < 3 && x > 4);
        assert_eq!(Mask::try_from(&Rle::from(&mask)).unwrap(), mask);
    }

    #[test]
    fn runs_of_another_length_are_refused() {
        let wrong = Rle { size: [2, 3], counts: vec![1, u32::MAX] };
        assert!(Mask::try_from(&wrong).unwrap_err().to_string().contains("3x2"));
    }
}

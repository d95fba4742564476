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

/// A mask as pycocotools' compressed RLE: the same counts, as a short text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompressedRle {
    pub size: [u32; 2],
    pub counts: String,
}

/// Why a run-length encoding is none of a mask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RleError {
    #[error("the runs add up to {found} pixels, a {width}x{height} mask has {expected}")]
    Length { width: u32, height: u32, found: u64, expected: u64 },
    #[error("the compressed runs are damaged at character {at}")]
    Text { at: usize },
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
            return Err(RleError::Length { width, height, found, expected });
        }
        let mut rows = MaskRows::new(width, height);
        let (mut at, mut set) = (0u64, false);
        for count in &rle.counts {
            let end = at + u64::from(*count);
            if set {
                let height = u64::from(height);
                (at..end).for_each(|i| rows.set((i / height) as u32, (i % height) as u32));
            }
            at = end;
            set = !set;
        }
        Ok(rows.finish())
    }
}

/// The characters of a compressed count carry five bits each, lowest first; this one says that more follow.
const MORE: u8 = 0x20;
/// The sign, in the last character of a count.
const SIGN: u8 = 0x10;
const FIRST_CHARACTER: u8 = 48;
/// From this run on, what is written is the difference to the run two before it.
const FIRST_DIFFERENCE: usize = 3;

/// `rleToString`
impl From<&Rle> for CompressedRle {
    fn from(rle: &Rle) -> Self {
        let mut counts = String::new();
        for (i, count) in rle.counts.iter().enumerate() {
            let before = if i < FIRST_DIFFERENCE { 0 } else { rle.counts[i - 2] };
            let mut left = i64::from(*count) - i64::from(before);
            loop {
                let bits = (left & 0x1f) as u8;
                left >>= 5;
                let more = left != if bits & SIGN == 0 { 0 } else { -1 };
                counts.push(char::from(FIRST_CHARACTER + if more { bits | MORE } else { bits }));
                if !more {
                    break;
                }
            }
        }
        Self { size: rle.size, counts }
    }
}

/// `rleFrString`
impl TryFrom<&CompressedRle> for Rle {
    type Error = RleError;

    fn try_from(compressed: &CompressedRle) -> Result<Self, RleError> {
        let mut counts: Vec<u32> = vec![];
        let (mut value, mut shift) = (0i64, 0);
        for (at, character) in compressed.counts.bytes().enumerate() {
            let bits = character.wrapping_sub(FIRST_CHARACTER);
            // 35 bits are enough for the difference of two counts.
            if bits >= 2 * MORE || shift > 30 {
                return Err(RleError::Text { at });
            }
            value |= i64::from(bits & 0x1f) << shift;
            shift += 5;
            if bits & MORE != 0 {
                continue;
            }
            if bits & SIGN != 0 {
                value |= -1 << shift;
            }
            if counts.len() >= FIRST_DIFFERENCE {
                value += i64::from(counts[counts.len() - 2]);
            }
            counts.push(u32::try_from(value).map_err(|_| RleError::Text { at })?);
            (value, shift) = (0, 0);
        }
        if shift > 0 {
            return Err(RleError::Text { at: compressed.counts.len() });
        }
        Ok(Self { size: compressed.size, counts })
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

    #[test]
    fn compressed_counts_are_those_of_pycocotools() {
        let disc = |x: u32, y: u32| x.abs_diff(450).pow(2) + y.abs_diff(300).pow(2) < 90;
        let cases = [
            (Mask::from_fn(3, 2, |x, y| (x, y) == (0, 0)), "015"),
            (Mask::from_fn(3, 2, |_, _| false), "6"),
            (Mask::from_fn(30, 40, |x, y| (5..9).contains(&x) && (3..35).contains(&y)), "[6P1800000Uj0"),
            (
                Mask::from_fn(900, 600, |x, y| disc(x, y) || (x, y) == (899, 599)),
                "RfR85`b06L2N2N2O000O2O00000001N10001N2N2N4Jh`Q8L",
            ),
        ];
        for (mask, expected) in cases {
            let rle = Rle::from(&mask);
            let compressed = CompressedRle::from(&rle);
            assert_eq!(compressed.counts, expected);
            assert_eq!(Rle::try_from(&compressed).unwrap(), rle);
        }
        let extreme = Rle { size: [1, 1], counts: vec![0, u32::MAX, 1, 0, u32::MAX, u32::MAX, 0] };
        assert_eq!(Rle::try_from(&CompressedRle::from(&extreme)).unwrap(), extreme);
    }

    #[test]
    fn damaged_text_is_refused() {
        // Not of the alphabet, cut short, too long a number, a run below zero.
        for (counts, place) in [("01 5", 2), ("015P", 4), ("PPPPPPPP", 7), ("01O", 2), ("0é", 1)] {
            let damaged = CompressedRle { size: [2, 3], counts: counts.into() };
            assert_eq!(Rle::try_from(&damaged), Err(RleError::Text { at: place }), "{counts}");
        }
    }
}

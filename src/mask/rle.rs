//! COCO's run-length encoding: column by column, alternating runs of zeros and ones.

use serde::{Deserialize, Serialize};

use super::bitmap::Mask;

/// A mask as pycocotools' uncompressed RLE.
///
/// `size` is `[height, width]`. `counts` are the lengths of runs in column-major order; the first counts
/// zeros and is 0 if the first pixel is set.
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

/// Why a run-length encoding is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RleError {
    #[error("a mask of {width}x{height} pixels is too large")]
    Size { width: u32, height: u32 },
    #[error("the runs add up to {found} pixels, but a {width}x{height} mask has {expected}")]
    Length { width: u32, height: u32, found: u64, expected: u64 },
    #[error("the compressed runs are damaged at character {at}")]
    Text { at: usize },
}

/// The greatest sides and number of pixels of an encoded mask, more than any photo has: a few characters in a
/// file must not allocate unlimited memory.
const MAX_SIDE: u32 = 1 << 16;
const MAX_PIXELS: u64 = 1 << 29;

impl From<&Mask> for Rle {
    fn from(mask: &Mask) -> Self {
        let (width, height) = (mask.width(), mask.height());
        let mut counts = vec![];
        let (mut zeros, mut ones) = (0u32, 0u32);
        let mut at = 0u32;
        // Column by column, so that runs of neighbouring columns may continue each other.
        for (x, [top, bottom]) in transposed(mask.all_runs(), width) {
            let start = x * height + top;
            if ones > 0 && start > at {
                counts.extend([zeros, ones]);
                (zeros, ones) = (0, 0);
            }
            zeros += start - at;
            ones += bottom - top;
            at = start + (bottom - top);
        }
        if ones > 0 {
            counts.extend([zeros, ones]);
        }
        let rest = width * height - at;
        if rest > 0 || counts.is_empty() {
            counts.push(rest);
        }
        Rle { size: [height, width], counts }
    }
}

impl TryFrom<&Rle> for Mask {
    type Error = RleError;

    fn try_from(rle: &Rle) -> Result<Self, RleError> {
        let [height, width] = rle.size;
        let expected = u64::from(width) * u64::from(height);
        if width.max(height) > MAX_SIDE || expected > MAX_PIXELS {
            return Err(RleError::Size { width, height });
        }
        let found = rle.counts.iter().map(|n| u64::from(*n)).sum();
        if found != expected {
            return Err(RleError::Length { width, height, found, expected });
        }
        let mut columns = vec![];
        let mut at = 0;
        for pair in rle.counts.chunks(2) {
            let start = at + pair[0];
            at = start + pair.get(1).unwrap_or(&0);
            let mut from = start;
            while from < at {
                let (x, top) = (from / height, from % height);
                let bottom = (top + (at - from)).min(height);
                columns.push((x, [top, bottom]));
                from += bottom - top;
            }
        }
        Ok(Mask::from_runs(width, height, transposed(columns, height)))
    }
}

/// Turns runs along lines, in the order of the lines, into runs across them, in the order of these;
/// `positions` is how many there are on a line. Runs in one line must not overlap; those that touch
/// count as one.
fn transposed(
    runs: impl IntoIterator<Item = (u32, [u32; 2])>,
    positions: u32,
) -> impl Iterator<Item = (u32, [u32; 2])> {
    const CLOSED: u32 = u32::MAX;
    let mut across: Vec<Vec<[u32; 2]>> = vec![vec![]; positions as usize];
    let mut open = vec![CLOSED; positions as usize];
    let mut toggle = |from: u32, to: u32, line: u32| {
        for position in from..to {
            let begun = &mut open[position as usize];
            if *begun == CLOSED {
                *begun = line;
            } else {
                across[position as usize].push([*begun, line]);
                *begun = CLOSED;
            }
        }
    };
    let (mut line, mut previous, mut current): (u32, Vec<u32>, Vec<u32>) = (0, vec![], vec![]);
    let mut runs = runs.into_iter().peekable();
    loop {
        current.clear();
        while let Some((_, run)) = runs.next_if(|(of, _)| *of == line) {
            current.extend(run);
        }
        // Where a line differs from the one before it, a run across begins or ends.
        let mut borders: Vec<u32> = previous.iter().chain(&current).copied().collect();
        borders.sort_unstable();
        borders.chunks_exact(2).for_each(|pair| toggle(pair[0], pair[1], line));
        std::mem::swap(&mut previous, &mut current);
        line = match runs.peek() {
            Some((next, _)) if previous.is_empty() => *next,
            Some(_) => line + 1,
            None if previous.is_empty() => break,
            None => line + 1,
        };
    }
    (0..positions).flat_map(move |position| {
        std::mem::take(&mut across[position as usize]).into_iter().map(move |run| (position, run))
    })
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
    fn every_mask_survives_both_ways() {
        let masks = [
            Mask::from_fn(7, 5, |_, _| true),
            Mask::from_fn(7, 5, |x, y| (x + y) % 2 == 0),
            Mask::from_fn(7, 5, |x, _| x == 6),
            Mask::from_fn(7, 5, |_, y| y == 4),
            Mask::from_fn(1, 9, |_, y| y % 3 == 0),
            Mask::from_fn(9, 1, |x, _| x % 3 > 0),
            Mask::from_fn(200, 90, |x, y| (x * x * 31 + y * 17 + x * y) % 7 < 3),
        ];
        for mask in masks {
            let rle = Rle::from(&mask);
            assert_eq!(Mask::try_from(&rle).unwrap(), mask);
            assert!(rle.counts[1..].iter().all(|run| *run > 0), "{:?}", rle.counts);
            let mut column_major = (0..mask.width()).flat_map(|x| (0..mask.height()).map(move |y| (x, y)));
            for (i, count) in rle.counts.iter().enumerate() {
                let mut run = column_major.by_ref().take(*count as usize);
                assert!(run.all(|(x, y)| mask.get(x, y) == (i % 2 == 1)));
            }
        }
        // Runs of no length, as other programs write them.
        let padded = Rle { size: [2, 3], counts: vec![0, 1, 0, 2, 1, 0, 2] };
        assert_eq!(Rle::from(&Mask::try_from(&padded).unwrap()).counts, [0, 3, 3]);
    }

    #[test]
    fn runs_of_another_length_are_refused() {
        let huge = Rle { size: [u32::MAX, u32::MAX], counts: vec![1] };
        assert!(matches!(Mask::try_from(&huge), Err(RleError::Size { .. })));
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

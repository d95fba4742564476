//! Fax compression: Group 3 in one and two dimensions, Group 4, and lines without marks between them.

use std::convert::Infallible;

use fax::maps::{Mode, black, mode, white};
use fax::{BitReader, ByteReader};

/// The coding of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Each line independent, beginning at a byte.
    Bytes,
    /// Group 3, each line independent.
    One,
    /// Group 3, lines also relative to the previous line.
    Two,
    /// Group 4.
    Four,
}

/// Decodes `rows` lines of `width` pixels into bits, each line beginning at a byte; black is 1.
///
/// # Errors
/// The data is damaged or ends too early.
pub(super) fn decode(data: &[u8], width: usize, rows: usize, coding: Coding) -> Result<Vec<u8>, String> {
    let damaged = || "a line of its fax compression is damaged or missing".to_owned();
    // Codes are looked up by more bits than the last one may have.
    let padded = data.iter().copied().chain([0; 4]).map(Result::<u8, Infallible>::Ok);
    let Ok(reader) = ByteReader::new(padded);
    let mut lines = Lines { reader, width, reference: vec![] };
    let row_bytes = width.div_ceil(8);
    let mut bits = vec![];
    for _ in 0..rows {
        let line = match coding {
            Coding::Bytes => lines.aligned(),
            Coding::One => lines.end_of_line().and_then(|_| lines.in_one_dimension()),
            Coding::Two => lines.end_of_line().filter(|found| *found).and_then(|_| {
                let alone = lines.bit()? == 1;
                if alone { lines.in_one_dimension() } else { lines.in_two_dimensions()?.ok() }
            }),
            Coding::Four => match lines.in_two_dimensions() {
                // An early end means that the rest is white.
                Some(Err(End)) => break,
                line => line.and_then(Result::ok),
            },
        };
        let line = line.ok_or_else(damaged)?;
        bits.resize(bits.len() + row_bytes, 0);
        let at = bits.len() - row_bytes;
        paint(&mut bits[at..], &line, width);
        lines.reference = line;
    }
    bits.resize(rows * row_bytes, 0);
    Ok(bits)
}

/// Sets the bits between each pair of changes.
fn paint(row: &mut [u8], changes: &[usize], width: usize) {
    for pair in changes.chunks(2) {
        let end = pair.get(1).copied().unwrap_or(width);
        (pair[0]..end).for_each(|x| row[x / 8] |= 0x80 >> (x % 8));
    }
}

/// The mark after the last line.
struct End;

struct Lines<I: Iterator<Item = Result<u8, Infallible>>> {
    reader: ByteReader<I>,
    width: usize,
    /// The colour changes of the previous line, in ascending order, beginning with white to black.
    reference: Vec<usize>,
}

impl<I: Iterator<Item = Result<u8, Infallible>>> Lines<I> {
    fn bit(&mut self) -> Option<u16> {
        let bit = self.reader.peek(1)?;
        let Ok(()) = self.reader.consume(1);
        Some(bit)
    }

    /// Skips the mark between lines and the padding before it; returns whether there was one.
    fn end_of_line(&mut self) -> Option<bool> {
        // No code of a run begins with this many zeros.
        if self.reader.peek(11)? != 0 {
            return Some(false);
        }
        while self.bit()? == 0 {}
        Some(true)
    }

    fn aligned(&mut self) -> Option<Vec<usize>> {
        let Ok(()) = self.reader.consume(self.reader.bits_to_byte_boundary());
        self.in_one_dimension()
    }

    fn run(&mut self, is_black: bool) -> Option<usize> {
        let mut length = 0;
        loop {
            let part =
                if is_black { black::decode(&mut self.reader) } else { white::decode(&mut self.reader) }?;
            length += usize::from(part);
            if part < 64 {
                return Some(length);
            }
        }
    }

    fn in_one_dimension(&mut self) -> Option<Vec<usize>> {
        let mut line = Line::new(self.width);
        while line.at < self.width as i64 {
            let length = self.run(line.is_black)?;
            line.change(line.at.max(0) + length as i64)?;
        }
        Some(line.changes)
    }

    /// `None` for damaged codes.
    fn in_two_dimensions(&mut self) -> Option<Result<Vec<usize>, End>> {
        let mut line = Line::new(self.width);
        let mut above = 0;
        while line.at < self.width as i64 {
            // The next change above to the other colour, and the one after it.
            above += self.reference[above..].iter().take_while(|at| **at as i64 <= line.at).count();
            let next = above + usize::from((above % 2 == 1) != line.is_black);
            let reference = |i: usize| self.reference.get(i).map_or(self.width as i64, |at| *at as i64);
            let (first, second) = (reference(next), reference(next + 1));
            match mode::decode(&mut self.reader)? {
                Mode::Pass => line.at = second,
                Mode::Vertical(shift) => line.change(first + i64::from(shift))?,
                Mode::Horizontal => {
                    for _ in 0..2 {
                        let length = self.run(line.is_black)?;
                        line.change(line.at.max(0) + length as i64)?;
                    }
                }
                Mode::EOF => return Some(Err(End)),
                Mode::Extension => return None,
            }
        }
        Some(Ok(line.changes))
    }
}

/// A partly decoded line.
struct Line {
    width: usize,
    changes: Vec<usize>,
    /// The last change; -1 before the first pixel.
    at: i64,
    is_black: bool,
}

impl Line {
    fn new(width: usize) -> Self {
        Self { width, changes: vec![], at: -1, is_black: false }
    }

    /// `None` if it would be before the last one.
    fn change(&mut self, to: i64) -> Option<()> {
        let x = usize::try_from(to).ok().filter(|_| to >= self.at)?;
        if self.changes.last() == Some(&x) {
            // An empty run is not a change.
            self.changes.pop();
        } else if x < self.width {
            self.changes.push(x);
        }
        (self.at, self.is_black) = (to, !self.is_black);
        Some(())
    }
}

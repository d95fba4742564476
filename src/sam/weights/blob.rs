//! The bytes of a weights file, read range by range when a tensor is asked for.
//!
//! Reading keeps only the current tensor in memory, and unlike with a memory map, a file that changes while
//! in use causes an error, not a crash. Several threads may read at once.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use super::StoreError;
use super::number::Number;

/// Numbers that one thread reads and converts at a time: few enough to stay in the processor's cache in between.
const PIECE: usize = 1 << 15;

enum Source {
    Static(&'static [u8]),
    File(File),
}

/// Bytes that lie in the binary or in a file.
pub(super) struct Blob {
    source: Source,
    len: u64,
}

impl Blob {
    pub fn from_static(bytes: &'static [u8]) -> Self {
        Self { source: Source::Static(bytes), len: bytes.len() as u64 }
    }

    pub fn open(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(io::Error::other("it is a folder"));
        }
        // Opening a pipe waits for someone to write to it.
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self { source: Source::File(file), len })
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// The bytes in a range, which must lie within the blob.
    pub fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.length(&range)?];
        self.fill(&mut bytes, range.start)?;
        Ok(bytes)
    }

    /// The numbers in a range, which must lie within the blob, as float32. Large ranges are read on all cores.
    ///
    /// # Errors
    /// Reading failed, or the format of the numbers is not supported.
    pub fn numbers(&self, range: Range<u64>, number: Number) -> Result<Vec<f32>, StoreError> {
        let mut values = vec![0f32; self.length(&range)? / number.size()];
        let piece_bytes = (PIECE * number.size()) as u64;
        let read = |bytes: &mut Vec<u8>, (place, values): (u64, &mut [f32])| {
            bytes.resize(values.len() * number.size(), 0);
            self.fill(bytes, range.start + place * piece_bytes)?;
            number.to_f32(bytes, values).map_err(StoreError::Format)
        };
        if values.len() <= PIECE {
            read(&mut vec![], (0, &mut values))?;
        } else {
            let pieces = values.par_chunks_mut(PIECE).enumerate();
            pieces.map(|(place, values)| (place as u64, values)).try_for_each_init(Vec::new, read)?;
        }
        Ok(values)
    }

    /// The length of a range, which must lie within the blob.
    fn length(&self, range: &Range<u64>) -> io::Result<usize> {
        if range.start > range.end || range.end > self.len {
            return Err(outside());
        }
        usize::try_from(range.end - range.start).map_err(|_| outside())
    }

    /// Fills `out` with the bytes from `start` on.
    fn fill(&self, out: &mut [u8], start: u64) -> io::Result<()> {
        match &self.source {
            Source::Static(bytes) => {
                let from = usize::try_from(start).ok().and_then(|start| bytes.get(start..));
                out.copy_from_slice(from.and_then(|from| from.get(..out.len())).ok_or_else(outside)?);
                Ok(())
            }
            Source::File(file) => read_exact_at(file, out, start),
        }
    }

    /// Reads from the beginning on.
    pub fn reader(&self) -> Reader<'_> {
        Reader { blob: self, at: 0 }
    }
}

fn outside() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "beyond the end of the file")
}

#[cfg(unix)]
fn read_exact_at(file: &File, out: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, start)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut out: &mut [u8], mut start: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !out.is_empty() {
        match file.seek_read(out, start) {
            Ok(0) => return Err(outside()),
            Ok(count) => {
                out = &mut out[count..];
                start += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A blob read in order.
pub(super) struct Reader<'a> {
    blob: &'a Blob,
    at: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let remaining = self.blob.len.saturating_sub(self.at);
        let count = out.len().min(usize::try_from(remaining).unwrap_or(usize::MAX));
        self.blob.fill(&mut out[..count], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(offset) => self.blob.len.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same bytes in memory and in a file.
    fn blobs(bytes: Vec<u8>) -> (tempfile::NamedTempFile, [Blob; 2]) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), &bytes).unwrap();
        let in_file = Blob::open(file.path()).unwrap();
        (file, [Blob::from_static(bytes.leak()), in_file])
    }

    #[test]
    fn numbers_of_any_count_come_in_their_order() {
        let count = 3 * PIECE + 5;
        let expected: Vec<f32> = (0..count).map(|i| i as f32 / 8.0 - 1000.0).collect();
        let bytes: Vec<u8> =
            std::iter::once(7).chain(expected.iter().flat_map(|x| x.to_le_bytes())).collect();
        let (_file, blobs) = blobs(bytes);
        for blob in blobs {
            for (first, end) in [(0, 0), (0, 9), (2, PIECE + 2), (1, 2 * PIECE + 2), (0, count)] {
                let Ok(found) = blob.numbers(1 + 4 * first as u64..1 + 4 * end as u64, Number::F32) else {
                    panic!("{first} to {end}")
                };
                assert_eq!(found, expected[first..end], "{first} to {end}");
            }
        }
    }

    #[test]
    fn what_lies_beyond_the_end_is_an_error() {
        let (file, blobs) = blobs(vec![0; 4 * PIECE * 3]);
        for blob in &blobs {
            let end = blob.len();
            assert!(blob.read(end - 4..end + 1).is_err());
            assert!(blob.numbers(4..end + 4, Number::F32).is_err());
            assert!(blob.numbers(0..end, Number::Other("packed", 1)).is_err());
            assert!(blob.reader().seek(SeekFrom::End(-1 - end as i64)).is_err());
            let mut reader = blob.reader();
            reader.seek(SeekFrom::End(-2)).unwrap();
            assert_eq!(reader.read(&mut [0; 9]).unwrap(), 2);
            assert_eq!(reader.read(&mut [0; 9]).unwrap(), 0);
        }
        // A file that somebody shortens in the meantime.
        file.as_file().set_len(5000).unwrap();
        assert!(blobs[1].numbers(0..blobs[1].len(), Number::F32).is_err());
    }
}

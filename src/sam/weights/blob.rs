//! The bytes of a weights file, read range by range when a tensor is asked for.
//!
//! Reading keeps only the current tensor in memory, and unlike with a memory map, a file that changes while
//! in use causes an error, not a crash.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Something that can be read and sought.
pub(super) trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

/// Bytes that lie in the binary or in a file.
pub(super) struct Blob {
    source: Mutex<Box<dyn ReadSeek>>,
    len: u64,
}

impl Blob {
    pub fn from_static(bytes: &'static [u8]) -> Self {
        Self { source: Mutex::new(Box::new(Cursor::new(bytes))), len: bytes.len() as u64 }
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
        Ok(Self { source: Mutex::new(Box::new(file)), len })
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// The bytes in a range, which must lie within the blob.
    pub fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let outside = || io::Error::new(io::ErrorKind::UnexpectedEof, "beyond the end of the file");
        if range.start > range.end || range.end > self.len {
            return Err(outside());
        }
        let length = usize::try_from(range.end - range.start).map_err(|_| outside())?;
        let mut bytes = vec![0; length];
        let mut source = self.lock();
        source.seek(SeekFrom::Start(range.start))?;
        source.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Exclusive use of the underlying reader.
    pub fn lock(&self) -> MutexGuard<'_, Box<dyn ReadSeek>> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

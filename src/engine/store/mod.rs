//! Embeddings on disk, so that a photo is only encoded once.
//!
//! Each embedding is a file, named after its key ([`EmbeddingKey`]): the pixels, the part of the photo, the
//! weights. Files are written completely or not at all, and several programs can use a folder at once: a
//! missing or damaged file is simply computed again. When the folder grows beyond its limit, the least
//! recently used files are removed first.

mod entry;
mod key;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

pub use entry::Form;
pub use key::{ContentHash, EmbeddingKey};

use crate::sam::Encoded;

const EXTENSION: &str = "embedding";
const TEMPORARY_PREFIX: &str = ".tinsel-";
/// A temporary file this old belongs to a program that was killed.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// A folder of embeddings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddingFolder(PathBuf);

/// A file of the folder.
struct Found {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl EmbeddingFolder {
    /// The folder at this path, which need not exist yet.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The user's folder, inside the one for cached files; `None` if the system has none.
    pub fn of_user() -> Option<Self> {
        Some(Self(dirs::cache_dir()?.join("tinsel").join("embeddings")))
    }

    fn file(&self, key: &EmbeddingKey) -> PathBuf {
        self.0.join(key.to_string()).with_extension(EXTENSION)
    }

    /// Reads the embedding of a key, if it can come from the encoder: with this photo's size, these shapes,
    /// and plausible values. An unusable file is removed. Folders, pipes and devices are never opened.
    pub fn load(&self, key: &EmbeddingKey, form: Form) -> Option<Encoded> {
        let path = self.file(key);
        let metadata = path.metadata().ok()?;
        // Before anything is opened or takes memory.
        let is_fit = metadata.is_file() && Some(metadata.len()) == form.bytes();
        let encoded = if is_fit {
            // Updating the time of use needs write access.
            let file = OpenOptions::new().read(true).write(true).open(&path).ok()?;
            read(&file, metadata.len()).ok().and_then(|bytes| entry::parse(&bytes, form)).inspect(|_| {
                // Best effort: at worst the file is removed too early.
                let _ = file.set_modified(SystemTime::now());
            })
        } else {
            None
        };
        if encoded.is_none() {
            log::warn!("{}: damaged, or not made by this model; removed", path.display());
            self.remove(key);
        }
        encoded
    }

    /// Removes the embedding of a key.
    pub fn remove(&self, key: &EmbeddingKey) {
        // Best effort: another program may have done it.
        let _ = std::fs::remove_file(self.file(key));
    }

    /// Stores an embedding under a key, replacing any previous one.
    ///
    /// # Errors
    /// The folder cannot be written, or the disk is full.
    pub fn save(&self, key: &EmbeddingKey, encoded: &Encoded) -> io::Result<()> {
        std::fs::create_dir_all(&self.0)?;
        let mut file = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(&self.0)?;
        // Not synced: after a power failure the checksum detects damage.
        file.write_all(&entry::bytes(encoded))?;
        file.persist(self.file(key)).map(|_| ()).map_err(|e| e.error)
    }

    /// Removes files until they take at most `limit` bytes, and removes abandoned temporary files. Returns
    /// the size of the remaining files in bytes.
    pub fn trim(&self, limit: u64) -> u64 {
        let mut files = self.files();
        files.sort_by_key(|file| file.used);
        let mut total: u64 = files.iter().map(|file| file.bytes).sum();
        for Found { path, bytes, .. } in files {
            if total <= limit {
                break;
            }
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => {
                    log::warn!("{}: cannot be removed: {e}", path.display());
                }
                _ => total -= bytes,
            }
        }
        total
    }

    fn files(&self) -> Vec<Found> {
        let Ok(entries) = std::fs::read_dir(&self.0) else { return vec![] };
        let mut files = vec![];
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let Ok(metadata) = entry.metadata() else { continue };
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            if metadata.is_dir() {
                continue;
            }
            if path.extension().is_some_and(|e| e == EXTENSION) {
                files.push(Found { path, bytes: metadata.len(), used });
            } else if name.as_encoded_bytes().starts_with(TEMPORARY_PREFIX.as_bytes())
                && used.elapsed().is_ok_and(|age| age > ABANDONED)
            {
                // Best effort: it does no harm.
                let _ = std::fs::remove_file(&path);
            }
        }
        files
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

fn read(file: &File, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;

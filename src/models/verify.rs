//! Whether a file on disk is the one of the catalogue: its length and its SHA-256.

use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::catalogue::Entry;
use super::progress::{Progress, Reporter, Stage, Stopped};
use super::store::{OnDisk, Store};

/// Why a file could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("{name}: not on this computer; run `tinsel models download {name}` to download it")]
    Missing { name: &'static str },
    #[error("{name}: {}: cannot be read: {cause}; check its permissions", file.display())]
    Unreadable { name: &'static str, file: PathBuf, cause: std::io::Error },
    #[error(
        "{name}: {} has {found} bytes instead of {expected}; run `tinsel models download {name}` to download \
         it again",
        file.display()
    )]
    WrongLength { name: &'static str, file: PathBuf, found: u64, expected: u64 },
    #[error(
        "{name}: {} is damaged or a different file: its SHA-256 is {found} instead of {expected}; run \
         `tinsel models download {name}` to download it again",
        file.display()
    )]
    WrongHash { name: &'static str, file: PathBuf, found: String, expected: &'static str },
    #[error("cancelled")]
    Cancelled,
}

/// Reads the whole file of this entry and compares length and hash with the catalogue. Changes
/// nothing on disk.
///
/// # Errors
/// The file is missing, cannot be read, or has different content; or `on_progress` cancelled.
pub fn verify(
    store: &Store,
    entry: &Entry,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(), VerifyError> {
    check(store, entry, &mut Reporter::new(on_progress, Stage::Checking))
}

pub(super) fn check(store: &Store, entry: &Entry, reporter: &mut Reporter) -> Result<(), VerifyError> {
    let (name, file) = (entry.name, store.file(entry));
    let OnDisk::Present { bytes: found } = store.state(entry) else {
        return Err(VerifyError::Missing { name });
    };
    if let Some(expected) = entry.bytes.filter(|&expected| expected != found) {
        return Err(VerifyError::WrongLength { name, file, found, expected });
    }
    let mut hash = Sha256::new();
    let opened = File::open(&file).map_err(Failure::Unreadable);
    match opened.and_then(|mut content| read_into(&mut content, &mut hash, found, reporter)) {
        Ok(_) => {}
        Err(Failure::Stopped) => return Err(VerifyError::Cancelled),
        Err(Failure::Unreadable(cause)) => return Err(VerifyError::Unreadable { name, file, cause }),
    }
    let found = hex(hash);
    if found != entry.sha256 {
        return Err(VerifyError::WrongHash { name, file, found, expected: entry.sha256 });
    }
    Ok(())
}

/// Why a file could not be hashed.
pub(super) enum Failure {
    Unreadable(std::io::Error),
    Stopped,
}

impl From<Stopped> for Failure {
    fn from(_: Stopped) -> Self {
        Failure::Stopped
    }
}

/// Hashes at most the next `total` bytes of a file; returns their number. The limit protects against files
/// that grow in the meantime, and against devices.
pub(super) fn read_into(
    file: &mut File,
    hash: &mut Sha256,
    total: u64,
    reporter: &mut Reporter,
) -> Result<u64, Failure> {
    let mut file = file.take(total);
    let mut buffer = vec![0; 1 << 18];
    let mut done = 0;
    loop {
        reporter.report(done, Some(total))?;
        let count = match file.read(&mut buffer) {
            Ok(0) => return Ok(done),
            Ok(count) => count,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Failure::Unreadable(e)),
        };
        hash.update(&buffer[..count]);
        done += count as u64;
    }
}

/// The hash in the form of the catalogue.
pub(super) fn hex(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_everyone_does() {
        assert_eq!(
            hex(Sha256::new_with_prefix("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}

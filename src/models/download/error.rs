//! What can go wrong with a download, and what a person can do about it.

use std::fmt;
use std::path::PathBuf;

use crate::models::progress::Stopped;
use crate::models::store::{FOLDER_VARIABLE, URL_VARIABLE};

/// A download: the model, its URL and its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub name: &'static str,
    pub url: String,
    pub file: PathBuf,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.url)
    }
}

impl Place {
    fn by_hand(&self) -> String {
        format!(
            "or get the file some other way and save it as {}; the built-in model needs no download",
            self.file.display()
        )
    }
}

/// Why a download failed.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    #[error(
        "{place}: cannot be reached: {cause}; check the network, the proxy and {URL_VARIABLE}, {}",
        place.by_hand()
    )]
    Unreachable { place: Box<Place>, cause: String },
    #[error(
        "{place}: {cause}; {bytes_done} bytes are kept: download again to resume, {}",
        place.by_hand()
    )]
    Broken { place: Box<Place>, cause: String, bytes_done: u64 },
    #[error("{place}: the server responded with status {status}; check {URL_VARIABLE}, {}", place.by_hand())]
    Status { place: Box<Place>, status: u16 },
    #[error(
        "{place}: the server sent something else: {cause}; check {URL_VARIABLE} and whether the network \
         requires a login, {}",
        place.by_hand()
    )]
    OtherFile { place: Box<Place>, cause: String },
    #[error(
        "{place}: the SHA-256 of the download is {found} instead of {expected}; the file is kept as {} but \
         never used; download again, {}",
        bad.display(),
        place.by_hand()
    )]
    WrongHash { place: Box<Place>, bad: PathBuf, found: String, expected: &'static str },
    #[error(
        "{name}: {}: cannot be written: {cause}; free up space, check the permissions, or choose another \
         folder with {FOLDER_VARIABLE}",
        path.display()
    )]
    Disk { name: &'static str, path: PathBuf, cause: std::io::Error },
    #[error("another download of {name} is running; wait for it or stop it first")]
    Busy { name: &'static str },
    /// The partial file is kept, and the next download resumes it.
    #[error("cancelled")]
    Cancelled,
}

impl From<Stopped> for DownloadError {
    fn from(_: Stopped) -> Self {
        DownloadError::Cancelled
    }
}

//! The photo that comes with the program.

use std::path::{Path, PathBuf};

const NAME: &str = "coffee.jpg";

/// The sample photo, and where it is put so that the work on it can be kept.
#[derive(Debug, Default)]
pub(in crate::app) struct Sample {
    folder: Option<PathBuf>,
}

impl Sample {
    /// The sample photo in a folder of its own.
    pub fn kept_in(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    /// Whether it is put into a folder.
    pub fn is_kept(&self) -> bool {
        self.folder.is_some()
    }

    pub fn path(&self) -> PathBuf {
        self.folder.as_deref().unwrap_or(Path::new("")).join(NAME)
    }

    /// Whether this is the sample photo, whose folder is no place for people's files.
    pub fn is(&self, photo: &Path) -> bool {
        photo == self.path()
    }
}

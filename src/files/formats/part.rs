//! The parts of a dataset for training.

/// A part of a dataset: photos to train on, to validate with during training, and to test the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Train,
    Val,
    Test,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Train, Self::Val, Self::Test];

    /// Its name in files and folders of all formats.
    pub fn key(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Val => "val",
            Self::Test => "test",
        }
    }
}

/// A file that lists photos by the stems of their names, one on each line.
#[derive(Debug)]
pub struct PartList {
    /// Its path in the folder of the export.
    pub file: &'static str,
    /// The parts whose photos it lists.
    pub parts: &'static [Part],
}

//! The results of following objects, saved as they come: a line of JSON for each object and frame.
//!
//! A run that was interrupted, even by a power failure, goes on from there: a line that was not written to its
//! end is dropped. The file is also a result that scripts can read.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::mask::{CompressedRle, Mask, Rle};
use crate::tracking::{Direction, Doubt, Origin, Tracked};

/// Why results cannot be saved. The message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("{}: cannot be written: {cause}; choose a folder that you can write to", path.display())]
    Unwritable { path: PathBuf, cause: std::io::Error },
    #[error("{}: another run is writing it; wait for its end, or choose another folder", path.display())]
    Busy { path: PathBuf },
    /// The results of other work.
    #[error("{}: holds the results of other prompts, frames or another model", path.display())]
    Other { path: PathBuf },
    #[error("{}: is damaged in line {line} ({cause}); delete it, and start again", path.display())]
    Damaged { path: PathBuf, line: usize, cause: String },
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Result(Entry),
    /// A range of frames that was followed to its end.
    Finished {
        finished: Value,
    },
    /// The first line: what the results belong to.
    Work {
        tinsel_tracks: u32,
        work: Value,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    object: u32,
    frame: usize,
    origin: SavedOrigin,
    predicted_iou: f32,
    object_score: Option<f32>,
    doubts: Vec<String>,
    segmentation: CompressedRle,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SavedOrigin {
    Prompted,
    Forward,
    Backward,
}

const VERSION: u32 = 1;

/// The file that results are added to. Nobody else can, as long as it is open.
pub struct Journal {
    file: File,
    path: PathBuf,
    /// The results of former runs, in their order.
    pub results: Vec<Tracked>,
    /// The ranges that were followed to their end.
    pub finished: Vec<Value>,
}

impl Journal {
    /// Opens the file, or creates it with its folder. `work` says what the results belong to; results of other
    /// work are replaced if `overwrite` is true.
    ///
    /// # Errors
    /// It cannot be written, another run writes it, it is damaged, or it belongs to other work.
    pub fn open(path: &Path, work: &Value, overwrite: bool) -> Result<Self, JournalError> {
        let unwritable = |cause| JournalError::Unwritable { path: path.into(), cause };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(unwritable)?;
        }
        let mut options = OpenOptions::new();
        let file =
            options.read(true).write(true).create(true).truncate(false).open(path).map_err(unwritable)?;
        // Without locks nobody can hold this one.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(JournalError::Busy { path: path.into() });
        }
        let mut journal = Self { file, path: path.into(), results: vec![], finished: vec![] };
        match journal.read(work) {
            Err(JournalError::Other { .. } | JournalError::Damaged { .. }) if overwrite => {
                journal.begin(work)?
            }
            Ok(false) => journal.begin(work)?,
            result => drop(result?),
        }
        Ok(journal)
    }

    /// Starts an empty file.
    fn begin(&mut self, work: &Value) -> Result<(), JournalError> {
        (self.results, self.finished) = (vec![], vec![]);
        let empty = self.file.set_len(0).and_then(|()| self.file.seek(SeekFrom::Start(0)));
        empty.map_err(|cause| JournalError::Unwritable { path: self.path.clone(), cause })?;
        self.write(&Line::Work { tinsel_tracks: VERSION, work: work.clone() })
    }

    /// Reads what is there, and returns whether there is anything.
    fn read(&mut self, work: &Value) -> Result<bool, JournalError> {
        let path = || self.path.clone();
        let unwritable = |cause| JournalError::Unwritable { path: path(), cause };
        let (mut whole, mut text, mut number) = (0, vec![], 0);
        let mut reader = BufReader::new(&self.file);
        while reader.read_until(b'\n', &mut text).map_err(unwritable)? > 0 {
            if text.last() != Some(&b'\n') {
                break;
            }
            number += 1;
            let damaged = |cause: String| JournalError::Damaged { path: path(), line: number, cause };
            match serde_json::from_slice(&text).map_err(|e| damaged(e.to_string()))? {
                Line::Work { work: found, tinsel_tracks: VERSION } if found == *work && number == 1 => {}
                Line::Result(entry) if number > 1 => {
                    self.results.push(entry.tracked().map_err(damaged)?);
                }
                Line::Finished { finished } if number > 1 => self.finished.push(finished),
                _ => return Err(JournalError::Other { path: path() }),
            }
            whole += text.len() as u64;
            text.clear();
        }
        self.file.set_len(whole).and_then(|()| self.file.seek(SeekFrom::End(0))).map_err(unwritable)?;
        Ok(number > 0)
    }

    /// Saves a result.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, tracked: &Tracked) -> Result<(), JournalError> {
        self.write(&Line::Result(Entry::new(tracked)))
    }

    /// Notes that a range of frames was followed to its end.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(&mut self, range: &Value) -> Result<(), JournalError> {
        self.write(&Line::Finished { finished: range.clone() })
    }

    /// At once, so that nothing is lost.
    fn write(&mut self, line: &Line) -> Result<(), JournalError> {
        let unwritable = |cause| JournalError::Unwritable { path: self.path.clone(), cause };
        let mut text = serde_json::to_vec(line).map_err(|e| unwritable(e.into()))?;
        text.push(b'\n');
        self.file.write_all(&text).map_err(unwritable)
    }
}

impl Entry {
    fn new(tracked: &Tracked) -> Self {
        Self {
            object: tracked.object,
            frame: tracked.frame,
            origin: match tracked.origin {
                Origin::Prompted => SavedOrigin::Prompted,
                Origin::Followed(Direction::Forward) => SavedOrigin::Forward,
                Origin::Followed(Direction::Backward) => SavedOrigin::Backward,
            },
            predicted_iou: tracked.predicted_iou,
            object_score: tracked.object_score.filter(|score| score.is_finite()),
            doubts: tracked.doubts.iter().map(|doubt| doubt.key().to_owned()).collect(),
            segmentation: CompressedRle::from(&Rle::from(&*tracked.mask)),
        }
    }

    fn tracked(self) -> Result<Tracked, String> {
        let rle = Rle::try_from(&self.segmentation).map_err(|e| e.to_string())?;
        let mask = Mask::try_from(&rle).map_err(|e| e.to_string())?;
        Ok(Tracked {
            object: self.object,
            frame: self.frame,
            mask: Arc::new(mask),
            predicted_iou: self.predicted_iou,
            object_score: self.object_score,
            origin: match self.origin {
                SavedOrigin::Prompted => Origin::Prompted,
                SavedOrigin::Forward => Origin::Followed(Direction::Forward),
                SavedOrigin::Backward => Origin::Followed(Direction::Backward),
            },
            doubts: self.doubts.iter().filter_map(|key| Doubt::of_key(key)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tracked(frame: usize) -> Tracked {
        Tracked {
            object: 3,
            frame,
            mask: Mask::from_fn(20, 10, |x, y| x > y && (x as usize) < 5 + frame).into(),
            predicted_iou: 0.5,
            object_score: (frame > 0).then_some(-2.5),
            origin: if frame == 0 { Origin::Prompted } else { Origin::Followed(Direction::Backward) },
            doubts: if frame > 1 { vec![Doubt::Area, Doubt::Place] } else { vec![] },
        }
    }

    #[test]
    fn results_are_found_again_and_a_broken_line_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/tracks.jsonl");
        let work = json!({"frames": 3});
        let mut journal = Journal::open(&path, &work, false).unwrap();
        assert!(matches!(Journal::open(&path, &work, false), Err(JournalError::Busy { .. })));
        (0..3).for_each(|frame| journal.add(&tracked(frame)).unwrap());
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        let mut journal = Journal::open(&path, &work, false).unwrap();
        assert_eq!(journal.results, [tracked(0), tracked(1)]);
        journal.add(&tracked(2)).unwrap();
        journal.finish(&json!("forward")).unwrap();
        drop(journal);
        let journal = Journal::open(&path, &work, false).unwrap();
        assert_eq!((journal.results.len(), &journal.finished[..]), (3, &[json!("forward")][..]));
    }

    #[test]
    fn results_of_other_work_are_only_replaced_on_demand() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tracks.jsonl");
        let other = json!({"frames": 4});
        drop(Journal::open(&path, &json!({"frames": 3}), false).unwrap());
        assert!(matches!(Journal::open(&path, &other, false), Err(JournalError::Other { .. })));
        assert_eq!(Journal::open(&path, &other, true).unwrap().results, []);
        std::fs::write(&path, "{\"tinsel_tracks\":1,\"work\":{\"frames\":4}}\nno JSON\n").unwrap();
        let error = Journal::open(&path, &other, false).err().unwrap().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}

//! The available embeddings: in memory, and optionally in a folder.

use std::collections::VecDeque;
use std::fs::File;
use std::sync::{Arc, Weak};

use crossbeam_channel::{Receiver, Sender, bounded};
use image::RgbImage;

use super::messages::{ModelSource, PhotoRef};
use super::store::{ContentHash, EmbeddingFolder, EmbeddingKey, Form};
use crate::mask::PixelBox;
use crate::sam::weights::built_in_bytes;
use crate::sam::{Embedding, Encoded, Predictor};

/// Memory limit for embeddings, in bytes; an embedding of an official model takes 42 MiB.
const MEMORY_LIMIT: usize = 512 << 20;
/// If the disk is slower than the network, embeddings that come too fast are not written.
const MOST_WAITING: usize = 4;

/// The identity of an embedding, whatever file the pixels come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Subject {
    photo: ContentHash,
    part: Option<PixelBox>,
    /// Width and height of the encoded pixels.
    size: (u32, u32),
}

pub(super) struct Embeddings {
    /// Most recently used first; of the current model.
    memory: VecDeque<(Subject, Embedding)>,
    memory_limit: usize,
    /// Hashes of photos, as long as these are in memory.
    hashes: Vec<(Weak<RgbImage>, ContentHash)>,
    disk: Option<Disk>,
    /// The current model, if its embeddings on disk can be distinguished from those of others.
    model: Option<ContentHash>,
}

struct Disk {
    folder: EmbeddingFolder,
    tasks: Sender<DiskTask>,
}

/// A request to the writing thread.
enum DiskTask {
    Save(EmbeddingKey, Encoded),
    Limit(u64),
    Clear,
}

impl Embeddings {
    pub fn new() -> Self {
        Self { memory: VecDeque::new(), memory_limit: MEMORY_LIMIT, hashes: vec![], disk: None, model: None }
    }

    /// The key of a photo's embedding. Takes a moment for new pixels.
    pub fn subject(&mut self, photo: &PhotoRef) -> Subject {
        let weak = Arc::downgrade(&photo.pixels);
        let cached = self.hashes.iter().find(|(of, _)| of.ptr_eq(&weak)).map(|(_, hash)| *hash);
        let hash = cached.unwrap_or_else(|| {
            let hash = ContentHash::of_pixels(&photo.pixels);
            self.hashes.retain(|(of, _)| of.strong_count() > 0);
            self.hashes.push((weak, hash));
            hash
        });
        let size = photo.part.map_or(photo.pixels.dimensions(), |part| (part.width(), part.height()));
        Subject { photo: hash, part: photo.part, size }
    }

    pub fn is_in_memory(&mut self, photo: &PhotoRef) -> bool {
        let subject = self.subject(photo);
        self.memory.iter().any(|(cached, _)| *cached == subject)
    }

    /// Returns the embedding from memory or from disk.
    pub fn find(&mut self, subject: Subject, model: &Predictor) -> Option<Embedding> {
        if let Some(i) = self.memory.iter().position(|(cached, _)| *cached == subject) {
            let (_, embedding) = self.memory.remove(i)?;
            self.remember(subject, embedding.clone());
            return Some(embedding);
        }
        let (disk, key) = self.on_disk(subject, model)?;
        let form = Form { photo_size: subject.size, shapes: model.encoded_shapes() };
        let encoded = disk.folder.load(&key, form)?;
        // An embedding that does not fit the network was not made by it, whatever the name says.
        let Ok(embedding) = model.embedding(&encoded) else {
            disk.folder.remove(&key);
            return None;
        };
        self.remember(subject, embedding.clone());
        Some(embedding)
    }

    /// Stores an embedding in memory, and the encoder's output on disk.
    pub fn add(&mut self, subject: Subject, model: &Predictor, embedding: Embedding, encoded: Encoded) {
        self.store(subject, model, encoded);
        self.remember(subject, embedding);
    }

    /// Stores the encoder's output on disk only: photos that nobody looks at do not displace those in memory.
    pub fn store(&self, subject: Subject, model: &Predictor, encoded: Encoded) {
        if let Some((disk, key)) = self.on_disk(subject, model) {
            // Best effort: an embedding that is not written can be computed again.
            let _ = disk.tasks.try_send(DiskTask::Save(key, encoded));
        }
    }

    fn on_disk(&self, subject: Subject, model: &Predictor) -> Option<(&Disk, EmbeddingKey)> {
        let (disk, hash) = (self.disk.as_ref()?, self.model?);
        Some((disk, EmbeddingKey::new(subject.photo, subject.part, hash, model.input_format().side)))
    }

    fn remember(&mut self, subject: Subject, embedding: Embedding) {
        self.memory.push_front((subject, embedding));
        let bytes = |memory: &VecDeque<(Subject, Embedding)>| memory.iter().map(|(_, e)| e.bytes()).sum();
        while self.memory.len() > 1 && self.memory_limit < bytes(&self.memory) {
            self.memory.pop_back();
        }
    }

    /// Whether the hash of the model's files is needed.
    pub fn needs_hash(&self) -> bool {
        self.disk.is_some()
    }

    /// Switches to another model.
    pub fn set_model(&mut self, hash: Option<ContentHash>) {
        self.memory.clear();
        self.model = hash;
    }

    /// From now on, stores embeddings in a folder, up to this many bytes. `report` is called with their size,
    /// from another thread.
    pub fn keep_in(
        &mut self,
        folder: EmbeddingFolder,
        limit: u64,
        model: Option<&ModelSource>,
        report: impl Fn(u64) + Send + 'static,
    ) {
        let tasks = match self.disk.take_if(|disk| disk.folder == folder) {
            Some(disk) => disk.tasks,
            None => {
                let (tasks, to_do) = bounded(MOST_WAITING);
                let folder = folder.clone();
                std::thread::spawn(move || write(&folder, &to_do, report));
                self.model = model.and_then(model_hash);
                tasks
            }
        };
        // The thread ends only with this end of the channel.
        let _ = tasks.send(DiskTask::Limit(limit));
        self.disk = Some(Disk { folder, tasks });
    }

    /// Removes all files of the folder. Embeddings in memory are kept.
    pub fn clear_disk(&self) {
        if let Some(disk) = &self.disk {
            // As above.
            let _ = disk.tasks.send(DiskTask::Clear);
        }
    }
}

/// Writes and removes files in the background, so that nobody waits for the disk.
fn write(folder: &EmbeddingFolder, tasks: &Receiver<DiskTask>, report: impl Fn(u64)) {
    let mut limit = 0;
    for task in tasks {
        match task {
            DiskTask::Save(key, encoded) if limit > 0 => {
                if let Err(error) = folder.save(&key, &encoded) {
                    log::warn!("{}: an embedding could not be stored: {error}", folder.path().display());
                }
            }
            DiskTask::Save(..) => {}
            DiskTask::Limit(bytes) => limit = bytes,
            DiskTask::Clear => drop(folder.trim(0)),
        }
        report(folder.trim(limit));
    }
}

/// The hash of a model's files; `None` if they cannot be read, which loading the model reports.
pub(super) fn model_hash(source: &ModelSource) -> Option<ContentHash> {
    let Some(path) = &source.file else { return Some(ContentHash::of_bytes(built_in_bytes())) };
    let files = Predictor::files(path).ok()?;
    let opened: Vec<File> = files.iter().map(File::open).collect::<Result<_, _>>().ok()?;
    ContentHash::of_files(opened).ok()
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn photo(grey: u8) -> PhotoRef {
        PhotoRef { id: 1, pixels: Arc::new(RgbImage::from_pixel(40, 30, Rgb([grey; 3]))), part: None }
    }

    #[test]
    fn models_tell_the_shapes_of_what_they_encode() {
        let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        for name in ["mini.safetensors", "mini.encoder.onnx"] {
            let model = Predictor::open(&data.join(name)).unwrap();
            let encoded = model.encoded(&photo(1).pixels, &()).unwrap();
            let shapes: Vec<Vec<usize>> = encoded.maps.into_iter().map(|map| map.shape).collect();
            assert_eq!(shapes, model.encoded_shapes(), "{name}");
        }
    }

    #[test]
    fn memory_keeps_what_was_used_last_up_to_its_limit() {
        let model = Predictor::built_in(None).unwrap();
        let mut embeddings = Embeddings::new();
        let photos = [1, 2, 3].map(photo);
        let encoded = model.encoded(&photos[0].pixels, &()).unwrap();
        let embedding = model.embedding(&encoded).unwrap();
        embeddings.memory_limit = 2 * embedding.bytes() + 1;
        for photo in &photos {
            let first = embeddings.subject(&photos[0]);
            embeddings.find(first, &model);
            let subject = embeddings.subject(photo);
            embeddings.add(subject, &model, embedding.clone(), encoded.clone());
        }
        assert_eq!(photos.each_ref().map(|photo| embeddings.is_in_memory(photo)), [true, false, true]);
        let part = PhotoRef { part: Some(PixelBox { x0: 0, y0: 0, x1: 9, y1: 9 }), ..photos[0].clone() };
        assert!(!embeddings.is_in_memory(&part));
        let copy = PhotoRef { id: 2, pixels: Arc::new((*photos[0].pixels).clone()), part: None };
        assert!(embeddings.is_in_memory(&copy), "the same pixels in other memory");
        embeddings.memory_limit = 1;
        let subject = embeddings.subject(&part);
        embeddings.add(subject, &model, embedding, encoded);
        assert_eq!(embeddings.memory.len(), 1, "one is always kept");
    }
}

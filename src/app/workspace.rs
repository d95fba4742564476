//! The photos that are open and the work on each of them.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::document::Document;
use crate::engine::PhotoRef;
use crate::files::Photo;

/// The photo on the canvas.
pub(super) struct OpenPhoto {
    /// Names the photo to the engine and the canvas.
    pub id: u64,
    pub photo: Photo,
}

impl OpenPhoto {
    pub fn size(&self) -> (u32, u32) {
        self.photo.pixels.dimensions()
    }

    pub fn reference(&self) -> PhotoRef {
        PhotoRef { id: self.id, pixels: self.photo.pixels.clone() }
    }
}

/// The photos to leaf through, and a document for each that was worked on.
#[derive(Default)]
pub(super) struct Workspace {
    pub photos: Vec<PathBuf>,
    pub current: usize,
    pub open: Option<OpenPhoto>,
    /// The document of the open photo.
    pub document: Document,
    /// Documents of photos that were left, so that nothing is lost by leafing.
    left: HashMap<PathBuf, (u64, Document)>,
    last_id: u64,
    /// The newest request to open a photo; answers to older ones are stale.
    pub request: u64,
    pub loading: bool,
}

impl Workspace {
    /// Puts a decoded photo on the canvas and its document on the table.
    pub fn show(&mut self, photo: Photo) {
        self.put_away();
        let known = self.left.remove(&photo.path);
        let (id, document) = known.unwrap_or_else(|| {
            self.last_id += 1;
            (self.last_id, Document::default())
        });
        self.document = document;
        self.open = Some(OpenPhoto { id, photo });
    }

    /// Clears the canvas; the work on the photo is kept.
    pub fn put_away(&mut self) {
        if let Some(open) = self.open.take() {
            let document = std::mem::take(&mut self.document);
            self.left.insert(open.photo.path.clone(), (open.id, document));
        }
    }

    /// Adds masks to a photo that may no longer be the open one.
    pub fn document_of(&mut self, photo: u64) -> Option<&mut Document> {
        if self.open.as_ref().is_some_and(|open| open.id == photo) {
            return Some(&mut self.document);
        }
        self.left.values_mut().find(|(id, _)| *id == photo).map(|(_, document)| document)
    }
}

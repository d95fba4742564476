//! The photos that are open and the work on each of them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;

use super::photo_list::PhotoList;
use super::texts::photos as texts;
use crate::document::{Document, Prompting};
use crate::engine::PhotoRef;
use crate::files::Photo;
use crate::mask::PixelBox;

/// The photo on the canvas.
pub(super) struct OpenPhoto {
    /// Names the photo to the engine and the canvas.
    pub id: u64,
    pub photo: Photo,
    /// The pixels that the network sees: those of the photo, or adjusted.
    pub for_network: Arc<RgbImage>,
    /// The part that the network has been given a closer look at.
    pub region: Option<PixelBox>,
}

impl OpenPhoto {
    pub fn size(&self) -> (u32, u32) {
        self.photo.pixels.dimensions()
    }

    /// The whole photo.
    pub fn reference(&self) -> PhotoRef {
        PhotoRef { id: self.id, pixels: self.for_network.clone(), part: None }
    }

    /// The region if there is one, else the whole photo.
    pub fn region_reference(&self) -> PhotoRef {
        PhotoRef { part: self.region, ..self.reference() }
    }

    /// What is asked about a prompt: the region if all of the prompt lies in it, else the whole
    /// photo.
    pub fn reference_for(&self, prompting: &Prompting) -> PhotoRef {
        let part = self.region.filter(|region| prompting.prompt.lies_in(*region));
        PhotoRef { part, ..self.reference() }
    }
}

/// Documents of photos that are no longer open are kept in memory, with their undo, up to this number and
/// memory in bytes; beyond that they are let go once they are saved.
const CLOSED_KEPT: usize = 8;
const CLOSED_BYTES: usize = 512 << 20;

/// The work on a photo that is no longer open.
struct ClosedPhoto {
    id: u64,
    /// Grows from one closed photo to the next.
    turn: u64,
    /// The memory of the document when it was closed.
    bytes: usize,
    /// Fingerprint and size of the file that was worked on.
    photo: u64,
    size: (u32, u32),
    document: Document,
}

/// The photos to leaf through, and a document for each that was worked on.
#[derive(Default)]
pub(super) struct Workspace {
    pub photos: PhotoList,
    /// Changes with the list of photos.
    pub list: u64,
    pub current: usize,
    pub open: Option<OpenPhoto>,
    /// The document of the open photo.
    pub document: Document,
    /// Documents of photos that are no longer open, so that nothing is lost by leafing.
    closed: HashMap<PathBuf, ClosedPhoto>,
    last_id: u64,
    last_turn: u64,
    /// The id that the open photo had before its file changed, while its work is still under that.
    pub former_id: Option<u64>,
    /// The newest request to open a photo; answers to older ones are stale.
    request: u64,
    /// The last move through the folder was to a photo before.
    backwards: bool,
    pub loading: bool,
    /// The file or folder that was asked for last, until one of its photos is open.
    pub asked: Option<PathBuf>,
    /// Why the photo that was to be the first one is not open.
    pub unreadable: Option<String>,
}

impl Workspace {
    /// Replaces the list of photos.
    pub fn set_photos(&mut self, photos: PhotoList) {
        self.photos = photos;
        self.list += 1;
    }

    /// Puts another page of a photo's file in the place of the photo in the list, and returns that.
    pub fn replace(&mut self, photo: &Path, page: PathBuf) -> Option<usize> {
        let place = self.photos.replace(photo, page)?;
        self.list += 1;
        Some(place)
    }

    /// Begins to open something; returns the number of the request.
    pub fn begin(&mut self) -> u64 {
        self.loading = true;
        self.request += 1;
        self.request
    }

    /// Whether nothing else has been begun since.
    pub fn is_newest(&self, request: u64) -> bool {
        request == self.request
    }

    /// Whether a photo is being opened.
    pub fn is_opening(&self, photo: &Path) -> bool {
        self.loading && self.photos.get(self.current).is_some_and(|current| current == photo)
    }

    /// Goes to another photo of the folder, which is still to be opened.
    pub fn go_to(&mut self, index: usize) {
        self.backwards = index < self.current;
        self.current = index;
    }

    /// The photo that is likely to be opened next: the neighbour in the direction of the last move.
    pub fn likely_next(&self) -> Option<&PathBuf> {
        let next = if self.backwards { self.current.checked_sub(1) } else { Some(self.current + 1) };
        self.photos.get(next?)
    }

    /// Puts a decoded photo on the canvas and its document on the table. Returns false when there
    /// was work on a former state of the file whose size was another, so that it does not fit.
    pub fn show(&mut self, photo: Photo) -> bool {
        self.close_photo();
        self.former_id = None;
        let mut fits = true;
        let (id, document) = match self.closed.remove(&photo.path) {
            Some(closed) if closed.photo == photo.fingerprint => (closed.id, closed.document),
            Some(closed) => {
                self.former_id = Some(closed.id);
                let is_of_size = closed.size == photo.pixels.dimensions();
                fits = is_of_size || closed.document.masks().is_empty();
                // What was undone would not fit either.
                (self.new_id(), if is_of_size { closed.document } else { Document::default() })
            }
            None => (self.new_id(), Document::default()),
        };
        self.document = document;
        self.open = Some(OpenPhoto { id, for_network: photo.pixels.clone(), photo, region: None });
        fits
    }

    /// The name of a photo, and which of how many it is.
    pub fn place_of(&self, photo: &Path) -> String {
        let name = photo.file_name().unwrap_or_default().to_string_lossy();
        // It is not the current one while another is being opened, or could not be.
        let is_current = self.photos.get(self.current).is_some_and(|current| current == photo);
        let index = match is_current {
            true => Some(self.current),
            false => self.photos.place_of(photo),
        };
        match (index, self.photos.len()) {
            (None, _) | (_, 0 | 1) => name.into_owned(),
            (Some(index), count) => texts::place(&name, index + 1, count),
        }
    }

    /// The previous photo of the folder.
    pub fn previous(&self) -> Option<&PathBuf> {
        self.photos.get(self.current.checked_sub(1)?)
    }

    /// The document of a photo in the window, and the photo's size.
    pub fn document_at(&self, path: &Path) -> Option<(&Document, (u32, u32))> {
        let open = self.open.as_ref().filter(|open| open.photo.path == path);
        let closed = || self.closed.get(path).map(|closed| (&closed.document, closed.size));
        open.map(|open| (&self.document, open.size())).or_else(closed)
    }

    fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Whether there is work on a photo in memory, done or undone.
    pub fn has_worked(&self) -> bool {
        self.document.revision() > 0
    }

    /// Clears the canvas; the work on the photo is kept.
    pub fn close_photo(&mut self) {
        if let Some(open) = self.open.take() {
            let document = std::mem::take(&mut self.document);
            let (photo, size, bytes) = (open.photo.fingerprint, open.size(), document.bytes());
            self.last_turn += 1;
            let turn = self.last_turn;
            let closed = ClosedPhoto { id: open.id, turn, bytes, photo, size, document };
            self.closed.insert(open.photo.path, closed);
        }
    }

    /// The photos whose documents are more than are kept in memory, with their ids: those that were left longest
    /// ago. The one left last is never among them.
    pub fn surplus(&self) -> Vec<(PathBuf, u64, &Document)> {
        let mut bytes: usize = self.closed.values().map(|closed| closed.bytes).sum();
        if self.closed.len() <= CLOSED_KEPT && bytes <= CLOSED_BYTES {
            return vec![];
        }
        let mut oldest: Vec<(&PathBuf, &ClosedPhoto)> = self.closed.iter().collect();
        oldest.sort_by_key(|(_, closed)| closed.turn);
        let mut kept = oldest.len();
        let is_surplus = |(_, closed): &(&PathBuf, &ClosedPhoto)| {
            let is_over = kept > 1 && (kept > CLOSED_KEPT || bytes > CLOSED_BYTES);
            kept -= usize::from(is_over);
            bytes -= if is_over { closed.bytes } else { 0 };
            is_over
        };
        let surplus = oldest.into_iter().take_while(is_surplus);
        surplus.map(|(path, closed)| (path.clone(), closed.id, &closed.document)).collect()
    }

    /// Drops the document of a photo that is no longer open. Only for saved work: it is read from its session
    /// when the photo is opened again, without undo.
    pub fn let_go(&mut self, path: &Path) {
        self.closed.remove(path);
    }

    /// How many masks a photo has, if there was work on it in this window.
    pub fn masks_of(&self, path: &Path) -> Option<usize> {
        let open = self.open.as_ref().filter(|open| open.photo.path == path).map(|_| &self.document);
        let document = open.or_else(|| self.closed.get(path).map(|closed| &closed.document))?;
        let count = document.masks().len();
        (count > 0 || document.revision() > 0).then_some(count)
    }

    /// The documents of photos that are no longer open, with the ids of these.
    pub fn closed_documents(&self) -> impl Iterator<Item = (u64, &Document)> {
        self.closed.values().map(|closed| (closed.id, &closed.document))
    }

    /// All documents in the window, with the paths of their photos.
    pub fn documents(&self) -> impl Iterator<Item = (&PathBuf, &Document)> {
        let open = self.open.iter().map(|open| (&open.photo.path, &self.document));
        open.chain(self.closed.iter().map(|(path, closed)| (path, &closed.document)))
    }

    /// The document of a photo by its id.
    pub fn document_with(&self, photo: u64) -> Option<&Document> {
        if self.open.as_ref().is_some_and(|open| open.id == photo) {
            return Some(&self.document);
        }
        self.closed.values().find(|closed| closed.id == photo).map(|closed| &closed.document)
    }

    /// The documents of all photos, open or not, with the paths of these.
    pub fn documents_mut(&mut self) -> impl Iterator<Item = (&PathBuf, &mut Document)> {
        let open = self.open.iter().map(|open| &open.photo.path).zip(std::iter::once(&mut self.document));
        open.chain(self.closed.iter_mut().map(|(path, closed)| (path, &mut closed.document)))
    }

    /// The path of a photo that the window has a document of.
    pub fn path_of(&self, photo: u64) -> Option<&PathBuf> {
        let open = self.open.iter().filter(|open| open.id == photo).map(|open| &open.photo.path);
        open.chain(self.closed.iter().filter(|(_, closed)| closed.id == photo).map(|(path, _)| path)).next()
    }

    /// The photos that the window has a document of.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.open.iter().map(|open| &open.photo.path).chain(self.closed.keys())
    }

    /// The id of a photo that the window has a document of, if it has this size there.
    pub fn id_at(&self, path: &Path, size: (u32, u32)) -> Option<u64> {
        if let Some(open) = self.open.as_ref().filter(|open| open.photo.path == path) {
            return Some(open.id).filter(|_| open.size() == size);
        }
        self.closed.get(path).filter(|closed| closed.size == size).map(|closed| closed.id)
    }

    /// Adds masks to a photo that may no longer be the open one.
    pub fn document_of(&mut self, photo: u64) -> Option<&mut Document> {
        if self.open.as_ref().is_some_and(|open| open.id == photo) {
            return Some(&mut self.document);
        }
        self.closed.values_mut().find(|closed| closed.id == photo).map(|closed| &mut closed.document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Annotation;
    use crate::document::Edit;
    use crate::mask::Mask;

    fn photo(fingerprint: u64, side: u32) -> Photo {
        Photo::of_pixels("a.jpg".into(), Arc::new(image::RgbImage::new(side, side)), fingerprint)
    }

    #[test]
    fn work_comes_back_with_its_photo_and_a_changed_file_is_a_new_photo() {
        let mut workspace = Workspace::default();
        assert!(workspace.show(photo(1, 8)));
        let mask = Mask::from_fn(8, 8, |x, _| x > 3);
        workspace.document.apply(Edit::AddMasks(vec![Annotation::new("", mask)]));
        let id = workspace.open.as_ref().unwrap().id;
        workspace.close_photo();
        assert_eq!(workspace.document_of(id).unwrap().masks().len(), 1);
        assert!(workspace.show(photo(1, 8)));
        assert_eq!((workspace.open.as_ref().unwrap().id, workspace.document.masks().len()), (id, 1));

        assert!(workspace.show(photo(2, 8)), "other pixels of the same size keep the masks");
        assert_ne!(workspace.open.as_ref().unwrap().id, id);
        assert_eq!(workspace.document.masks().len(), 1);
        assert!(!workspace.show(photo(3, 4)), "masks of another size do not fit");
        assert!(workspace.document.masks().is_empty());
        assert!(workspace.document.undo_label().is_none());

        // Neither do those that were undone.
        workspace.show(photo(2, 8));
        let mask = Mask::from_fn(8, 8, |x, _| x > 5);
        workspace.document.apply(Edit::AddMasks(vec![Annotation::new("", mask)]));
        workspace.document.undo();
        assert!(workspace.show(photo(4, 4)));
        assert_eq!((workspace.has_worked(), workspace.document.redo_label()), (false, None));
    }

    /// Opens a photo, adds a mask and leaves it.
    fn visit(workspace: &mut Workspace, name: &str, side: u32) {
        workspace.show(Photo { path: name.into(), ..photo(1, side) });
        let mask = Mask::from_fn(side, side, |x, y| (x + y) % 2 == 0);
        workspace.document.apply(Edit::AddMasks(vec![Annotation::new("", mask)]));
        workspace.close_photo();
    }

    fn surplus(workspace: &Workspace) -> Vec<String> {
        workspace.surplus().into_iter().map(|(path, ..)| path.display().to_string()).collect()
    }

    #[test]
    fn the_documents_left_longest_ago_are_more_than_are_kept() {
        let mut workspace = Workspace::default();
        (0..CLOSED_KEPT).for_each(|n| visit(&mut workspace, &n.to_string(), 8));
        assert!(surplus(&workspace).is_empty());
        visit(&mut workspace, "0", 8);
        assert!(surplus(&workspace).is_empty(), "a photo that was visited again counts once");
        ["a", "b"].iter().for_each(|name| visit(&mut workspace, name, 8));
        assert_eq!(surplus(&workspace), ["1", "2"]);
        workspace.let_go(Path::new("1"));
        assert_eq!(surplus(&workspace), ["2"]);
        assert_eq!(workspace.masks_of(Path::new("1")), None);

        // Few documents may take too much memory, too.
        let mut workspace = Workspace::default();
        ["a", "b"].iter().for_each(|name| visit(&mut workspace, name, 8));
        workspace.closed.values_mut().for_each(|closed| closed.bytes = CLOSED_BYTES + 1);
        assert_eq!(surplus(&workspace), ["a"], "the one left last is kept");
    }
}

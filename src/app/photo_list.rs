//! The photos to leaf through.

use std::collections::HashMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Photos in their order. Clones share them, because a folder can have a hundred thousand.
#[derive(Debug, Clone, Default)]
pub(super) struct PhotoList(Arc<Photos>);

#[derive(Debug, Clone, Default)]
struct Photos {
    paths: Vec<PathBuf>,
    /// Where each photo is; of one that is listed twice, the first place.
    places: HashMap<PathBuf, usize>,
}

impl PhotoList {
    /// A list of these photos. Takes a moment for many.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        let mut places = HashMap::with_capacity(paths.len());
        for (place, path) in paths.iter().enumerate() {
            places.entry(path.clone()).or_insert(place);
        }
        Self(Arc::new(Photos { paths, places }))
    }

    /// The place of a photo.
    pub fn place_of(&self, photo: &Path) -> Option<usize> {
        self.0.places.get(photo).copied()
    }

    /// Puts another photo in the place of one, and returns that.
    pub fn replace(&mut self, photo: &Path, other: PathBuf) -> Option<usize> {
        let place = self.place_of(photo)?;
        let photos = Arc::make_mut(&mut self.0);
        photos.places.remove(photo);
        photos.places.entry(other.clone()).or_insert(place);
        photos.paths[place] = other;
        Some(place)
    }
}

impl Deref for PhotoList {
    type Target = [PathBuf];

    fn deref(&self) -> &[PathBuf] {
        &self.0.paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_found_at_their_first_place_also_after_another_took_it() {
        let mut list = PhotoList::new(["a", "b", "a", "c"].map(PathBuf::from).to_vec());
        let shared = list.clone();
        let at = |list: &PhotoList, name: &str| list.place_of(Path::new(name));
        assert_eq!(["a", "b", "c", "d"].map(|name| at(&list, name)), [Some(0), Some(1), Some(3), None]);
        assert_eq!(list.replace(Path::new("b"), "d".into()), Some(1));
        assert_eq!(list.replace(Path::new("b"), "e".into()), None);
        assert_eq!((at(&list, "b"), at(&list, "d"), list[1].as_path()), (None, Some(1), Path::new("d")));
        assert_eq!((shared[1].as_path(), shared.len()), (Path::new("b"), 4));
    }
}

//! The photos of a folder, in natural order.

use std::path::{Path, PathBuf};

use super::file_and_page;
use super::kind::is_photo;
use super::session;

/// The photos directly in a folder, in natural order of their names; of files with several pages the first page, and
/// those that have a session. Folders, pipes and other special files
/// are never photos, whatever their name.
///
/// # Errors
/// The folder cannot be read.
pub fn photos_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut photos: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| {
            let (path, kind) = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))).ok()?;
            let is_file = || kind.is_file() || kind.is_symlink() && path.is_file();
            if is_photo(&path) { is_file().then_some(path) } else { session::page_of(&path) }
        })
        .collect();
    sort_by_name(&mut photos, |path| path);
    Ok(photos)
}

/// The photos in the folder of a photo, including the photo itself even if its name is unusual; of its file, the
/// page that `photo` names.
pub fn photos_beside(photo: &Path) -> Vec<PathBuf> {
    let (file, _) = file_and_page(photo);
    let folder = photo.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut photos = photos_in(folder).unwrap_or_default();
    if photos.iter().any(|other| other.file_name() == photo.file_name()) {
        return photos;
    }
    match photos.iter_mut().find(|other| other.file_name() == file.file_name()) {
        Some(of_file) => {
            if file != photo {
                *of_file = photo.to_path_buf();
            }
            photos
        }
        None => vec![photo.to_path_buf()],
    }
}

/// Sorts in natural order of names. The result does not depend on the previous order.
pub(super) fn sort_by_name<T>(items: &mut [T], path: impl Fn(&T) -> &Path) {
    items.sort_by_cached_key(|item| (natural_key(&path(item).to_string_lossy()), path(item).to_path_buf()));
}

/// Sorts "img2" before "img10": letters by letter, runs of digits by value.
fn natural_key(name: &str) -> Vec<(u128, String)> {
    let mut key = vec![];
    let mut rest = name;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (text, next) = after.split_at(letters);
        key.push((number.parse().unwrap_or(0), text.to_lowercase()));
        rest = next;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_photos_in_natural_order() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "img10.JPG",
            "img2.jpg",
            "img2.jpg#2.tinsel.json",
            "gone.tif#2.tinsel.json",
            "notes.txt",
            ".hidden.png",
            "Img1.png",
            "ünïcode.webp",
        ] {
            std::fs::write(dir.path().join(name), b"").unwrap();
        }
        std::fs::create_dir(dir.path().join("folder.jpg")).unwrap();
        let names = |photos: Vec<PathBuf>| -> Vec<String> {
            photos.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        // The second page has a session.
        let expected = ["Img1.png", "img2.jpg", "img2.jpg#2", "img10.JPG", "ünïcode.webp"];
        assert_eq!(names(photos_in(dir.path()).unwrap()), expected);
        assert_eq!(names(photos_beside(&dir.path().join("img2.jpg"))), expected);
        assert_eq!(names(photos_beside(&dir.path().join("notes.txt"))), ["notes.txt"]);
        let page = names(photos_beside(&dir.path().join("img2.jpg#3")));
        assert_eq!(page, ["Img1.png", "img2.jpg#3", "img2.jpg#2", "img10.JPG", "ünïcode.webp"]);
        assert!(photos_in(&dir.path().join("missing")).is_err());
    }
}

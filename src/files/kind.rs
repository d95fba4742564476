//! The kind of a file, judging by its name.

use std::path::Path;

use super::formats::readers;
use super::names::has_extension;

/// Extensions of photos when a folder is opened.
pub const PHOTO_EXTENSIONS: &[&str] =
    &["jpg", "jpeg", "jfif", "png", "webp", "tif", "tiff", "bmp", "gif", "pnm", "pbm", "pgm", "ppm"];

/// Extensions of films.
pub const FILM_EXTENSIONS: &[&str] = &[
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "wmv", "flv", "ogv", "mts", "m2ts", "3gp",
    "y4m",
];

/// Extensions of files that masks can be imported from.
pub fn mask_extensions() -> Vec<&'static str> {
    let mut extensions = vec![];
    for extension in readers().flat_map(|reader| reader.extensions()) {
        if !extensions.contains(extension) {
            extensions.push(*extension);
        }
    }
    extensions
}

/// Whether a file with this name counts as a photo.
pub(super) fn is_photo(path: &Path) -> bool {
    let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !is_hidden && has_extension(path, PHOTO_EXTENSIONS)
}

/// Whether a file with this name is a film.
pub fn is_film(path: &Path) -> bool {
    has_extension(path, FILM_EXTENSIONS)
}

/// Whether a file with this name can contain masks but is not a photo. Images may be either; their pixels
/// decide.
pub fn holds_masks(path: &Path) -> bool {
    has_extension(path, &mask_extensions()) && !has_extension(path, PHOTO_EXTENSIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_with_masks_is_no_photo_and_pictures_may_be() {
        let kinds = |name: &str| [is_photo(Path::new(name)), holds_masks(Path::new(name))];
        assert_eq!(["a.json", "a.TXT"].map(kinds), [[false, true]; 2]);
        assert_eq!(["a.png", "a.TIF", "a.jpg"].map(kinds), [[true, false]; 3]);
        assert_eq!([".a.png", "a", "a.yaml"].map(kinds), [[false; 2]; 3]);
        assert_eq!(mask_extensions(), ["json", "png", "tif", "tiff", "bmp", "txt", "xml"]);
    }
}

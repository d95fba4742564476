//! Finding the photo of a file with masks.

use std::path::{Path, PathBuf};

use crate::files::formats::readers;
use crate::files::formats::reading::json;
use crate::files::{PHOTO_EXTENSIONS, file_and_page, text};

/// The photo that a file names, or with the name of the file, in the usual folders of the programs that write
/// such files.
pub fn find_photo(file: &Path) -> Option<PathBuf> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let above = folder.join("..");
    let places = [folder.to_path_buf(), above.join("images"), above.join("JPEGImages"), above];
    let found = |name: &Path| {
        places.iter().map(|place| place.join(name)).find(|photo| file_and_page(photo).0.is_file())
    };
    if let Some(name) = named(file) {
        // Also by name only: folders of another machine do not exist here.
        let alone = name.rsplit(['/', '\\']).next().map(Path::new);
        return found(Path::new(&name)).or_else(|| found(alone?));
    }
    let stem = PathBuf::from(file.file_stem()?);
    let with_extension = |extension: &&str| found(&PathBuf::from(format!("{}.{extension}", stem.display())));
    PHOTO_EXTENSIONS.iter().find_map(with_extension).filter(|photo| !same(photo, file))
}

fn same(a: &Path, b: &Path) -> bool {
    a.canonicalize().ok().is_some_and(|a| b.canonicalize().ok() == Some(a))
}

/// The name of the photo of a JSON file, if it is only one.
fn named(file: &Path) -> Option<String> {
    let bytes = super::read(file).ok()?;
    let decoded = text::decode(&bytes).filter(|decoded| super::is_json(&decoded.text))?;
    let json = json::parse(&decoded.text).ok()?;
    readers().find_map(|reader| reader.photo_name(&json)).map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_found_where_programs_put_them() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, content).unwrap();
            path
        };
        let photo = write("images/a.jpg", "");
        let beside = write("json/b.png", "");
        let finds = |file: PathBuf, photo: &Path| {
            assert!(find_photo(&file).is_some_and(|found| same(&found, photo)), "{}", file.display());
        };
        finds(write("labels/a.txt", "0 1"), &photo);
        finds(write("json/one.json", r#"{"imagePath": "..\\images\\a.jpg"}"#), &photo);
        finds(write("json/two.json", r#"{"images": [{"file_name": "b.png"}]}"#), &beside);
        finds(write("json/b.png.tinsel.json", r#"{"photo": {"name": "b.png"}}"#), &beside);
        write("json/stack.tif", "");
        let page =
            find_photo(&write("json/stack.tif#2.tinsel.json", r#"{"photo": {"name": "stack.tif#2"}}"#));
        assert!(page.is_some_and(|page| page.ends_with("stack.tif#2")));
        assert_eq!(find_photo(&beside), None);
        assert_eq!(find_photo(&write("labels/c.txt", "")), None);
        assert_eq!(find_photo(&write("json/three.json", r#"{"images": [{}, {}]}"#)), None);
    }
}

//! Pages: the path of page N of a file, for N from 2 on, is the path of the file followed by `#N`.
//!
//! The first page has the path of the file. So each page is a photo of its own, with its own session, wherever a
//! photo is named by a path.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::files::kind::{is_film, is_photo};

/// The path of a page, counted from 0, of the file that `path` or another page of it names.
pub fn page_path(path: &Path, page: usize) -> PathBuf {
    let (file, _) = file_and_page(path);
    if page == 0 {
        return file;
    }
    let mut name = OsString::from(file);
    name.push(format!("#{}", page + 1));
    name.into()
}

/// The file that a path names, and the page in it, counted from 0.
pub fn file_and_page(path: &Path) -> (PathBuf, usize) {
    numbered(path).unwrap_or_else(|| (path.to_path_buf(), 0))
}

fn numbered(path: &Path) -> Option<(PathBuf, usize)> {
    let (file, number) = path.file_name()?.to_str()?.rsplit_once('#')?;
    let page: usize = number.parse().ok().filter(|page| *page >= 2 && !number.starts_with(['0', '+']))?;
    let file = path.with_file_name(file);
    (is_photo(&file) || is_film(&file)).then_some((file, page - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_path_of_its_own() {
        let file = Path::new("some/stack.tif");
        assert_eq!(page_path(file, 0), file);
        assert_eq!(page_path(file, 11), Path::new("some/stack.tif#12"));
        assert_eq!(page_path(Path::new("some/stack.tif#12"), 1), Path::new("some/stack.tif#2"));
        assert_eq!(page_path(Path::new("some/stack.tif#12"), 0), file);
        assert_eq!(file_and_page(Path::new("some/stack.tif#12")), (file.into(), 11));
        for name in ["stack.tif", "stack.tif#1", "stack.tif#02", "stack.tif#x", "notes#2", "a.tif#2/b.tif"] {
            assert_eq!(file_and_page(Path::new(name)), (name.into(), 0));
        }
    }
}

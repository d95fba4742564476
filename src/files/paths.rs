//! Paths inside files.

use std::path::{Component, Path, PathBuf};

/// A path in portable form, for files that move between systems.
pub fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// The relative path from a folder to a file, with slashes; the whole path if there is none.
pub fn relative(file: &Path, folder: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    let above = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Some(to), Some(from)) = (real(above), real(folder)) else { return slashed(file) };
    let shared = to.components().zip(from.components()).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return slashed(&to.join(name));
    }
    let up = std::iter::repeat_n(Component::ParentDir, from.components().count() - shared);
    let way: PathBuf = up.chain(to.components().skip(shared)).collect();
    slashed(&way.join(name))
}

/// The path without links, even if it does not exist yet.
pub fn real(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    path.canonicalize().ok().or_else(|| {
        let above = real(path.parent()?)?;
        match path.file_name() {
            Some(name) => Some(above.join(name)),
            None => above.parent().map(Into::into),
        }
    })
}

/// The number of path components of a name in a file that agree with those of a photo, counted from the end, and
/// whether they cover the whole name.
pub fn likeness(name: &str, photo: &Path) -> (usize, bool) {
    let mut parts = name.rsplit(['/', '\\']).filter(|part| !part.is_empty() && *part != ".");
    let mut of_photo = photo.components().rev();
    let mut agreeing = 0;
    loop {
        match (parts.next(), of_photo.next()) {
            (None, _) => return (agreeing, true),
            (Some(a), Some(b)) if b.as_os_str().to_string_lossy() == a => agreeing += 1,
            _ => return (agreeing, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_photo() {
        let dir = tempfile::tempdir().unwrap();
        let (photos, out) = (dir.path().join("photos"), dir.path().join("out/json"));
        std::fs::create_dir_all(&photos).unwrap();
        std::fs::create_dir_all(&out).unwrap();
        let photo = photos.join("a b.jpg");
        assert_eq!(relative(&photo, &photos), "a b.jpg");
        assert_eq!(relative(&photo, &out), "../../photos/a b.jpg");
        assert_eq!(relative(&photo, dir.path()), "photos/a b.jpg");
        assert_eq!(relative(&photo, &photos.join("not/../yet")), "../a b.jpg");
    }

    #[test]
    #[cfg(unix)]
    fn the_way_from_a_folder_that_is_not_there_yet_leads_through_links() {
        let dir = tempfile::tempdir().unwrap();
        let photos = dir.path().join("photos");
        std::fs::create_dir(&photos).unwrap();
        std::os::unix::fs::symlink(&photos, dir.path().join("link")).unwrap();
        let (photo, folder) = (photos.join("a.jpg"), dir.path().join("link/new/json"));
        assert_eq!(relative(&photo, &folder), "../../a.jpg");
        std::fs::create_dir_all(&folder).unwrap();
        assert_eq!(relative(&photo, &folder), "../../a.jpg", "as once it is there");
    }
}

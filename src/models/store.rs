//! The folder where weights lie, and the address they come from.

use std::path::{Path, PathBuf};

use super::catalogue::{CATALOGUE, Entry, UnknownName, find};

/// Environment variable for the folder of the weights.
pub const FOLDER_VARIABLE: &str = "TINSEL_MODELS_DIR";
/// Environment variable for the base URL of a mirror.
pub const URL_VARIABLE: &str = "TINSEL_MODELS_URL";

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("this system has no folder for cached files; set {FOLDER_VARIABLE} to a folder for the models")]
    NoFolder,
    #[error("{url}: not a valid address for downloads: {cause}; correct {origin}")]
    BadUrl { url: String, cause: &'static str, origin: &'static str },
}

/// Why a model cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("{name}: not on this computer; run `tinsel models download {name}` to download it to {}", file.display())]
    NotDownloaded { name: &'static str, file: PathBuf },
    #[error(
        "{name}: {} has {found} bytes instead of {expected}; run `tinsel models download {name}` to download \
         it again",
        file.display()
    )]
    Incomplete { name: &'static str, file: PathBuf, found: u64, expected: u64 },
    #[error("{}: neither an existing file nor a known model", path.display())]
    NoFile { path: PathBuf },
    #[error("{unknown}; to use a file, give its path")]
    UnknownName { unknown: UnknownName },
}

/// The state of a model on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDisk {
    Missing,
    /// An unfinished download, which can be resumed.
    Partial {
        bytes: u64,
    },
    /// The file exists. Only its presence is checked; [`super::verify`] checks its content.
    Present {
        bytes: u64,
    },
}

/// A folder for weights, and the source of their downloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    folder: PathBuf,
    /// The base URL that replaces those of the publishers.
    mirror: Option<String>,
}

impl Store {
    /// A store in this folder, which need not exist yet, with the mirror at this URL.
    ///
    /// # Errors
    /// [`StoreError::BadUrl`] if the URL does not begin with `http://` or `https://`.
    pub fn new(folder: &Path, mirror: &str) -> Result<Self, StoreError> {
        Self::with_mirror(folder.into(), mirror, "the URL")
    }

    /// The user's store. The folder is `TINSEL_MODELS_DIR`, or else `tinsel/models` in the user's folder for
    /// cached files; the mirror is `TINSEL_MODELS_URL`, or else `mirror` (a setting), or else none. An empty
    /// variable counts as unset.
    ///
    /// # Errors
    /// This system has no such folder, or the URL is invalid.
    pub fn from_environment(mirror: Option<&str>) -> Result<Self, StoreError> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let folder = match variable(FOLDER_VARIABLE) {
            Some(folder) => PathBuf::from(folder),
            None => dirs::cache_dir().ok_or(StoreError::NoFolder)?.join("tinsel").join("models"),
        };
        match (variable(URL_VARIABLE), mirror.map(str::trim).filter(|url| !url.is_empty())) {
            (Some(url), _) => Self::with_mirror(folder, &url.to_string_lossy(), URL_VARIABLE),
            (None, Some(url)) => Self::with_mirror(folder, url, "the setting"),
            (None, None) => Ok(Self { folder: absolute(folder), mirror: None }),
        }
    }

    fn with_mirror(folder: PathBuf, url: &str, origin: &'static str) -> Result<Self, StoreError> {
        let url = url.trim();
        let bad = |cause| Err(StoreError::BadUrl { url: without_password(url), cause, origin });
        let scheme_ends = url.find("://").map_or(0, |i| i + 3);
        if !["http://", "https://"].contains(&url[..scheme_ends].to_ascii_lowercase().as_str()) {
            return bad("it must begin with https:// or http://");
        }
        if url[scheme_ends..].trim_matches('/').is_empty() || url.contains(char::is_whitespace) {
            return bad("it has no host");
        }
        if url.contains(['?', '#']) {
            return bad("it must be a folder, without ? and #");
        }
        Ok(Self { folder: absolute(folder), mirror: Some(format!("{}/", url.trim_end_matches('/'))) })
    }

    /// The folder of the weights. It need not exist.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of this entry's file, which need not exist.
    pub fn file(&self, entry: &Entry) -> PathBuf {
        self.folder.join(entry.file_name())
    }

    /// The path of the partial file of a download.
    pub fn part_file(&self, entry: &Entry) -> PathBuf {
        self.folder.join(format!("{}.part", entry.file_name()))
    }

    /// The path for a file with wrong content.
    pub fn bad_file(&self, entry: &Entry) -> PathBuf {
        self.folder.join(format!("{}.bad", entry.file_name()))
    }

    #[cfg(feature = "download")]
    pub(super) fn lock_file(&self, entry: &Entry) -> PathBuf {
        self.folder.join(format!(".{}.lock", entry.file_name()))
    }

    /// The full URL of this entry, for requests.
    pub(super) fn request_url(&self, entry: &Entry) -> String {
        format!("{}{}", self.mirror.as_deref().unwrap_or(entry.source.base_url()), entry.path)
    }

    /// The full URL of this entry, for display: without user name and password.
    pub fn url(&self, entry: &Entry) -> String {
        without_password(&self.request_url(entry))
    }

    /// The state of this entry on disk.
    pub fn state(&self, entry: &Entry) -> OnDisk {
        let length_of = |path| std::fs::metadata(path).ok().filter(|m| m.is_file()).map(|m| m.len());
        match (length_of(self.file(entry)), length_of(self.part_file(entry))) {
            (Some(bytes), _) => OnDisk::Present { bytes },
            (None, Some(bytes)) => OnDisk::Partial { bytes },
            (None, None) => OnDisk::Missing,
        }
    }

    /// The entry of this file, if it is in the store under the entry's name.
    pub fn entry_of(&self, path: &Path) -> Option<&'static Entry> {
        let name = path.file_name()?;
        let entry = CATALOGUE.iter().find(|entry| name == entry.file_name())?;
        let real = |path: &Path| std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).ok();
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        (real(folder)? == real(&self.folder)?).then_some(entry)
    }

    /// The path of a model given as a name of the catalogue or as a path. A name comes first:
    /// write `./NAME` for a file of the same name.
    ///
    /// # Errors
    /// The model is not downloaded, or its file has the wrong size; the path does not exist; or it looks like
    /// a name, but is not in the catalogue.
    pub fn resolve(&self, name_or_path: &str) -> Result<PathBuf, ResolveError> {
        let path = PathBuf::from(name_or_path);
        let entry = match find(name_or_path) {
            Ok(entry) => entry,
            Err(_) if path.exists() => return Ok(path),
            Err(_) if looks_like_path(&path) => return Err(ResolveError::NoFile { path }),
            Err(unknown) => return Err(ResolveError::UnknownName { unknown }),
        };
        let (name, file) = (entry.name, self.file(entry));
        match (self.state(entry), entry.bytes) {
            (OnDisk::Present { bytes: found }, Some(expected)) if found != expected => {
                Err(ResolveError::Incomplete { name, file, found, expected })
            }
            (OnDisk::Present { .. }, _) => Ok(file),
            _ => Err(ResolveError::NotDownloaded { name, file }),
        }
    }
}

fn absolute(folder: PathBuf) -> PathBuf {
    std::path::absolute(&folder).unwrap_or(folder)
}

fn looks_like_path(path: &Path) -> bool {
    let weights = |extension: &std::ffi::OsStr| {
        ["pt", "pth", "torch", "bin", "safetensors", "onnx"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    };
    path.components().count() > 1 || path.is_absolute() || path.extension().is_some_and(weights)
}

/// Removes user name and password, which do not belong in messages and logs.
fn without_password(url: &str) -> String {
    let host = url.find("://").map_or(0, |i| i + 3);
    let path = url[host..].find('/').map_or(url.len(), |i| host + i);
    match url[host..path].rfind('@') {
        Some(at) => format!("{}{}", &url[..host], &url[host + at + 1..]),
        None => url.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Source;

    fn store_in(folder: &Path) -> Store {
        Store { folder: absolute(folder.into()), mirror: None }
    }

    #[test]
    fn urls() {
        let tiny = find("sam2.1-tiny").unwrap();
        let url = |base| Store::new(Path::new("models"), base).unwrap().url(tiny);
        assert_eq!(url("http://mirror/sam2"), "http://mirror/sam2/092824/sam2.1_hiera_tiny.pt");
        assert_eq!(url(" HTTPS://mirror// "), "HTTPS://mirror/092824/sam2.1_hiera_tiny.pt");
        assert_eq!(url("https://me:secret@mirror/a@b/"), "https://mirror/a@b/092824/sam2.1_hiera_tiny.pt");
        let store = store_in(Path::new("models"));
        assert_eq!(store.url(tiny), format!("{}{}", Source::Sam2.base_url(), tiny.path));
        let vit_b = find("sam-vit-b").unwrap();
        assert_eq!(store.url(vit_b), format!("{}{}", Source::Sam1.base_url(), vit_b.path));
        for bad in
            ["", "mirror", "ftp://mirror/", "http://", "https:///", "http://a b/", "http://a/?b=", "é://"]
        {
            let error = Store::new(Path::new("models"), bad).unwrap_err();
            assert!(matches!(error, StoreError::BadUrl { .. }), "{bad}");
        }
        let error = Store::new(Path::new("models"), "ftp://me:secret@mirror/").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn what_is_on_disk() {
        let dir = tempfile::tempdir().unwrap();
        let store = store_in(dir.path());
        let (tiny, old) = (find("sam2.1-tiny").unwrap(), find("sam2-tiny").unwrap());
        assert_eq!(store.state(tiny), OnDisk::Missing);
        let message = store.resolve("sam2.1-tiny").unwrap_err().to_string();
        assert!(message.contains("`tinsel models download sam2.1-tiny`"), "{message}");
        std::fs::write(store.part_file(tiny), b"abc").unwrap();
        assert_eq!(store.state(tiny), OnDisk::Partial { bytes: 3 });
        assert!(matches!(store.resolve("sam2.1-tiny"), Err(ResolveError::NotDownloaded { .. })));
        std::fs::write(store.file(tiny), b"abcd").unwrap();
        assert_eq!(store.state(tiny), OnDisk::Present { bytes: 4 });
        // Four bytes are no model, and that can be told without reading them.
        assert!(matches!(store.resolve("sam2.1-tiny"), Err(ResolveError::Incomplete { found: 4, .. })));
        std::fs::write(store.file(old), b"of unknown length").unwrap();
        assert_eq!(store.resolve("SAM2-tiny").unwrap(), store.file(old));
        // A folder of that name is no file.
        std::fs::create_dir(store.file(find("sam2-large").unwrap())).unwrap();
        assert_eq!(store.state(find("sam2-large").unwrap()), OnDisk::Missing);
    }

    #[test]
    fn paths_and_names() {
        let dir = tempfile::tempdir().unwrap();
        let store = store_in(dir.path());
        let own = dir.path().join("own.pt");
        std::fs::write(&own, b"x").unwrap();
        assert_eq!(store.resolve(own.to_str().unwrap()).unwrap(), own);
        assert!(matches!(store.resolve("gone.pt"), Err(ResolveError::NoFile { .. })));
        assert!(matches!(store.resolve("some/where"), Err(ResolveError::NoFile { .. })));
        assert!(matches!(store.resolve("sam3"), Err(ResolveError::UnknownName { .. })));

        let tiny = find("sam2.1-tiny").unwrap();
        assert_eq!(store.entry_of(&store.file(tiny)), Some(tiny));
        assert_eq!(store.entry_of(&own), None);
        assert_eq!(store.entry_of(Path::new("elsewhere/sam2.1_hiera_tiny.pt")), None);
        assert_eq!(store.entry_of(Path::new("/")), None);
        let roundabout = dir.path().join(".").join(tiny.file_name());
        assert_eq!(store.entry_of(&roundabout), Some(tiny));
    }
}

//! File names that the file system accepts.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The shortest limit for names on common file systems, in bytes (eCryptfs).
pub(super) const SHORTEST_LIMIT: usize = 143;

/// Whether a file may have this name, according to the nearest existing folder above it.
pub(super) fn is_allowed(path: &Path) -> bool {
    let Some(name) = path.file_name() else { return true };
    let there = path.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(Path::new(""));
    !there.join(name).symlink_metadata().is_err_and(|e| e.kind() == ErrorKind::InvalidFilename)
}

/// Whether a file has one of these extensions, ignoring case.
pub(super) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|own| extensions.iter().any(|extension| own.eq_ignore_ascii_case(extension)))
}

/// The beginning of a name followed by a hash of the full name, in at most this many bytes.
pub(super) fn shortened(name: &OsStr, bytes: usize) -> String {
    let (hash, text) = (hash_of(name.as_encoded_bytes()), name.to_string_lossy());
    format!("{}-{hash}", &text[..text.floor_char_boundary(bytes.saturating_sub(hash.len() + 1))])
}

/// A file in a folder, named `base` and `ending`, with a truncated `base` if that is too long.
pub(super) fn fitting(folder: &Path, base: &str, ending: &str) -> PathBuf {
    let whole = folder.join(format!("{base}{ending}"));
    if is_allowed(&whole) {
        return whole;
    }
    let short = shortened(base.as_ref(), SHORTEST_LIMIT.saturating_sub(ending.len()));
    folder.join(format!("{short}{ending}"))
}

/// The beginning of a hash, as 16 hexadecimal digits.
pub(super) fn hash_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_too_long_are_cut_and_stay_different() {
        let dir = tempfile::tempdir().unwrap();
        let file = |base: &str| fitting(&dir.path().join("new/one"), base, "_cutout.png");
        assert!(file(&"y".repeat(240)).ends_with(format!("new/one/{}_cutout.png", "y".repeat(240))));
        for base in ["y".repeat(246), "杯".repeat(82), format!("a{}", "杯".repeat(90))] {
            let name = file(&base).file_name().unwrap().to_owned();
            std::fs::write(dir.path().join(&name), b"").unwrap();
            assert!(name.len() <= SHORTEST_LIMIT && name.len() > SHORTEST_LIMIT - 4, "{name:?}");
            assert!(name.to_string_lossy().ends_with("_cutout.png"));
            assert_ne!(file(&base), file(&format!("{base}x")));
        }
    }
}

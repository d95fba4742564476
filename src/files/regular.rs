//! Regular files, as opposed to pipes and devices, which could block forever.

use std::fs::{File, Metadata};
use std::io::{Error, Result};
use std::path::Path;

/// Opens a file for reading.
///
/// # Errors
/// It cannot be opened, or it is a folder, a pipe, a device or a socket.
pub(super) fn open(path: &Path) -> Result<File> {
    match other_kind(&path.metadata()?) {
        Some(kind) => Err(Error::other(format!("it is {kind}, not a file"))),
        None => File::open(path),
    }
}

/// The kind of a path that is not a regular file.
pub(super) fn other_kind(metadata: &Metadata) -> Option<&'static str> {
    if metadata.is_file() {
        return None;
    }
    if metadata.is_dir() {
        return Some("a folder");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = metadata.file_type();
        if kind.is_fifo() {
            return Some("a pipe");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
    }
    Some("a device")
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_named_and_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let (pipe, socket) = (dir.path().join("pipe.jpg"), dir.path().join("socket.jpg"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for (path, kind) in [
            (&*pipe, "a pipe"),
            (&*socket, "a socket"),
            (dir.path(), "a folder"),
            (Path::new("/dev/zero"), "a device"),
        ] {
            let error = open(path).unwrap_err().to_string();
            assert!(error.contains(kind), "{error}");
        }
        std::fs::write(dir.path().join("a"), "x").unwrap();
        open(&dir.path().join("a")).unwrap();
    }
}

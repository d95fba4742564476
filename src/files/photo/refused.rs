//! Formats that are recognised but not supported, for messages.

use std::path::Path;

use super::PhotoError;

/// The kind of a file in an unsupported format.
pub(super) fn error(path: &Path, bytes: &[u8]) -> PhotoError {
    let path = path.to_path_buf();
    match kind(bytes) {
        Some(kind) => PhotoError::Unsupported { path, kind: kind.into() },
        None => PhotoError::NotAPicture { path },
    }
}

fn kind(bytes: &[u8]) -> Option<&'static str> {
    // ISO media files list their brand first, and then all compatible brands.
    if bytes.get(4..8) == Some(b"ftyp") {
        let length = bytes.first_chunk().map_or(0, |length| u32::from_be_bytes(*length) as usize);
        let brands = bytes.get(8..length.min(bytes.len()).min(256)).unwrap_or_default();
        let has =
            |wanted: &[&[u8; 4]]| brands.chunks_exact(4).any(|brand| wanted.iter().any(|w| brand == *w));
        return Some(match () {
            () if has(&[b"avif", b"avis"]) => "AVIF",
            () if has(&[b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"]) => "HEIC",
            () if has(&[b"crx "]) => "a raw photo (CR3)",
            () => "a video",
        });
    }
    let known: [(&[u8], &str); 8] = [
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL ", "JPEG XL"),
        (b"\0\0\0\x0cjP  ", "JPEG 2000"),
        (b"\xff\x4f\xff\x51", "JPEG 2000"),
        (b"8BPS", "a Photoshop document"),
        (b"%PDF", "a PDF document"),
        (b"FUJIFILM", "a raw photo (RAF)"),
        (b"<svg", "a vector graphic (SVG)"),
    ];
    known.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| *kind)
}

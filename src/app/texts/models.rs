//! The menu of models, downloads, and what is kept of encoded photos.

use std::path::Path;

pub const BUILT_IN: &str = "MobileSAM, built in: fast, clean masks";
pub const READY: &str = "ready";
pub const ON_DISK: &str = "on disk";
pub const DOWNLOAD_FIRST: &str = "Download it first";
pub const DOWNLOAD: &str = "Download";
pub const RESUME: &str = "Resume";
pub const STOP: &str = "Stop";
pub const CONNECTING: &str = "connecting";
pub const CHECKING: &str = "verifying";
pub const OPEN_FILE: &str = "Open a model file…";
pub const NETWORK_INPUT: &str = "Network input";
pub const PIXELS: &str = "pixels";
pub const SMALLER_INPUT: &str = "faster, less precise";
pub const MIRROR: &str = "Mirror";
pub const MIRROR_HINT: &str = "empty: the publishers' servers";

pub const ENCODE_AHEAD: &str = "Encode the next photo when idle";
pub const EMBEDDINGS_TOOLTIP: &str =
    "Photos that were encoded before open at once; the least recently used are removed first";
pub const CLEAR: &str = "Clear";
pub const CLEAR_EMBEDDINGS: &str = "Clear encoded photos";

pub fn use_model(name: &str) -> String {
    format!("Use {name}")
}

pub fn get_model(name: &str, bytes: Option<u64>) -> String {
    let size = bytes.map(|bytes| format!(", {}", super::megabytes(bytes))).unwrap_or_default();
    format!("Sharper masks: get {name}{size}")
}

pub fn entry(title: &str, parameters: &str) -> String {
    format!("{title}, {parameters} parameters")
}

/// A verb on a button, and how much it is about.
pub fn with_size(verb: &str, bytes: Option<u64>) -> String {
    let size = bytes.map(|bytes| format!(" {}", super::megabytes(bytes))).unwrap_or_default();
    format!("{verb}{size}")
}

/// What a button with this verb does, for screen readers.
pub fn button(verb: &str, name: &str) -> String {
    format!("{verb} {name}")
}

pub fn downloading(name: &str, progress: &str) -> String {
    format!("{name}, {progress}")
}

pub fn speed(bytes_per_second: f64, seconds_left: Option<f64>) -> String {
    let speed = format!("{:.1} MB/s", bytes_per_second / 1e6);
    match seconds_left {
        Some(seconds) => format!("{speed}, {seconds:.0} s left"),
        None => speed,
    }
}

pub fn licence(licence: &str) -> String {
    format!("All weights: {licence}, from their publishers")
}

pub fn folder(folder: &Path) -> String {
    format!("Stored in {}", folder.display())
}

/// In pixels.
pub fn network_input(side: usize) -> String {
    format!("Network input of {side} pixels")
}

/// In pixels.
pub fn trained_with(side: usize) -> String {
    format!("Trained with {side}? Use it")
}

pub fn embeddings(bytes: u64) -> String {
    let size =
        if bytes < 1_000_000_000 { super::megabytes(bytes) } else { format!("{:.1} GB", bytes as f64 / 1e9) };
    format!("Encoded photos on disk: {size}, at most")
}

/// A limit on disk, in gigabytes.
pub fn limit(gigabytes: u32) -> String {
    match gigabytes {
        0 => "none".to_owned(),
        limit => format!("{limit} GB"),
    }
}

/// The same for screen readers.
pub fn keep_at_most(gigabytes: u32) -> String {
    match gigabytes {
        0 => "Keep no encoded photos".to_owned(),
        limit => format!("Keep at most {limit} GB of encoded photos"),
    }
}

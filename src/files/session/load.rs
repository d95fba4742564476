//! Reading a session file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::content::{FORMAT, Session, VERSION};
use super::save::{Stamp, temporary_prefix};
use super::{Places, folder_of, sibling};

/// Larger files are no sessions.
const MAX_BYTES: u64 = 1 << 30;
/// Temporary files older than this belong to nobody any more.
const ABANDONED: Duration = Duration::from_secs(60);

/// What has been kept about a photo, and the right to replace it.
#[derive(Debug)]
pub struct Loaded {
    pub state: LoadedState,
    /// Where to save; not where it was read from if that cannot be written.
    pub path: PathBuf,
    /// What lies at `path`.
    pub stamp: Stamp,
}

#[derive(Debug)]
pub enum LoadedState {
    /// Nothing has been kept.
    Fresh,
    Found(Session),
    /// The photo's file is another one than when this was saved. With `same_size` the masks still
    /// fit on it, though not necessarily to what is shown.
    PhotoChanged {
        session: Session,
        same_size: bool,
    },
}

/// Why a session could not be read. The message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("{}: cannot be read: {cause}; it is left as it is, and nothing is saved over it", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error(
        "{}: was written by a newer Tinsel (version {version} of the format, this one knows {VERSION}); \
         update Tinsel, or move the file away to begin anew",
        path.display()
    )]
    Newer { path: PathBuf, version: u64 },
    #[error("{}: {cause}; it is left as it is: {way_out}", path.display())]
    Damaged { path: PathBuf, cause: String, way_out: String },
}

/// What every version of the format has.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u64,
}

pub(super) fn load(places: &Places, size: (u32, u32), fingerprint: u64) -> Result<Loaded, SessionError> {
    remove_abandoned(&places.wanted);
    let path = places.wanted.clone();
    if let Some(bytes) = read(&path)? {
        let session = parse(&path, &bytes)?;
        return Ok(Loaded { state: state(session, size, fingerprint), stamp: Stamp::of(&bytes), path });
    }
    let mut loaded = Loaded { state: LoadedState::Fresh, stamp: Stamp::ABSENT, path };
    if let Some(other) = &places.other
        && let Some(bytes) = read(other)?
    {
        loaded.state = state(parse(other, &bytes)?, size, fingerprint);
    }
    Ok(loaded)
}

pub(super) fn count_masks(places: &Places) -> Option<usize> {
    #[derive(Deserialize)]
    struct Counted {
        format: String,
        version: u64,
        #[serde(default)]
        masks: Vec<serde::de::IgnoredAny>,
    }
    let places = [Some(&places.wanted), places.other.as_ref()];
    let bytes = places.into_iter().flatten().find_map(|path| read(path).ok().flatten())?;
    let Counted { format, version, masks } = serde_json::from_slice(&bytes).ok()?;
    (format == FORMAT && version <= u64::from(VERSION)).then_some(masks.len())
}

fn state(session: Session, (width, height): (u32, u32), fingerprint: u64) -> LoadedState {
    let photo = &session.photo;
    let same_size = (photo.width, photo.height) == (width, height);
    if same_size && photo.fingerprint == fingerprint {
        LoadedState::Found(session)
    } else {
        LoadedState::PhotoChanged { session, same_size }
    }
}

/// The content of a file, or `None` if there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, SessionError> {
    let failed = |cause| SessionError::Unreadable { path: path.into(), cause };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    let mut bytes = vec![];
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(damaged(path, "is larger than a session can be".into()));
    }
    Ok(Some(bytes))
}

pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Session, SessionError> {
    let is_damaged = |e: serde_json::Error| damaged(path, format!("is damaged ({e})"));
    let header: Header = serde_json::from_slice(bytes).map_err(is_damaged)?;
    if header.format != FORMAT {
        return Err(damaged(path, format!("is no session but `{}`", header.format)));
    }
    if header.version > u64::from(VERSION) {
        return Err(SessionError::Newer { path: path.into(), version: header.version });
    }
    let session: Session = serde_json::from_slice(bytes).map_err(is_damaged)?;
    session.check().map_err(|cause| damaged(path, format!("is damaged ({cause})")))?;
    Ok(session)
}

fn damaged(path: &Path, cause: String) -> SessionError {
    let former = sibling(path, ".bak.json");
    let way_out = match former.file_name().filter(|_| former.exists()) {
        Some(name) => format!("rename {} to its name to go on from there", name.to_string_lossy()),
        None => "move it away to begin anew".into(),
    };
    SessionError::Damaged { path: path.into(), cause, way_out }
}

/// Removes what a process left that was killed while it saved this session.
fn remove_abandoned(path: &Path) {
    let prefix = temporary_prefix(path);
    let Ok(entries) = std::fs::read_dir(folder_of(path)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes())
            && age().is_some_and(|age| age > ABANDONED)
        {
            // Best effort: it is in nobody's way.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

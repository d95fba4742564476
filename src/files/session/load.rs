//! Reading a session file.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Deserialize;

use super::super::Rendering;
use super::content::{Absence, FORMAT, Session, VERSION};
use super::save::SaveError;
use super::{Existing, Places, Stamp, is_there, sibling};
use crate::annotation::Proposal;
use crate::colour::Colour;
use crate::document::{Looks, Sighting};
use crate::track::TrackMark;

/// Larger files are rejected.
const MAX_BYTES: u64 = 1 << 30;

/// The saved session of a photo, and the right to replace it.
#[derive(Debug)]
pub struct Loaded {
    pub state: LoadedState,
    /// The path for saving, which differs from the path of reading if that cannot be written.
    pub path: PathBuf,
    /// The content of `path` that may be replaced.
    pub stamp: Stamp,
    /// Other files for photos of this name: older work, work on another state of the photo, and unreadable
    /// files. They are not changed.
    pub others: Vec<PathBuf>,
}

#[derive(Debug)]
pub enum LoadedState {
    /// No session exists.
    Fresh,
    Found(Session),
    /// The photo's file has changed since this was saved. With `same_size` the masks still have its size, but
    /// may not match its content.
    PhotoChanged {
        session: Session,
        same_size: bool,
    },
}

/// Why a session could not be read. The message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("{}: cannot be read: {cause}; the file is not changed", path.display())]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error(
        "{}: was written by a newer Tinsel (format version {version}; this Tinsel reads up to {VERSION}); \
         update Tinsel, or move the file away to start over",
        path.display()
    )]
    Newer { path: PathBuf, version: u64 },
    #[error("{}: {cause}; the file is not changed: {way_out}", path.display())]
    Damaged { path: PathBuf, cause: String, way_out: String },
}

/// The keys common to all versions of the format.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u64,
}

/// The sizes of photo and masks, for checks before the masks are decoded.
#[derive(Deserialize)]
struct Sizes {
    photo: PhotoSize,
    #[serde(default)]
    masks: Vec<SizedMask>,
}

#[derive(Deserialize)]
struct PhotoSize {
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
struct SizedMask {
    segmentation: SizedSegmentation,
}

#[derive(Deserialize)]
struct SizedSegmentation {
    size: [u32; 2],
}

impl Sizes {
    /// Rejects masks that do not have the photo's size.
    fn check(&self) -> Result<(), String> {
        let PhotoSize { width, height } = self.photo;
        let sizes = self.masks.iter().map(|mask| mask.segmentation.size);
        match (1..).zip(sizes).find(|(_, size)| *size != [height, width]) {
            Some((number, [h, w])) => {
                Err(format!("mask {number} has {w}x{h} pixels, the photo has {width}x{height}"))
            }
            None => Ok(()),
        }
    }
}

impl Loaded {
    /// Saves the changed session in its place, or next to it if it belongs to a state of the photo other than
    /// `fingerprint`. Returns the path and the stamp of the new content.
    ///
    /// # Errors
    /// See [`SaveError`]; the files are not changed then.
    pub fn save(&self, session: &mut Session, fingerprint: u64) -> Result<(PathBuf, Stamp), SaveError> {
        session.photo.fingerprint = fingerprint;
        match self.state {
            LoadedState::PhotoChanged { .. } => session.save_as_conflict(&self.path),
            _ => Ok((self.path.clone(), session.save(&self.path, &self.stamp)?)),
        }
    }
}

impl SessionError {
    /// The file that could not be read.
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable { path, .. } | Self::Newer { path, .. } | Self::Damaged { path, .. } => path,
        }
    }
}

/// How well a session fits a photo, from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    OtherSize,
    SameSize,
    SamePhoto,
}

impl Fit {
    fn of(session: &Session, (width, height): (u32, u32), fingerprint: u64) -> Self {
        let photo = &session.photo;
        match (photo.width, photo.height) == (width, height) {
            true if photo.fingerprint == fingerprint => Self::SamePhoto,
            true => Self::SameSize,
            false => Self::OtherSize,
        }
    }
}

/// Selects the newest of the best fitting sessions. An unreadable session at the preferred path only rules
/// out sessions that do not belong to exactly this photo.
pub(super) fn load(places: &Places, size: (u32, u32), fingerprint: u64) -> Result<Loaded, SessionError> {
    let mut others = vec![];
    let mut unreadable = None;
    let mut best: Option<(Fit, SystemTime, Existing, Stamp, Session)> = None;
    for existing in places.existing() {
        let path = existing.path.clone();
        others.push(path.clone());
        let parsed = read(&path).and_then(|found| {
            let parse =
                |(bytes, modified): (Vec<u8>, _)| Ok((parse(&path, &bytes)?, modified, Stamp::of(&bytes)));
            found.map(parse).transpose()
        });
        match parsed {
            Ok(Some((session, modified, stamp))) => {
                let fit = Fit::of(&session, size, fingerprint);
                if best.as_ref().is_none_or(|best| (fit, modified) > (best.0, best.1)) {
                    best = Some((fit, modified, existing, stamp, session));
                }
            }
            Ok(None) => {}
            Err(error) if path == places.wanted => unreadable = Some(error),
            Err(_) => {}
        }
    }
    let is_this_photo = best.as_ref().is_some_and(|best| best.0 == Fit::SamePhoto);
    if let Some(error) = unreadable.filter(|_| !is_this_photo) {
        return Err(error);
    }
    let free = Loaded { state: LoadedState::Fresh, path: places.free(), stamp: Stamp::ABSENT, others };
    let Some((fit, _, Existing { path, in_place }, stamp, session)) = best else { return Ok(free) };
    let state = match fit {
        Fit::SamePhoto => LoadedState::Found(session),
        Fit::SameSize => LoadedState::PhotoChanged { session, same_size: true },
        Fit::OtherSize if !is_there(&places.wanted) => return Ok(free),
        Fit::OtherSize => {
            return Ok(Loaded { state: LoadedState::PhotoChanged { session, same_size: false }, ..free });
        }
    };
    let others = free.others.into_iter().filter(|other| *other != path).collect();
    // A session that cannot be written in its place is written to a free path.
    let (path, stamp) = if in_place { (path, stamp) } else { (free.path, Stamp::ABSENT) };
    Ok(Loaded { state, path, stamp, others })
}

pub(super) fn count_masks(existing: &[Existing]) -> Option<usize> {
    #[derive(Deserialize)]
    struct Counted {
        format: String,
        version: u64,
        #[serde(default)]
        masks: Vec<serde::de::IgnoredAny>,
    }
    let (bytes, _) = existing.iter().find_map(|file| read(&file.path).ok().flatten())?;
    let Counted { format, version, masks } = serde_json::from_slice(&bytes).ok()?;
    (format == FORMAT && version <= u64::from(VERSION)).then_some(masks.len())
}

/// The number of proposals and the lowest certainty, without decoding masks.
pub(super) fn proposals(existing: &[Existing]) -> Option<(usize, f32)> {
    #[derive(Deserialize)]
    struct Proposals {
        format: String,
        version: u64,
        #[serde(default)]
        masks: Vec<Proposed>,
    }
    #[derive(Deserialize)]
    struct Proposed {
        #[serde(default)]
        predicted_iou: Option<f32>,
        #[serde(default)]
        proposal: Option<Proposal>,
    }
    let (bytes, _) = existing.iter().find_map(|file| read(&file.path).ok().flatten())?;
    let Proposals { format, version, masks } = serde_json::from_slice(&bytes).ok()?;
    if format != FORMAT || version > u64::from(VERSION) {
        return None;
    }
    let certainties: Vec<f32> =
        masks.iter().filter_map(|mask| Some(mask.proposal?.certainty(mask.predicted_iou))).collect();
    Some((certainties.len(), certainties.into_iter().reduce(f32::min)?))
}

/// The objects of a sequence, without decoding masks.
pub(super) fn sightings(existing: Vec<Existing>) -> Vec<Sighting> {
    #[derive(Deserialize)]
    struct Sightings {
        format: String,
        version: u64,
        #[serde(default)]
        masks: Vec<Marked>,
        #[serde(default)]
        absent: Vec<Absence>,
    }
    #[derive(Deserialize)]
    struct Marked {
        name: String,
        #[serde(default)]
        class: Option<String>,
        colour: Colour,
        #[serde(default)]
        track: Option<TrackMark>,
    }
    let readable = existing.into_iter().filter_map(|Existing { path, .. }| {
        let (bytes, modified) = read(&path).ok()??;
        Some((serde_json::from_slice::<Sightings>(&bytes).ok()?, modified))
    });
    let is_known = |found: &Sightings| found.format == FORMAT && found.version <= u64::from(VERSION);
    let newest = readable.filter(|(found, _)| is_known(found)).max_by_key(|(_, modified)| *modified);
    let Some((Sightings { masks, absent, .. }, _)) = newest else { return vec![] };
    let visible = masks.into_iter().filter_map(|Marked { name, class, colour, track }| {
        Some(Sighting::visible(track?, Looks { name, class, colour }))
    });
    visible.chain(absent.iter().map(|gone| Sighting::absent(gone.track, gone.is_prompted))).collect()
}

/// How the photo of a session is shown, without reading its masks.
pub(super) fn rendering(places: &Places) -> Rendering {
    #[derive(Deserialize)]
    struct Rendered {
        #[serde(default)]
        rendering: Rendering,
    }
    let readable = places.existing().into_iter().filter_map(|Existing { path, .. }| {
        let (bytes, modified) = read(&path).ok()??;
        Some((serde_json::from_slice::<Rendered>(&bytes).ok()?, modified))
    });
    let newest = readable.max_by_key(|(_, modified)| *modified);
    newest.map_or_else(Rendering::default, |(Rendered { rendering }, _)| rendering)
}

/// The newest session that can be read.
pub(super) fn newest(places: &Places) -> Option<Session> {
    let readable = places.existing().into_iter().filter_map(|Existing { path, .. }| {
        let (bytes, modified) = read(&path).ok()??;
        Some((parse(&path, &bytes).ok()?, modified))
    });
    readable.max_by_key(|(_, modified)| *modified).map(|(session, _)| session)
}

/// The content of a file and its modification time; `None` if it does not exist, is a broken link, or is not
/// a regular file, such as a pipe, which could block forever.
fn read(path: &Path) -> Result<Option<(Vec<u8>, SystemTime)>, SessionError> {
    let failed = |cause| SessionError::Unreadable { path: path.into(), cause };
    match path.metadata() {
        Ok(data) if data.is_file() => {}
        Ok(_) => return Ok(None),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(e)),
    }
    let file = File::open(path).map_err(failed)?;
    let modified = file.metadata().and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut bytes = vec![];
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(damaged(path, "is too large for a session".into()));
    }
    Ok(Some((bytes, modified)))
}

pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Session, SessionError> {
    let is_damaged = |e: serde_json::Error| damaged(path, format!("is damaged ({e})"));
    let header: Header = serde_json::from_slice(bytes).map_err(is_damaged)?;
    if header.format != FORMAT {
        return Err(damaged(path, format!("is not a session but `{}`", header.format)));
    }
    if header.version > u64::from(VERSION) {
        return Err(SessionError::Newer { path: path.into(), version: header.version });
    }
    let sizes: Sizes = serde_json::from_slice(bytes).map_err(is_damaged)?;
    sizes.check().map_err(|cause| damaged(path, format!("is damaged ({cause})")))?;
    let session: Session = serde_json::from_slice(bytes).map_err(is_damaged)?;
    session.check().map_err(|cause| damaged(path, format!("is damaged ({cause})")))?;
    Ok(session)
}

fn damaged(path: &Path, cause: String) -> SessionError {
    let former = sibling(path, ".bak.json");
    let way_out = match former.file_name().filter(|_| former.exists()) {
        Some(name) => format!("rename {} to its name to continue from there", name.to_string_lossy()),
        None => "move it away to start over".into(),
    };
    SessionError::Damaged { path: path.into(), cause, way_out }
}

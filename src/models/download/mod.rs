//! Getting a file of the catalogue over an unreliable network: resumed, bounded and checked.
//!
//! What has come so far lies beside the target as `NAME.part`; only a file with the right length and
//! hash gets the target's name. A file that is wrong is kept as `NAME.bad`.

mod error;
mod fetch;

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

pub use error::{DownloadError, Place};
use fetch::{Failure, FailureKind, Fetch, Head, Part, Request};

use super::catalogue::Entry;
use super::progress::{Callback, Reporter, Stage, Stopped};
use super::store::Store;
use super::verify::{self, VerifyError, check, hex};

/// The most that is written for an entry of unknown length: 2 GiB.
const MOST_BYTES: u64 = 2 << 30;
/// How often to check for cancellation while no data arrives.
const TICK: Duration = Duration::from_millis(100);

/// Timeouts and retries of a download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The longest time without data before the connection is closed.
    pub stall_limit: Duration,
    /// Consecutive attempts without new data before the download fails. At least one is made.
    pub attempts: u32,
    /// Pause before the second attempt; each further one is twice as long.
    pub pause: Duration,
    /// Whether the proxies named in the environment are used (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`,
    /// `NO_PROXY`).
    pub use_proxies: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            stall_limit: Duration::from_secs(30),
            attempts: 4,
            pause: Duration::from_millis(500),
            use_proxies: true,
        }
    }
}

/// Downloads a file of the catalogue, resuming an earlier download, verifies the result and returns its path.
/// Blocks; `on_progress` is called a few times a second and can cancel immediately.
///
/// An existing file is kept if it is correct, and moved aside otherwise. Several processes may try at once:
/// one downloads, the others get [`DownloadError::Busy`].
///
/// # Errors
/// [`DownloadError`]. No error leaves anything under the name of the model.
pub fn download(
    store: &Store,
    entry: &Entry,
    options: &Options,
    on_progress: Callback,
) -> Result<PathBuf, DownloadError> {
    let target = store.file(entry);
    let on_disk = |path: &Path| {
        let path = path.to_owned();
        move |cause| DownloadError::Disk { name: entry.name, path, cause }
    };
    let mut reporter = Reporter::new(on_progress, Stage::Checking);
    // Before the lock: if the file is correct, the folder may be read-only.
    if target.exists() && check(store, entry, &mut reporter).is_ok() {
        return Ok(target);
    }
    std::fs::create_dir_all(store.folder()).map_err(on_disk(store.folder()))?;
    // Held until the end of this function. The lock file is never removed: that would let two others in.
    let _lock = lock(&store.lock_file(entry), entry.name)?;
    match check(store, entry, &mut reporter) {
        Ok(()) => return Ok(target),
        Err(VerifyError::Missing { .. }) => {}
        Err(VerifyError::Cancelled) => return Err(DownloadError::Cancelled),
        Err(VerifyError::Unreadable { cause, .. }) => return Err(on_disk(&target)(cause)),
        Err(VerifyError::WrongLength { .. } | VerifyError::WrongHash { .. }) => {
            std::fs::rename(&target, store.bad_file(entry)).map_err(on_disk(&target))?;
        }
    }

    let part = store.part_file(entry);
    let mut job = Job::open(store, entry, options, &mut reporter).map_err(|e| e.at(entry, &part))?;
    reporter.enter(Stage::Downloading);
    job.fetch_all(&mut reporter).map_err(|e| e.at(entry, &part))?;
    job.file.sync_all().map_err(on_disk(&part))?;
    let found = hex(job.hash);
    // Some systems do not rename open files.
    drop(job.file);
    if found != entry.sha256 {
        let bad = store.bad_file(entry);
        std::fs::rename(&part, &bad).map_err(on_disk(&part))?;
        return Err(DownloadError::WrongHash { place: job.place, bad, found, expected: entry.sha256 });
    }
    std::fs::rename(&part, &target).map_err(on_disk(&target))?;
    sync_folder(store.folder());
    Ok(target)
}

fn lock(path: &Path, name: &'static str) -> Result<File, DownloadError> {
    let on_disk = |cause| DownloadError::Disk { name, path: path.into(), cause };
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(on_disk)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DownloadError::Busy { name }),
        // Some network file systems have no locks; an unlocked download is better than none.
        Err(TryLockError::Error(e)) if e.kind() == ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(cause)) => Err(on_disk(cause)),
    }
}

/// Makes the new name survive a power failure, if the system supports it.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        // Best effort: the content itself is safe already.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// Why a job ends early.
enum End {
    Stopped,
    Disk(std::io::Error),
    Failed(DownloadError),
}

impl End {
    fn at(self, entry: &Entry, part: &Path) -> DownloadError {
        match self {
            End::Stopped => DownloadError::Cancelled,
            End::Disk(cause) => DownloadError::Disk { name: entry.name, path: part.into(), cause },
            End::Failed(error) => error,
        }
    }
}

impl From<Stopped> for End {
    fn from(_: Stopped) -> Self {
        End::Stopped
    }
}

impl From<std::io::Error> for End {
    fn from(error: std::io::Error) -> Self {
        End::Disk(error)
    }
}

/// The result of an attempt.
enum Outcome {
    Complete,
    /// The server cannot resume: request the whole file.
    StartOver,
    /// A failure that may not occur the next time.
    Failed(Failure),
    /// The server responds, but is temporarily unavailable.
    Overloaded(u16),
}

/// A download in progress.
struct Job<'a> {
    place: Box<Place>,
    request_url: String,
    entry: &'a Entry,
    options: &'a Options,
    /// The partial file; its position is its end.
    file: File,
    /// Size of the partial file in bytes.
    done: u64,
    /// Hash of the partial file.
    hash: Sha256,
    /// Size of the file, from the catalogue or else from the server.
    total: Option<u64>,
    may_resume: bool,
}

impl<'a> Job<'a> {
    /// Opens the partial file and hashes its content.
    fn open(
        store: &Store,
        entry: &'a Entry,
        options: &'a Options,
        reporter: &mut Reporter,
    ) -> Result<Self, End> {
        let part = store.part_file(entry);
        let file = File::options().create(true).truncate(false).read(true).write(true).open(part)?;
        let mut job = Self {
            place: Box::new(Place { name: entry.name, url: store.url(entry), file: store.file(entry) }),
            request_url: store.request_url(entry),
            entry,
            options,
            file,
            done: 0,
            hash: Sha256::new(),
            total: entry.bytes,
            may_resume: true,
        };
        let length = job.file.metadata()?.len();
        if length > job.limit() {
            job.clear()?;
        } else {
            reporter.enter(Stage::Checking);
            job.done =
                verify::read_into(&mut job.file, &mut job.hash, length, reporter).map_err(|failure| {
                    match failure {
                        verify::Failure::Stopped => End::Stopped,
                        verify::Failure::Unreadable(cause) => End::Disk(cause),
                    }
                })?;
        }
        Ok(job)
    }

    fn limit(&self) -> u64 {
        self.entry.bytes.unwrap_or(MOST_BYTES)
    }

    /// Restarts at the first byte.
    fn clear(&mut self) -> Result<(), End> {
        if self.file.metadata()?.len() > 0 {
            self.file.set_len(0)?;
        }
        self.file.seek(SeekFrom::Start(0))?;
        self.done = 0;
        self.hash = Sha256::new();
        Ok(())
    }

    fn fetch_all(&mut self, reporter: &mut Reporter) -> Result<(), End> {
        let mut in_vain = 0;
        let mut furthest = self.done;
        let mut connected = false;
        loop {
            reporter.report(self.done, self.total)?;
            if self.entry.bytes == Some(self.done) {
                return Ok(());
            }
            let outcome = self.attempt(reporter)?;
            if self.done > furthest {
                (furthest, in_vain, connected) = (self.done, 0, true);
            }
            in_vain += 1;
            let place = self.place.clone();
            let mut again = true;
            let error = match outcome {
                Outcome::Complete => return Ok(()),
                Outcome::StartOver if self.may_resume => {
                    self.may_resume = false;
                    in_vain -= 1;
                    continue;
                }
                Outcome::StartOver => {
                    let cause = "a range that was not requested".into();
                    return Err(End::Failed(DownloadError::OtherFile { place, cause }));
                }
                Outcome::Overloaded(status) => DownloadError::Status { place, status },
                Outcome::Failed(Failure { cause, kind }) => {
                    // After a first connection, a lost network may come back; before, it is better to report
                    // it.
                    again = kind == FailureKind::Broken || connected && kind == FailureKind::Unreachable;
                    match again || connected {
                        true => DownloadError::Broken { place, cause, bytes_done: self.done },
                        false => DownloadError::Unreachable { place, cause },
                    }
                }
            };
            if !again || in_vain >= self.options.attempts {
                return Err(End::Failed(error));
            }
            log::info!("{error}; trying again");
            self.wait(self.options.pause.saturating_mul(1 << (in_vain - 1).min(6)), reporter)?;
        }
    }

    fn wait(&self, pause: Duration, reporter: &mut Reporter) -> Result<(), End> {
        let start = Instant::now();
        while let Some(left) = pause.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
            std::thread::sleep(left.min(TICK));
            reporter.report(self.done, self.total)?;
        }
        Ok(())
    }

    /// Sends one request and processes its response.
    fn attempt(&mut self, reporter: &mut Reporter) -> Result<Outcome, End> {
        let offset = if self.may_resume { self.done } else { 0 };
        let fetch = Fetch::start(Request {
            url: self.request_url.clone(),
            offset,
            stall_limit: self.options.stall_limit,
            use_proxies: self.options.use_proxies,
        })
        .map_err(|e| {
            let cause = format!("cannot start a thread: {e}");
            End::Failed(DownloadError::Unreachable { place: self.place.clone(), cause })
        })?;
        // Length that the body says to have, as part of the whole file.
        let mut announced = None;
        loop {
            let Some(part) = fetch.next(TICK) else {
                reporter.report(self.done, self.total)?;
                continue;
            };
            match part {
                Part::Head(head) => match self.begin(&head, offset)? {
                    Some(outcome) => return Ok(outcome),
                    None => announced = head.content_length.map(|length| self.done.saturating_add(length)),
                },
                Part::Chunk(chunk) => self.append(&chunk)?,
                Part::End => {
                    let total = self.total.or(announced);
                    if total.is_none_or(|total| self.done >= total) {
                        return Ok(Outcome::Complete);
                    }
                    let cause = "the connection ended before the end of the file".into();
                    return Ok(Outcome::Failed(Failure { cause, kind: FailureKind::Broken }));
                }
                Part::Failed(failure) => return Ok(Outcome::Failed(failure)),
            }
            reporter.report(self.done, self.total)?;
        }
    }

    /// Decides by the head of a response; `None` means that its body is to be appended.
    fn begin(&mut self, head: &Head, offset: u64) -> Result<Option<Outcome>, End> {
        let place = || self.place.clone();
        let other_file = |cause| Err(End::Failed(DownloadError::OtherFile { place: place(), cause }));
        if head.is_page && matches!(head.status, 200 | 206) {
            return other_file("a web page".into());
        }
        let length = match head.status {
            200 => head.content_length,
            206 if offset == 0 => return Ok(Some(Outcome::StartOver)),
            206 => match head.content_range {
                Some((first, total)) if first == offset && self.total.is_none_or(|t| t == total) => {
                    Some(total)
                }
                _ => return Ok(Some(Outcome::StartOver)),
            },
            416 if offset > 0 => {
                // Without a known size, requesting more is the only way to find the end.
                let complete = hex(self.hash.clone()) == self.entry.sha256;
                return Ok(Some(if complete { Outcome::Complete } else { Outcome::StartOver }));
            }
            status @ (408 | 429 | 500..=599) => return Ok(Some(Outcome::Overloaded(status))),
            status => return Err(End::Failed(DownloadError::Status { place: place(), status })),
        };
        match (self.entry.bytes, length) {
            (Some(expected), Some(found)) if expected != found => {
                return other_file(format!("a file of {found} bytes instead of {expected}"));
            }
            (None, Some(found)) if found > MOST_BYTES => {
                return other_file(format!("a file of {found} bytes, too many for a model"));
            }
            _ => {}
        }
        if head.status == 200 {
            self.clear()?;
        }
        self.total = self.entry.bytes.or(length);
        Ok(None)
    }

    fn append(&mut self, chunk: &[u8]) -> Result<(), End> {
        let length = chunk.len() as u64;
        if length > self.limit() - self.done {
            // These bytes are not part of the file.
            self.clear()?;
            let cause = format!("more than {} bytes", self.limit());
            return Err(End::Failed(DownloadError::OtherFile { place: self.place.clone(), cause }));
        }
        self.file.write_all(chunk)?;
        self.hash.update(chunk);
        self.done += length;
        Ok(())
    }
}

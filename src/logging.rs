//! The log: a file that the user asks for, and in the window the last lines in memory, for reports of errors.
//!
//! Everything is written through the crate `log`. Other crates are heard from warnings on only.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use fern::{Dispatch, FormatCallback, Output};
use log::{LevelFilter, Record};

use crate::about;

/// Environment variable for the file.
pub const FILE_VARIABLE: &str = "TINSEL_LOG";
/// Environment variable for the level.
pub const LEVEL_VARIABLE: &str = "TINSEL_LOG_LEVEL";

/// Lines kept in memory.
const RECENT: usize = 200;

/// The last lines, the oldest first.
static RECENT_LINES: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// The file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error(
    "{}: the log cannot be written: {cause}; choose another file with --log or {FILE_VARIABLE}",
    file.display()
)]
pub struct LogError {
    file: PathBuf,
    cause: std::io::Error,
}

/// Where the log goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogOptions {
    /// The file that lines are added to, if any.
    pub file: Option<PathBuf>,
    /// The least important lines of our own in the file.
    pub level: LevelFilter,
    /// Whether the last lines are kept in memory, see [`recent`].
    pub keeps_recent: bool,
}

/// Starts the log for the rest of the program, with lines about the program and the system, and has panics
/// written to it. Without a file or memory to write to, nothing is done.
///
/// # Errors
/// The file cannot be opened for writing.
pub fn start(options: &LogOptions) -> Result<(), LogError> {
    if options.file.is_none() && !options.keeps_recent {
        return Ok(());
    }
    // Somebody else may be listening, such as a test.
    if dispatch(options)?.apply().is_ok() {
        log::info!("Tinsel {}", about::described());
        log::info!("{}", about::system());
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            log::error!("{}", described(panic));
            print(panic);
        }));
    }
    Ok(())
}

/// The last lines of the log, the oldest first; none if they are not kept.
pub fn recent() -> Vec<String> {
    recent_lines().iter().cloned().collect()
}

fn recent_lines() -> MutexGuard<'static, VecDeque<String>> {
    RECENT_LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn dispatch(options: &LogOptions) -> Result<Dispatch, LogError> {
    let mut dispatch = Dispatch::new().format(format_line);
    if let Some(file) = &options.file {
        dispatch = dispatch.chain(at(options.level).chain(open(file)?));
    }
    if options.keeps_recent {
        dispatch = dispatch.chain(at(LevelFilter::Info).chain(Output::call(remember)));
    }
    Ok(dispatch)
}

/// Our own lines from this level on, and warnings of other crates.
fn at(level: LevelFilter) -> Dispatch {
    Dispatch::new().level(level.min(LevelFilter::Warn)).level_for("tinsel", level)
}

fn open(file: &Path) -> Result<std::fs::File, LogError> {
    let opened = OpenOptions::new().create(true).append(true).open(file);
    opened.map_err(|cause| LogError { file: file.to_owned(), cause })
}

/// Time, level, module and message. Further lines of a message are indented.
fn format_line(out: FormatCallback, message: &std::fmt::Arguments, record: &Record) {
    let message = message.to_string().replace('\n', "\n    ");
    out.finish(format_args!("{} {:<5} {}: {message}", now(), record.level(), record.target()));
}

fn remember(record: &Record) {
    let mut lines = recent_lines();
    if lines.len() == RECENT {
        lines.pop_front();
    }
    lines.push_back(record.args().to_string());
}

/// What a panic says, where, and on which thread.
fn described(panic: &PanicHookInfo) -> String {
    let message = panic.payload_as_str().unwrap_or("without a message");
    let place = panic.location().map_or(String::new(), |place| format!(" at {place}"));
    let thread = std::thread::current();
    format!("panic in the thread {}{place}: {message}", thread.name().unwrap_or("without a name"))
}

/// The time in UTC, as RFC 3339 has it, to the millisecond.
fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    rfc3339(since.as_secs(), since.subsec_millis())
}

fn rfc3339(seconds: u64, millis: u32) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years begin in March here, so that the leap day is the last one. The calendar repeats after 400 years.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let year = 400 * era + year;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

#[cfg(test)]
mod tests {
    use log::{Level, Log};

    use super::*;

    /// Writes a line for each level, of ours and of another crate.
    fn speak(log: &dyn Log) {
        for (target, level) in
            ["tinsel::app", "wgpu_core"].iter().flat_map(|t| Level::iter().map(move |l| (t, l)))
        {
            let record = Record::builder().target(target).level(level).args(format_args!("a\nb")).build();
            log.log(&record);
        }
        log.flush();
    }

    #[test]
    fn the_file_has_our_lines_and_warnings_of_others() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tinsel.log");
        let options = LogOptions { file: Some(file.clone()), level: LevelFilter::Debug, keeps_recent: true };
        let (max, log) = dispatch(&options).unwrap().into_log();
        assert_eq!(max, LevelFilter::Debug);
        speak(&*log);
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| *line != "    b").collect();
        assert_eq!(lines.len(), 4 + 2, "{text}");
        let (time, rest) = lines[0].split_once(' ').unwrap();
        assert!(time.ends_with('Z') && time.len() == 24 && rest == "ERROR tinsel::app: a", "{text}");
        // In memory there are no details; each line of the log is one entry.
        let ours = recent().iter().filter(|line| line.contains("tinsel::app: a\n    b")).count();
        assert_eq!(ours, 3);
        (0..RECENT).for_each(|_| speak(&*log));
        assert_eq!(recent().len(), RECENT);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let options = LogOptions {
            file: Some(folder.path().to_owned()),
            level: LevelFilter::Info,
            keeps_recent: false,
        };
        let error = dispatch(&options).err().unwrap().to_string();
        assert!(error.contains(&*folder.path().to_string_lossy()) && error.contains("--log"), "{error}");
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(rfc3339(0, 0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(951_782_399, 7), "2000-02-28T23:59:59.007Z");
        assert_eq!(rfc3339(951_782_400, 0), "2000-02-29T00:00:00.000Z");
        assert_eq!(rfc3339(1_709_251_199, 999), "2024-02-29T23:59:59.999Z");
        assert_eq!(rfc3339(4_102_444_799, 0), "2099-12-31T23:59:59.000Z");
    }
}

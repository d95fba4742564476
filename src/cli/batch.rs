//! The common part of the batch commands: the order of the photos, decoding one photo ahead, the progress of all,
//! and a report at the end.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use indicatif::HumanDuration;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::arguments::{BatchArguments, PhotoArguments};
use super::progress::ProgressDisplay;
use super::report::{Event, Reporter, path_text};
use super::values::Shard;
use super::{complain, exit, harmless, print_error};
use crate::files::{FileSet, Photo, Rendering, select_photos, stem_of};
use crate::sam::Monitor;

/// One photo of a batch.
#[derive(Debug)]
pub(super) struct Job {
    pub photo: PathBuf,
    /// The position among the photos of all shards, from 1.
    pub number: u64,
    /// The path relative to the given folder.
    pub below: PathBuf,
}

impl Job {
    /// The folder for its results.
    pub fn folder(&self, out: &Path) -> PathBuf {
        out.join(self.below.parent().unwrap_or(Path::new("")))
    }

    /// File name without extension, with the page if there are several, used in the names of its results.
    pub fn stem(&self) -> String {
        stem_of(&self.below)
    }
}

/// The processing of each photo.
pub(super) trait Work {
    /// The files that all exist once a photo is done.
    fn results(&self, job: &Job) -> Vec<PathBuf>;

    /// The file that covers all photos, if any.
    fn summary(&self) -> Option<PathBuf> {
        None
    }

    /// Whether a previous run has processed a photo.
    fn is_done(&self, job: &Job) -> bool {
        self.results(job).iter().all(|file| file.exists())
    }

    /// The command, as events name it.
    const COMMAND: &'static str;

    /// Processes a photo, writing all files or none, and returns a short report.
    ///
    /// # Errors
    /// Anything that concerns only this photo; the run was interrupted.
    fn process(&self, job: &Job, photo: &Photo, progress: &Progress) -> anyhow::Result<Outcome>;

    /// Writes the file that covers all photos; `done` are those that succeeded.
    fn summarise(&self, _done: &[&Job]) -> anyhow::Result<()> {
        Ok(())
    }
}

/// What came of a photo.
pub(super) struct Outcome {
    /// Masks found in it.
    pub masks: usize,
    /// The same for people, in a few words.
    pub text: String,
}

/// The photos of a run.
pub(super) struct Jobs {
    /// The photos of all shards, in order.
    all: Vec<Job>,
    /// Why photos may be missing.
    lost: Vec<String>,
}

/// How the photos of a run are processed.
pub(super) struct Settings<'a> {
    pub shard: Option<Shard>,
    /// The folder of the results, if they are not saved with the photos.
    pub out: Option<&'a Path>,
    pub skip_existing: bool,
    pub overwrite: bool,
    /// How the photos are shown to the network.
    pub rendering: Rendering,
    pub reporter: Reporter,
}

impl<'a> Settings<'a> {
    /// Those of a command that writes results into a folder.
    pub fn new(arguments: &'a BatchArguments, reporter: Reporter) -> Self {
        let &BatchArguments { skip_existing, overwrite, .. } = arguments;
        let rendering = arguments.photos.rendering.rendering();
        let (shard, out) = (arguments.photos.shard, Some(&*arguments.out));
        Self { shard, out, skip_existing, overwrite, rendering, reporter }
    }
}

impl Jobs {
    /// The paths of all photos.
    pub fn photos(&self) -> Vec<PathBuf> {
        self.all.iter().map(|job| job.photo.clone()).collect()
    }

    /// Keeps the photos that fulfil a condition; their numbers remain.
    pub fn retain(&mut self, is_wanted: impl Fn(&Path) -> bool) {
        self.all.retain(|job| is_wanted(&job.photo));
    }
}

/// The photos named by the arguments, whose results go to the folder `out`. Skipped files and folders are reported.
pub(super) fn jobs(arguments: &PhotoArguments, out: Option<&Path>) -> anyhow::Result<Jobs> {
    let (mut folders, files): (Vec<_>, Vec<_>) =
        arguments.paths.iter().cloned().partition(|path| path.is_dir());
    folders.extend(arguments.img_dir.clone());
    let real = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_default();
    if let Some(out) = out.filter(|_| arguments.recursive)
        && let Some(folder) = folders.iter().find(|folder| real(out).starts_with(real(folder)))
    {
        bail!(
            "{}: is inside {}, where --recursive would treat the results as photos; choose another --out",
            out.display(),
            folder.display()
        );
    }
    let mut lost = vec![];
    let selected = select_photos(&files, &folders, arguments.recursive, |skipped| {
        if skipped.is_loss() {
            lost.push(skipped.to_string());
        }
        complain(&skipped.into());
    })?;
    let job = |(number, photo): (u64, crate::files::Selected)| Job {
        photo: photo.path,
        number,
        below: photo.below,
    };
    Ok(Jobs { all: (1..).zip(selected).map(job).collect(), lost })
}

/// Creates the output folder that an option names.
pub(super) fn make_folder(out: &Path, option: &str) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).map_err(|e| {
        anyhow!("{}: the output folder cannot be created: {e}; choose another {option}", out.display())
    })
}

/// Processes the photos of the requested shard and reports the results.
pub(super) fn run(all: &Jobs, settings: &Settings, work: &impl Work) -> ExitCode {
    match try_run(all, settings, work) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            settings.reporter.mention(&Event::Failed { file: None, message: format!("{error:#}") });
            ExitCode::from(exit::USAGE)
        }
    }
}

fn try_run<W: Work>(all: &Jobs, settings: &Settings, work: &W) -> anyhow::Result<ExitCode> {
    let (started, reporter) = (Instant::now(), settings.reporter);
    refuse_collisions(&all.all, work)?;
    let files = FileSet::new(settings.overwrite || settings.skip_existing);
    work.summary().map_or(Ok(()), |file| files.check(&file))?;
    settings.out.map_or(Ok(()), |out| make_folder(out, "--out"))?;
    let stop = Stop::on_signals().map_err(|e| anyhow!("cannot listen for Ctrl+C: {e}"))?;

    let jobs: Vec<&Job> = all.all.iter().filter(|job| is_in(settings.shard, job)).collect();
    let (done, todo): (Vec<&Job>, Vec<&Job>) =
        jobs.iter().copied().partition(|job| settings.skip_existing && work.is_done(job));
    reporter.event(&Event::Started { command: W::COMMAND, inputs: todo.len() })?;
    for message in all.lost.iter().cloned() {
        reporter.event(&Event::Warning { file: None, message })?;
    }
    if !done.is_empty() {
        reporter.text(&format!("{} of {} photos already done\n", done.len(), jobs.len()))?;
    }
    let done_before = done.len();
    let mut batch = Batch {
        done,
        failures: vec![],
        seconds: 0.0,
        total: todo.len(),
        display: ProgressDisplay::new(reporter),
        rendering: settings.rendering,
        reporter,
    };
    let mut possible = vec![];
    for job in todo {
        match work.results(job).iter().try_for_each(|file| files.check(file)) {
            Ok(()) => possible.push(job),
            Err(error) => batch.failed(&job.photo, error.into()),
        }
    }
    let interrupted = batch.process(&possible, work, &stop)?;
    batch.display.finish();
    let finished = |batch: &Batch| Event::Finished {
        done: batch.done.len() - done_before,
        failed: batch.failures.len(),
        seconds: started.elapsed().as_secs_f32(),
        interrupted,
        written: vec![],
    };
    if interrupted {
        let left = jobs.len() - batch.done.len();
        let way_on =
            if settings.out.is_some() { "continue with --skip-existing" } else { "run it again to continue" };
        print_error(&format!("tinsel: interrupted, {left} of {} photos remain; {way_on}", jobs.len()));
        reporter.event(&finished(&batch))?;
        return Ok(stop.exit_code());
    }
    batch.done.sort_by_key(|job| job.number);
    let summarised = work.summarise(&batch.done);
    if let Err(error) = &summarised {
        complain(error);
        reporter.event(&Event::Failed { file: None, message: format!("{error:#}") })?;
    }
    if !batch.failures.is_empty() {
        print_error(&format!("tinsel: {} of {} photos failed:", batch.failures.len(), jobs.len()));
        batch.failures.iter().for_each(|reason| print_error(&format!("  {reason}")));
    }
    if !all.lost.is_empty() {
        print_error("tinsel: photos may be missing:");
        all.lost.iter().for_each(|reason| print_error(&format!("  {reason}")));
    }
    reporter.event(&finished(&batch))?;
    let well = summarised.is_ok() && batch.failures.is_empty() && all.lost.is_empty();
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Each share gets every `count`-th photo, so that neighbours, which are often alike, are spread evenly.
fn is_in(shard: Option<Shard>, job: &Job) -> bool {
    shard.is_none_or(|Shard { index, count }| (job.number - 1) % count as u64 == index as u64 - 1)
}

/// Results are named after their photos: two photos with the same name would overwrite each other's.
fn refuse_collisions(jobs: &[Job], work: &impl Work) -> anyhow::Result<()> {
    let summary = work.summary();
    let mut writers: HashMap<PathBuf, &Path> = HashMap::new();
    for job in jobs {
        for file in work.results(job) {
            if summary.as_ref() == Some(&file) {
                bail!(
                    "{}: its results would overwrite {}, the summary of all photos; rename the photo",
                    job.photo.display(),
                    file.display()
                );
            }
            if let Some(other) = writers.insert(file, &job.photo) {
                let way_out = if other.parent() == job.photo.parent() {
                    ""
                } else {
                    ", or pass their common parent folder with --recursive"
                };
                bail!(
                    "{} and {} would write the same files; process them with different --out \
                     folders{way_out}",
                    other.display(),
                    job.photo.display()
                );
            }
        }
    }
    Ok(())
}

/// Runs `run` for one photo and turns a panic into an error, so that the other photos are still processed.
fn caught<T>(photo: &Path, run: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| bail!("{}: internal error", photo.display()))
}

/// The state of a run.
struct Batch<'a> {
    done: Vec<&'a Job>,
    failures: Vec<String>,
    /// Time spent on the photos done in this run.
    seconds: f64,
    /// Photos of this run: done, failed and pending.
    total: usize,
    display: ProgressDisplay,
    /// How the photos are shown to the network.
    rendering: Rendering,
    reporter: Reporter,
}

impl<'a> Batch<'a> {
    /// Processes the photos one by one. Returns whether the run was interrupted.
    fn process(&mut self, jobs: &[&'a Job], work: &impl Work, stop: &Stop) -> anyhow::Result<bool> {
        let (done_before, rendering) = (self.done.len(), self.rendering);
        std::thread::scope(|scope| {
            // No buffer: at most one decoded photo waits.
            let (sender, decoded) = sync_channel(0);
            scope.spawn(move || {
                for job in jobs {
                    let photo = caught(&job.photo, || Ok(Photo::open_as(&job.photo, &rendering)?));
                    // The receiver is gone after an interruption.
                    if sender.send((*job, photo)).is_err() {
                        return;
                    }
                }
            });
            let mut started = Instant::now();
            for (job, photo) in decoded {
                if stop.cancelled() {
                    return Ok(true);
                }
                let progress = Progress {
                    display: &self.display,
                    reporter: self.reporter,
                    stop,
                    photo: path_text(&job.photo),
                    name: harmless(&job.photo.file_name().unwrap_or_default().to_string_lossy()).into(),
                    finished: self.done.len() - done_before + self.failures.len(),
                    total: self.total,
                    seconds_each: self.seconds_each(done_before),
                    started,
                };
                progress.show(0.0, "");
                let process = |photo: Photo| caught(&job.photo, || work.process(job, &photo, &progress));
                match photo.and_then(process) {
                    Ok(outcome) => self.succeeded(job, outcome, started.elapsed())?,
                    Err(_) if stop.cancelled() => return Ok(true),
                    Err(error) => self.failed(&job.photo, error),
                }
                started = Instant::now();
            }
            Ok(false)
        })
    }

    fn succeeded(&mut self, job: &'a Job, outcome: Outcome, took: Duration) -> anyhow::Result<()> {
        let Outcome { masks, text } = outcome;
        self.seconds += took.as_secs_f64();
        self.done.push(job);
        let (file, seconds) = (path_text(&job.photo), took.as_secs_f32());
        let line = format!("{file}: {text} in {seconds:.1} s");
        log::info!("{line}");
        self.display.suspend(|| self.reporter.text(&(line + "\n")))?;
        self.reporter.event(&Event::Photo { file, masks, seconds, written: vec![] })
    }

    fn failed(&mut self, photo: &Path, error: anyhow::Error) {
        self.display.suspend(|| complain(&error));
        let message = format!("{error:#}");
        self.reporter.mention(&Event::Failed { file: Some(path_text(photo)), message: message.clone() });
        self.failures.push(message);
    }

    fn seconds_each(&self, done_before: usize) -> Option<f64> {
        let done = self.done.len() - done_before;
        (done > 0).then(|| self.seconds / done as f64)
    }
}

/// The progress of the current photo, for the progress bar.
pub(super) struct Progress<'a> {
    display: &'a ProgressDisplay,
    reporter: Reporter,
    stop: &'a Stop,
    /// The path, for events.
    photo: String,
    /// The name, for people.
    name: String,
    /// Photos before this one in this run.
    finished: usize,
    total: usize,
    seconds_each: Option<f64>,
    started: Instant,
}

impl Progress<'_> {
    /// Tells the processing whether to stop.
    pub fn monitor(&self) -> &dyn Monitor {
        self.stop
    }

    /// Shows the user a notice about the photo.
    pub fn show_notice(&self, notice: &str) {
        self.display.suspend(|| print_error(&format!("tinsel: {notice}")));
        self.reporter.mention(&Event::Warning { file: Some(self.photo.clone()), message: notice.into() });
    }

    /// Shows the number of grid points done, in one of several passes counted from 0.
    pub fn points(&self, (pass, passes): (usize, usize), done: usize, total: usize) {
        let of = if passes > 1 { format!("pass {} of {passes}, ", pass + 1) } else { String::new() };
        let share = (pass as f64 + done as f64 / total.max(1) as f64) / passes as f64;
        self.show(share, &format!(" {of}{done}/{total} points"));
    }

    /// Shows the number of boxes done.
    pub fn boxes(&self, done: usize, total: usize) {
        self.show(done as f64 / total.max(1) as f64, &format!(" {done}/{total} boxes"));
    }

    fn show(&self, share: f64, what: &str) {
        let left =
            time_left(self.total - self.finished, self.seconds_each, self.started.elapsed().as_secs_f64());
        let left = left.map_or(String::new(), |left| format!(", {} left", HumanDuration(left)));
        let Self { finished, total, name, .. } = self;
        let message = format!("{finished} of {total} photos{left}, {name}{what}");
        let fraction = (*finished as f64 + share) / (*total).max(1) as f64;
        self.display.show(fraction, message, Some(&self.photo));
    }
}

/// The estimated time for the remaining `photos`, of which the first has already taken `seconds_spent`.
fn time_left(photos: usize, seconds_each: Option<f64>, seconds_spent: f64) -> Option<Duration> {
    let each = seconds_each?;
    let further = photos.saturating_sub(1) as f64 * each;
    Duration::try_from_secs_f64(further + (each - seconds_spent).max(0.0)).ok()
}

/// Whether the run should stop.
pub(super) struct Stop {
    /// The flag of each signal.
    signals: [(i32, Arc<AtomicBool>); 2],
}

impl Stop {
    /// Is set by Ctrl+C, or by the SIGTERM that schedulers send when the time is up. A second signal ends the
    /// program immediately.
    pub fn on_signals() -> std::io::Result<Self> {
        let signals = [SIGINT, SIGTERM].map(|signal| (signal, Arc::<AtomicBool>::default()));
        for (signal, _) in &signals {
            let code = exit::of_signal(*signal).into();
            // Before the flags are set: the first signal finds them unset.
            for (_, flag) in &signals {
                flag::register_conditional_shutdown(*signal, code, flag.clone())?;
            }
        }
        for (signal, flag) in &signals {
            flag::register(*signal, flag.clone())?;
        }
        Ok(Self { signals })
    }

    /// The exit code for the signal that has come.
    pub fn exit_code(&self) -> ExitCode {
        let received = self.signals.iter().find(|(_, flag)| flag.load(Ordering::Relaxed));
        ExitCode::from(exit::of_signal(received.map_or(SIGINT, |(signal, _)| *signal)))
    }
}

impl Monitor for Stop {
    fn cancelled(&self) -> bool {
        self.signals.iter().any(|(_, flag)| flag.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_that_of_the_photos_left() {
        let seconds = |photos, each, spent| time_left(photos, each, spent).map(|left| left.as_secs_f64());
        assert_eq!(seconds(4, None, 1.0), None);
        assert_eq!(seconds(4, Some(10.0), 3.0), Some(37.0));
        assert_eq!(seconds(4, Some(10.0), 30.0), Some(30.0), "a slow photo does not eat into the others");
        assert_eq!(seconds(1, Some(10.0), 30.0), Some(0.0));
    }

    #[test]
    fn every_photo_is_in_one_share() {
        let jobs: Vec<Job> =
            (1..=10).map(|number| Job { number, photo: "".into(), below: "".into() }).collect();
        let share = |index| -> Vec<u64> {
            let shard = Some(Shard { index, count: 4 });
            jobs.iter().filter(|job| is_in(shard, job)).map(|job| job.number).collect()
        };
        assert_eq!([1, 2, 3, 4].map(share), [vec![1, 5, 9], vec![2, 6, 10], vec![3, 7], vec![4, 8]]);
        assert!(jobs.iter().all(|job| is_in(None, job)));
    }
}

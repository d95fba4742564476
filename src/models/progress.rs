//! How far a download or a check is, how fast, and how long it still takes.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// The stage of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Verifying bytes on disk.
    Checking,
    /// Receiving bytes from the network, or waiting for them.
    Downloading,
}

/// One report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub stage: Stage,
    /// Bytes of the whole file done, including those of an earlier attempt.
    pub bytes_done: u64,
    /// Size of the whole file, if known.
    pub bytes_total: Option<u64>,
    /// Over the last seconds; 0 while no data arrives.
    pub bytes_per_second: f64,
    /// `None` without a total or while no data arrives.
    pub seconds_left: Option<f64>,
}

/// The caller's callback, which receives the progress and can cancel the job.
pub(super) type Callback<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// The callback cancelled the job.
#[derive(Debug)]
pub(super) struct Stopped;

/// Speed is taken over this time.
const WINDOW: Duration = Duration::from_secs(5);
/// The least time between reports, except for the first and the last of a stage.
const PAUSE: Duration = Duration::from_millis(50);

/// Turns byte counts into reports, at a limited rate.
pub(super) struct Reporter<'a> {
    callback: Callback<'a>,
    stage: Stage,
    samples: VecDeque<(Instant, u64)>,
    last_report: Option<Instant>,
}

impl<'a> Reporter<'a> {
    pub fn new(callback: Callback<'a>, stage: Stage) -> Self {
        Self { callback, stage, samples: VecDeque::new(), last_report: None }
    }

    /// Restarts counting.
    #[cfg(feature = "download")]
    pub fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.samples.clear();
        self.last_report = None;
    }

    /// Calls the callback if it is time to or the stage is complete.
    pub fn report(&mut self, bytes_done: u64, bytes_total: Option<u64>) -> Result<(), Stopped> {
        let now = Instant::now();
        if self.last_report.is_some_and(|t| now - t < PAUSE) && bytes_total != Some(bytes_done) {
            return Ok(());
        }
        self.last_report = Some(now);
        if self.samples.back().is_some_and(|&(_, before)| before > bytes_done) {
            self.samples.clear();
        }
        self.samples.push_back((now, bytes_done));
        while self.samples.len() > 2 && now - self.samples[1].0 > WINDOW {
            self.samples.pop_front();
        }
        let (start, before) = self.samples[0];
        let seconds = (now - start).as_secs_f64();
        let bytes_per_second = if seconds > 0.0 { (bytes_done - before) as f64 / seconds } else { 0.0 };
        let left = bytes_total.map(|total| total.saturating_sub(bytes_done) as f64);
        let seconds_left = left.filter(|_| bytes_per_second > 0.0).map(|bytes| bytes / bytes_per_second);
        let progress =
            Progress { stage: self.stage, bytes_done, bytes_total, bytes_per_second, seconds_left };
        match (self.callback)(progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stopped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_speed_and_time_left_and_can_stop() {
        let mut reports = vec![];
        let mut callback = |progress: Progress| {
            reports.push(progress);
            if progress.bytes_done == 90 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut reporter = Reporter::new(&mut callback, Stage::Downloading);
        reporter.report(10, Some(100)).unwrap();
        reporter.report(11, Some(100)).unwrap();
        std::thread::sleep(PAUSE);
        reporter.report(60, Some(100)).unwrap();
        std::thread::sleep(PAUSE);
        reporter.report(5, Some(100)).unwrap();
        std::thread::sleep(PAUSE);
        reporter.report(90, None).unwrap_err();
        assert_eq!(reports.iter().map(|r| r.bytes_done).collect::<Vec<_>>(), [10, 60, 5, 90]);
        assert_eq!((reports[0].bytes_per_second, reports[0].seconds_left), (0.0, None));
        assert!(reports[1].bytes_per_second > 0.0 && reports[1].seconds_left.unwrap() > 0.0);
        // Starting over is no negative speed.
        assert_eq!((reports[2].bytes_per_second, reports[2].seconds_left), (0.0, None));
        assert_eq!(reports[3].seconds_left, None);
    }
}

//! The progress of a run: a bar on a terminal, a line now and then where standard error is none, events for programs.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::print_error;
use super::report::{Event, Reporter};

/// Time between two lines.
const LINES_EVERY: Duration = Duration::from_secs(60);
/// Time between two events.
const EVENTS_EVERY: Duration = Duration::from_secs(1);

/// Steps of the bar.
const STEPS: f64 = 10_000.0;

/// Shows how far a run is.
pub(super) struct ProgressDisplay {
    bar: ProgressBar,
    reporter: Reporter,
    lines: Option<Pace>,
    events: Pace,
}

impl ProgressDisplay {
    pub fn new(reporter: Reporter) -> Self {
        let bar = ProgressBar::new(STEPS as u64);
        let style = ProgressStyle::with_template("{bar:30} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let has_lines = reporter == Reporter::Text && !std::io::stderr().is_terminal();
        Self {
            bar,
            reporter,
            lines: has_lines.then(|| Pace::new(LINES_EVERY)),
            events: Pace::new(EVENTS_EVERY),
        }
    }

    /// Shows the share of the run that is done, in [0, 1], and what is being done with which file.
    pub fn show(&self, fraction: f64, message: String, file: Option<&str>) {
        let fraction = fraction.clamp(0.0, 1.0);
        self.bar.set_position((fraction * STEPS) as u64);
        if self.lines.as_ref().is_some_and(Pace::is_due) {
            print_error(&format!("tinsel: {:.0} %, {message}", fraction * 100.0));
        }
        if self.reporter == Reporter::Json && self.events.is_due() {
            self.reporter.mention(&Event::Progress { fraction, file: file.map(str::to_owned) });
        }
        self.bar.set_message(message);
    }

    /// Runs `print`, which prints something else, without the bar in between. The next line waits its time.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.lines.iter().for_each(Pace::restart);
        self.bar.suspend(print)
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Lets something happen at most once in a while.
struct Pace {
    interval: Duration,
    last: Cell<Instant>,
}

impl Pace {
    fn new(interval: Duration) -> Self {
        Self { interval, last: Cell::new(Instant::now()) }
    }

    /// Whether the time has passed; if so, it starts again.
    fn is_due(&self) -> bool {
        let is_due = self.last.get().elapsed() >= self.interval;
        if is_due {
            self.restart();
        }
        is_due
    }

    fn restart(&self) {
        self.last.set(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_kept() {
        let pace = Pace::new(Duration::from_secs(3600));
        assert!(!pace.is_due() && !pace.is_due());
        let always = Pace::new(Duration::ZERO);
        assert!(always.is_due() && always.is_due());
    }
}

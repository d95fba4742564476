//! The exit codes, in one place.

/// What the codes mean, for the help, the manual pages and the README.
pub(super) const MEANING: &str = "\
Exit codes:
  0    done
  1    something failed; the other inputs were still processed
  2    invalid usage, or nothing could be started
  130  interrupted with Ctrl+C (SIGINT)
  143  ended by SIGTERM, as by a scheduler when the time is up";

/// Invalid usage, or nothing could be started.
pub(super) const USAGE: u8 = 2;

/// The code that shells report for a program ended by a signal.
pub(super) const fn of_signal(signal: i32) -> u8 {
    128 + signal as u8
}

//! The time of day as the system's clock shows it. The standard library knows no time zones: the system is asked
//! for its offset.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use egui::Context;

use super::Task;

/// The offset may change within a day, in summer and winter or on a journey.
const VALID: Duration = Duration::from_secs(15 * 60);
const DAY: i64 = 24 * 60 * 60;

/// Knows how far local time is from UTC.
#[derive(Default)]
pub(in crate::app) struct Clock {
    /// In seconds east of Greenwich.
    offset: Option<i64>,
    asked: Option<Instant>,
    task: Option<Task<Option<i64>>>,
}

impl Clock {
    /// Asks for the offset, in the background, when it is not known or old. Call it in every frame.
    pub fn follow(&mut self, ctx: &Context) {
        if let Some(outcome) = self.task.as_ref().and_then(Task::outcome) {
            self.offset = outcome.ok().flatten().or(self.offset);
            self.task = None;
        }
        if self.task.is_none() && self.asked.is_none_or(|asked| asked.elapsed() > VALID) {
            self.asked = Some(Instant::now());
            self.task = Some(Task::start(ctx, |_| asked_offset()));
        }
    }

    /// Hour and minute of a time, once the offset is known.
    pub fn time_of_day(&self, time: SystemTime) -> Option<(u8, u8)> {
        let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
        let of_day = (i64::try_from(seconds).ok()? + self.offset?).rem_euclid(DAY);
        Some(((of_day / 3600) as u8, (of_day / 60 % 60) as u8))
    }
}

fn asked_offset() -> Option<i64> {
    let mut command = if cfg!(windows) {
        let mut command = Command::new("powershell");
        command.args(["-NoProfile", "-WindowStyle", "Hidden", "-Command", "Get-Date -Format zzz"]);
        command
    } else {
        let mut command = Command::new("date");
        command.arg("+%z");
        command
    };
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    parsed(std::str::from_utf8(&output.stdout).ok()?)
}

/// The seconds in an offset such as `+0530` or `-03:00`.
fn parsed(offset: &str) -> Option<i64> {
    let (sign, rest) = match offset.trim().split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits = rest.replace(':', "");
    let is_valid = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let number: i64 = digits.parse().ok().filter(|_| is_valid)?;
    Some(sign * (number / 100 * 3600 + number % 100 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_as_systems_write_them() {
        let texts = ["+0530\n", "-03:00\r\n", "+0000", "UTC", "+5", "", "+١٢٣٤"];
        let seconds = [Some(19_800), Some(-10_800), Some(0), None, None, None, None];
        assert_eq!(texts.map(parsed), seconds);
    }

    #[test]
    fn the_time_of_day_is_that_of_the_place() {
        let half_past_eleven = UNIX_EPOCH + Duration::from_secs(23 * 3600 + 30 * 60);
        let at = |offset| Clock { offset, ..Clock::default() }.time_of_day(half_past_eleven);
        assert_eq!(at(Some(0)), Some((23, 30)));
        assert_eq!(at(Some(19_800)), Some((5, 0)));
        assert_eq!(at(Some(-86_400 + 1800)), Some((0, 0)));
        assert_eq!(at(None), None);
    }
}

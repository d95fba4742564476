//! When the work was saved.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::files::session::Autosave;

/// What the status bar says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum SaveState {
    /// Hour and minute in the user's time zone.
    Saved(Option<(u8, u8)>),
    Failed,
}

#[derive(Default)]
pub(in crate::app) struct LastSave {
    saved: Option<SystemTime>,
    has_failed: bool,
}

impl LastSave {
    /// Takes in how saves have ended; returns what the user has to know. Call it in every frame.
    pub fn receive(&mut self, sessions: &mut Autosave) -> Vec<String> {
        let was_saving = sessions.is_saving();
        let warnings = sessions.receive();
        if was_saving && !sessions.is_saving() {
            self.has_failed = !sessions.unsaved().is_empty();
            self.saved = Some(SystemTime::now()).filter(|_| !self.has_failed).or(self.saved);
        }
        warnings
    }

    /// `None` until something was saved.
    pub fn state(&self) -> Option<SaveState> {
        if self.has_failed {
            return Some(SaveState::Failed);
        }
        self.saved.map(|time| SaveState::Saved(time_of_day(time, TimeZone::system())))
    }
}

/// Hour and minute of a time; `None` for times that no calendar knows.
fn time_of_day(time: SystemTime, zone: TimeZone) -> Option<(u8, u8)> {
    let time = Timestamp::try_from(time).ok()?.to_zoned_datetime(zone);
    Some((time.hour().try_into().ok()?, time.minute().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use jiff::tz;

    use super::*;

    #[test]
    fn the_time_of_day_is_that_of_the_place() {
        let half_past_eleven = UNIX_EPOCH + Duration::from_secs(23 * 3600 + 30 * 60);
        let at = |hours| time_of_day(half_past_eleven, tz::offset(hours).to_time_zone());
        assert_eq!([0, 6, -12].map(at), [Some((23, 30)), Some((5, 30)), Some((11, 30))]);
    }
}

//! Numbers with their nouns and units, and what stands between the parts of a list.

use super::decimal;

texts! { units:
    decimal_mark;
    masks(masks: usize);
    problems(problems: usize);
    frames(frames: usize);
    seconds(seconds: f64 => decimal(seconds, 0));
    minutes(minutes: f64 => decimal(minutes, 0));
    minutes_seconds(minutes: f64 => decimal(minutes, 0), seconds: f64 => format!("{seconds:02.0}"));
    hours(hours: f64 => decimal(hours, 1));
    left(time: &str);
    megabytes(megabytes: f64 => decimal(megabytes, 0));
    in_gigabytes(gigabytes: &str);
    percent(percent: f32 => decimal(percent, 0));
    /// Behind the numbers in fields.
    percent_suffix();
    pixels_suffix();
    rate_suffix();
    comma();
    semicolon();
    sentence(text: &str);
}

pub fn gigabytes(gigabytes: f64, digits: usize) -> String {
    in_gigabytes(&decimal(gigabytes, digits))
}

/// A size on disk.
pub fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    if bytes < 1e9 { megabytes(bytes / 1e6) } else { gigabytes(bytes / 1e9, 1) }
}

/// In one unit.
pub fn rough_duration(in_seconds: f32) -> String {
    match f64::from(in_seconds) {
        s if s < 60.0 => seconds(s),
        s if s < 3600.0 => minutes(s / 60.0),
        s => hours(s / 3600.0),
    }
}

pub fn duration(in_seconds: f32) -> String {
    match f64::from(in_seconds).round() {
        s if s < 60.0 => seconds(s),
        s if s < 3600.0 => minutes_seconds((s / 60.0).floor(), s % 60.0),
        s => hours(s / 3600.0),
    }
}

/// What there is of these parts, with commas between them.
pub fn listed(parts: impl IntoIterator<Item = Option<String>>) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(&comma())
}

/// These parts with semicolons between them, because they may contain commas.
pub fn enumerated(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join(&semicolon())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_nothing_is_plural() {
        assert_eq!([0, 1, 2].map(masks), ["0 masks", "1 mask", "2 masks"]);
    }

    #[test]
    fn times_and_sizes_have_a_suitable_unit() {
        assert_eq!([5.4, 90.0, 5400.0].map(rough_duration), ["5 s", "2 min", "1.5 h"]);
        assert_eq!([5.4, 125.0, 5400.0].map(duration), ["5 s", "2 min 05 s", "1.5 h"]);
        assert_eq!([156_008_466, 2_564_550_879].map(size), ["156 MB", "2.6 GB"]);
    }
}

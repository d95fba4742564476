//! The bar beside the object that is being prompted.

use super::{decimal, units};

texts! { prompt:
    delete_box;
    computing;
    no_mask;
    accept;
    accept_tooltip;
    clear;
    clear_tooltip;
    no_class;
    class_tooltip;
    single;
    points(positive: usize, negative: usize);
    /// `number` counts from 1.
    candidate(number: usize);
    scores(predicted_iou: f32 => decimal(predicted_iou, 2), stability: f32 => decimal(stability, 2), pixels: u64);
    /// The class that the mask gets, for screen readers.
    class(name: &str);
    shows_it(key: &str);
    shows_next(key: &str);
}

pub fn with_score(name: &str, predicted_iou: f32) -> String {
    format!("{name}  {}", decimal(predicted_iou, 2))
}

/// The keys of a candidate and of the next one, as a further line.
pub fn keys(candidate: Option<&str>, next: Option<&str>) -> String {
    let keys = units::enumerated(candidate.map(shows_it).into_iter().chain(next.map(shows_next)));
    if keys.is_empty() { String::new() } else { format!("\n{keys}") }
}

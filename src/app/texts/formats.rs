//! The names of the formats in the windows of exports.

use super::language::Language;
use crate::files::formats::{Format, SequenceFormat};

pub fn of_masks(format: Format) -> &'static str {
    Language::current().text(&of_masks_id(format))
}

pub fn of_sequences(format: SequenceFormat) -> &'static str {
    Language::current().text(&of_sequences_id(format))
}

pub(super) fn of_masks_id(format: Format) -> String {
    format!("formats-{}", format.key())
}

pub(super) fn of_sequences_id(format: SequenceFormat) -> String {
    format!("formats-sequence-{}", format.key())
}

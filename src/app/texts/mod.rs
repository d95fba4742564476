//! What a user of the window reads, in a file for each part of the window. The texts of the commands stand in
//! their definitions, in `commands/`.

pub(super) mod attributes;
pub(super) mod batch;
pub(super) mod canvas;
pub(super) mod classes;
pub(super) mod clipboard;
pub(super) mod comparison;
pub(super) mod dialogs;
pub(super) mod doctor;
pub(super) mod everything;
pub(super) mod exit;
pub(super) mod export;
pub(super) mod filmstrip;
pub(super) mod filters;
pub(super) mod image;
pub(super) mod import;
pub(super) mod inspect;
pub(super) mod introduction;
pub(super) mod masks;
pub(super) mod menus;
pub(super) mod messages;
pub(super) mod models;
pub(super) mod palette;
pub(super) mod photos;
pub(super) mod prompt;
pub(super) mod recent;
pub(super) mod review;
pub(super) mod sequence;
pub(super) mod shape;
pub(super) mod shortcuts;
pub(super) mod startup;
pub(super) mod states;
pub(super) mod status;
pub(super) mod vertices;
pub(super) mod welcome;

use std::fmt::Display;

/// A number with its noun: "1 mask", "2 masks".
fn plural<N: Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let noun = if count == N::from(1) { one } else { many };
    format!("{count} {noun}")
}

pub(super) fn masks(count: usize) -> String {
    plural(count, "mask", "masks")
}

fn photos(count: usize) -> String {
    plural(count, "photo", "photos")
}

fn files(count: usize) -> String {
    plural(count, "file", "files")
}

fn pixels(count: u64) -> String {
    plural(count, "pixel", "pixels")
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_nothing_is_plural() {
        assert_eq!([0, 1, 2].map(masks), ["0 masks", "1 mask", "2 masks"]);
    }
}

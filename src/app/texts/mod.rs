//! What a user of the window reads: functions, in a file for each part of the window. The texts themselves are
//! messages in `assets/languages/`, in a file for each language.

/// Defines functions for the messages of a section. A message `masks-title` is returned by `masks::title`: as
/// `&'static str` if it has no arguments, otherwise as a `String`. An argument is used as it is, or as the
/// expression after `=>`.
macro_rules! texts {
    ($section:ident: $($(#[$about:meta])* $name:ident $(($($argument:ident: $kind:ty $(=> $value:expr)?),*))?;)*) => {
        $(text! {
            $section, $(#[$about])* $name $(($($argument: $kind $(=> $value)?),*))?
        })*

        /// The ids of the messages, each with its arguments.
        #[cfg(test)]
        pub(super) const MESSAGES: &[(&str, &[&str])] = &[$(
            (concat!(stringify!($section), "-", stringify!($name)), &[$($(stringify!($argument)),*)?]),
        )*];
    };
}

/// Defines the function for one message.
macro_rules! text {
    ($section:ident, $(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        pub fn $name() -> &'static str {
            $crate::app::texts::Language::current().text(concat!(stringify!($section), "-", stringify!($name)))
        }
    };
    (
        $section:ident,
        $(#[$about:meta])* $name:ident($($argument:ident: $kind:ty $(=> $value:expr)?),*)
    ) => {
        $(#[$about])*
        pub fn $name($($argument: $kind),*) -> String {
            let id = concat!(stringify!($section), "-", stringify!($name));
            $(let $argument = value!($argument $(=> $value)?);)*
            let arguments = [$((stringify!($argument), $argument.into())),*];
            $crate::app::texts::Language::current().format(id, arguments)
        }
    };
}

/// What is put into a message for an argument.
macro_rules! value {
    ($argument:ident) => {
        $argument
    };
    ($argument:ident => $value:expr) => {
        $value
    };
}

pub(super) mod attributes;
pub(super) mod batch;
pub(super) mod canvas;
pub(super) mod classes;
pub(super) mod clipboard;
pub(super) mod commands;
pub(super) mod comparison;
pub(super) mod dialogs;
pub(super) mod doctor;
pub(super) mod everything;
pub(super) mod exit;
pub(super) mod export;
pub(super) mod filmstrip;
pub(super) mod filters;
pub(super) mod formats;
pub(super) mod image;
pub(super) mod import;
pub(super) mod inspect;
pub(super) mod introduction;
pub(super) mod jobs;
mod language;
pub(super) mod losses;
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
#[cfg(test)]
mod tests;
pub(super) mod undo;
pub(super) mod units;
pub(super) mod vertices;
pub(super) mod welcome;

use std::path::Path;

pub(super) use language::Language;

/// A number with this many decimals, as the language writes it.
pub(super) fn decimal(value: impl Into<f64>, decimals: usize) -> String {
    localised(format!("{:.decimals$}", value.into()))
}

/// A number as Rust writes it, as the language writes it.
pub(super) fn localised(number: String) -> String {
    match units::decimal_mark() {
        "." => number,
        mark => number.replace('.', mark),
    }
}

/// The number that somebody typed, with either decimal mark.
pub(super) fn parse_number(typed: &str) -> Option<f64> {
    let plain = |c: char| match c {
        ',' => '.',
        '−' => '-',
        other => other,
    };
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).map(plain).collect();
    typed.parse().ok()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// A key for selectors of messages.
fn yes_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

//! The menu of models, downloads, and what is kept of encoded photos.

use std::path::Path;

use super::language::Language;
use super::{decimal, localised, shown, units};
use crate::models::Entry;

texts! { models:
    built_in;
    ready;
    on_disk;
    download_first;
    download;
    resume;
    stop;
    connecting;
    checking;
    open_file;
    network_input;
    network_input_tooltip;
    pixels;
    smaller_input;
    mirror;
    mirror_hint;
    encode_ahead;
    embeddings_tooltip;
    clear;
    clear_embeddings;
    use_model(name: &str);
    get(name: &str);
    get_with_size(name: &str, size: &str);
    parameters(model: &str, parameters: &str);
    verb_with_size(verb: &str, size: &str);
    /// What a button with this verb does, for screen readers.
    button(verb: &str, name: &str);
    downloading(name: &str, progress: &str);
    per_second(megabytes: f64 => decimal(megabytes, 1));
    licence(licence: &str);
    folder(folder: &Path => shown(folder));
    /// In pixels.
    network_input_of(side: usize);
    /// In pixels.
    trained_with(side: usize);
    embeddings_of(size: &str);
    no_limit;
    keep_none;
    keep_gigabytes(size: &str);
}

/// A model of the catalogue, with its number of parameters.
pub fn entry(entry: &Entry) -> String {
    parameters(title(entry), &localised(entry.parameters.to_owned()))
}

/// What a model of the catalogue is good for.
pub fn title(entry: &Entry) -> &'static str {
    Language::current().text(&title_id(entry))
}

pub(super) fn title_id(entry: &Entry) -> String {
    format!("models-{}", entry.name.replace('.', "_"))
}

pub fn get_model(name: &str, bytes: Option<u64>) -> String {
    bytes.map_or_else(|| get(name), |bytes| get_with_size(name, &units::size(bytes)))
}

/// A verb on a button, and how much it is about.
pub fn with_size(verb: &str, bytes: Option<u64>) -> String {
    bytes.map_or_else(|| verb.to_owned(), |bytes| verb_with_size(verb, &units::size(bytes)))
}

pub fn speed(bytes_per_second: f64, seconds_left: Option<f64>) -> String {
    let left = seconds_left.map(|seconds| units::left(&units::seconds(seconds)));
    units::listed([Some(per_second(bytes_per_second / 1e6)), left])
}

pub fn embeddings(bytes: u64) -> String {
    embeddings_of(&units::size(bytes))
}

/// A limit on disk, in gigabytes.
pub fn limit(gigabytes: u32) -> String {
    if gigabytes == 0 { no_limit().to_owned() } else { units::gigabytes(f64::from(gigabytes), 0) }
}

/// The same for screen readers.
pub fn keep_at_most(gigabytes: u32) -> String {
    if gigabytes == 0 { keep_none().to_owned() } else { keep_gigabytes(&limit(gigabytes)) }
}

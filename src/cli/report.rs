//! What a command tells while it works: text for people, or with `--json` one JSON object a line for programs.

use std::path::Path;

use serde::Serialize;

use super::print_text;
use super::terminal::print_json;

/// An event of a run. `docs/command-line.md` lists them.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum Event<'a> {
    /// The inputs are known, and the work begins.
    Started { command: &'static str, inputs: usize },
    /// At most once a second; `fraction` of the whole run is in [0, 1].
    Progress {
        fraction: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// A photo, or another input with masks, is done.
    Photo {
        file: String,
        masks: usize,
        seconds: f32,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        written: Vec<String>,
    },
    /// An object was found on a frame of a sequence, or is absent there (`area` is 0).
    Frame {
        frame: usize,
        file: &'a str,
        object: u32,
        area: u64,
        predicted_iou: f32,
        doubts: Vec<&'static str>,
    },
    /// Something that does not stop the input, or the run.
    Warning {
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        message: String,
    },
    /// An input failed, or the run if there is no file.
    Failed {
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        message: String,
    },
    /// The last line. `done` and `failed` count inputs.
    Finished {
        done: usize,
        failed: usize,
        seconds: f32,
        interrupted: bool,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        written: Vec<String>,
    },
}

/// Tells what happens, in one of the two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reporter {
    Text,
    Json,
}

impl Reporter {
    pub fn new(as_json: bool) -> Self {
        if as_json { Self::Json } else { Self::Text }
    }

    /// Prints text, which programs do not get.
    ///
    /// # Errors
    /// Standard output cannot be written. A closed pipe is no error.
    pub fn text(self, text: &str) -> anyhow::Result<()> {
        match self {
            Self::Text => print_text(text),
            Self::Json => Ok(()),
        }
    }

    /// Prints an event, which people do not get.
    ///
    /// # Errors
    /// As for [`Reporter::text`].
    pub fn event(self, event: &Event) -> anyhow::Result<()> {
        match self {
            Self::Text => Ok(()),
            Self::Json => print_json(&(serde_json::to_string(event)? + "\n")),
        }
    }

    /// Prints an event beside an error that was printed for people; that nobody reads it is no further error.
    pub fn mention(self, event: &Event) {
        if let Err(error) = self.event(event) {
            log::warn!("an event cannot be printed: {error}");
        }
    }
}

/// A path as events have it.
pub(super) fn path_text(path: &Path) -> String {
    path.display().to_string()
}

/// Paths as events have them.
pub(super) fn path_texts(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Vec<String> {
    paths.into_iter().map(|path| path_text(path.as_ref())).collect()
}

//! The photos of the folder.

pub const UNREADABLE: &str = "unreadable";

/// A photo and its state, if there is something to say about it.
pub fn tooltip(name: &str, state: Option<&str>) -> String {
    match state {
        Some(state) => format!("{name}, {state}"),
        None => name.to_owned(),
    }
}

/// The same for screen readers.
pub fn label(name: &str, state: Option<&str>) -> String {
    format!("Photo {}", tooltip(name, state))
}

/// How many masks there are, as short as it fits a small mark.
pub fn mark(masks: usize) -> String {
    if masks > 999 { "999+".to_owned() } else { masks.to_string() }
}

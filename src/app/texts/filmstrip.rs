//! The photos of the folder.

texts! { filmstrip:
    unreadable;
    photo_in_state(name: &str, state: &str);
    /// The same for screen readers.
    photo(tooltip: &str);
}

/// A photo and its state, if there is something to say about it.
pub fn tooltip(name: &str, state: Option<&str>) -> String {
    state.map_or_else(|| name.to_owned(), |state| photo_in_state(name, state))
}

/// The same for screen readers.
pub fn label(name: &str, state: Option<&str>) -> String {
    photo(&tooltip(name, state))
}

/// How many masks there are, as short as it fits a small mark.
pub fn mark(masks: usize) -> String {
    if masks > 999 { "999+".to_owned() } else { masks.to_string() }
}

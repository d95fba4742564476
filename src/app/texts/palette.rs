//! The command palette.

texts! { palette:
    title;
    hint;
    label;
    nothing_found(typed: &str);
}

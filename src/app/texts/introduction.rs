//! The hint for the first photo.

texts! { introduction:
    title;
    click;
    dismiss;
    /// `next` is the key of the next candidate.
    refine(next: &str);
    /// `key` accepts the mask.
    accept(key: &str);
}

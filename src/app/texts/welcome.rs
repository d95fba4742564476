//! A window without a photo.

texts! { welcome:
    opening;
    unreadable;
    drop;
    open;
    hint;
}

//! The question about work that could not be saved.

texts! { exit:
    title;
    ways_out;
    save_elsewhere;
    keep_open;
    discard;
}

//! Sessions: what is read is what is saved.

#![no_main]

use std::path::Path;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tinsel::files::session::Session;
use tinsel_fuzz::{is_small, json, masks};

/// The session that is read when this one is saved.
fn saved(session: &Session) -> Session {
    let json = serde_json::to_vec(session).expect("a session can be saved");
    Session::parse(Path::new("saved"), &json).expect("what was saved can be read")
}

fuzz_target!(|data: &[u8]| {
    let Ok(session) = Session::parse(Path::new("session"), data) else { return };
    let once = saved(&session);
    assert!(
        session
            .masks
            .iter()
            .map(|item| &item.annotation.mask)
            .eq(once.masks.iter().map(|item| &item.annotation.mask))
    );
    // Scores without limit become none.
    let twice = saved(&once);
    assert_eq!((&once.classes, &once.masks), (&twice.classes, &twice.masks));
    if is_small((session.photo.width, session.photo.height)) {
        session.masks.iter().for_each(|item| masks::check(&item.annotation.mask));
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(data, size, max_size, seed)
});

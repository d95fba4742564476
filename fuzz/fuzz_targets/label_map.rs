//! Pictures that hold masks, with a legend (JSON) or without.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tinsel::files::PhotoIdentity;
use tinsel::files::import::{import, masks_among};
use tinsel_fuzz::{check_imported, is_small, parts, write};

fuzz_target!(|data: &[u8]| {
    let files = parts(data);
    let path = write("map.png", files[0]);
    write("map.json", files.get(1).unwrap_or(&&b""[..]));
    let Ok(PhotoIdentity { size, .. }) = PhotoIdentity::of(&path) else { return };
    if !is_small(size) {
        return;
    }
    if let Ok(imported) = import(&path, size, "photo.png") {
        check_imported(&imported, size);
    }
    for (_, imported) in masks_among(&[path], size) {
        check_imported(&imported, size);
    }
});

//! Pictures of all formats, their first two pages. Those that claim to be large are only measured.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tinsel::files::{Photo, PhotoIdentity, page_path};
use tinsel_fuzz::write;

const MOST_PIXELS: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    // The content decides the format; the name only lets the path of a page be known as one.
    let file = write("photo.tif", data);
    for path in [page_path(&file, 0), page_path(&file, 1)] {
        let Ok(PhotoIdentity { size, fingerprint }) = PhotoIdentity::of(&path) else { return };
        if u64::from(size.0) * u64::from(size.1) > MOST_PIXELS {
            return;
        }
        if let Ok(photo) = Photo::open(&path) {
            assert_eq!((photo.pixels.dimensions(), photo.fingerprint), (size, fingerprint));
        }
    }
});

//! Pictures of all formats. Those that claim to be large are only measured.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tinsel::files::{Photo, PhotoIdentity};
use tinsel_fuzz::write;

const MOST_PIXELS: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let path = write("photo", data);
    let Ok(PhotoIdentity { size, fingerprint }) = PhotoIdentity::of(&path) else { return };
    if u64::from(size.0) * u64::from(size.1) > MOST_PIXELS {
        return;
    }
    if let Ok(photo) = Photo::open(&path) {
        assert_eq!((photo.pixels.dimensions(), photo.fingerprint), (size, fingerprint));
    }
});

//! YOLO labels with their lists of classes: `data.yaml`, then `classes.txt`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tinsel_fuzz::{check_import, parts, write};

fuzz_target!(|data: &[u8]| {
    let files = parts(data);
    let file = |i: usize| files.get(i).copied().unwrap_or_default();
    write("data.yaml", file(1));
    write("classes.txt", file(2));
    check_import(&write("labels.txt", file(0)));
});

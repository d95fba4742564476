//! Files with boxes: XML, JSON or text, as the seeds are.

#![no_main]

use std::path::Path;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tinsel::files::boxes::BoxFiles;
use tinsel_fuzz::{json, write};

fuzz_target!(|data: &[u8]| {
    for name in ["boxes.xml", "boxes.json", "boxes.txt"] {
        let Ok(files) = BoxFiles::open(&[write(name, data)]) else { continue };
        for photo in ["a.jpg", "boxes.jpg", "1.jpg"] {
            let Ok(boxes) = files.of(Path::new(photo), (40, 30)) else { continue };
            for found in boxes.boxes {
                let b = found.bbox;
                assert!(0.0 <= b.x0 && b.x0 < b.x1 && b.x1 <= 40.0 && 0.0 <= b.y0 && b.y0 < b.y1 && b.y1 <= 30.0);
            }
        }
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(data, size, max_size, seed)
});

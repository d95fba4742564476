//! JSON files with masks: ISAT, as the seeds are.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tinsel_fuzz::{check_import, json, write};

fuzz_target!(|data: &[u8]| check_import(&write("isat.json", data)));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(data, size, max_size, seed)
});

//! Files that are given as weights, of whatever kind: checkpoints, safetensors, and what is neither.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tinsel::sam::{Predictor, Weights};
use tinsel_fuzz::write;

fuzz_target!(|data: &[u8]| {
    if let Ok(weights) = Weights::open(&write("weights", data)) {
        // No more than the seeds hold: the first tensor that is missing ends it.
        let _ = Predictor::new(weights);
    }
});

//! Safetensors files with all tensors zero: their header, then the `config.json` that lies beside them. Where the
//! header does not tell where a tensor lies, it follows the one before.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};
use serde_json::{Value, json};
use tinsel::prompt::{Point, Prompt};
use tinsel::sam::{Output, Predictor};
use tinsel_fuzz::{json, parts, write};

/// Files are no longer than this.
const MOST_BYTES: u64 = 4 << 20;
/// Networks for larger pictures are built, but not run.
const MOST_SIDE: usize = 64;

fn number_bytes(kind: &Value) -> u64 {
    match kind.as_str() {
        Some("F64" | "I64") => 8,
        Some("F32" | "I32") => 4,
        Some("F16" | "BF16") => 2,
        _ => 1,
    }
}

/// The file with this header; none if it would be large.
fn file(header: &[u8]) -> Option<Vec<u8>> {
    let mut header: Value = serde_json::from_slice(header).ok()?;
    let mut end = 0u64;
    for (_, tensor) in header.as_object_mut()?.iter_mut().filter(|(name, _)| *name != "__metadata__") {
        let Some(tensor) = tensor.as_object_mut() else { continue };
        if tensor.get("data_offsets").is_none() {
            let sides = tensor.get("shape").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let count = sides.iter().try_fold(1u64, |count, side| count.checked_mul(side.as_u64()?));
            let bytes = count?.checked_mul(number_bytes(tensor.get("dtype").unwrap_or(&Value::Null)))?;
            let start = end;
            end = end.checked_add(bytes).filter(|end| *end <= MOST_BYTES)?;
            tensor.insert("data_offsets".into(), json!([start, end]));
        }
        let offsets = tensor.get("data_offsets").and_then(|offsets| offsets[1].as_u64());
        end = end.max(offsets.unwrap_or_default());
    }
    let header = header.to_string().into_bytes();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.resize(file.len() + usize::try_from(end.min(MOST_BYTES)).ok()?, 0);
    Some(file)
}

fuzz_target!(|data: &[u8]| -> Corpus {
    let files = parts(data);
    let Some(file) = file(files[0]) else { return Corpus::Reject };
    write("config.json", files.get(1).copied().unwrap_or_default());
    let Ok(predictor) = Predictor::open(&write("model.safetensors", &file)) else { return Corpus::Keep };
    if predictor.input_format().side <= MOST_SIDE {
        let photo = tinsel_fuzz::photo();
        let embedding = predictor.encode(&photo, &()).expect("the network encodes");
        let points = vec![Point { x: 3.0, y: 2.0, positive: true }];
        let prompt = Prompt { points, ..Prompt::default() };
        predictor.predict(&embedding, &prompt.into(), Output::Candidates, &()).expect("the network answers");
    }
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(data, size, max_size, seed)
});

//! Recognises files that are not usable weights, so that the message can name their kind and the remedy.

use std::path::Path;

use crate::sam::error::Error;

/// Why a file cannot be opened.
#[derive(Debug)]
pub(super) enum Refusal {
    /// A checkpoint or safetensors file that cannot be read, with the cause.
    Damaged(String),
    /// Another kind of file, with its name and the remedy.
    Other { found: String, way_out: &'static str },
}

impl Refusal {
    /// The error for a file.
    pub fn into_error(self, file: String) -> Error {
        match self {
            Refusal::Damaged(cause) => Error::Format { file, cause },
            Refusal::Other { found, way_out } => Error::Unsupported { file, found, way_out },
        }
    }
}

impl From<String> for Refusal {
    fn from(cause: String) -> Self {
        Refusal::Damaged(cause)
    }
}

impl From<&str> for Refusal {
    fn from(cause: &str) -> Self {
        Refusal::Damaged(cause.to_owned())
    }
}

fn other(found: impl Into<String>, way_out: &'static str) -> Refusal {
    Refusal::Other { found: found.into(), way_out }
}

const RESAVE: &str =
    "save it again with `torch.save(torch.load(\"old.pth\"), \"new.pth\")` in a newer PyTorch";
const SAVE_STATE_DICT: &str = "save only its weights: `torch.save(model.state_dict(), \"weights.pth\")`";
const DOWNLOAD_AGAIN: &str = "download the file itself";
const OTHER_FRAMEWORK: &str = "choose the PyTorch or safetensors file of the same model";
const SAVE_AS_ONE: &str = "save them as one: `model.save_pretrained(folder, max_shard_size=\"100GB\")`";
const SUPPORTED: &str = "SAM 2, SAM 2.1, SAM 1, MobileSAM and EdgeTAM are supported";

/// How many bytes from the beginning of a file [`file`] looks at.
pub(super) const START_BYTES: u64 = 512;
/// The magic number of files from PyTorch before 1.6, and the size of the header that contains it.
const LEGACY_TORCH: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const LEGACY_BYTES: usize = 32;
/// The position of the mark of a tar archive.
const TAR_MARK: std::ops::Range<usize> = 257..262;

/// Recognises a file that is neither a checkpoint nor a safetensors file by its first
/// [`START_BYTES`] bytes.
pub(super) fn file(start: &[u8]) -> Option<Refusal> {
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    let begins = |mark: &[u8]| start.starts_with(mark);
    let head = &start[..start.len().min(LEGACY_BYTES)];
    let is_pickle = start.first() == Some(&0x80) && start.get(1).is_some_and(|protocol| *protocol <= 5);
    Some(if is_pickle && head.windows(LEGACY_TORCH.len()).any(|window| window == LEGACY_TORCH) {
        other("a checkpoint of PyTorch before 1.6", RESAVE)
    } else if start.get(TAR_MARK) == Some(b"ustar") {
        other("a tar archive", "unpack it, or save it again in a newer PyTorch if torch.save wrote it")
    } else if begins(b"\x89HDF\r\n\x1a\n") {
        other("an HDF5 file of Keras or TensorFlow", OTHER_FRAMEWORK)
    } else if begins(b"GGUF") || [b"lmgg", b"fmgg", b"tjgg"].iter().any(|mark| begins(*mark)) {
        other("a ggml file", OTHER_FRAMEWORK)
    } else if start.get(4..8) == Some(b"TFL3") {
        other("a TensorFlow Lite file", OTHER_FRAMEWORK)
    } else if is_message_pack(start) {
        other("a Flax file", OTHER_FRAMEWORK)
    } else if begins(b"\x1f\x8b") || begins(b"\x28\xb5\x2f\xfd") || begins(b"7z\xbc\xaf\x27\x1c") {
        other("a compressed file", "unpack it first")
    } else if text.starts_with("version https://git-lfs") {
        other("a Git LFS pointer instead of the weights", "run `git lfs pull` or download the file itself")
    } else if text.starts_with("<!doctype") || text.starts_with("<html") || text.starts_with("<?xml") {
        other("a web page instead of the weights", DOWNLOAD_AGAIN)
    } else if text.starts_with('{') && text.contains("\"weight_map\"") {
        index()
    } else if text.starts_with('{') && text.contains('"') {
        other("a JSON file", "choose the weights next to it, such as `model.safetensors`")
    } else if is_pickle {
        other("a pickle that was not written by torch.save", SAVE_STATE_DICT)
    } else {
        return None;
    })
}

fn index() -> Refusal {
    other("the index of weights split over several files", SAVE_AS_ONE)
}

/// Recognises one of several files that the weights are split over by its name, as
/// `model-00001-of-00002.safetensors`.
pub(super) fn shard(path: &Path) -> Option<Refusal> {
    let (start, total) = path.file_stem()?.to_str()?.rsplit_once("-of-")?;
    let (_, number) = start.rsplit_once('-')?;
    let (number, total) = (number.parse::<u32>().ok()?, total.parse::<u32>().ok()?);
    (number >= 1 && total > 1)
        .then(|| other("one of several files that the weights are split over", SAVE_AS_ONE))
}

/// A map whose first key is text: what Flax saves.
fn is_message_pack(start: &[u8]) -> bool {
    let key = match start {
        [0x81..=0x8f, key, ..] | [0xde, _, _, key, ..] => *key,
        _ => return false,
    };
    matches!(key, 0xa1..=0xbf | 0xd9)
}

/// Recognises a zip archive that is not a checkpoint by the names in it.
pub(super) fn archive(names: &[String]) -> Option<Refusal> {
    // torch.save puts everything into a folder named after the file.
    let inner: Vec<&str> = names.iter().filter_map(|name| Some(name.split_once('/')?.1)).collect();
    let any_inner = |is: &dyn Fn(&str) -> bool| inner.iter().any(|name| is(name));
    let any = |is: &dyn Fn(&str) -> bool| names.iter().any(|name| is(name));
    Some(if any_inner(&|name| name == "constants.pkl" || name.starts_with("code/")) {
        other("a TorchScript program", SAVE_STATE_DICT)
    } else if any_inner(&|name| name == "data.pkl") {
        return None;
    } else if any(&|name| name.ends_with(".weights.h5")) {
        other("a Keras file", OTHER_FRAMEWORK)
    } else if any(&|name| name.ends_with(".npy")) {
        other("a NumPy archive", OTHER_FRAMEWORK)
    } else if any(&|name| [".pt", ".pth", ".bin", ".safetensors", ".onnx"].iter().any(|e| name.ends_with(e)))
    {
        other("a zip archive that contains weights", "unpack it first")
    } else {
        other("a zip archive without weights", DOWNLOAD_AGAIN)
    })
}

/// A network that was pickled with its code instead of as named tensors.
pub(super) fn pickled_module(class: &str) -> Refusal {
    other(format!("a whole model of the class `{class}`, pickled with its code"), SAVE_STATE_DICT)
}

/// A checkpoint without a single named tensor.
pub(super) fn no_tensors() -> Refusal {
    other("a checkpoint without named tensors", SAVE_STATE_DICT)
}

/// Parts of names of low-rank adapters, of PEFT and of scripts written for Segment Anything.
const ADAPTERS: [&str; 6] =
    ["lora_a", "lora_b", "lora_embedding_a", "linear_a_q", "linear_b_q", "w_a_linear_q"];
/// Adapters within these belong to the network.
const ADAPTED: [&str; 3] = ["encoder.", "decoder.", "base_model."];

/// Unsupported networks, by parts of names that only they have.
const NETWORKS: [(&str, &[&str]); 3] = [
    (
        "a SAM 3 model, which is not supported",
        &["vision_backbone.", "detector_model.", "detr_encoder.", "neck.fpn_layers."],
    ),
    ("an EfficientTAM model, which is not supported yet", &["image_encoder.neck.convs.0.conv_1x1."]),
    ("an HQ-SAM model, which is not supported", &["mask_decoder.hf_token.", "mask_decoder.hq_token."]),
];

/// Recognises unsupported networks by the names of their tensors.
pub(super) fn network(names: &[String]) -> Option<Refusal> {
    let any = |part: &str| names.iter().any(|name| name.contains(part));
    if let Some((found, _)) = NETWORKS.iter().find(|(_, parts)| parts.iter().any(|part| any(part))) {
        return Some(other(*found, SUPPORTED));
    }
    let is_adapter = |name: &String| {
        ADAPTED.iter().any(|part| name.contains(part))
            && name.split('.').any(|part| ADAPTERS.contains(&&part.to_ascii_lowercase()[..]))
    };
    names.iter().any(is_adapter).then(|| {
        other(
            "a LoRA adapter, or a model with an unmerged one",
            "merge it into the model (for example with `merge_and_unload` of PEFT) and save the result",
        )
    })
}

//! What the files give that `tests/data/make_checkpoints.py` and `make_transformers.py` write.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::*;
use crate::prompt::{BoxPrompt, Point, Prompt};
use crate::sam::encoder::EncoderConfig;
use crate::sam::network::Family;
use crate::sam::{Output, Predictor};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Files with the three tensors of the script.
const WEIGHTS: &[&str] = &[
    "bfloat16.pth",
    "call.pth",
    "dict.pth",
    "double.pth",
    "edgetam.pth",
    "ema_beside.pth",
    "ema_model.pth",
    "ema_only.pth",
    "ema_prefix.pth",
    "half.pth",
    "half.safetensors",
    "inner_module.pth",
    "lightning.pth",
    "metadata.pth",
    "model-00001-of-00001.safetensors",
    "mixed.safetensors",
    "model.pth",
    "module.pth",
    "module_beside.pth",
    "module_orig_mod.pth",
    "named_optimizer.pth",
    "nested.pth",
    "net.pth",
    "numpy.pth",
    "objects.pth",
    "old_beside.pth",
    "orig_mod.pth",
    "parameters.pth",
    "plain.pth",
    "prefixed.safetensors",
    "protocol3.pth",
    "protocol4.pth",
    "protocol5.pth",
    "sam.pth",
    "sam2_model.pth",
    "sam_model.pth",
    "segment_anything.pth",
    "shared_storage.pth",
    "tensors.pth",
    "training.pth",
    "transformers.bin",
    "types.pth",
    "views.pth",
];

/// Files that are refused, with a part of what the message says about them.
const REFUSED: &[(&str, &str)] = &[
    ("adapter.safetensors", "a LoRA adapter"),
    ("arrays.npz", "a NumPy archive"),
    ("config.txt", "a JSON file"),
    ("efficienttam.pth", "EfficientTAM"),
    ("empty.pth", "it is empty"),
    ("encoder_only.pth", "`sam_mask_decoder.iou_token.weight`"),
    ("exploit.pth", "without named tensors"),
    ("flax.msgpack", "a Flax file"),
    ("ggml.bin", "a ggml file"),
    ("hq_sam.pth", "HQ-SAM"),
    ("inside.zip", "unpack it first"),
    ("legacy.pth", "PyTorch before 1.6; save it again"),
    ("list.pth", "without named tensors"),
    ("lora_inside.pth", "a LoRA adapter"),
    ("model.keras", "a Keras file"),
    ("model.safetensors.index.json", "the index of weights"),
    ("model-00001-of-00002.safetensors", "one of several files"),
    ("module_in_dict.pth", "`__main__.Wrapper`"),
    ("net.tflite", "a TensorFlow Lite file"),
    ("numbers.pth", "without named tensors"),
    ("old.tar", "a tar archive"),
    ("other_network.pth", "`image_encoder.trunk.patch_embed.proj.weight`"),
    ("page.pth", "a web page"),
    ("photos.zip", "a zip archive without weights"),
    ("pickle.pkl", "a pickle that was not written by torch.save"),
    ("pointer.pth", "a Git LFS pointer"),
    ("sam3.pth", "SAM 3"),
    ("torchscript.pt", "a TorchScript program"),
    ("truncated.pth", "is the download complete?"),
    ("truncated.safetensors", "is the download complete?"),
    ("weights.gguf", "a ggml file"),
    ("weights.h5", "an HDF5 file"),
    ("weights.pth.gz", "a compressed file"),
    ("whole_module.pth", "`__main__.Wrapper`"),
];

/// The script's tensors, or the first reason why they cannot be had.
fn tensors(path: &Path) -> Result<[Vec<f32>; 3]> {
    let config = Weights::built_in()?.config().clone();
    let weights = Weights::open_with(path, config)?;
    Ok([
        weights.values("image_encoder.trunk.patch_embed.proj.weight", &[2, 3])?,
        weights.values("sam_mask_decoder.iou_token.weight", &[1, 4])?,
        weights.values("no_mem_embed", &[1, 1, 4])?,
    ])
}

#[test]
fn checkpoints_open_however_they_were_saved() {
    for name in WEIGHTS {
        let found = tensors(&data("checkpoints").join(name)).unwrap_or_else(|e| panic!("{e}"));
        let expected =
            [vec![0.0, 0.25, 0.5, 0.75, 1.0, 1.25], vec![1.0, -2.0, 0.5, 8.0], vec![-1.0, 0.0, 0.25, 3.0]];
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn what_cannot_be_used_is_named() {
    for &(name, reason) in REFUSED {
        let error = tensors(&data("checkpoints").join(name)).expect_err(name).to_string();
        assert!(error.contains(reason) && error.contains(name), "{error}");
    }
}

#[test]
fn every_file_of_the_script_is_tested() {
    let found: HashSet<String> = std::fs::read_dir(data("checkpoints"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let tested = WEIGHTS.iter().chain(REFUSED.iter().map(|(name, _)| name));
    assert_eq!(found, tested.map(|name| name.to_string()).collect());
}

fn renamed(path: &Path) -> Renamed {
    match open_store(Blob::open(path).unwrap()) {
        Ok(store) => store,
        Err(refusal) => panic!("{}: {refusal:?}", path.display()),
    }
}

/// Every tensor of the official implementations is there under its name, with its shape and values.
#[test]
fn transformers_files_have_the_tensors_of_the_official_ones() {
    for model in ["sam2", "sam1"] {
        let folder = data("transformers").join(model);
        let store = renamed(&folder.join("model.safetensors"));
        assert_eq!(store.naming(), Naming::Transformers);
        let json = std::fs::read_to_string(folder.join("official.json")).unwrap();
        let official: Vec<(String, Vec<usize>, f32, f32)> = serde_json::from_str(&json).unwrap();
        assert_eq!(store.names().len(), official.len());
        for (name, shape, first, last) in official {
            let name = names::official(&name);
            assert_eq!(store.shape(&name), Some(&shape[..]), "{name}");
            let Ok(values) = store.to_f32(&name) else { panic!("{name}") };
            assert_eq!((values.len(), values[0]), (shape.iter().product(), first), "{name}");
            assert_eq!(values[values.len() - 1], last, "{name}");
        }
    }
}

#[test]
fn sam2_of_transformers_gives_its_masks() {
    check_masks("sam2", 1e-3);
}

#[test]
fn sam1_of_transformers_gives_its_masks() {
    // Its norms in the decoder have a smaller epsilon than the official ones.
    check_masks("sam1", 2e-3);
}

/// Opens a model of transformers and compares its answers.
fn check_masks(model: &str, tolerance: f32) {
    let folder = data("transformers").join(model);
    let predictor = Predictor::open(&folder.join("model.safetensors")).unwrap();
    let bytes = std::fs::read(folder.join("reference.safetensors")).unwrap();
    let reference = ::safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let floats = |name: &str| -> Vec<f32> {
        let bytes = reference.tensor(name).unwrap().data();
        bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
    };
    let photo_bytes = std::fs::read(data("mini_reference.safetensors")).unwrap();
    let photo = ::safetensors::SafeTensors::deserialize(&photo_bytes).unwrap().tensor("photo").unwrap();
    let [height, width, _] = *photo.shape() else { panic!("no photo") };
    let photo = image::RgbImage::from_raw(width as u32, height as u32, photo.data().to_vec()).unwrap();
    let embedding = predictor.encode(&photo, &()).unwrap();
    for case in ["point", "box"] {
        let prompt = match floats(&format!("{case}.coords"))[..] {
            [x, y] => Prompt { points: vec![Point { x, y, positive: true }], ..Prompt::default() },
            [x0, y0, x1, y1] => Prompt { bbox: Some(BoxPrompt { x0, y0, x1, y1 }), ..Prompt::default() },
            _ => panic!("neither point nor box"),
        };
        let found = predictor.predict(&embedding, &prompt.into(), Output::Candidates, &()).unwrap();
        let close = |what: &str, found: Vec<f32>, tolerance: f32| {
            let expected = floats(&format!("{case}.{what}"));
            assert_eq!(found.len(), expected.len(), "{case} {what}");
            let worst = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < tolerance, "{case} {what}: {worst}");
        };
        close("iou", found.candidates.iter().map(|c| c.predicted_iou).collect(), tolerance);
        close(
            "low_res",
            found.candidates.iter().flat_map(|c| c.low_res.values().to_vec()).collect(),
            tolerance,
        );
    }
}

#[test]
fn the_configuration_of_transformers_lies_beside_the_weights() {
    let config = |model: &str| {
        let flat = transformers::config_in(&data("transformers").join(model)).unwrap().unwrap();
        Config::from_json(&flat.to_string()).unwrap()
    };
    let sam2 = config("sam2");
    assert_eq!((sam2.image_size, sam2.d_model, sam2.decoder.mlp_dim), (192, 32, 2048));
    let EncoderConfig::Hiera(hiera) = sam2.encoder else { panic!("another encoder") };
    assert_eq!((hiera.embed_dim, &hiera.window_spec[..]), (16, &[8, 4, 10, 5][..]));
    let sam1 = config("sam1");
    assert_eq!((sam1.family, sam1.decoder.mlp_dim, sam1.decoder.iou_head_hidden_dim), (Family::Sam1, 96, 48));
    let EncoderConfig::Vit(vit) = sam1.encoder else { panic!("another encoder") };
    assert_eq!((vit.depth, &vit.global_attn_indexes[..]), (4, &[1, 3][..]));
    assert_eq!(transformers::config_in(&data("photos")).unwrap(), None);
}

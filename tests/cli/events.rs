//! `--json` of the batches: one JSON object a line on standard output, and nothing else.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{COFFEE, Folder, QUICK, folder_of_photos, moving, tinsel};

/// The events of a run, each with its name, after checking that there is a first and a last one.
fn events(arguments: &[&str], code: i32) -> Vec<(String, Value)> {
    let run = tinsel(arguments);
    assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.err);
    let parsed = |line: &str| -> (String, Value) {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}"));
        (event["event"].as_str().unwrap().to_owned(), event)
    };
    let events: Vec<_> = run.out.lines().map(parsed).filter(|(name, _)| name != "progress").collect();
    let names: Vec<&str> = events.iter().map(|(name, _)| &**name).collect();
    assert!(names.first() == Some(&"started") && names.last() == Some(&"finished"), "{names:?}");
    events
}

fn named<'a>(events: &'a [(String, Value)], name: &'a str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |(own, _)| own == name).map(|(_, event)| event)
}

#[test]
fn everything_tells_photos_and_failures() {
    let folder = folder_of_photos(&["a.png", "b\u{7f}.png"]);
    folder.file("photos/broken.png", b"no picture");
    let (photos, out) = (folder.path("photos"), folder.path("out"));
    let arguments =
        [&["everything", &photos, "--out", &out, "--format=labels", "--json"][..], &QUICK].concat();
    let told = events(&arguments, 1);
    assert_eq!(told[0].1["inputs"], 3);
    let done: Vec<&Value> = named(&told, "photo").collect();
    assert!(done.len() == 2 && done.iter().all(|photo| photo["masks"].as_u64() > Some(0)), "{told:?}");
    assert!(done.iter().any(|photo| photo["file"].as_str().unwrap().ends_with("b\u{7f}.png")));
    let failed: Vec<&Value> = named(&told, "failed").collect();
    assert!(failed.len() == 1 && failed[0]["file"].as_str().unwrap().ends_with("broken.png"));
    let finished = named(&told, "finished").next().unwrap();
    assert_eq!((&finished["done"], &finished["failed"]), (&2.into(), &1.into()));
    assert_eq!(finished["interrupted"], false);

    let again = [&arguments[..], &["--skip-existing"]].concat();
    assert_eq!(named(&events(&again, 1), "photo").count(), 0, "they are done");
}

#[test]
fn the_other_batches_tell_theirs() {
    let folder = folder_of_photos(&["a.png"]);
    let (photos, out) = (folder.path("photos"), folder.path("out"));
    let boxes = folder.file("photos/a.txt", b"0 0.5 0.5 0.4 0.4\n");
    let masks = events(&["masks", &photos, "--boxes", &boxes, "--json"], 0);
    assert_eq!(named(&masks, "photo").next().unwrap()["masks"], 1);
    let exported = events(&["export", &photos, "--format=coco", "--out", &out, "--json"], 0);
    assert_eq!(named(&exported, "photo").next().unwrap()["masks"], 1);
    let written = named(&exported, "finished").next().unwrap()["written"][0].as_str().unwrap().to_owned();
    let photo = folder.path("photos/a.png");
    let convert = ["convert", &written, "--photo", &photo, "--to=labelme", "--out", &out, "--json"];
    let converted = events(&convert, 0);
    let files = named(&converted, "photo").next().unwrap()["written"].as_array().unwrap().len();
    assert_eq!(files, 1);
    let missing = events(&["convert", "missing.json", "--to=labelme", "--out", &out, "--json"], 1);
    assert_eq!(named(&missing, "failed").count(), 1);
    assert_eq!(named(&events(&["models", "download", "mobile-sam", "--json"], 0), "failed").count(), 0);
}

#[test]
fn tracking_tells_frames() {
    let folder = Folder::new();
    let frames = moving(&folder, 3);
    let out = folder.path("out");
    let told = events(&["track", &frames, "--point=170,130", "--out", &out, "--json"], 0);
    let frames: Vec<u64> = named(&told, "frame").map(|frame| frame["frame"].as_u64().unwrap()).collect();
    assert_eq!(frames, [0, 1, 2]);
    assert!(named(&told, "frame").all(|frame| frame["object"] == 1 && frame["area"].as_u64() > Some(0)));
}

#[test]
fn nobody_has_to_read_to_the_end() {
    let folder = folder_of_photos(&["a.png", "b.png"]);
    let out = folder.path("out");
    let mut running = Command::new(env!("CARGO_BIN_EXE_tinsel"))
        .args(["everything", &folder.path("photos"), COFFEE, "--out", &out, "--format=labels", "--json"])
        .args(QUICK)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(running.stdout.take().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    assert!(first.starts_with(r#"{"event":"started""#), "{first}");
    drop(reader);
    let mut complaints = String::new();
    running.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    assert_eq!((running.wait().unwrap().code(), &*complaints), (Some(0), ""));
    assert_eq!(folder.names("out").iter().filter(|name| name.ends_with(".png")).count(), 3);
}

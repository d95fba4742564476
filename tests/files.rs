//! Files as other processes see them: what is left when one is killed while it writes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use tinsel::annotation::Annotation;
use tinsel::files::Photo;
use tinsel::files::session::{LoadedState, SaveError, Session};
use tinsel::mask::Mask;

const SIZE: (u32, u32) = (640, 480);
const FINGERPRINT: u64 = 1;
/// Tells the test binary that it is the child that saves.
const CHILD: &str = "TINSEL_TEST_SAVE_LOOP";

/// A session in which every part tells the same number. Quickly made, so that a process that saves
/// one after another spends its time saving.
fn numbered(n: u64) -> Session {
    static MASK: LazyLock<Arc<Mask>> =
        LazyLock::new(|| Arc::new(Mask::from_fn(SIZE.0, SIZE.1, |x, y| (x * 3 + y).is_multiple_of(11))));
    let mut session = Session::new("a.jpg".into(), SIZE, FINGERPRINT);
    session.model = Some(n.to_string());
    session.masks = (0..20).map(|_| Annotation::new(n.to_string(), MASK.clone()).into()).collect();
    session
}

fn number(photo: &Path) -> u64 {
    let loaded = Session::load(photo, SIZE, FINGERPRINT).unwrap();
    let LoadedState::Found(session) = loaded.state else { panic!("{:?}", loaded.state) };
    let n = session.model.clone().unwrap();
    assert!(session.masks.len() == 20 && session.masks.iter().all(|mask| mask.annotation.name == n));
    n.parse().unwrap()
}

/// What the child does: saves one session after another and tells each that is saved.
#[test]
fn save_loop() {
    let Some(photo) = std::env::var_os(CHILD) else { return };
    let loaded = Session::load(photo.as_ref(), SIZE, FINGERPRINT).unwrap();
    let mut n = match loaded.state {
        LoadedState::Found(session) => session.model.unwrap().parse().unwrap(),
        _ => 0,
    };
    let mut stamp = loaded.stamp;
    loop {
        n += 1;
        stamp = numbered(n).save(&loaded.path, &stamp).unwrap();
        println!("saved {n}");
    }
}

/// This test binary as a process that runs one test only, `what`, on a photo.
fn child(what: &str, photo: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([what, "--exact", "--nocapture"]).env(CHILD, photo).stdout(Stdio::piped());
    child
}

/// The numbers that a child tells after this word, as it goes on.
fn told(child: &mut std::process::Child, word: &'static str) -> impl Iterator<Item = u64> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.filter_map(move |line| line.ok()?.rsplit_once(word)?.1.trim().parse().ok())
}

/// The unfinished files in a folder.
fn unfinished(folder: &Path) -> usize {
    let is_unfinished = |name: &str| name.starts_with(".tinsel-") && name.ends_with(".tmp");
    let entries = std::fs::read_dir(folder).unwrap();
    entries.filter(|e| is_unfinished(&e.as_ref().unwrap().file_name().to_string_lossy())).count()
}

#[test]
#[cfg(unix)]
fn a_killed_process_leaves_the_last_save_or_the_one_before() {
    const ROUNDS: u64 = 60;
    let dir = tempfile::tempdir().unwrap();
    let photo = dir.path().join("a.jpg");
    let mut hits = 0;
    for round in 0..ROUNDS {
        let before = unfinished(dir.path());
        let mut child = child("save_loop", &photo).spawn().unwrap();
        let mut saved = told(&mut child, "saved ");
        let first = saved.next().unwrap();
        if round.is_multiple_of(2) {
            // At a time that has nothing to do with what it is doing.
            std::thread::sleep(Duration::from_micros(1000 + round * 7919 % 60_000));
        } else {
            // While it writes, whatever share of its time that takes on this machine.
            let began = Instant::now();
            while unfinished(dir.path()) == before && began.elapsed() < Duration::from_secs(1) {}
        }
        child.kill().unwrap();
        let told = saved.last().unwrap_or(first);
        child.wait().unwrap();
        hits += u32::from(unfinished(dir.path()) > before);
        let kept = number(&photo);
        assert!(kept == told || kept == told + 1, "round {round}: told {told}, kept {kept}");
    }
    assert!(hits > 0, "none of {ROUNDS} kills came while it was writing");
}

/// What one of two processes does: adds its own number to those that are kept, as often as it can in some time. What
/// it cannot add because the other was faster, it tells, and tries again.
#[test]
fn add_loop() {
    let Some(photo) = std::env::var_os(CHILD) else { return };
    let photo = Path::new(&photo);
    let own = std::process::id();
    let began = Instant::now();
    let mut n = 0;
    while began.elapsed() < Duration::from_secs(2) {
        let loaded = Session::load(photo, SIZE, FINGERPRINT).unwrap();
        let mut session = match loaded.state {
            LoadedState::Found(session) => session,
            _ => Session::new("a.jpg".into(), SIZE, FINGERPRINT),
        };
        let mask = Mask::from_fn(SIZE.0, SIZE.1, |x, _| x < 5);
        session.masks.push(Annotation::new(format!("{own}-{n}"), mask).into());
        match session.save(&loaded.path, &loaded.stamp) {
            Ok(_) => n += 1,
            Err(SaveError::ChangedByOther { .. }) => println!("refused {n}"),
            Err(error) => panic!("{error}"),
        }
    }
    println!("added {n}");
}

/// Two processes save in the same file for some time. Each of them has told what is kept; all of that is there.
fn race(set_up: impl Fn(&mut Command, usize)) {
    let dir = tempfile::tempdir().unwrap();
    let photo = dir.path().join("a.jpg");
    let children: Vec<_> = (0..2)
        .map(|i| {
            let mut command = child("add_loop", &photo);
            set_up(&mut command, i);
            command.spawn().unwrap()
        })
        .collect();
    let mut expected = std::collections::BTreeSet::new();
    let mut refused = 0;
    for mut child in children {
        let id = child.id();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        for line in lines {
            refused += u32::from(line.contains("refused "));
            if let Some((_, count)) = line.rsplit_once("added ") {
                let count: u64 = count.parse().unwrap();
                assert!(count > 0);
                expected.extend((0..count).map(|n| format!("{id}-{n}")));
            }
        }
        assert!(child.wait().unwrap().success());
    }
    assert!(refused > 0, "they have never met");
    let files = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let kept = files.filter(|file| !file.to_string_lossy().contains(".bak."));
    let sessions = kept.map(|file| Session::parse(&file, &std::fs::read(&file).unwrap()).unwrap());
    let kept = sessions.flat_map(|session| session.masks).map(|mask| mask.annotation.name).collect();
    let lost: Vec<_> = expected.difference(&kept).collect();
    assert!(lost.is_empty(), "{} of {} are lost: {lost:?}", lost.len(), expected.len());
}

#[test]
fn two_processes_do_not_destroy_each_others_work() {
    race(|_, _| {});
}

#[test]
fn two_users_who_do_not_see_each_others_locks_do_not_destroy_each_others_work() {
    let caches: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    race(|command, i| {
        command.env("XDG_CACHE_HOME", caches[i].path());
    });
}

/// Runs the program; its exit code, output and complaints.
fn tinsel(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinsel"));
    command.args(arguments.iter().map(|argument| argument.as_ref()));
    let done = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

/// A folder with two copies of a sample photo, the first of which has a session of two masks.
fn photos() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/coffee.jpg");
    for name in ["a.jpg", "b.jpg"] {
        std::fs::copy(sample, dir.path().join(name)).unwrap();
    }
    let path = dir.path().join("a.jpg");
    let photo = Photo::open(&path).unwrap();
    let size = photo.pixels.dimensions();
    let mut session = Session::new("a.jpg".into(), size, photo.fingerprint);
    let ring = |x: u32, y: u32, from: u32, to: u32| {
        let distance = x.abs_diff(200).pow(2) + y.abs_diff(150).pow(2);
        (from * from..to * to).contains(&distance)
    };
    let masks = [("Ring", Some("cup"), (20, 40)), ("Disc", None, (0, 9))];
    for (name, class, (from, to)) in masks {
        let annotation = Annotation {
            class: class.map(Into::into),
            colour: Some([200, 30, 90]),
            ..Annotation::new(name, Mask::from_fn(size.0, size.1, |x, y| ring(x, y, from, to)))
        };
        session.masks.push(annotation.into());
    }
    let loaded = Session::load(&path, size, photo.fingerprint).unwrap();
    session.save(&loaded.path, &loaded.stamp).unwrap();
    dir
}

fn session_of(path: &Path) -> Session {
    let photo = Photo::open(path).unwrap();
    match Session::load(path, photo.pixels.dimensions(), photo.fingerprint).unwrap().state {
        LoadedState::Found(session) => session,
        other => panic!("{other:?}"),
    }
}

#[test]
fn masks_travel_from_photo_to_photo_by_files() {
    let dir = photos();
    let [a, b, out] = ["a.jpg", "b.jpg", "out"].map(|name| dir.path().join(name));
    let formats = "labelme,coco,json,labels,yolo";
    let (code, report, err) =
        tinsel(&[&"export", &a, &"--format", &formats, &"--labelme", &"masks", &"--out", &out]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(report.contains("a.jpg: 2 masks, 8 files"), "{report}");
    assert!(report.contains("The holes of 1 mask are filled"), "{report}");
    let (code, _, err) = tinsel(&[&"export", &a, &"--format", &"labelme", &"--out", &out]);
    assert!(code == Some(1) && err.contains("already exists") && err.contains("--overwrite"), "{err}");

    let labelme = out.join("a.json");
    let (code, report, err) = tinsel(&[&"import", &b, &labelme, &out.join("a_masks.json")]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(report.contains("4 masks now"), "{report}");
    let (before, after) = (session_of(&a), session_of(&b));
    for (i, item) in after.masks.iter().map(|mask| &mask.annotation).enumerate() {
        let expected = &before.masks[i % 2].annotation;
        assert_eq!((&item.mask, &item.name, &item.class), (&expected.mask, &expected.name, &expected.class));
    }
    assert_eq!(after.classes.len(), 1);

    // One file is wrong: nothing is imported.
    let (code, _, err) = tinsel(&[&"import", &b, &labelme, &a]);
    assert!(code == Some(1) && err.contains("a.jpg"), "{err}");
    assert_eq!(session_of(&b), after);
    tinsel(&[&"import", &b, &"--replace", &out.join("labels/a.txt")]);
    let yolo = session_of(&b);
    let classes: Vec<_> = yolo.masks.iter().map(|item| item.annotation.class.as_deref()).collect();
    assert_eq!(classes, [Some("cup"), None]);
}

#[test]
fn a_folder_becomes_one_dataset() {
    let dir = photos();
    let out = dir.path().join("out");
    let (code, report, err) =
        tinsel(&[&"export", &dir.path(), &"--format", &"coco,csv", &"--class", &"cup", &"--out", &out]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(report.contains("a.jpg: 1 mask, 1 file") && !report.contains("b.jpg"), "{report}");
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("coco.json")).unwrap()).unwrap();
    assert_eq!(json["images"][0]["file_name"], "a.jpg");
    assert_eq!(
        (json["annotations"].as_array().unwrap().len(), &json["categories"][0]["name"]),
        (1, &"cup".into())
    );
    let (code, _, err) = tinsel(&[&"export", &dir.path().join("b.jpg"), &"--format", &"csv", &"--out", &out]);
    assert!(code == Some(1) && err.contains("b.jpg: has no saved masks"), "{err}");
    let (code, ..) = tinsel(&[&"export", &dir.path(), &"--format", &"csv,nonsense", &"--out", &out]);
    assert_eq!(code, Some(2));
}

#[test]
fn files_are_converted() {
    let dir = photos();
    let out = dir.path().join("out");
    let session = dir.path().join("a.jpg.tinsel.json");
    let (code, report, err) = tinsel(&[&"convert", &session, &"--to", &"labelme", &"--out", &dir.path()]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(report.contains("The holes of 1 mask are filled"), "{report}");
    let (code, _, err) = tinsel(&[
        &"convert",
        &dir.path().join("a.json"),
        &"--to",
        &"cutouts",
        &"--margin",
        &"5",
        &"--out",
        &out,
    ]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(image::image_dimensions(out.join("a_disc_cutout.png")).unwrap(), (17 + 10, 17 + 10));
    let nowhere = dir.path().join("x.json");
    std::fs::write(&nowhere, "{\"shapes\": []}").unwrap();
    let (code, _, err) = tinsel(&[&"convert", &nowhere, &"--to", &"svg", &"--out", &out]);
    assert!(code == Some(1) && err.contains("--photo"), "{err}");
    let (code, _, err) = tinsel(&[&"convert", &session, &"--to", &"svg", &"--tolerance=-1", &"--out", &out]);
    assert!(code == Some(2) && err.contains("--tolerance -1"), "{err}");
}

#[test]
fn what_two_photos_or_formats_would_share_is_refused() {
    let dir = photos();
    let [a, out] = ["a.jpg", "out"].map(|name| dir.path().join(name));
    let (code, _, err) = tinsel(&[&"export", &a, &"--format", &"labelme,isat", &"--out", &out]);
    assert!(code == Some(1) && err.contains("a.jpg as isat; export them separately"), "{err}");
    assert!(!err.contains("--overwrite") && !out.exists(), "{err}");

    let ends = ["train", "val"].map(|name| dir.path().join("ds").join(name));
    for end in &ends {
        std::fs::create_dir_all(end).unwrap();
        for name in ["a.jpg", "a.jpg.tinsel.json"] {
            std::fs::copy(dir.path().join(name), end.join(name)).unwrap();
        }
    }
    let (code, _, err) = tinsel(&[&"export", &ends[0], &ends[1], &"--format", &"coco", &"--out", &out]);
    assert!(code == Some(1) && err.contains("val/a.jpg: would be named a.jpg"), "{err}");

    // From the folder above both, each gets its own masks back.
    let (out, above) = (dir.path().join("coco"), dir.path().join("ds"));
    let mut session = session_of(&ends[1].join("a.jpg"));
    session.masks.truncate(1);
    let json = serde_json::to_string(&session).unwrap();
    std::fs::write(ends[1].join("a.jpg.tinsel.json"), json).unwrap();
    let (code, _, err) = tinsel(&[&"export", &above, &"--recursive", &"--format", &"coco", &"--out", &out]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let file = out.join("coco.json");
    let (code, report, err) = tinsel(&[&"import", &ends[1].join("a.jpg"), &file, &"--strict"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(report.contains("coco.json: 1 mask\n"), "{report}");
}

/// A folder of small photos, each with a mask of a class of its own.
fn classed_photos(classes: &[String]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for class in classes {
        let path = dir.path().join(format!("{class}.png"));
        image::RgbImage::new(60, 40).save(&path).unwrap();
        let photo = Photo::open(&path).unwrap();
        let mut session = Session::new(photo.file_name(), (60, 40), photo.fingerprint);
        let mask = Mask::from_fn(60, 40, |x, y| (5..50).contains(&x) && (5..30).contains(&y));
        let annotation = Annotation {
            class: Some(class.clone()),
            colour: Some([200, 30, 90]),
            ..Annotation::new("Mask", mask)
        };
        session.masks.push(annotation.into());
        let loaded = Session::load(&path, (60, 40), photo.fingerprint).unwrap();
        session.save(&loaded.path, &loaded.stamp).unwrap();
    }
    dir
}

/// The value of a picture with a palette at a place in the mask.
fn palette_index(path: &Path) -> usize {
    let mut reader =
        png::Decoder::new(BufReader::new(std::fs::File::open(path).unwrap())).read_info().unwrap();
    let mut indices = vec![0; 60 * 40];
    reader.next_frame(&mut indices).unwrap();
    indices[10 * 60 + 10].into()
}

#[test]
fn two_processes_give_a_class_one_number() {
    const ROUNDS: usize = 5;
    let names = |of: &str| (0..6).map(|i| format!("{of}{i}")).collect::<Vec<String>>();
    let classes = [names("cat"), names("dog")];
    let photos = classes.each_ref().map(|classes| classed_photos(classes));
    for round in 0..ROUNDS {
        let dir = tempfile::tempdir().unwrap();
        let export = |from: &tempfile::TempDir| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_tinsel"));
            command
                .arg("export")
                .arg(from.path())
                .args(["--format", "yolo,voc,isat", "--out"])
                .arg(dir.path());
            command.stdout(Stdio::null()).spawn().unwrap()
        };
        let processes = photos.each_ref().map(export);
        for mut process in processes {
            assert!(process.wait().unwrap().success());
        }
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        let plain: Vec<String> = read("classes.txt").lines().map(Into::into).collect();
        let voc: Vec<String> = read("class_names.txt").lines().map(Into::into).collect();
        let (yaml, isat) = (read("data.yaml"), read("isat.yaml"));
        for class in classes.iter().flatten() {
            let labels = read(&format!("labels/{class}.txt"));
            let number: usize = labels.split(' ').next().unwrap().parse().unwrap();
            assert_eq!(plain[number], *class, "round {round}");
            assert!(yaml.contains(&format!("  {number}: \"{class}\"\n")), "round {round}: {yaml}");
            let index = palette_index(&dir.path().join(format!("SegmentationClass/{class}.png")));
            assert_eq!(voc[index], *class, "round {round}");
            assert_eq!(isat.matches(&format!("name: \"{class}\"\n")).count(), 1, "round {round}: {isat}");
        }
        assert_eq!((plain.len(), voc.len()), (12, 13), "round {round}");
    }
}

#[test]
#[cfg(unix)]
fn a_pipe_with_the_name_of_a_list_is_not_waited_for() {
    let dir = photos();
    let [a, b, out] = ["a.jpg", "b.jpg", "out"].map(|name| dir.path().join(name));
    tinsel(&[&"export", &a, &"--format", &"yolo", &"--out", &out]);
    for list in ["classes.txt", "data.yaml"] {
        std::fs::remove_file(out.join(list)).unwrap();
    }
    assert!(Command::new("mkfifo").arg(out.join("data.yaml")).status().unwrap().success());
    let (code, report, err) = tinsel(&[&"import", &b, &out.join("labels/a.txt")]);
    assert!(code == Some(0) && report.contains("classes are named after their numbers"), "{report}{err}");
    let (code, _, err) = tinsel(&[&"export", &a, &"--format", &"yolo", &"--overwrite", &"--out", &out]);
    assert!(code == Some(1) && err.contains("data.yaml: ") && err.contains("it is not a file"), "{err}");
}

#[test]
fn a_list_nested_without_end_is_told() {
    let dir = photos();
    let out = dir.path().join("out");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("data.yaml"), format!("names:\n{}a\n", "- ".repeat(50_000))).unwrap();
    let a = dir.path().join("a.jpg");
    let (code, _, err) = tinsel(&[&"export", &a, &"--format", &"yolo", &"--out", &out]);
    assert!(code == Some(1) && err.contains("data.yaml: ") && err.contains("nested"), "{err}");
}

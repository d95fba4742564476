use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempPath;

use super::*;
use crate::annotation::{Annotation, Proposal};
use crate::files::stamped;
use crate::mask::Mask;
use crate::prompt::{BoxPrompt, Point, Prompt};

const SIZE: (u32, u32) = (30, 20);

fn session(masks: u32) -> Session {
    let mut session = Session::new("cup.jpg".into(), SIZE, 0xfedc_ba98_7654_3210);
    session.model = Some("mobile-sam".into());
    session.classes.push(SessionClass { name: "cup".into(), colour: [1, 2, 3], other: Default::default() });
    for i in 0..masks {
        let mask = Mask::from_fn(SIZE.0, SIZE.1, |x, y| (x * 7 + y * 3 + i) % 5 < 2);
        let annotation = Annotation {
            class: (i == 0).then(|| "cup".into()),
            colour: Some([i as u8, 0, 9]),
            predicted_iou: Some(0.93),
            proposal: (i == 1).then_some(Proposal { score: Some(0.5) }),
            prompt: Prompt {
                points: vec![Point { x: 1.1, y: 2.7, positive: i % 2 == 0 }],
                bbox: Some(BoxPrompt { x0: 0.1, y0: 0.2, x1: 30.0, y1: 19.9 }),
            },
            ..Annotation::new(format!("Mask {i}"), mask)
        };
        session.masks.push(SessionMask { locked: i == 1, visible: i != 1, ..annotation.into() });
    }
    session
}

fn places(dir: &Path) -> Places {
    Places::choose(&dir.join("cup.jpg"), true, Some(&dir.join("data")))
}

fn load(places: &Places) -> Result<Loaded, SessionError> {
    load::load(places, SIZE, 0xfedc_ba98_7654_3210)
}

fn bytes_of(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

fn found(loaded: Loaded) -> Session {
    match loaded.state {
        LoadedState::Found(session) => session,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_saved_is_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    let fresh = load(&places).unwrap();
    assert!(matches!(fresh.state, LoadedState::Fresh));
    assert_eq!(load::count_masks(&places.existing()), None);
    assert_eq!(fresh.path, dir.path().join("cup.jpg.tinsel.json"));

    let first = session(3);
    let stamp = first.save(&fresh.path, &fresh.stamp).unwrap();
    let loaded = load(&places).unwrap();
    assert_eq!(loaded.stamp, stamp);
    assert_eq!(load::count_masks(&places.existing()), Some(3));
    assert_eq!(found(loaded), first);

    session(1).save(&fresh.path, &stamp).unwrap();
    assert_eq!(found(load(&places).unwrap()), session(1));
    let former = std::fs::read(dir.path().join("cup.jpg.tinsel.bak.json")).unwrap();
    assert_eq!(load::parse(&fresh.path, &former).unwrap(), first);
    let left = std::fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(left, 2, "the session and its former version, nothing temporary");
}

#[test]
fn unknown_keys_survive() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    let mut json: Value = serde_json::from_slice(&serde_json::to_vec(&session(2)).unwrap()).unwrap();
    json["note"] = json!({"from": "elsewhere", "n": [1, 2.5, null]});
    json["photo"]["camera"] = "x".into();
    json["masks"][1]["tags"] = json!(["a"]);
    json["classes"][0]["key"] = 3.into();
    json["view"] = json!({"zoom": 2.0});
    std::fs::write(&places.wanted, json.to_string()).unwrap();
    let Loaded { state, path, stamp, .. } = load(&places).unwrap();
    let LoadedState::Found(session) = state else { panic!("{state:?}") };
    session.save(&path, &stamp).unwrap();
    let written: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(written, json);
}

/// Files of versions before this one, and other programs, depend on each key.
#[test]
fn the_file_keeps_its_keys_and_their_order() {
    let mut session = Session::new("cup.jpg".into(), (3, 2), 255);
    let annotation = Annotation {
        class: Some("cup".into()),
        predicted_iou: Some(0.5),
        model: Some("mobile-sam".into()),
        prompt: Prompt {
            points: vec![Point { x: 1.0, y: 0.5, positive: true }],
            bbox: Some(BoxPrompt { x0: 0.0, y0: 0.5, x1: 3.0, y1: 2.0 }),
        },
        ..Annotation::new("a", Mask::from_fn(3, 2, |x, y| x + y == 0))
    };
    let bare = Annotation { colour: Some([1, 2, 3]), ..Annotation::new("b", annotation.mask.clone()) };
    session.masks = vec![annotation.into(), SessionMask { visible: false, locked: true, ..bare.into() }];
    session.masks[1].other.insert("candidate".into(), 2.into());
    let expected = concat!(
        r#"{"format":"tinsel-session","version":1,"#,
        r#""photo":{"name":"cup.jpg","width":3,"height":2,"fingerprint":"00000000000000ff"},"#,
        r#""model":null,"classes":[],"masks":["#,
        r#"{"name":"a","class":"cup","colour":[150,150,150],"visible":true,"locked":false,"#,
        r#""segmentation":{"size":[2,3],"counts":"015"},"predicted_iou":0.5,"stability_score":null,"#,
        r#""model":"mobile-sam","points":[{"x":1.0,"y":0.5,"positive":true}],"box":[0.0,0.5,3.0,2.0]},"#,
        r#"{"name":"b","class":null,"colour":[1,2,3],"visible":false,"locked":true,"#,
        r#""segmentation":{"size":[2,3],"counts":"015"},"predicted_iou":null,"stability_score":null,"#,
        r#""points":[],"box":null,"candidate":2}],"view":{}}"#,
    );
    assert_eq!(serde_json::to_string(&session).unwrap(), expected);
    let read = load::parse(Path::new("x"), expected.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), expected);
}

#[test]
fn keys_that_may_be_missing_have_defaults() {
    let minimal = r#"{"format": "tinsel-session", "version": 1,
        "photo": {"name": "cup.jpg", "width": 3, "height": 2, "fingerprint": "ff"},
        "masks": [{"name": "a", "colour": [1, 2, 3], "segmentation": {"size": [2, 3], "counts": "015"}}]}"#;
    let session = load::parse(Path::new("x"), minimal.as_bytes()).unwrap();
    let SessionMask { annotation, visible, locked, .. } = &session.masks[0];
    assert!(*visible && !locked && annotation.class.is_none() && annotation.predicted_iou.is_none());
    assert!(annotation.mask.get(0, 0) && annotation.mask.area() == 1);
}

#[test]
fn another_photo_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    session(1).save(&places.wanted, &Stamp::ABSENT).unwrap();
    let same_size = |size, fingerprint| match load::load(&places, size, fingerprint).unwrap().state {
        LoadedState::PhotoChanged { same_size, session } => (same_size, session.masks.len()),
        other => panic!("{other:?}"),
    };
    assert_eq!(same_size(SIZE, 7), (true, 1));
    assert_eq!(same_size((20, 30), 7), (false, 1));
    // New work leaves what belongs to the former pixels alone.
    let former = bytes_of(&places.wanted);
    let loaded = load::load(&places, SIZE, 7).unwrap();
    let (path, _) = loaded.save(&mut session(2), 7).unwrap();
    assert!(path.ends_with("cup.jpg.tinsel-conflict-1.json"), "{}", path.display());
    assert_eq!(bytes_of(&places.wanted), former);
    assert_eq!(found(load::load(&places, SIZE, 7).unwrap()).masks.len(), 2);
}

#[test]
fn what_cannot_be_read_is_neither_used_nor_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    let good = serde_json::to_value(session(1)).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut json = good.clone();
        *json.pointer_mut(pointer).unwrap() = value;
        json.to_string()
    };
    let cases = [
        ("".into(), "damaged"),
        ("{\"format\": \"tinsel-ses".into(), "damaged"),
        ("[]".into(), "damaged"),
        (with("/format", "else".into()), "not a session"),
        (with("/masks/0/segmentation/counts", "zz".into()), "damaged"),
        (with("/masks/0/segmentation/size", json!([19, 30])), "damaged"),
        (with("/masks/0/segmentation/size", json!([4_000_000_000u32, 4_000_000_000u32])), "damaged"),
        (with("/photo/width", 31.into()), "30x20"),
        (with("/masks/0/points/0/x", Value::Null), "damaged"),
        (with("/masks/0/box/2", json!(1e300)), "number out of range"),
        (with("/version", 2.into()), "newer"),
    ];
    for (content, cause) in cases {
        std::fs::write(&places.wanted, &content).unwrap();
        let error = load(&places).unwrap_err().to_string();
        assert!(error.contains(cause) && error.contains("cup.jpg.tinsel.json"), "{error}");
        let saved = session(2).save(&places.wanted, &Stamp::ABSENT);
        assert!(matches!(saved, Err(SaveError::ChangedByOther { .. })));
        assert_eq!(std::fs::read_to_string(&places.wanted).unwrap(), content);
    }
}

#[test]
fn what_another_process_wrote_is_not_destroyed() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    let mine = session(1).save(&places.wanted, &Stamp::ABSENT).unwrap();
    let other = load(&places).unwrap();
    session(2).save(&other.path, &other.stamp).unwrap();
    let refused = session(3).save(&places.wanted, &mine);
    assert!(matches!(refused, Err(SaveError::ChangedByOther { .. })), "{refused:?}");
    assert_eq!(found(load(&places).unwrap()), session(2));

    let (path, stamp) = session(3).save_as_conflict(&places.wanted).unwrap();
    assert_eq!(path, dir.path().join("cup.jpg.tinsel-conflict-1.json"));
    let (second, _) = session(3).save_as_conflict(&places.wanted).unwrap();
    assert_eq!(second, dir.path().join("cup.jpg.tinsel-conflict-2.json"));
    session(4).save(&path, &stamp).unwrap();
    assert!(dir.path().join("cup.jpg.tinsel-conflict-1.bak.json").exists());

    std::fs::remove_file(&places.wanted).unwrap();
    let refused = session(3).save(&places.wanted, &mine);
    assert!(matches!(refused, Err(SaveError::ChangedByOther { .. })), "deleting is a change, too");
}

/// Makes a file younger than it is.
fn set_time(path: &Path, seconds: u64) {
    let time = std::time::SystemTime::now() + std::time::Duration::from_secs(seconds);
    std::fs::File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
}

/// A session of so many masks about a photo with this fingerprint and size.
fn about(fingerprint: u64, size: (u32, u32), masks: u32) -> Session {
    let mut about = session(masks);
    about.photo = Session::new("cup.jpg".into(), size, fingerprint).photo;
    let mask = Arc::new(Mask::from_fn(size.0, size.1, |x, _| x > 3));
    let fit = |item: &mut SessionMask| item.annotation.mask = mask.clone();
    about.masks.iter_mut().for_each(fit);
    about
}

#[test]
fn the_newest_work_on_this_state_of_the_photo_is_found_among_all_that_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    let load = |size, fingerprint| load::load(&places, size, fingerprint).unwrap();
    let name = |loaded: &Loaded| loaded.path.file_name().unwrap().to_string_lossy().into_owned();
    // The photo was replaced by one of another size: what was kept stays, new work goes beside it.
    about(1, (40, 20), 5).save(&places.wanted, &Stamp::ABSENT).unwrap();
    let former = bytes_of(&places.wanted);
    let other = load(SIZE, 2);
    assert!(matches!(other.state, LoadedState::PhotoChanged { same_size: false, .. }));
    assert_eq!(other.others, std::slice::from_ref(&places.wanted));
    about(2, SIZE, 1).save_as_conflict(&other.path).unwrap();
    let again = load(SIZE, 2);
    assert_eq!((name(&again), &again.others), ("cup.jpg.tinsel-conflict-1.json".into(), &other.others));
    about(2, SIZE, 2).save(&again.path, &again.stamp).unwrap();
    assert_eq!(found(load(SIZE, 2)).masks.len(), 2);
    // Somebody else changed that meanwhile: the next number, not a number of a number.
    let (third, _) = about(2, SIZE, 3).save_as_conflict(&again.path).unwrap();
    assert!(third.ends_with("cup.jpg.tinsel-conflict-2.json"), "{}", third.display());
    set_time(&third, 5);
    assert_eq!(found(load(SIZE, 2)).masks.len(), 3, "the newest");
    // A gap, because somebody tidied up.
    std::fs::remove_file(&again.path).unwrap();
    assert_eq!(found(load(SIZE, 2)).masks.len(), 3);
    // The former photo is back.
    let back = load((40, 20), 1);
    assert_eq!((name(&back), &back.others), ("cup.jpg.tinsel.json".into(), &vec![third]));
    assert_eq!(found(back).masks.len(), 5);
    assert_eq!(bytes_of(&places.wanted), former);
    // Nothing fits: a free place is used, an occupied one is not.
    assert!(matches!(load((7, 7), 1).state, LoadedState::PhotoChanged { same_size: false, .. }));
    std::fs::remove_file(&places.wanted).unwrap();
    let free = load((7, 7), 1);
    assert!(matches!(free.state, LoadedState::Fresh) && free.path == places.wanted && free.others.len() == 1);
}

#[test]
fn work_beside_a_file_that_cannot_be_read_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    std::fs::write(&places.wanted, "{").unwrap();
    assert_eq!(load(&places).unwrap_err().path(), places.wanted);
    session(2).save_as_conflict(&places.wanted).unwrap();
    let loaded = load(&places).unwrap();
    assert_eq!(loaded.others, std::slice::from_ref(&places.wanted));
    assert_eq!(found(loaded), session(2));
    assert_eq!(bytes_of(&places.wanted), b"{");
}

#[test]
fn the_view_is_no_version_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    let stamp = session(1).save(&places.wanted, &Stamp::ABSENT).unwrap();
    let stamp = session(2).save(&places.wanted, &stamp).unwrap();
    let mut seen = session(2);
    seen.view.insert("zoom".into(), 3.into());
    seen.save_view(&places.wanted, &stamp).unwrap();
    let former = dir.path().join("cup.jpg.tinsel.bak.json");
    assert_eq!(load::parse(&former, &bytes_of(&former)).unwrap(), session(1));
    assert_eq!(found(load(&places).unwrap()), seen);
    assert!(matches!(seen.save_view(&places.wanted, &stamp), Err(SaveError::ChangedByOther { .. })));
}

#[test]
fn what_could_not_be_loaded_again_is_not_saved() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cup.jpg.tinsel.json");
    let mut wrong_size = session(1);
    wrong_size.photo.width += 1;
    let mut not_a_number = session(1);
    not_a_number.masks[0].annotation.prompt.points[0].x = f32::NAN;
    for bad in [wrong_size, not_a_number] {
        assert!(matches!(bad.save(&path, &Stamp::ABSENT), Err(SaveError::Invalid { .. })));
        assert!(!path.exists());
    }
}

#[test]
fn a_folder_that_cannot_be_written_has_its_sessions_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let (photo, data) = (dir.path().join("cup.jpg"), dir.path().join("data"));
    std::fs::create_dir(&data).unwrap();
    let read_only = Places::choose(&photo, false, Some(&data));
    assert!(read_only.wanted.starts_with(&data), "{read_only:?}");
    let other = Places::choose(&dir.path().join("sub/cup.jpg"), false, Some(&data));
    assert_ne!(read_only.wanted, other.wanted);

    // Read-only now, but a session was saved beside the photo before.
    let beside = places(dir.path());
    session(1).save(&beside.wanted, &Stamp::ABSENT).unwrap();
    let loaded = load(&read_only).unwrap();
    let (path, stamp) = (loaded.path.clone(), loaded.stamp);
    assert_eq!(found(loaded), session(1));
    session(2).save(&path, &stamp).unwrap();
    assert_eq!(found(load(&read_only).unwrap()), session(2));
    // Writable again: the newest work counts, and nothing is written over the other.
    set_time(&read_only.wanted, 5);
    let loaded = load(&beside).unwrap();
    assert_eq!(loaded.others, std::slice::from_ref(&beside.wanted));
    let (path, _) = loaded.save(&mut session(3), 0xfedc_ba98_7654_3210).unwrap();
    assert!(path.ends_with("cup.jpg.tinsel-conflict-1.json"), "{}", path.display());
    assert_eq!(found(loaded), session(2));
    set_time(&path, 9);
    assert_eq!(found(load(&beside).unwrap()), session(3));
    // Nothing beside the photo.
    [&path, &beside.wanted].into_iter().for_each(|file| std::fs::remove_file(file).unwrap());
    let loaded = load(&beside).unwrap();
    assert_eq!(loaded.path, beside.wanted);
    assert_eq!(found(loaded), session(2));
}

#[test]
fn a_folder_that_is_gone_is_told_and_not_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("photos");
    std::fs::create_dir(&folder).unwrap();
    let places = places(&folder);
    let stamp = session(1).save(&places.wanted, &Stamp::ABSENT).unwrap();
    std::fs::rename(&folder, dir.path().join("elsewhere")).unwrap();
    for stamp in [stamp, Stamp::ABSENT] {
        let error = session(2).save(&places.wanted, &stamp).unwrap_err();
        assert!(matches!(error, SaveError::FolderGone { .. }), "{error}");
    }
    assert!(!folder.exists());
    let spare = dir.path().join("data").join("a.tinsel.json");
    assert_eq!(session(2).save_spare(&spare).unwrap().0, spare);
}

#[test]
fn names_at_the_limit_of_the_file_system_are_cut_and_found_again() {
    let limits =
        [("y".repeat(240), 255), ("杯".repeat(84), 255), ("y".repeat(130), 143), ("杯".repeat(45), 143)];
    for (name, limit) in limits {
        let places =
            with_names(Path::new("a"), name.as_ref(), |path| path.file_name().unwrap().len() <= limit);
        let names: Vec<_> = places.iter().map(|place| place.file_name().unwrap().len()).collect();
        assert!(names[0] + LONGEST_SUFFIX.len() - SUFFIX.len() <= SHORTEST_LIMIT, "{names:?}");
        assert_eq!(names[1], name.len() + SUFFIX.len(), "written elsewhere, it may have the whole name");
        assert_ne!(places[0], with_names(Path::new("a"), format!("{name}x").as_ref(), |_| false)[0]);
    }
    let fits = "y".repeat(200);
    assert!(with_names(Path::new("a"), fits.as_ref(), |_| true)[0].ends_with(format!("{fits}.tinsel.json")));

    let dir = tempfile::tempdir().unwrap();
    for length in [222, 236, 239, 250] {
        let photo = dir.path().join(format!("{}.jpg", "y".repeat(length)));
        let data = dir.path().join("data");
        for writable in [true, false] {
            let places = Places::choose(&photo, writable, Some(&data));
            std::fs::create_dir_all(&data).unwrap();
            for masks in 1..4 {
                load(&places).unwrap().save(&mut session(masks), 0xfedc_ba98_7654_3210).unwrap();
                let found = found(load(&places).unwrap());
                assert_eq!(found.masks.len(), masks as usize, "{length}");
            }
            session(1).save_as_conflict(&places.wanted).unwrap();
            std::fs::remove_file(&places.wanted).unwrap();
        }
    }
}

#[test]
#[cfg(unix)]
fn what_was_saved_under_a_name_without_room_for_a_former_version_goes_on_under_a_shorter_one() {
    let dir = tempfile::tempdir().unwrap();
    let photo = dir.path().join(format!("{}.jpg", "y".repeat(236)));
    let full = with_suffix(&photo, SUFFIX);
    session(1).save(&full, &Stamp::ABSENT).unwrap();
    let places = Places::choose(&photo, true, None);
    for masks in [2, 3] {
        let loaded = load(&places).unwrap();
        let (path, _) = loaded.save(&mut session(masks), 0xfedc_ba98_7654_3210).unwrap();
        assert_eq!(path, places.wanted);
        set_time(&path, 5);
        assert_eq!(found(load(&places).unwrap()).masks.len(), masks as usize);
    }
}

#[test]
#[cfg(unix)]
fn links_to_nothing_and_what_is_no_file_are_left_alone_and_never_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(dir.path());
    let occupy: [&dyn Fn(&Path); 3] = [
        &|path| std::os::unix::fs::symlink("nowhere", path).unwrap(),
        &|path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success()),
        &|path| std::fs::create_dir(path).unwrap(),
    ];
    for (i, occupy) in occupy.into_iter().enumerate() {
        occupy(&places.wanted);
        let kind = places.wanted.symlink_metadata().unwrap().file_type();
        let loaded = load(&places).unwrap();
        assert!(matches!(loaded.state, LoadedState::Fresh));
        assert_eq!(loaded.others, std::slice::from_ref(&places.wanted));
        let (path, stamp) = loaded.save(&mut session(2), 0xfedc_ba98_7654_3210).unwrap();
        assert!(path.ends_with("cup.jpg.tinsel-conflict-1.json"), "{}", path.display());
        session(3).save(&path, &stamp).unwrap();
        assert_eq!(found(load(&places).unwrap()), session(3));
        assert!(session(1).save(&places.wanted, &stamp).is_err());
        assert_eq!(places.wanted.symlink_metadata().unwrap().file_type(), kind);
        std::fs::rename(&places.wanted, dir.path().join(format!("other {i}"))).unwrap();
        std::fs::remove_file(&path).unwrap();
    }
}

/// Writers that do not see each other's locks, as on different machines.
#[test]
fn what_others_write_at_the_same_moment_is_not_destroyed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cup.jpg.tinsel.json");
    type Replace = fn(TempPath, &Path, (Stamp, Stamp)) -> std::io::Result<bool>;
    let ways: [Replace; 2] = [
        |new, path, stamps| stamped::replace(new, path, stamps, Former::Kept),
        |new, path, stamps| {
            stamped::replace_and_look(new, path, stamps, Former::Kept, std::time::Instant::now())
        },
    ];
    for replace in ways {
        std::fs::write(&path, "read before").unwrap();
        let expected = Stamp::of(b"read before");
        let new = || {
            let file = tempfile::NamedTempFile::new_in(dir.path()).unwrap();
            std::fs::write(file.path(), "ours").unwrap();
            file.into_temp_path()
        };
        assert!(replace(new(), &path, (expected, Stamp::of(b"ours"))).unwrap());
        assert_eq!(bytes_of(&sibling(&path, ".bak.json")), b"read before");
        // Somebody else has written since we looked.
        std::fs::write(&path, "theirs").unwrap();
        assert!(!replace(new(), &path, (expected, Stamp::of(b"ours"))).unwrap());
        assert_eq!(bytes_of(&path), b"theirs");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "something temporary is left");
    }
    // Somebody writes right after us, having looked before.
    std::fs::write(&path, "read before").unwrap();
    let file = tempfile::NamedTempFile::new_in(dir.path()).unwrap();
    std::fs::write(file.path(), "ours").unwrap();
    let stamps = (Stamp::of(b"read before"), Stamp::of(b"ours"));
    let is_ours = std::thread::scope(|scope| {
        scope.spawn(|| {
            while bytes_of(&path) != b"ours" {}
            std::fs::write(dir.path().join("theirs"), "theirs").unwrap();
            std::fs::rename(dir.path().join("theirs"), &path).unwrap();
        });
        let began = std::time::Instant::now();
        stamped::replace_and_look(file.into_temp_path(), &path, stamps, Former::Kept, began).unwrap()
    });
    assert!(!is_ours);
    assert_eq!(bytes_of(&path), b"theirs");
}

#[test]
fn names_keep_their_extension() {
    let place = |photo: &str| Places::choose(Path::new(photo), true, None).wanted;
    assert_eq!(place("a/cup.one.jpg"), Path::new("a/cup.one.jpg.tinsel.json"));
    assert_eq!(place("cup"), Path::new("cup.tinsel.json"));
    assert_eq!(sibling(&place("a/cup.one.jpg"), ".bak.json"), Path::new("a/cup.one.jpg.tinsel.bak.json"));
    assert!(!is_writable(Path::new("no such folder")));
}

#[test]
#[cfg(unix)]
fn names_may_be_any_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9 \xf0\x9f\x8c\xb5.jpg");
    let dir = tempfile::tempdir().unwrap();
    let photo = dir.path().join(name);
    let places = Places::choose(&photo, true, None);
    session(1).save(&places.wanted, &Stamp::ABSENT).unwrap();
    session(2).save_as_conflict(&places.wanted).unwrap();
    let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|n| n.as_bytes().starts_with(name.as_bytes())) && names.len() == 2, "{names:?}");
    assert!(Session::exists_for(&photo) && !Session::exists_for(&dir.path().join("cafe.jpg")));
}

#[test]
fn unknown_numbers_are_written_as_they_were_read() {
    let text = r#"{"format": "tinsel-session", "version": 1, "unknown": [-4.6116001562635689e91, 0.1, 5e-324],
        "photo": {"name": "a.jpg", "width": 8, "height": 6, "fingerprint": "0123456789abcdef", "more": 1.9e-7}}"#;
    let session = Session::parse(Path::new("a"), text.as_bytes()).unwrap();
    let again = Session::parse(Path::new("a"), &serde_json::to_vec(&session).unwrap()).unwrap();
    assert_eq!(again, session);
    let numbers: Vec<f64> =
        session.other["unknown"].as_array().unwrap().iter().filter_map(|n| n.as_f64()).collect();
    assert_eq!(numbers, ["-4.6116001562635689e91", "0.1", "5e-324"].map(|text| text.parse::<f64>().unwrap()));
}

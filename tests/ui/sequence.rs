//! A folder as a sequence: objects are followed, corrected, played and taken back.

use serde_json::Value;

use super::*;

const FRAMES: usize = 5;
/// How far the camera moves from one frame to the next, in pixels.
const STEP: u32 = 6;

/// Frames cut out of the sample photo, as if the camera moved to the right; returns the first.
fn frames() -> PathBuf {
    let photo = image::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/coffee.jpg")).unwrap();
    let folder = tempfile::tempdir().unwrap().keep();
    for i in 0..FRAMES {
        let frame = photo.crop_imm(120 + STEP * i as u32, 40, 400, 320);
        frame.save(folder.join(format!("frame{i}.png"))).unwrap();
    }
    folder.join("frame0.png")
}

/// The cup, in pixels of the first frame.
const CUP: (f32, f32) = (170.0, 130.0);

fn session(first: &Path, frame: usize) -> Option<Value> {
    let file = first.with_file_name(format!("frame{frame}.png.tinsel.json"));
    Some(serde_json::from_slice(&std::fs::read(file).ok()?).unwrap())
}

/// For each frame, whether object 1 is there and prompted.
fn saved(first: &Path) -> Vec<Option<bool>> {
    let prompted = |frame: usize| {
        let session = session(first, frame)?;
        let masks = session["masks"].as_array().unwrap().clone();
        let of_object = masks.into_iter().find(|mask| mask["track"]["number"] == 1)?;
        of_object["track"]["prompted"].as_bool()
    };
    (0..FRAMES).map(prompted).collect()
}

fn as_sequence(window: &mut Window) {
    click(window, "Sequence");
    click(window, "Folder is a sequence");
    window.get_by_label(&format!("Timeline, Frame 1 of {FRAMES}"));
}

/// Runs frames until the sessions are as expected: they are written some time after the last change.
fn wait_until(window: &mut Window, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "the sessions are not as expected");
        window.step();
        std::thread::sleep(Duration::from_millis(10));
    }
    settle(window);
}

/// The right edge of the mask of object 1 on the open frame.
fn right(window: &Window) -> Option<u32> {
    Some(window.state().document().mask_of_track(1)?.annotation.mask.bbox()?.x1)
}

/// A window on the sequence in which the cup was followed to the end.
fn followed() -> (PathBuf, Window) {
    let first = frames();
    let mut window = window(vec![first.clone()]);
    as_sequence(&mut window);
    make_mask(&mut window, CUP);
    window.get_by_label("Object Mask 1, 1 frame prompted");
    press_with(&mut window, Modifiers::COMMAND, Key::T);
    window.get_by_label_contains("Followed 1 object over 4 frames");
    (first, window)
}

#[test]
fn an_object_is_followed_saved_and_taken_back_in_one_step() {
    let (first, mut window) = followed();
    let is_followed = [Some(true), Some(false), Some(false), Some(false), Some(false)];
    wait_until(&mut window, || saved(&first) == is_followed);
    let at_first = right(&window).unwrap();
    press(&mut window, Key::D);
    window.get_by_label("Timeline, Frame 2 of 5");
    let moved = at_first.abs_diff(right(&window).unwrap());
    assert!(moved.abs_diff(STEP) <= 3, "the cup moved by {moved}");
    assert_eq!(window.state().document().selection().len(), 1, "the same object is selected");
    assert_eq!(window.state().document().undo_label(), None, "the run is no step of this frame");

    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(right(&window), None);
    wait_until(&mut window, || saved(&first) == [Some(true), None, None, None, None]);
    press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    wait_until(&mut window, || saved(&first) == is_followed);
    assert!(right(&window).is_some());
}

#[test]
fn a_corrected_frame_stays_and_steers_what_follows() {
    let (first, mut window) = followed();
    (0..2).for_each(|_| press(&mut window, Key::D));
    // The saucer instead, for the same object.
    window.get_by_label("Object Mask 1, 1 frame prompted").click();
    settle(&mut window);
    window.get_by_label_contains("The next mask on this frame is Mask 1");
    drag_photo(&mut window, (60.0, 130.0), (150.0, 220.0));
    press(&mut window, Key::Enter);
    assert_eq!(masks(&window), 1);
    wait_until(&mut window, || saved(&first)[2] == Some(true));
    let corrected = window.state().document().mask_of_track(1).unwrap().annotation.mask.clone();
    window.get_by_label("Object Mask 1, 2 frames prompted");

    press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    press_with(&mut window, Modifiers::COMMAND, Key::T);
    wait_until(&mut window, || {
        saved(&first) == [Some(true), Some(false), Some(true), Some(false), Some(false)]
    });
    assert_eq!(window.state().document().mask_of_track(1).unwrap().annotation.mask, corrected);

    press_with(&mut window, Modifiers::SHIFT, Key::Comma);
    window.get_by_label("Timeline, Frame 1 of 5");
    press_with(&mut window, Modifiers::SHIFT, Key::Period);
    window.get_by_label("Timeline, Frame 3 of 5");
    // What was followed goes from here on; the correction stays.
    click(&mut window, "Sequence");
    click(&mut window, "Clear from here");
    wait_until(&mut window, || saved(&first) == [Some(true), Some(false), Some(true), None, None]);
    click(&mut window, "Sequence");
    click(&mut window, "Mark as absent");
    assert_eq!(masks(&window), 0);
    // What is painted now is the object again.
    window.get_by_label("Object Mask 1, 2 frames prompted").click();
    settle(&mut window);
    press(&mut window, Key::T);
    drag_photo(&mut window, (100.0, 100.0), (160.0, 120.0));
    wait_until(&mut window, || saved(&first)[2] == Some(true));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(masks(&window), 0);
    wait_until(&mut window, || saved(&first)[2].is_none());
    assert_eq!(session(&first, 2).unwrap()["absent"][0]["prompted"], true);
}

#[test]
fn objects_are_renamed_and_deleted_on_all_frames() {
    let (first, mut window) = followed();
    let name = |frame| session(&first, frame).unwrap()["masks"][0]["name"].as_str().map(str::to_owned);
    click(&mut window, "Rename Mask 1");
    window.get_by_label("New name").type_text("cup");
    press(&mut window, Key::Enter);
    window.get_by_label("Object cup, 1 frame prompted");
    wait_until(&mut window, || [0, 4].map(name).iter().all(|name| name.as_deref() == Some("cup")));

    (0..3).for_each(|_| press(&mut window, Key::D));
    window.get_by_label("Object cup, 1 frame prompted").click_secondary();
    settle(&mut window);
    click(&mut window, "Split at this frame");
    let numbers = |frame: usize| session(&first, frame).unwrap()["masks"][0]["track"]["number"].clone();
    wait_until(&mut window, || (0..FRAMES).map(numbers).eq([1, 1, 1, 2, 2]));
    // The rest has a prompt of its own, and the first object ends there.
    window.get_by_label("Object cup part, 1 frame prompted");
    window.get_by_label("Object cup, 2 frames prompted");
    click(&mut window, "Sequence");
    click(&mut window, "Delete objects");
    assert_eq!(masks(&window), 0);
    assert_eq!(
        (session(&first, 4).unwrap()["masks"].as_array().unwrap().len(), name(2).is_some()),
        (0, true)
    );
    for _ in 0..3 {
        press_with(&mut window, Modifiers::COMMAND, Key::Z);
    }
    wait_until(&mut window, || (0..FRAMES).map(numbers).eq([1; FRAMES]));
    wait_until(&mut window, || [0, 4].map(name).iter().all(|name| name.as_deref() == Some("Mask 1")));
}

#[test]
fn masks_are_copied_from_frame_to_frame_and_the_sequence_is_played() {
    let first = frames();
    let mut window = window(vec![first.clone()]);
    as_sequence(&mut window);
    make_mask(&mut window, CUP);
    press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    window.get_by_label("Timeline, Frame 2 of 5");
    wait_until(&mut window, || saved(&first)[..2] == [Some(true), Some(true)]);
    press_with(&mut window, Modifiers::SHIFT, Key::P);
    let start = Instant::now();
    while window.query_by_label("Timeline, Frame 5 of 5").is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "it was not played to its end");
        window.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    settle(&mut window);
    assert_eq!(masks(&window), 0);
}

#[test]
fn a_network_with_a_memory_remembers_objects() {
    let first = frames();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mini_video.safetensors");
    let mut window = window(vec![first.clone()]);
    as_sequence(&mut window);
    make_mask(&mut window, CUP);
    window.get_by_label_contains("Follows by shape");
    window.input_mut().dropped_files.push(Arc::new(Dropped(model)));
    settle(&mut window);
    assert!(window.query_by_label_contains("Follows by shape").is_none());
    press_with(&mut window, Modifiers::COMMAND, Key::T);
    window.get_by_label_contains("Followed 1 object over 4 frames");
    let known = |frame: usize| {
        let Some(session) = session(&first, frame) else { return 0 };
        session["masks"].as_array().unwrap().len() + session["absent"].as_array().map_or(0, Vec::len)
    };
    wait_until(&mut window, || (0..FRAMES).map(known).eq([1; FRAMES]));
}

#[test]
fn a_sequence_is_exported_and_the_frames_of_an_animated_picture_are_one() {
    let (first, mut window) = followed();
    click(&mut window, "Sequence");
    click(&mut window, "Export sequence…");
    click(&mut window, "COCO with tracks (JSON)");
    click(&mut window, "Export masks");
    let folder = first.parent().unwrap();
    window.get_by_label_contains("Saved 1 object in 6 files");
    let name = folder.file_name().unwrap().to_str().unwrap();
    let last = folder.join("Annotations").join(name).join(format!("frame{}.png", FRAMES - 1));
    assert!(image::open(last).unwrap().into_luma8().pixels().any(|pixel| pixel.0[0] > 0));

    let file = folder.join("moving.gif");
    let mut gif = image::codecs::gif::GifEncoder::new(std::fs::File::create(&file).unwrap());
    let frame = |i: usize| image::open(first.with_file_name(format!("frame{i}.png"))).unwrap().into_rgba8();
    gif.encode_frames((0..3).map(frame).map(image::Frame::new)).unwrap();
    drop(gif);
    let mut window = super::window(vec![file.clone()]);
    click(&mut window, "Sequence");
    click(&mut window, "Open all frames of this file");
    window.get_by_label("Timeline, Frame 1 of 3");
    make_mask(&mut window, CUP);
    press_with(&mut window, Modifiers::COMMAND, Key::T);
    window.get_by_label_contains("Followed 1 object over 2 frames");
    press(&mut window, Key::D);
    window.get_by_label_contains("moving.gif#2");
    assert!(right(&window).is_some());
}

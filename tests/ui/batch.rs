//! Batches over the photos of the folder, and the review of what they propose.

use serde_json::{Value, json};

use super::*;

fn session(photo: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(photo.with_extension("jpg.tinsel.json")).unwrap()).unwrap()
}

fn proposals(window: &Window) -> usize {
    window.state().document().proposals().len()
}

/// Runs frames until something is on the screen, while the window may be busy.
fn step_until(window: &mut Window, is_there: impl Fn(&Window) -> bool) {
    let start = Instant::now();
    while !is_there(window) {
        assert!(start.elapsed() < Duration::from_secs(60), "it did not come");
        window.step();
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn start_everything(window: &mut Window, preset: &str) {
    click(window, "Batch");
    click(window, "Segment everything in all photos…");
    window.get_by_label_contains("in this window");
    click(window, "Preset");
    click(window, preset);
    window.get_by_label("Start").click();
    window.step();
}

fn drop_file(window: &mut Window, file: &Path) {
    window.input_mut().dropped_files.push(Arc::new(Dropped(file.to_path_buf())));
    settle(window);
}

/// A COCO file with the boxes of two objects in one photo, and of one in the other.
fn boxes(photo: &Path) -> PathBuf {
    let size = |name: &str| image::image_dimensions(photo.with_file_name(name)).unwrap();
    let image = |id: u32, name: &str| json!({"id": id, "file_name": name, "width": size(name).0, "height": size(name).1});
    let annotation = |image: u32, bbox: Value, score: f32| json!({"image_id": image, "category_id": 1, "bbox": bbox, "score": score});
    let (width, height) = size("cat.jpg");
    let file = json!({
        "images": [image(1, "coffee.jpg"), image(2, "cat.jpg")],
        "categories": [{"id": 1, "name": "thing"}],
        "annotations": [
            annotation(1, json!([325, 220, 90, 110]), 0.875),
            annotation(1, json!([190, 60, 200, 240]), 0.125),
            annotation(2, json!([-5, -5, width + 9, height + 9]), 0.5),
        ],
    });
    let path = photo.with_file_name("boxes.json");
    std::fs::write(&path, file.to_string()).unwrap();
    path
}

#[test]
fn everything_in_all_photos_runs_behind_what_the_user_does() {
    let photo = sample("coffee.jpg");
    let cat = photo.with_file_name("cat.jpg");
    let mut window = window(vec![photo.clone()]);
    start_everything(&mut window, "Large objects");
    step_until(&mut window, |window| window.query_by_label_contains("Batch: 0 of 2").is_some());
    // A click is answered long before the batch ends.
    let pos = window.state().photo_to_screen(290.0, 170.0);
    window.event(Event::PointerMoved(pos));
    for pressed in [true, false] {
        let button = PointerButton::Primary;
        window.event(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
    }
    step_until(&mut window, |window| window.state().candidate().is_some());
    assert!(window.query_by_label_contains("Batch: ").is_some(), "the batch had ended before");
    settle(&mut window);
    window.get_by_label_contains("proposed in 2 photos.");
    assert_eq!(points(&window).len(), 1, "the prompt is still there");
    let here = proposals(&window);
    assert!(here > 0 && here == masks(&window));
    let there = session(&cat);
    let there = there["masks"].as_array().unwrap();
    assert!(!there.is_empty() && there.iter().all(|mask| mask["proposal"].is_object()));
    assert!(there.iter().all(|mask| mask["model"] == "mobile-sam"));
    window.get_by_label(&format!("Photo cat.jpg, {} masks", there.len()));
    assert_eq!(window.get_all_by_label("new").count(), here.min(9), "marked in the list");

    // Photos that have masks now are left alone.
    press(&mut window, Key::Escape);
    start_everything(&mut window, "Large objects");
    settle(&mut window);
    window.get_by_label("0 masks proposed in 0 photos, 2 photos skipped.");
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(masks(&window), 0, "one step of undo");
}

#[test]
fn a_stopped_batch_keeps_what_it_has() {
    let photo = sample("coffee.jpg");
    for name in ["d.jpg", "e.jpg", "f.jpg", "g.jpg"] {
        std::fs::copy(&photo, photo.with_file_name(name)).unwrap();
    }
    let mut window = window(vec![photo.clone()]);
    start_everything(&mut window, "Large objects");
    step_until(&mut window, |window| window.query_by_label_contains("Batch: 2 of 6").is_some());
    window.get_by_label_contains(" left");
    click(&mut window, "Stop");
    window.get_by_label_contains("stopped with ");
    assert!(session(&photo.with_file_name("cat.jpg"))["masks"].is_array());
    assert!(!photo.with_file_name("g.jpg.tinsel.json").exists());
}

#[test]
fn dropped_boxes_become_masks_and_are_reviewed_one_by_one() {
    let photo = sample("coffee.jpg");
    let file = boxes(&photo);
    let mut window = window(vec![photo.clone()]);
    drop_file(&mut window, &file);
    window.get_by_label("3 boxes for 2 photos in this window");
    click(&mut window, "Start");
    window.get_by_label("3 masks proposed in 2 photos.");
    assert_eq!(proposals(&window), 2);
    let saved = session(&photo.with_file_name("cat.jpg"));
    assert_eq!(
        (&saved["masks"][0]["class"], &saved["masks"][0]["proposal"]["score"]),
        (&json!("thing"), &json!(0.5))
    );
    drop_file(&mut window, &file);
    click(&mut window, "Start");
    window.get_by_label_contains("0 masks proposed");

    // The least certain comes first; Y accepts it, and a class, too.
    press(&mut window, Key::Home);
    let place = window.state().photo_to_screen(0.0, 0.0);
    press_with(&mut window, Modifiers::SHIFT, Key::R);
    press(&mut window, Key::Home);
    assert_eq!(window.state().photo_to_screen(0.0, 0.0), place, "the bar of the review moves the photo");
    let selected = |window: &Window| {
        let document = window.state().document();
        let id = document.selection().first().copied().unwrap();
        document.mask(id).unwrap().annotation.clone()
    };
    window.get_by_label("2 to review here, 1 photo to come");
    assert_eq!(selected(&window).certainty(), 0.125);
    press(&mut window, Key::Y);
    assert_eq!((proposals(&window), masks(&window)), (1, 2));
    assert!(selected(&window).certainty() > 0.5);
    press(&mut window, Key::N);
    window.get_by_label_contains("cat.jpg (1 of 2)");
    window.get_by_label("1 to review here");

    // Undo goes back to the photo before, where it happened.
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    window.get_by_label_contains("coffee.jpg (2 of 2)");
    assert_eq!((proposals(&window), masks(&window)), (1, 2));
    press(&mut window, Key::Num1);
    window.get_by_label_contains("cat.jpg (1 of 2)");

    // A look at another photo interrupts the review, and R works on the proposal.
    press(&mut window, Key::D);
    window.get_by_label("Paused while another photo is open.");
    click(&mut window, "Continue review");
    window.get_by_label_contains("cat.jpg (1 of 2)");
    press(&mut window, Key::R);
    assert!(!window.state().document().prompting().is_empty());
    press(&mut window, Key::Escape);
    assert_eq!(proposals(&window), 1);
    click(&mut window, "Reject proposal");
    window.get_by_label("Review: 2 accepted, 0 corrected, 1 rejected.");
    assert!(window.query_by_label_contains("to review here").is_none());
    assert_eq!(masks(&window), 0);

    press_with(&mut window, Modifiers::SHIFT, Key::R);
    window.get_by_label("No photo in this window has proposals to review.");
}

#[test]
fn rectangles_of_labelme_can_be_boxes_or_masks() {
    let photo = sample("coffee.jpg");
    let shape = json!({"label": "thing", "shape_type": "rectangle", "points": [[10, 20], [50, 60]]});
    let json = json!({"imagePath": "coffee.jpg", "imageWidth": 600, "imageHeight": 400, "shapes": [shape]});
    let file = photo.with_file_name("coffee.json");
    std::fs::write(&file, json.to_string()).unwrap();
    let mut window = window(vec![photo]);
    drop_file(&mut window, &file);
    click(&mut window, "Import rectangles as masks");
    assert_eq!((masks(&window), proposals(&window)), (1, 0));
    let text = file.with_extension("xml");
    std::fs::write(&text, "<annotation/>").unwrap();
    drop_file(&mut window, &text);
    window.get_by_label_contains("coffee.xml: is not a supported file");
}

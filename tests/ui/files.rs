//! What is saved, exported and imported, and comes back.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::App as _;
use egui::{ViewportCommand, ViewportEvent, ViewportId};
use tinsel::files::project::{PhotoState, ProjectFile};

use super::*;

/// Tells the test binary that it is the child whose user has another data folder.
const CHILD: &str = "TINSEL_TEST_CHILD";

/// Runs a test once more, as a user with this data folder. Returns whether this is that run.
fn as_user_with(data: impl FnOnce() -> PathBuf, test: &str) -> bool {
    if std::env::var_os(CHILD).is_some() {
        return true;
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([test, "--exact", "--nocapture"]).env(CHILD, "1").env("XDG_DATA_HOME", data());
    assert!(child.status().unwrap().success());
    false
}

/// Asks the window to close, as the button in its title does; whether it does.
fn close(window: &mut Window) -> bool {
    let viewports = &mut window.input_mut().viewports;
    viewports.entry(ViewportId::ROOT).or_default().events.push(ViewportEvent::Close);
    window.step();
    let cancelled = has_sent(window, &ViewportCommand::CancelClose);
    settle(window);
    !cancelled
}

fn has_sent(window: &Window, command: &ViewportCommand) -> bool {
    window.output().viewport_output[&ViewportId::ROOT].commands.contains(command)
}

#[test]
fn work_that_cannot_be_saved_keeps_the_window_open() {
    // No folder can be made in what is a file.
    let data = || tempfile::NamedTempFile::new().unwrap().into_temp_path().keep().unwrap();
    if !as_user_with(data, "files::work_that_cannot_be_saved_keeps_the_window_open") {
        return;
    }
    let photo = sample("coffee.jpg");
    let (folder, moved) = (photo.parent().unwrap(), photo.parent().unwrap().with_extension("moved"));
    let mut window = window(vec![photo.clone()]);
    std::fs::rename(folder, &moved).unwrap();
    make_mask(&mut window, (290.0, 170.0));
    assert!(!close(&mut window));
    window.get_by_label("Some work could not be saved");
    window.get_by_label_contains("its folder was renamed, removed or disconnected");
    click(&mut window, "Keep the window open");
    assert!(window.query_by_label("Some work could not be saved").is_none());
    assert_eq!(masks(&window), 1);

    assert!(!close(&mut window));
    window.get_by_label("Discard and close").click();
    window.step();
    assert!(has_sent(&window, &ViewportCommand::Close));
    assert!(close(&mut window));
    assert!(!folder.exists(), "the folder was created again");

    // What stood in the way is gone.
    std::fs::rename(&moved, folder).unwrap();
    let mut window = super::window(vec![photo.clone()]);
    make_mask(&mut window, (290.0, 170.0));
    assert!(close(&mut window));
    assert!(photo.with_file_name("coffee.jpg.tinsel.json").exists());
}

#[test]
fn work_goes_into_the_data_folder_when_that_of_the_photo_is_gone_and_comes_back() {
    let data = || tempfile::tempdir().unwrap().keep();
    if !as_user_with(
        data,
        "files::work_goes_into_the_data_folder_when_that_of_the_photo_is_gone_and_comes_back",
    ) {
        return;
    }
    let photo = sample("coffee.jpg");
    let (folder, moved) = (photo.parent().unwrap(), photo.parent().unwrap().with_extension("moved"));
    let mut first = window(vec![photo.clone()]);
    make_mask(&mut first, (290.0, 170.0));
    wait_for(&mut first, &photo.with_file_name("coffee.jpg.tinsel.json"));
    std::fs::rename(folder, &moved).unwrap();
    make_mask(&mut first, (370.0, 290.0));
    let start = Instant::now();
    while first.query_by_label_contains("The work is saved as").is_none() {
        assert!(start.elapsed() < Duration::from_secs(5), "nothing was saved");
        first.step();
        std::thread::sleep(Duration::from_millis(10));
    }
    make_mask(&mut first, (100.0, 100.0));
    assert!(close(&mut first));
    assert!(!folder.exists(), "the folder was created again");
    drop(first);
    std::fs::rename(&moved, folder).unwrap();
    assert_eq!(masks(&window(vec![photo])), 3);
}

#[test]
fn the_work_on_the_sample_photo_is_kept() {
    let folder = tempfile::tempdir().unwrap().keep();
    let open = || {
        let mut window = window_as(vec![], |window| window.keeping_sample_in(folder.clone()));
        click(&mut window, "Open sample photo");
        window
    };
    let mut first = open();
    make_mask(&mut first, (290.0, 170.0));
    first.state_mut().on_exit();
    drop(first);
    let second = open();
    assert_eq!(masks(&second), 1);
    second.get_by_label_contains("coffee.jpg");
}

#[test]
fn the_work_is_saved_before_the_system_ends_the_program() {
    let photo = sample("coffee.jpg");
    let end = Arc::new(AtomicBool::new(false));
    let mut window = window_as(vec![photo.clone()], |window| window.ending_with(end.clone()));
    make_mask(&mut window, (290.0, 170.0));
    end.store(true, Ordering::Relaxed);
    window.step();
    assert!(has_sent(&window, &ViewportCommand::Close));
    assert!(photo.with_file_name("coffee.jpg.tinsel.json").exists());
}

#[test]
fn what_everything_mode_has_found_is_saved_while_it_searches() {
    let photo = sample("coffee.jpg");
    let mut window = window(vec![photo.clone()]);
    click(&mut window, "Settings");
    click(&mut window, "Dense");
    press(&mut window, Key::Escape);
    window.get_by_label("Segment everything").click();
    let file = photo.with_file_name("coffee.jpg.tinsel.json");
    let (start, kept) = (Instant::now(), || std::fs::read_to_string(&file).unwrap_or_default());
    while !kept().contains("Found ") {
        assert!(start.elapsed() < Duration::from_secs(20), "nothing was saved");
        window.step();
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(masks(&window), 0, "it was through before it was saved");
    press_with(&mut window, Modifiers::COMMAND, Key::Period);
    let found = masks(&window);
    assert!(found > 0);
    assert!(close(&mut window));
    assert_eq!(kept().matches("\"Found ").count(), found);
}

#[test]
fn what_everything_mode_has_found_is_kept_when_it_is_not_through() {
    let photo = sample("coffee.jpg");
    let mut first = window(vec![photo.clone()]);
    first.get_by_label("Segment everything").click();
    let start = Instant::now();
    while first.query_by_label_contains(" points, ").is_none() {
        assert!(start.elapsed() < Duration::from_secs(20), "nothing was found");
        first.step();
        std::thread::sleep(Duration::from_millis(2));
    }
    let found = masks(&first);
    assert!(close(&mut first));
    assert_eq!(found, 0, "it was through before the window was closed");
    let file = photo.with_file_name("coffee.jpg.tinsel.json");
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(kept.contains("Found "), "{kept}");
}

#[test]
fn the_work_is_saved_by_itself_and_comes_back() {
    let photo = sample("coffee.jpg");
    let mut first = window(vec![photo.clone()]);
    make_mask(&mut first, (290.0, 170.0));
    let accepted = first.state().document().masks()[0].clone();
    let file = photo.with_file_name("coffee.jpg.tinsel.json");
    let start = Instant::now();
    while !file.exists() {
        assert!(start.elapsed() < Duration::from_secs(2), "nothing was saved in the time that is promised");
        first.step();
        std::thread::sleep(Duration::from_millis(10));
    }
    // No farewell, as after a crash.
    std::mem::forget(first);

    let second = window(vec![photo.clone()]);
    let restored = second.state().document().masks()[0].clone();
    assert_eq!(
        (&restored.annotation.mask, &restored.annotation.name),
        (&accepted.annotation.mask, &accepted.annotation.name)
    );
    assert_eq!(restored.annotation.prompt.points, accepted.annotation.prompt.points);

    std::fs::write(&file, "{\"format\": \"tinsel-session\", \"version\": 99}").unwrap();
    let mut third = window(vec![photo]);
    third.get_by_label_contains("newer Tinsel");
    make_mask(&mut third, (290.0, 170.0));
    std::thread::sleep(Duration::from_millis(1200));
    settle(&mut third);
    assert!(std::fs::read_to_string(&file).unwrap().contains("99"), "a newer file was overwritten");
}

#[test]
fn a_mask_of_several_clicks_is_refined_from_itself_after_a_restart() {
    let photo = sample("coffee.jpg");
    let mut first = window(vec![photo.clone()]);
    click_on(&mut first, (280.0, 150.0));
    make_mask(&mut first, (320.0, 160.0));
    let made = first.state().document().masks()[0].annotation.mask.clone();
    wait_for(&mut first, &photo.with_file_name("coffee.jpg.tinsel.json"));

    let mut second = window(vec![photo]);
    press_with(&mut second, Modifiers::COMMAND, Key::A);
    press(&mut second, Key::R);
    assert_eq!(points(&second).len(), 2);
    assert!(second.state().document().prompting().from.is_some());
    press(&mut second, Key::Enter);
    let again = second.state().document().masks()[0].annotation.mask.clone();
    let iou = made.intersection(&again).area() as f64 / made.union(&again).area() as f64;
    assert!(iou > 0.9, "IoU {iou} with the mask before the restart");
}

#[test]
fn work_on_a_photo_that_was_replaced_is_kept_beside_the_former_and_found_again() {
    let photo = sample("coffee.jpg");
    let session = photo.with_file_name("coffee.jpg.tinsel.json");
    let mut first = window(vec![photo.clone()]);
    make_mask(&mut first, (290.0, 170.0));
    wait_for(&mut first, &session);
    drop(first);
    let former = std::fs::read(&session).unwrap();
    let smaller = image::open(&photo).unwrap().thumbnail(300, 300);
    smaller.save(&photo).unwrap();

    let mut second = window(vec![photo.clone()]);
    second.get_by_label_contains("had a different size");
    assert_eq!(masks(&second), 0);
    make_mask(&mut second, (145.0, 85.0));
    make_mask(&mut second, (185.0, 145.0));
    wait_for(&mut second, &photo.with_file_name("coffee.jpg.tinsel-conflict-1.json"));
    drop(second);

    let third = window(vec![photo]);
    assert_eq!(masks(&third), 2);
    third.get_by_label_contains("Showing the latest work on coffee.jpg");
    assert_eq!(std::fs::read(&session).unwrap(), former);
}

#[test]
fn looking_around_makes_no_former_version() {
    let photo = sample("coffee.jpg");
    let [session, former] =
        ["json", "bak.json"].map(|e| photo.with_file_name(format!("coffee.jpg.tinsel.{e}")));
    let mut window = window(vec![photo]);
    make_mask(&mut window, (290.0, 170.0));
    wait_for(&mut window, &session);
    make_mask(&mut window, (370.0, 290.0));
    wait_for(&mut window, &former);
    let [kept, work] = [&former, &session].map(|file| std::fs::read_to_string(file).unwrap());
    assert!(!kept.contains("Mask 2") && work.contains("Mask 2"));
    press_with(&mut window, Modifiers::COMMAND, Key::A);
    press(&mut window, Key::Z);
    std::thread::sleep(Duration::from_millis(1200));
    settle(&mut window);
    assert_eq!(std::fs::read_to_string(&session).unwrap(), work, "a look is not written at once");
    press(&mut window, Key::A);
    window.get_by_label_contains("cat.jpg (1 of 2)");
    settle(&mut window);
    let seen = std::fs::read_to_string(&session).unwrap();
    assert!(seen != work && seen.contains("Mask 2"), "the view was not saved");
    assert_eq!(std::fs::read_to_string(&former).unwrap(), kept, "a look became a former version");
}

#[test]
fn a_file_about_several_photos_brings_masks_to_all_of_them() {
    let photo = sample("coffee.jpg");
    let image = |id: u32, name: &str, size: (u32, u32)| serde_json::json!({"id": id, "file_name": name, "width": size.0, "height": size.1});
    let annotation = |image: u32, x: u32| {
        let outline = [[x, 20, x + 40, 20, x + 40, 60, x, 60]];
        serde_json::json!({"image_id": image, "category_id": 1, "segmentation": outline})
    };
    let cat = image::image_dimensions(photo.with_file_name("cat.jpg")).unwrap();
    let file = photo.with_file_name("masks.json");
    let json = serde_json::json!({
        "images": [image(1, "coffee.jpg", (600, 400)), image(2, "cat.jpg", cat), image(3, "dog.jpg", (9, 9))],
        "categories": [{"id": 1, "name": "thing"}],
        "annotations": [annotation(1, 10), annotation(2, 10), annotation(2, 70)],
    });
    std::fs::write(&file, json.to_string()).unwrap();
    let drop_file = |window: &mut Window| {
        window.input_mut().dropped_files.push(Arc::new(Dropped(file.clone())));
        settle(window);
        window.get_by_label("masks.json contains masks for 2 photos in this window.");
    };
    let mut window = window(vec![photo.clone()]);
    drop_file(&mut window);
    click(&mut window, "This photo only");
    assert_eq!(masks(&window), 1);
    drop_file(&mut window);
    click(&mut window, "Import all");
    assert_eq!(masks(&window), 2);
    window.get_by_label_contains("3 masks for 2 photos imported; skipped or changed: dog.jpg");
    assert!(photo.with_file_name("cat.jpg.tinsel.json").exists());
    press(&mut window, Key::A);
    assert_eq!(masks(&window), 2);
}

#[test]
fn all_photos_of_the_folder_are_exported() {
    let photo = sample("coffee.jpg");
    let mut window = window(vec![photo.clone()]);
    make_mask(&mut window, (290.0, 170.0));
    press(&mut window, Key::A);
    make_mask(&mut window, (200.0, 150.0));
    make_mask(&mut window, (100.0, 100.0));
    // At once: what is not saved yet is saved first.
    press_with(&mut window, Modifiers::COMMAND, Key::E);
    click(&mut window, "COCO instances (JSON)");
    click(&mut window, "All masks of all photos (2 photos)");
    window.get_by_label("Will save coco.json with 3 masks of 2 photos");
    window.get_by_label_contains("3 masks without class are called");
    click(&mut window, "Export masks");
    window.get_by_label_contains("coco.json");
    let file = std::fs::read(photo.with_file_name("coco.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&file).unwrap();
    let names: Vec<_> = json["images"].as_array().unwrap().iter().map(|i| i["file_name"].as_str()).collect();
    assert_eq!(names, [Some("cat.jpg"), Some("coffee.jpg")]);
    assert_eq!(json["annotations"].as_array().unwrap().len(), 3);

    press_with(&mut window, Modifiers::COMMAND, Key::E);
    click(&mut window, "Binary masks (PNG)");
    click(&mut window, "All masks of all photos (2 photos)");
    click(&mut window, "Export masks");
    window.get_by_label_contains("3 files for 2 photos");
    assert!(photo.with_file_name("cat_mask-2_mask.png").exists());
    press_with(&mut window, Modifiers::COMMAND, Key::E);
    click(&mut window, "Export masks");
    window.get_by_label("Overwrite files?");
}

#[test]
fn photos_in_a_state_are_exported_as_parts_of_a_dataset() {
    let photo = sample("coffee.jpg");
    let folder = photo.parent().unwrap();
    let mut file = ProjectFile::open(folder).unwrap();
    let mut project = file.content().clone();
    project.set_state("cat.jpg", Some(PhotoState::Done));
    file.save(&project).unwrap();
    let mut window = window(vec![photo.clone()]);
    make_mask(&mut window, (290.0, 170.0));
    press_with(&mut window, Modifiers::COMMAND, Key::E);
    click(&mut window, "YOLO segmentation (TXT)");
    click(&mut window, "All masks of all photos (2 photos)");
    window.get_by_label_contains("with 1 mask of 2 photos");
    click(&mut window, "Done");
    window.get_by_label_contains("with 0 masks of 1 photo");
    click(&mut window, "Split");
    window.get_by_label_contains("(train 1, val 0, test 0)");
    click(&mut window, "Export masks");
    window.get_by_label("Show in folder");
    assert_eq!(std::fs::read_to_string(folder.join("labels/train/cat.txt")).unwrap(), "");
    assert!(!folder.join("labels/train/coffee.txt").exists());
}

#[test]
fn exported_masks_are_taken_in_again_by_dropping_the_file() {
    let photo = sample("coffee.jpg");
    let mut first = window(vec![photo.clone()]);
    for at in [(290.0, 170.0), (370.0, 290.0)] {
        click_on(&mut first, at);
        press(&mut first, Key::Enter);
    }
    let areas = |window: &Window| -> Vec<u64> {
        window.state().document().masks().iter().map(|m| m.annotation.mask.area()).collect()
    };
    press_with(&mut first, Modifiers::COMMAND, Key::E);
    click(&mut first, "labelme (JSON)");
    click(&mut first, "Pixels");
    click(&mut first, "Export masks");
    let file = photo.with_file_name("coffee.json");
    assert!(file.exists());

    let mut second = window(vec![sample("coffee.jpg")]);
    second.input_mut().dropped_files.push(Arc::new(Dropped(file)));
    settle(&mut second);
    assert_eq!(areas(&second), areas(&first));
    press_with(&mut second, Modifiers::COMMAND, Key::Z);
    assert_eq!(masks(&second), 0, "an import is one step of undo");
}

#[test]
fn a_dropped_picture_is_masks_of_the_open_photo_only_if_it_reads_as_such() {
    let photo = sample("coffee.jpg");
    let mut window = window(vec![photo.clone()]);
    let drop_files = |window: &mut Window, names: &[&str]| {
        let files = names.iter().map(|name| Arc::new(Dropped(photo.with_file_name(name))) as _);
        window.input_mut().dropped_files.extend(files);
        settle(window);
    };
    let white = |x: u32, y: u32| image::Luma([if x < 30 && y < 20 { 255 } else { 0 }]);
    let mask = image::GrayImage::from_fn(600, 400, white);
    for (number, name) in (1..).zip(["mask.png", "mask.tif", "mask.bmp"]) {
        mask.save(photo.with_file_name(name)).unwrap();
        drop_files(&mut window, &[name]);
        window.get_by_label_contains("coffee.jpg (");
        assert_eq!(masks(&window), number);
        assert_eq!(window.state().document().masks()[number - 1].annotation.mask.area(), 600);
    }
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(masks(&window), 2, "an import is one step of undo");

    // A mask of another size is a photo here, and so is a photo of the same size.
    image::GrayImage::from_fn(60, 40, white).save(photo.with_file_name("small.png")).unwrap();
    drop_files(&mut window, &["mask.png", "small.png"]);
    window.get_by_label_contains("small.png (");
    drop_files(&mut window, &["coffee.jpg"]);
    assert_eq!(masks(&window), 3);
    image::open(&photo).unwrap().save(photo.with_file_name("photo.png")).unwrap();
    drop_files(&mut window, &["photo.png"]);
    window.get_by_label_contains("photo.png (");
    assert_eq!(masks(&window), 0);
}

#[test]
fn what_everything_mode_finds_on_a_photo_that_was_left_is_saved() {
    let photo = sample("coffee.jpg");
    let mut window = window(vec![photo.clone()]);
    window.get_by_label("Segment everything").click();
    window.step();
    press(&mut window, Key::A);
    window.get_by_label_contains("cat.jpg (1 of 2)");
    let file = photo.with_file_name("coffee.jpg.tinsel.json");
    let start = Instant::now();
    while !file.exists() {
        assert!(start.elapsed() < Duration::from_secs(10), "nothing was saved");
        window.step();
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(std::fs::read_to_string(file).unwrap().contains("Found "));
}

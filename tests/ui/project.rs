//! A folder as a project: classes of all photos, the active class, states, and the work of an annotator.

use super::*;
use tinsel::files::session::Session;

/// Keys, clicks and drags so far.
struct Counted {
    window: Window,
    actions: usize,
}

impl Counted {
    fn drag(&mut self, (x, y): (f32, f32), side: f32) {
        self.actions += 1;
        drag_photo(&mut self.window, (x - side, y - side), (x + side, y + side));
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.actions += 1;
        press_with(&mut self.window, modifiers, key);
    }
}

fn open_classes(window: &mut Window) {
    window.get_by_label_contains("Classes (").click();
    settle(window);
}

fn add_classes(window: &mut Window, names: &[&str]) {
    open_classes(window);
    window.get_by_label("New class").focus();
    window.step();
    for name in names {
        window.get_by_label("New class").type_text(name);
        window.step();
        press(window, Key::Enter);
    }
    press(window, Key::Escape);
}

fn classes_of(window: &Window) -> Vec<Option<String>> {
    let document = window.state().document();
    document.masks().iter().map(|mask| document.annotation(mask).class).collect()
}

/// A folder with three photos.
fn folder() -> PathBuf {
    let coffee = sample("coffee.jpg");
    let folder = coffee.parent().unwrap();
    let photo = image::open(&coffee).unwrap();
    std::fs::remove_file(folder.join("cat.jpg")).unwrap();
    for (name, photo) in [("a.png", photo.clone()), ("b.png", photo.fliph()), ("c.png", photo.flipv())] {
        photo.resize_exact(300, 200, image::imageops::FilterType::Triangle).save(folder.join(name)).unwrap();
    }
    std::fs::remove_file(&coffee).unwrap();
    folder.to_path_buf()
}

#[test]
fn ten_objects_in_three_photos_take_two_actions_each_and_are_exported() {
    let folder = folder();
    let mut window = window(vec![folder.clone()]);
    add_classes(&mut window, &["cup", "spoon", "plate", "table"]);
    let mut job = Counted { window, actions: 0 };
    job.press(Modifiers::NONE, Key::Num1);
    // The second number is the class to change to.
    let photos = [
        [(1, 0), (2, 0), (3, 2), (4, 0)],
        [(1, 0), (2, 0), (3, 3), (0, 0)],
        [(1, 0), (2, 4), (3, 0), (0, 0)],
    ];
    for photo in photos {
        let objects: Vec<_> = photo.into_iter().filter(|(place, _)| *place > 0).collect();
        for (i, (place, class)) in objects.iter().enumerate() {
            job.drag((60.0 * *place as f32, 100.0), 28.0);
            let is_last = i + 1 == objects.len();
            match class {
                0 if is_last => {}
                0 => job.press(Modifiers::NONE, Key::Enter),
                2 => job.press(Modifiers::ALT, Key::Num2),
                3 => job.press(Modifiers::ALT, Key::Num3),
                _ => job.press(Modifiers::ALT, Key::Num4),
            }
        }
        job.press(Modifiers::COMMAND, Key::Enter);
    }
    assert!(job.actions <= 22, "{} actions", job.actions);
    job.window.get_by_label("3 of 3 done");
    // Leaving a photo saves it at once.
    press(&mut job.window, Key::A);
    drop(job);
    let out = folder.join("exported");
    let export = std::process::Command::new(env!("CARGO_BIN_EXE_tinsel"))
        .args([
            "export".as_ref(),
            folder.as_os_str(),
            "--format=coco,yolo".as_ref(),
            "--out".as_ref(),
            out.as_os_str(),
        ])
        .output()
        .unwrap();
    assert!(export.status.success(), "{}", String::from_utf8_lossy(&export.stderr));
    let files: Vec<PathBuf> = walk(&out);
    let file = |name: &str| {
        files.iter().find(|file| file.ends_with(name)).map(std::fs::read_to_string).unwrap().unwrap()
    };
    let coco = files.iter().find(|file| file.extension().is_some_and(|e| e == "json")).unwrap();
    let coco: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(coco).unwrap()).unwrap();
    assert_eq!(
        (coco["annotations"].as_array().unwrap().len(), coco["images"].as_array().unwrap().len()),
        (10, 3)
    );
    let names: Vec<String> = file("classes.txt").lines().map(Into::into).collect();
    let labels = |photo: &str| -> Vec<String> {
        let number = |line: &str| -> usize { line.split(' ').next().unwrap().parse().unwrap() };
        file(photo).lines().map(|line| names[number(line)].clone()).collect()
    };
    assert_eq!(labels("a.txt"), ["cup", "cup", "spoon", "spoon"]);
    assert_eq!(labels("b.txt"), ["spoon", "spoon", "plate"]);
    assert_eq!(labels("c.txt"), ["plate", "table", "table"]);
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn a_new_class_is_there_in_all_photos_and_renaming_it_too_with_undo() {
    let folder = folder();
    let mut first = window(vec![folder.clone()]);
    add_classes(&mut first, &["cup", "mug"]);
    press(&mut first, Key::Num1);
    first.get_by_label("Classes (2): cup");
    make_mask(&mut first, (150.0, 100.0));
    press(&mut first, Key::D);
    first.get_by_label_contains("b.png (2 of 3)");
    make_mask(&mut first, (150.0, 100.0));
    assert_eq!(classes_of(&first), [Some("cup".into())], "the active class stays");
    press(&mut first, Key::Num2);
    assert_eq!(classes_of(&first), [Some("mug".into())], "a digit is about the accepted mask");
    click(&mut first, "Menu of class cup");
    click(&mut first, "Rename");
    first.get_by_label("New name of class").type_text("cup of coffee");
    press(&mut first, Key::Enter);
    first.get_by_label("Classes (2): cup of coffee");
    press(&mut first, Key::A);
    assert_eq!(classes_of(&first), [Some("cup of coffee".into())], "the other photo follows");
    press_with(&mut first, Modifiers::COMMAND, Key::Z);
    assert_eq!(classes_of(&first), [Some("cup".into())]);
    press_with(&mut first, Modifiers::COMMAND, Key::Y);
    assert_eq!(classes_of(&first), [Some("cup of coffee".into())]);
    drop(first);
    let second = window(vec![folder.join("c.png")]);
    second.get_by_label("Classes (2)");
    let on_disk = Session::newest_for(&folder.join("b.png")).unwrap();
    assert_eq!(on_disk.masks[0].annotation.class.as_deref(), Some("mug"));
}

#[test]
fn digits_choose_the_class_of_the_next_mask_also_while_prompting() {
    let mut window = window(vec![folder()]);
    add_classes(&mut window, &["cup", "dog"]);
    drag_photo(&mut window, (120.0, 70.0), (190.0, 140.0));
    press(&mut window, Key::Num2);
    assert!(!window.state().document().prompting().is_empty(), "the prompt goes on");
    press(&mut window, Key::Enter);
    assert_eq!(classes_of(&window), [Some("dog".into())]);
    press(&mut window, Key::Escape);
    press(&mut window, Key::Num0);
    make_mask(&mut window, (60.0, 60.0));
    assert_eq!(classes_of(&window), [Some("dog".into()), None]);
}

#[test]
fn a_drag_and_ctrl_enter_within_one_frame_lose_nothing() {
    let mut window = window(vec![folder()]);
    let [from, to] = [(120.0, 70.0), (190.0, 140.0)].map(|(x, y)| window.state().photo_to_screen(x, y));
    let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
    let key = |pressed| Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    };
    window.input_mut().events.extend([
        Event::PointerMoved(from),
        Event::PointerButton { pos: from, button, pressed: true, modifiers },
        Event::PointerMoved(to),
        Event::PointerButton { pos: to, button, pressed: false, modifiers },
        key(true),
        key(false),
    ]);
    settle(&mut window);
    window.get_by_label_contains("b.png (2 of 3)");
    window.get_by_label("Photo a.png, 1 mask, done");
}

#[test]
fn photos_have_states_that_are_found_and_kept() {
    let folder = folder();
    let mut first = window(vec![folder.clone()]);
    first.get_by_label("0 of 3 done");
    press_with(&mut first, Modifiers::COMMAND, Key::Enter);
    first.get_by_label_contains("b.png (2 of 3)");
    press_with(&mut first, Modifiers::COMMAND | Modifiers::SHIFT, Key::Enter);
    first.get_by_label("Photo b.png, to be reviewed");
    press_with(&mut first, Modifiers::SHIFT, Key::D);
    first.get_by_label_contains("c.png (3 of 3)");
    make_mask(&mut first, (150.0, 100.0));
    press_with(&mut first, Modifiers::COMMAND | Modifiers::SHIFT, Key::D);
    first.get_by_label_contains("b.png (2 of 3)");
    press_with(&mut first, Modifiers::COMMAND, Key::Z);
    first.get_by_label("Photo b.png");
    press_with(&mut first, Modifiers::COMMAND, Key::Y);
    drop(first);
    let mut second = window(vec![folder]);
    second.get_by_label("1 of 3 done");
    second.get_by_label("Photo a.png, done");
    second.get_by_label("Photo b.png, to be reviewed");
    second.get_by_label("Search photos").focus();
    second.step();
    second.get_by_label("Search photos").type_text("c.");
    settle(&mut second);
    assert!(second.query_by_label_contains("Photo b.png").is_none());
    second.get_by_label("Photo c.png, 1 mask");
    // The current photo stays in view.
    second.get_by_label("Photo a.png, done");
}

#[test]
fn a_note_is_kept_with_the_photo() {
    let folder = folder();
    let mut first = window(vec![folder.clone()]);
    click(&mut first, "Photos");
    click(&mut first, "Note and tags…");
    first.get_by_label("Note").type_text("blurred");
    settle(&mut first);
    click(&mut first, "Save");
    first.get_by_label("Photo a.png, blurred");
    drop(first);
    window(vec![folder]).get_by_label("Photo a.png, blurred");
}

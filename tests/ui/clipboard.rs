//! Copied masks, and photos that were left long ago.

use tinsel::annotation::Annotation;
use tinsel::document::{ClassId, Label};
use tinsel::mask::Mask;

use super::*;

/// How far objects move from the first photo of [`scenes`] to the second one, to the right and down.
const MOVED: (u32, u32) = (12, 8);

/// Two photos of a scene in which everything moves a little, and a third one of another size.
fn scenes() -> PathBuf {
    let folder = tempfile::tempdir().unwrap().keep();
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/coffee.jpg");
    let photo = image::open(original).unwrap().into_rgb8();
    let part = |x, y, width, height| image::imageops::crop_imm(&photo, x, y, width, height).to_image();
    part(20, 20, 540, 340).save(folder.join("a.png")).unwrap();
    part(20 - MOVED.0, 20 - MOVED.1, 540, 340).save(folder.join("b.png")).unwrap();
    part(20, 20, 270, 340).save(folder.join("c.png")).unwrap();
    folder
}

fn annotations(window: &Window) -> Vec<Annotation<ClassId>> {
    window.state().document().masks().iter().map(|item| item.annotation.clone()).collect()
}

fn names(window: &Window) -> Vec<String> {
    annotations(window).into_iter().map(|annotation| annotation.name).collect()
}

/// What the system sends for Ctrl+C and Ctrl+V.
fn send(window: &mut Window, event: Event) {
    window.event(event);
    settle(window);
}

#[test]
fn copied_masks_are_pasted_in_their_place_and_by_shape() {
    let mut window = window(vec![scenes()]);
    make_mask(&mut window, (270.0, 150.0));
    click(&mut window, "Rename Mask 1");
    window.get_by_label("New name").type_text("cup");
    press(&mut window, Key::Enter);
    let original = annotations(&window).remove(0);
    send(&mut window, Event::Copy);
    window.get_by_label("1 mask copied.");

    press(&mut window, Key::D);
    assert_eq!(masks(&window), 0);
    send(&mut window, Event::Paste("cup".into()));
    send(&mut window, Event::Paste("cup".into()));
    assert_eq!(names(&window), ["cup", "cup 2"]);
    let pasted = annotations(&window).remove(0);
    assert_eq!((&pasted.mask, pasted.colour), (&original.mask, original.colour));
    assert!(pasted.prompt.is_empty() && pasted.predicted_iou.is_none(), "these are of the other photo");
    let selected = window.state().document().selection().iter().copied().collect::<Vec<_>>();
    assert_eq!(selected, [window.state().document().masks()[1].id]);
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(masks(&window), 0);

    press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::V);
    let found = annotations(&window).remove(0);
    let (width, height) = (found.mask.width(), found.mask.height());
    let moved = Mask::from_fn(width, height, |x, y| {
        x >= MOVED.0 && y >= MOVED.1 && original.mask.get(x - MOVED.0, y - MOVED.1)
    });
    let (there, here) = (found.mask.iou(&original.mask), found.mask.iou(&moved));
    assert!(here > 0.95 && here > there, "{here} against {there} in the old place");
    assert_eq!((found.name.as_str(), found.predicted_iou.is_some()), ("cup", true));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(masks(&window), 0, "it is one step of undo");

    press(&mut window, Key::D);
    send(&mut window, Event::Paste("anything".into()));
    window.get_by_label_contains("1 mask: cut at the border");
    assert_eq!(annotations(&window)[0].mask.width(), 270);
}

#[test]
fn masks_of_the_previous_photo_are_duplicated_and_their_class_is_pasted() {
    let folder = scenes();
    let mut first = window(vec![folder.join("a.png")]);
    click(&mut first, "Classes (0)");
    first.get_by_label("New class").focus();
    first.step();
    first.get_by_label("New class").type_text("cup");
    first.step();
    click(&mut first, "Add class");
    press(&mut first, Key::Escape);
    make_mask(&mut first, (100.0, 100.0));
    make_mask(&mut first, (270.0, 150.0));
    press(&mut first, Key::Num1);
    press(&mut first, Key::D);
    press_with(&mut first, Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    assert_eq!(masks(&first), 2);
    wait_for(&mut first, &folder.join("b.png.tinsel.json"));
    drop(first);

    // Another window reads them from the session.
    let mut second = window(vec![folder.join("b.png")]);
    press(&mut second, Key::D);
    press_with(&mut second, Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    assert_eq!(masks(&second), 2);
    let classes = |window: &Window| -> Vec<Option<String>> {
        let document = window.state().document();
        document.masks().iter().map(|item| document.annotation(item).class).collect()
    };
    assert_eq!(classes(&second), [None, Some("cup".into())]);
    let ids: Vec<_> = second.state().document().selection().iter().copied().collect();
    assert_eq!(ids.len(), 2);
    send(&mut second, Event::Copy);
    press(&mut second, Key::A);
    make_mask(&mut second, (400.0, 250.0));
    press_with(&mut second, Modifiers::COMMAND | Modifiers::SHIFT, Key::K);
    assert_eq!(classes(&second).last(), Some(&Some("cup".into())));
}

#[test]
fn photos_left_long_ago_come_back_from_their_sessions() {
    let folder = tempfile::tempdir().unwrap().keep();
    (0..11).for_each(|n| {
        image::RgbImage::new(60, 40).save(folder.join(format!("{n}.ppm"))).unwrap();
    });
    let mut window = window(vec![folder]);
    press(&mut window, Key::T);
    for n in 0..11 {
        if n > 0 {
            press(&mut window, Key::D);
        }
        drag_photo(&mut window, (10.0, 10.0), (30.0, 10.0));
        assert_eq!(masks(&window), 1);
    }
    press(&mut window, Key::A);
    assert_eq!(window.state().document().undo_label(), Some(&Label::Paint), "the last few keep their undo");
    (0..9).for_each(|_| press(&mut window, Key::A));
    assert_eq!((masks(&window), window.state().document().undo_label()), (1, None));
}

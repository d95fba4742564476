//! The window as its users meet it: found by accessible labels, with the real built-in model.

#[path = "ui/batch.rs"]
mod batch;
#[path = "ui/canvas.rs"]
mod canvas;
#[path = "ui/clipboard.rs"]
mod clipboard;
#[path = "ui/files.rs"]
mod files;
#[path = "ui/filmstrip.rs"]
mod filmstrip;
#[path = "ui/image.rs"]
mod image_window;
#[path = "ui/menus.rs"]
mod menus;
#[path = "ui/project.rs"]
mod project;
#[path = "ui/region.rs"]
mod region;
#[path = "ui/sequence.rs"]
mod sequence;
#[path = "ui/vertices.rs"]
mod vertices;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Event, Key, MissingGlyphPolicy, Modifiers, PointerButton, Pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tinsel::app::Tinsel;
use tinsel::engine::EmbeddingFolder;

type Window = Harness<'static, Tinsel>;

/// A sample photo in a folder of its own, with the other ones beside it, because the work on photos
/// is saved there.
fn sample(name: &str) -> PathBuf {
    let folder = tempfile::tempdir().unwrap().keep();
    for photo in ["cat.jpg", "coffee.jpg"] {
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples").join(photo);
        std::fs::copy(original, folder.join(photo)).unwrap();
    }
    folder.join(name)
}

fn window(paths: Vec<PathBuf>) -> Window {
    window_as(paths, |window| window)
}

/// A window that is set up in a special way.
fn window_as(paths: Vec<PathBuf>, set_up: impl FnOnce(Tinsel) -> Tinsel) -> Window {
    let mut window = Harness::builder()
        .with_size([1200.0, 760.0])
        .with_step_dt(1.0 / 60.0)
        .with_max_steps(64)
        .with_render_cursor(false)
        .wgpu()
        .build_eframe(|cc| set_up(Tinsel::new(cc, paths, None)));
    settle(&mut window);
    window
}

/// The lists of all commands name Chinese in Chinese, which only the system has letters for; tests do without its fonts.
fn allow_letters_of_the_system(window: &Window) {
    window.ctx.set_missing_glyph_policy(MissingGlyphPolicy::Tofu);
}

/// Runs frames until nothing is being opened, computed or rendered.
fn settle(window: &mut Window) {
    let start = Instant::now();
    let mut quiet = 0;
    while quiet < 3 {
        assert!(start.elapsed() < Duration::from_secs(120), "the window is still busy");
        window.step();
        quiet = if window.state().is_busy() { 0 } else { quiet + 1 };
        std::thread::sleep(Duration::from_millis(2));
    }
    let _ = window.run_ok();
}

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    settle(window);
}

fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    settle(window);
}

/// As [`click`], on something that a scroll area may hide.
fn scroll_and_click(window: &mut Window, label: &str) {
    window.get_by_label(label).scroll_to_me();
    settle(window);
    click(window, label);
}

/// Clicks on the photo, at photo pixels.
fn click_photo(window: &mut Window, (x, y): (f32, f32), button: PointerButton, modifiers: Modifiers) {
    let pos = window.state().photo_to_screen(x, y);
    window.event_modifiers(Event::PointerMoved(pos), modifiers);
    for pressed in [true, false] {
        window.event_modifiers(Event::PointerButton { pos, button, pressed, modifiers }, modifiers);
    }
    settle(window);
}

fn click_on(window: &mut Window, at: (f32, f32)) {
    click_photo(window, at, PointerButton::Primary, Modifiers::NONE);
}

fn drag_photo(window: &mut Window, from: (f32, f32), to: (f32, f32)) {
    let at = |window: &Window, p: (f32, f32)| -> Pos2 { window.state().photo_to_screen(p.0, p.1) };
    let (from, to) = (at(window, from), at(window, to));
    window.hover_at(from);
    window.drag_at(from);
    window.hover_at(from.lerp(to, 0.5));
    window.hover_at(to);
    window.drop_at(to);
    settle(window);
}

fn masks(window: &Window) -> usize {
    window.state().document().masks().len()
}

fn points(window: &Window) -> Vec<(f32, f32, bool)> {
    let prompting = window.state().document().prompting();
    prompting.prompt.points.iter().map(|p| (p.x.round(), p.y.round(), p.positive)).collect()
}

/// Runs frames until a file is there.
fn wait_for(window: &mut Window, file: &Path) {
    let start = Instant::now();
    while !file.exists() {
        assert!(start.elapsed() < Duration::from_secs(10), "{} was not written", file.display());
        window.step();
        std::thread::sleep(Duration::from_millis(10));
    }
    settle(window);
}

/// Runs frames until a text with these words is on the screen.
fn wait_for_label(window: &mut Window, label: &str) {
    let start = Instant::now();
    while window.query_by_label_contains(label).is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "{label} did not come");
        window.step();
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Runs frames until the mask is shown that a click at the pointer would give.
fn wait_for_preview(window: &mut Window) {
    let start = Instant::now();
    while window.state().previewed().is_none() {
        assert!(start.elapsed() < Duration::from_secs(10), "no preview came");
        window.step();
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A click on the photo, accepted.
fn make_mask(window: &mut Window, at: (f32, f32)) {
    click_on(window, at);
    press(window, Key::Enter);
}

#[test]
fn an_empty_window_says_what_to_do_and_opens_the_sample() {
    let mut window = window(vec![]);
    window.get_by_label("Drop a photo or a folder here");
    click(&mut window, "Open sample photo");
    window.get_by_label_contains("coffee.jpg");
    window.get_by_label("Photo");
}

#[test]
fn a_click_gives_a_mask_there_and_enter_puts_it_into_the_list() {
    let mut window = window(vec![sample("coffee.jpg")]);
    click_on(&mut window, (290.0, 170.0));
    assert_eq!(points(&window), [(290.0, 170.0, true)]);
    window.get_by_label_contains("Candidate 3");
    press(&mut window, Key::Enter);
    assert_eq!((masks(&window), points(&window).len()), (1, 0));
    let mask = &window.state().document().masks()[0];
    assert!(mask.annotation.mask.get(290, 170), "the mask does not contain the clicked pixel");
    // In the list, and because it is selected also under Inspect.
    assert_eq!(window.get_all_by_label("Mask 1").count(), 2);
}

#[test]
fn enter_right_after_a_click_waits_for_the_answer() {
    let mut window = window(vec![sample("coffee.jpg")]);
    let pos = window.state().photo_to_screen(290.0, 170.0);
    window.event(Event::PointerMoved(pos));
    for pressed in [true, false] {
        let button = PointerButton::Primary;
        window.event(Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE });
    }
    window.key_press(Key::Enter);
    settle(&mut window);
    assert_eq!((masks(&window), points(&window).len()), (1, 0));
}

#[test]
fn points_are_added_moved_and_deleted_and_every_step_can_be_undone() {
    let mut window = window(vec![sample("coffee.jpg")]);
    click_on(&mut window, (290.0, 170.0));
    click_photo(&mut window, (100.0, 50.0), PointerButton::Secondary, Modifiers::NONE);
    click_photo(&mut window, (500.0, 50.0), PointerButton::Primary, Modifiers::SHIFT);
    press(&mut window, Key::E);
    click_on(&mut window, (480.0, 350.0));
    let added = [(290.0, 170.0, true), (100.0, 50.0, false), (500.0, 50.0, false), (480.0, 350.0, false)];
    assert_eq!(points(&window), added);

    drag_photo(&mut window, (100.0, 50.0), (60.0, 40.0));
    assert_eq!(points(&window)[1], (60.0, 40.0, false));
    click(&mut window, "Point 3 (negative)");
    assert_eq!(points(&window).len(), 3);

    for _ in 0..6 {
        press_with(&mut window, Modifiers::COMMAND, Key::Z);
    }
    assert!(points(&window).is_empty());
    for _ in 0..4 {
        press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    }
    assert_eq!(points(&window), added);
    press(&mut window, Key::Escape);
    assert!(points(&window).is_empty());
}

#[test]
fn a_drag_draws_a_box_and_the_candidates_can_be_stepped_through() {
    let mut window = window(vec![sample("coffee.jpg")]);
    drag_photo(&mut window, (330.0, 235.0), (415.0, 330.0));
    let bbox = window.state().document().prompting().prompt.bbox.expect("a box");
    assert!((bbox.x0 - 330.0).abs() < 2.0 && (bbox.y1 - 330.0).abs() < 2.0, "{bbox:?}");
    window.get_by_label_contains("Single");
    press_with(&mut window, Modifiers::SHIFT, Key::Num2);
    assert_eq!(window.state().document().prompting().chosen, Some(2));
    press(&mut window, Key::Tab);
    assert_eq!(window.state().document().prompting().chosen, Some(3));
    click(&mut window, "Delete box");
    assert!(window.state().document().prompting().is_empty());
}

#[test]
fn masks_are_selected_hidden_singled_out_and_deleted() {
    let mut window = window(vec![sample("coffee.jpg")]);
    for at in [(290.0, 170.0), (370.0, 290.0)] {
        click_on(&mut window, at);
        press(&mut window, Key::F);
    }
    click(&mut window, "Hide Mask 1");
    let visible = |window: &Window| -> Vec<bool> {
        window.state().document().masks().iter().map(|m| m.visible).collect()
    };
    assert_eq!(visible(&window), [false, true]);
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(visible(&window), [true, true]);

    click(&mut window, "Solo Mask 2");
    let second = window.state().document().masks()[1].id;
    assert_eq!(window.state().document().solo(), Some(second));
    click(&mut window, "Solo Mask 2");

    press(&mut window, Key::M);
    let in_second = {
        let mask = &window.state().document().masks()[1].annotation.mask;
        let b = mask.bbox().unwrap();
        let run = mask.runs((b.y0 + b.y1) / 2).max_by_key(|r| r.len()).unwrap();
        ((run.start + run.end) as f32 / 2.0, (b.y0 + b.y1) as f32 / 2.0)
    };
    let picked = window.state().document().next_mask_at(in_second.0 as u32, in_second.1 as u32);
    click_on(&mut window, in_second);
    assert_eq!(window.state().document().selection().iter().copied().next(), picked);
    window.get_by_label("Cut-out of the selected mask");
    press(&mut window, Key::Delete);
    assert_eq!(masks(&window), 1);

    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    click(&mut window, "Rename Mask 1");
    window.get_by_label("New name").type_text("cup");
    press(&mut window, Key::Enter);
    assert_eq!(window.state().document().masks()[0].annotation.name, "cup", "the old name is replaced");
}

#[test]
fn a_key_with_shift_does_not_turn_into_the_one_without() {
    let mut window = window(vec![sample("coffee.jpg")]);
    make_mask(&mut window, (290.0, 170.0));
    // The second time there is nothing to deselect, which does not make it Ctrl+A.
    for _ in 0..2 {
        press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::A);
        assert!(window.state().document().selection().is_empty());
    }
    press_with(&mut window, Modifiers::COMMAND, Key::A);
    assert_eq!(window.state().document().selection().len(), 1);
}

#[test]
fn escape_belongs_to_what_is_under_way() {
    let mut window = window(vec![sample("coffee.jpg")]);
    make_mask(&mut window, (290.0, 170.0));
    click_on(&mut window, (370.0, 290.0));
    click(&mut window, "Rename Mask 1");
    window.get_by_label("New name").type_text(" never");
    press(&mut window, Key::Escape);
    assert_eq!(window.state().document().masks()[0].annotation.name, "Mask 1");
    assert_eq!(points(&window).len(), 1, "the prompt went with the name");

    let at = |window: &Window, x: f32, y: f32| window.state().photo_to_screen(x, y);
    let (from, to) = (at(&window, 100.0, 100.0), at(&window, 200.0, 200.0));
    window.hover_at(from);
    window.drag_at(from);
    window.hover_at(from.lerp(to, 0.5));
    window.hover_at(to);
    window.key_press(Key::Escape);
    window.drop_at(to);
    settle(&mut window);
    assert_eq!(window.state().document().prompting().prompt.bbox, None, "a cancelled drag drew a box");
}

#[test]
fn everything_lists_masks_and_is_one_step_of_undo() {
    let mut window = window(vec![sample("coffee.jpg")]);
    click(&mut window, "Segment everything");
    let found = masks(&window);
    assert!(found > 0);
    window.get_by_label(&format!("Masks ({found})"));
    window.get_by_label_contains("% covered");
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(masks(&window), 0);
    press_with(&mut window, Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);
    assert_eq!(masks(&window), found);

    click(&mut window, "Filters");
    click(&mut window, "Hide masks inside other masks");
    let outermost = masks(&window);
    assert!(outermost < found, "{outermost} of {found}");
    window.get_by_label_contains(&format!("Filters: {outermost} of "));
    click(&mut window, "List by tree");
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(masks(&window), found);
    click(&mut window, "Filters");
    let inside = window.get_by_label("Hide masks inside other masks").accesskit_node().toggled();
    assert_eq!(inside, Some(egui::accesskit::Toggled::False), "the filters follow undo");
    click(&mut window, "Colours");
    click(&mut window, "By area");
    assert_eq!(masks(&window), found);
}

#[test]
fn a_cancelled_everything_keeps_what_it_found() {
    let mut window = window(vec![sample("coffee.jpg")]);
    let place = window.state().photo_to_screen(0.0, 0.0);
    window.get_by_label("Segment everything").click();
    let start = Instant::now();
    // Masks that pass the filters are counted while they are found.
    let some_found = |window: &Window| {
        let counts = window.query_all_by_label_contains(" points, ").filter_map(|node| node.value());
        counts.into_iter().any(|text| !text.starts_with("0 "))
    };
    while !some_found(&window) {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing was found");
        window.step();
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(window.state().photo_to_screen(0.0, 0.0), place, "progress moves the photo");
    window.get_by_label("Cancel").click();
    settle(&mut window);
    assert!(masks(&window) > 0);
    window.get_by_label_contains("cancelled");
}

#[test]
fn masks_are_painted_cut_and_combined_and_every_step_can_be_undone() {
    let mut window = window(vec![sample("coffee.jpg")]);
    let area = |window: &Window, i: usize| window.state().document().masks()[i].annotation.mask.area();
    press(&mut window, Key::T);
    drag_photo(&mut window, (100.0, 100.0), (200.0, 100.0));
    assert_eq!(masks(&window), 1);
    let stroke = area(&window, 0);
    assert!((2600..3100).contains(&stroke), "a stroke of 100 by 24 pixels with round ends: {stroke}");
    press(&mut window, Key::X);
    drag_photo(&mut window, (150.0, 60.0), (150.0, 140.0));
    let left = area(&window, 0);
    assert!(left < stroke - 500, "{left} of {stroke}");
    assert!(!window.state().document().masks()[0].annotation.mask.get(150, 100));

    click(&mut window, "Change shape");
    click(&mut window, "Split into parts");
    assert_eq!(masks(&window), 2);
    assert_eq!(area(&window, 0) + area(&window, 1), left);
    press_with(&mut window, Modifiers::COMMAND, Key::A);
    press_with(&mut window, Modifiers::COMMAND, Key::U);
    assert_eq!((masks(&window), area(&window, 0)), (1, left));
    press_with(&mut window, Modifiers::COMMAND, Key::CloseBracket);
    assert!(area(&window, 0) > left);
    press_with(&mut window, Modifiers::COMMAND, Key::L);
    press(&mut window, Key::Delete);
    assert_eq!(masks(&window), 1, "a locked mask was deleted");
    for _ in 0..6 {
        press_with(&mut window, Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(masks(&window), 0);
}

#[test]
fn a_stroke_within_one_frame_is_a_stroke() {
    let mut window = window(vec![sample("coffee.jpg")]);
    press(&mut window, Key::T);
    let at = |window: &Window, x: f32| window.state().photo_to_screen(x, 150.0);
    let (from, to) = (at(&window, 100.0), at(&window, 160.0));
    let button = |pos, pressed| {
        let modifiers = Modifiers::NONE;
        Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers }
    };
    window.hover_at(from);
    settle(&mut window);
    let events = [button(from, true), Event::PointerMoved(to), button(to, false)];
    window.input_mut().events.extend(events);
    settle(&mut window);
    let document = window.state().document();
    assert_eq!(document.masks().len(), 1);
    assert!(
        document.masks()[0].annotation.mask.get(100, 150)
            && document.masks()[0].annotation.mask.get(160, 150)
    );
}

#[test]
fn any_mask_can_be_refined_with_clicks() {
    let mut window = window(vec![sample("coffee.jpg")]);
    make_mask(&mut window, (290.0, 170.0));
    let accepted = window.state().document().masks()[0].clone();
    press_with(&mut window, Modifiers::COMMAND, Key::A);
    press(&mut window, Key::R);
    assert_eq!(points(&window).len(), 1, "the prompt is there again");
    make_mask(&mut window, (250.0, 120.0));
    let refined = window.state().document().masks()[0].clone();
    assert_eq!((masks(&window), refined.id, refined.annotation.name.as_str()), (1, accepted.id, "Mask 1"));
    assert_eq!(refined.annotation.prompt.points.len(), 2);
    assert!(refined.from.is_some(), "the former answer was fed back");
    assert_ne!(refined.annotation.mask, accepted.annotation.mask);

    // What no prompt has made starts from its pixels and a point inside.
    press(&mut window, Key::T);
    press_with(&mut window, Modifiers::COMMAND, Key::A);
    drag_photo(&mut window, (100.0, 300.0), (200.0, 300.0));
    press(&mut window, Key::R);
    let document = window.state().document();
    let [x, y] = [document.prompting().prompt.points[0].x, document.prompting().prompt.points[0].y];
    assert!(document.masks()[0].annotation.mask.get(x as u32, y as u32));
    assert!(document.prompting().from.is_some());
}

#[test]
fn classes_are_given_with_number_keys() {
    let mut window = window(vec![sample("coffee.jpg")]);
    make_mask(&mut window, (290.0, 170.0));
    click(&mut window, "Classes (0)");
    window.get_by_label("New class").focus();
    window.step();
    window.get_by_label("New class").type_text("cup");
    window.step();
    click(&mut window, "Add class");
    press_with(&mut window, Modifiers::COMMAND, Key::A);
    press(&mut window, Key::Num1);
    let document = window.state().document();
    assert_eq!(document.masks()[0].annotation.class, Some(document.classes().all()[0].id));
    window.get_by_label("cup (1)");
}

#[test]
fn keys_after_enter_are_about_the_mask_that_was_accepted() {
    let mut window = window(vec![sample("coffee.jpg")]);
    click(&mut window, "Classes (0)");
    window.get_by_label("New class").focus();
    window.step();
    for class in ["cup", "table"] {
        window.get_by_label("New class").type_text(class);
        window.step();
        press(&mut window, Key::Enter);
    }
    let classes: Vec<_> = window.state().document().classes().all().iter().map(|class| class.id).collect();
    assert_eq!(classes.len(), 2, "the field has lost the focus");
    press(&mut window, Key::Escape);
    for (key, at) in [(Key::Num1, (290.0, 170.0)), (Key::Num2, (370.0, 290.0))] {
        make_mask(&mut window, at);
        press(&mut window, key);
    }
    let of_masks = |window: &Window| -> Vec<_> {
        window.state().document().masks().iter().map(|mask| mask.annotation.class).collect()
    };
    assert_eq!(of_masks(&window), [Some(classes[0]), Some(classes[1])]);
    make_mask(&mut window, (100.0, 100.0));
    press(&mut window, Key::Delete);
    assert_eq!(of_masks(&window), [Some(classes[0]), Some(classes[1])]);
}

#[test]
fn clicks_do_not_go_through_a_window_onto_the_photo() {
    let mut window = window(vec![sample("coffee.jpg")]);
    allow_letters_of_the_system(&window);
    press(&mut window, Key::F1);
    let rect = window.get_by_role_and_label(egui::accesskit::Role::Window, "Shortcuts and gestures").rect();
    // From the edge to the middle: an edge takes drags only, and so do the margins.
    for inset in [1.0, 2.0, 3.5, 5.0, 8.0] {
        let inside = rect.shrink(inset);
        for at in [inside.left_center(), inside.right_center(), inside.center_bottom(), inside.left_bottom()]
        {
            for button in [PointerButton::Primary, PointerButton::Secondary] {
                window.event(Event::PointerMoved(at));
                for pressed in [true, false] {
                    window.event(Event::PointerButton {
                        pos: at,
                        button,
                        pressed,
                        modifiers: Modifiers::NONE,
                    });
                }
                window.step();
            }
        }
    }
    settle(&mut window);
    assert_eq!(points(&window), []);
}

#[test]
fn any_command_is_found_by_its_name() {
    let mut window = window(vec![sample("coffee.jpg")]);
    allow_letters_of_the_system(&window);
    press_with(&mut window, Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::P);
    window.get_by_label("Command").type_text("segm every");
    window.step();
    press(&mut window, Key::Enter);
    assert!(masks(&window) > 0);
    assert!(window.query_by_label("Command").is_none());
}

#[test]
fn resting_the_pointer_previews_the_mask_of_a_click() {
    let mut window = window(vec![sample("coffee.jpg")]);
    let at = window.state().photo_to_screen(290.0, 170.0);
    window.hover_at(at);
    wait_for_preview(&mut window);
    let previewed = window.state().previewed().cloned().unwrap();
    assert_eq!(points(&window).len(), 0, "a preview is no prompt");
    make_mask(&mut window, (290.0, 170.0));
    assert_eq!(window.state().document().masks()[0].annotation.mask, previewed);
    press(&mut window, Key::P);
    settle(&mut window);
    assert!(window.state().previewed().is_none());
}

#[test]
fn a_click_on_a_candidate_picked_with_alt_is_one_step_of_undo() {
    let mut window = window(vec![sample("coffee.jpg")]);
    let at = window.state().photo_to_screen(290.0, 170.0);
    window.hover_at(at);
    wait_for_preview(&mut window);
    let suggested = window.state().previewed().cloned().unwrap();
    window.event_modifiers(Event::PointerMoved(at), Modifiers::ALT);
    window.step();
    let picked = window.state().previewed().cloned().unwrap();
    assert_ne!(picked, suggested, "Alt picks another candidate");

    click_photo(&mut window, (290.0, 170.0), PointerButton::Primary, Modifiers::ALT);
    assert_eq!(points(&window).len(), 1);
    assert!(window.state().document().prompting().chosen.is_some());
    assert_eq!(window.state().candidate(), Some(&picked));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(window.state().document().prompting().is_empty(), "the point is gone with its candidate");
    assert!(window.state().document().undo_label().is_none());
    press_with(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(window.state().candidate(), Some(&picked));
}

#[test]
fn two_settings_are_compared_side_by_side() {
    let mut window = window(vec![sample("cat.jpg")]);
    press_with(&mut window, Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::B);
    click(&mut window, "Settings B");
    click(&mut window, "Quick");
    click(&mut window, "Compare");
    window.get_by_label("Comparison");
    for side in ["mobile-sam: ", "mobile-sam, quick: "] {
        let caption = window.get_by_label_contains(side);
        assert!(caption.value().is_some_and(|text| text.contains("unmatched")));
    }
    click(&mut window, "Only unmatched masks");
    // It covers its own photo alone.
    press(&mut window, Key::D);
    make_mask(&mut window, (290.0, 170.0));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!((masks(&window), points(&window).len()), (0, 1));
    press(&mut window, Key::A);
    window.get_by_label("Comparison");
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    click(&mut window, "Close comparison");
    assert!(window.query_by_label("Comparison").is_none());
    window.get_by_label("Photo");
}

#[test]
fn an_address_of_a_mirror_can_be_typed_and_mistyped() {
    let mut window = window(vec![]);
    click(&mut window, "Model: mobile-sam");
    window.get_by_label("Mirror").focus();
    window.step();
    window.get_by_label("Mirror").type_text("h");
    settle(&mut window);
    window.get_by_label("sam2.1-tiny");
    window.get_by_label("Mirror").type_text("ttp://mirror.example/");
    settle(&mut window);
    let typed = window.get_by_label("Mirror").value();
    assert_eq!(typed.as_deref(), Some("http://mirror.example/"));
}

#[test]
fn export_writes_files_and_asks_before_overwriting() {
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("cup of coffee.jpg");
    std::fs::copy(sample("coffee.jpg"), &photo).unwrap();
    let mut window = window(vec![photo]);
    make_mask(&mut window, (290.0, 170.0));
    press_with(&mut window, Modifiers::COMMAND, Key::E);
    click(&mut window, "Binary masks (PNG)");
    click(&mut window, "Export masks");
    let file = folder.path().join("cup of coffee_mask-1_mask.png");
    let picture = image::open(&file).unwrap().into_luma8();
    assert_eq!((picture.dimensions(), picture.get_pixel(290, 170).0), ((600, 400), [255]));
    window.get_by_label_contains("Saved: ");

    std::fs::write(&file, "precious").unwrap();
    for (answer, kept) in [("Cancel", true), ("Overwrite", false)] {
        if window.query_by_label("Export masks").is_none() {
            press_with(&mut window, Modifiers::COMMAND, Key::E);
        }
        click(&mut window, "Export masks");
        window.get_by_label("Overwrite files?");
        click(&mut window, answer);
        assert_eq!(std::fs::read(&file).unwrap() == b"precious", kept, "{answer}");
    }
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}

#[test]
fn a_dropped_photo_opens_and_a_bad_one_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("notes.jpg");
    std::fs::write(&bad, "these are only notes").unwrap();
    let mut window = window(vec![sample("cat.jpg")]);
    window.input_mut().dropped_files.push(Arc::new(Dropped(bad)));
    settle(&mut window);
    window.get_by_label_contains("notes.jpg: is not an image");
    window.get_by_label_contains("cat.jpg");
    click(&mut window, "Dismiss message 1");
    assert!(window.query_by_label_contains("is not an image").is_none());

    window.input_mut().dropped_files.push(Arc::new(Dropped(sample("coffee.jpg"))));
    settle(&mut window);
    window.get_by_label_contains("coffee.jpg (2 of 2)");
}

#[test]
fn leafing_through_a_folder_keeps_the_work_on_each_photo() {
    let mut window = window(vec![sample("")]);
    window.get_by_label_contains("cat.jpg (1 of 2)");
    make_mask(&mut window, (200.0, 120.0));
    press(&mut window, Key::D);
    window.get_by_label_contains("coffee.jpg (2 of 2)");
    assert_eq!(masks(&window), 0);
    press(&mut window, Key::A);
    assert_eq!(masks(&window), 1);
}

#[test]
fn a_model_that_cannot_be_read_is_named_and_the_built_in_one_serves() {
    let mut window = Harness::builder()
        .with_size([1200.0, 760.0])
        .with_max_steps(64)
        .build_eframe(|cc| Tinsel::new(cc, vec![], Some("no/such/weights.safetensors".into())));
    settle(&mut window);
    window.get_by_label_contains("no/such/weights.safetensors");
    window.get_by_label("Model: mobile-sam");
}

#[test]
fn a_dropped_model_is_used_and_the_work_is_kept() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut window = window(vec![sample("coffee.jpg")]);
    make_mask(&mut window, (290.0, 170.0));
    click_on(&mut window, (370.0, 290.0));
    let first = window.state().document().masks()[0].clone();
    for name in ["mini.safetensors", "mini.encoder.onnx"] {
        window.input_mut().dropped_files.push(Arc::new(Dropped(data.join(name))));
        settle(&mut window);
        window.get_by_label(&format!("Model: {name}"));
        assert_eq!(points(&window), [(370.0, 290.0, true)]);
        assert_eq!(*window.state().document().masks()[0], *first);
        window.get_by_label_contains("Candidate 3");
    }
    press(&mut window, Key::Enter);
    assert_eq!(masks(&window), 2);
}

#[test]
fn the_model_menu_lists_the_official_weights() {
    let mut window = window(vec![]);
    click(&mut window, "Model: mobile-sam");
    for name in ["sam2.1-tiny", "sam2.1-large", "sam2-base-plus"] {
        window.get_by_label(name);
    }
    window.get_by_label_contains("Apache-2.0");
}

#[test]
fn a_smaller_network_input_is_chosen_in_the_model_menu_and_told_with_its_masks() {
    let mut window = window(vec![sample("coffee.jpg")]);
    click(&mut window, "Model: mobile-sam");
    click(&mut window, "Network input of 512 pixels");
    window.get_by_label("Model: mobile-sam@512");
    press(&mut window, Key::Escape);
    make_mask(&mut window, (290.0, 170.0));
    let model = window.state().document().masks()[0].annotation.model.clone();
    assert_eq!(model.as_deref(), Some("mobile-sam@512"));
    // Under Inspect, because the new mask is selected.
    window.get_by_label("mobile-sam@512");
}

#[test]
fn the_cheat_sheet_lists_the_keys() {
    let mut window = window(vec![]);
    allow_letters_of_the_system(&window);
    press(&mut window, Key::F1);
    assert!(window.query_all_by_label("Shortcuts and gestures").count() > 0);
    window.get_by_label("Right click, Shift + left click");
    let accepted = window.get_by_label("Accept mask");
    assert!(accepted.accesskit_node().label().is_some() || accepted.value().is_some());
}

#[test]
fn keys_can_be_changed_and_given_back() {
    let mut window = window(vec![sample("coffee.jpg")]);
    allow_letters_of_the_system(&window);
    press(&mut window, Key::F1);
    scroll_and_click(&mut window, "Change R for Refine selected");
    window.get_by_label_contains("Press the new shortcut for");
    // Held for the bare photo.
    press(&mut window, Key::H);
    window.get_by_label_contains("are reserved");
    scroll_and_click(&mut window, "Change R for Refine selected");
    // The key of "Pick masks", which must not pick now.
    press(&mut window, Key::M);
    window.get_by_label_contains("“Pick masks” no longer has this shortcut");
    window.get_by_label("Change M for Refine selected");
    scroll_and_click(&mut window, "Add a shortcut for Export…");
    press(&mut window, Key::R);
    press(&mut window, Key::F1);
    make_mask(&mut window, (290.0, 170.0));
    press_with(&mut window, Modifiers::COMMAND, Key::A);
    press(&mut window, Key::M);
    assert_eq!(points(&window).len(), 1, "M does not refine");
    press(&mut window, Key::F1);
    click(&mut window, "Reset all shortcuts");
    window.get_by_label("Change R for Refine selected");
    window.get_by_label("Change M for Pick masks");
}

#[test]
fn the_theme_can_be_chosen() {
    let mut window = window(vec![]);
    for (name, dark) in [("Light theme", false), ("Dark theme", true)] {
        click(&mut window, "View");
        click(&mut window, "Theme");
        click(&mut window, name);
        assert_eq!(window.ctx.global_style().visuals.dark_mode, dark);
    }
}

fn names(window: &Window) -> Vec<String> {
    window.state().document().masks().iter().map(|m| m.annotation.name.clone()).collect()
}

/// A window with masks painted in a row, called Mask 1, Mask 2, ...
fn with_masks(count: u32) -> Window {
    let mut window = window(vec![sample("coffee.jpg")]);
    press(&mut window, Key::T);
    for i in 0..count {
        // Else the next stroke would go to the mask of the one before.
        press(&mut window, Key::Escape);
        let x = 60.0 + 90.0 * i as f32;
        drag_photo(&mut window, (x, 100.0), (x + 30.0, 130.0));
    }
    window
}

#[test]
fn masks_are_dragged_to_another_layer_and_renamed_in_place() {
    let mut window = with_masks(3);
    press(&mut window, Key::Escape);
    assert_eq!(names(&window), ["Mask 1", "Mask 2", "Mask 3"]);
    let row = |window: &Window, name: &str| window.get_by_label(name).rect().center();
    let (from, to) = (row(&window, "Mask 3"), row(&window, "Mask 1"));
    window.hover_at(from);
    window.drag_at(from);
    window.hover_at(from.lerp(to, 0.5));
    window.hover_at(to - egui::vec2(0.0, 6.0));
    window.drop_at(to - egui::vec2(0.0, 6.0));
    settle(&mut window);
    assert_eq!(names(&window), ["Mask 3", "Mask 1", "Mask 2"]);
    click(&mut window, "Mask 3");
    press_with(&mut window, Modifiers::COMMAND, Key::ArrowUp);
    assert_eq!(names(&window), ["Mask 1", "Mask 3", "Mask 2"]);
    press_with(&mut window, Modifiers::COMMAND, Key::ArrowDown);
    press_with(&mut window, Modifiers::COMMAND, Key::ArrowDown);
    assert_eq!(names(&window), ["Mask 3", "Mask 1", "Mask 2"]);
    press(&mut window, Key::F2);
    window.get_by_label("New name").type_text("coffee");
    press(&mut window, Key::Enter);
    assert_eq!(names(&window)[0], "coffee");
}

#[test]
fn masks_are_grouped_by_class_and_dragged_to_another() {
    let mut window = with_masks(3);
    press(&mut window, Key::Escape);
    click(&mut window, "Classes (0)");
    for class in ["cup", "table"] {
        window.get_by_label("New class").focus();
        window.step();
        window.get_by_label("New class").type_text(class);
        window.step();
        click(&mut window, "Add class");
    }
    click(&mut window, "List by classes");
    let row = |window: &Window, name: &str| window.get_by_label(name).rect().center();
    let (from, to) = (row(&window, "Mask 2"), row(&window, "table: 0"));
    window.hover_at(from);
    window.drag_at(from);
    window.hover_at(from.lerp(to, 0.5));
    window.hover_at(to);
    window.drop_at(to);
    settle(&mut window);
    let document = window.state().document();
    assert_eq!(document.masks()[1].annotation.class, Some(document.classes().all()[1].id));
    click(&mut window, "Hide all of Unclassified");
    let visible: Vec<bool> = window.state().document().masks().iter().map(|m| m.visible).collect();
    assert_eq!(visible, [false, true, false]);
    click(&mut window, "Collapse Unclassified");
    assert!(window.query_by_label("Mask 1").is_none() && window.query_by_label("Mask 2").is_some());
}

#[test]
fn a_mask_is_made_with_the_keyboard_alone() {
    let mut window = window(vec![sample("coffee.jpg")]);
    press(&mut window, Key::C);
    assert!(points(&window).is_empty(), "a click without a cross");
    // In the middle at first, then some steps on.
    press(&mut window, Key::ArrowLeft);
    press(&mut window, Key::C);
    let middle = points(&window)[0];
    for key in [Key::ArrowUp, Key::ArrowUp, Key::ArrowLeft] {
        press(&mut window, key);
    }
    press_with(&mut window, Modifiers::SHIFT, Key::C);
    let moved = points(&window)[1];
    assert!(middle.2 && !moved.2, "Shift gives a point of the other kind");
    assert_eq!((middle.1 - moved.1, moved.1 < middle.1), (2.0 * (middle.0 - moved.0), true));
    press_with(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    press(&mut window, Key::C);
    assert_eq!(points(&window)[2], (moved.0 + 1.0, moved.1, true));
    press(&mut window, Key::Enter);
    assert_eq!(masks(&window), 1);
    press(&mut window, Key::W);
    press(&mut window, Key::C);
    (0..5).for_each(|_| press(&mut window, Key::ArrowRight));
    (0..5).for_each(|_| press(&mut window, Key::ArrowDown));
    press(&mut window, Key::C);
    let drawn = window.state().document().prompting().prompt.bbox.expect("a box");
    assert!(drawn.x1 - drawn.x0 > 20.0 && drawn.y1 - drawn.y0 > 20.0);
}

#[test]
fn keys_pressed_within_one_frame_all_count() {
    let mut window = window(vec![sample("coffee.jpg")]);
    for key in [Key::W, Key::ArrowLeft, Key::ArrowLeft, Key::Q, Key::C] {
        window.event(Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::NONE,
        });
    }
    settle(&mut window);
    assert_eq!(points(&window).len(), 1);
}

/// Where the status bar tells how long something took, however many digits that has.
fn timing(window: &Window, begin: &str) -> egui::Rect {
    let rect = window.get_by_label_contains(begin).rect();
    egui::Rect::from_min_size(rect.min, egui::vec2(160.0, rect.height()))
}

#[test]
fn pictures_of_the_window() {
    let mut results = egui_kittest::SnapshotResults::new();
    // Renderers differ a little along the edges of letters and lines.
    let options = egui_kittest::SnapshotOptions::new().threshold(1.0).max_failed_pixels(400);
    let mut empty = window(vec![]);
    empty.set_size(egui::vec2(720.0, 440.0));
    settle(&mut empty);
    empty.mask(timing(&empty, "Model loaded in"));
    empty.snapshot_options("welcome", &options);
    results.extend_harness(&mut empty);

    let mut working = window(vec![sample("coffee.jpg")]);
    working.set_size(egui::vec2(940.0, 560.0));
    settle(&mut working);
    drag_photo(&mut working, (330.0, 235.0), (415.0, 330.0));
    press(&mut working, Key::Enter);
    wait_for_label(&mut working, "Saved");
    click_on(&mut working, (290.0, 170.0));
    working.remove_cursor();
    settle(&mut working);
    working.mask(timing(&working, "Mask in"));
    working.mask(timing(&working, "Saved"));
    working.snapshot_options("working", &options);
    results.extend_harness(&mut working);
}

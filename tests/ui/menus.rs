//! The menus of the secondary button.

use super::*;

fn secondary_click(window: &mut Window, at: (f32, f32)) {
    click_photo(window, at, PointerButton::Secondary, Modifiers::NONE);
}

#[test]
fn masks_in_the_photo_have_a_menu_where_the_secondary_button_is_no_prompt() {
    let mut window = with_masks(2);
    press(&mut window, Key::Escape);
    // With the brush; Mask 1 lies here.
    secondary_click(&mut window, (75.0, 115.0));
    let selected = |window: &Window| -> Vec<String> {
        let document = window.state().document();
        document
            .selection()
            .iter()
            .filter_map(|id| document.mask(*id))
            .map(|m| m.annotation.name.clone())
            .collect()
    };
    assert_eq!(selected(&window), ["Mask 1"]);
    click(&mut window, "Duplicate Ctrl+J");
    assert_eq!(names(&window), ["Mask 1", "Mask 2", "Mask 1 copy"]);
    assert_eq!(selected(&window), ["Mask 1 copy"]);
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(masks(&window), 2, "one step of undo");

    press(&mut window, Key::M);
    secondary_click(&mut window, (75.0, 115.0));
    click(&mut window, "Lock Ctrl+L");
    assert!(window.state().document().masks()[0].locked);
    secondary_click(&mut window, (75.0, 115.0));
    click(&mut window, "Unlock Ctrl+L");
    secondary_click(&mut window, (75.0, 115.0));
    click(&mut window, "Delete Delete");
    assert_eq!(names(&window), ["Mask 2"]);

    // Beside all masks.
    secondary_click(&mut window, (500.0, 350.0));
    click(&mut window, "Select all Ctrl+A");
    assert_eq!(selected(&window), ["Mask 2"]);
    secondary_click(&mut window, (165.0, 115.0));
    click(&mut window, "Export…");
    window.get_by_label("Selected masks (1)");
    press(&mut window, Key::Escape);
    assert!(window.query_by_label("Selected masks (1)").is_none(), "Escape closes a window");
    assert_eq!(selected(&window), ["Mask 2"], "and nothing else");

    press(&mut window, Key::Q);
    secondary_click(&mut window, (165.0, 115.0));
    assert_eq!(points(&window), [(165.0, 115.0, false)]);
    assert!(window.query_by_label("Lock Ctrl+L").is_none() && window.query_by_label("Class").is_none());
}

#[test]
fn rows_of_the_list_have_the_same_menu() {
    let mut window = with_masks(2);
    press(&mut window, Key::Escape);
    window.get_by_label("Mask 2").click_secondary();
    settle(&mut window);
    click(&mut window, "Hide S");
    let visible: Vec<bool> = window.state().document().masks().iter().map(|m| m.visible).collect();
    assert_eq!(visible, [true, false]);
    // The name stands among the properties, too, below the list.
    let rows = window.get_all_by_label("Mask 2");
    rows.min_by(|a, b| a.rect().top().total_cmp(&b.rect().top())).unwrap().click_secondary();
    settle(&mut window);
    click(&mut window, "Rename F2");
    window.get_by_label("New name").type_text("saucer");
    press(&mut window, Key::Enter);
    assert_eq!(names(&window), ["Mask 1", "saucer"]);
}

#[test]
fn photos_of_the_filmstrip_have_a_menu() {
    let photo = sample("coffee.jpg");
    let mut window = window(vec![photo.clone()]);
    window.get_by_label("Photo cat.jpg").click_secondary();
    settle(&mut window);
    click(&mut window, "To be reviewed");
    window.get_by_label("Photo cat.jpg, to be reviewed").click_secondary();
    settle(&mut window);
    click(&mut window, "Note and tags…");
    window.get_by_label("Note about cat.jpg");
    window.get_by_label("Note").type_text("blurred");
    window.step();
    click(&mut window, "Save");
    window.get_by_label("Photo cat.jpg, to be reviewed, blurred").click_secondary();
    settle(&mut window);
    click(&mut window, "Open");
    window.get_by_label_contains("cat.jpg (1 of 2)");
    // A file manager is not there to be tried.
    window.get_by_label_contains("Photo cat.jpg").click_secondary();
    settle(&mut window);
    window.get_by_label_contains("Show in folder");
    window.get_by_label("Copy path");
}

#[test]
fn what_was_exported_can_be_shown_in_its_folder_and_saved_work_says_so() {
    let mut window = window(vec![sample("coffee.jpg")]);
    make_mask(&mut window, (290.0, 170.0));
    wait_for_label(&mut window, "Saved");
    press_with(&mut window, Modifiers::COMMAND, Key::E);
    click(&mut window, "Binary masks (PNG)");
    click(&mut window, "Export masks");
    window.get_by_label_contains("Saved: ");
    window.get_by_label("Show in folder");
}

#[test]
fn what_was_opened_last_can_be_opened_again_until_it_is_gone() {
    let photo = sample("coffee.jpg");
    let other = sample("cat.jpg");
    let mut window = window(vec![photo.clone()]);
    window.input_mut().dropped_files.push(Arc::new(Dropped(other.parent().unwrap().to_path_buf())));
    settle(&mut window);
    std::fs::remove_file(&photo).unwrap();
    let entry = |path: &Path| {
        let folder = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        format!("{} – {folder}", path.file_name().unwrap().to_string_lossy())
    };
    click(&mut window, "File");
    window.get_by_label_contains("Open recent").click();
    wait_for_label(&mut window, &entry(&photo));
    let is_missing = |window: &Window| window.get_by_label(&entry(&photo)).accesskit_node().is_disabled();
    let start = Instant::now();
    while !is_missing(&window) {
        assert!(start.elapsed() < Duration::from_secs(60), "a photo that is gone is offered");
        window.step();
    }
    click(&mut window, &entry(other.parent().unwrap()));
    window.get_by_label_contains("cat.jpg (1 of 2)");
    click(&mut window, "File");
    window.get_by_label_contains("Open recent").click();
    settle(&mut window);
    click(&mut window, "Clear list");
    click(&mut window, "File");
    assert!(window.get_by_label_contains("Open recent").accesskit_node().is_disabled());
}

#[test]
fn text_has_a_size_and_the_photo_its_own() {
    let mut window = window(vec![sample("coffee.jpg")]);
    assert_eq!(window.ctx.zoom_factor(), 1.0);
    press_with(&mut window, Modifiers::COMMAND, Key::Plus);
    assert_eq!(window.ctx.zoom_factor(), 1.15);
    (0..9).for_each(|_| press_with(&mut window, Modifiers::COMMAND, Key::Minus));
    assert_eq!(window.ctx.zoom_factor(), 0.8);
    make_mask(&mut window, (290.0, 170.0));
    assert_eq!(masks(&window), 1, "the photo is where it is shown");
    click(&mut window, "View");
    window.get_by_label_contains("Text size").click();
    settle(&mut window);
    click(&mut window, "Normal text");
    assert_eq!(window.ctx.zoom_factor(), 1.0);
}

#[test]
fn the_first_photo_has_a_hint_in_three_steps_until_the_first_mask() {
    let mut window = window(vec![sample("coffee.jpg")]);
    let hint = |window: &Window| window.query_by_label("Your first mask").is_some();
    let steps = ["Click the object.", "Tab shows other sizes.", "Enter keeps the mask."];
    for step in steps {
        window.get_by_label_contains(step);
    }
    // Clicks go through it.
    let at = window.get_by_label("Click the object.").rect().center();
    let button = |pressed| Event::PointerButton {
        pos: at,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    window.event(Event::PointerMoved(at));
    [true, false].into_iter().for_each(|pressed| window.event(button(pressed)));
    settle(&mut window);
    assert_eq!(points(&window).len(), 1);
    press(&mut window, Key::Escape);
    make_mask(&mut window, (290.0, 170.0));
    assert!(!hint(&window));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    press(&mut window, Key::Escape);
    assert!(!hint(&window), "it comes back");

    let mut window = super::window(vec![sample("coffee.jpg")]);
    click(&mut window, "Dismiss the hint");
    assert!(!hint(&window));
}

#[test]
fn the_diagnostics_are_a_report_that_can_be_copied() {
    let mut window = window(vec![]);
    click(&mut window, "Help");
    click(&mut window, "Diagnostics…");
    wait_for_label(&mut window, "Copy report");
    window.get_by_label_contains("click answered in");
    window.get_by_label("Copy report").click();
    window.step();
    let mut copied = None;
    for _ in 0..5 {
        let commands = window.output().platform_output.commands.clone();
        copied = copied.or(commands.into_iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text),
            _ => None,
        }));
        window.step();
    }
    assert!(copied.is_some_and(|text| text.starts_with("Program\n  ok       Tinsel ")));
    press(&mut window, Key::Escape);
    assert!(window.query_by_label("Copy report").is_none());
}

//! The filmstrip, the photo that is encoded ahead, and embeddings that are kept.

use super::*;

#[test]
fn the_filmstrip_shows_the_folder_and_leads_to_its_photos() {
    let photo = sample("coffee.jpg");
    std::fs::write(photo.with_file_name("damaged.jpg"), "no picture").unwrap();
    let mut window = window(vec![photo]);
    window.get_by_label("Photo damaged.jpg, unreadable");
    window.get_by_label("Photo coffee.jpg");
    make_mask(&mut window, (290.0, 170.0));
    window.get_by_label("Photo coffee.jpg, 1 mask");
    click(&mut window, "Photo cat.jpg");
    window.get_by_label_contains("cat.jpg (1 of 3)");
    window.get_by_label("Photo coffee.jpg, 1 mask").focus();
    window.step();
    press(&mut window, Key::Enter);
    window.get_by_label_contains("coffee.jpg (2 of 3)");
    press_with(&mut window, Modifiers::SHIFT, Key::F);
    assert!(window.query_by_label("Photo cat.jpg").is_none());
    press_with(&mut window, Modifiers::SHIFT, Key::F);
    window.get_by_label("Photo cat.jpg");
}

#[test]
fn an_unreadable_first_photo_is_named_with_the_reason() {
    let photo = sample("");
    std::fs::write(photo.join("broken.jpg"), "no picture").unwrap();
    std::fs::create_dir(photo.join("folder.jpg")).unwrap();
    let mut window = window(vec![photo.clone()]);
    assert!(window.query_by_label_contains("Drop a photo").is_none());
    window.get_by_label_contains("broken.jpg: is not an image");
    window.get_by_label("broken.jpg (1 of 3)");
    assert!(window.query_by_label_contains("folder.jpg").is_none());
    press(&mut window, Key::D);
    window.get_by_label_contains("cat.jpg (2 of 3)");
    // Now another one is on the canvas.
    press(&mut window, Key::A);
    window.get_by_label_contains("broken.jpg: is not an image");
    window.get_by_label_contains("cat.jpg (2 of 3)");
}

#[test]
fn the_filmstrip_counts_the_masks_that_are_kept_beside_photos() {
    let photo = sample("coffee.jpg");
    let mut first = window(vec![photo.clone()]);
    make_mask(&mut first, (290.0, 170.0));
    press(&mut first, Key::A);
    drop(first);
    let second = window(vec![photo.with_file_name("cat.jpg")]);
    second.get_by_label_contains("cat.jpg (1 of 2)");
    second.get_by_label("Photo coffee.jpg, 1 mask");
}

#[test]
fn a_filmstrip_of_ten_thousand_photos_makes_what_is_in_view() {
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("0.png");
    image::RgbImage::from_pixel(90, 60, image::Rgb([200, 90, 20])).save(&photo).unwrap();
    for i in 1..10_000 {
        std::fs::hard_link(&photo, folder.path().join(format!("{i}.png"))).unwrap();
    }
    let mut window = window(vec![folder.path().join("7000.png")]);
    window.get_by_label("Photo 7000.png");
    let shown = window.query_all_by_label_contains("Photo ").count();
    assert!((5..30).contains(&shown), "{shown} tiles");
    let start = Instant::now();
    (0..60).for_each(|_| window.step());
    assert!(start.elapsed() < Duration::from_secs(20), "60 frames took {:?}", start.elapsed());
    press(&mut window, Key::PageDown);
    window.get_by_label_contains("7001.png (7002 of 10000)");
    click(&mut window, "Photo 7003.png");
    window.get_by_label_contains("7003.png (7004 of 10000)");
}

#[test]
fn the_next_photo_is_encoded_before_it_is_opened() {
    let mut window = window(vec![sample("cat.jpg")]);
    let first = window.state().timing().to_owned();
    assert!(first.starts_with("Photo encoded"), "{first}");
    press(&mut window, Key::D);
    window.get_by_label_contains("coffee.jpg (2 of 2)");
    assert_eq!(window.state().timing(), first, "the second photo was encoded when it was opened");
    click_on(&mut window, (290.0, 170.0));
    window.get_by_label_contains("Candidate 3");
}

#[test]
fn encoded_photos_are_kept_on_disk_and_can_be_cleared() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("embeddings");
    let files = || std::fs::read_dir(&folder).map_or(0, Iterator::count);
    let photo = sample("coffee.jpg");
    let open = || {
        let folder = EmbeddingFolder::new(folder.clone());
        window_as(vec![photo.clone()], |window| window.keeping_embeddings_in(folder))
    };
    let wait_for = |window: &mut Window, count: usize| {
        let start = Instant::now();
        while files() != count {
            assert!(start.elapsed() < Duration::from_secs(10), "{} files instead of {count}", files());
            window.step();
        }
        settle(window);
    };
    let mut first = open();
    // Nothing comes after the last photo of the folder.
    wait_for(&mut first, 1);
    drop(first);
    let mut second = open();
    let timing = second.state().timing();
    assert!(timing.starts_with("Model loaded"), "{timing}");
    click_on(&mut second, (290.0, 170.0));
    second.get_by_label_contains("Candidate 3");
    click(&mut second, "Model: mobile-sam");
    second.get_by_label_contains("Encoded photos on disk: 4 MB");
    click(&mut second, "Clear encoded photos");
    wait_for(&mut second, 0);
    second.get_by_label_contains("Encoded photos on disk: 0 MB");
    click(&mut second, "Keep no encoded photos");
    press(&mut second, Key::Escape);
    press(&mut second, Key::A);
    second.get_by_label_contains("cat.jpg (1 of 2)");
    assert_eq!(files(), 0);
}

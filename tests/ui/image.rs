//! How photos are shown: pages, the window of deep samples, and the view; and edges that follow the photo.

use image::{ImageBuffer, Luma, Rgb, RgbImage};
use tinsel::files::session::Session;
use tinsel::files::{Rendering, Window as SampleWindow};

use super::*;

/// A file in a folder of its own.
fn saved(name: &str, picture: impl Into<image::DynamicImage>) -> PathBuf {
    let path = tempfile::tempdir().unwrap().keep().join(name);
    picture.into().save(&path).unwrap();
    path
}

/// A picture of 12 bits, from black to white.
fn cells() -> PathBuf {
    saved("cells.tif", ImageBuffer::from_fn(256, 128, |x, _| Luma([(x * 16) as u16])))
}

/// A bright square on a dark ground.
fn square() -> PathBuf {
    let shade = |x: u32, y: u32| if (60..140).contains(&x) && (40..110).contains(&y) { 220 } else { 40 };
    saved("square.png", RgbImage::from_fn(200, 150, |x, y| Rgb([shade(x, y); 3])))
}

/// The shade on the screen at a pixel of the photo.
fn shade(window: &mut Window, x: f32, y: f32) -> u8 {
    let at = window.state().photo_to_screen(x, y);
    window.render().unwrap().get_pixel(at.x as u32, at.y as u32).0[1]
}

/// Moves a slider with the arrow keys.
fn slide(window: &mut Window, label: &str, key: Key, steps: usize) {
    window.get_by_role_and_label(egui::accesskit::Role::Slider, label).focus();
    settle(window);
    for _ in 0..steps {
        window.key_press(key);
        window.step();
    }
    settle(window);
}

#[test]
fn a_12_bit_picture_is_visible_and_its_window_is_kept() {
    let photo = cells();
    let mut window = window(vec![photo.clone()]);
    let bright = shade(&mut window, 250.0, 64.0);
    assert!(bright > 200, "{bright}");
    press(&mut window, Key::I);
    window.get_by_role_and_label(egui::accesskit::Role::Slider, "Midtones");
    click(&mut window, "Whole range");
    wait_for(&mut window, &Session::path_for(&photo));
    let whole = Some(SampleWindow { black: 0.0, white: 65535.0 });
    assert_eq!(Session::rendering_for(&photo).window, whole);
    let dark = shade(&mut window, 250.0, 64.0);
    assert!(dark < 40, "{dark}");
    drop(window);

    // It comes back with the photo, and can be taken back.
    let mut window = super::window(vec![photo.clone()]);
    assert!(shade(&mut window, 250.0, 64.0) < 40);
    press(&mut window, Key::I);
    click(&mut window, "Automatic");
    assert_eq!(shade(&mut window, 250.0, 64.0), bright);
    assert_eq!(Session::rendering_for(&photo), Rendering::default());
}

#[test]
fn the_view_changes_only_the_screen_unless_the_network_is_to_see_it() {
    let mut window = window(vec![square()]);
    click_on(&mut window, (125.0, 75.0));
    let seen = window.state().candidate().cloned().unwrap();
    press(&mut window, Key::Escape);
    press(&mut window, Key::I);
    let before = shade(&mut window, 190.0, 140.0);
    slide(&mut window, "Brightness", Key::ArrowRight, 30);
    let brighter = shade(&mut window, 190.0, 140.0);
    assert!(brighter > before.saturating_add(30), "{before} {brighter}");
    click_on(&mut window, (125.0, 75.0));
    assert_eq!(window.state().candidate(), Some(&seen), "the network does not see it");
    press(&mut window, Key::Escape);

    // White on white.
    slide(&mut window, "Brightness", Key::ArrowRight, 60);
    click(&mut window, "Also for the network");
    click_on(&mut window, (125.0, 75.0));
    assert_ne!(window.state().candidate(), Some(&seen));
    press(&mut window, Key::Escape);
    click(&mut window, "Reset view");
    assert_eq!(shade(&mut window, 190.0, 140.0), before);
    click_on(&mut window, (125.0, 75.0));
    assert_eq!(window.state().candidate(), Some(&seen));
}

#[test]
fn each_page_has_its_own_masks() {
    let folder = tempfile::tempdir().unwrap().keep();
    let photo = folder.join("pages.tiff");
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/photos/kinds/pages.tiff");
    std::fs::copy(original, &photo).unwrap();
    let mut window = window(vec![photo.clone()]);
    press(&mut window, Key::T);
    drag_photo(&mut window, (6.0, 8.0), (14.0, 8.0));
    assert_eq!(masks(&window), 1);
    press(&mut window, Key::I);
    window.get_by_label("of 3");
    click(&mut window, "Next page");
    window.get_by_label_contains("pages.tiff#2");
    assert_eq!(masks(&window), 0);
    press(&mut window, Key::T);
    drag_photo(&mut window, (18.0, 8.0), (24.0, 8.0));
    wait_for(&mut window, &folder.join("pages.tiff#2.tinsel.json"));
    press_with(&mut window, Modifiers::COMMAND, Key::PageDown);
    window.get_by_label_contains("pages.tiff#3");
    assert_eq!(masks(&window), 0);
    press_with(&mut window, Modifiers::COMMAND, Key::PageUp);
    press_with(&mut window, Modifiers::COMMAND, Key::PageUp);
    assert_eq!(masks(&window), 1);
    assert!(Session::path_for(&photo).exists());
}

#[test]
fn a_refined_edge_lies_where_the_colours_change_and_is_one_step() {
    let mut window = window(vec![square()]);
    press(&mut window, Key::L);
    // A lasso a few pixels inside the square.
    let corners = [(66.0, 45.0), (134.0, 45.0), (134.0, 104.0), (66.0, 104.0), (66.0, 46.0)];
    let at = corners.map(|(x, y)| window.state().photo_to_screen(x, y));
    window.hover_at(at[0]);
    window.drag_at(at[0]);
    at[1..].iter().for_each(|at| window.hover_at(*at));
    window.drop_at(at[4]);
    settle(&mut window);
    let area = |window: &Window| window.state().document().masks()[0].annotation.mask.area();
    let drawn = area(&window);
    assert!(drawn < 75 * 65, "{drawn}");
    press_with(&mut window, Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::E);
    let refined = area(&window);
    assert!((refined as f64 / (80.0 * 70.0) - 1.0).abs() < 0.03, "{refined}");
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(area(&window), drawn);
}

#[test]
fn the_look_of_photo_and_masks_is_a_tab_of_the_side_panel() {
    let mut window = window(vec![square()]);
    let is_shown = |window: &Window| {
        let slider = egui::accesskit::Role::Slider;
        window.query_by_role_and_label(slider, "Brightness").is_some()
    };
    press_with(&mut window, Modifiers::COMMAND, Key::B);
    press(&mut window, Key::I);
    assert!(is_shown(&window), "the panel comes with its tab");
    let button = egui::accesskit::Role::Button;
    assert_eq!(window.query_all_by_role_and_label(button, "Style").count(), 2, "there, and above the photo");
    click(&mut window, "Properties");
    assert!(!is_shown(&window));
    click(&mut window, "Image");
    assert!(is_shown(&window));
}

//! A part of the photo that the network looks closer at.

use super::*;

#[test]
fn a_region_is_looked_at_closer_until_it_is_left() {
    let mut window = window(vec![sample("coffee.jpg")]);
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    window.get_by_label_contains("Zoom in first");
    assert_eq!(window.state().region(), None);

    let middle = window.state().photo_to_screen(290.0, 170.0);
    window.hover_at(middle);
    for _ in 0..6 {
        press(&mut window, Key::Plus);
    }
    click_on(&mut window, (290.0, 200.0));
    let from_whole = window.state().candidate().cloned();
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    let region = window.state().region().expect("a region");
    window.get_by_label(&format!("Region {} × {}", region.width(), region.height()));
    assert!(region.x0 > 0 && region.x1 < 600 && region.y0 > 0 && region.y1 < 400, "{region:?}");
    assert_eq!(points(&window), [(290.0, 200.0, true)], "the prompt stays");
    let from_region = window.state().candidate().cloned();
    assert_ne!(from_region, from_whole, "the prompt was not asked again");
    let b = from_region.unwrap().bbox().unwrap();
    assert!(b.x0 >= region.x0 && b.y0 >= region.y0 && b.x1 <= region.x1 && b.y1 <= region.y1);
    press(&mut window, Key::Enter);
    assert_eq!(masks(&window), 1);
    let size = |window: &Window| {
        let mask = &window.state().document().masks()[0].annotation.mask;
        (mask.width(), mask.height())
    };
    assert_eq!(size(&window), (600, 400));

    press(&mut window, Key::Home);
    click_on(&mut window, (20.0, 20.0));
    let outside = window.state().candidate().cloned().unwrap();
    press(&mut window, Key::Escape);
    click(&mut window, "Whole photo");
    assert_eq!(window.state().region(), None);
    click_on(&mut window, (20.0, 20.0));
    assert_eq!(window.state().candidate().cloned().unwrap(), outside, "outside the whole photo is asked");
    press(&mut window, Key::Escape);
    for _ in 0..5 {
        press_with(&mut window, Modifiers::COMMAND, Key::Z);
    }
    assert_eq!((masks(&window), points(&window)), (0, vec![(290.0, 200.0, true)]));
    assert_eq!(window.state().candidate().cloned(), from_whole);
}

#[test]
fn everything_in_a_region_comes_beside_what_was_found_before() {
    let mut window = window(vec![sample("coffee.jpg")]);
    click(&mut window, "Segment everything");
    let before = window.state().document().masks().to_vec();
    for _ in 0..3 {
        press(&mut window, Key::Plus);
    }
    press_with(&mut window, Modifiers::COMMAND, Key::R);
    let region = window.state().region().expect("a region");
    click(&mut window, "Segment everything");
    let after = window.state().document().masks();
    assert_eq!(after[..before.len()], before);
    for item in &after[before.len()..] {
        let b = item.annotation.mask.bbox().unwrap();
        assert!(b.x0 >= region.x0 && b.y0 >= region.y0 && b.x1 <= region.x1 && b.y1 <= region.y1);
    }
}

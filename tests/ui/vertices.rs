//! Outlines edited point by point, with the mouse.

use tinsel::document::Label;
use tinsel::mask::Mask;

use super::canvas::window_with;
use super::*;

/// A square mask and a smaller one to its right.
fn squares() -> Window {
    let photo = image::RgbImage::new(300, 200);
    let square = |x0: f32, y0: f32, x1: f32, y1: f32| vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
    let mut window =
        window_with(&photo, &[square(50.5, 50.5, 149.5, 149.5), square(180.5, 60.5, 219.5, 99.5)]);
    let centre = window.state().document().masks()[0].annotation.mask.inner_point().unwrap();
    press(&mut window, Key::M);
    click_on(&mut window, (centre[0], centre[1]));
    press(&mut window, Key::K);
    window
}

fn mask(window: &Window) -> Arc<Mask> {
    window.state().document().masks()[0].annotation.mask.clone()
}

fn corners(window: &Window) -> [f32; 4] {
    let b = mask(window).bbox().unwrap();
    [b.x0, b.y0, b.x1, b.y1].map(|v| v as f32)
}

#[test]
fn points_are_dragged_and_enter_turns_the_polygon_into_pixels() {
    let mut window = squares();
    let [x0, y0, x1, y1] = corners(&window);
    let before = mask(&window);
    window.get_by_label("4 points");
    drag_photo(&mut window, (x1, y1), (x1, y1 + 30.0));
    assert_eq!(mask(&window), before, "nothing changes before the tool is left");
    press(&mut window, Key::Enter);
    let expected = Mask::polygon(300, 200, &[[x0, y0], [x1, y0], [x1, y1 + 30.0], [x0, y1]]);
    assert!(mask(&window).iou(&expected) > 0.995, "{}", mask(&window).iou(&expected));
    let added = mask(&window).area() - before.area();
    window.get_by_label(&format!("{added} pixels added, 0 pixels removed."));
    assert_eq!(window.state().document().undo_label(), Some(&Label::EditPoints));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(mask(&window), before);
}

#[test]
fn points_are_added_and_deleted_and_escape_discards_all() {
    let mut window = squares();
    let [x0, y0, x1, y1] = corners(&window);
    let before = mask(&window);
    let middle = ((x0 + x1) / 2.0, y0);
    click_on(&mut window, middle);
    window.get_by_label("5 points");
    press(&mut window, Key::Delete);
    window.get_by_label("4 points");
    click_on(&mut window, middle);
    drag_photo(&mut window, middle, (middle.0, y0 + 40.0));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    window.get_by_label("4 points");
    click_photo(&mut window, (x1, y1), PointerButton::Primary, Modifiers::ALT);
    window.get_by_label("3 points");
    press(&mut window, Key::Escape);
    assert_eq!(mask(&window), before);
    assert!(window.query_by_label("3 points").is_none());

    // Another tool applies.
    press(&mut window, Key::K);
    click_photo(&mut window, (x1, y1), PointerButton::Primary, Modifiers::ALT);
    press(&mut window, Key::Q);
    assert_eq!(mask(&window), Mask::polygon(300, 200, &[[x0, y0], [x1, y0], [x0, y1]]).into());
    press(&mut window, Key::K);
    press(&mut window, Key::Enter);
    window.get_by_label("The points were not moved: no pixel has changed.");
}

#[test]
fn a_dragged_point_snaps_to_other_masks_and_to_the_border() {
    let mut window = squares();
    let [.., x1, y1] = corners(&window);
    let other = window.state().document().masks()[1].annotation.mask.bbox().unwrap();
    let corner = (other.x0 as f32, other.y1 as f32);
    drag_photo(&mut window, (x1, y1), (corner.0 - 1.3, corner.1 + 1.2));
    press(&mut window, Key::Enter);
    let [x0, y0, ..] = corners(&window);
    let expected = Mask::polygon(300, 200, &[[x0, y0], [x1, y0], [corner.0, corner.1], [x0, y1]]);
    assert_eq!(*mask(&window), expected);
}

#[test]
fn the_detail_changes_points_but_no_pixels_until_it_is_simplified() {
    let mut window = window(vec![sample("coffee.jpg")]);
    make_mask(&mut window, (290.0, 170.0));
    let before = mask(&window);
    press(&mut window, Key::K);
    let count = |window: &Window| -> usize {
        let mut labels = window.query_all_by_label_contains(" points").filter_map(|node| node.value());
        labels.find_map(|label| label.split(' ').next()?.parse().ok()).unwrap()
    };
    let fine = count(&window);
    click(&mut window, "Simplify");
    assert_eq!(count(&window), fine, "the points stay");
    // Leaving the photo applies, too.
    press(&mut window, Key::A);
    press(&mut window, Key::D);
    let after = mask(&window);
    assert!(after != before && after.iou(&before) > 0.95, "{}", after.iou(&before));
}

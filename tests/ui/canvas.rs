//! The canvas: what is drawn where, and how long a frame takes.

use std::time::Duration;

use super::*;

/// Opens a photo with masks in it that are polygons.
pub(super) fn window_with(photo: &image::RgbImage, polygons: &[Vec<[f32; 2]>]) -> Window {
    let folder = tempfile::tempdir().unwrap().keep();
    photo.save(folder.join("photo.ppm")).unwrap();
    let mut window = window(vec![folder.join("photo.ppm")]);
    if !polygons.is_empty() {
        let shape =
            |points| serde_json::json!({ "label": "thing", "points": points, "shape_type": "polygon" });
        let file = serde_json::json!({
            "shapes": polygons.iter().map(shape).collect::<Vec<_>>(),
            "imagePath": "photo.ppm", "imageWidth": photo.width(), "imageHeight": photo.height(),
        });
        std::fs::write(folder.join("photo.json"), file.to_string()).unwrap();
        window.input_mut().dropped_files.push(Arc::new(Dropped(folder.join("photo.json"))));
        settle(&mut window);
        assert_eq!(masks(&window), polygons.len());
    }
    window
}

/// Zooms to so many screen pixels a photo pixel, around the middle of the canvas.
fn zoom_to(window: &mut Window, zoom: f32) {
    press_with(window, Modifiers::COMMAND, Key::Num0);
    let centre = window.get_by_label("Photo").rect().center();
    window.event(Event::PointerMoved(centre));
    window.event(Event::Zoom(zoom));
    settle(window);
}

/// What the status bar says of the pixel under the pointer.
fn under_pointer(window: &Window) -> ((u32, u32), [u8; 3]) {
    let text = window.get_by_label_contains(" #").value().unwrap();
    let (place, colour) = text.split_once('#').unwrap();
    let (x, y) = place.split_once(',').unwrap();
    let colour = u32::from_str_radix(colour, 16).unwrap().to_be_bytes();
    ((x.trim().parse().unwrap(), y.trim().parse().unwrap()), [colour[1], colour[2], colour[3]])
}

fn colour_at(picture: &image::RgbaImage, at: Pos2) -> [u8; 3] {
    let [r, g, b, _] = picture.get_pixel(at.x as u32, at.y as u32).0;
    [r, g, b]
}

#[test]
fn the_pixel_under_the_pointer_is_the_one_on_the_screen_and_the_one_that_is_clicked() {
    let colour = |x: u32, y: u32| [(x % 251) as u8, (y % 241) as u8, (x / 3 + y * 7) as u8];
    let photo = image::RgbImage::from_fn(1900, 1300, |x, y| image::Rgb(colour(x, y)));
    let mut window = window_with(&photo, &[]);
    press(&mut window, Key::P);
    for zoom in [None, Some(1.0), Some(4.0), Some(7.3)] {
        press(&mut window, Key::Home);
        if let Some(zoom) = zoom {
            zoom_to(&mut window, zoom);
        }
        let canvas = window.get_by_label("Photo").rect();
        for i in 0..16 {
            let at = (canvas.center() + egui::vec2((i * 37 % 301 - 150) as f32, (i * 53 % 201 - 100) as f32))
                .floor();
            window.event(Event::PointerMoved(at));
            settle(&mut window);
            let ((x, y), colour_shown) = under_pointer(&window);
            assert_eq!(colour_shown, colour(x, y));
            let middle = at + egui::vec2(0.5, 0.5);
            let state = window.state();
            let area = egui::Rect::from_min_max(
                state.photo_to_screen(x as f32, y as f32),
                state.photo_to_screen(x as f32 + 1.0, y as f32 + 1.0),
            );
            assert!(area.expand(1e-2).contains(middle), "{zoom:?}: {middle} is not in {area}");
            // Graphics cards place corners to a fraction of a pixel.
            if zoom.is_some() && area.shrink(0.02).contains(middle) {
                let picture = window.render().unwrap();
                assert_eq!(colour_at(&picture, at), colour_shown, "at {zoom:?}");
            }
            if i % 8 == 0 {
                for pressed in [true, false] {
                    let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
                    window.event(Event::PointerButton { pos: at, button, pressed, modifiers });
                }
                settle(&mut window);
                let point = window.state().document().prompting().prompt.points[0];
                assert_eq!((point.x as u32, point.y as u32), (x, y), "at {zoom:?}");
                press(&mut window, Key::Escape);
            }
        }
    }
}

#[test]
fn enlarging_is_smooth_below_200_percent_without_seams_and_sharp_above() {
    // A slope that would jump wherever neighbouring texels are not blended; tiles meet in the middle.
    let wave = |x: u32| (x % 24).min(24 - x % 24) as u8 * 20;
    let photo = image::RgbImage::from_fn(2048, 300, |x, _| image::Rgb([wave(x); 3]));
    let mut window = window_with(&photo, &[]);
    press(&mut window, Key::P);
    let values = |window: &mut Window| -> Vec<u8> {
        let canvas = window.get_by_label("Photo").rect();
        let picture = window.render().unwrap();
        let row = canvas.center().y.floor();
        let columns = canvas.left() as u32 + 100..canvas.right() as u32 - 180;
        columns.map(|x| colour_at(&picture, egui::pos2(x as f32, row))[0]).collect()
    };
    let steepest = |values: &[u8]| values.windows(2).map(|pair| pair[0].abs_diff(pair[1])).max().unwrap();
    zoom_to(&mut window, 1.6);
    window.remove_cursor();
    settle(&mut window);
    let smooth = values(&mut window);
    assert!(steepest(&smooth) <= 14, "{} levels in one pixel: {smooth:?}", steepest(&smooth));
    assert!(smooth.iter().any(|value| value % 20 != 0));

    let centre = window.get_by_label("Photo").rect().center();
    for (zoom, sharp) in [(1.5, true), (1.0 / 1.5, false), (2.0, true)] {
        window.event(Event::PointerMoved(centre));
        window.event(Event::Zoom(zoom));
        window.run_steps(2);
        assert!(!window.state().is_busy(), "nothing has to be rendered again");
        let now = values(&mut window);
        assert_eq!(now.iter().all(|value| value % 20 == 0), sharp);
    }
}

#[test]
fn outlines_are_equally_wide_at_any_zoom() {
    let photo = image::RgbImage::from_pixel(900, 600, image::Rgb([128; 3]));
    let square = vec![[400.0, 250.0], [500.0, 250.0], [500.0, 350.0], [400.0, 350.0]];
    let mut window = window_with(&photo, &[square]);
    press(&mut window, Key::P);
    for style in ["Outlines only", "Fill and outline"] {
        click(&mut window, "Style");
        click(&mut window, style);
        for zoom in [0.4, 1.0, 3.0, 16.0] {
            zoom_to(&mut window, zoom);
            // The left side of the square comes to the middle of the canvas.
            let canvas = window.get_by_label("Photo").rect();
            let to = window.state().photo_to_screen(400.0, 300.0);
            let (button, modifiers) = (PointerButton::Middle, Modifiers::NONE);
            for (pos, pressed) in [(to, true), (canvas.center(), false)] {
                window.event(Event::PointerMoved(pos));
                window.event(Event::PointerButton { pos, button, pressed, modifiers });
            }
            window.remove_cursor();
            settle(&mut window);
            let side = window.state().photo_to_screen(400.0, 300.0);
            let picture = window.render().unwrap();
            let colours: Vec<[u8; 3]> = (-12..12)
                .map(|x| colour_at(&picture, egui::pos2(side.x.floor() + x as f32, side.y.floor())))
                .collect();
            let inside = colours[colours.len() - 1];
            let line = colours.iter().filter(|c| **c != [128; 3] && **c != inside).count();
            assert!((2..=5).contains(&line), "{style} at {zoom}: {line} pixels wide, {colours:?}");
            assert_eq!(inside == [128; 3], style == "Outlines only");
        }
    }
}

#[test]
fn the_minimap_moves_the_view_and_nothing_else() {
    let mut window = window(vec![sample("coffee.jpg")]);
    const MAP: &str = "Overview of the photo";
    assert!(window.query_by_label(MAP).is_none(), "the whole photo is in view");
    zoom_to(&mut window, 5.0);
    let map = window.get_by_label(MAP).rect();
    let canvas = window.get_by_label("Photo").rect();
    let middle = |window: &Window| {
        let (origin, unit) =
            (window.state().photo_to_screen(0.0, 0.0), window.state().photo_to_screen(1.0, 0.0));
        ((canvas.center() - origin) / (unit.x - origin.x)).to_pos2()
    };
    let is_near = |at: Pos2, x: f32, y: f32| (at - egui::pos2(x, y)).length() < 4.0;
    let click_at = |window: &mut Window, pos: Pos2| {
        window.event(Event::PointerMoved(pos));
        for pressed in [true, false] {
            let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
            window.event(Event::PointerButton { pos, button, pressed, modifiers });
        }
        settle(window);
    };
    click_at(&mut window, map.lerp_inside(egui::vec2(0.25, 0.5)));
    assert!(is_near(middle(&window), 150.0, 200.0), "{}", middle(&window));
    let (from, to) = (map.center(), map.lerp_inside(egui::vec2(0.75, 0.6)));
    window.hover_at(from);
    window.drag_at(from);
    window.hover_at(from.lerp(to, 0.5));
    window.hover_at(to);
    window.drop_at(to);
    settle(&mut window);
    assert!(is_near(middle(&window), 450.0, 240.0), "{}", middle(&window));
    assert!(window.state().document().prompting().is_empty(), "a click in the overview became a prompt");

    click_at(&mut window, map.left_top() - egui::vec2(6.0, 6.0));
    assert_eq!(points(&window).len(), 1, "a click beside the overview is one in the photo");
    click(&mut window, "View");
    click(&mut window, "Minimap");
    assert!(window.query_by_label(MAP).is_none());
    click_at(&mut window, map.center());
    assert_eq!(points(&window).len(), 2);
}

#[test]
fn a_box_is_moved_and_resized_in_single_steps_and_goes_with_points() {
    let mut window = window(vec![sample("coffee.jpg")]);
    let bbox = |window: &Window| {
        let b = window.state().document().prompting().prompt.bbox.expect("a box");
        [b.x0, b.y0, b.x1, b.y1].map(|v| v.round() as i32)
    };
    let is_near = |a: [i32; 4], b: [i32; 4]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1);
    let steps: [(_, _, [i32; 4]); 5] = [
        ((330.0, 235.0), (415.0, 330.0), [330, 235, 415, 330]),
        // Inside, the right side, the upper left corner, and elsewhere.
        ((370.0, 280.0), (350.0, 270.0), [310, 225, 395, 320]),
        ((395.0, 270.0), (420.0, 200.0), [310, 225, 420, 320]),
        ((310.0, 225.0), (300.0, 230.0), [300, 230, 420, 320]),
        ((100.0, 100.0), (200.0, 220.0), [100, 100, 200, 220]),
    ];
    for (from, to, expected) in steps {
        drag_photo(&mut window, from, to);
        assert!(is_near(bbox(&window), expected), "{:?} instead of {expected:?}", bbox(&window));
    }
    for (_, _, expected) in steps.iter().rev().skip(1) {
        press_with(&mut window, Modifiers::COMMAND, Key::Z);
        assert!(is_near(bbox(&window), *expected), "{:?} instead of {expected:?}", bbox(&window));
    }
    click_on(&mut window, (370.0, 290.0));
    click_photo(&mut window, (335.0, 240.0), PointerButton::Secondary, Modifiers::NONE);
    drag_photo(&mut window, (370.0, 290.0), (365.0, 285.0));
    assert_eq!(points(&window), [(365.0, 285.0, true), (335.0, 240.0, false)]);
    assert!(is_near(bbox(&window), steps[0].2));
    window.get_by_label_contains("Single");
    press(&mut window, Key::Enter);
    let accepted = window.state().document().masks()[0].clone();
    assert_eq!(
        (accepted.annotation.prompt.points.len(), accepted.annotation.prompt.bbox.is_some()),
        (2, true)
    );

    drag_photo(&mut window, (330.0, 235.0), (415.0, 330.0));
    let at = |window: &Window, x: f32, y: f32| window.state().photo_to_screen(x, y);
    let (from, to) = (at(&window, 370.0, 280.0), at(&window, 300.0, 200.0));
    window.hover_at(from);
    window.drag_at(from);
    window.hover_at(from.lerp(to, 0.5));
    window.hover_at(to);
    window.key_press(Key::Escape);
    window.drop_at(to);
    settle(&mut window);
    assert!(is_near(bbox(&window), steps[0].2), "Escape takes the drag back");
}

/// A photo of 24 megapixels with ragged blobs in rows and columns, opened.
fn crowded([columns, rows]: [u32; 2]) -> Window {
    let photo = image::RgbImage::from_fn(6000, 4000, |x, y| {
        image::Rgb([(x / 24) as u8, (y / 16) as u8, ((x ^ y) * 7) as u8])
    });
    let pitch = [6000.0 / columns as f32, 4000.0 / rows as f32];
    let blob = |i: u32| {
        let centre = [pitch[0] * ((i % columns) as f32 + 0.5), pitch[1] * ((i / columns) as f32 + 0.5)];
        let border = (0..720).map(|step| {
            let angle = step as f32 * std::f32::consts::TAU / 720.0;
            // Ragged like the masks of a network, not smooth like a drawing.
            let noise = ((step * 7919 + i * 104_729) % 7) as f32;
            let radius = pitch[0] * (0.5 + 0.13 * (angle * (3 + i % 5) as f32).sin()) + noise;
            [centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin()]
        });
        border.map(|[x, y]| [x.clamp(0.0, 6000.0), y.clamp(0.0, 4000.0)]).collect()
    };
    let mut window = window_with(&photo, &(0..columns * rows).map(blob).collect::<Vec<_>>());
    window.set_size(egui::vec2(1400.0, 900.0));
    settle(&mut window);
    window
}

/// Mean and longest of some times, in milliseconds.
fn summary(times: Vec<Duration>) -> String {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let mean = times.iter().sum::<Duration>() / times.len() as u32;
    format!("{:6.1} {:6.1}", ms(mean), times.into_iter().max().map_or(0.0, ms))
}

/// How long this thread has been running; other programs hardly change it. Some systems count in steps
/// of milliseconds, so that only the mean of many is of use.
fn processor_time() -> Duration {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    Duration::from_nanos(status.split(' ').next().and_then(|ns| ns.parse().ok()).expect("nanoseconds"))
}

/// Prints how long frames take on the interface's thread, in which `input` is what the user does.
fn print_frame_times(window: &mut Window, what: &str, input: impl Fn(&mut Window, usize)) {
    let [mut interface, mut tessellation] = [vec![], vec![]];
    for i in 1..=60 {
        input(window, i);
        let start = processor_time();
        window.step();
        interface.push(processor_time() - start);
        let shapes = window.output().shapes.clone();
        let start = processor_time();
        window.ctx.tessellate(shapes, 1.0);
        tessellation.push(processor_time() - start);
    }
    println!("{what:45} {}", [interface, tessellation].map(summary).join(" | "));
}

/// Drags the photo with the middle button, frame by frame, from its middle.
fn print_panning(window: &mut Window, what: &str, step: egui::Vec2) {
    let centre = window.get_by_label("Photo").rect().center();
    let button = |pressed| {
        let (button, modifiers) = (PointerButton::Middle, Modifiers::NONE);
        Event::PointerButton { pos: centre, button, pressed, modifiers }
    };
    window.event(Event::PointerMoved(centre));
    window.event(button(true));
    window.step();
    print_frame_times(window, what, |window, i| {
        window.event(Event::PointerMoved(centre + step * i as f32));
    });
    window.event(button(false));
    settle(window);
}

/// `cargo test --release --test ui frame_times -- --ignored --nocapture`
#[test]
#[ignore = "prints times, which depend on the machine"]
fn frame_times() {
    println!("milliseconds of the interface's thread, mean and longest: interface, tessellation");
    for [columns, rows] in [[20, 10], [100, 50]] {
        let mut window = crowded([columns, rows]);
        println!("{} masks", columns * rows);
        for style in ["Filled masks", "Outlines only", "Fill and outline", "Dim everything else"] {
            click(&mut window, "Style");
            click(&mut window, style);
            let centre = window.get_by_label("Photo").rect().center();
            for (what, zoom, pan) in [
                ("pan, whole photo", 1.0, 3.0),
                ("pan, zoomed in 5 times", 5.0, 12.0),
                ("pan, zoomed in 20 times", 20.0, 12.0),
            ] {
                press(&mut window, Key::Home);
                window.event(Event::PointerMoved(centre));
                window.event(Event::Zoom(zoom));
                settle(&mut window);
                print_panning(&mut window, &format!("{style}: {what}"), egui::vec2(pan, pan / 2.0));
            }
            press(&mut window, Key::Home);
            window.event(Event::PointerMoved(centre));
            print_frame_times(&mut window, &format!("{style}: zoom to 50 times"), |window, _| {
                window.event(Event::Zoom(50.0f32.powf(1.0 / 60.0)));
            });
            settle(&mut window);
        }
    }
}

/// `cargo test --release --test ui frames_with_thousands_of_masks -- --ignored --nocapture`
#[test]
#[ignore = "prints times, which depend on the machine"]
fn frames_with_thousands_of_masks() {
    let mut window = crowded([100, 50]);
    println!("milliseconds of the interface's thread, mean and longest: interface, tessellation");
    press(&mut window, Key::Home);
    press(&mut window, Key::M);
    print_frame_times(&mut window, "nothing", |_, _| {});
    print_frame_times(&mut window, "a mask is selected in the photo", |window, i| {
        let pos = window.state().photo_to_screen(60.0 * i as f32 + 30.0, 1000.0);
        window.event(Event::PointerMoved(pos));
        for pressed in [true, false] {
            let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
            window.event(Event::PointerButton { pos, button, pressed, modifiers });
        }
    });
    settle(&mut window);
    for order in ["Area", "List by tree", "List by classes"] {
        if order == "Area" {
            click(&mut window, "Sort masks");
        }
        click(&mut window, order);
        press(&mut window, Key::Escape);
        print_frame_times(&mut window, &format!("the list is scrolled, {order}"), |window, i| {
            window.event(Event::PointerMoved(egui::pos2(1250.0, 450.0 + i as f32 % 2.0)));
            let (unit, delta) = (egui::MouseWheelUnit::Line, egui::vec2(0.0, -3.0));
            let (phase, source) = (egui::TouchPhase::Move, egui::MouseWheelSource::Wheel);
            window.event(Event::MouseWheel { unit, delta, phase, source, modifiers: Modifiers::NONE });
        });
        settle(&mut window);
    }
    press_with(&mut window, Modifiers::COMMAND, Key::A);
    assert_eq!(window.state().document().selection().len(), 5000);
    print_frame_times(&mut window, "all are selected", |_, _| {});
    print_panning(&mut window, "all are selected, pan", egui::vec2(3.0, 1.0));
    print_frame_times(&mut window, "all are hidden and shown", |window, _| window.key_press(Key::S));
    settle(&mut window);
}

/// `cargo test --release --test ui frames_while_filters -- --ignored --nocapture`
#[test]
#[ignore = "prints times, which depend on the machine"]
fn frames_while_filters_are_moved() {
    let mut window = window(vec![sample("coffee.jpg")]);
    click(&mut window, "Segment everything");
    click(&mut window, "Filters");
    let at = |window: &Window, name: &str, share: f32| {
        let slider = window.get_by_role_and_label(egui::Role::Slider, name).rect();
        egui::pos2(slider.left() + 4.0 + (slider.width() - 8.0) * share, slider.center().y)
    };
    for (name, share) in
        [("Predicted IoU above", 0.0), ("Stability at least", 0.0), ("Box overlap at most", 1.0)]
    {
        let place = at(&window, name, share);
        window.hover_at(place);
        window.drag_at(place);
        window.drop_at(place);
        settle(&mut window);
    }
    println!("milliseconds of the interface's thread, mean and longest: interface, tessellation");
    println!("{} masks", masks(&window));
    for name in ["Predicted IoU above", "Box overlap at most"] {
        let begin = at(&window, name, 0.5);
        window.hover_at(begin);
        window.drag_at(begin);
        print_frame_times(&mut window, &format!("moved: {name}"), |window, i| {
            let share = 0.5 + 0.5 * (i as f32 / 10.0).sin();
            window.hover_at(at(window, name, share));
            // As long as the filters take on their own thread.
            std::thread::sleep(Duration::from_millis(10));
        });
        window.drop_at(begin);
        print_settling(&mut window, "let go");
    }
}

/// Runs frames until the window has nothing more to do, and prints how long they take.
fn print_settling(window: &mut Window, what: &str) {
    let (begin, mut times, mut quiet) = (Instant::now(), vec![], 0);
    while quiet < 3 {
        let start = processor_time();
        window.step();
        times.push(processor_time() - start);
        quiet = if window.state().is_busy() { 0 } else { quiet + 1 };
        std::thread::sleep(Duration::from_millis(2));
    }
    println!("{what:45} {}, settled after {:.2} s", summary(times), begin.elapsed().as_secs_f32());
}

/// `cargo test --release --test ui frames_in_a_folder -- --ignored --nocapture`
#[test]
#[ignore = "prints times, which depend on the machine"]
fn frames_in_a_folder_of_100_000_photos() {
    // A file can have only so many names.
    const NAMES: usize = 50_000;
    let folder = tempfile::tempdir().unwrap();
    let photo = |i: usize| folder.path().join(format!("photo {i}.png"));
    for i in 0..100_000 {
        match i % NAMES {
            0 => image::RgbImage::from_pixel(64, 48, image::Rgb([9, 80, 200])).save(photo(i)).unwrap(),
            _ => std::fs::hard_link(photo(i - i % NAMES), photo(i)).unwrap(),
        }
    }
    let mut window = window(vec![]);
    println!("milliseconds of the interface's thread, mean and longest");
    window.input_mut().dropped_files.push(Arc::new(Dropped(folder.path().into())));
    let start = Instant::now();
    while window.query_by_label("Photo photo 0.png").is_none() {
        window.step();
    }
    println!("{:45} {:.2} s", "until the first photo is there", start.elapsed().as_secs_f32());
    print_settling(&mut window, "the folder is opened");
    print_frame_times(&mut window, "the filmstrip is scrolled", |window, i| {
        window.event(Event::PointerMoved(egui::pos2(600.0, 690.0 + i as f32 % 2.0)));
        let (unit, delta) = (egui::MouseWheelUnit::Page, egui::vec2(0.0, -10.0));
        let (phase, source) = (egui::TouchPhase::Move, egui::MouseWheelSource::Wheel);
        window.event(Event::MouseWheel { unit, delta, phase, source, modifiers: Modifiers::NONE });
    });
    print_settling(&mut window, "pictures come");
    window.key_press(Key::End);
    print_settling(&mut window, "the last photo is opened");
    window.key_press(Key::A);
    print_settling(&mut window, "the previous photo is opened");
    window.get_by_label("Search photos").focus();
    settle(&mut window);
    window.get_by_label("Search photos").type_text("99");
    print_settling(&mut window, "photos are searched");
    press(&mut window, Key::Escape);
    click(&mut window, "Sequence");
    window.get_by_label("Folder is a sequence").click();
    print_settling(&mut window, "the folder is a sequence");
    print_frame_times(&mut window, "the sequence is looked at", |_, _| {});
}

#[test]
fn a_double_click_works_on_the_mask_that_is_selected() {
    let photo = image::RgbImage::from_pixel(400, 300, image::Rgb([90, 120, 150]));
    let square = |from: f32, to: f32| vec![[from, from], [to, from], [to, to], [from, to]];
    let mut window = window_with(&photo, &[square(20.0, 280.0), square(100.0, 200.0)]);
    press(&mut window, Key::M);
    let reopened =
        |window: &Window| window.state().document().reopened().map(|item| item.annotation.mask.area());
    click_on(&mut window, (150.0, 150.0));
    // The clicks of a moment ago must not count.
    (0..60).for_each(|_| window.step());
    let pos = window.state().photo_to_screen(150.0, 150.0);
    for pressed in [true, false, true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed, modifiers });
        window.step();
    }
    settle(&mut window);
    assert_eq!(reopened(&window), Some(101 * 101));
}

#[test]
fn a_brush_does_not_draw_below_the_minimap() {
    let photo = image::RgbImage::from_pixel(1200, 900, image::Rgb([90, 120, 150]));
    let mut window = window_with(&photo, &[]);
    zoom_to(&mut window, 4.0);
    press(&mut window, Key::T);
    let at = window.get_by_label("Overview of the photo").rect().center();
    window.event(Event::PointerMoved(at));
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        window.event(Event::PointerButton { pos: at, button, pressed, modifiers });
        settle(&mut window);
    }
    assert_eq!(masks(&window), 0);
    // The photo has moved to where the minimap was clicked.
    let at = window.get_by_label("Photo").rect().center();
    window.hover_at(at);
    window.drag_at(at);
    window.hover_at(at + egui::vec2(40.0, 20.0));
    window.drop_at(at + egui::vec2(40.0, 20.0));
    settle(&mut window);
    assert_eq!(masks(&window), 1);
}

#[test]
fn leafing_back_shows_the_photo_as_it_was_left() {
    let mut window = window(vec![sample("cat.jpg")]);
    zoom_to(&mut window, 3.0);
    let before = window.state().photo_to_screen(10.0, 20.0);
    press(&mut window, Key::D);
    assert!(window.state().photo_to_screen(10.0, 20.0).distance(before) > 5.0);
    press(&mut window, Key::A);
    let after = window.state().photo_to_screen(10.0, 20.0);
    assert!(after.distance(before) < 1.0, "{before} became {after}");
}

//! The window in other languages, by accessible labels. The language belongs to the whole process, so this is one test
//! in a program of its own.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Event, Key, MissingGlyphPolicy, Modifiers, PointerButton};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use tinsel::app::Tinsel;

type Window = Harness<'static, Tinsel>;

fn window(photo: PathBuf) -> Window {
    let mut window = Harness::builder()
        .with_size([1200.0, 760.0])
        .with_step_dt(1.0 / 60.0)
        .with_max_steps(64)
        .with_render_cursor(false)
        .wgpu()
        .build_eframe(|cc| Tinsel::new(cc, vec![photo], None));
    // Tests have no fonts of the system, which the letters of Chinese come from.
    window.ctx.set_missing_glyph_policy(MissingGlyphPolicy::Tofu);
    settle(&mut window);
    window
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

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    settle(window);
}

/// A click on the photo, at photo pixels.
fn click_on(window: &mut Window, (x, y): (f32, f32)) {
    let pos = window.state().photo_to_screen(x, y);
    let modifiers = Modifiers::NONE;
    window.event(Event::PointerMoved(pos));
    for pressed in [true, false] {
        window.event(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers });
    }
    settle(window);
}

fn masks(window: &Window) -> usize {
    window.state().document().masks().len()
}

fn is_shown(window: &Window, label: &str) -> bool {
    window.query_all_by_label_contains(label).next().is_some()
}

#[test]
fn the_window_speaks_the_language_that_is_chosen_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("coffee.jpg");
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/coffee.jpg");
    std::fs::copy(original, &photo).unwrap();
    let mut window = window(photo);
    window.get_by_label("File");

    ["View", "Language", "Deutsch"].iter().for_each(|label| click(&mut window, label));
    window.get_by_label("Datei");
    assert!(window.query_by_label("File").is_none());
    click_on(&mut window, (290.0, 170.0));
    assert!(is_shown(&window, "Kandidat 3"));
    click(&mut window, "Übernehmen");
    assert_eq!(masks(&window), 1);
    window.get_by_label("Masken (1)");
    assert!(is_shown(&window, "Vorhergesagte IoU"));
    click(&mut window, "Bearbeiten");
    window.get_by_label("Rückgängig: Maske übernehmen Strg+Z");
    window.key_press(Key::Escape);
    settle(&mut window);
    let mask = window.state().document().masks()[0].annotation.mask.clone();
    let percent = 100.0 * mask.area() as f64 / (f64::from(mask.width()) * f64::from(mask.height()));
    let percent = format!("{percent:.2}").replace('.', ",");
    window.get_by_label(&format!("{} Pixel, {percent} %", mask.area()));

    ["Ansicht", "Sprache", "简体中文"].iter().for_each(|label| click(&mut window, label));
    window.get_by_label("文件");
    click_on(&mut window, (500.0, 350.0));
    assert!(is_shown(&window, "候选 3"));
    click(&mut window, "接受");
    assert_eq!(masks(&window), 2);
    window.get_by_label("掩码（2）");

    // In tests, the system speaks English.
    ["视图", "语言", "跟随系统"].iter().for_each(|label| click(&mut window, label));
    window.get_by_label("Masks (2)");
}

//! The window: eframe, panels, canvas, commands. No algorithm lives here.
//!
//! Widgets change nothing themselves; they emit `Action`s, and [`Tinsel`]
//! applies them in one place, `apply`. What comes from elsewhere is received by `events`.

mod actions;
mod apply;
mod batch_question;
mod batches;
mod canvas;
mod clipboard;
mod commands;
mod comparison;
mod events;
mod everything_run;
mod exit;
mod export_photos;
mod export_task;
mod export_window;
mod filmstrip;
mod graphics;
mod import_question;
mod imports;
mod inquiry;
mod layout;
mod look;
mod menus;
mod messages;
mod models;
mod panels;
mod photo_list;
mod photo_states;
mod photos;
mod platform;
mod preview;
mod prompts;
mod recent;
mod reviews;
mod sequence;
mod sequence_export;
mod settings;
mod shell;
mod state;
mod tasks;
mod texts;
mod timeline;
mod undo;
mod vertices;
mod workspace;

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use eframe::egui_wgpu::adapter_info_summary;

use crate::doctor::is_software;
use crate::engine::EmbeddingFolder;

use texts::Language;

pub use shell::Tinsel;

/// The program's icon; `assets/icon.svg` as pixels.
const ICON: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/icon.png"));

/// Opens the window on photos or folders and returns when it is closed.
///
/// # Errors
/// There is no display, or no graphics driver that can draw on it; the message says what to do.
pub fn run(paths: Vec<PathBuf>, model: Option<String>) -> anyhow::Result<()> {
    let language = Language::of_system();
    language.choose();
    let viewport = egui::ViewportBuilder::default()
        .with_title(texts::photos::PROGRAM)
        .with_app_id("tinsel")
        .with_icon(eframe::icon_data::from_png_bytes(ICON).unwrap_or_default())
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([640.0, 420.0]);
    let options = eframe::NativeOptions { viewport, ..Default::default() };
    let is_created = Cell::new(false);
    let window = |cc: &eframe::CreationContext<'_>, paths, model| {
        is_created.set(true);
        let mut window = Tinsel::in_language(cc, language, paths, model).saving_at_exit();
        window = window.ending_with(signalled(cc.egui_ctx.clone()));
        if is_software_drawing(cc) {
            look::stop_animations(&cc.egui_ctx);
            window = window.mentioning_software_drawing();
        }
        if let Some(folder) = EmbeddingFolder::of_user() {
            window = window.keeping_embeddings_in(folder);
        }
        if let Some(folder) = dirs::data_dir() {
            window = window.keeping_sample_in(folder.join("tinsel").join("samples"));
        }
        window
    };
    let open = |options| {
        let (paths, model) = (paths.clone(), model.clone());
        eframe::run_native("tinsel", options, Box::new(|cc| Ok(Box::new(window(cc, paths, model)))))
    };
    let run = graphics::with_fallback(options, open, || is_created.get());
    // Later, something else has gone wrong.
    run.map_err(|error| if is_created.get() { error.into() } else { platform::explained(error) })
}

/// Whether the window is drawn without a graphics card; the log says by what it is drawn.
fn is_software_drawing(cc: &eframe::CreationContext<'_>) -> bool {
    let Some(state) = &cc.wgpu_render_state else { return false };
    let adapter = state.adapter.get_info();
    log::info!("graphics: {}", adapter_info_summary(&adapter));
    is_software(&adapter)
}

/// Becomes true when the system asks the program to end: at the end of a desktop session, or by `kill`. The
/// second time that ends it at once.
#[cfg(unix)]
fn signalled(ctx: egui::Context) -> Arc<AtomicBool> {
    use std::io::Read;
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::Ordering;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let signalled = Arc::new(AtomicBool::new(false));
    let end = signalled.clone();
    let listen = || -> std::io::Result<UnixStream> {
        let (receiver, sender) = UnixStream::pair()?;
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            signal_hook::low_level::pipe::register(signal, sender.try_clone()?)?;
        }
        Ok(receiver)
    };
    match listen() {
        Ok(mut receiver) => drop(std::thread::spawn(move || {
            let mut signal = [0];
            while receiver.read_exact(&mut signal).is_ok() {
                if end.swap(true, Ordering::Relaxed) {
                    std::process::exit(128 + SIGTERM);
                }
                ctx.request_repaint();
            }
        })),
        // Without it, a signal ends the program as it ends any other.
        Err(error) => log::warn!("signals cannot be received: {error}"),
    }
    signalled
}

#[cfg(not(unix))]
fn signalled(_: egui::Context) -> Arc<AtomicBool> {
    Arc::default()
}

//! The window: eframe, panels, canvas, commands. No algorithm lives here.
//!
//! Widgets change nothing themselves; they emit [`Action`](actions::Action)s, and [`Tinsel`]
//! applies them in one place.

mod actions;
mod ahead;
mod background;
mod canvas;
mod commands;
mod comparison;
mod everything_run;
mod export_task;
mod export_window;
mod filmstrip;
mod import_question;
mod inquiry;
mod keymap;
mod messages;
mod models;
mod panels;
mod preview;
mod relations;
mod sessions;
mod settings;
mod theme;
mod thumbnails;
mod window;
mod workspace;

use std::path::PathBuf;

use crate::engine::EmbeddingFolder;

pub use window::Tinsel;

/// Opens the window on photos or folders and returns when it is closed.
///
/// # Errors
/// There is no display, or no graphics driver that can draw on it.
pub fn run(paths: Vec<PathBuf>, model: Option<String>) -> anyhow::Result<()> {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Tinsel")
        .with_app_id("tinsel")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([640.0, 420.0]);
    let options = eframe::NativeOptions { viewport, ..Default::default() };
    let window = |cc: &eframe::CreationContext<'_>| {
        let window = Tinsel::new(cc, paths, model);
        match EmbeddingFolder::of_user() {
            Some(folder) => window.keeping_embeddings_in(folder),
            None => window,
        }
    };
    eframe::run_native("tinsel", options, Box::new(|cc| Ok(Box::new(window(cc)))))?;
    Ok(())
}

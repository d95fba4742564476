//! The photo on the screen, and what the mouse does there.

use egui::Context;

use crate::app::canvas::{Canvas, UnderPointer};
use crate::app::settings::Tool;
use crate::app::state::Vertices;

pub(in crate::app) struct Stage {
    pub canvas: Canvas,
    pub tool: Tool,
    pub vertices: Vertices,
    /// The masks are hidden for a look at the bare photo.
    pub masks_hidden: bool,
    pub pointer: Option<UnderPointer>,
}

impl Stage {
    pub fn new(ctx: &Context) -> Self {
        Self {
            canvas: Canvas::new(ctx),
            tool: Tool::default(),
            vertices: Vertices::default(),
            masks_hidden: false,
            pointer: None,
        }
    }
}

//! Outlines of masks as lines, traced in the background and painted at a constant width.

use std::collections::HashMap;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke};

use super::polylines::Polylines;
use super::view::View;
use crate::mask::Mask;

/// Width of a line, and of the dark one under it, in points.
const WIDTH: f32 = 1.5;
const UNDER_WIDTH: f32 = 3.0;

/// What to outline, and how.
pub(super) struct Outlined<'a> {
    pub mask: &'a Arc<Mask>,
    pub colour: Color32,
}

/// The outlines of the masks that were asked for lately.
pub(super) struct Outlines {
    sender: Sender<(usize, Polylines)>,
    receiver: Receiver<(usize, Polylines)>,
    /// By the address of the mask.
    known: HashMap<usize, Known>,
    frame: u64,
    ctx: egui::Context,
}

struct Known {
    /// Kept alive, so that no other mask gets its address.
    _mask: Arc<Mask>,
    lines: Option<Polylines>,
    /// When it was asked for last.
    frame: u64,
}

impl Outlines {
    pub fn new(ctx: egui::Context) -> Self {
        let (sender, receiver) = unbounded();
        Self { sender, receiver, known: HashMap::new(), frame: 0, ctx }
    }

    /// Whether an outline is being traced.
    pub fn is_pending(&self) -> bool {
        self.known.values().any(|known| known.lines.is_none())
    }

    /// Paints these outlines, later ones over earlier ones, as soon as they are traced; forgets all
    /// others.
    pub fn paint<'a>(
        &mut self,
        painter: &Painter,
        view: &View,
        outlined: impl IntoIterator<Item = Outlined<'a>>,
    ) {
        for (address, lines) in self.receiver.try_iter() {
            if let Some(known) = self.known.get_mut(&address) {
                known.lines = Some(lines);
            }
        }
        self.frame += 1;
        let shown = view.to_photo_rect(painter.clip_rect().expand(UNDER_WIDTH));
        for Outlined { mask, colour } in outlined {
            let address = Arc::as_ptr(mask) as usize;
            let known = self.known.entry(address).or_insert_with(|| {
                let (traced, sender, ctx) = (mask.clone(), self.sender.clone(), self.ctx.clone());
                rayon::spawn(move || {
                    // The canvas may be gone by now.
                    let _ = sender.send((address, Polylines::around(&traced)));
                    ctx.request_repaint();
                });
                Known { _mask: mask.clone(), lines: None, frame: 0 }
            });
            known.frame = self.frame;
            if let Some(lines) = &known.lines {
                paint_lines(painter, view, lines, shown, colour);
            }
        }
        self.known.retain(|_, known| known.frame == self.frame);
    }
}

fn paint_lines(painter: &Painter, view: &View, lines: &Polylines, shown: Rect, colour: Color32) {
    for line in lines.within(shown, view.zoom()) {
        let points: Vec<Pos2> = line.points.iter().map(|p| view.to_screen(*p)).collect();
        let stroked = |points, width: f32, colour| {
            let stroke = Stroke::new(width, colour);
            if line.closed { Shape::closed_line(points, stroke) } else { Shape::line(points, stroke) }
        };
        // Dark under light, so that the line can be told from any photo.
        painter.add(stroked(points.clone(), UNDER_WIDTH, Color32::from_black_alpha(170)));
        painter.add(stroked(points, WIDTH, colour));
    }
}

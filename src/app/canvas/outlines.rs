//! Outlines of masks as lines, traced in the background and painted at a constant width.

use std::collections::HashMap;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{Color32, Painter, Pos2, TextureHandle};

use super::super::background::spawn_on_pool;
use super::polylines::Polylines;
use super::strips::{Strips, profile};
use super::view::View;
use crate::mask::Mask;

/// What lies this near to the canvas, in points, may be seen.
const MARGIN: f32 = 3.0;

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
    profile: TextureHandle,
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
        Self { sender, receiver, known: HashMap::new(), frame: 0, profile: profile(&ctx), ctx }
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
        let shown = view.to_photo_rect(painter.clip_rect().expand(MARGIN));
        let mut strips = Strips::new(self.profile.id());
        let mut on_screen: Vec<Pos2> = vec![];
        for Outlined { mask, colour } in outlined {
            let address = Arc::as_ptr(mask) as usize;
            let known = self.known.entry(address).or_insert_with(|| {
                let (traced, sender, ctx) = (mask.clone(), self.sender.clone(), self.ctx.clone());
                spawn_on_pool(move || {
                    // The canvas may be gone by now.
                    let _ = sender.send((address, Polylines::around(&traced)));
                    ctx.request_repaint();
                });
                Known { _mask: mask.clone(), lines: None, frame: 0 }
            });
            known.frame = self.frame;
            for line in known.lines.iter().flat_map(|lines| lines.within(shown, view.zoom())) {
                on_screen.clear();
                on_screen.extend(line.points.iter().map(|point| view.to_screen(*point)));
                strips.add(&on_screen, line.closed, colour);
            }
        }
        painter.add(strips.mesh());
        self.known.retain(|_, known| known.frame == self.frame);
    }
}

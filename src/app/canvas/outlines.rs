//! Outlines of masks as polylines, traced in the background and painted at a constant width.

use std::collections::HashMap;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{Color32, Painter, Pos2, Shape, Stroke, pos2};

use super::view::View;
use crate::mask::{Mask, outline};

/// Corners closer than this on the screen are painted as one, in points.
const FINEST_DETAIL: f32 = 0.7;

type Loops = Vec<Vec<[u32; 2]>>;

/// The outlines of the masks that were asked for lately.
pub(super) struct Outlines {
    sender: Sender<(usize, Loops)>,
    receiver: Receiver<(usize, Loops)>,
    /// By the address of the mask, which is kept alive meanwhile.
    known: HashMap<usize, (Arc<Mask>, Option<Loops>)>,
    ctx: egui::Context,
}

impl Outlines {
    pub fn new(ctx: egui::Context) -> Self {
        let (sender, receiver) = unbounded();
        Self { sender, receiver, known: HashMap::new(), ctx }
    }

    /// Paints the outlines of these masks in a colour, as soon as they are traced; forgets all others.
    pub fn paint(&mut self, painter: &Painter, view: &View, masks: &[Arc<Mask>], colour: Color32) {
        for (address, loops) in self.receiver.try_iter() {
            if let Some(entry) = self.known.get_mut(&address) {
                entry.1 = Some(loops);
            }
        }
        let address = |mask: &Arc<Mask>| Arc::as_ptr(mask) as usize;
        self.known.retain(|known, _| masks.iter().any(|m| address(m) == *known));
        for mask in masks {
            let address = address(mask);
            let (_, loops) = self.known.entry(address).or_insert_with(|| {
                let (traced, sender, ctx) = (mask.clone(), self.sender.clone(), self.ctx.clone());
                rayon::spawn(move || {
                    // The canvas may be gone by now.
                    let _ = sender.send((address, outline(&traced)));
                    ctx.request_repaint();
                });
                (mask.clone(), None)
            });
            if let Some(loops) = loops {
                paint_loops(painter, view, loops, colour);
            }
        }
    }
}

fn paint_loops(painter: &Painter, view: &View, loops: &Loops, colour: Color32) {
    for corners in loops {
        let mut line: Vec<Pos2> = vec![];
        for [x, y] in corners {
            let corner = view.to_screen(pos2(*x as f32, *y as f32));
            if line.last().is_none_or(|last| last.distance(corner) >= FINEST_DETAIL) {
                line.push(corner);
            }
        }
        if line.len() < 3 {
            continue;
        }
        // Dark under light, so that the line can be told from any photo.
        painter.add(Shape::closed_line(line.clone(), Stroke::new(3.0, Color32::from_black_alpha(170))));
        painter.add(Shape::closed_line(line, Stroke::new(1.5, colour)));
    }
}

//! Outlines of masks as lines, traced in the background and painted at a constant width.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use egui::{Color32, Painter, Pos2, TextureHandle};

use super::super::tasks::{ByAddress, Latest};
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

/// Threads that trace.
const THREADS: usize = 2;

/// The outlines of the masks that were asked for lately.
pub(super) struct Outlines {
    task: Latest<ByAddress<Mask>, Polylines>,
    lines: HashMap<ByAddress<Mask>, Option<Polylines>>,
    profile: TextureHandle,
}

impl Outlines {
    pub fn new(ctx: egui::Context) -> Self {
        let profile = profile(&ctx);
        Self { task: Latest::new(ctx, THREADS), lines: HashMap::new(), profile }
    }

    /// Whether an outline is being traced.
    pub fn is_pending(&self) -> bool {
        self.task.is_pending()
    }

    /// Paints these outlines, later ones over earlier ones, as soon as they are traced; forgets all
    /// others.
    pub fn paint<'a>(
        &mut self,
        painter: &Painter,
        view: &View,
        outlined: impl IntoIterator<Item = Outlined<'a>>,
    ) {
        while let Some((mask, lines)) = self.task.next() {
            self.lines.insert(mask, lines);
        }
        let shown = view.to_photo_rect(painter.clip_rect().expand(MARGIN));
        let mut strips = Strips::new(self.profile.id());
        let mut on_screen: Vec<Pos2> = vec![];
        let mut wanted = HashSet::new();
        for Outlined { mask, colour } in outlined {
            let mask = ByAddress(mask.clone());
            match self.lines.get(&mask) {
                Some(lines) => {
                    for line in lines.iter().flat_map(|lines| lines.within(shown, view.zoom())) {
                        on_screen.clear();
                        on_screen.extend(line.points.iter().map(|point| view.to_screen(*point)));
                        strips.add(&on_screen, line.closed, colour);
                    }
                }
                None => {
                    let traced = mask.0.clone();
                    self.task.ask(mask.clone(), move || Polylines::around(&traced));
                }
            }
            wanted.insert(mask);
        }
        painter.add(strips.mesh());
        self.lines.retain(|mask, _| wanted.contains(mask));
        self.task.keep(|mask| wanted.contains(mask));
    }
}

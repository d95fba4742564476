//! How photos are shown: the rendering of the open photo's samples, and the adjustment of the view. Pixels are
//! made in the background; while the user drags a slider, only the newest wish is followed.

use std::sync::Arc;

use egui::Context;
use image::RgbImage;

use crate::app::tasks::Latest;
use crate::app::workspace::OpenPhoto;
use crate::files::{Adjustment, Rendering};

pub(in crate::app) struct Picture {
    /// How the open photo is to be rendered.
    pub rendering: Rendering,
    /// How all photos are to be shown, while the program runs.
    pub adjustment: Adjustment,
    /// Whether the network sees the adjustment.
    pub network_sees: bool,
    task: Latest<u64, Pixels>,
    /// The newest request.
    number: u64,
    /// The network is to see pixels that it has not been given yet.
    is_new: bool,
}

/// The pixels of a photo.
struct Pixels {
    photo: u64,
    rendering: Rendering,
    shown: Arc<RgbImage>,
    for_network: Arc<RgbImage>,
}

impl Picture {
    pub fn new(ctx: Context) -> Self {
        Self {
            rendering: Rendering::default(),
            adjustment: Adjustment::default(),
            network_sees: false,
            task: Latest::new(ctx, 1),
            number: 0,
            is_new: false,
        }
    }

    /// Begins with another photo.
    pub fn open(&mut self, open: &OpenPhoto) {
        self.task.clear();
        (self.rendering, self.is_new) = (open.photo.rendering, false);
        if self.for_network().is_some() {
            self.render(open);
        }
    }

    pub fn set_rendering(&mut self, rendering: Rendering, open: &OpenPhoto) {
        self.rendering = rendering;
        self.render(open);
    }

    pub fn set_adjustment(&mut self, adjustment: Adjustment, network_sees: bool, open: Option<&OpenPhoto>) {
        let before = self.for_network();
        (self.adjustment, self.network_sees) = (adjustment, network_sees);
        if let Some(open) = open.filter(|_| self.for_network() != before) {
            self.render(open);
        }
    }

    /// What changes the pixels for the network.
    pub fn for_network(&self) -> Option<Adjustment> {
        Some(self.adjustment).filter(|adjustment| self.network_sees && !adjustment.is_none())
    }

    /// Whether pixels are being made, or wait to be given to the network.
    pub fn is_pending(&self) -> bool {
        self.task.is_pending() || self.is_new
    }

    fn render(&mut self, open: &OpenPhoto) {
        self.number += 1;
        self.task.keep(|_| false);
        let (photo, rendering, adjustment) = (open.id, self.rendering, self.for_network());
        let (samples, pixels) = (open.photo.samples.clone(), open.photo.pixels.clone());
        let samples = samples.filter(|_| rendering != open.photo.rendering);
        self.task.ask(self.number, move || {
            let shown = samples.map_or(pixels, |samples| Arc::new(samples.render(&rendering)));
            let for_network =
                adjustment.map_or_else(|| shown.clone(), |adjustment| Arc::new(adjustment.applied(&shown)));
            Pixels { photo, rendering, shown, for_network }
        });
    }

    /// Puts new pixels into the open photo.
    pub fn receive(&mut self, open: Option<&mut OpenPhoto>) {
        let mut newest = None;
        while let Some((_, pixels)) = self.task.next() {
            newest = pixels.or(newest);
        }
        if let Some((pixels, open)) = newest.zip(open).filter(|(pixels, open)| pixels.photo == open.id) {
            (open.photo.rendering, open.photo.pixels) = (pixels.rendering, pixels.shown);
            open.for_network = pixels.for_network;
            self.is_new = true;
        }
    }

    /// Whether the network is to be given new pixels now: all have come, and the user is done.
    pub fn take_new(&mut self, is_user_done: bool) -> bool {
        let is_due = self.is_new && is_user_done && !self.task.is_pending();
        self.is_new &= !is_due;
        is_due
    }
}

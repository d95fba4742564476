//! New shapes of masks, and pictures of them for the clipboard.

use std::sync::Arc;

use super::{Kind, Outcome, Tasks};
use crate::document::{MaskItem, ShapeOp, refine_edges, reshape};
use crate::edge::Refinement;
use crate::files::drawing::{binary, cutout};
use crate::mask::Mask;

impl Tasks {
    /// Changes the shape of masks of a photo, given in the order of the list.
    pub fn reshape(&mut self, photo: u64, items: Vec<Arc<MaskItem>>, op: ShapeOp) {
        self.spawn(Kind::Other, move || Outcome::Reshaped { photo, reshape: reshape(&items, op), of: items });
    }

    /// Moves the boundaries of masks to the edges of their photo.
    pub fn refine_edges(
        &mut self,
        photo: u64,
        items: Vec<Arc<MaskItem>>,
        pixels: Arc<image::RgbImage>,
        refinement: Refinement,
    ) {
        self.spawn(Kind::Other, move || {
            let reshape = refine_edges(&items, &pixels, &refinement);
            Outcome::Reshaped { photo, reshape, of: items }
        });
    }

    /// Makes a picture of a mask: the cut-out, or the whole mask white on black.
    pub fn copy(&mut self, mask: Arc<Mask>, photo: Arc<image::RgbImage>, whole: bool) {
        self.spawn(Kind::Other, move || {
            let picture = if whole {
                image::DynamicImage::from(binary(&mask)).into_rgba8()
            } else {
                cutout(&photo, &mask, true)
            };
            let size = [picture.width() as usize, picture.height() as usize];
            Outcome::Copied(egui::ColorImage::from_rgba_unmultiplied(size, &picture))
        });
    }
}

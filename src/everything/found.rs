//! A mask that the generator found.

use std::sync::Arc;

use crate::annotation::Annotation;
use crate::mask::{Mask, PixelBox};

/// A box this close to the border of its crop, in pixels, belongs to an object cut by the crop
/// (`is_box_near_crop_edge`).
const NEAR_EDGE: u32 = 20;

/// A mask found by the generator, with the fields of the official result.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundMask {
    /// At the photo's size.
    pub mask: Arc<Mask>,
    /// The IoU predicted by the network, in [0, 1].
    pub predicted_iou: f32,
    /// The stability of the mask when the threshold changes, in [0, 1].
    pub stability_score: f32,
    /// The grid point of the prompt, in photo pixels.
    pub point: [f32; 2],
    /// The part of the photo that the network has seen.
    pub crop_box: PixelBox,
}

impl FoundMask {
    /// The mask as an annotation with this name, without class and colour. It has no prompt: working on it again
    /// starts from its pixels, because the same point alone may lead to a different mask.
    pub fn annotation<Class>(&self, name: String) -> Annotation<Class> {
        Annotation {
            predicted_iou: Some(self.predicted_iou),
            stability_score: Some(self.stability_score),
            ..Annotation::new(name, self.mask.clone())
        }
    }

    /// `batched_mask_to_box`: the last set row and column belong to the box, which makes it one
    /// pixel smaller than [`PixelBox`] on each side.
    pub(super) fn official_box(&self) -> PixelBox {
        let b = self.mask.bbox().unwrap_or(PixelBox { x0: 0, y0: 0, x1: 1, y1: 1 });
        PixelBox { x1: b.x1 - 1, y1: b.y1 - 1, ..b }
    }

    /// `[x, y, width, height]` as the official generator reports it.
    pub fn bbox_xywh(&self) -> [u32; 4] {
        self.official_box().xywh()
    }

    /// Converts a mask found in a part of a photo to one of the photo; `None` if the part seems to cut the
    /// object.
    pub fn in_photo(&self, part: PixelBox, (width, height): (u32, u32)) -> Option<Self> {
        let PixelBox { x0: left, y0: top, .. } = part;
        let mask = Arc::new(self.mask.placed(left, top, width, height));
        let point = [self.point[0] + left as f32, self.point[1] + top as f32];
        let PixelBox { x0, y0, x1, y1 } = self.crop_box;
        let crop_box = PixelBox { x0: x0 + left, y0: y0 + top, x1: x1 + left, y1: y1 + top };
        let found = Self { mask, point, crop_box: part, ..*self };
        (!found.is_cut()).then_some(Self { crop_box, ..found })
    }

    /// `is_box_near_crop_edge`: whether the crop, but not the photo, seems to cut the object.
    pub(super) fn is_cut(&self) -> bool {
        let (b, c) = (self.official_box(), self.crop_box);
        let photo = PixelBox { x0: 0, y0: 0, x1: self.mask.width(), y1: self.mask.height() };
        let sides = |b: PixelBox| [b.x0, b.y0, b.x1, b.y1];
        let near = |a: u32, b: u32| a.abs_diff(b) <= NEAR_EDGE;
        let edges = sides(b).into_iter().zip(sides(c).into_iter().zip(sides(photo)));
        edges.into_iter().any(|(side, (crop, photo))| near(side, crop) && !near(side, photo))
    }
}

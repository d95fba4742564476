//! The opacity of the pixels of an object.

use image::{GrayImage, Luma};

use crate::mask::{Mask, MaskRows, PixelBox};

/// An opacity from 0 to 255 for each pixel of a photo; 0 outside a box.
#[derive(Debug, Clone, PartialEq)]
pub struct Alpha {
    /// Width and height of the photo.
    size: (u32, u32),
    bounds: PixelBox,
    values: GrayImage,
}

impl Alpha {
    /// Opaque in a mask, which lies in `bounds`.
    pub(super) fn of(mask: &Mask, bounds: PixelBox) -> Self {
        let mut values = GrayImage::new(bounds.width(), bounds.height());
        for y in bounds.y0..bounds.y1 {
            mask.runs(y).flatten().for_each(|x| values.put_pixel(x - bounds.x0, y - bounds.y0, Luma([255])));
        }
        Self { size: (mask.width(), mask.height()), bounds, values }
    }

    /// The box around what is not transparent, in photo pixels; `None` if everything is.
    pub fn opaque_bounds(&self) -> Option<PixelBox> {
        let seen = self.values.enumerate_pixels().filter(|(_, _, opacity)| opacity.0[0] > 0);
        let pixel = |x: u32, y: u32| PixelBox { x0: x, y0: y, x1: x + 1, y1: y + 1 };
        let around = |a: PixelBox, b: PixelBox| PixelBox {
            x0: a.x0.min(b.x0),
            y0: a.y0.min(b.y0),
            x1: a.x1.max(b.x1),
            y1: a.y1.max(b.y1),
        };
        let PixelBox { x0, y0, .. } = self.bounds;
        seen.map(|(x, y, _)| pixel(x + x0, y + y0)).reduce(around)
    }

    /// The opacity at a pixel of the photo.
    pub fn get(&self, x: u32, y: u32) -> u8 {
        let PixelBox { x0, y0, x1, y1 } = self.bounds;
        if (x0..x1).contains(&x) && (y0..y1).contains(&y) {
            self.values.get_pixel(x - x0, y - y0).0[0]
        } else {
            0
        }
    }

    /// Sets the opacity at a pixel of the photo inside the bounds.
    pub(super) fn set(&mut self, x: u32, y: u32, opacity: u8) {
        self.values.put_pixel(x - self.bounds.x0, y - self.bounds.y0, Luma([opacity]));
    }

    /// The pixels that are at least half opaque.
    pub fn mask(&self) -> Mask {
        let mut rows = MaskRows::new(self.bounds.width(), self.bounds.height());
        for (y, row) in (0..).zip(self.values.rows()) {
            let row: Vec<u8> = row.map(|pixel| pixel.0[0]).collect();
            rows.set_row(y, &row, |opacity| *opacity >= 128);
        }
        rows.finish().placed(self.bounds.x0, self.bounds.y0, self.size.0, self.size.1)
    }
}

//! The parts of a photo that are searched.

use super::parameters::Parameters;
use crate::mask::PixelBox;

/// A part of the photo, and the layer that sets its grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crop {
    /// 0 is the whole photo.
    pub layer: u32,
    /// In photo pixels.
    pub bbox: PixelBox,
    pub points_per_side: u32,
}

impl Crop {
    /// From pixels of the crop to those of the photo.
    pub fn in_photo(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [x + self.bbox.x0 as f32, y + self.bbox.y0 as f32]
    }

    /// The area of a cell of its grid, in pixels.
    pub fn cell_area(&self) -> f64 {
        f64::from(self.bbox.width()) * f64::from(self.bbox.height()) / f64::from(self.points_per_side).powi(2)
    }
}

/// `generate_crop_boxes`: the whole photo, then `4^i` overlapping parts for each layer `i`, column
/// by column.
pub(super) fn crops((width, height): (u32, u32), parameters: &Parameters) -> Vec<Crop> {
    let whole = PixelBox { x0: 0, y0: 0, x1: width, y1: height };
    let mut crops = vec![Crop { layer: 0, bbox: whole, points_per_side: parameters.points_per_side }];
    for layer in 1..=parameters.crop_n_layers {
        let per_side = 1u32 << layer;
        let share = parameters.crop_overlap_ratio * 2.0 / f64::from(per_side);
        let overlap = (share * f64::from(width.min(height))) as u32;
        let length = |whole: u32| (overlap * (per_side - 1) + whole).div_ceil(per_side);
        let (crop_width, crop_height) = (length(width), length(height));
        let points_per_side = parameters.points_in_layer(layer);
        for column in 0..per_side {
            for row in 0..per_side {
                let (x0, y0) = (column * (crop_width - overlap), row * (crop_height - overlap));
                let bbox =
                    PixelBox { x0, y0, x1: (x0 + crop_width).min(width), y1: (y0 + crop_height).min(height) };
                // A photo of a few pixels has no room for all of them.
                if bbox.x0 < bbox.x1 && bbox.y0 < bbox.y1 {
                    crops.push(Crop { layer, bbox, points_per_side });
                }
            }
        }
    }
    crops
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(size: (u32, u32), layers: u32) -> Vec<[u32; 4]> {
        let parameters = Parameters { crop_n_layers: layers, ..Parameters::default() };
        crops(size, &parameters).iter().map(|c| [c.bbox.x0, c.bbox.y0, c.bbox.x1, c.bbox.y1]).collect()
    }

    #[test]
    fn boxes_are_those_of_the_official_code() {
        assert_eq!(boxes((1200, 675), 0), [[0, 0, 1200, 675]]);
        let expected = [[0, 0, 715, 453], [0, 223, 715, 675], [485, 0, 1200, 453], [485, 223, 1200, 675]];
        assert_eq!(boxes((1200, 675), 1)[1..], expected);
        assert_eq!(boxes((1200, 675), 2).len(), 1 + 4 + 16);
    }

    #[test]
    fn every_pixel_is_in_a_crop_of_each_layer() {
        for (size, ratio) in
            [((1200, 675), 0.34), ((31, 500), 0.0), ((31, 500), 1.0), ((3, 2), 0.34), ((1, 1), 0.34)]
        {
            let parameters =
                Parameters { crop_n_layers: 3, crop_overlap_ratio: ratio, ..Parameters::default() };
            for layer in 0..=3 {
                let of_layer = crops(size, &parameters).into_iter().filter(|crop| crop.layer == layer);
                let mut seen = vec![false; (size.0 * size.1) as usize];
                for PixelBox { x0, y0, x1, y1 } in of_layer.map(|crop| crop.bbox) {
                    assert!(x1 <= size.0 && y1 <= size.1, "{size:?}, layer {layer}");
                    (y0..y1).for_each(|y| {
                        seen[(y * size.0 + x0) as usize..(y * size.0 + x1) as usize].fill(true)
                    });
                }
                assert!(seen.iter().all(|seen| *seen), "{size:?}, layer {layer}");
            }
        }
    }
}

//! Brightness, contrast and gamma of a picture on the screen.

use image::RgbImage;
use rayon::prelude::*;

/// A change of all shades; the default changes nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjustment {
    /// Between -1 (black) and 1 (white).
    pub brightness: f32,
    /// Between -1 (flat grey) and 1 (black and white).
    pub contrast: f32,
    /// Lightens the midtones if above 1, darkens them if below; above 0.
    pub gamma: f32,
}

impl Default for Adjustment {
    fn default() -> Self {
        Self { brightness: 0.0, contrast: 0.0, gamma: 1.0 }
    }
}

impl Adjustment {
    /// Whether it changes nothing.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The shade that replaces each shade.
    pub fn table(&self) -> [u8; 256] {
        // The slope of a straight line through the middle, from flat to nearly upright.
        let slope = ((self.contrast.clamp(-1.0, 0.9999) + 1.0) * std::f32::consts::FRAC_PI_4).tan();
        std::array::from_fn(|shade| {
            let share = shade as f32 / 255.0 + self.brightness - 0.5;
            let share = (share * slope + 0.5).clamp(0.0, 1.0);
            (share.powf(1.0 / self.gamma.max(1e-3)) * 255.0).round() as u8
        })
    }

    /// The changed picture.
    pub fn applied(&self, picture: &RgbImage) -> RgbImage {
        let table = self.table();
        let mut changed = picture.clone();
        changed.par_chunks_mut(1 << 16).for_each(|shades| {
            shades.iter_mut().for_each(|shade| *shade = table[usize::from(*shade)]);
        });
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_changes_nothing_and_each_part_does_what_it_says() {
        let identity: [u8; 256] = std::array::from_fn(|shade| shade as u8);
        let none = Adjustment::default();
        assert!(none.is_none());
        assert_eq!(none.table(), identity);
        let lighter = Adjustment { brightness: 0.2, ..none }.table();
        assert_eq!([lighter[0], lighter[100], lighter[250]], [51, 151, 255]);
        let flat = Adjustment { contrast: -1.0, ..none }.table();
        assert_eq!([flat[0], flat[255]], [128; 2]);
        let hard = Adjustment { contrast: 1.0, ..none }.table();
        assert_eq!([hard[0], hard[120], hard[140], hard[255]], [0, 0, 255, 255]);
        let bent = Adjustment { gamma: 2.0, ..none }.table();
        assert_eq!([bent[0], bent[64], bent[255]], [0, 128, 255]);
        let picture = RgbImage::from_pixel(3, 2, image::Rgb([0, 100, 250]));
        let changed = Adjustment { brightness: 0.2, ..none }.applied(&picture);
        assert_eq!(changed, RgbImage::from_pixel(3, 2, image::Rgb([51, 151, 255])));
    }
}

//! Colours of masks and classes: stable, and far from those of their neighbours.

/// sRGB, 0 to 255.
pub type Colour = [u8; 3];

/// Grey, for objects without a colour.
pub const NEUTRAL: Colour = [150; 3];

/// The colour of the `n`th mask. Successive hues are a golden angle apart, so that any run of
/// masks has well separated colours; saturation and value alternate so that similar hues differ.
pub fn mask_colour(n: u64) -> Colour {
    const GOLDEN_ANGLE: f64 = 0.381_966_011_250_105;
    let hue = (0.58 + n as f64 * GOLDEN_ANGLE).fract();
    let saturation = [0.85, 0.65, 0.95][(n % 3) as usize];
    let value = [1.0, 0.92][(n % 2) as usize];
    from_hsv(hue, saturation, value)
}

fn from_hsv(hue: f64, saturation: f64, value: f64) -> Colour {
    let channel = |offset: f64| {
        let k = (offset + hue * 6.0) % 6.0;
        let c = value - value * saturation * k.min(4.0 - k).clamp(0.0, 1.0);
        (c * 255.0).round() as u8
    };
    [channel(5.0), channel(3.0), channel(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hues_are_what_they_are_called() {
        assert_eq!(from_hsv(0.0, 1.0, 1.0), [255, 0, 0]);
        assert_eq!(from_hsv(1.0 / 3.0, 1.0, 1.0), [0, 255, 0]);
        assert_eq!(from_hsv(0.5, 1.0, 1.0), [0, 255, 255]);
        assert_eq!(from_hsv(0.7, 0.0, 0.5), [128; 3]);
    }

    #[test]
    fn neighbours_differ_clearly() {
        for n in 0..200 {
            let (a, b) = (mask_colour(n), mask_colour(n + 1));
            let distance: i32 = a.iter().zip(b).map(|(a, b)| (i32::from(*a) - i32::from(b)).abs()).sum();
            assert!(distance > 120, "{n}: {a:?} {b:?}");
        }
    }
}

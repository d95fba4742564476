//! How the samples of a file become the 8-bit picture that is shown, given to the network and exported.

use image::RgbImage;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::profile;
use super::samples::{Channel, Samples, Values};

/// A picture of one channel, or of channels that are no colours, gets an automatic window if nearly all of its
/// samples lie in this lowest share of the numbers.
const MOST_USED_OF_CHANNELS: f64 = 1.0 / 4.0;
/// The same for a picture in colour, whose shades people have chosen; 12 bits stored as 16 are below it.
const MOST_USED_OF_COLOURS: f64 = 1.0 / 15.0;

/// The choices of a user; the default is automatic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rendering {
    /// `None` is automatic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// Lightens the midtones if above 1, darkens them if below; between [`Rendering::GAMMAS`].
    pub gamma: f32,
    /// `None` is automatic: the colours, or else the first channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Channels>,
}

impl Default for Rendering {
    fn default() -> Self {
        Self { window: None, gamma: 1.0, channels: None }
    }
}

impl Rendering {
    /// The smallest and the largest gamma; others are replaced by the nearest.
    pub const GAMMAS: [f32; 2] = [0.1, 10.0];

    /// Whether everything is automatic.
    pub fn is_automatic(&self) -> bool {
        *self == Self::default()
    }
}

/// The samples that are shown black and white. A window with `black` above `white` inverts the picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 2]", into = "[f64; 2]")]
pub struct Window {
    pub black: f64,
    pub white: f64,
}

impl From<[f64; 2]> for Window {
    fn from([black, white]: [f64; 2]) -> Self {
        Self { black, white }
    }
}

impl From<Window> for [f64; 2] {
    fn from(window: Window) -> Self {
        [window.black, window.white]
    }
}

/// The channels that are shown, counted from 0. Those that a file lacks are black.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Channels {
    Grey(usize),
    /// As red, green and blue; `None` is black.
    Rgb([Option<usize>; 3]),
}

impl Samples {
    /// The picture with these choices, as sRGB.
    pub fn render(&self, rendering: &Rendering) -> RgbImage {
        let channels = rendering.channels.unwrap_or_else(|| self.usual_channels());
        let (low, high) = (Rendering::GAMMAS[0], Rendering::GAMMAS[1]);
        let gamma = if rendering.gamma.is_finite() { rendering.gamma.clamp(low, high) } else { 1.0 };
        let shades = |channel: Option<usize>| {
            let window = self.window_of(channel?, channels, rendering)?;
            Some(self.channels.get(channel?)?.shades(window, gamma))
        };
        let (width, height) = self.size;
        let mut pixels = RgbImage::new(width, height);
        let planes = match channels {
            Channels::Grey(channel) => [shades(Some(channel)), None, None],
            Channels::Rgb(of_colours) => of_colours.map(shades),
        };
        let row = width as usize;
        pixels.par_chunks_mut(3 * row).enumerate().for_each(|(y, to)| {
            for (i, plane) in planes.iter().enumerate() {
                let Some(plane) = plane else { continue };
                to[i..]
                    .iter_mut()
                    .step_by(3)
                    .zip(&plane[y * row..][..row])
                    .for_each(|(to, from)| *to = *from);
            }
            if matches!(channels, Channels::Grey(_)) {
                to.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| *pixel = [pixel[0]; 3]);
            }
        });
        if let Some(icc) = self.icc.as_ref().filter(|_| channels == self.usual_channels()) {
            profile::to_srgb(&mut pixels, icc, !self.has_colours);
        }
        pixels
    }

    /// The channels that are shown unless others are chosen.
    pub fn usual_channels(&self) -> Channels {
        match self.has_colours {
            true => Channels::Rgb([Some(0), Some(1), Some(2)]),
            false => Channels::Grey(0),
        }
    }

    /// The window that a rendering shows the first of its channels in.
    pub fn window(&self, rendering: &Rendering) -> Option<Window> {
        let channels = rendering.channels.unwrap_or_else(|| self.usual_channels());
        let first = match channels {
            Channels::Grey(channel) => Some(channel),
            Channels::Rgb(of_colours) => of_colours.into_iter().flatten().next(),
        };
        self.window_of(first?, channels, rendering)
    }

    /// `None` for a channel that the file lacks.
    fn window_of(&self, channel: usize, channels: Channels, rendering: &Rendering) -> Option<Window> {
        let of_channel = self.channels.get(channel)?;
        Some(match rendering.window {
            Some(window) => window,
            None if self.has_colours && channels == self.usual_channels() => self.window_of_colours(),
            None => self.window_of_channel(of_channel),
        })
    }

    /// All of the numbers, unless nearly all samples are among the lowest.
    fn window_of_channel(&self, channel: &Channel) -> Window {
        let [low, high] = channel.most;
        let used = Window { black: low, white: high };
        match self.range {
            Some(all)
                if high <= low || high - all.black >= MOST_USED_OF_CHANNELS * (all.white - all.black) =>
            {
                all
            }
            Some(all) if !self.is_deep => all,
            _ => used,
        }
    }

    /// One window for all colours, so that they keep their hues.
    fn window_of_colours(&self) -> Window {
        let colours = &self.channels[..3];
        let high = colours.iter().map(|channel| channel.most[1]).fold(f64::NEG_INFINITY, f64::max);
        let low = colours.iter().map(|channel| channel.most[0]).fold(f64::INFINITY, f64::min);
        match self.range {
            Some(Window { black, white })
                if self.is_deep && high > black && high - black < MOST_USED_OF_COLOURS * (white - black) =>
            {
                Window { black, white: high }
            }
            Some(all) => all,
            None => Window { black: low, white: high },
        }
    }
}

impl Channel {
    /// The shades of the samples, row by row.
    fn shades(&self, window: Window, gamma: f32) -> Vec<u8> {
        let shade = |value: f64| shade(value, window, gamma);
        match &self.values {
            Values::Whole(values) => {
                let table: Vec<u8> =
                    (0..=u16::MAX).into_par_iter().map(|value| shade(value.into())).collect();
                values.par_iter().map(|value| table[usize::from(*value)]).collect()
            }
            Values::Real(values) => values.par_iter().map(|value| shade((*value).into())).collect(),
        }
    }
}

/// A sample that is no number is black.
fn shade(value: f64, Window { black, white }: Window, gamma: f32) -> u8 {
    let share = match white - black {
        0.0 => f64::from(u8::from(value >= white)),
        width => ((value - black) / width).clamp(0.0, 1.0),
    };
    // Exactly 255 times the share without gamma.
    let share = if gamma == 1.0 { share } else { share.powf(1.0 / f64::from(gamma)) };
    (share * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(values: Vec<u16>) -> Samples {
        let size = (values.len() as u32, 1);
        let range = Some(Window { black: 0.0, white: 65535.0 });
        Samples::new(size, vec![Values::Whole(values)], range, false, true)
    }

    fn shades(samples: &Samples, rendering: Rendering) -> Vec<u8> {
        samples.render(&rendering).pixels().map(|pixel| pixel.0[0]).collect()
    }

    #[test]
    fn a_12_bit_picture_fills_the_shades_and_a_full_one_keeps_them() {
        let low = grey((0..4096).collect());
        let seen = shades(&low, Rendering::default());
        assert_eq!((seen[0], seen[4095]), (0, 255));
        assert!(seen[2048].abs_diff(128) <= 1, "{}", seen[2048]);
        let full = grey((0..=u16::MAX).step_by(16).collect());
        let expected = (0..=u16::MAX).step_by(16).map(|v| ((u32::from(v) * 255 + 32767) / 65535) as u8);
        assert!(shades(&full, Rendering::default()).into_iter().eq(expected));
        // Neither one shade, nor a quarter, nor little contrast is nearly black.
        assert_eq!(shades(&grey(vec![700; 9]), Rendering::default()), [3; 9]);
        assert_eq!(shades(&grey(vec![0, 16500]), Rendering::default()), [0, 64]);
        assert_eq!(shades(&grey(vec![25700, 32896]), Rendering::default()), [100, 128]);
    }

    #[test]
    fn outliers_do_not_darken_the_rest() {
        let mut values: Vec<u16> = (0..10_000).map(|i| 100 + (i % 1000) as u16).collect();
        values[5] = u16::MAX;
        let seen = shades(&grey(values), Rendering::default());
        assert_eq!((seen[0], seen[5], seen[999]), (0, 255, 255));
    }

    #[test]
    fn a_window_by_hand_clips_inverts_and_bends() {
        let samples = grey(vec![0, 100, 200, 300, 400]);
        let window = |black: f64, white: f64| Some(Window { black, white });
        let with = |window, gamma| shades(&samples, Rendering { window, gamma, channels: None });
        assert_eq!(with(window(100.0, 300.0), 1.0), [0, 0, 128, 255, 255]);
        assert_eq!(with(window(300.0, 100.0), 1.0), [255, 255, 128, 0, 0]);
        assert_eq!(with(window(0.0, 400.0), 2.0), [0, 128, 180, 221, 255]);
        assert_eq!(with(window(200.0, 200.0), f32::NAN), [0, 0, 255, 255, 255]);
    }

    #[test]
    fn colours_share_a_window_and_need_one_only_below_13_bits() {
        let of = |white: u16| {
            let plane = |share: u16| Values::Whole((0..1000).map(|i| i * (white / share / 1000)).collect());
            let range = Some(Window { black: 0.0, white: 65535.0 });
            Samples::new((1000, 1), vec![plane(1), plane(2), plane(4)], range, true, true)
        };
        let [r, g, b] = of(4000).render(&Rendering::default()).get_pixel(999, 0).0;
        assert!(r == 255 && g.abs_diff(127) <= 1 && b.abs_diff(63) <= 1, "{r} {g} {b}");
        assert_eq!(of(8000).render(&Rendering::default()).get_pixel(999, 0).0, [31, 16, 8]);
    }

    #[test]
    fn numbers_without_a_range_are_shown_by_what_they_are() {
        let values: Vec<f32> =
            (0..2000).map(|i| i as f32 - 1000.0).chain([f32::NAN, f32::INFINITY]).collect();
        let samples = Samples::new((2002, 1), vec![Values::Real(values)], None, false, true);
        let seen = shades(&samples, Rendering::default());
        assert_eq!((seen[0], seen[1999], seen[2000], seen[2001]), (0, 255, 0, 255));
        assert!(seen[1000].abs_diff(128) <= 1);
    }

    #[test]
    fn channels_are_chosen_as_grey_or_as_colours() {
        let planes = (0..5).map(|i| Values::Whole(vec![0, 10 * i])).collect();
        let range = Some(Window { black: 0.0, white: 255.0 });
        let samples = Samples::new((2, 1), planes, range, false, false);
        let with =
            |channels| samples.render(&Rendering { channels, ..Rendering::default() }).get_pixel(1, 0).0;
        assert_eq!(with(None), [0; 3]);
        assert_eq!(with(Some(Channels::Grey(3))), [30; 3]);
        assert_eq!(with(Some(Channels::Rgb([Some(4), None, Some(1)]))), [40, 0, 10]);
        assert_eq!(with(Some(Channels::Rgb([Some(7), None, None]))), [0; 3], "there is no such channel");
    }

    #[test]
    fn choices_are_kept_as_short_json() {
        let rendering = Rendering {
            window: Some(Window { black: 12.0, white: 4095.0 }),
            gamma: 1.0,
            channels: Some(Channels::Rgb([Some(2), None, Some(0)])),
        };
        let json = serde_json::to_string(&rendering).unwrap();
        assert_eq!(json, r#"{"window":[12.0,4095.0],"gamma":1.0,"channels":[2,null,0]}"#);
        assert_eq!(serde_json::from_str::<Rendering>(&json).unwrap(), rendering);
        let grey: Rendering = serde_json::from_str(r#"{"channels":3}"#).unwrap();
        assert_eq!(grey, Rendering { channels: Some(Channels::Grey(3)), ..Rendering::default() });
    }
}

//! The meaning of the colours of masks.

use std::sync::Arc;

use super::{ClassList, MaskItem};
use crate::colour::{Colour, NEUTRAL, mask_colour};

/// The meaning of the colours of masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum ColourMode {
    /// Each mask has its own colour, which never changes.
    Own,
    /// The same with different colours for each seed, to distinguish neighbours with similar colours.
    Random(u64),
    /// The colour of the mask's class; without a class its own.
    #[default]
    Class,
    /// From the smallest mask, dark blue, to the largest, yellow.
    Area,
    /// From a predicted IoU of 0, dark blue, to 1, yellow; grey without one.
    Score,
}

/// The colours of the masks in a mode, in the order of the masks.
pub fn colours(masks: &[Arc<MaskItem>], classes: &ClassList, mode: ColourMode) -> Vec<Colour> {
    match mode {
        ColourMode::Own => masks.iter().map(|m| m.annotation.shown_colour()).collect(),
        ColourMode::Class => {
            let colour = |m: &Arc<MaskItem>| Some(classes.get(m.annotation.class?)?.colour);
            masks.iter().map(|m| colour(m).unwrap_or(m.annotation.shown_colour())).collect()
        }
        ColourMode::Random(seed) => masks.iter().map(|m| mask_colour(scramble(m.id.0, seed))).collect(),
        ColourMode::Score => {
            masks.iter().map(|m| m.annotation.predicted_iou.map_or(NEUTRAL, on_scale)).collect()
        }
        ColourMode::Area => {
            let mut by_area: Vec<usize> = (0..masks.len()).collect();
            by_area.sort_by_key(|i| masks[*i].annotation.mask.area());
            let mut colours = vec![Colour::default(); masks.len()];
            for (rank, i) in by_area.into_iter().enumerate() {
                colours[i] = on_scale((rank as f32 + 0.5) / masks.len() as f32);
            }
            colours
        }
    }
}

/// A number that looks random and only depends on the two arguments.
fn scramble(n: u64, seed: u64) -> u64 {
    let mut x = n.wrapping_add(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x ^ (x >> 31)) % 1_000_003
}

/// The colour of a share in [0, 1] on a perceptually even scale from dark blue over red to yellow.
fn on_scale(share: f32) -> Colour {
    const STOPS: [[f32; 3]; 5] =
        [[40., 30., 150.], [130., 20., 165.], [205., 70., 120.], [245., 140., 65.], [245., 235., 50.]];
    let at = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f32;
    let low = (at as usize).min(STOPS.len() - 2);
    let t = at - low as f32;
    std::array::from_fn(|c| (STOPS[low][c] * (1.0 - t) + STOPS[low + 1][c] * t).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Annotation;
    use crate::document::MaskId;

    fn item(id: u64, area: u32, predicted_iou: f32) -> Arc<MaskItem> {
        let mask = crate::mask::Mask::from_fn(20, 1, |x, _| x < area);
        let annotation = Annotation {
            colour: Some(mask_colour(id)),
            predicted_iou: Some(predicted_iou),
            ..Annotation::new("", mask)
        };
        Arc::new(MaskItem::new(MaskId(id), annotation))
    }

    #[test]
    fn modes_show_what_they_are_called() {
        let none = ClassList::default();
        let masks = [item(1, 9, 0.2), item(2, 3, 1.0), item(3, 15, 0.0)];
        assert_eq!(colours(&masks, &none, ColourMode::Own), [1, 2, 3].map(mask_colour));
        let lightness = |c: Colour| c.iter().map(|v| u32::from(*v)).sum::<u32>();
        let light = |mode| colours(&masks, &none, mode).into_iter().map(lightness).collect::<Vec<_>>();
        let by_area = light(ColourMode::Area);
        assert!(by_area[1] < by_area[0] && by_area[0] < by_area[2], "{by_area:?}");
        let by_score = light(ColourMode::Score);
        assert!(by_score[2] < by_score[0] && by_score[0] < by_score[1], "{by_score:?}");
        assert_eq!(
            colours(&masks, &none, ColourMode::Random(5)),
            colours(&masks, &none, ColourMode::Random(5))
        );
        assert_ne!(
            colours(&masks, &none, ColourMode::Random(5)),
            colours(&masks, &none, ColourMode::Random(6))
        );
    }
}

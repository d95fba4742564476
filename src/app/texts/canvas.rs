//! The photo with its prompts.

use super::yes_no;

texts! { canvas:
    photo;
    overview;
    whole_photo;
    point_tooltip;
    region_tooltip;
    /// `number` counts from 1.
    point(number: usize, positive: bool => yes_no(positive));
    /// Sizes in pixels.
    region(width: u32, height: u32);
}

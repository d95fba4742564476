//! Copying and pasting masks.

use super::units;

texts! { clipboard:
    finding;
    nothing_in_previous;
    no_class;
    copy_of(mask: &str);
    copied(masks: usize);
    cut(masks: usize);
    outside(masks: usize);
    nothing_cut;
    /// Sizes in pixels.
    of_size(width: u32, height: u32, cut: &str);
    /// Masks whose objects were not found in the photo.
    not_found(names: &str);
}

/// What was cut because the photo has another size than the one that the masks come from.
pub fn other_size(masks_cut: usize, masks_outside: usize, (width, height): (u32, u32)) -> String {
    let some = |masks: usize| Some(masks).filter(|masks| *masks > 0);
    let lost = [some(masks_cut).map(cut), some(masks_outside).map(outside)];
    let lost = units::enumerated(lost.into_iter().flatten());
    of_size(width, height, if lost.is_empty() { nothing_cut() } else { &lost })
}

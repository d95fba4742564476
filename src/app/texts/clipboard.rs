//! Copying and pasting masks.

pub const FINDING: &str = "Finding the pasted masks";
pub const NOTHING_IN_PREVIOUS: &str = "The previous photo has no masks.";
/// The label of the step of undo.
pub const DUPLICATE: &str = "Duplicate";
pub const NO_CLASS: &str = "The copied masks have no class.";

pub fn copy_of(mask: &str) -> String {
    format!("{mask} copy")
}

pub fn copied(masks: usize) -> String {
    format!("{} copied.", super::masks(masks))
}

/// What was cut because the photo has another size than the one that the masks come from.
pub fn other_size(cut: usize, outside: usize, (width, height): (u32, u32)) -> String {
    let parts = [(cut, "cut at the border"), (outside, "outside the photo and skipped")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let lost: Vec<String> = parts.map(|(count, what)| format!("{}: {what}", super::masks(count))).collect();
    let what = if lost.is_empty() { "Nothing was cut".into() } else { lost.join("; ") };
    format!("The masks come from a photo of {width}×{height} pixels and keep their place. {what}.")
}

/// Masks whose objects were not found in the photo.
pub fn not_found(names: &str) -> String {
    format!("Not found in this photo: {names}")
}

//! What a format cannot hold.

use rayon::prelude::*;

use super::format::{CocoSegmentation, ExportOptions, Format, LabelmeShapes, YoloParts};
use super::{ExportMask, UNCLASSED};
use crate::mask::polygon::{polygons, without_holes};
use crate::mask::union_area;

/// What of these masks would be lost in a format, in sentences for people; empty if nothing is.
/// Pictures that are only to be looked at lose nothing that matters.
pub fn losses(format: Format, options: &ExportOptions, masks: &[ExportMask]) -> Vec<String> {
    let mut losses = vec![];
    if format.has_outlines(options) {
        let holes_are_kept = matches!(format, Format::Svg | Format::GeoJson);
        let of: Vec<Outlined> = masks.par_iter().map(Outlined::new).collect();
        let empty = masks.iter().filter(|item| item.mask.is_empty()).count();
        if empty > 0 {
            losses.push(format!("{} left out.", are(empty, "mask without pixels", "masks without pixels")));
        }
        let holed = of.iter().filter(|o| o.filled > 0).count();
        if holed > 0 && !holes_are_kept {
            let pixels: u64 = of.iter().map(|o| o.filled).sum();
            losses.push(format!(
                "The holes of {} are filled ({pixels} pixels).",
                count(holed, "mask", "masks")
            ));
        }
        let parted = of.iter().filter(|o| o.parts > 1).count();
        if parted > 0 && format == Format::Yolo {
            let masks = count(parted, "mask", "masks");
            losses.push(match options.yolo {
                YoloParts::Joined => format!("The parts of {masks} are joined by lines."),
                YoloParts::Separate => format!("Each part of {masks} becomes an object of its own."),
            });
        }
        if options.tolerance > 0.0 {
            losses.push(format!("Outlines are simplified by up to {} pixels.", options.tolerance));
        }
    }
    if matches!(format, Format::LabelMap | Format::Voc) {
        let total: u64 = masks.iter().map(|item| item.mask.area()).sum();
        let hidden = total - union_area(masks.iter().map(|item| &*item.mask));
        if hidden > 0 {
            losses
                .push(format!("Where masks overlap only the smallest is kept ({hidden} pixels are hidden)."));
        }
    }
    let has_classes =
        matches!(format, Format::Yolo | Format::Voc | Format::Isat | Format::Labelme | Format::CocoJson);
    let unclassed = masks.iter().filter(|item| item.class.is_none()).count();
    if has_classes && unclassed > 0 {
        losses.push(format!(
            "{} called \"{UNCLASSED}\".",
            are(unclassed, "mask without class", "masks without class")
        ));
    }
    if matches!(format, Format::Yolo | Format::Voc) && !masks.is_empty() {
        losses.push("Names, scores and colours of masks are not kept.".into());
    }
    losses
}

/// Whether a format keeps each pixel of any mask, as far as it is about pixels at all.
pub fn keeps_pixels(format: Format, options: &ExportOptions) -> bool {
    match format {
        Format::CocoJson => options.coco != CocoSegmentation::Polygons,
        Format::Labelme => options.labelme == LabelmeShapes::Masks,
        Format::Records | Format::BinaryPng => true,
        Format::Svg | Format::GeoJson => options.tolerance <= 0.0,
        _ => false,
    }
}

struct Outlined {
    parts: usize,
    /// Pixels of holes.
    filled: u64,
}

impl Outlined {
    fn new(item: &ExportMask) -> Self {
        let parts = polygons(&item.mask);
        let filled = without_holes(&item.mask, &parts).area() - item.mask.area();
        Self { parts: parts.len(), filled }
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn are(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n, one, many), if n == 1 { "is" } else { "are" })
}

//! What a format cannot hold.

use rayon::prelude::*;

use super::UNCLASSED;
use super::format::{CocoSegmentation, ExportOptions, Format, LabelmeShapes, YoloParts};
use crate::annotation::Annotation;
use crate::mask::polygon::{polygons, without_holes};
use crate::mask::union_area;

/// What of these masks would be lost in a format, in sentences for people; empty if nothing is.
/// Pictures that are only to be looked at lose nothing that matters.
pub fn losses(format: Format, options: &ExportOptions, masks: &[Annotation]) -> Vec<String> {
    let mut losses = Losses::new(format, options);
    losses.add(masks);
    losses.sentences()
}

/// What of the masks of one or several photos would be lost in a format.
pub struct Losses<'a> {
    format: Format,
    options: &'a ExportOptions,
    masks: usize,
    empty: usize,
    holed: usize,
    /// Pixels of holes.
    filled: u64,
    parted: usize,
    /// Pixels of masks below others.
    hidden: u64,
    unclassed: usize,
}

impl<'a> Losses<'a> {
    /// Nothing so far.
    pub fn new(format: Format, options: &'a ExportOptions) -> Self {
        Self { format, options, masks: 0, empty: 0, holed: 0, filled: 0, parted: 0, hidden: 0, unclassed: 0 }
    }

    /// Adds the masks of a photo.
    pub fn add(&mut self, masks: &[Annotation]) {
        self.masks += masks.len();
        self.unclassed += masks.iter().filter(|item| item.class.is_none()).count();
        if self.format.has_outlines(self.options) {
            let of: Vec<Outlined> = masks.par_iter().map(Outlined::new).collect();
            self.empty += masks.iter().filter(|item| item.mask.is_empty()).count();
            self.holed += of.iter().filter(|o| o.filled > 0).count();
            self.filled += of.iter().map(|o| o.filled).sum::<u64>();
            self.parted += of.iter().filter(|o| o.parts > 1).count();
        }
        if matches!(self.format, Format::LabelMap | Format::Voc) {
            let total: u64 = masks.iter().map(|item| item.mask.area()).sum();
            self.hidden += total - union_area(masks.iter().map(|item| &*item.mask));
        }
    }

    /// What is lost, in sentences for people.
    pub fn sentences(&self) -> Vec<String> {
        let mut losses = vec![];
        let (format, options) = (self.format, self.options);
        if self.empty > 0 {
            let empty = are(self.empty, "mask without pixels", "masks without pixels");
            losses.push(format!("{empty} left out."));
        }
        let holes_are_kept = matches!(format, Format::Svg | Format::GeoJson);
        if self.holed > 0 && !holes_are_kept {
            let holed = count(self.holed, "mask", "masks");
            losses.push(format!("The holes of {holed} are filled ({} pixels).", self.filled));
        }
        if self.parted > 0 && format == Format::Yolo {
            let masks = count(self.parted, "mask", "masks");
            losses.push(match options.yolo {
                YoloParts::Joined => format!("The parts of {masks} are joined by lines."),
                YoloParts::Separate => format!("Each part of {masks} becomes an object of its own."),
            });
        }
        if format.has_outlines(options) && options.tolerance > 0.0 {
            losses.push(format!("Outlines are simplified by up to {} pixels.", options.tolerance));
        }
        if self.hidden > 0 {
            let hidden = self.hidden;
            losses.push(format!(
                "Where masks overlap only the upper one is kept ({hidden} pixels are hidden)."
            ));
        }
        let has_classes =
            matches!(format, Format::Yolo | Format::Voc | Format::Isat | Format::Labelme | Format::CocoJson);
        if has_classes && self.unclassed > 0 {
            let unclassed = are(self.unclassed, "mask without class", "masks without class");
            losses.push(format!("{unclassed} called \"{UNCLASSED}\"."));
        }
        if matches!(format, Format::Yolo | Format::Voc) && self.masks > 0 {
            losses.push("Names, scores and colours of masks are not kept.".into());
        }
        losses
    }
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
    fn new(item: &Annotation) -> Self {
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

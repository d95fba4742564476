//! What a format cannot store.

use rayon::prelude::*;

use crate::annotation::Annotation;
use crate::attribute::AttributeValue;
use crate::files::formats::definition::{Keeps, KeptAttributes, Parts, Shape};
use crate::files::formats::{ExportOptions, Format, UNCLASSED};
use crate::mask::polygon::{polygons, without_holes};
use crate::mask::union_area;

/// What a format would lose of these masks, in sentences for users; empty if nothing. Images for viewing lose
/// nothing that matters.
pub fn losses(format: Format, options: &ExportOptions, masks: &[Annotation]) -> Vec<String> {
    let mut losses = Losses::new(format, options);
    losses.add(masks);
    losses.sentences()
}

/// What a format would lose of the masks of one or several photos.
pub struct Losses<'a> {
    keeps: Keeps,
    options: &'a ExportOptions,
    masks: usize,
    empty: usize,
    holed: usize,
    /// Pixels of holes.
    filled: u64,
    parted: usize,
    /// Pixels hidden below other masks.
    hidden: u64,
    unclassed: usize,
    /// Masks with attributes that are lost.
    without_attributes: usize,
}

impl<'a> Losses<'a> {
    /// No masks yet.
    pub fn new(format: Format, options: &'a ExportOptions) -> Self {
        let keeps = format.definition().keeps(options);
        Self {
            keeps,
            options,
            masks: 0,
            empty: 0,
            holed: 0,
            filled: 0,
            parted: 0,
            hidden: 0,
            unclassed: 0,
            without_attributes: 0,
        }
    }

    /// Adds the masks of a photo.
    pub fn add(&mut self, masks: &[Annotation]) {
        self.masks += masks.len();
        self.unclassed += masks.iter().filter(|item| item.class.is_none()).count();
        self.without_attributes += masks.iter().filter(|item| self.loses_attributes(item)).count();
        match self.keeps.shape {
            Shape::Outlines { .. } => {
                let of: Vec<Outlined> = masks.par_iter().map(Outlined::new).collect();
                self.empty += masks.iter().filter(|item| item.mask.is_empty()).count();
                self.holed += of.iter().filter(|o| o.filled > 0).count();
                self.filled += of.iter().map(|o| o.filled).sum::<u64>();
                self.parted += of.iter().filter(|o| o.parts > 1).count();
            }
            Shape::UpperPixels => {
                let total: u64 = masks.iter().map(|item| item.mask.area()).sum();
                self.hidden += total - union_area(masks.iter().map(|item| &*item.mask));
            }
            Shape::Pixels | Shape::Illustration => {}
        }
    }

    fn loses_attributes(&self, item: &Annotation) -> bool {
        let is_lost = |value: &AttributeValue| match self.keeps.attributes {
            KeptAttributes::All => false,
            KeptAttributes::Flags => !matches!(value, AttributeValue::YesNo(_)),
            KeptAttributes::None => self.keeps.shape != Shape::Illustration,
        };
        item.attributes.values().any(is_lost)
    }

    /// The losses, in sentences for users.
    pub fn sentences(&self) -> Vec<String> {
        let mut losses = self.of_shape();
        if !self.keeps.missing_class && self.unclassed > 0 {
            let unclassed = are(self.unclassed, "mask without class", "masks without class");
            losses.push(format!("{unclassed} called \"{UNCLASSED}\"."));
        }
        if !self.keeps.details && self.masks > 0 {
            losses.push("Names, scores and colours of masks are lost.".into());
        }
        if self.without_attributes > 0 {
            let masks = count(self.without_attributes, "mask", "masks");
            losses.push(match self.keeps.attributes {
                KeptAttributes::Flags => format!("Attributes of {masks} are lost, except yes and no."),
                KeptAttributes::All | KeptAttributes::None => format!("The attributes of {masks} are lost."),
            });
        }
        losses
    }

    fn of_shape(&self) -> Vec<String> {
        match self.keeps.shape {
            Shape::Outlines { holes, parts } => self.of_outlines(holes, parts),
            Shape::UpperPixels if self.hidden > 0 => {
                let hidden = self.hidden;
                vec![format!("Where masks overlap, only the upper one is kept ({hidden} pixels are hidden).")]
            }
            Shape::UpperPixels | Shape::Pixels | Shape::Illustration => vec![],
        }
    }

    fn of_outlines(&self, holes: bool, parts: Parts) -> Vec<String> {
        let mut losses = vec![];
        if self.empty > 0 {
            let empty = are(self.empty, "mask without pixels", "masks without pixels");
            losses.push(format!("{empty} skipped."));
        }
        if self.holed > 0 && !holes {
            let holed = count(self.holed, "mask", "masks");
            losses.push(format!("The holes of {holed} are filled ({} pixels).", self.filled));
        }
        if self.parted > 0 {
            let masks = count(self.parted, "mask", "masks");
            match parts {
                Parts::Grouped => {}
                Parts::Joined => losses.push(format!("The parts of {masks} are joined by lines.")),
                Parts::Separate => losses.push(format!("Each part of {masks} becomes a separate object.")),
            }
        }
        if self.options.tolerance > 0.0 {
            losses.push(format!("Outlines are simplified by up to {} pixels.", self.options.tolerance));
        }
        losses
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::files::formats::tests::subject;
    use crate::mask::Mask;

    #[test]
    fn what_is_lost_is_said() {
        let (_, mut masks) = subject();
        let said =
            |format, options: &ExportOptions, masks: &[Annotation]| losses(format, options, masks).join(" ");
        let options = ExportOptions::default();
        assert_eq!(said(Format::BinaryPng, &options, &masks), "");
        assert_eq!(said(Format::GeoJson, &options, &masks), "");
        let yolo = said(Format::Yolo, &options, &masks);
        assert!(yolo.contains("The holes of 1 mask are filled (1 pixels)."), "{yolo}");
        assert!(yolo.contains("2 masks without class are called \"object\"."), "{yolo}");
        masks[0].mask = Arc::new(Mask::from_fn(6, 4, |x, _| x % 2 == 1));
        masks.iter_mut().for_each(|item| item.class = Some("cup".into()));
        let yolo = said(Format::Yolo, &options, &masks);
        assert!(yolo.contains("The parts of 1 mask are joined"), "{yolo}");
        assert!(said(Format::LabelMap, &options, &masks).contains("1 pixels are hidden"));
        assert_eq!(said(Format::Labelme, &options, &masks), "");
        let options = ExportOptions { tolerance: 1.5, ..options };
        assert!(said(Format::Svg, &options, &masks).contains("1.5 pixels"));
    }
}

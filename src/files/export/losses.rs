//! What a format cannot store.

use std::fmt;

use rayon::prelude::*;

use crate::annotation::Annotation;
use crate::attribute::AttributeValue;
use crate::files::formats::definition::{Keeps, KeptAttributes, Parts, Shape};
use crate::files::formats::{ExportOptions, Format, UNCLASSED};
use crate::mask::polygon::{polygons, without_holes};
use crate::mask::union_area;

/// One loss; as text, a sentence for users. Numbers are those of masks, unless something else is said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// Masks without pixels are skipped.
    Empty(usize),
    /// Holes are filled, of so many pixels.
    Holes {
        masks: usize,
        pixels: u64,
    },
    /// Separate parts are joined by lines.
    JoinedParts(usize),
    /// Separate parts become objects.
    SeparateParts(usize),
    /// Outlines deviate by up to this many pixels.
    Simplified(f64),
    /// Pixels are hidden below other masks.
    Hidden(u64),
    /// Masks without a class get the name [`UNCLASSED`].
    Unclassed(usize),
    /// Names, scores and colours of all masks.
    Details,
    Attributes(usize),
    AttributesExceptFlags(usize),
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Empty(masks) => {
                write!(f, "{} skipped.", are(masks, "mask without pixels", "masks without pixels"))
            }
            Self::Holes { masks, pixels } => {
                write!(f, "The holes of {} are filled ({pixels} pixels).", count(masks))
            }
            Self::JoinedParts(masks) => write!(f, "The parts of {} are joined by lines.", count(masks)),
            Self::SeparateParts(masks) => {
                write!(f, "Each part of {} becomes a separate object.", count(masks))
            }
            Self::Simplified(pixels) => write!(f, "Outlines are simplified by up to {pixels} pixels."),
            Self::Hidden(pixels) => {
                write!(f, "Where masks overlap, only the upper one is kept ({pixels} pixels are hidden).")
            }
            Self::Unclassed(masks) => {
                let masks = are(masks, "mask without class", "masks without class");
                write!(f, "{masks} called \"{UNCLASSED}\".")
            }
            Self::Details => f.write_str("Names, scores and colours of masks are lost."),
            Self::Attributes(masks) => write!(f, "The attributes of {} are lost.", count(masks)),
            Self::AttributesExceptFlags(masks) => {
                write!(f, "Attributes of {} are lost, except yes and no.", count(masks))
            }
        }
    }
}

/// What a format would lose of these masks; empty if nothing. Images for viewing lose nothing that matters.
pub fn losses(format: Format, options: &ExportOptions, masks: &[Annotation]) -> Vec<Loss> {
    let mut losses = Losses::new(format, options);
    losses.add(masks);
    losses.all()
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

    pub fn all(&self) -> Vec<Loss> {
        let mut losses = self.of_shape();
        if !self.keeps.missing_class && self.unclassed > 0 {
            losses.push(Loss::Unclassed(self.unclassed));
        }
        if !self.keeps.details && self.masks > 0 {
            losses.push(Loss::Details);
        }
        if self.without_attributes > 0 {
            losses.push(match self.keeps.attributes {
                KeptAttributes::Flags => Loss::AttributesExceptFlags(self.without_attributes),
                KeptAttributes::All | KeptAttributes::None => Loss::Attributes(self.without_attributes),
            });
        }
        losses
    }

    fn of_shape(&self) -> Vec<Loss> {
        match self.keeps.shape {
            Shape::Outlines { holes, parts } => self.of_outlines(holes, parts),
            Shape::UpperPixels if self.hidden > 0 => vec![Loss::Hidden(self.hidden)],
            Shape::UpperPixels | Shape::Pixels | Shape::Illustration => vec![],
        }
    }

    fn of_outlines(&self, holes: bool, parts: Parts) -> Vec<Loss> {
        let mut losses = vec![];
        if self.empty > 0 {
            losses.push(Loss::Empty(self.empty));
        }
        if self.holed > 0 && !holes {
            losses.push(Loss::Holes { masks: self.holed, pixels: self.filled });
        }
        if self.parted > 0 {
            match parts {
                Parts::Grouped => {}
                Parts::Joined => losses.push(Loss::JoinedParts(self.parted)),
                Parts::Separate => losses.push(Loss::SeparateParts(self.parted)),
            }
        }
        if self.options.tolerance > 0.0 {
            losses.push(Loss::Simplified(self.options.tolerance.into()));
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

fn count(masks: usize) -> String {
    format!("{masks} {}", if masks == 1 { "mask" } else { "masks" })
}

fn are(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("{n} {one} is") } else { format!("{n} {many} are") }
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
        let said = |format, options: &ExportOptions, masks: &[Annotation]| {
            losses(format, options, masks).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
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

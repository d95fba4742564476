//! The mask formats: one file each for writing and reading, and one registry.
//!
//! A new format is a file with a `Definition` and a line in the registry below.

mod binary_masks;
pub(super) mod boxes;
pub(super) mod class_list;
pub(super) mod coco;
mod contact_sheet;
mod csv;
mod cutouts;
pub(super) mod cvat;
pub(super) mod definition;
pub(super) mod destination;
mod geojson;
mod isat;
mod label_map;
mod labelme;
mod options;
mod overlay;
pub(super) mod part;
pub(super) mod picture;
pub(super) mod reading;
mod records;
mod script;
mod sequence;
mod session;
mod svg;
#[cfg(test)]
pub(super) mod tests;
mod voc;
mod yolo;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use self::definition::{Definition, Shape};
use self::reading::Reader;

pub use coco::{CocoSegmentation, add_coco, add_coco_part};
pub use definition::DatasetPhoto;
pub use label_map::add_label_map;
pub use labelme::LabelmeShapes;
pub use options::{ExportOptions, FormatOption};
pub use part::Part;
pub use script::{ScriptFiles, remove_leftovers};
pub use sequence::{SequenceFormat, SequenceFrame, Track, TrackMask, TrackedSequence};
pub use yolo::YoloParts;

/// The class name in files for masks without a class.
pub const UNCLASSED: &str = "object";

/// Defines [`Format`] from a list of its values and their definitions.
macro_rules! registry {
    ($($(#[$doc:meta])* $name:ident: $definition:expr,)*) => {
        /// An export format. The names of the values are part of saved settings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Format {
            $($(#[$doc])* $name,)*
        }

        impl Format {
            /// All formats, in the order of menus.
            pub const ALL: [Self; [$(stringify!($name)),*].len()] = [$(Self::$name),*];

            pub(super) fn definition(self) -> &'static dyn Definition {
                match self {
                    $(Self::$name => &$definition,)*
                }
            }
        }
    };
}

registry! {
    /// The photo inside the mask, transparent outside, cropped to the mask (RGBA PNG).
    CutoutCropped: cutouts::Cutouts { cropped: true },
    /// The same at the photo's full size.
    CutoutFull: cutouts::Cutouts { cropped: false },
    /// All cut-outs with their names on one sheet (RGB PNG).
    ContactSheet: contact_sheet::ContactSheet,
    /// White where the mask is, black elsewhere (8-bit grey PNG).
    BinaryPng: binary_masks::BinaryMasks,
    /// The photo with all masks drawn over it (RGB PNG).
    Overlay: overlay::Overlay,
    /// A grey image whose values are the numbers of the masks, and a legend (PNG and JSON).
    LabelMap: label_map::LabelMap,
    /// The output of common scripts for SAM 2: an overlay, and two images for each mask (PNG).
    Script: script::Script,
    /// All masks in one COCO instances file.
    CocoJson: coco::CocoInstances,
    /// The records of SAM 2's generator with uncompressed RLE, and names.
    Records: records::Records,
    /// A file for labelme.
    Labelme: labelme::Labelme,
    /// Labels for training YOLO, with the class list.
    Yolo: yolo::Yolo,
    /// Images of classes and of objects with Pascal VOC's palette (PNG).
    Voc: voc::PascalVoc,
    /// A file for ISAT, with its class list.
    Isat: isat::Isat,
    /// Outlines as vector graphics.
    Svg: svg::Svg,
    /// Outlines as GeoJSON in pixel coordinates, as QuPath reads it.
    GeoJson: geojson::GeoJson,
    /// Areas, boxes, scores and other measurements as a table.
    Csv: csv::Csv,
}

impl Format {
    /// The format's name on the command line.
    pub fn key(self) -> &'static str {
        self.definition().key()
    }

    /// The format's name in menus.
    pub fn label(self) -> &'static str {
        self.definition().label()
    }

    /// Whether the format has outlines instead of pixels, with these options.
    pub fn has_outlines(self, options: &ExportOptions) -> bool {
        matches!(self.definition().keeps(options).shape, Shape::Outlines { .. })
    }

    /// The options that have an effect on the format, in the order of menus.
    pub fn options(self, chosen: &ExportOptions) -> Vec<FormatOption> {
        let copies = self.definition().photo_folder(None).map(|_| FormatOption::CopyPhoto);
        let outlines = self.has_outlines(chosen).then_some(FormatOption::Tolerance);
        self.definition().own_options().iter().copied().chain(copies).chain(outlines).collect()
    }

    /// Whether the format keeps the parts of a split dataset apart.
    pub fn has_parts(self) -> bool {
        self.definition().has_parts()
    }

    /// Whether the photos of a folder share a class list.
    pub(super) fn has_class_list(self) -> bool {
        !self.definition().shared_files().is_empty()
    }
}

/// All readers; the first one that recognises a file reads it.
pub(super) fn readers() -> impl Iterator<Item = &'static dyn Reader> {
    let (session, cvat): (&dyn Reader, &dyn Reader) = (&session::SessionFile, &cvat::CvatReader);
    let of_formats = Format::ALL.into_iter().filter_map(|format| format.definition().reader());
    let mut seen = HashSet::new();
    [session].into_iter().chain(of_formats).chain([cvat]).filter(move |reader| seen.insert(reader.name()))
}

/// All readable kinds of files, for messages.
fn readable() -> String {
    readers().map(|reader| reader.name()).collect::<Vec<_>>().join(", ")
}

//! The formats, what can be chosen about them, and the names of their files.

use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::script::ScriptFiles;
use super::yolo;
use crate::annotation::Annotation;
use crate::files::Photo;
use crate::files::names::fitting;
use crate::files::photo::{name_of, stem_of};

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Format {
    /// The photo where the mask is, transparent elsewhere, cropped to the mask (RGBA PNG).
    CutoutCropped,
    /// The same at the photo's full size.
    CutoutFull,
    /// All cut-outs with their names on one sheet (RGB PNG).
    ContactSheet,
    /// White where the mask is, black elsewhere (8-bit grey PNG).
    BinaryPng,
    /// The photo with all masks painted over it (RGB PNG).
    Overlay,
    /// A grey picture whose values tell the masks, and a legend (PNG and JSON).
    LabelMap,
    /// What scripts around SAM 2 write: an overlay, and two pictures for each mask (PNG).
    Script,
    /// All masks in one COCO instances file.
    CocoJson,
    /// The records of SAM 2's generator with uncompressed RLE, and names.
    Records,
    /// A file for labelme.
    Labelme,
    /// Labels for training YOLO, with the list of classes.
    Yolo,
    /// Pictures of classes and of objects with Pascal VOC's palette (PNG).
    Voc,
    /// A file for ISAT, with its list of classes.
    Isat,
    /// Outlines as vector graphics.
    Svg,
    /// Outlines as GeoJSON in pixel coordinates, as QuPath reads it.
    GeoJson,
    /// Areas, boxes, scores and other figures as a table.
    Csv,
}

impl Format {
    pub const ALL: [Format; 16] = [
        Format::CutoutCropped,
        Format::CutoutFull,
        Format::ContactSheet,
        Format::BinaryPng,
        Format::Overlay,
        Format::LabelMap,
        Format::Script,
        Format::CocoJson,
        Format::Records,
        Format::Labelme,
        Format::Yolo,
        Format::Voc,
        Format::Isat,
        Format::Svg,
        Format::GeoJson,
        Format::Csv,
    ];

    /// How the format is called in menus.
    pub fn label(self) -> &'static str {
        match self {
            Format::CutoutCropped => "Cut-outs, cropped (PNG)",
            Format::CutoutFull => "Cut-outs, full size (PNG)",
            Format::ContactSheet => "Contact sheet of cut-outs (PNG)",
            Format::BinaryPng => "Binary masks (PNG)",
            Format::Overlay => "Coloured overlay (PNG)",
            Format::LabelMap => "Label map with legend (PNG)",
            Format::Script => "Overlay and layers of the SAM 2 script (PNG)",
            Format::CocoJson => "COCO instances (JSON)",
            Format::Records => "Records of SAM 2's generator (JSON)",
            Format::Labelme => "labelme (JSON)",
            Format::Yolo => "YOLO segmentation (TXT)",
            Format::Voc => "Pascal VOC classes and objects (PNG)",
            Format::Isat => "ISAT (JSON)",
            Format::Svg => "Outlines (SVG)",
            Format::GeoJson => "Outlines (GeoJSON)",
            Format::Csv => "Table of figures (CSV)",
        }
    }

    /// How the format is called on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Format::CutoutCropped => "cutouts",
            Format::CutoutFull => "cutouts-full",
            Format::ContactSheet => "contact-sheet",
            Format::BinaryPng => "masks",
            Format::Overlay => "overlay",
            Format::LabelMap => "labels",
            Format::Script => "script",
            Format::CocoJson => "coco",
            Format::Records => "json",
            Format::Labelme => "labelme",
            Format::Yolo => "yolo",
            Format::Voc => "voc",
            Format::Isat => "isat",
            Format::Svg => "svg",
            Format::GeoJson => "geojson",
            Format::Csv => "csv",
        }
    }

    /// Whether the photos of a folder share a list of classes.
    pub(super) fn has_class_list(self) -> bool {
        matches!(self, Format::Yolo | Format::Voc | Format::Isat)
    }

    /// Whether programs find the file of a photo by the photo's name without extension.
    pub(super) fn is_found_by_stem(self) -> bool {
        self.has_class_list() || self == Format::Labelme
    }

    /// Whether the format has outlines instead of pixels, with these options.
    pub fn has_outlines(self, options: &ExportOptions) -> bool {
        match self {
            Format::CocoJson => options.coco == CocoSegmentation::Polygons,
            Format::Labelme => options.labelme == LabelmeShapes::Polygons,
            Format::Yolo | Format::Isat | Format::Svg | Format::GeoJson => true,
            _ => false,
        }
    }
}

/// What can be chosen about the formats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportOptions {
    pub coco: CocoSegmentation,
    pub labelme: LabelmeShapes,
    pub yolo: YoloParts,
    /// Outlines may leave the mask by so many pixels to have fewer points; 0 keeps every pixel.
    pub tolerance: f32,
    /// Photo pixels around a cropped cut-out.
    pub margin: u32,
    /// Over how many pixels the edge of a cut-out fades; 0 leaves it hard.
    pub feather: f32,
    /// Also copy the photo to where the format expects it (YOLO, Pascal VOC, labelme, ISAT).
    pub copy_photo: bool,
    /// Name of the model in the names of the files of [`Format::Script`].
    pub model: String,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            coco: CocoSegmentation::default(),
            labelme: LabelmeShapes::default(),
            yolo: YoloParts::default(),
            tolerance: 0.0,
            margin: 0,
            feather: 0.0,
            copy_photo: false,
            model: "masks".into(),
        }
    }
}

/// How COCO files hold masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CocoSegmentation {
    /// The short text of pycocotools; keeps everything.
    #[default]
    CompressedRle,
    /// Run lengths as numbers; keeps everything.
    Rle,
    /// Outlines, without holes.
    Polygons,
}

/// How labelme files hold masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LabelmeShapes {
    /// Outlines that can be edited, without holes; the parts of a mask are a group.
    #[default]
    Polygons,
    /// Pixels; keeps everything.
    Masks,
}

/// How YOLO labels hold a mask of several parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum YoloParts {
    /// One object, the parts joined by lines.
    #[default]
    Joined,
    /// An object for each part.
    Separate,
}

/// As [`planned_files_with`], with the default options.
pub fn planned_files(photo: &Photo, masks: &[Annotation], format: Format, folder: &Path) -> Vec<PathBuf> {
    planned_files_with(photo, masks, format, &ExportOptions::default(), folder)
}

/// The files that an export will write, in the masks' order: `PHOTO_MASK-NAME_cutout.png` and so
/// on, or one `PHOTO_overlay.png`. The same input always gives the same names.
///
/// Lists of classes (`classes.txt` and the like) are shared by all photos in the folder: they are
/// extended and never replaced.
pub fn planned_files_with(
    photo: &Photo,
    masks: &[Annotation],
    format: Format,
    options: &ExportOptions,
    folder: &Path,
) -> Vec<PathBuf> {
    planned_files_for(&photo.path, masks, format, options, &Destination::new(folder, &photo.path))
}

/// Where the files of a photo go.
#[derive(Debug, Clone)]
pub(super) struct Destination {
    pub folder: PathBuf,
    /// What their names begin with.
    pub stem: String,
}

impl Destination {
    /// The usual one: names begin with that of the photo without its extension.
    pub fn new(folder: &Path, photo: &Path) -> Self {
        Self { folder: folder.into(), stem: stem_of(photo) }
    }

    /// One that no photo of another extension has: names begin with the whole name of the photo.
    pub fn of_its_own(folder: &Path, photo: &Path) -> Self {
        Self { folder: folder.into(), stem: name_of(photo) }
    }
}

/// As [`planned_files_with`], for a photo that need not be read for that.
pub(super) fn planned_files_for(
    photo: &Path,
    masks: &[Annotation],
    format: Format,
    options: &ExportOptions,
    Destination { folder, stem }: &Destination,
) -> Vec<PathBuf> {
    let file_name = name_of(photo);
    let one = |suffix: &str| vec![fitting(folder, stem, suffix)];
    let with_photo = |mut files: Vec<PathBuf>, place: &str| {
        if options.copy_photo {
            files.push(folder.join(place).join(&file_name));
        }
        files
    };
    match format {
        Format::CutoutCropped => per_mask(stem, masks, "_cutout.png", folder),
        Format::CutoutFull => per_mask(stem, masks, "_cutout_full.png", folder),
        Format::BinaryPng => per_mask(stem, masks, "_mask.png", folder),
        Format::ContactSheet => one("_contact.png"),
        Format::Overlay => one("_overlay.png"),
        Format::LabelMap => [one("_labels.png"), one("_labels.json")].concat(),
        Format::Script => ScriptFiles::new(stem, &options.model, folder).all(masks.len()),
        Format::CocoJson => one("_coco.json"),
        Format::Records => one("_masks.json"),
        Format::Labelme => with_photo(one(".json"), ""),
        Format::Yolo => with_photo(yolo::files(stem, folder).to_vec(), "images"),
        Format::Voc => {
            let pictures = ["SegmentationClass", "SegmentationObject"];
            let mut files = pictures.map(|f| folder.join(f).join(format!("{stem}.png"))).to_vec();
            files.push(folder.join("class_names.txt"));
            with_photo(files, "JPEGImages")
        }
        Format::Isat => with_photo([one(".json"), vec![folder.join("isat.yaml")]].concat(), ""),
        Format::Svg => one(".svg"),
        Format::GeoJson => one(".geojson"),
        Format::Csv => one("_masks.csv"),
    }
}

/// Whether a file is one that all photos in a folder share.
pub fn is_shared(file: &Path) -> bool {
    let shared = ["data.yaml", "classes.txt", "class_names.txt", "isat.yaml"];
    file.file_name().is_some_and(|name| shared.iter().any(|shared| name == *shared))
}

fn per_mask(stem: &str, masks: &[Annotation], suffix: &str, folder: &Path) -> Vec<PathBuf> {
    let mut taken = HashSet::new();
    let file = |mask: &Annotation| {
        let base = slug(&mask.name);
        let mut name = base.clone();
        let mut n = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base}-{n}");
            n += 1;
        }
        fitting(folder, &format!("{stem}_{name}"), suffix)
    };
    masks.iter().map(file).collect()
}

/// A name that every file system takes: letters and digits in any script, the rest as hyphens.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if c.is_alphanumeric() || c == '_' {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "mask".into() } else { slug.chars().take(80).collect() }
}

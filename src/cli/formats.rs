//! The export formats and their options on the command line.

use std::path::PathBuf;

use anyhow::bail;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::files::formats::{
    CocoSegmentation, ExportOptions, Format, FormatOption, LabelmeShapes, YoloParts,
};

/// The arguments that the commands which write masks have in common.
#[derive(Debug, Args)]
pub struct FormatArguments {
    /// Folder for the files; created if it does not exist.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// How COCO files store masks.
    #[arg(long, value_name = "FORM", default_value = "compressed")]
    pub coco: CocoSegmentation,

    /// How labelme files store masks.
    #[arg(long, value_name = "FORM", default_value = "polygons")]
    pub labelme: LabelmeShapes,

    /// How YOLO labels store masks with several parts.
    #[arg(long, value_name = "FORM", default_value = "joined")]
    pub yolo: YoloParts,

    /// Simplify outlines; they deviate from the mask by at most this.
    #[arg(long, value_name = "PIXELS", default_value_t = 0.0)]
    pub tolerance: f32,

    /// Margin around a cropped cut-out.
    #[arg(long, value_name = "PIXELS", default_value_t = 0)]
    pub margin: u32,

    /// Width of the soft edge of cut-outs.
    #[arg(long, value_name = "PIXELS", default_value_t = 0.0)]
    pub feather: f32,

    #[arg(long, conflicts_with = "feather", help = with_formats("Move the edges to those of the photo, as soft as they are there", FormatOption::SoftEdges))]
    pub soft_edges: bool,

    #[arg(long, help = with_formats("Also copy the photos to the folder where the format expects them", FormatOption::CopyPhoto))]
    pub with_photos: bool,

    /// Replace existing files.
    #[arg(long)]
    pub overwrite: bool,
}

/// The help of an option that only affects some formats, with their names.
fn with_formats(help: &str, option: FormatOption) -> String {
    let chosen = ExportOptions::default();
    let formats = Format::ALL.iter().filter(|format| format.options(&chosen).contains(&option));
    format!("{help} ({})", formats.map(|format| format.key()).collect::<Vec<_>>().join(", "))
}

/// The largest tolerance and soft edge, in pixels.
const MAX_SOFTNESS: f32 = 1000.0;

impl FormatArguments {
    /// The options for the library.
    ///
    /// # Errors
    /// A number is out of range.
    pub fn options(&self) -> anyhow::Result<ExportOptions> {
        for (name, value) in [("tolerance", self.tolerance), ("feather", self.feather)] {
            if !(0.0..=MAX_SOFTNESS).contains(&value) {
                bail!("--{name} {value}: give a number from 0 to {MAX_SOFTNESS}");
            }
        }
        Ok(ExportOptions {
            coco: self.coco,
            labelme: self.labelme,
            yolo: self.yolo,
            tolerance: self.tolerance,
            margin: self.margin,
            feather: self.feather,
            soft_edges: self.soft_edges,
            copy_photo: self.with_photos,
            ..ExportOptions::default()
        })
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.key()).help(self.label()))
    }
}

impl ValueEnum for CocoSegmentation {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::CompressedRle, Self::Rle, Self::Polygons]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::CompressedRle => PossibleValue::new("compressed").help("Compressed RLE, as in pycocotools"),
            Self::Rle => PossibleValue::new("rle").help("Uncompressed RLE"),
            Self::Polygons => PossibleValue::new("polygons").help("Outlines, without holes"),
        })
    }
}

impl ValueEnum for LabelmeShapes {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Polygons, Self::Masks]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Polygons => PossibleValue::new("polygons").help("Editable outlines, without holes"),
            Self::Masks => PossibleValue::new("masks").help("Pixels"),
        })
    }
}

impl ValueEnum for YoloParts {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Joined, Self::Separate]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Joined => PossibleValue::new("joined").help("One object; lines connect the parts"),
            Self::Separate => PossibleValue::new("separate").help("One object for each part"),
        })
    }
}

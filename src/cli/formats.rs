//! The export formats and their options on the command line.

use std::path::PathBuf;

use anyhow::bail;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::files::formats::{
    CocoSegmentation, ExportOptions, Format, FormatOption, LabelmeShapes, YoloParts,
};

/// What the commands that write masks have in common.
#[derive(Debug, Args)]
pub struct FormatArguments {
    /// Folder for the files; it is made if it is missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// How COCO files hold masks.
    #[arg(long, value_name = "FORM", default_value = "compressed")]
    pub coco: CocoSegmentation,

    /// How labelme files hold masks.
    #[arg(long, value_name = "FORM", default_value = "polygons")]
    pub labelme: LabelmeShapes,

    /// How YOLO labels hold masks of several parts.
    #[arg(long, value_name = "FORM", default_value = "joined")]
    pub yolo: YoloParts,

    /// Let outlines leave the mask by so many pixels, to have fewer points.
    #[arg(long, value_name = "PIXELS", default_value_t = 0.0)]
    pub tolerance: f32,

    /// Photo pixels around a cropped cut-out.
    #[arg(long, value_name = "PIXELS", default_value_t = 0)]
    pub margin: u32,

    /// Fade the edges of cut-outs over so many pixels.
    #[arg(long, value_name = "PIXELS", default_value_t = 0.0)]
    pub feather: f32,

    #[arg(long, help = with_formats("Also copy the photos to where the format expects them", FormatOption::CopyPhoto))]
    pub with_photos: bool,

    /// Replace files that exist already.
    #[arg(long)]
    pub overwrite: bool,
}

/// The help of an option that has an effect on some formats only, with their names.
fn with_formats(help: &str, option: FormatOption) -> String {
    let chosen = ExportOptions::default();
    let formats = Format::ALL.iter().filter(|format| format.options(&chosen).contains(&option));
    format!("{help} ({})", formats.map(|format| format.key()).collect::<Vec<_>>().join(", "))
}

/// The widest edge that may be asked for, in pixels.
const MAX_SOFTNESS: f32 = 1000.0;

impl FormatArguments {
    /// The options for the library.
    ///
    /// # Errors
    /// Numbers that make no sense.
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
            Self::CompressedRle => PossibleValue::new("compressed").help("The short RLE of pycocotools"),
            Self::Rle => PossibleValue::new("rle").help("RLE as numbers"),
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
            Self::Polygons => {
                PossibleValue::new("polygons").help("Outlines that can be edited, without holes")
            }
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
            Self::Joined => PossibleValue::new("joined").help("One object, the parts joined by lines"),
            Self::Separate => PossibleValue::new("separate").help("An object for each part"),
        })
    }
}

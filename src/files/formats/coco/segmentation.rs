//! The pixels of a mask in COCO files: polygons and both forms of RLE.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::CocoSegmentation;
use crate::files::drawing::outlines;
use crate::files::formats::ExportOptions;
use crate::files::formats::reading::json::whole;
use crate::files::formats::reading::{Target, polygon};
use crate::mask::polygon::{Ring, filled_as_coco, united};
use crate::mask::{CompressedRle, Mask, Rle};

/// A polygon with fewer numbers draws nothing.
const MIN_NUMBERS: usize = 6;
/// Empty runs are allowed, but only up to this number.
const MAX_COUNTS_PER_PIXEL: usize = 2;
/// Of a count in a compressed text.
const MAX_CHARACTERS: usize = 7;

/// RLE keeps holes, polygons lose them: readers take the union of all polygons.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Segmentation {
    Compressed(CompressedRle),
    Plain(Rle),
    /// x and y alternating, along pixel edges.
    Polygons(Vec<Vec<f64>>),
}

impl Segmentation {
    /// The mask in the form selected by the options.
    pub fn new(mask: &Mask, options: &ExportOptions) -> Self {
        match options.coco {
            CocoSegmentation::CompressedRle => Self::Compressed(CompressedRle::from(&Rle::from(mask))),
            CocoSegmentation::Rle => Self::Plain(Rle::from(mask)),
            CocoSegmentation::Polygons => {
                let flat = |ring: Ring| ring.into_iter().flatten().map(f64::from).collect();
                Self::Polygons(outlines::outer_edges(mask, options.tolerance).into_iter().map(flat).collect())
            }
        }
    }
}

/// Decodes a mask from any form of a segmentation, like `annToMask`.
pub fn segmentation(value: &Value, target: &Target) -> Result<Mask, String> {
    let (width, height) = target.size;
    if let Some(polygons) = value.as_array() {
        if polygons.is_empty() {
            return Err("has no segmentation".into());
        }
        let masks: Result<Vec<Option<Mask>>, String> =
            polygons.iter().map(|polygon| coco_polygon(polygon, target)).collect();
        let mut masks = masks?.into_iter().flatten().peekable();
        if masks.peek().is_none() {
            return Err("has no polygon with three points".into());
        }
        return Ok(united(masks, width, height));
    }
    let counts = &value["counts"];
    let size = whole(&value["size"][1]).zip(whole(&value["size"][0]));
    if let Some((w, h)) = size.filter(|size| *size != target.size) {
        return Err(format!("its mask has {w}x{h} pixels, the photo has {width}x{height}"));
    }
    // Before decoding, which takes several times as much memory.
    let max_counts = MAX_COUNTS_PER_PIXEL * (width as usize * height as usize + 1);
    if counts.as_str().is_some_and(|text| text.len() > MAX_CHARACTERS * max_counts)
        || counts.as_array().is_some_and(|counts| counts.len() > max_counts)
    {
        return Err("its mask has more runs than the photo has pixels".into());
    }
    let rle: Rle = if counts.is_string() {
        let compressed: CompressedRle = serde_json::from_value(value.clone()).map_err(|e| e.to_string())?;
        Rle::try_from(&compressed).map_err(|e| e.to_string())?
    } else if counts.is_array() {
        serde_json::from_value(value.clone()).map_err(|e| format!("its run lengths are damaged ({e})"))?
    } else {
        return Err("has no segmentation".into());
    };
    if rle.size != [height, width] {
        return Err("its mask has no size".into());
    }
    Mask::try_from(&rle).map_err(|e| e.to_string())
}

/// x and y alternating; `None` if it is too short, because `frPyObjects` draws nothing for it.
fn coco_polygon(value: &Value, target: &Target) -> Result<Option<Mask>, String> {
    let numbers: Option<Vec<f64>> = value.as_array().and_then(|all| all.iter().map(Value::as_f64).collect());
    let numbers = numbers.ok_or("its polygon is not a list of numbers")?;
    if numbers.len() < MIN_NUMBERS {
        return Ok(None);
    }
    let points: Vec<[f64; 2]> = numbers.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
    polygon::check(&points, target)?;
    let (width, height) = target.size;
    filled_as_coco(&points, width, height).map(Some).map_err(|e| e.to_string())
}

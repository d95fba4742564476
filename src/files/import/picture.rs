//! Pictures: masks in black and white, cut-outs, label maps in grey or colours.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use serde_json::Value;

use super::{ImportError, Imported, ImportedMask, Target, colour, score};
use crate::document::Colour;
use crate::mask::Mask;

/// A picture with more values than this is a photo and no label map.
const MAX_VALUES: usize = 65_535;
/// More than so many colours are those of a photo.
const MAX_COLOURS: usize = 1024;
/// Larger files are no legends.
const MAX_LEGEND_BYTES: u64 = 64 << 20;
const MAX_DECODED_BYTES: u64 = 2 << 30;

pub(super) fn is_picture(bytes: &[u8]) -> bool {
    image::guess_format(bytes).is_ok_and(|format| {
        matches!(format, ImageFormat::Png | ImageFormat::Tiff | ImageFormat::Bmp | ImageFormat::Pnm)
    })
}

/// A picture of exactly this size.
pub(super) fn decode(bytes: &[u8], (width, height): (u32, u32)) -> Result<DynamicImage, String> {
    let format = image::guess_format(bytes).map_err(|e| e.to_string())?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|e| e.to_string())?;
    let (w, h) = decoder.dimensions();
    if (w, h) != (width, height) {
        return Err(format!("its picture has {w}x{h} pixels instead of {width}x{height}"));
    }
    DynamicImage::from_decoder(decoder).map_err(|e| e.to_string())
}

/// What the pixels of a picture tell.
type Runs = Vec<(u32, [u32; 2])>;

pub(super) fn import(target: &Target, bytes: &[u8]) -> Result<Imported, ImportError> {
    let format = image::guess_format(bytes).map_err(|e| target.damaged(e.to_string()))?;
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let size = reader.into_dimensions().map_err(|e| target.damaged(e.to_string()))?;
    target.check_size(size)?;
    let picture = decode(bytes, size).map_err(|e| target.damaged(e))?;
    let name = stem(target.path);
    let mut imported = Imported::default();
    if let Some(cutout) = transparent(&picture) {
        imported.take("picture".into(), Ok(ImportedMask::new(cutout, None, Some(&name))));
        return Ok(imported);
    }
    let areas = match &picture {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageLuma16(_) | DynamicImage::ImageLumaA8(_) => {
            let grey = picture.into_luma16();
            let eight_bits = grey.pixels().all(|p| p.0[0] % 257 == 0);
            let value = |x: u32, y: u32| {
                let value = grey.get_pixel(x, y).0[0];
                u32::from(if eight_bits { value / 257 } else { value })
            };
            collect(size, value, MAX_VALUES)
        }
        _ => {
            let rgb = picture.into_rgb8();
            let value = |x: u32, y: u32| {
                let [r, g, b] = rgb.get_pixel(x, y).0;
                u32::from_be_bytes([0, r, g, b])
            };
            let areas = collect(size, value, MAX_COLOURS);
            return coloured(target, areas, &name, imported);
        }
    };
    let areas = areas.ok_or_else(|| target.damaged("it has more grey values than a label map"))?;
    let legend = legend(target.path, target.size);
    if areas.len() == 1 && legend.is_none() {
        let runs = areas.into_values().next().unwrap_or_default();
        imported.take("picture".into(), Ok(ImportedMask::new(of_runs(runs, size), None, Some(&name))));
        return Ok(imported);
    }
    for (value, runs) in areas {
        let numbered = format!("{name} {value}");
        let entry = legend.as_ref().and_then(|all| all.iter().find(|entry| entry["value"] == value));
        let text = |key: &str| entry.and_then(|entry| entry[key].as_str());
        let class = text("class").map(Into::into);
        let mut item = ImportedMask::new(of_runs(runs, size), class, text("name").or(Some(&numbered)));
        item.colour = entry.and_then(|entry| colour(&entry["colour"]));
        item.predicted_iou = entry.and_then(|entry| score(&entry["predicted_iou"]));
        item.stability_score = entry.and_then(|entry| score(&entry["stability_score"]));
        imported.take(format!("value {value}"), Ok(item));
    }
    Ok(imported.with_classes_of_masks())
}

fn coloured(
    target: &Target,
    areas: Option<BTreeMap<u32, Runs>>,
    name: &str,
    mut imported: Imported,
) -> Result<Imported, ImportError> {
    let areas = areas.ok_or_else(|| target.damaged("it has the colours of a photo, not of masks"))?;
    let single = areas.len() == 1;
    for (number, (value, runs)) in (1..).zip(areas) {
        let [_, r, g, b] = value.to_be_bytes();
        let numbered = if single { name.to_owned() } else { format!("{name} {number}") };
        let mut item = ImportedMask::new(of_runs(runs, target.size), None, Some(&numbered));
        let colour: Colour = [r, g, b];
        item.colour = Some(colour).filter(|_| !single);
        imported.take(format!("colour #{r:02x}{g:02x}{b:02x}"), Ok(item));
    }
    Ok(imported)
}

/// What is not transparent, of a picture that is so in part.
fn transparent(picture: &DynamicImage) -> Option<Mask> {
    if !picture.color().has_alpha() {
        return None;
    }
    let rgba = picture.to_rgba8();
    let mask = Mask::from_fn(rgba.width(), rgba.height(), |x, y| rgba.get_pixel(x, y).0[3] >= 128);
    (mask.area() < u64::from(rgba.width()) * u64::from(rgba.height())).then_some(mask)
}

/// The runs of each value but 0; `None` if there are too many values.
fn collect(
    (width, height): (u32, u32),
    value: impl Fn(u32, u32) -> u32,
    max_values: usize,
) -> Option<BTreeMap<u32, Runs>> {
    let mut areas: BTreeMap<u32, Runs> = BTreeMap::new();
    for y in 0..height {
        let mut x = 0;
        while x < width {
            let (start, here) = (x, value(x, y));
            while x < width && value(x, y) == here {
                x += 1;
            }
            if here != 0 {
                areas.entry(here).or_default().push((y, [start, x]));
                if areas.len() > max_values {
                    return None;
                }
            }
        }
    }
    Some(areas)
}

fn of_runs(runs: Runs, (width, height): (u32, u32)) -> Mask {
    Mask::from_runs(width, height, runs)
}

/// The legend that is written with a label map, beside it under the same name.
fn legend(picture: &Path, size: (u32, u32)) -> Option<Vec<Value>> {
    let file = picture.with_extension("json");
    let bytes = file
        .metadata()
        .ok()
        .filter(|m| m.len() <= MAX_LEGEND_BYTES)
        .and_then(|_| std::fs::read(&file).ok())?;
    let mut json: Value = serde_json::from_slice(&bytes).ok()?;
    let same_size = json["width"] == size.0 && json["height"] == size.1;
    match json["masks"].take() {
        Value::Array(masks) if same_size && masks.iter().all(|mask| mask["value"].is_u64()) => Some(masks),
        _ => None,
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "mask".into(), |stem| stem.to_string_lossy().into_owned())
}

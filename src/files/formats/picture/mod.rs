//! Images: black-and-white masks, cut-outs, label maps in grey or colour.

mod pixels;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{BufRead, Cursor, Seek};
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use serde_json::Value;

use self::pixels::{Look, Pixels, Runs};
use super::reading::json::{colour, score};
use super::reading::{Content, ImportError, Imported, Reader, Target, annotation};
use crate::colour::Colour;
use crate::files::photo::{Tiff, is_tiff};
use crate::mask::Mask;

/// An image with more values than this is a photo, not a label map.
const MAX_VALUES: usize = 65_535;
/// An image with more colours than this is a photo.
const MAX_COLOURS: usize = 1024;
/// Larger files are rejected.
const MAX_LEGEND_BYTES: u64 = 64 << 20;
const MAX_DECODED_BYTES: u64 = 2 << 30;
/// The index for void pixels in label maps with a palette.
const VOID: u32 = 255;

/// Reads the images of all image-based formats.
pub struct Pictures;

impl Reader for Pictures {
    fn name(&self) -> &'static str {
        "masks and label maps (PNG, TIFF, BMP)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["png", "tif", "tiff", "bmp"]
    }

    fn read(&self, target: &Target, content: &mut Content) -> Option<Result<Imported, ImportError>> {
        match content {
            Content::Picture(bytes) => Some(kind(target, bytes).and_then(|kind| imported(target, kind))),
            Content::Json { .. } | Content::Text(_) => None,
        }
    }
}

/// Whether the bytes begin like an image that can contain masks.
pub fn is_picture(bytes: &[u8]) -> bool {
    let is_kind = |format| matches!(format, ImageFormat::Png | ImageFormat::Bmp | ImageFormat::Pnm);
    is_tiff(bytes) || image::guess_format(bytes).is_ok_and(is_kind)
}

/// Whether an image has a size other than this, judging by its first bytes.
pub fn has_other_size(file: impl BufRead + Seek, size: (u32, u32)) -> bool {
    let reader = ImageReader::new(file).with_guessed_format().ok();
    reader.and_then(|reader| reader.into_dimensions().ok()).is_some_and(|found| found != size)
}

/// Decodes an image of exactly this size.
pub fn decode(bytes: &[u8], (width, height): (u32, u32)) -> Result<DynamicImage, String> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    // Which also reads what the other decoder for TIFF does not, but without opacity.
    let tiff = if is_tiff(bytes) { Some(Tiff::new(bytes).map_err(|e| e.to_string())?) } else { None };
    let decoder: Box<dyn ImageDecoder> = match tiff.filter(|tiff| !tiff.has_opacity()) {
        Some(mut tiff) => {
            tiff.set_limits(limits).map_err(|e| e.to_string())?;
            Box::new(tiff)
        }
        None => {
            let format = image::guess_format(bytes).map_err(|e| e.to_string())?;
            let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
            reader.limits(limits);
            Box::new(reader.into_decoder().map_err(|e| e.to_string())?)
        }
    };
    let (w, h) = decoder.dimensions();
    if (w, h) != (width, height) {
        return Err(format!("its picture has {w}x{h} pixels instead of {width}x{height}"));
    }
    DynamicImage::from_decoder(decoder).map_err(|e| e.to_string())
}

/// The kind of an image, by its pixels.
enum Kind<'a> {
    /// The opaque pixels of a cut-out.
    Cutout(Mask),
    /// Indices into a palette.
    Palette(Pixels<'a>, Vec<Colour>),
    /// Shades up to this maximum.
    Grey(Pixels<'a>, u32),
    /// 0xrrggbb
    Colours(Pixels<'a>),
}

/// Only masks and label maps that cannot be photos: no cut-outs, and no images of a single colour.
pub fn import_undoubted(target: &Target, bytes: &[u8]) -> Option<Imported> {
    let kind = kind(target, bytes).ok().filter(|kind| !matches!(kind, Kind::Cutout(_)))?;
    let imported = imported(target, kind).ok()?;
    let pixels = u64::from(target.size.0) * u64::from(target.size.1);
    imported.masks.iter().any(|item| item.mask.area() < pixels).then_some(imported)
}

fn kind(target: &Target, bytes: &[u8]) -> Result<Kind<'static>, ImportError> {
    let format = if is_tiff(bytes) { Ok(ImageFormat::Tiff) } else { image::guess_format(bytes) };
    let format = format.map_err(|e| target.damaged(e.to_string()))?;
    let size = match format {
        ImageFormat::Tiff => Tiff::new(bytes).map(|tiff| tiff.dimensions()),
        format => ImageReader::with_format(Cursor::new(bytes), format).into_dimensions(),
    };
    target.check_size(size.map_err(|e| target.damaged(e.to_string()))?)?;
    let kind = match format {
        ImageFormat::Png => png_indices(bytes, target.size),
        ImageFormat::Tiff => tiff_indices(bytes, target.size),
        _ => Ok(None),
    };
    Ok(match kind.map_err(|e| target.damaged(e))? {
        Some(kind) => kind,
        None => colours(decode(bytes, target.size).map_err(|e| target.damaged(e))?),
    })
}

fn imported(target: &Target, kind: Kind) -> Result<Imported, ImportError> {
    let name = stem(target.path);
    match kind {
        Kind::Cutout(mask) => Ok(single(mask, &name)),
        Kind::Palette(pixels, palette) => palette_labels(target, &pixels, &palette, &name),
        Kind::Grey(pixels, white) => grey(target, &pixels, white, &name),
        Kind::Colours(pixels) => coloured(target, &pixels, &name),
    }
}

/// The raw numbers in the file, for a PNG with a palette or in grey without transparency. Transparency in a
/// palette only means a cut-out if the image is not a label map.
fn png_indices(bytes: &[u8], size: (u32, u32)) -> Result<Option<Kind<'static>>, String> {
    let limits = png::Limits { bytes: MAX_DECODED_BYTES as usize };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(|e| e.to_string())?;
    let (colour, depth) = reader.output_color_type();
    let info = reader.info();
    let has_alpha = info.trns.is_some();
    let palette: Vec<Colour> =
        info.palette.iter().flat_map(|all| all.chunks_exact(3)).map(|c| [c[0], c[1], c[2]]).collect();
    match colour {
        png::ColorType::Indexed => {}
        png::ColorType::Grayscale if !has_alpha => {}
        _ => return Ok(None),
    }
    let length = reader.output_buffer_size().filter(|length| *length as u64 <= MAX_DECODED_BYTES);
    let mut packed = vec![0; length.ok_or("it is too large")?];
    let row_bytes = reader.next_frame(&mut packed).map_err(|e| e.to_string())?.line_size;
    let bits = depth as usize;
    let value = move |x: u32, y: u32| {
        let (row, bit) = (&packed[y as usize * row_bytes..], x as usize * bits);
        match bits {
            16 => u32::from(row[bit / 8]) << 8 | u32::from(row[bit / 8 + 1]),
            _ => u32::from(row[bit / 8]) >> (8 - bits - bit % 8) & ((1 << bits) - 1),
        }
    };
    let pixels = Pixels { size, value: Box::new(value) };
    if colour == png::ColorType::Grayscale {
        return Ok(Some(Kind::Grey(pixels, (1 << bits) - 1)));
    }
    let is_cutout = has_alpha && pixels.look(255) != Look::Labels;
    Ok((!is_cutout).then_some(Kind::Palette(pixels, palette)))
}

/// The same for TIFF.
fn tiff_indices(bytes: &[u8], size: (u32, u32)) -> Result<Option<Kind<'static>>, String> {
    let mut tiff = Tiff::new(bytes).map_err(|e| e.to_string())?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    tiff.set_limits(limits).map_err(|e| e.to_string())?;
    let Some(indices) = tiff.indices().map_err(|e| e.to_string())? else { return Ok(None) };
    let value = move |x, y| indices.values[y as usize * size.0 as usize + x as usize];
    let pixels = Pixels { size, value: Box::new(value) };
    Ok(Some(match indices.palette.is_empty() {
        true => Kind::Grey(pixels, indices.white),
        false => Kind::Palette(pixels, indices.palette),
    }))
}

fn colours(picture: DynamicImage) -> Kind<'static> {
    if let Some(cutout) = transparent(&picture) {
        return Kind::Cutout(cutout);
    }
    let size = (picture.width(), picture.height());
    if let DynamicImage::ImageLuma16(_) | DynamicImage::ImageLumaA16(_) = picture {
        let grey = picture.into_luma16();
        let value = move |x, y| u32::from(grey.get_pixel(x, y).0[0]);
        return Kind::Grey(Pixels { size, value: Box::new(value) }, 65_535);
    }
    let rgb = picture.into_rgb8();
    if rgb.pixels().all(|p| p.0[0] == p.0[1] && p.0[1] == p.0[2]) {
        let value = move |x, y| u32::from(rgb.get_pixel(x, y).0[0]);
        return Kind::Grey(Pixels { size, value: Box::new(value) }, 255);
    }
    let value = move |x, y| {
        let [r, g, b] = rgb.get_pixel(x, y).0;
        u32::from_be_bytes([0, r, g, b])
    };
    Kind::Colours(Pixels { size, value: Box::new(value) })
}

fn single(mask: Mask, name: &str) -> Imported {
    let mut imported = Imported::default();
    imported.take("picture".into(), Ok(annotation(mask, None, Some(name))));
    imported
}

/// A label map by its indices, whatever their colours.
fn palette_labels(
    target: &Target,
    pixels: &Pixels,
    palette: &[Colour],
    name: &str,
) -> Result<Imported, ImportError> {
    let colour = |value: u32| palette.get(value as usize).copied();
    // A grey image that was converted to a palette still counts as grey.
    let is_grey = (0..=255).zip(palette).all(|(value, colour)| *colour == [value; 3]);
    let legend = legend(target.path, target.size);
    if legend.is_none() {
        match pixels.look(255) {
            Look::SoftMask if is_grey => return grey(target, pixels, 255, name),
            Look::Labels | Look::SoftMask => {}
            Look::Blended => {
                return Err(target.damaged("it has the colours of a photo, not those of a label map"));
            }
        }
    }
    let mut areas = pixels.areas(MAX_VALUES).unwrap_or_default();
    if areas.len() > 1 && legend.is_none() {
        areas.remove(&VOID);
    }
    let mut used: Vec<Colour> = areas.keys().filter_map(|value| colour(*value)).collect();
    used.sort_unstable();
    // Colours that do not distinguish labels are useless.
    let is_plain = is_grey || used.windows(2).any(|pair| pair[0] == pair[1]);
    let colour = |value| colour(value).filter(|_| !is_plain);
    Ok(labels(areas, legend.as_deref(), colour, target.size, name))
}

fn grey(target: &Target, pixels: &Pixels, white: u32, name: &str) -> Result<Imported, ImportError> {
    let areas = pixels
        .areas(MAX_VALUES)
        .ok_or_else(|| target.damaged("it has as many grey values as a photo, not those of a label map"))?;
    let legend = legend(target.path, target.size);
    if legend.is_none() {
        match pixels.look(white) {
            Look::Labels => {}
            Look::SoftMask => {
                let (width, height) = target.size;
                let mask = Mask::from_fn(width, height, |x, y| (pixels.value)(x, y) > white / 2);
                return Ok(single(mask, name));
            }
            Look::Blended => {
                let cause = "its grey values vary smoothly, as in a photo: it is neither a label map nor a \
                             mask with soft edges";
                return Err(target.damaged(cause));
            }
        }
    }
    Ok(labels(areas, legend.as_deref(), |_| None, target.size, name))
}

/// A mask for each label, with its properties from the legend.
fn labels(
    areas: BTreeMap<u32, Runs>,
    legend: Option<&[Value]>,
    own_colour: impl Fn(u32) -> Option<Colour>,
    size: (u32, u32),
    name: &str,
) -> Imported {
    if areas.len() == 1 && legend.is_none() {
        return single(of_runs(areas.into_values().next().unwrap_or_default(), size), name);
    }
    let mut imported = Imported::default();
    for (value, runs) in areas {
        let numbered = format!("{name} {value}");
        let entry = legend.and_then(|all| all.iter().find(|entry| entry["value"] == value));
        let text = |key: &str| entry.and_then(|entry| entry[key].as_str());
        let class = text("class").map(Into::into);
        let mut item = annotation(of_runs(runs, size), class, text("name").or(Some(&numbered)));
        item.colour = entry.and_then(|entry| colour(&entry["colour"])).or_else(|| own_colour(value));
        item.predicted_iou = entry.and_then(|entry| score(&entry["predicted_iou"]));
        item.stability_score = entry.and_then(|entry| score(&entry["stability_score"]));
        imported.take(format!("value {value}"), Ok(item));
    }
    imported.with_classes_of_masks()
}

fn coloured(target: &Target, pixels: &Pixels, name: &str) -> Result<Imported, ImportError> {
    let areas = pixels.areas(MAX_COLOURS).filter(|_| pixels.look(u32::MAX) == Look::Labels);
    let areas = areas.ok_or_else(|| target.damaged("it has the colours of a photo, not of masks"))?;
    if areas.len() == 1 {
        return Ok(single(of_runs(areas.into_values().next().unwrap_or_default(), target.size), name));
    }
    let mut imported = Imported::default();
    for (number, (value, runs)) in (1..).zip(areas) {
        let [_, r, g, b] = value.to_be_bytes();
        let mut item = annotation(of_runs(runs, target.size), None, Some(&format!("{name} {number}")));
        item.colour = Some([r, g, b]);
        imported.take(format!("colour #{r:02x}{g:02x}{b:02x}"), Ok(item));
    }
    Ok(imported)
}

/// The opaque pixels of a partly transparent image.
fn transparent(picture: &DynamicImage) -> Option<Mask> {
    if !picture.color().has_alpha() {
        return None;
    }
    let rgba = picture.to_rgba8();
    let mask = Mask::from_fn(rgba.width(), rgba.height(), |x, y| rgba.get_pixel(x, y).0[3] >= 128);
    (mask.area() < u64::from(rgba.width()) * u64::from(rgba.height())).then_some(mask)
}

fn of_runs(runs: Runs, (width, height): (u32, u32)) -> Mask {
    Mask::from_runs(width, height, runs)
}

/// The legend next to a label map, under the same name.
fn legend(picture: &Path, size: (u32, u32)) -> Option<Vec<Value>> {
    let file = picture.with_extension("json");
    let bytes = file
        .metadata()
        .ok()
        .filter(|m| m.is_file() && m.len() <= MAX_LEGEND_BYTES)
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

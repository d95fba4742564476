//! A file for labelme 5 and later: polygons, whose parts share a group, or pixels.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::classes::class_of;
use super::format::{ExportOptions, LabelmeShapes};
use super::{images, outlines};
use crate::annotation::Annotation;
use crate::files::Photo;
use crate::mask::Mask;

/// The version of labelme whose layout this is.
const VERSION: &str = "5.5.0";

/// The file of a photo, which the file will look for at `photo_path`, relative to itself.
pub(super) fn document(
    photo: &Photo,
    photo_path: &str,
    masks: &[Annotation],
    options: &ExportOptions,
) -> Result<Value, String> {
    let mut shapes = vec![];
    for (number, item) in masks.iter().enumerate().filter(|(_, item)| !item.mask.is_empty()) {
        match options.labelme {
            LabelmeShapes::Masks => shapes.push(mask_shape(item)?),
            LabelmeShapes::Polygons => {
                let parts = outlines::through_pixels(&item.mask, options);
                let group = (parts.len() > 1).then_some(number + 1);
                shapes.extend(parts.iter().map(|part| {
                    // The centre of a pixel; labelme shows it there, and cuts it down to the pixel
                    // when it makes masks.
                    let points: Vec<[f64; 2]> = part.iter().map(|p| p.map(|v| f64::from(v) + 0.5)).collect();
                    shape(item, "polygon", json!(points), json!(group), Value::Null)
                }));
            }
        }
    }
    let (width, height) = photo.pixels.dimensions();
    Ok(json!({
        "version": VERSION,
        "flags": {},
        "shapes": shapes,
        "imagePath": photo_path,
        "imageData": null,
        "imageHeight": height,
        "imageWidth": width,
    }))
}

fn shape(item: &Annotation, kind: &str, points: Value, group_id: Value, mask: Value) -> Value {
    json!({
        "label": class_of(item),
        "points": points,
        "group_id": group_id,
        "description": item.name,
        "shape_type": kind,
        "flags": {},
        "mask": mask,
    })
}

/// The corner pixels of the box, both inside, and a picture of what is between them.
fn mask_shape(item: &Annotation) -> Result<Value, String> {
    let Some(b) = item.mask.bbox() else { return Err("a mask is empty".into()) };
    let moved = item.mask.all_runs().map(|(y, [start, end])| (y - b.y0, [start - b.x0, end - b.x0]));
    let cropped = Mask::from_runs(b.width(), b.height(), moved);
    let mut picture = images::binary(&cropped);
    picture.pixels_mut().for_each(|pixel| pixel.0[0] = pixel.0[0].min(1));
    let mut png = std::io::Cursor::new(vec![]);
    images::write_png(&mut png, &picture.into())?;
    let corners = [[b.x0, b.y0], [b.x1 - 1, b.y1 - 1]].map(|corner| corner.map(f64::from));
    let data = STANDARD.encode(png.into_inner());
    Ok(shape(item, "mask", json!(corners), Value::Null, data.into()))
}

/// Where a file in a folder finds its photo, which may be copied beside it.
pub(super) fn photo_path(photo: &Photo, options: &ExportOptions, folder: &Path) -> String {
    if options.copy_photo { photo.file_name() } else { outlines::relative(&photo.path, folder) }
}

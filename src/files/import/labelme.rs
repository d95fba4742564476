//! labelme files: polygons, rectangles, circles and masks. What shares a label and a group is one
//! mask.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{ImportError, Imported, ImportedMask, Target, picture, points, polygon, whole};
use crate::mask::Mask;
use crate::mask::polygon::united;

/// What belongs to one mask.
struct Group {
    label: String,
    id: Value,
    name: Option<String>,
    places: Vec<usize>,
    masks: Vec<Mask>,
}

pub(super) fn import(target: &Target, json: &Value) -> Result<Imported, ImportError> {
    let size = whole(&json["imageWidth"]).zip(whole(&json["imageHeight"]));
    target.check_size(size.ok_or_else(|| target.damaged("imageWidth or imageHeight is missing"))?)?;
    let shapes = json["shapes"].as_array().map_or(&[][..], Vec::as_slice);
    target.check_count(shapes.len())?;
    let mut imported = Imported::default();
    let mut groups: Vec<Group> = vec![];
    let mut broken: Vec<(String, Value)> = vec![];
    for (i, shape) in shapes.iter().enumerate() {
        let label = shape["label"].as_str().unwrap_or_default().to_owned();
        let id = shape["group_id"].clone();
        match mask_of(shape, target.size) {
            Ok(mask) => {
                let same = |group: &&mut Group| !id.is_null() && group.id == id && group.label == label;
                if let Some(group) = groups.iter_mut().find(same) {
                    group.masks.push(mask);
                    group.places.push(i + 1);
                } else {
                    let name = shape["description"].as_str().map(Into::into);
                    groups.push(Group { label, id, name, places: vec![i + 1], masks: vec![mask] });
                }
            }
            Err(what) => {
                imported.problem(format!("shape {}", i + 1), format!("{what}; left out"));
                if !id.is_null() {
                    broken.push((label, id));
                }
            }
        }
    }
    let (width, height) = target.size;
    for Group { label, id, name, places, masks } in groups {
        let numbers: Vec<String> = places.iter().map(ToString::to_string).collect();
        let place = format!("shape {}", numbers.join(", "));
        if broken.contains(&(label.clone(), id)) {
            imported.problem(place, "belongs to a shape that cannot be used; left out");
            continue;
        }
        let class = Some(label).filter(|label| !label.is_empty());
        imported.take(place, Ok(ImportedMask::new(united(masks, width, height), class, name.as_deref())));
    }
    Ok(imported.with_classes_of_masks())
}

fn mask_of(shape: &Value, (width, height): (u32, u32)) -> Result<Mask, String> {
    let points = points(&shape["points"]).ok_or("its points are no pairs of numbers")?;
    polygon::check(&points, (width, height))?;
    match (shape["shape_type"].as_str().unwrap_or("polygon"), &points[..]) {
        ("polygon", _) => polygon::drawn(&points, (width, height)),
        ("rectangle", [[x0, y0], [x1, y1]]) => {
            let corners = [[*x0, *y0], [*x1, *y0], [*x1, *y1], [*x0, *y1]];
            polygon::drawn(&corners, (width, height))
        }
        ("rectangle" | "oriented_rectangle", [_, _, _, _]) => polygon::drawn(&points, (width, height)),
        ("circle", [centre, edge]) => {
            let radius = (edge[0] - centre[0]).hypot(edge[1] - centre[1]);
            Ok(Mask::stroke(width, height, &[centre.map(|v| v as f32)], radius as f32))
        }
        ("mask", [from, to]) => pixels(&shape["mask"], *from, *to, (width, height)),
        (kind @ ("rectangle" | "circle" | "mask"), _) => Err(format!("a {kind} of {} points", points.len())),
        (kind, _) => Err(format!("a {kind} is no area")),
    }
}

/// A picture of what lies between two corner pixels, both inside.
fn pixels(data: &Value, from: [f64; 2], to: [f64; 2], (width, height): (u32, u32)) -> Result<Mask, String> {
    let data = data.as_str().ok_or("its mask is missing")?;
    let png = STANDARD.decode(data.trim()).map_err(|e| format!("its mask is damaged ({e})"))?;
    let corner = |point: [f64; 2]| point.map(|v| v.round());
    let ([x0, y0], [x1, y1]) = (corner(from), corner(to));
    if x0 < 0.0 || y0 < 0.0 || x1 < x0 || y1 < y0 || x1 >= f64::from(width) || y1 >= f64::from(height) {
        return Err("its corners are not on the photo".into());
    }
    let size = ((x1 - x0) as u32 + 1, (y1 - y0) as u32 + 1);
    let grey = picture::decode(&png, size)?.into_luma8();
    let set = Mask::from_fn(size.0, size.1, |x, y| grey.get_pixel(x, y).0[0] > 0);
    Ok(set.placed(x0 as u32, y0 as u32, width, height))
}

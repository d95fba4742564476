//! labelme files: polygons, rectangles, circles and masks, as labelme's `shape_to_mask` draws them. What shares a
//! label and a group is one mask.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{ImportError, Imported, Target, annotation, name, picture, points, polygon};
use crate::mask::polygon::united;
use crate::mask::{Mask, pillow};

/// What belongs to one mask.
struct Group {
    label: String,
    name: Option<String>,
    places: Vec<usize>,
    masks: Vec<Mask>,
    /// Whether a shape of it cannot be used.
    is_broken: bool,
}

pub(super) fn import(target: &Target, json: &Value) -> Result<Imported, ImportError> {
    // Files of early versions, and of programs that do not open the photo, are without size.
    target.check_size_if_known(&json["imageWidth"], &json["imageHeight"])?;
    let shapes = json["shapes"].as_array().map_or(&[][..], Vec::as_slice);
    target.check_count(shapes.len())?;
    let mut imported = Imported::default();
    let mut groups: Vec<Group> = vec![];
    // Places in `groups` by label and id.
    let mut by_id: HashMap<(String, String), usize> = HashMap::new();
    for (i, shape) in shapes.iter().enumerate() {
        let label = name(&shape["label"]).unwrap_or_default();
        let new = groups.len();
        let place = match &shape["group_id"] {
            Value::Null => new,
            id => *by_id.entry((label.clone(), id.to_string())).or_insert(new),
        };
        if place == new {
            let name = shape["description"].as_str().map(Into::into);
            groups.push(Group { label, name, places: vec![], masks: vec![], is_broken: false });
        }
        let group = &mut groups[place];
        match mask_of(shape, target) {
            Ok(mask) => {
                group.masks.push(mask);
                group.places.push(i + 1);
            }
            Err(what) => {
                imported.problem(format!("shape {}", i + 1), format!("{what}; left out"));
                group.is_broken = true;
            }
        }
    }
    let (width, height) = target.size;
    for Group { label, name, places, masks, is_broken } in groups.into_iter().filter(|g| !g.masks.is_empty())
    {
        let numbers: Vec<String> = places.iter().map(ToString::to_string).collect();
        let place = format!("shape {}", numbers.join(", "));
        if is_broken {
            imported.problem(place, "belongs to a shape that cannot be used; left out");
            continue;
        }
        let class = Some(label).filter(|label| !label.is_empty());
        let item = annotation(united(masks, width, height), class, name.as_deref());
        target.take(&mut imported, place, Ok(item));
    }
    Ok(imported.with_classes_of_masks())
}

fn mask_of(shape: &Value, target: &Target) -> Result<Mask, String> {
    let points = points(&shape["points"]).ok_or("its points are no pairs of numbers")?;
    target.check_outline(&points)?;
    let (width, height) = target.size;
    match (shape["shape_type"].as_str().unwrap_or("polygon"), &points[..]) {
        ("polygon", _) | ("rectangle" | "oriented_rectangle" | "rotation", [_, _, _, _]) => {
            polygon::check_count(&points)?;
            Ok(pillow::polygon(&points, width, height))
        }
        ("rectangle", [[x0, y0], [x1, y1]]) => {
            let corners = [[*x0, *y0], [*x1, *y0], [*x1, *y1], [*x0, *y1]];
            Ok(pillow::polygon(&corners, width, height))
        }
        ("circle", [[x, y], edge]) => {
            // As labelme computes it: a length that is rounded otherwise may be cut down to another pixel.
            let (dx, dy) = (x - edge[0], y - edge[1]);
            let radius = (dx * dx + dy * dy).sqrt();
            Ok(pillow::ellipse([x - radius, y - radius, x + radius, y + radius], width, height))
        }
        ("mask", [from, to]) => pixels(&shape["mask"], *from, *to, (width, height)),
        (kind @ ("rectangle" | "oriented_rectangle" | "rotation" | "circle" | "mask"), _) => {
            Err(format!("a {kind} of {} points", points.len()))
        }
        (kind, _) => Err(format!("a {kind} is no area")),
    }
}

/// A picture of what lies between two corner pixels, both inside, as far as it is on the photo.
fn pixels(data: &Value, from: [f64; 2], to: [f64; 2], (width, height): (u32, u32)) -> Result<Mask, String> {
    let data = data.as_str().ok_or("its mask is missing")?;
    let png = STANDARD.decode(data.trim()).map_err(|e| format!("its mask is damaged ({e})"))?;
    let corner = |point: [f64; 2]| point.map(|v| v as i64);
    let ([x0, y0], [x1, y1]) = (corner(from), corner(to));
    if x1 < x0 || y1 < y0 {
        return Err("its first corner is not the upper left one".into());
    }
    let size = ((x1 - x0) as u32 + 1, (y1 - y0) as u32 + 1);
    let grey = picture::decode(&png, size)?.into_luma8();
    let set = Mask::from_fn(size.0, size.1, |x, y| grey.get_pixel(x, y).0[0] > 0);
    let on_photo = |at: i64, side: u32| at.clamp(0, i64::from(side)) as u32;
    let moved = set.all_runs().filter(|(y, _)| (0..i64::from(height)).contains(&(i64::from(*y) + y0)));
    let moved =
        moved.map(|(y, run)| ((i64::from(y) + y0) as u32, run.map(|x| on_photo(i64::from(x) + x0, width))));
    Ok(Mask::from_runs(width, height, moved))
}

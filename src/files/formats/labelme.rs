//! Files of labelme 5 and later: polygons, whose parts share a group, or pixels. Files of all versions are
//! read, including rectangles and circles, drawn like labelme's `shape_to_mask`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::class_list::{ClassList, class_of};
use super::definition::{Definition, Keeps, KeptAttributes, Parts, Shape, Subject};
use super::destination::Destination;
use super::part::Part;
use super::reading::json::{name, points};
use super::reading::{Content, ImportError, Imported, Reader, Target, annotation, polygon};
use super::{ExportOptions, FormatOption, picture};
use crate::annotation::Annotation;
use crate::attribute::{AttributeValue, Attributes, attributes_in};
use crate::files::drawing::{binary, outlines, write_png};
use crate::files::paths::relative;
use crate::files::project::tags_of;
use crate::files::{FileSet, Photo, WriteError};
use crate::mask::polygon::{Ring, united};
use crate::mask::{Mask, pillow};

/// The version of labelme with this layout.
const VERSION: &str = "5.5.0";

/// How labelme files store masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LabelmeShapes {
    /// Editable outlines, without holes; the parts of a mask form a group.
    #[default]
    Polygons,
    /// Pixels; lossless.
    Masks,
}

pub struct Labelme;

impl Definition for Labelme {
    fn key(&self) -> &'static str {
        "labelme"
    }

    fn label(&self) -> &'static str {
        "labelme (JSON)"
    }

    fn keeps(&self, options: &ExportOptions) -> Keeps {
        let shape = match options.labelme {
            LabelmeShapes::Polygons => Shape::Outlines { holes: false, parts: Parts::Grouped },
            LabelmeShapes::Masks => Shape::Pixels,
        };
        Keeps { missing_class: false, attributes: KeptAttributes::Flags, ..Keeps::all_with(shape) }
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        vec![file(to)]
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        let &Subject { photo, masks, options, to } = subject;
        let (file, place) = (file(to), photo_path(photo, options, &to.folder));
        match document(photo, &place, masks, options) {
            Ok(document) => set.add_json(&file, &document),
            Err(cause) => Err(WriteError::Encoding { path: file, cause }),
        }
    }

    fn own_options(&self) -> &'static [FormatOption] {
        &[FormatOption::LabelmeShapes]
    }

    fn photo_folder(&self, _: Option<Part>) -> Option<&'static str> {
        Some("")
    }

    fn reader(&self) -> Option<&'static dyn Reader> {
        Some(&Self)
    }
}

impl Reader for Labelme {
    fn name(&self) -> &'static str {
        "labelme (JSON)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn read(&self, target: &Target, content: &mut Content) -> Option<Result<Imported, ImportError>> {
        let json = content.json().filter(|json| json["shapes"].is_array())?;
        Some(read(target, json))
    }

    fn photo_name<'a>(&self, json: &'a Value) -> Option<&'a str> {
        json["imagePath"].as_str()
    }
}

fn file(to: &Destination) -> PathBuf {
    to.file(".json")
}

/// The file of a photo at `photo_path`, relative to the file.
fn document(
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
                let mut parts = polygon_shapes(item, None, options.tolerance);
                if parts.len() > 1 {
                    parts.iter_mut().for_each(|part| part["group_id"] = json!(number + 1));
                }
                shapes.append(&mut parts);
            }
        }
    }
    let mut file = file_of(photo.pixels.dimensions(), photo_path, shapes);
    for tag in tags_of(&photo.path) {
        file["flags"][tag] = true.into();
    }
    Ok(file)
}

/// The outlines of a mask.
pub(super) fn polygon_shapes(item: &Annotation, group: Option<usize>, tolerance: f32) -> Vec<Value> {
    let parts = outlines::through_pixels(&item.mask, tolerance).into_iter();
    let polygon = |part: Ring| {
        // The centre of a pixel; labelme shows it there, and truncates it to the pixel for masks.
        let points: Vec<[f64; 2]> = part.iter().map(|p| p.map(|v| f64::from(v) + 0.5)).collect();
        shape(item, "polygon", json!(points), json!(group), Value::Null)
    };
    parts.map(polygon).collect()
}

/// The file of a photo of this size, at this path relative to the file.
pub(super) fn file_of((width, height): (u32, u32), photo_path: &str, shapes: Vec<Value>) -> Value {
    json!({
        "version": VERSION,
        "flags": {},
        "shapes": shapes,
        "imagePath": photo_path,
        "imageData": null,
        "imageHeight": height,
        "imageWidth": width,
    })
}

fn shape(item: &Annotation, kind: &str, points: Value, group_id: Value, mask: Value) -> Value {
    json!({
        "label": class_of(item),
        "points": points,
        "group_id": group_id,
        "description": item.name,
        "shape_type": kind,
        "flags": flags(item),
        "mask": mask,
    })
}

/// labelme's flags are yes or no.
fn flags(item: &Annotation) -> Value {
    let flags = item.attributes.iter().filter(|(_, value)| matches!(value, AttributeValue::YesNo(_)));
    flags.map(|(name, value)| (name.clone(), json!(value))).collect::<serde_json::Map<_, _>>().into()
}

/// The corner pixels of the box, both inclusive, and an image of the area between them.
fn mask_shape(item: &Annotation) -> Result<Value, String> {
    let Some(b) = item.mask.bbox() else { return Err("a mask is empty".into()) };
    let moved = item.mask.all_runs().map(|(y, [start, end])| (y - b.y0, [start - b.x0, end - b.x0]));
    let cropped = Mask::from_runs(b.width(), b.height(), moved);
    let mut picture = binary(&cropped);
    picture.pixels_mut().for_each(|pixel| pixel.0[0] = pixel.0[0].min(1));
    let mut png = std::io::Cursor::new(vec![]);
    write_png(&mut png, &picture.into())?;
    let corners = [[b.x0, b.y0], [b.x1 - 1, b.y1 - 1]].map(|corner| corner.map(f64::from));
    let data = STANDARD.encode(png.into_inner());
    Ok(shape(item, "mask", json!(corners), Value::Null, data.into()))
}

/// The path of the photo relative to a file's folder; the photo may be a copy next to it.
fn photo_path(photo: &Photo, options: &ExportOptions, folder: &Path) -> String {
    if options.copy_photo { photo.file_name() } else { relative(&photo.path, folder) }
}

/// The objects of one mask.
struct Group {
    label: String,
    name: Option<String>,
    places: Vec<usize>,
    masks: Vec<Mask>,
    attributes: Attributes,
    /// Whether one of its shapes cannot be used.
    is_broken: bool,
}

fn read(target: &Target, json: &Value) -> Result<Imported, ImportError> {
    // Files of early versions, and of programs that do not open the photo, have no size.
    target.check_size_if_known(&json["imageWidth"], &json["imageHeight"])?;
    let shapes = json["shapes"].as_array().map_or(&[][..], Vec::as_slice);
    target.check_count(shapes.len())?;
    let mut imported = Imported::default();
    let mut groups: Vec<Group> = vec![];
    // Indices in `groups` by label and id.
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
            let attributes = attributes_in(&shape["flags"]);
            groups.push(Group { label, name, attributes, places: vec![], masks: vec![], is_broken: false });
        }
        let group = &mut groups[place];
        match mask_of(shape, target) {
            Ok(mask) => {
                group.masks.push(mask);
                group.places.push(i + 1);
            }
            Err(what) => {
                imported.problem(format!("shape {}", i + 1), format!("{what}; skipped"));
                group.is_broken = true;
            }
        }
    }
    let (width, height) = target.size;
    for Group { label, name, places, masks, attributes, is_broken } in
        groups.into_iter().filter(|g| !g.masks.is_empty())
    {
        let numbers: Vec<String> = places.iter().map(ToString::to_string).collect();
        let place = format!("shape {}", numbers.join(", "));
        if is_broken {
            imported.problem(place, "belongs to a shape that cannot be used; skipped");
            continue;
        }
        let class = Some(label).filter(|label| !label.is_empty());
        let mut item = annotation(united(masks, width, height), class, name.as_deref());
        item.attributes = attributes;
        target.take(&mut imported, place, Ok(item));
    }
    Ok(imported.with_classes_of_masks())
}

fn mask_of(shape: &Value, target: &Target) -> Result<Mask, String> {
    let points = points(&shape["points"]).ok_or("its points are not pairs of numbers")?;
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
            // Computed like labelme: a length with different rounding may be truncated to another pixel.
            let (dx, dy) = (x - edge[0], y - edge[1]);
            let radius = (dx * dx + dy * dy).sqrt();
            Ok(pillow::ellipse([x - radius, y - radius, x + radius, y + radius], width, height))
        }
        ("mask", [from, to]) => pixels(&shape["mask"], *from, *to, (width, height)),
        (kind @ ("rectangle" | "oriented_rectangle" | "rotation" | "circle" | "mask"), _) => {
            Err(format!("a {kind} with {} points", points.len()))
        }
        (kind, _) => Err(format!("a {kind} has no area")),
    }
}

/// An image of the area between two corner pixels, both inclusive, clipped to the photo.
fn pixels(data: &Value, from: [f64; 2], to: [f64; 2], (width, height): (u32, u32)) -> Result<Mask, String> {
    let data = data.as_str().ok_or("its mask is missing")?;
    let png = STANDARD.decode(data.trim()).map_err(|e| format!("its mask is damaged ({e})"))?;
    let corner = |point: [f64; 2]| point.map(|v| v as i64);
    let ([x0, y0], [x1, y1]) = (corner(from), corner(to));
    if x1 < x0 || y1 < y0 {
        return Err("its first corner is not the top-left one".into());
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

#[cfg(test)]
mod tests {
    use super::super::tests::read_file;
    use super::*;

    #[test]
    fn labelme_shapes_are_the_pixels_that_labelme_draws() {
        use base64::Engine;
        let dir = tempfile::tempdir().unwrap();
        let mut png = std::io::Cursor::new(vec![]);
        let inner = |x, y| image::Luma([u8::from((2..8).contains(&x) && (2..8).contains(&y))]);
        image::GrayImage::from_fn(10, 10, inner).write_to(&mut png, image::ImageFormat::Png).unwrap();
        let mask = base64::engine::general_purpose::STANDARD.encode(png.into_inner());
        let shape = |kind: &str, points: Value| json!({"label": "a", "points": points, "shape_type": kind, "mask": mask});
        let read = |shapes: Value| read_file(&dir, "a.json", json!({"shapes": shapes}).to_string());
        let (masks, told) = read(json!([
            shape("circle", json!([[15, 15], [20, 15]])),
            shape("mask", json!([[5.7, 5.7], [14.7, 14.7]])),
            // `ImageDraw.polygon` of the same points has 673 pixels.
            shape("polygon", json!([[3.2, 4.7], [30.1, 2.2], [35.5, 25.9], [8.0, 28.4]])),
            shape("rotation", json!([[20, 3], [36, 5], [20, 6], [4, 5]])),
            shape("rectangle", json!([[-0.5, -0.7], [3.9, 40.2]])),
            shape("mask", json!([[35, -3], [44, 6]])),
        ]));
        assert_eq!(told, Vec::<String>::new());
        let boxes: Vec<_> = masks.iter().map(|item| item.mask.bbox().unwrap().xywh()).collect();
        assert_eq!((masks[0].mask.area(), boxes[0]), (97, [10, 10, 11, 11]));
        assert_eq!((masks[1].mask.area(), boxes[1]), (36, [7, 7, 6, 6]));
        assert_eq!((masks[2].mask.area(), boxes[2]), (673, [3, 2, 33, 27]));
        assert_eq!(boxes[3], [4, 3, 33, 4]);
        // What is outside is cut.
        assert_eq!((masks[4].mask.area(), boxes[4]), (120, [0, 0, 4, 30]));
        assert_eq!((masks[5].mask.area(), boxes[5]), (15, [37, 0, 3, 5]));
    }

    #[test]
    fn flags_are_tags_of_the_photo_and_attributes_of_the_masks() {
        let dir = tempfile::tempdir().unwrap();
        let (photo, mut masks) = super::super::tests::subject();
        let photo = Photo { path: dir.path().join("a.jpg"), ..photo };
        let project =
            json!({"format": "tinsel-project", "version": 1, "photos": {"a.jpg": {"tags": ["night"]}}});
        std::fs::write(dir.path().join("tinsel-project.json"), project.to_string()).unwrap();
        let values = json!({"occluded": true, "truncated": false, "pose": "left"});
        masks[0].attributes = attributes_in(&values);
        let written = document(&photo, "a.jpg", &masks, &ExportOptions::default()).unwrap();
        assert_eq!(written["flags"], json!({"night": true}));
        assert_eq!(written["shapes"][0]["flags"], json!({"occluded": true, "truncated": false}));
        assert_eq!(written["shapes"][1]["flags"], json!({}));
        let (width, height) = photo.pixels.dimensions();
        let file = dir.path().join("a.json");
        std::fs::write(&file, written.to_string()).unwrap();
        let read = crate::files::import::import(&file, (width, height), "a.jpg").unwrap();
        assert_eq!(read.masks[0].attributes, attributes_in(&json!({"occluded": true, "truncated": false})));
    }
}

//! Label maps: a grey image whose pixel values are the numbers of the masks, and its legend.

use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageBuffer, Luma};
use serde_json::json;

use super::class_list::ClassList;
use super::definition::{Definition, Keeps, Shape, Subject};
use super::destination::Destination;
use super::reading::Reader;
use super::{ExportOptions, picture};
use crate::annotation::Annotation;
use crate::files::drawing::{add_png, for_each_pixel};
use crate::files::{FileSet, Photo, WriteError};

pub struct LabelMap;

impl Definition for LabelMap {
    fn key(&self) -> &'static str {
        "labels"
    }

    fn label(&self) -> &'static str {
        "Label map with legend (PNG)"
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        Keeps::all_with(Shape::UpperPixels)
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        files(to).into()
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        let [picture, legend] = files(subject.to);
        add_label_map(set, subject.photo, subject.masks, &picture, &legend)
    }

    fn reader(&self) -> Option<&'static dyn Reader> {
        Some(&picture::Pictures)
    }
}

/// The image and its legend.
fn files(to: &Destination) -> [PathBuf; 2] {
    ["_labels.png", "_labels.json"].map(|ending| to.file(ending))
}

/// Adds the label map and its legend.
///
/// Masks are numbered from 1 and drawn in their order, so that later ones are on top; 0 is the background.
/// Pixels have 8 bits, or 16 for more than 255 masks. The legend lists for each value the name and class, the
/// whole mask's area and box (x, y, width, height), and its scores.
///
/// # Errors
/// See [`FileSet::check`]; more masks than 16 bits can number.
pub fn add_label_map(
    set: &mut FileSet,
    photo: &Photo,
    masks: &[Annotation],
    picture: &Path,
    legend: &Path,
) -> Result<(), WriteError> {
    let map: DynamicImage = if masks.len() <= u8::MAX.into() {
        paint::<u8>(photo, masks).into()
    } else if masks.len() <= u16::MAX.into() {
        paint::<u16>(photo, masks).into()
    } else {
        let cause = format!("{} masks are too many for a label map", masks.len());
        return Err(WriteError::Encoding { path: picture.into(), cause });
    };
    add_png(set, picture, &map)?;
    let legends: Vec<_> = (1..)
        .zip(masks)
        .map(|(value, item): (usize, _)| {
            json!({
                "value": value,
                "name": item.name,
                "class": item.class,
                "area": item.mask.area(),
                "bbox": item.mask.bbox().map_or([0; 4], |b| b.xywh()),
                "predicted_iou": item.predicted_iou,
                "stability_score": item.stability_score,
            })
        })
        .collect();
    let (width, height) = photo.pixels.dimensions();
    let described = json!({"photo": photo.file_name(), "width": width, "height": height, "masks": legends});
    set.add_json(legend, &described)
}

fn paint<T>(photo: &Photo, masks: &[Annotation]) -> ImageBuffer<Luma<T>, Vec<T>>
where
    T: image::Primitive + TryFrom<usize>,
    Luma<T>: image::Pixel<Subpixel = T>,
{
    let (width, height) = photo.pixels.dimensions();
    let mut map = ImageBuffer::new(width, height);
    for (value, item) in (1..).zip(masks) {
        let value = T::try_from(value).unwrap_or(T::DEFAULT_MAX_VALUE);
        for_each_pixel(&item.mask, |x, y| map.put_pixel(x, y, Luma([value])));
    }
    map
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::tests::subject;
    use super::*;
    use crate::mask::Mask;

    fn written(photo: &Photo, masks: &[Annotation]) -> (DynamicImage, serde_json::Value) {
        let dir = tempfile::tempdir().unwrap();
        let [picture, legend] = ["map.png", "map.json"].map(|name| dir.path().join(name));
        let mut set = FileSet::new(false);
        add_label_map(&mut set, photo, masks, &picture, &legend).unwrap();
        set.commit().unwrap();
        (image::open(picture).unwrap(), serde_json::from_slice(&std::fs::read(legend).unwrap()).unwrap())
    }

    #[test]
    fn later_masks_lie_on_top_and_the_legend_tells_the_values() {
        let (photo, mut masks) = subject();
        let all = Arc::new(Mask::from_fn(6, 4, |_, _| true));
        masks.insert(0, Annotation { mask: all, ..masks[0].clone() });
        let (map, legend) = written(&photo, &masks);
        let map = map.as_luma8().expect("8 bits");
        for (x, y, Luma([value])) in map.enumerate_pixels() {
            let expected = if masks[2].mask.get(x, y) { 3 } else { 1 + u8::from(masks[1].mask.get(x, y)) };
            assert_eq!(*value, expected, "{x},{y}");
        }
        assert_eq!(legend["photo"], "photo.one.jpg");
        let areas: Vec<_> =
            legend["masks"].as_array().unwrap().iter().map(|m| (&m["value"], &m["area"])).collect();
        assert_eq!(areas, [(&json!(1), &json!(24)), (&json!(2), &json!(8)), (&json!(3), &json!(1))]);
        assert_eq!(legend["masks"][1]["bbox"], json!([1, 0, 3, 3]));
    }

    #[test]
    fn many_masks_take_sixteen_bits() {
        let (photo, masks) = subject();
        let many: Vec<_> = masks.iter().cycle().take(300).cloned().collect();
        let (map, legend) = written(&photo, &many);
        let map = map.as_luma16().expect("16 bits");
        assert_eq!(map.get_pixel(5, 3).0, [300]);
        assert_eq!(legend["masks"].as_array().unwrap().len(), 300);
    }
}

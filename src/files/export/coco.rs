//! COCO instances: one image, one category, an annotation for each mask.

use serde_json::json;

use super::super::atomic::WriteSeek;
use super::super::photo::Photo;
use super::ExportMask;
use crate::mask::Rle;

/// Segmentations are uncompressed RLE, so that holes and parts survive. `name`, `predicted_iou` and
/// `stability_score` are additions that readers ignore.
pub(super) fn write(out: &mut dyn WriteSeek, photo: &Photo, masks: &[ExportMask]) -> Result<(), String> {
    let (width, height) = photo.pixels.dimensions();
    let file_name = photo.path.file_name().map(|n| n.to_string_lossy().into_owned());
    let annotations: Vec<_> = masks
        .iter()
        .enumerate()
        .map(|(i, item)| {
            json!({
                "id": i + 1,
                "image_id": 1,
                "category_id": 1,
                "segmentation": Rle::from(&*item.mask),
                "area": item.mask.area(),
                "bbox": item.mask.bbox().map_or([0; 4], |b| b.xywh()),
                "iscrowd": 0,
                "name": item.name,
                "predicted_iou": item.predicted_iou,
                "stability_score": item.stability_score,
            })
        })
        .collect();
    let document = json!({
        "info": {"description": "Masks made with Tinsel"},
        "images": [{"id": 1, "file_name": file_name, "width": width, "height": height}],
        "categories": [{"id": 1, "name": "object", "supercategory": ""}],
        "annotations": annotations,
    });
    serde_json::to_writer(&mut *out, &document).map_err(|e| e.to_string())?;
    out.write_all(b"\n").map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::tests::subject;
    use super::*;
    use crate::mask::Mask;

    #[test]
    fn the_masks_come_back_from_the_file() {
        let (photo, masks) = subject();
        let mut bytes = std::io::Cursor::new(vec![]);
        write(&mut bytes, &photo, &masks).unwrap();
        let json: serde_json::Value = serde_json::from_slice(bytes.get_ref()).unwrap();
        assert_eq!(json["images"][0]["file_name"], "photo.one.jpg");
        for (annotation, item) in json["annotations"].as_array().unwrap().iter().zip(&masks) {
            let rle: Rle = serde_json::from_value(annotation["segmentation"].clone()).unwrap();
            assert_eq!(Mask::try_from(&rle).unwrap(), *item.mask);
            assert_eq!(annotation["area"], item.mask.area());
        }
        assert_eq!(json["annotations"][0]["bbox"], json!([1, 0, 3, 3]));
    }
}

//! COCO instances with tracks. Readers of COCO ignore what is added: videos and tracks, `video_id` and
//! `frame_index` of images, `track_id` of annotations.

use std::path::Path;

use serde_json::{Value, json};

use super::{SequenceDefinition, TrackedSequence};
use crate::files::{FileSet, WriteError};
use crate::mask::{CompressedRle, Rle};
use crate::tracking::Frames;

pub struct CocoTracks;

impl SequenceDefinition for CocoTracks {
    fn key(&self) -> &'static str {
        "coco"
    }

    fn label(&self) -> &'static str {
        "COCO with tracks (JSON)"
    }

    /// `NAME_coco.json`.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        _: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        set.add_json(&folder.join(format!("{}_coco.json", sequence.name)), &document(sequence))
    }
}

fn document(sequence: &TrackedSequence) -> Value {
    let (mut images, mut annotations) = (vec![], vec![]);
    let mut size = (0, 0);
    for (i, frame, (width, height)) in sequence.seen() {
        size = (width, height);
        images.push(json!({
            "id": i + 1, "file_name": frame.file, "width": width, "height": height, "video_id": 1,
            "frame_index": i,
        }));
        for (track, item) in sequence.visible(i) {
            annotations.push(json!({
                "id": annotations.len() + 1,
                "image_id": i + 1,
                "category_id": sequence.class_number(track),
                "track_id": track.number,
                "segmentation": CompressedRle::from(&Rle::from(&*item.mask)),
                "area": item.mask.area(),
                "bbox": item.mask.bbox().map_or([0; 4], |b| b.xywh()),
                "iscrowd": 0,
                "name": track.name,
                "predicted_iou": item.predicted_iou,
            }));
        }
    }
    let tracks = sequence.tracks.iter().map(|track| {
        json!({
            "id": track.number, "category_id": sequence.class_number(track), "video_id": 1,
            "name": track.name,
        })
    });
    json!({
        "info": {"description": "Masks made with Tinsel"},
        "videos": [{
            "id": 1, "name": sequence.name, "width": size.0, "height": size.1, "length": sequence.frames.len(),
        }],
        "tracks": tracks.collect::<Vec<_>>(),
        "images": images,
        "annotations": annotations,
        "categories": categories(sequence),
    })
}

/// The classes with their numbers.
pub(super) fn categories(sequence: &TrackedSequence) -> Vec<Value> {
    let classes = (1..).zip(sequence.classes());
    classes.map(|(id, name): (usize, _)| json!({"id": id, "name": name, "supercategory": ""})).collect()
}

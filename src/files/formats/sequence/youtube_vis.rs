//! YouTube-VIS: one annotation for each object, with a segmentation for each frame.

use std::path::Path;

use serde_json::{Value, json};

use super::coco_tracks::categories;
use super::{SequenceDefinition, Track, TrackMask, TrackedSequence};
use crate::files::{FileSet, WriteError};
use crate::mask::{CompressedRle, Rle};
use crate::tracking::Frames;

pub struct YoutubeVis;

impl SequenceDefinition for YoutubeVis {
    fn key(&self) -> &'static str {
        "youtube-vis"
    }

    fn label(&self) -> &'static str {
        "YouTube-VIS (JSON)"
    }

    /// `NAME_youtube_vis.json`.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        _: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        let file = folder.join(format!("{}_youtube_vis.json", sequence.name));
        let (width, height) = sequence.size(&file)?;
        let names = sequence.frames.iter().map(|frame| format!("{}/{}", sequence.name, frame.file));
        let annotations = (1..).zip(&sequence.tracks).map(|(id, track)| annotation(sequence, id, track));
        let document = json!({
            "info": {"description": "Masks made with Tinsel"},
            "videos": [{
                "id": 1, "width": width, "height": height, "length": sequence.frames.len(),
                "file_names": names.collect::<Vec<_>>(),
            }],
            "annotations": annotations.collect::<Vec<_>>(),
            "categories": categories(sequence),
        });
        set.add_json(&file, &document)
    }
}

/// Null where the object is absent.
fn annotation(sequence: &TrackedSequence, id: usize, track: &Track) -> Value {
    let on_frames = |of: &dyn Fn(&TrackMask) -> Value| -> Vec<Value> {
        (0..sequence.frames.len()).map(|frame| track.visible(frame).map_or(Value::Null, of)).collect()
    };
    json!({
        "id": id,
        "video_id": 1,
        "category_id": sequence.class_number(track),
        "iscrowd": 0,
        "segmentations": on_frames(&|item| json!(CompressedRle::from(&Rle::from(&*item.mask)))),
        "bboxes": on_frames(&|item| json!(item.mask.bbox().map_or([0; 4], |b| b.xywh()))),
        "areas": on_frames(&|item| json!(item.mask.area())),
        "name": track.name,
        "track_id": track.number,
    })
}

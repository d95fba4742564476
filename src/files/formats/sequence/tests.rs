//! A small sequence in every format.

use std::path::PathBuf;

use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use super::*;
use crate::mask::{CompressedRle, Rle};
use crate::tracking::FrameError;

/// Two objects over four frames, which overlap, and of which one is absent on a frame.
fn sequence() -> TrackedSequence {
    let square = |at: u32| Mask::from_fn(12, 9, |x, y| (at..at + 4).contains(&x) && (2..6).contains(&y));
    let bar = |at: u32| Mask::from_fn(12, 9, |x, y| x < 11 && y == at);
    let item =
        |mask: Mask, is_prompted| TrackMask { mask: mask.into(), predicted_iou: Some(0.75), is_prompted };
    let frame = |i: usize| SequenceFrame {
        file: format!("{i:05}.jpg"),
        stem: format!("{i:05}"),
        path: Some(format!("../photos/{i:05}.jpg")),
    };
    let first = Track {
        number: 1,
        name: "Cup & tea".into(),
        class: Some("cup".into()),
        masks: BTreeMap::from([
            (0, item(square(1), true)),
            (1, item(square(2), false)),
            (2, item(square(20), false)),
            (3, item(square(4), false)),
        ]),
    };
    let second = Track {
        number: 2,
        name: "bar".into(),
        class: None,
        masks: (1..4).map(|i| (i, item(bar(i as u32 + 2), i == 1))).collect(),
    };
    TrackedSequence {
        name: "clip".into(),
        frames: (0..4).map(frame).collect(),
        rate: 12.0,
        tracks: vec![first, second],
    }
}

/// The pictures.
struct Grey;

impl Frames for Grey {
    fn count(&self) -> usize {
        4
    }

    fn frame(&mut self, index: usize) -> Result<Arc<RgbImage>, FrameError> {
        Ok(Arc::new(RgbImage::from_pixel(12, 9, Rgb([40 + index as u8; 3]))))
    }
}

fn written(format: SequenceFormat, sequence: &TrackedSequence) -> (tempfile::TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    let mut set = FileSet::new(false);
    format.add(&mut set, sequence, &mut Grey, dir.path()).unwrap();
    let files = set.commit().unwrap();
    let files = files.iter().map(|file| file.strip_prefix(dir.path()).unwrap().to_path_buf()).collect();
    (dir, files)
}

fn text(format: SequenceFormat, name: &str) -> String {
    let (dir, _) = written(format, &sequence());
    std::fs::read_to_string(dir.path().join(name)).unwrap()
}

fn json_of(format: SequenceFormat, name: &str) -> Value {
    serde_json::from_str(&text(format, name)).unwrap()
}

fn mask_of(value: &Value) -> Mask {
    let compressed: CompressedRle = serde_json::from_value(value.clone()).unwrap();
    Mask::try_from(&Rle::try_from(&compressed).unwrap()).unwrap()
}

#[test]
fn every_format_writes_files_for_any_sequence() {
    let empty = TrackedSequence { tracks: vec![], ..sequence() };
    let mut keys = vec![];
    for format in SequenceFormat::ALL.into_iter().filter(|format| *format != SequenceFormat::Film) {
        assert!(!written(format, &sequence()).1.is_empty(), "{format:?}");
        written(format, &empty);
        assert!(!keys.contains(&format.key()) && !format.label().is_empty());
        keys.push(format.key());
    }
}

#[test]
fn davis_has_the_lower_number_on_top() {
    let (dir, files) = written(SequenceFormat::Davis, &sequence());
    let expected: Vec<PathBuf> = (0..4).map(|i| format!("Annotations/clip/{i:05}.png").into()).collect();
    assert_eq!(files, expected);
    let file = std::fs::File::open(dir.path().join(&files[1])).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
    assert_eq!(reader.info().color_type, png::ColorType::Indexed);
    assert_eq!(reader.info().palette.as_ref().unwrap()[..6], [0, 0, 0, 128, 0, 0]);
    let mut indices = vec![0; 12 * 9];
    reader.next_frame(&mut indices).unwrap();
    for (i, value) in indices.iter().enumerate() {
        let (x, y) = (i % 12, i / 12);
        let expected =
            if (2..6).contains(&x) && (2..6).contains(&y) { 1 } else { 2 * u8::from(x < 11 && y == 3) };
        assert_eq!(*value, expected, "{x},{y}");
    }
    let mut many = sequence();
    many.tracks[1].number = 255;
    let error = SequenceFormat::Davis
        .add(&mut FileSet::new(true), &many, &mut Grey, dir.path())
        .unwrap_err()
        .to_string();
    assert!(error.contains("object 255") && error.contains("254"), "{error}");
}

#[test]
fn sa_v_has_a_folder_for_each_object() {
    let (dir, files) = written(SequenceFormat::SaV, &sequence());
    assert_eq!((files.len(), files[4].to_str().unwrap()), (7, "clip/002/00001.png"));
    let picture = image::open(dir.path().join(&files[1])).unwrap().to_luma8();
    let expected = Mask::from_fn(12, 9, |x, y| (2..6).contains(&x) && (2..6).contains(&y));
    assert_eq!(Mask::from_fn(12, 9, |x, y| picture.get_pixel(x, y).0[0] == 255), expected);
}

#[test]
fn mattes_have_no_gaps() {
    let mut gap = sequence();
    gap.tracks[0].masks.remove(&1);
    let (dir, files) = written(SequenceFormat::Mattes, &gap);
    let names: Vec<&str> = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names[..4], ["clip_1.0001.png", "clip_1.0002.png", "clip_1.0003.png", "clip_1.0004.png"]);
    assert_eq!(names[4], "clip_2.0002.png");
    let black = image::open(dir.path().join(&files[1])).unwrap().to_luma8();
    assert!(black.dimensions() == (12, 9) && black.pixels().all(|pixel| pixel.0 == [0]));
}

#[test]
fn coco_has_tracks_and_is_read_without_them() {
    let json = json_of(SequenceFormat::Coco, "clip_coco.json");
    assert_eq!(json["videos"], json!([{"id": 1, "name": "clip", "width": 12, "height": 9, "length": 4}]));
    assert_eq!(json["tracks"][1], json!({"id": 2, "category_id": 2, "video_id": 1, "name": "bar"}));
    assert_eq!(json["images"][3]["frame_index"], 3);
    let annotations = json["annotations"].as_array().unwrap();
    assert_eq!(annotations.len(), 6, "the absent object has none");
    let tracks: Vec<_> = annotations.iter().map(|a| (&a["image_id"], &a["track_id"])).collect();
    assert_eq!(tracks[1..3], [(&json!(2), &json!(1)), (&json!(2), &json!(2))]);
    assert_eq!(mask_of(&annotations[0]["segmentation"]), *sequence().tracks[0].masks[&0].mask);
    let (dir, files) = written(SequenceFormat::Coco, &sequence());
    let imported = crate::files::import::import(&dir.path().join(&files[0]), (12, 9), "00001.jpg").unwrap();
    assert_eq!((imported.masks.len(), imported.masks[0].class.as_deref()), (2, Some("cup")));
}

#[test]
fn youtube_vis_has_null_where_an_object_is_absent() {
    let json = json_of(SequenceFormat::YoutubeVis, "clip_youtube_vis.json");
    assert_eq!(json["videos"][0]["file_names"][2], "clip/00002.jpg");
    let first = &json["annotations"][0];
    assert_eq!(
        (&first["segmentations"][2], &first["bboxes"][2], &first["areas"][2]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!((&first["bboxes"][3], &first["areas"][3]), (&json!([4, 2, 4, 4]), &json!(16)));
    assert_eq!(mask_of(&first["segmentations"][1]), *sequence().tracks[0].masks[&1].mask);
    assert_eq!(json["annotations"][1]["segmentations"][0], Value::Null);
    let mut other = sequence();
    let mask = Mask::from_fn(5, 5, |_, _| true);
    other.tracks.iter_mut().for_each(|track| {
        track
            .masks
            .insert(3, TrackMask { mask: mask.clone().into(), predicted_iou: None, is_prompted: false });
    });
    for format in [SequenceFormat::YoutubeVis, SequenceFormat::MotsText, SequenceFormat::CvatVideo] {
        let dir = tempfile::tempdir().unwrap();
        let error =
            format.add(&mut FileSet::new(true), &other, &mut Grey, dir.path()).unwrap_err().to_string();
        assert!(error.contains("12x9") && error.contains("5x5"), "{error}");
    }
}

#[test]
fn mots_does_not_overlap() {
    let text = text(SequenceFormat::MotsText, "instances_txt/clip.txt");
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(' ').collect()).collect();
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[2][..5], ["1", "2002", "2", "9", "12"]);
    let [first, second] = [1, 2].map(|i| mask_of(&json!({"size": [9, 12], "counts": lines[i][5]})));
    assert!(first.intersection(&second).is_empty());
    assert_eq!(first.union(&second).area(), 16 + 11 - 4);
    let (dir, files) = written(SequenceFormat::MotsPng, &sequence());
    assert_eq!(files[1].to_str().unwrap(), "instances/clip/000001.png");
    let image = image::open(dir.path().join(&files[1])).unwrap();
    let image = image.as_luma16().expect("16 bits");
    assert_eq!([(3, 3), (9, 3), (11, 8)].map(|(x, y)| image.get_pixel(x, y).0[0]), [1001, 2002, 0]);
    let classes = std::fs::read_to_string(dir.path().join("clip_classes_png.txt")).unwrap();
    assert_eq!(classes, "1 cup\n2 object\n");
}

#[test]
fn cvat_ends_tracks_where_objects_vanish() {
    let text = text(SequenceFormat::CvatVideo, "clip_cvat_video.xml");
    let frames = |from: &str| -> Vec<(String, String)> {
        let track = text.split(from).nth(1).unwrap().split("</track>").next().unwrap();
        let value = |line: &str, key: &str| {
            line.split(&format!(" {key}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
        };
        track
            .lines()
            .filter(|l| l.contains("<mask"))
            .map(|l| (value(l, "frame"), value(l, "outside")))
            .collect()
    };
    let shown = |frames: Vec<(String, String)>| -> Vec<String> {
        frames.into_iter().map(|(frame, outside)| format!("{frame}:{outside}")).collect()
    };
    assert_eq!(shown(frames("<track id=\"0\"")), ["0:0", "1:0", "2:1", "3:0"]);
    assert_eq!(shown(frames("<track id=\"1\"")), ["1:0", "2:0", "3:0"]);
    let images = self::text(SequenceFormat::CvatImages, "clip_cvat_images.xml");
    assert_eq!(images.matches("<image ").count(), 4);
    assert!(
        images
            .contains(r#"<mask label="object" source="semi-auto" occluded="0" rle="0, 11" left="0" top="3""#)
    );
    assert!(images.contains(r#"group_id="2""#));
}

#[test]
fn groups_are_objects_in_labelme_and_isat() {
    let labelme = json_of(SequenceFormat::Labelme, "labelme/clip/00001.json");
    assert_eq!(labelme["imagePath"], "../../../photos/00001.jpg");
    assert_eq!(labelme["shapes"][1]["group_id"], 2);
    assert_eq!(
        (&labelme["shapes"][0]["label"], &labelme["shapes"][0]["description"]),
        (&json!("cup"), &json!("Cup & tea"))
    );
    let isat = json_of(SequenceFormat::Isat, "isat/clip/00001.json");
    assert_eq!((&isat["objects"][1]["group"], &isat["info"]["width"]), (&json!(2), &json!(12)));
}

#[test]
fn cut_outs_are_numbered_and_transparent_around_the_object() {
    let (dir, files) = written(SequenceFormat::Cutouts, &sequence());
    assert_eq!(files.len(), 4 + 3);
    let first = image::open(dir.path().join("clip_1_cutouts/clip_1.0002.png")).unwrap().into_rgba8();
    assert_eq!((first.dimensions(), first.get_pixel(3, 3).0), ((12, 9), [41, 41, 41, 255]));
    assert_eq!(first.get_pixel(0, 0).0[3], 0);
    let gone = image::open(dir.path().join("clip_1_cutouts/clip_1.0003.png")).unwrap().into_rgba8();
    assert!(gone.pixels().all(|pixel| pixel.0[3] == 0), "the object is absent there");
}

#[test]
fn a_film_has_all_frames_or_the_program_for_it_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let mut set = FileSet::new(false);
    match SequenceFormat::Film.add(&mut set, &sequence(), &mut Grey, dir.path()) {
        Ok(()) => {
            let files = set.commit().unwrap();
            assert_eq!(files, [dir.path().join("clip_overlay.mp4")]);
            assert_eq!(crate::files::sequence::Sequence::open(&files[0]).unwrap().count(), 4);
        }
        Err(error) => assert!(error.to_string().contains("`ffmpeg`, which was not found"), "{error}"),
    }
}

#[test]
fn tracks_come_back_from_cvat() {
    for (format, name) in [
        (SequenceFormat::CvatVideo, "clip_cvat_video.xml"),
        (SequenceFormat::CvatImages, "clip_cvat_images.xml"),
    ] {
        let (dir, _) = written(format, &sequence());
        let photos: Vec<PathBuf> = (0..4).map(|i| dir.path().join(format!("{i:05}.jpg"))).collect();
        photos.iter().for_each(|photo| RgbImage::new(12, 9).save(photo).unwrap());
        let (found, problems) =
            crate::files::import::import_dataset(&dir.path().join(name), &photos).unwrap();
        assert_eq!((found.len(), problems), (4, vec![]), "{name}");
        for (frame, found) in found.iter().enumerate() {
            for track in sequence().tracks {
                let expected = track.visible(frame).map(|item| (*item.mask).clone());
                let of_track =
                    |m: &&Annotation| m.track.as_ref().is_some_and(|mark| mark.track == track.number);
                let mask = found.imported.masks.iter().find(of_track);
                assert_eq!(mask.map(|m| (*m.mask).clone()), expected, "{name}, frame {frame}");
                assert!(mask.is_none_or(|m| m.class == track.class));
            }
        }
    }
}

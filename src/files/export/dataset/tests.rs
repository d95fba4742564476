use super::*;
use crate::annotation::Annotation;
use crate::files::PhotoIdentity;
use crate::files::export::{SplitList, plan_dataset};
use crate::files::import::{ForPhoto, Imported, add_to_sessions};
use crate::files::project::{PhotoState, ProjectFile};
use crate::mask::Mask;

/// A folder of photos, each with a mask of this class kept beside it.
fn photos(of: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, class) in of {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        image::RgbImage::new(6, 4).save_with_format(&path, image::ImageFormat::Png).unwrap();
        let mask = Annotation {
            class: Some((*class).into()),
            ..Annotation::new("Mask", Mask::from_fn(6, 4, |x, y| x < 4 && y < 3))
        };
        let imported = Imported { masks: vec![mask], ..Imported::default() };
        let identity = PhotoIdentity::of(&path).unwrap();
        add_to_sessions(vec![ForPhoto { path, identity, imported }]).unwrap();
    }
    dir
}

fn export(dir: &tempfile::TempDir, formats: &[Format]) -> DatasetExport {
    DatasetExport::new(formats.to_vec(), dir.path().join("out"))
}

/// The photo at a path below a folder that was given; `below` is that folder's name.
fn selected(dir: &tempfile::TempDir, below: &str, name: &str) -> Selected {
    Selected { path: dir.path().join(below).join(name), below: name.into() }
}

fn refused(result: Result<Exported, PhotoExportError>, parts: &[&str]) {
    let said = result.unwrap_err().to_string();
    assert!(parts.iter().all(|part| said.contains(part)), "{said}");
}

#[test]
fn no_two_things_share_a_file() {
    let dir = photos(&[("b.ppm", "cup"), ("b.pnm", "cup"), ("coco.ppm", "cup")]);
    let photo = |name: &str| selected(&dir, "", name);
    let mut both = export(&dir, &[Format::Labelme, Format::Isat]);
    let way_out = "to different folders";
    refused(both.photo(&photo("b.ppm")), &["out/b.json", "b.ppm as labelme", "b.ppm as isat", way_out]);
    assert!(!dir.path().join("out").exists(), "nothing is written");

    let mut one = export(&dir, &[Format::Labelme]);
    one.photo(&photo("b.ppm")).unwrap();
    refused(one.photo(&photo("b.pnm")), &["out/b.json", "b.ppm as labelme", "b.pnm as labelme"]);

    let mut joined = export(&dir, &[Format::CocoJson, Format::Labelme]);
    joined.overwrite = true;
    refused(joined.photo(&photo("coco.ppm")), &["out/coco.json", "all photos as coco", "coco.ppm as"]);
    joined.photo(&photo("b.ppm")).unwrap();
    assert!(!joined.finish().unwrap().is_empty());
}
#[test]
fn photos_of_one_name_are_no_dataset() {
    let dir = photos(&[("train/x.ppm", "cup"), ("val/x.ppm", "cup")]);
    let mut apart = export(&dir, &[Format::CocoJson]);
    apart.photo(&selected(&dir, "train", "x.ppm")).unwrap();
    let parts = ["val/x.ppm: ", "named x.ppm", "train/x.ppm", "parent folder"];
    refused(apart.photo(&selected(&dir, "val", "x.ppm")), &parts);

    let mut above = export(&dir, &[Format::CocoJson]);
    for name in ["train/x.ppm", "val/x.ppm"] {
        above.photo(&selected(&dir, "", name)).unwrap();
    }
    let (file, photos) = above.finish().unwrap().remove(0);
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!((photos, &json["images"][1]["file_name"]), (2, &"val/x.ppm".into()));
}
#[test]
fn classes_have_the_same_numbers_in_all_folders() {
    let dir = photos(&[("a/1.ppm", "cat"), ("a/2.ppm", "cow"), ("b/1.ppm", "dog")]);
    let formats = [Format::Yolo, Format::Voc, Format::Isat];
    let all = |export: &mut DatasetExport| {
        ["a/1.ppm", "b/1.ppm", "a/2.ppm"].map(|name| export.photo(&selected(&dir, "", name)))
    };
    let mut fresh = export(&dir, &formats);
    all(&mut fresh).into_iter().for_each(|result| assert!(result.is_ok(), "{result:?}"));
    let text = |name: &str| std::fs::read_to_string(dir.path().join("out").join(name)).unwrap();
    assert_eq!(
        (text("a/classes.txt"), text("b/classes.txt")),
        ("cat\ndog\ncow\n".into(), "cat\ndog\n".into())
    );
    assert!(text("b/labels/1.txt").starts_with("1 "));
    assert_eq!(text("b/class_names.txt"), "_background_\ncat\ndog\n");
    let names = text("b/isat.yaml");
    assert!(names.find("\"cat\"") < names.find("\"dog\"") && !names.contains("808080"), "{names}");

    // A list that is there already is another one.
    std::fs::write(dir.path().join("out/b/class_names.txt"), "_background_\ndog\n").unwrap();
    let mut again = export(&dir, &formats);
    again.overwrite = true;
    let [first, other, third] = all(&mut again);
    refused(other, &["b/class_names.txt: ", "\"dog\" has the number of \"cat\" in the previous folders"]);
    first.and(third).unwrap();
}

#[test]
fn photos_that_differ_in_their_extension_alone_do_not_share_files_that_need_not_be_shared() {
    let dir = photos(&[("b.ppm", "cup"), ("b.pnm", "cup")]);
    let formats =
        [Format::CocoJson, Format::Records, Format::Svg, Format::BinaryPng, Format::Csv, Format::Script];
    let mut both = export(&dir, &formats);
    for name in ["b.ppm", "b.pnm"] {
        both.photo(&selected(&dir, "", name)).unwrap();
    }
    assert_eq!(both.finish().unwrap()[0].1, 2);
    let there = |name: &str| dir.path().join("out").join(name).exists();
    for name in ["_masks.json", ".svg", "_mask_mask.png", "_masks.csv", "_combined_overlay_masks.png"] {
        assert!(there(&format!("b{name}")) && there(&format!("b.pnm{name}")), "{name}");
    }
    let photos = ["b.ppm", "b.pnm"].map(|name| dir.path().join(name));
    let (wanted, options) = (Wanted::default(), ExportOptions::default());
    let out = dir.path().join("out");
    for (format, files) in [(Format::Svg, 2), (Format::Labelme, 1)] {
        let plan =
            super::super::plan_dataset(&photos, &wanted, None, format, &options, &out, || true).unwrap();
        assert_eq!(plan.files.len(), files, "{format:?}");
    }
}

/// A photo without masks.
fn bare_photo(dir: &tempfile::TempDir, name: &str) {
    let path = dir.path().join(name);
    image::RgbImage::new(6, 4).save_with_format(path, image::ImageFormat::Png).unwrap();
}

fn mark(dir: &tempfile::TempDir, name: &str, state: PhotoState) {
    let mut file = ProjectFile::open(dir.path()).unwrap();
    let mut project = file.content().clone();
    project.set_state(name, Some(state));
    file.save(&project).unwrap();
}

/// Exports the photos of a folder that are included; returns their names.
fn export_included(dir: &tempfile::TempDir, export: &mut DatasetExport, names: &[&str]) -> Vec<String> {
    let included = names.iter().filter(|name| {
        let photo = selected(dir, "", name);
        let is_included = export.includes(&photo.path).unwrap();
        if is_included {
            export.photo(&photo).unwrap();
        }
        is_included
    });
    included.map(|name| (*name).to_owned()).collect()
}

fn text(dir: &tempfile::TempDir, name: &str) -> String {
    let file = dir.path().join("out").join(name);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn photos_are_limited_to_states_and_those_done_without_masks_are_negatives() {
    let dir = photos(&[("started.ppm", "cup"), ("review.ppm", "cup"), ("done.ppm", "cup")]);
    ["new.ppm", "nothing.ppm"].iter().for_each(|name| bare_photo(&dir, name));
    mark(&dir, "review.ppm", PhotoState::Review);
    ["done.ppm", "nothing.ppm"].iter().for_each(|name| mark(&dir, name, PhotoState::Done));
    let names = ["done.ppm", "new.ppm", "nothing.ppm", "review.ppm", "started.ppm"];
    let out = dir.path().join("out");
    for (states, expected) in [
        (&[][..], &["done.ppm", "nothing.ppm", "review.ppm", "started.ppm"][..]),
        (&[WorkState::Set(PhotoState::Done)], &["done.ppm", "nothing.ppm"]),
        (&[WorkState::Set(PhotoState::Review), WorkState::Started], &["review.ppm", "started.ppm"]),
        (&[WorkState::New], &["new.ppm"]),
    ] {
        let mut limited = export(&dir, &[Format::CocoJson, Format::Yolo, Format::Voc]);
        (limited.overwrite, limited.wanted.states) = (true, states.to_vec());
        let wanted = limited.wanted.clone();
        assert_eq!(export_included(&dir, &mut limited, &names), expected, "{states:?}");
        limited.finish().unwrap();
        let json: serde_json::Value = serde_json::from_str(&text(&dir, "coco.json")).unwrap();
        let images = json["images"].as_array().unwrap().iter();
        let listed: Vec<_> = images.map(|image| image["file_name"].as_str().unwrap()).collect();
        assert_eq!(listed, expected, "{states:?}");
        let paths = names.map(|name| dir.path().join(name));
        let plan =
            plan_dataset(&paths, &wanted, None, Format::Yolo, &ExportOptions::default(), &out, || true);
        assert_eq!(plan.unwrap().photos, expected.len(), "{states:?}");
    }
    assert_eq!(text(&dir, "labels/nothing.txt"), "");
    assert!(out.join("SegmentationClass/nothing.png").is_file());
    // Nothing is known about a photo that is not marked.
    refused(
        export(&dir, &[Format::Yolo]).photo(&selected(&dir, "", "new.ppm")),
        &["new.ppm", "no saved masks"],
    );
}

/// A split by hand: a to train, b to val, c and d to test.
fn by_hand(dir: &tempfile::TempDir) -> Split {
    let file = dir.path().join("parts.txt");
    std::fs::write(&file, "train a.ppm\nval b.ppm\ntest c.ppm\ntest d.ppm\n").unwrap();
    Split { shares: [0; 3], seed: 0, list: SplitList::read(&file).unwrap() }
}

#[test]
fn the_parts_of_a_dataset_are_kept_apart_and_share_their_classes() {
    let dir = photos(&[("a.ppm", "cup"), ("b.ppm", "dog"), ("c.ppm", "cup")]);
    let mut split = export(&dir, &[Format::CocoJson, Format::Yolo, Format::Voc]);
    split.options.copy_photo = true;
    split.split = Some(by_hand(&dir));
    for name in ["a.ppm", "b.ppm", "c.ppm"] {
        split.photo(&selected(&dir, "", name)).unwrap();
    }
    assert_eq!(split.parts(), [(Part::Train, 1), (Part::Val, 1), (Part::Test, 1)]);
    let written: Vec<_> = split.finish().unwrap().into_iter().map(|(_, photos)| photos).collect();
    assert_eq!(written, [1, 1, 1, 1, 1, 2, 1], "three COCO files and four lists");
    let yaml =
        "train: images/train\nval: images/val\nnames:\n  0: \"cup\"\n  1: \"dog\"\ntest: images/test\n";
    assert_eq!(text(&dir, "data.yaml"), yaml);
    let out = dir.path().join("out");
    for (part, name, class) in [("train", "a", "cup"), ("val", "b", "dog"), ("test", "c", "cup")] {
        assert!(text(&dir, &format!("labels/{part}/{name}.txt")).starts_with(if class == "cup" {
            '0'
        } else {
            '1'
        }));
        assert!(out.join(format!("images/{part}/{name}.ppm")).is_file());
        assert_eq!(text(&dir, &format!("ImageSets/Segmentation/{part}.txt")), format!("{name}\n"));
        let json = text(&dir, &format!("annotations/instances_{part}.json"));
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["categories"].as_array().unwrap().len(), 2);
        let id = json["annotations"][0]["category_id"].as_u64().unwrap() as usize;
        assert_eq!(
            (&json["categories"][id - 1]["name"], &json["images"][0]["file_name"]),
            (&class.into(), &format!("{name}.ppm").into())
        );
    }
    assert_eq!(text(&dir, "ImageSets/Segmentation/trainval.txt"), "a\nb\n");
    assert!(!out.join("coco.json").exists() && out.join("JPEGImages/a.ppm").is_file());
}

#[test]
fn a_photo_is_never_in_two_parts_of_a_dataset() {
    let dir = photos(&[("a.ppm", "cup"), ("b.ppm", "cup"), ("d.ppm", "cup"), ("e.ppm", "cup")]);
    let export_all = |format: Format, names: &[&str], list: &str| {
        let mut split = by_hand(&dir);
        split.list = {
            let file = dir.path().join("parts.txt");
            std::fs::write(&file, list).unwrap();
            SplitList::read(&file).unwrap()
        };
        let mut export = export(&dir, &[format]);
        (export.split, export.overwrite) = (Some(split), true);
        let result = names.iter().try_for_each(|name| export.photo(&selected(&dir, "", name)).map(drop));
        export.finish().unwrap();
        result
    };
    export_all(Format::Yolo, &["a.ppm", "b.ppm"], "train a.ppm\nval b.ppm").unwrap();
    let said = export_all(Format::Yolo, &["a.ppm"], "val a.ppm").unwrap_err().to_string();
    assert!(
        said.contains("a.ppm") && said.contains("labels/train/a.txt is left from another split"),
        "{said}"
    );
    let said = export_all(Format::Yolo, &["e.ppm"], "val a.ppm").unwrap_err().to_string();
    assert!(said.contains("e.ppm: is in no part"), "{said}");

    export_all(Format::Voc, &["a.ppm", "b.ppm"], "train a.ppm\nval b.ppm").unwrap();
    export_all(Format::Voc, &["a.ppm", "d.ppm"], "val a.ppm\ntest d.ppm").unwrap();
    let lists = ["train", "val", "trainval", "test"]
        .map(|part| text(&dir, &format!("ImageSets/Segmentation/{part}.txt")));
    assert_eq!(lists, ["", "b\na\n", "b\na\n", "d\n"]);
}

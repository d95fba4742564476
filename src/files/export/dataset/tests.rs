use super::*;
use crate::annotation::Annotation;
use crate::files::PhotoIdentity;
use crate::files::import::{ForPhoto, Imported, add_to_sessions};
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
        let plan = super::super::plan_dataset(&photos, &wanted, format, &options, &out, || true).unwrap();
        assert_eq!(plan.files.len(), files, "{format:?}");
    }
}

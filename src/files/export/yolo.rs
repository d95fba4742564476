//! Labels for YOLO segmentation: `labels/NAME.txt` with a line for each object, and the classes in
//! `data.yaml` and `classes.txt`.
//!
//! Points are pixels as shares of the photo's sides. Some readers cut them down to whole pixels and
//! others round them, and all draw the outline as well as fill it: a point a quarter into its pixel
//! gives all of them the same pixels back.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::classes::{ClassList, FOLDERS_BEFORE, ListFile, lines, of_lines, quoted, with_block};
use super::format::{ExportOptions, YoloParts};
use super::outlines;
use crate::annotation::Annotation;
use crate::files::{FileSet, Photo, WriteError, yaml};
use crate::mask::polygon::Ring;

/// Where in its pixel a point lies, in pixels.
const INTO_PIXEL: f64 = 0.25;

/// The labels of a photo, `data.yaml` and `classes.txt`.
pub(super) fn files(stem: &str, folder: &Path) -> [PathBuf; 3] {
    [folder.join("labels").join(format!("{stem}.txt")), folder.join("data.yaml"), folder.join("classes.txt")]
}

/// `labels`, `data.yaml` and `classes.txt` are as in [`files`].
pub(super) fn add(
    set: &mut FileSet,
    photo: &Photo,
    masks: &[Annotation],
    options: &ExportOptions,
    [labels, data, plain]: [&PathBuf; 3],
    classes: &mut ClassList,
) -> Result<(), WriteError> {
    let mut data = ListFile::read(data, |text| yaml::class_names(text).map(ClassList::uncoloured))?;
    let in_data = data.classes()?;
    let mut plain_file = ListFile::read(plain, of_lines)?;
    let mut there = in_data.clone();
    there.go_on_with(plain_file.classes()?, plain, "data.yaml")?;
    classes.go_on_with(there, plain, FOLDERS_BEFORE)?;
    classes.extend(masks);
    set.add_text(labels, &object_lines(photo, masks, classes, options))?;
    if data.text().is_none() || classes.len() != in_data.len() {
        let text = with_names(data.text().unwrap_or("train: images\nval: images\n"), classes);
        data.write(set, text)?;
    }
    plain_file.write(set, lines(classes))?;
    classes.keep(data);
    classes.keep(plain_file);
    Ok(())
}

/// A `data.yaml` with these classes.
fn with_names(text: &str, classes: &ClassList) -> String {
    let mut block = "names:\n".to_owned();
    for (number, name) in classes.names().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(block, "  {number}: {}", quoted(name));
    }
    let text = with_block(text, "names", &block);
    if text.lines().any(|line| line.starts_with("nc:")) {
        with_block(&text, "nc", &format!("nc: {}\n", classes.len()))
    } else {
        text
    }
}

fn object_lines(photo: &Photo, masks: &[Annotation], classes: &ClassList, options: &ExportOptions) -> String {
    let (width, height) = photo.pixels.dimensions();
    let mut text = String::new();
    for item in masks {
        let class = classes.place_of(item);
        let parts = outlines::through_pixels(&item.mask, options);
        let objects = match options.yolo {
            YoloParts::Separate => parts,
            YoloParts::Joined => joined(parts).into_iter().collect(),
        };
        for object in objects {
            let _ = write!(text, "{class}");
            for [x, y] in object {
                let share = |pixel: u32, side: u32| (f64::from(pixel) + INTO_PIXEL) / f64::from(side);
                let _ = write!(text, " {:.7} {:.7}", share(x, width), share(y, height));
            }
            text.push('\n');
        }
    }
    text
}

/// One closed line through all parts, of which the first is the largest: from its nearest point to
/// each of the others, around that one, and back.
fn joined(parts: Vec<Ring>) -> Option<Ring> {
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    let mut detours: Vec<(usize, Ring)> = vec![];
    for part in parts {
        let (from, to) = nearest(&first, &part);
        let around = part[to..].iter().chain(&part[..=to]).copied();
        detours.push((from, around.chain([first[from]]).collect()));
    }
    detours.sort_by_key(|(from, _)| *from);
    let mut ring = vec![];
    let mut detours = detours.into_iter().peekable();
    for (i, point) in first.into_iter().enumerate() {
        ring.push(point);
        while let Some((_, detour)) = detours.next_if(|(from, _)| *from == i) {
            ring.extend(detour);
        }
    }
    Some(ring)
}

/// The places of the two points of two rings that are nearest to each other.
fn nearest(a: &[[u32; 2]], b: &[[u32; 2]]) -> (usize, usize) {
    let distance = |p: [u32; 2], q: [u32; 2]| -> u64 {
        p.iter().zip(q).map(|(p, q)| u64::from(p.abs_diff(q)).pow(2)).sum()
    };
    let pairs =
        a.iter().enumerate().flat_map(|(i, p)| b.iter().enumerate().map(move |(j, q)| (i, j, *p, *q)));
    let best = pairs.min_by_key(|(.., p, q)| distance(*p, *q));
    best.map_or((0, 0), |(i, j, ..)| (i, j))
}

#[cfg(test)]
mod tests {
    use super::super::tests::subject;
    use super::super::{Format, export_with};
    use super::*;

    #[test]
    fn classes_keep_their_numbers_from_photo_to_photo() {
        let (photo, mut masks) = subject();
        let dir = tempfile::tempdir().unwrap();
        let options = ExportOptions::default();
        masks[0].class = Some("cup".into());
        export_with(&photo, &masks, Format::Yolo, &options, dir.path(), false).unwrap();
        let text = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        assert_eq!(text("classes.txt"), "cup\nobject\n");
        assert_eq!(text("data.yaml"), "train: images\nval: images\nnames:\n  0: \"cup\"\n  1: \"object\"\n");

        // Somebody has written more into the file meanwhile.
        let changed = text("data.yaml").replace("val: images", "val: other # mine");
        std::fs::write(dir.path().join("data.yaml"), &changed).unwrap();
        masks[0].class = Some("new".into());
        let second = Photo { path: "second.jpg".into(), ..photo };
        export_with(&second, &masks, Format::Yolo, &options, dir.path(), false).unwrap();
        assert_eq!(text("classes.txt"), "cup\nobject\nnew\n");
        assert_eq!(text("data.yaml"), format!("{changed}  2: \"new\"\n"));
        let numbers: Vec<String> = text("labels/second.txt").lines().map(|l| l[..1].to_owned()).collect();
        assert_eq!(numbers, ["2", "1"]);
    }

    #[test]
    fn numbers_of_a_list_that_is_there_keep_their_meaning() {
        let (photo, mut masks) = subject();
        masks.iter_mut().for_each(|item| item.class = Some("dog".into()));
        let dir = tempfile::tempdir().unwrap();
        let export =
            || export_with(&photo, &masks, Format::Yolo, &ExportOptions::default(), dir.path(), true);
        let put = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        let text = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        put("data.yaml", "nc: 2\n");
        put("classes.txt", "cat\ndog\n");
        export().unwrap();
        assert_eq!(text("data.yaml"), "nc: 2\nnames:\n  0: \"cat\"\n  1: \"dog\"\n");
        assert!(text("labels/photo.one.txt").lines().all(|line| line.starts_with("1 ")));

        put("classes.txt", "dog\ncat\n");
        let said = export().unwrap_err().to_string();
        assert!(said.contains("classes.txt: ") && said.contains("\"cat\" has in data.yaml"), "{said}");
        assert_eq!(text("classes.txt"), "dog\ncat\n");
    }

    #[test]
    fn a_long_list_is_read_again_and_goes_on() {
        let (photo, mut masks) = subject();
        masks[0].class = Some("c99999".into());
        let dir = tempfile::tempdir().unwrap();
        let list: String = (0..100_000).map(|i| format!("c{i}\n")).collect();
        std::fs::write(dir.path().join("classes.txt"), list).unwrap();
        for _ in 0..2 {
            export_with(&photo, &masks, Format::Yolo, &ExportOptions::default(), dir.path(), true).unwrap();
        }
        let labels = std::fs::read_to_string(dir.path().join("labels/photo.one.txt")).unwrap();
        assert!(labels.starts_with("99999 ") && labels.contains("\n100000 "), "{labels}");
    }

    #[test]
    fn parts_are_joined_into_one_line() {
        let square = |x: u32| vec![[x, 0], [x + 2, 0], [x + 2, 2], [x, 2]];
        let ring = joined(vec![square(0), square(5)]).unwrap();
        let expected = [[0, 0], [2, 0], [5, 0], [7, 0], [7, 2], [5, 2], [5, 0], [2, 0], [2, 2], [0, 2]];
        assert_eq!(ring, expected);
        assert_eq!(joined(vec![]), None);
    }
}

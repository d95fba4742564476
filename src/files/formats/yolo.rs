//! Labels for YOLO segmentation: `labels/NAME.txt` with a line for each object, and the classes in
//! `data.yaml` and `classes.txt`. Boxes and the class lists of other programs are also read.
//!
//! Points are fractions of the photo's sides. Some readers truncate them to whole pixels and others round,
//! and all draw the outline as well as fill it: a point at a quarter of its pixel gives the same pixels in
//! all of them.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::class_list::{ClassList, ListFile, PREVIOUS_FOLDERS, lines, of_lines};
use super::definition::{Definition, Keeps, Parts, Shape, Subject};
use super::destination::Destination;
use super::part::Part;
use super::reading::{Content, ImportError, Imported, Problem, Reader, Target, annotation, polygon};
use super::{ExportOptions, FormatOption};
use crate::annotation::Annotation;
use crate::files::drawing::outlines;
use crate::files::names::has_extension;
use crate::files::yaml::{self, quoted, with_block};
use crate::files::{FileSet, Photo, WriteError, text};
use crate::mask::Mask;
use crate::mask::polygon::Ring;

/// The offset of a point in its pixel, in pixels.
const INTO_PIXEL: f64 = 0.25;
/// The names of the written class lists.
const DATA: &str = "data.yaml";
const PLAIN: &str = "classes.txt";
/// The extension of labels.
const EXTENSIONS: &[&str] = &["txt"];
/// Larger files are rejected.
const MAX_LIST_BYTES: u64 = 4 << 20;
/// The names of class lists in YOLO and related programs.
const LISTS: [&str; 6] = ["data.yaml", "data.yml", "dataset.yaml", "dataset.yml", "classes.txt", "obj.names"];
/// One of the first lines must be a label.
const LINES_TO_RECOGNISE: usize = 20;
/// How many folders above the labels may contain the classes.
const FOLDERS_ABOVE: usize = 3;

/// How YOLO labels store a mask with several parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum YoloParts {
    /// One object; lines connect the parts.
    #[default]
    Joined,
    /// One object for each part.
    Separate,
}

pub struct Yolo;

impl Definition for Yolo {
    fn key(&self) -> &'static str {
        "yolo"
    }

    fn label(&self) -> &'static str {
        "YOLO segmentation (TXT)"
    }

    fn keeps(&self, options: &ExportOptions) -> Keeps {
        let parts = match options.yolo {
            YoloParts::Joined => Parts::Joined,
            YoloParts::Separate => Parts::Separate,
        };
        Keeps {
            missing_class: false,
            details: false,
            ..Keeps::all_with(Shape::Outlines { holes: false, parts })
        }
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        files(to).into()
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, classes: &mut ClassList) -> Result<(), WriteError> {
        add(set, subject, classes)
    }

    fn own_options(&self) -> &'static [FormatOption] {
        &[FormatOption::YoloParts]
    }

    fn shared_files(&self) -> &'static [&'static str] {
        &[DATA, PLAIN]
    }

    fn photo_folder(&self, part: Option<Part>) -> Option<&'static str> {
        Some(images(part))
    }

    fn has_parts(&self) -> bool {
        true
    }

    fn reader(&self) -> Option<&'static dyn Reader> {
        Some(&Self)
    }
}

impl Reader for Yolo {
    fn name(&self) -> &'static str {
        "YOLO labels (TXT)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        EXTENSIONS
    }

    fn read(&self, target: &Target, content: &mut Content) -> Option<Result<Imported, ImportError>> {
        let Content::Text(text) = content else { return None };
        label_lines(target.path, text).map(|lines| read(target, lines))
    }
}

/// The folder of the photos of a part.
fn images(part: Option<Part>) -> &'static str {
    match part {
        None => "images",
        Some(Part::Train) => "images/train",
        Some(Part::Val) => "images/val",
        Some(Part::Test) => "images/test",
    }
}

/// The labels of a photo, `data.yaml` and `classes.txt`. Readers find the labels of a photo by replacing
/// `images` with `labels` in its path.
fn files(to: &Destination) -> [PathBuf; 3] {
    let folder = to.folder.join("labels").join(to.part.map_or("", Part::key));
    let labels = folder.join(format!("{}.txt", to.stem));
    [labels, to.folder.join(DATA), to.folder.join(PLAIN)]
}

fn add(set: &mut FileSet, subject: &Subject, classes: &mut ClassList) -> Result<(), WriteError> {
    let &Subject { photo, masks, options, to } = subject;
    let [labels, data, plain] = files(to);
    let mut data = ListFile::read(&data, |text| yaml::class_names(text).map(ClassList::uncoloured))?;
    let in_data = data.classes()?;
    let mut plain_file = ListFile::read(&plain, of_lines)?;
    let mut existing = in_data.clone();
    existing.join(plain_file.classes()?, &plain, DATA)?;
    classes.join(existing, &plain, PREVIOUS_FOLDERS)?;
    classes.extend(masks);
    set.add_text(&labels, &object_lines(photo, masks, classes, options))?;
    let before = data.text().unwrap_or_default().to_owned();
    let mut text = with_folders(&before, to.part);
    if before.is_empty() || classes.len() != in_data.len() {
        text = with_names(&text, classes);
    }
    if text != before {
        data.write(set, text)?;
    }
    plain_file.write(set, lines(classes))?;
    classes.add_file(data);
    classes.add_file(plain_file);
    Ok(())
}

/// A `data.yaml` with the folders of the photos. Folders that others have written are kept.
fn with_folders(text: &str, part: Option<Part>) -> String {
    let are_expected = text.is_empty() || part.is_some();
    let mut text = text.to_owned();
    for key in Part::ALL {
        let prefix = format!("{}:", key.key());
        let existing = text.lines().find_map(|line| line.strip_prefix(&prefix)).map(str::trim);
        // Without a split, photos to train on also validate, because a reader needs both.
        let is_needed = are_expected && (key != Part::Test || part == Some(Part::Test));
        let is_ours = existing.is_some_and(|folder| [images(None), images(Some(key))].contains(&folder));
        if is_ours || (existing.is_none() && is_needed) {
            let folder = images(part.map(|_| key));
            text = with_block(&text, key.key(), &format!("{prefix} {folder}\n"));
        }
    }
    text
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
        let parts = outlines::through_pixels(&item.mask, options.tolerance);
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

/// One closed line through all parts, of which the first is the largest: from its nearest point to each other
/// part, around that part, and back.
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

/// The indices of the nearest two points of two rings.
fn nearest(a: &[[u32; 2]], b: &[[u32; 2]]) -> (usize, usize) {
    let distance = |p: [u32; 2], q: [u32; 2]| -> u64 {
        p.iter().zip(q).map(|(p, q)| u64::from(p.abs_diff(q)).pow(2)).sum()
    };
    let pairs =
        a.iter().enumerate().flat_map(|(i, p)| b.iter().enumerate().map(move |(j, q)| (i, j, *p, *q)));
    let best = pairs.min_by_key(|(.., p, q)| distance(*p, *q));
    best.map_or((0, 0), |(i, j, ..)| (i, j))
}

/// The lines that are not blank, with their numbers from 1; `None` if the text is not a label file.
pub(super) fn label_lines<'a>(path: &Path, text: &'a str) -> Option<Vec<(usize, &'a str)>> {
    let lines: Vec<(usize, &str)> =
        (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()).collect();
    let is_label = |(_, line): &(usize, &str)| parse(line).is_ok();
    // A photo without objects has an empty file, which only its name identifies.
    let is_empty = lines.is_empty() && has_extension(path, EXTENSIONS);
    (is_empty || lines.iter().take(LINES_TO_RECOGNISE).any(is_label)).then_some(lines)
}

fn read(target: &Target, lines: Vec<(usize, &str)>) -> Result<Imported, ImportError> {
    target.check_count(lines.len())?;
    let mut imported = Imported::default();
    let names = class_names(target.path, &mut imported.problems);
    imported.add_classes(names.iter().map(|name| (name.clone(), None)));
    for (number, line) in lines {
        let place = format!("line {number}");
        let mask = parse(line).and_then(|Label { class, numbers, .. }| {
            let class = class_name(class, &names)?;
            let mask = drawn(&numbers, target)?;
            let name = format!("{class} {number}");
            Ok(annotation(mask, Some(class), Some(&name)))
        });
        target.take(&mut imported, place, mask);
    }
    Ok(imported.with_classes_of_masks())
}

/// A line of a label file.
pub(super) struct Label {
    pub class: usize,
    /// Fractions of the photo's sides: centre and size of a box, or the points of a polygon.
    pub numbers: Vec<f64>,
    /// Detectors add how sure they are, in [0, 1].
    pub confidence: Option<f64>,
}

/// The name of a class by its number; a name made of the number if there is no list.
pub(super) fn class_name(class: usize, names: &[String]) -> Result<String, String> {
    match names.get(class) {
        Some(name) => Ok(name.clone()),
        None if names.is_empty() => Ok(format!("class {class}")),
        None => Err(format!("class {class} is not in the list of classes")),
    }
}

pub(super) fn parse(line: &str) -> Result<Label, String> {
    let mut words = line.split_whitespace();
    let class = words.next().and_then(|word| word.parse::<f64>().ok());
    let class = class.filter(|class| class.fract() == 0.0 && (0.0..1e6).contains(class));
    let class = class.ok_or("does not begin with a class number")? as usize;
    let numbers: Result<Vec<f64>, _> = words.map(str::parse).collect();
    let mut numbers = numbers.map_err(|_| "contains something other than numbers")?;
    let count = numbers.len();
    let confidence = if count % 2 == 1 { numbers.pop_if(|last| (0.0..=1.0).contains(last)) } else { None };
    match numbers.len() {
        4 => Ok(Label { class, numbers, confidence }),
        n if n >= 6 && n % 2 == 0 => Ok(Label { class, numbers, confidence }),
        _ => Err(format!("has {count} numbers, which is neither a box nor a polygon")),
    }
}

fn drawn(numbers: &[f64], target: &Target) -> Result<Mask, String> {
    let (width, height) = target.size;
    let (w, h) = (f64::from(width), f64::from(height));
    if let [x, y, box_width, box_height] = *numbers {
        let side = |centre: f64, length: f64, pixels: f64| {
            let from = polygon::pixel((centre - length / 2.0) * pixels + 0.5).max(0);
            let to = polygon::pixel((centre + length / 2.0) * pixels + 0.5).min(pixels as i64);
            (from as u32, to.max(0) as u32)
        };
        target.check_outline(&[[x * w, y * h], [box_width * w, box_height * h]])?;
        let ((x0, x1), (y0, y1)) = (side(x, box_width, w), side(y, box_height, h));
        return Ok(Mask::from_runs(width, height, (y0..y1).map(|y| (y, [x0, x1]))));
    }
    let points: Vec<[f64; 2]> = numbers.chunks_exact(2).map(|pair| [pair[0] * w, pair[1] * h]).collect();
    polygon::drawn(&points, target)
}

/// The first class list from the labels' folder upwards; empty if there is none.
pub(super) fn class_names(labels: &Path, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut problem = |place: String, what: String| problems.push(Problem { place, what });
    let Ok(labels) = std::path::absolute(labels) else { return vec![] };
    for folder in labels.ancestors().skip(1).take(FOLDERS_ABOVE) {
        for file in LISTS.map(|name| folder.join(name)) {
            let fits =
                file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_LIST_BYTES);
            let Some(bytes) = fits.then(|| std::fs::read(&file).ok()).flatten() else { continue };
            let names = match text::decode(&bytes) {
                None => Err("its text encoding is unknown; save it as UTF-8".into()),
                Some(decoded) if has_extension(&file, &["yaml", "yml"]) => yaml::class_names(&decoded.text),
                Some(decoded) => Ok(names_in_lines(&decoded.text)),
            };
            match names {
                Ok(names) if !names.is_empty() => return names,
                Ok(_) => {}
                Err(what) => problem(file.display().to_string(), format!("cannot be read ({what})")),
            }
        }
    }
    problem("classes".into(), "no class names found; classes are named after their numbers".into());
    vec![]
}

/// A name on each line; an empty line still counts as a number.
fn names_in_lines(text: &str) -> Vec<String> {
    let name = |(i, line): (usize, &str)| match line.trim() {
        "" => format!("class {i}"),
        name => name.into(),
    };
    text.trim_end().lines().enumerate().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{areas, read_file, subject, there_and_back};
    use super::*;
    use crate::files::export::export_with;
    use crate::mask::polygon::{polygons, without_holes};

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
        assert!(said.contains("classes.txt: ") && said.contains("of \"cat\" in data.yaml"), "{said}");
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

    #[test]
    fn yolo_labels_come_back_but_for_holes_and_names() {
        let options = ExportOptions { yolo: YoloParts::Separate, ..ExportOptions::default() };
        let (masks, imported) = there_and_back(Format::Yolo, &options);
        assert_eq!(imported.problems, []);
        assert_eq!(imported.masks.len(), masks.len() + 1, "two parts");
        for item in masks.iter().filter(|item| item.name != "Parts") {
            let expected = without_holes(&item.mask, &polygons(&item.mask));
            let found = imported.masks.iter().find(|other| *other.mask == expected);
            assert_eq!(found.expect(&item.name).class, item.class);
        }
        let (masks, imported) = there_and_back(Format::Yolo, &ExportOptions::default());
        assert_eq!(imported.masks.len(), masks.len());
        let (parts, joined) = (&masks[1].mask, &imported.masks[1].mask);
        assert_eq!(parts.intersection_area(joined), parts.area());
        assert!(joined.area() - parts.area() <= 12, "only a line is drawn between the parts");
    }

    #[test]
    fn detectors_add_how_sure_they_are() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("data.yaml"), "names: [cup]").unwrap();
        let (masks, told) = read_file(
            &dir,
            "a.txt",
            "0 0.5 0.5 0.25 0.2 0.91\n0 0.125 0.166667 0.35 0.166667 0.35 0.466667 0.125 0.466667 0.87\n\
             0 -0.01 0.5 0.1 0.2\n0 0.5 0.5 0.25 0.2 9\n0 0.5 0.5 0.25\n",
        );
        // The third box reaches outside a little.
        assert_eq!(areas(&masks), [60, 100, 12]);
        assert_eq!(told.len(), 2);
        assert!(
            told[0].contains("line 4: has 5 numbers") && told[1].contains("line 5: has 3 numbers"),
            "{told:?}"
        );
    }
}

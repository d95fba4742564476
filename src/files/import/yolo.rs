//! YOLO labels: a class and a polygon, or a box, on each line. The names of the classes are looked
//! for in [`LISTS`], beside the file and above it.

use std::path::Path;

use super::{ImportError, Imported, Target, annotation, polygon};
use crate::files::{text, yaml};
use crate::mask::Mask;

/// Larger files are no lists of classes.
const MAX_LIST_BYTES: u64 = 4 << 20;
/// Lists of classes as YOLO and the programs around it call them.
const LISTS: [&str; 6] = ["data.yaml", "data.yml", "dataset.yaml", "dataset.yml", "classes.txt", "obj.names"];
/// One of the first lines has to be a label.
const LINES_TO_RECOGNISE: usize = 20;
/// How many folders above the labels may hold the classes.
const FOLDERS_ABOVE: usize = 3;

/// `None` if the text is no such file.
pub(super) fn import(target: &Target, text: &str) -> Result<Option<Imported>, ImportError> {
    let lines: Vec<(usize, &str)> =
        (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()).collect();
    let is_label = |(_, line): &(usize, &str)| parse(line).is_ok();
    // A photo without objects has an empty file, which only its name tells from others.
    let empty = lines.is_empty() && target.path.extension().is_some_and(|e| e.eq_ignore_ascii_case("txt"));
    if !empty && !lines.iter().take(LINES_TO_RECOGNISE).any(is_label) {
        return Ok(None);
    }
    target.check_count(lines.len())?;
    let mut imported = Imported::default();
    let names = class_names(target.path, &mut imported);
    imported.add_classes(names.iter().map(|name| (name.clone(), None)));
    for (number, line) in lines {
        let place = format!("line {number}");
        let mask = parse(line).and_then(|(class, numbers)| {
            if class >= names.len() && !names.is_empty() {
                return Err(format!("class {class} is not listed"));
            }
            let class = names.get(class).cloned().unwrap_or_else(|| format!("class {class}"));
            let mask = drawn(&numbers, target)?;
            let name = format!("{class} {number}");
            Ok(annotation(mask, Some(class), Some(&name)))
        });
        target.take(&mut imported, place, mask);
    }
    Ok(Some(imported.with_classes_of_masks()))
}

/// Class and coordinates of a line. Detectors add how sure they are.
fn parse(line: &str) -> Result<(usize, Vec<f64>), String> {
    let mut words = line.split_whitespace();
    let class = words.next().and_then(|word| word.parse::<f64>().ok());
    let class = class.filter(|class| class.fract() == 0.0 && (0.0..1e6).contains(class));
    let class = class.ok_or("does not begin with the number of a class")? as usize;
    let numbers: Result<Vec<f64>, _> = words.map(str::parse).collect();
    let mut numbers = numbers.map_err(|_| "has something that is no number")?;
    let count = numbers.len();
    if count % 2 == 1 && numbers.last().is_some_and(|last| (0.0..=1.0).contains(last)) {
        numbers.pop();
    }
    match numbers.len() {
        4 => Ok((class, numbers)),
        n if n >= 6 && n % 2 == 0 => Ok((class, numbers)),
        _ => Err(format!("has {count} numbers, neither a box nor a polygon")),
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

/// The first list of classes from the labels' folder upwards; empty if there is none.
fn class_names(labels: &Path, imported: &mut Imported) -> Vec<String> {
    let Ok(labels) = std::path::absolute(labels) else { return vec![] };
    for folder in labels.ancestors().skip(1).take(FOLDERS_ABOVE) {
        for file in LISTS.map(|name| folder.join(name)) {
            let fits =
                file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_LIST_BYTES);
            let Some(bytes) = fits.then(|| std::fs::read(&file).ok()).flatten() else { continue };
            let names = match text::decode(&bytes) {
                None => Err("its text is in no known encoding; save it as UTF-8".into()),
                Some(decoded) if file.extension().is_some_and(|e| e == "yaml" || e == "yml") => {
                    yaml::class_names(&decoded.text)
                }
                Some(decoded) => Ok(lines(&decoded.text)),
            };
            match names {
                Ok(names) if !names.is_empty() => return names,
                Ok(_) => {}
                Err(what) => imported.problem(file.display().to_string(), format!("cannot be read ({what})")),
            }
        }
    }
    imported.problem("classes", "no list of names was found; classes are called by their numbers");
    vec![]
}

/// A name on each line; a line without one has its number all the same.
fn lines(text: &str) -> Vec<String> {
    let name = |(i, line): (usize, &str)| match line.trim() {
        "" => format!("class {i}"),
        name => name.into(),
    };
    text.trim_end().lines().enumerate().map(name).collect()
}

//! Measurements of masks as a table.

use std::path::PathBuf;

use super::ExportOptions;
use super::class_list::ClassList;
use super::definition::{Definition, Keeps, Shape, Subject};
use super::destination::Destination;
use crate::annotation::Annotation;
use crate::files::atomic::WriteSeek;
use crate::files::{FileSet, Photo, WriteError};

pub struct Csv;

impl Definition for Csv {
    fn key(&self) -> &'static str {
        "csv"
    }

    fn label(&self) -> &'static str {
        "Measurements (CSV)"
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        Keeps::all_with(Shape::Illustration)
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        vec![file(to)]
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        set.add(&file(subject.to), |out| write(out, subject.photo, subject.masks))
    }
}

fn file(to: &Destination) -> PathBuf {
    to.file("_masks.csv")
}

const HEADER: [&str; 20] = [
    "photo",
    "number",
    "name",
    "class",
    "colour",
    "area",
    "share",
    "x",
    "y",
    "width",
    "height",
    "centre_x",
    "centre_y",
    "parts",
    "holes",
    "perimeter",
    "predicted_iou",
    "stability_score",
    "attributes",
    "proposal",
];

/// The first characters of formulas in spreadsheets; a name may come from a foreign file.
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A line for each mask, with its [`crate::mask::Figures`]. Lengths are in pixels. Unknown values are empty.
fn write(out: &mut dyn WriteSeek, photo: &Photo, masks: &[Annotation]) -> Result<(), String> {
    write_record(out, &HEADER.map(Into::into))?;
    let pixels = f64::from(photo.pixels.width()) * f64::from(photo.pixels.height());
    for (number, item) in (1..).zip(masks) {
        let [r, g, b] = item.shown_colour();
        let [x, y, width, height] = item.mask.bbox().map_or([0; 4], |b| b.xywh());
        let (centre, [parts, holes], perimeter) = match item.mask.figures() {
            Some(f) => (f.centroid.map(|v| format!("{v:.2}")), [f.parts, f.holes], f.perimeter),
            None => Default::default(),
        };
        let [centre_x, centre_y] = centre;
        let score = |value: Option<f32>| value.map_or_else(String::new, |value| format!("{value:.4}"));
        let record = [
            photo.file_name(),
            number.to_string(),
            item.name.clone(),
            item.class.clone().unwrap_or_default(),
            format!("#{r:02x}{g:02x}{b:02x}"),
            item.mask.area().to_string(),
            format!("{:.6}", item.mask.area() as f64 / pixels),
            x.to_string(),
            y.to_string(),
            width.to_string(),
            height.to_string(),
            centre_x,
            centre_y,
            parts.to_string(),
            holes.to_string(),
            format!("{perimeter:.2}"),
            score(item.predicted_iou),
            score(item.stability_score),
            attributes(item),
            if item.proposal.is_some() { "yes".into() } else { "no".into() },
        ];
        write_record(out, &record)?;
    }
    Ok(())
}

/// "occluded: yes; pose: left"
fn attributes(item: &Annotation) -> String {
    let attributes = item.attributes.iter().map(|(name, value)| format!("{name}: {value}"));
    attributes.collect::<Vec<_>>().join("; ")
}

/// One line; values with commas, quotes or line breaks are quoted according to RFC 4180. Values that a
/// spreadsheet would read as a formula get an apostrophe.
fn write_record(out: &mut dyn WriteSeek, fields: &[String]) -> Result<(), String> {
    let quoted = |field: &String| {
        let defused = if field.starts_with(FORMULAS) { format!("'{field}") } else { field.clone() };
        if defused.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", defused.replace('"', "\"\""))
        } else {
            defused
        }
    };
    let fields: Vec<String> = fields.iter().map(quoted).collect();
    writeln!(out, "{}", fields.join(",")).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::tests::subject;
    use super::*;
    use crate::annotation::Proposal;
    use crate::mask::Mask;

    #[test]
    fn the_figures_are_those_of_the_masks() {
        let (photo, mut masks) = subject();
        masks[0].name = "a, \"b\"".into();
        masks[1].predicted_iou = None;
        masks[0].proposal = Some(Proposal::default());
        let diagonal = Mask::from_fn(6, 4, |x, y| x == y);
        masks.push(Annotation { mask: Arc::new(diagonal), ..masks[1].clone() });
        masks.push(Annotation { mask: Arc::new(Mask::from_fn(6, 4, |_, _| false)), ..masks[1].clone() });
        let mut bytes = std::io::Cursor::new(vec![]);
        write(&mut bytes, &photo, &masks).unwrap();
        let text = String::from_utf8(bytes.into_inner()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], HEADER.join(","));
        assert_eq!(
            lines[1],
            "photo.one.jpg,1,\"a, \"\"b\"\"\",,#ff0000,8,0.333333,1,0,3,3,2.50,1.50,1,1,8.00,0.7500,0.5000,,yes"
        );
        assert_eq!(
            lines[2],
            "photo.one.jpg,2,Cup  tea,,#0000ff,1,0.041667,5,3,1,1,5.50,3.50,1,0,0.00,,0.5000,,no"
        );
        assert!(lines[3].ends_with(",4,0.166667,0,0,4,4,2.00,2.00,1,0,2.83,,0.5000,,no"), "{}", lines[3]);
        assert!(lines[4].ends_with(",0,0.000000,0,0,0,0,,,0,0,0.00,,0.5000,,no"), "{}", lines[4]);
    }

    #[test]
    fn no_cell_is_a_formula() {
        let (photo, mut masks) = subject();
        let names = ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "=a,\"b\"", "a=1"];
        masks = names
            .map(|name| Annotation { name: name.into(), class: Some(name.into()), ..masks[0].clone() })
            .into();
        let mut bytes = std::io::Cursor::new(vec![]);
        let photo = Photo { path: "=cmd.jpg".into(), ..photo };
        write(&mut bytes, &photo, &masks).unwrap();
        let text = String::from_utf8(bytes.into_inner()).unwrap();
        let lines: Vec<&str> = text.split('\n').collect();
        let expected = ["'=1+1", "'+1", "'-1", "'@sum(a1)", "'\t=1", "\"'\r=1\"", "\"'=a,\"\"b\"\"\"", "a=1"];
        for (number, (line, name)) in (1..).zip(lines[1..].iter().zip(expected)) {
            assert!(line.starts_with(&format!("'=cmd.jpg,{number},{name},{name},#")), "{line}");
        }
    }
}

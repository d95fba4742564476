//! Outlines along the edges of pixels, with holes, as vector graphics.

use std::fmt::Write;
use std::path::PathBuf;

use super::ExportOptions;
use super::class_list::ClassList;
use super::definition::{Definition, Keeps, Parts, Shape, Subject};
use super::destination::Destination;
use crate::annotation::Annotation;
use crate::files::drawing::outlines;
use crate::files::{FileSet, Photo, WriteError};

pub struct Svg;

impl Definition for Svg {
    fn key(&self) -> &'static str {
        "svg"
    }

    fn label(&self) -> &'static str {
        "Outlines (SVG)"
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        Keeps::all_with(Shape::Outlines { holes: true, parts: Parts::Grouped })
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        vec![file(to)]
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        set.add_text(&file(subject.to), &svg(subject.photo, subject.masks, subject.options.tolerance))
    }
}

fn file(to: &Destination) -> PathBuf {
    to.file(".svg")
}

/// One path for each mask, in photo pixels.
fn svg(photo: &Photo, masks: &[Annotation], tolerance: f32) -> String {
    let (width, height) = photo.pixels.dimensions();
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n"
    );
    for item in masks.iter().filter(|item| !item.mask.is_empty()) {
        let [r, g, b] = item.shown_colour();
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "<path fill=\"#{r:02x}{g:02x}{b:02x}\" fill-opacity=\"0.5\" fill-rule=\"evenodd\" data-class=\"{}\" d=\"",
            escaped(item.class.as_deref().unwrap_or_default())
        );
        for ring in outlines::along_edges(&item.mask, tolerance).into_iter().flatten() {
            for (i, [x, y]) in ring.into_iter().enumerate() {
                let _ = write!(text, "{}{x} {y}", if i == 0 { 'M' } else { 'L' });
            }
            text.push('Z');
        }
        let _ = writeln!(text, "\"><title>{}</title></path>", escaped(&item.name));
    }
    text.push_str("</svg>\n");
    text
}

/// Text escaped for XML, without control characters, which XML does not allow.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&c) => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::tests::subject;
    use super::*;

    #[test]
    fn holes_and_awkward_names_are_kept() {
        let (photo, mut masks) = subject();
        masks[0].name = "a<b & \"c\"\u{1}".into();
        let svg = svg(&photo, &masks, 0.0);
        assert!(svg.contains("d=\"M1 0L4 0L4 3L1 3ZM2 1L2 2L3 2L3 1Z\""), "{svg}");
        assert!(svg.contains("<title>a&lt;b &amp; &quot;c&quot;</title>"), "{svg}");
    }
}

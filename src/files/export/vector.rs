//! Outlines along the edges of pixels, with holes: SVG and GeoJSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{ExportOptions, outlines};
use crate::annotation::Annotation;
use crate::files::Photo;

/// One path for each mask, of the size of the photo in pixels.
pub(super) fn svg(photo: &Photo, masks: &[Annotation], options: &ExportOptions) -> String {
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
        for ring in outlines::along_edges(&item.mask, options).into_iter().flatten() {
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

/// Text as XML has it; control characters, which it cannot have, are left out.
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

/// A feature for each mask. Coordinates are pixels of the photo and grow downwards; the properties
/// are those that QuPath reads, and the scores.
pub(super) fn geojson(masks: &[Annotation], options: &ExportOptions) -> Value {
    let features: Vec<Value> =
        masks.iter().filter(|item| !item.mask.is_empty()).map(|item| feature(item, options)).collect();
    json!({"type": "FeatureCollection", "features": features})
}

fn feature(item: &Annotation, options: &ExportOptions) -> Value {
    let mut parts = outlines::along_edges(&item.mask, options);
    for ring in parts.iter_mut().flatten() {
        ring.extend_from_within(..1);
    }
    let geometry = if parts.len() == 1 {
        json!({"type": "Polygon", "coordinates": parts[0]})
    } else {
        json!({"type": "MultiPolygon", "coordinates": parts})
    };
    let classification =
        item.class.as_ref().map(|class| json!({"name": class, "color": item.shown_colour()}));
    json!({
        "type": "Feature",
        "geometry": geometry,
        "properties": {
            "objectType": "annotation",
            "name": item.name,
            "color": item.shown_colour(),
            "classification": classification,
            "predicted_iou": item.predicted_iou,
            "stability_score": item.stability_score,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::subject;
    use super::*;

    #[test]
    fn holes_and_awkward_names_are_kept() {
        let (photo, mut masks) = subject();
        masks[0].name = "a<b & \"c\"\u{1}".into();
        let svg = svg(&photo, &masks, &ExportOptions::default());
        assert!(svg.contains("d=\"M1 0L4 0L4 3L1 3ZM2 1L2 2L3 2L3 1Z\""), "{svg}");
        assert!(svg.contains("<title>a&lt;b &amp; &quot;c&quot;</title>"), "{svg}");
        let json = geojson(&masks, &ExportOptions::default());
        assert_eq!(
            json["features"][0]["geometry"],
            json!({"type": "Polygon", "coordinates": [
                [[1, 0], [4, 0], [4, 3], [1, 3], [1, 0]], [[2, 1], [2, 2], [3, 2], [3, 1], [2, 1]]]})
        );
        assert_eq!(json["features"][1]["properties"]["name"], "Cup  tea");
    }
}

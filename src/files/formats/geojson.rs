//! Outlines along the edges of pixels, with holes, as GeoJSON in pixel coordinates.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::ExportOptions;
use super::class_list::ClassList;
use super::definition::{Definition, Keeps, KeptAttributes, Parts, Shape, Subject};
use super::destination::Destination;
use crate::annotation::Annotation;
use crate::files::drawing::outlines;
use crate::files::{FileSet, WriteError};

pub struct GeoJson;

impl Definition for GeoJson {
    fn key(&self) -> &'static str {
        "geojson"
    }

    fn label(&self) -> &'static str {
        "Outlines (GeoJSON)"
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        Keeps {
            attributes: KeptAttributes::All,
            ..Keeps::all_with(Shape::Outlines { holes: true, parts: Parts::Grouped })
        }
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        vec![file(to)]
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, _: &mut ClassList) -> Result<(), WriteError> {
        set.add_json(&file(subject.to), &geojson(subject.masks, subject.options.tolerance))
    }
}

fn file(to: &Destination) -> PathBuf {
    to.file(".geojson")
}

/// A feature for each mask. Coordinates are photo pixels with y downwards; the properties are those of
/// QuPath, plus scores and attributes.
fn geojson(masks: &[Annotation], tolerance: f32) -> Value {
    let features: Vec<Value> =
        masks.iter().filter(|item| !item.mask.is_empty()).map(|item| feature(item, tolerance)).collect();
    json!({"type": "FeatureCollection", "features": features})
}

fn feature(item: &Annotation, tolerance: f32) -> Value {
    let mut parts = outlines::along_edges(&item.mask, tolerance);
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
            "attributes": item.attributes,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::subject;
    use super::*;

    #[test]
    fn holes_and_names_are_kept() {
        let (_, masks) = subject();
        let json = geojson(&masks, 0.0);
        assert_eq!(
            json["features"][0]["geometry"],
            json!({"type": "Polygon", "coordinates": [
                [[1, 0], [4, 0], [4, 3], [1, 3], [1, 0]], [[2, 1], [2, 2], [3, 2], [3, 1], [2, 1]]]})
        );
        assert_eq!(json["features"][1]["properties"]["name"], "Cup  tea");
    }
}

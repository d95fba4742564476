//! Masks and outlines in CVAT's own XML, "CVAT for images 1.1" and "CVAT for video 1.1".
//!
//! The group of a shape, and the track that it belongs to, become the object of a sequence. Frames of a video are
//! the photos of the folder in natural order.

use std::path::{Path, PathBuf};

use super::UNCLASSED;
use super::reading::polygon::drawn;
use super::reading::xml::{self, Element};
use super::reading::{Content, ImportError, Imported, Reader, Target, annotation, listed};
use crate::annotation::Annotation;
use crate::attribute::AttributeValue;
use crate::files::photo::name_of;
use crate::files::photos_beside;
use crate::mask::Mask;
use crate::track::{TrackId, TrackMark};

/// The points of a polygon in place of an ellipse.
const ELLIPSE_POINTS: u32 = 96;

pub struct CvatReader;

impl Reader for CvatReader {
    fn name(&self) -> &'static str {
        "CVAT 1.1 (XML)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["xml"]
    }

    fn read(&self, target: &Target, content: &mut Content) -> Option<Result<Imported, ImportError>> {
        let Content::Text(text) = content else { return None };
        Some(match Cvat::parse(text)? {
            Ok(file) => file.import(target),
            Err(cause) => Err(target.damaged(cause)),
        })
    }
}

/// The content of a file.
pub struct Cvat {
    frames: Vec<Frame>,
    is_video: bool,
}

/// A photo, or a frame of a video, with its shapes.
struct Frame {
    /// Of photos; videos name none.
    name: String,
    /// Of videos: which frame it is, from 0.
    number: usize,
    size: Option<(u32, u32)>,
    shapes: Vec<Shape>,
}

struct Shape {
    element: Element,
    label: Option<String>,
    track: Option<TrackId>,
    is_keyframe: bool,
}

impl Cvat {
    /// Reads a file; `None` if it is none of CVAT's.
    pub fn parse(text: &str) -> Option<Result<Self, String>> {
        if !text.contains("<annotations") {
            return None;
        }
        match xml::parse(text) {
            Ok(root) if root.name != "annotations" => None,
            Ok(root) if root.child("track").is_some() => {
                Some(Ok(Self { frames: frames_of_video(&root), is_video: true }))
            }
            Ok(root) => Some(Ok(Self { frames: frames_of_images(root), is_video: false })),
            Err(cause) => Some(Err(cause)),
        }
    }

    /// Those of the photos, which are all of a folder in natural order, that the file has shapes of.
    pub fn photos_among(&self, photos: &[PathBuf]) -> Vec<PathBuf> {
        let has_shapes = |(place, photo): &(usize, &PathBuf)| {
            let name = name_of(photo);
            self.frames.iter().any(|frame| match self.is_video {
                true => frame.number == *place,
                false => file_name(&frame.name) == name,
            })
        };
        photos.iter().enumerate().filter(has_shapes).map(|(_, photo)| photo.clone()).collect()
    }

    /// Imports the shapes of a photo.
    fn import(&self, target: &Target) -> Result<Imported, ImportError> {
        if self.is_video {
            let place = photos_beside(target.photo).iter().position(|photo| photo == target.photo);
            return self.import_frame(place.unwrap_or(0), target);
        }
        let photo = name_of(target.photo);
        let named: Vec<&Frame> = self.frames.iter().filter(|f| file_name(&f.name) == photo).collect();
        let whole = |frame: &&Frame| target.photo.ends_with(Path::new(&frame.name));
        let names = |frames: &[&Frame]| listed(&frames.iter().map(|f| f.name.clone()).collect::<Vec<_>>());
        match (&named[..], named.iter().copied().filter(whole).collect::<Vec<_>>().as_slice()) {
            ([frame], _) | (_, [frame]) => imported(frame, target),
            ([], _) => {
                let others = names(&self.frames.iter().collect::<Vec<_>>());
                Err(ImportError::OtherPhoto { path: target.path.into(), photo, others })
            }
            (several, _) => {
                let several = names(several);
                Err(ImportError::AmbiguousPhoto { path: target.path.into(), photo, several })
            }
        }
    }

    /// Imports the shapes of the photo at a place of its folder.
    pub fn import_at(&self, place: usize, target: &Target) -> Result<Imported, ImportError> {
        if self.is_video { self.import_frame(place, target) } else { self.import(target) }
    }

    fn import_frame(&self, number: usize, target: &Target) -> Result<Imported, ImportError> {
        match self.frames.iter().find(|frame| frame.number == number) {
            Some(frame) => imported(frame, target),
            None => Ok(Imported::default()),
        }
    }
}

fn frames_of_images(root: Element) -> Vec<Frame> {
    let images = root.children.into_iter().filter(|child| child.name == "image");
    let frame = |(number, image): (usize, Element)| {
        let side = |key: &str| image.attribute(key)?.parse().ok().filter(|side| *side > 0);
        let (name, size) =
            (image.attribute("name").unwrap_or_default().to_owned(), side("width").zip(side("height")));
        let shape = |element: Element| Shape {
            label: element.attribute("label").map(Into::into),
            track: element
                .attribute("group_id")
                .and_then(|group| group.parse().ok())
                .filter(|group| *group > 0),
            is_keyframe: true,
            element,
        };
        Frame { name, number, size, shapes: image.children.into_iter().map(shape).collect() }
    };
    images.enumerate().map(frame).collect()
}

fn frames_of_video(root: &Element) -> Vec<Frame> {
    let size = root.child("meta").and_then(|meta| meta.child("task").or(meta.child("job")));
    let size = size.and_then(|task| task.child("original_size"));
    let side = |name: &str| size?.text_of(name)?.parse().ok().filter(|side| *side > 0);
    let size = side("width").zip(side("height"));
    let mut frames: Vec<Frame> = vec![];
    for (track, number) in root.all("track").zip(1..) {
        for element in &track.children {
            let is = |key: &str| element.attribute(key) == Some("1");
            let at = element.attribute("frame").and_then(|frame| frame.parse().ok());
            let Some(at) = at.filter(|_| !is("outside")) else { continue };
            let shape = Shape {
                element: element.clone(),
                label: track.attribute("label").map(Into::into),
                track: Some(number),
                is_keyframe: is("keyframe"),
            };
            match frames.iter_mut().find(|frame| frame.number == at) {
                Some(frame) => frame.shapes.push(shape),
                None => frames.push(Frame { name: String::new(), number: at, size, shapes: vec![shape] }),
            }
        }
    }
    frames
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn imported(frame: &Frame, target: &Target) -> Result<Imported, ImportError> {
    if let Some(size) = frame.size {
        target.check_size(size)?;
    }
    target.check_count(frame.shapes.len())?;
    let mut imported = Imported::default();
    // A frame shows an object once.
    let mut shown: Vec<TrackId> = vec![];
    for (i, shape) in frame.shapes.iter().enumerate() {
        let Some(mask) = mask_of(&shape.element, target) else { continue };
        let place = format!("shape {}", i + 1);
        let track = shape.track.filter(|track| !shown.contains(track));
        shown.extend(track);
        let mark = |track| TrackMark { track, is_prompted: shape.is_keyframe, doubts: vec![] };
        let item = mask.map(|mask| Annotation {
            attributes: attributes(&shape.element),
            track: track.map(mark),
            ..annotation(mask, shape.label.clone().filter(|label| label != UNCLASSED), None)
        });
        target.take(&mut imported, place, item);
    }
    Ok(imported.with_classes_of_masks())
}

/// The pixels of a shape; `None` if it is none with pixels.
fn mask_of(shape: &Element, target: &Target) -> Option<Result<Mask, String>> {
    let number = |name: &str| -> Result<f64, String> {
        let value = shape.attribute(name).and_then(|text| text.parse::<f64>().ok());
        value.filter(|value| value.is_finite()).ok_or_else(|| format!("has no number `{name}`"))
    };
    Some(match shape.name.as_str() {
        "mask" => run_lengths(shape, target),
        "polygon" => points(shape).and_then(|points| drawn(&points, target)),
        "box" => {
            ["xtl", "ytl", "xbr", "ybr"].map(number).into_iter().collect::<Result<Vec<_>, _>>().and_then(
                |b| {
                    let corners = [[b[0], b[1]], [b[2], b[1]], [b[2], b[3]], [b[0], b[3]]];
                    let middle = [(b[0] + b[2]) / 2.0, (b[1] + b[3]) / 2.0];
                    drawn(&corners.map(|corner| turned(shape, corner, middle)), target)
                },
            )
        }
        "ellipse" => {
            ["cx", "cy", "rx", "ry"].map(number).into_iter().collect::<Result<Vec<_>, _>>().and_then(|e| {
                let angle = |i: u32| f64::from(i) / f64::from(ELLIPSE_POINTS) * std::f64::consts::TAU;
                let on_edge = |i: u32| [e[0] + e[2] * angle(i).cos(), e[1] + e[3] * angle(i).sin()];
                let points: Vec<[f64; 2]> =
                    (0..ELLIPSE_POINTS).map(|i| turned(shape, on_edge(i), [e[0], e[1]])).collect();
                drawn(&points, target)
            })
        }
        _ => return None,
    })
}

/// A point of a shape that is turned about its middle.
fn turned(shape: &Element, [x, y]: [f64; 2], [middle_x, middle_y]: [f64; 2]) -> [f64; 2] {
    let degrees = shape.attribute("rotation").and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (dx, dy) = (x - middle_x, y - middle_y);
    [middle_x + dx * cos - dy * sin, middle_y + dx * sin + dy * cos]
}

fn points(shape: &Element) -> Result<Vec<[f64; 2]>, String> {
    let text = shape.attribute("points").unwrap_or_default();
    let point = |pair: &str| -> Option<[f64; 2]> {
        let (x, y) = pair.split_once(',')?;
        let [x, y] = [x.trim().parse::<f64>().ok()?, y.trim().parse::<f64>().ok()?];
        (x.is_finite() && y.is_finite()).then_some([x, y])
    };
    text.split(';').map(point).collect::<Option<_>>().ok_or_else(|| "its points are no numbers".into())
}

/// A mask inside its box, row by row, zeros first.
fn run_lengths(shape: &Element, target: &Target) -> Result<Mask, String> {
    let number = |name: &str| -> Result<u64, String> {
        let value = shape.attribute(name).and_then(|text| text.parse::<f64>().ok());
        let value = value.filter(|value| (0.0..1e9).contains(value) && value.fract() == 0.0);
        value.map(|value| value as u64).ok_or_else(|| format!("has no number `{name}`"))
    };
    let [left, top, width, height] = [number("left")?, number("top")?, number("width")?, number("height")?];
    let (photo_width, photo_height) = (u64::from(target.size.0), u64::from(target.size.1));
    if left + width > photo_width || top + height > photo_height {
        return Err("its mask reaches beyond the photo".into());
    }
    let (mut runs, mut at) = (vec![], 0u64);
    let text = shape.attribute("rle").unwrap_or_default();
    for (i, count) in text.split(',').enumerate() {
        let count: u64 = count.trim().parse().map_err(|_| "its runs are no numbers".to_owned())?;
        let end = at.saturating_add(count);
        if end > width * height {
            return Err("its runs are longer than its box".into());
        }
        while i % 2 == 1 && at < end {
            let (row, column) = (at / width, at % width);
            let until = (column + end - at).min(width);
            runs.push(((top + row) as u32, [(left + column) as u32, (left + until) as u32]));
            at += until - column;
        }
        at = end;
    }
    Ok(Mask::from_runs(target.size.0, target.size.1, runs))
}

fn attributes(shape: &Element) -> crate::attribute::Attributes {
    let value = |text: &str| match text {
        "true" => AttributeValue::YesNo(true),
        "false" => AttributeValue::YesNo(false),
        text => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => AttributeValue::Number(number),
            _ => AttributeValue::Text(text.into()),
        },
    };
    let named =
        shape.all("attribute").filter_map(|a| Some((a.attribute("name")?.to_owned(), value(&a.text))));
    named.filter(|(_, value)| *value != AttributeValue::Text(String::new())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::formats::reading::Costs;

    fn read(text: &str, photo: &str) -> Result<Imported, ImportError> {
        let target = Target {
            path: Path::new("a.xml"),
            size: (12, 9),
            photo: Path::new(photo),
            costs: &Costs::default(),
        };
        CvatReader.read(&target, &mut Content::Text(text)).expect("a file of CVAT")
    }

    #[test]
    fn shapes_of_images_become_masks_and_broken_ones_are_told() {
        let text = r#"<annotations><image id="0" name="sub/a.jpg" width="12" height="9">
            <mask label="cup" rle="1, 2, 3" left="4" top="2" width="3" height="2" group_id="3">
              <attribute name="hot">true</attribute></mask>
            <mask label="cup" rle="0, 99" left="4" top="2" width="3" height="2"/>
            <mask label="cup" rle="0, 6" left="11" top="2" width="3" height="2"/>
            <polygon label="cat" points="1,1;4,1;4,4;1,4"/>
            <polygon label="cat" points="1,1;x"/>
            <box label="dog" xtl="0" ytl="0" xbr="3" ybr="2"/>
            <ellipse label="egg" cx="6" cy="4" rx="3" ry="2"/>
            <points label="dot" points="1,1"/>
            </image><image name="b.jpg" width="12" height="9"/></annotations>"#;
        let found = read(text, "x/a.jpg").unwrap();
        let summary: Vec<_> =
            found.masks.iter().map(|m| (m.class.as_deref().unwrap(), m.mask.area())).collect();
        assert_eq!(&summary[..3], [("cup", 2), ("cat", 16), ("dog", 12)]);
        assert!((15..30).contains(&summary[3].1), "{summary:?}");
        let cup = &found.masks[0];
        assert!(cup.mask.get(5, 2) && cup.mask.get(6, 2) && !cup.mask.get(4, 2));
        assert_eq!(
            (cup.track.as_ref().unwrap().track, &cup.attributes["hot"]),
            (3, &AttributeValue::YesNo(true))
        );
        let told: Vec<&str> = found.problems.iter().map(|problem| problem.place.as_str()).collect();
        assert_eq!(told, ["shape 2", "shape 3", "shape 5"]);
        assert!(matches!(read(text, "c.jpg"), Err(ImportError::OtherPhoto { .. })));
        let other = text.replace("width=\"12\" height=\"9\">", "width=\"9\" height=\"9\">");
        assert!(matches!(read(&other, "a.jpg"), Err(ImportError::OtherSize { .. })));
    }
}

//! The content of a session file.

use std::sync::Arc;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::annotation::{Annotation, Proposal};
use crate::attribute::{Attributes, attributes_in};
use crate::colour::Colour;
use crate::files::Rendering;
use crate::mask::{CompressedRle, Mask, Rle};
use crate::prompt::{BoxPrompt, Point, Prompt};
use crate::track::{TrackId, TrackMark};

/// The version of the written format, and the newest one that can be read.
pub const VERSION: u32 = 1;
pub(super) const FORMAT: &str = "tinsel-session";
/// The memory limit for the masks. A few characters are enough for a mask of a whole photo.
const MAX_MASK_BYTES: usize = 1 << 30;

/// The work on one photo. See the module for the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    format: String,
    version: u32,
    pub photo: SessionPhoto,
    /// Name of the last used model.
    #[serde(default)]
    pub model: Option<String>,
    /// Those of the masks, and in old sessions others.
    #[serde(default)]
    pub classes: Vec<SessionClass>,
    /// The revision of the folder's project that the names of the classes belong to.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub project_revision: u64,
    /// In the order of the list.
    #[serde(default, deserialize_with = "bounded")]
    pub masks: Vec<SessionMask>,
    /// Objects of a sequence that are known not to be on this frame.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<Absence>,
    /// How the photo is shown.
    #[serde(default, skip_serializing_if = "Rendering::is_automatic")]
    pub rendering: Rendering,
    /// The view: free for the program that shows the photo.
    #[serde(default)]
    pub view: Map<String, Value>,
    /// Unknown keys, which are preserved.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An object of a sequence that is not on a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    #[serde(rename = "number")]
    pub track: TrackId,
    /// A person has said so, and not a network.
    #[serde(rename = "prompted", default)]
    pub is_prompted: bool,
}

/// The photo of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionPhoto {
    /// File name without folder.
    pub name: String,
    pub width: u32,
    pub height: u32,
    /// [`Photo::fingerprint`](crate::files::Photo) in hexadecimal.
    #[serde(with = "hexadecimal")]
    pub fingerprint: u64,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A class of objects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionClass {
    pub name: String,
    pub colour: Colour,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A finished mask and its state in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "WrittenMask", into = "WrittenMask")]
pub struct SessionMask {
    /// Its class may be missing in the class list. A mask without a colour is written with
    /// [`Annotation::shown_colour`], so that every mask in the file has one.
    pub annotation: Annotation,
    pub visible: bool,
    pub locked: bool,
    /// Unknown keys, which are preserved.
    pub other: Map<String, Value>,
}

impl From<Annotation> for SessionMask {
    /// Visible, and not locked.
    fn from(annotation: Annotation) -> Self {
        Self { annotation, visible: true, locked: false, other: Map::new() }
    }
}

/// A mask in the form of the file.
#[derive(Serialize, Deserialize)]
struct WrittenMask {
    name: String,
    #[serde(default)]
    class: Option<String>,
    colour: Colour,
    #[serde(default = "yes")]
    visible: bool,
    #[serde(default)]
    locked: bool,
    #[serde(with = "segmentation")]
    segmentation: Arc<Mask>,
    #[serde(default)]
    predicted_iou: Option<f32>,
    #[serde(default)]
    stability_score: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(default)]
    points: Vec<Point>,
    /// Left, top, right, bottom.
    #[serde(default)]
    r#box: Option<[f32; 4]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proposal: Option<Proposal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    track: Option<TrackMark>,
    /// An object of [`AttributeValue`](crate::attribute::AttributeValue)s.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    attributes: Value,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl From<WrittenMask> for SessionMask {
    fn from(written: WrittenMask) -> Self {
        let bbox = written.r#box.map(|[x0, y0, x1, y1]| BoxPrompt { x0, y0, x1, y1 });
        let annotation = Annotation {
            name: written.name,
            class: written.class,
            colour: Some(written.colour),
            mask: written.segmentation,
            predicted_iou: written.predicted_iou,
            stability_score: written.stability_score,
            model: written.model.map(Into::into),
            prompt: Prompt { points: written.points, bbox },
            proposal: written.proposal,
            track: written.track,
            attributes: attributes_in(&written.attributes),
        };
        Self { annotation, visible: written.visible, locked: written.locked, other: written.other }
    }
}

impl From<SessionMask> for WrittenMask {
    fn from(SessionMask { annotation, visible, locked, other }: SessionMask) -> Self {
        Self {
            colour: annotation.shown_colour(),
            name: annotation.name,
            class: annotation.class,
            visible,
            locked,
            segmentation: annotation.mask,
            predicted_iou: annotation.predicted_iou,
            stability_score: annotation.stability_score,
            model: annotation.model.as_deref().map(Into::into),
            points: annotation.prompt.points,
            r#box: annotation.prompt.bbox.map(|b| [b.x0, b.y0, b.x1, b.y1]),
            proposal: annotation.proposal,
            track: annotation.track,
            attributes: json_of(&annotation.attributes),
            other,
        }
    }
}

impl Session {
    /// A session without masks.
    pub fn new(photo_name: String, (width, height): (u32, u32), fingerprint: u64) -> Self {
        let photo = SessionPhoto { name: photo_name, width, height, fingerprint, other: Map::new() };
        Self {
            format: FORMAT.into(),
            version: VERSION,
            photo,
            model: None,
            classes: vec![],
            project_revision: 0,
            masks: vec![],
            absent: vec![],
            rendering: Rendering::default(),
            view: Map::new(),
            other: Map::new(),
        }
    }

    /// The version of the file that this was read from.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Checks that it could be read again.
    pub(super) fn check(&self) -> Result<(), String> {
        let SessionPhoto { width, height, .. } = self.photo;
        for (i, SessionMask { annotation, .. }) in self.masks.iter().enumerate() {
            let (w, h) = (annotation.mask.width(), annotation.mask.height());
            if (w, h) != (width, height) {
                return Err(format!("mask {} has {w}x{h} pixels, the photo has {width}x{height}", i + 1));
            }
            let Prompt { points, bbox } = &annotation.prompt;
            let points = points.iter().flat_map(|p| [p.x, p.y]);
            let corners = bbox.iter().flat_map(|b| [b.x0, b.y0, b.x1, b.y1]);
            if !points.chain(corners).all(f32::is_finite) {
                return Err(format!("a point or the box of mask {} is not a number", i + 1));
            }
        }
        Ok(())
    }
}

/// Reads masks within the memory limit.
fn bounded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SessionMask>, D::Error> {
    struct Masks;

    impl<'de> Visitor<'de> for Masks {
        type Value = Vec<SessionMask>;

        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            f.write_str("a list of masks")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let (mut masks, mut bytes) = (vec![], 0);
            while let Some(item) = list.next_element::<SessionMask>()? {
                bytes += item.annotation.mask.bytes();
                if bytes > MAX_MASK_BYTES {
                    return Err(serde::de::Error::custom("its masks need too much memory"));
                }
                masks.push(item);
            }
            Ok(masks)
        }
    }

    deserializer.deserialize_seq(Masks)
}

/// Null without attributes.
fn json_of(attributes: &Attributes) -> Value {
    // Cannot fail: names and values are text and numbers.
    if attributes.is_empty() { Value::Null } else { serde_json::to_value(attributes).unwrap_or_default() }
}

fn yes() -> bool {
    true
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A 64-bit number as 16 hexadecimal digits: JSON numbers are not always that exact.
mod hexadecimal {
    use super::*;

    pub fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{value:016x}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16)
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is not a hexadecimal fingerprint")))
    }
}

/// A mask as COCO's compressed RLE.
mod segmentation {
    use super::*;

    pub fn serialize<S: Serializer>(mask: &Arc<Mask>, serializer: S) -> Result<S::Ok, S::Error> {
        CompressedRle::from(&Rle::from(&**mask)).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Mask>, D::Error> {
        let compressed = CompressedRle::deserialize(deserializer)?;
        let mask = Rle::try_from(&compressed).and_then(|rle| Mask::try_from(&rle));
        mask.map(Arc::new).map_err(serde::de::Error::custom)
    }
}

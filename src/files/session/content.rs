//! What a session file holds.

use std::sync::Arc;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::annotation::Annotation;
use crate::colour::Colour;
use crate::mask::{CompressedRle, Mask, Rle};
use crate::prompt::{BoxPrompt, Point, Prompt};

/// The version of the format that is written, and the newest that is read.
pub const VERSION: u32 = 1;
pub(super) const FORMAT: &str = "tinsel-session";
/// How much memory the masks may take. Few characters are enough for a mask of a whole photo.
const MAX_MASK_BYTES: usize = 1 << 30;

/// The work on one photo. See the module for the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    format: String,
    version: u32,
    pub photo: SessionPhoto,
    /// Name of the model that was used last.
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub classes: Vec<SessionClass>,
    /// In the order of the list.
    #[serde(default, deserialize_with = "bounded")]
    pub masks: Vec<SessionMask>,
    /// What was seen: free for whoever shows the photo.
    #[serde(default)]
    pub view: Map<String, Value>,
    /// Keys that this program does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Which photo a session is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionPhoto {
    /// File name without folder.
    pub name: String,
    pub width: u32,
    pub height: u32,
    /// As [`Photo::fingerprint`](crate::files::Photo), in hexadecimal.
    #[serde(with = "hexadecimal")]
    pub fingerprint: u64,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A kind of thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionClass {
    pub name: String,
    pub colour: Colour,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A finished mask and what made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionMask {
    pub name: String,
    /// Name of its class; it may be missing in the list of classes.
    #[serde(default)]
    pub class: Option<String>,
    pub colour: Colour,
    #[serde(default = "yes")]
    pub visible: bool,
    #[serde(default)]
    pub locked: bool,
    /// As large as the photo.
    #[serde(with = "segmentation", rename = "segmentation")]
    pub mask: Arc<Mask>,
    /// In [0, 1]; `None` where no network has made the mask.
    #[serde(default)]
    pub predicted_iou: Option<f32>,
    /// In [0, 1]; `None` where no network has made the mask.
    #[serde(default)]
    pub stability_score: Option<f32>,
    /// Name of the model that made the mask; `None` where no network has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The clicks that made the mask.
    #[serde(default)]
    pub points: Vec<SessionPoint>,
    /// The box that made the mask: left, top, right, bottom.
    #[serde(default, rename = "box")]
    pub bbox: Option<[f32; 4]>,
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A click, in pixels of the upright photo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SessionPoint {
    pub x: f32,
    pub y: f32,
    pub positive: bool,
}

impl From<&SessionMask> for Annotation {
    fn from(item: &SessionMask) -> Self {
        let points = item.points.iter().map(|p| Point { x: p.x, y: p.y, positive: p.positive }).collect();
        Self {
            name: item.name.clone(),
            class: item.class.clone(),
            colour: Some(item.colour),
            mask: item.mask.clone(),
            predicted_iou: item.predicted_iou,
            stability_score: item.stability_score,
            model: item.model.as_deref().map(Into::into),
            prompt: Prompt { points, bbox: item.bbox.map(|[x0, y0, x1, y1]| BoxPrompt { x0, y0, x1, y1 }) },
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
            masks: vec![],
            view: Map::new(),
            other: Map::new(),
        }
    }

    /// The version of the file that this was read from.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Says what of it could not be read again.
    pub(super) fn check(&self) -> Result<(), String> {
        let SessionPhoto { width, height, .. } = self.photo;
        for (i, item) in self.masks.iter().enumerate() {
            let (w, h) = (item.mask.width(), item.mask.height());
            if (w, h) != (width, height) {
                return Err(format!("mask {} has {w}x{h} pixels, the photo {width}x{height}", i + 1));
            }
            let points = item.points.iter().flat_map(|p| [p.x, p.y]);
            if !points.chain(item.bbox.into_iter().flatten()).all(f32::is_finite) {
                return Err(format!("a point or the box of mask {} is not a number", i + 1));
            }
        }
        Ok(())
    }
}

impl SessionMask {
    /// A visible mask that no network has made.
    pub fn new(name: String, colour: Colour, mask: Arc<Mask>) -> Self {
        Self {
            name,
            class: None,
            colour,
            visible: true,
            locked: false,
            mask,
            predicted_iou: None,
            stability_score: None,
            model: None,
            points: vec![],
            bbox: None,
            other: Map::new(),
        }
    }
}

/// Reads masks as long as they do not take too much memory.
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
                bytes += item.mask.bytes();
                if bytes > MAX_MASK_BYTES {
                    return Err(serde::de::Error::custom(
                        "its masks take more memory than there is for them",
                    ));
                }
                masks.push(item);
            }
            Ok(masks)
        }
    }

    deserializer.deserialize_seq(Masks)
}

fn yes() -> bool {
    true
}

/// A number of 64 bits as 16 hexadecimal digits: JSON numbers are not that exact everywhere.
mod hexadecimal {
    use super::*;

    pub fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{value:016x}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16)
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is no hexadecimal fingerprint")))
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

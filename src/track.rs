//! Which object of a sequence a mask shows: the noun that trackers, documents and sessions share.

use serde::{Deserialize, Serialize};

/// The number of an object of a sequence, from 1.
pub type TrackId = u32;

/// What a mask on a frame says about the object that is followed through the sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackMark {
    #[serde(rename = "number")]
    pub track: TrackId,
    /// A person has said that the object is here. Such a mask is never replaced by a followed one, and steers
    /// what is followed after it.
    #[serde(rename = "prompted", default)]
    pub is_prompted: bool,
    /// Signs that a followed mask may be wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Doubt>,
}

impl TrackMark {
    /// The mark of a mask that a person has made or accepted.
    pub fn prompted(track: TrackId) -> Self {
        Self { track, is_prompted: true, doubts: vec![] }
    }

    /// Notes that a person has changed the mask.
    pub fn correct(&mut self) {
        self.is_prompted = true;
        self.doubts.clear();
    }
}

/// A sign that a mask may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The network says that the object is not there, or the mask is empty.
    Absent,
    /// The network expects little of its own mask.
    LowIou,
    /// The mask is much larger or smaller than on the frame before.
    Area,
    /// The mask lies elsewhere than on the frame before.
    Place,
}

impl Doubt {
    /// Its name in files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::LowIou => "low_iou",
            Self::Area => "area",
            Self::Place => "place",
        }
    }

    /// The doubt with this name.
    pub fn of_key(key: &str) -> Option<Self> {
        [Self::Absent, Self::LowIou, Self::Area, Self::Place].into_iter().find(|doubt| doubt.key() == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_keep_their_names() {
        for doubt in [Doubt::Absent, Doubt::LowIou, Doubt::Area, Doubt::Place] {
            assert_eq!(Doubt::of_key(doubt.key()), Some(doubt));
            assert_eq!(serde_json::to_value(doubt).unwrap(), doubt.key());
        }
        assert_eq!(Doubt::of_key("gone"), None);
    }
}

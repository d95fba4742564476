//! Sessions, as saved next to photos; they are written by [`crate::files::session`].

use serde_json::Value;

use super::reading::json::whole;
use super::reading::{Content, ImportError, Imported, Reader, Target};
use crate::files::session::Session;

pub struct SessionFile;

impl Reader for SessionFile {
    fn name(&self) -> &'static str {
        "sessions (JSON)"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn read(&self, target: &Target, content: &mut Content) -> Option<Result<Imported, ImportError>> {
        match content {
            Content::Json { value, text } if value["format"].is_string() => {
                Some(read(target, text, &value["photo"]))
            }
            _ => None,
        }
    }

    fn photo_name<'a>(&self, json: &'a Value) -> Option<&'a str> {
        json["photo"]["name"].as_str()
    }
}

fn read(target: &Target, text: &str, photo: &Value) -> Result<Imported, ImportError> {
    // Before decoding the masks, which may be much larger.
    if let Some(size) = whole(&photo["width"]).zip(whole(&photo["height"])) {
        target.check_size(size)?;
    }
    let session = Session::parse(target.path, text.as_bytes())?;
    Ok(Imported {
        masks: session.masks.into_iter().map(|item| item.annotation).collect(),
        classes: session.classes.into_iter().map(|class| (class.name, Some(class.colour))).collect(),
        problems: vec![],
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{SIZE, awkward_subject, write};
    use super::*;
    use crate::files::import::import;
    use crate::files::session::SessionMask;
    use crate::mask::{CompressedRle, Rle};

    #[test]
    fn sessions_come_back() {
        let (_, masks) = awkward_subject();
        let mut session = Session::new("a cup.jpg".into(), SIZE, 1);
        session.masks = masks.iter().cloned().map(SessionMask::from).collect();
        let dir = tempfile::tempdir().unwrap();
        let file = write(&dir, "s.json", &serde_json::to_string(&session).unwrap());
        let imported = import(&file, SIZE, "other.jpg").unwrap();
        assert_eq!(imported.masks.len(), masks.len());
        assert_eq!((&imported.masks[1].mask, imported.masks[1].colour), (&masks[1].mask, masks[1].colour));
    }

    #[test]
    fn masks_of_a_session_are_not_decoded_before_their_size_is_known() {
        let dir = tempfile::tempdir().unwrap();
        let (width, height) = (8192, 65536);
        let text =
            CompressedRle::from(&Rle { size: [height, width], counts: vec![0, width * height] }).counts;
        let mask = json!({"name": "m", "colour": [0, 0, 0], "segmentation": {"size": [height, width], "counts": text}});
        let session = |width: u32, height: u32, masks: usize| {
            let photo = json!({"name": "a.jpg", "width": width, "height": height, "fingerprint": "01"});
            json!({"format": "tinsel-session", "version": 1, "photo": photo, "masks": vec![&mask; masks]})
                .to_string()
        };
        let file = write(&dir, "a.json", &session(40, 30, 5000));
        let said = import(&file, (40, 30), "a.jpg").unwrap_err().to_string();
        assert!(said.contains("mask 1 has 8192x65536 pixels, the photo has 40x30"), "{said}");
        let file = write(&dir, "a.json", &session(width, height, 5000));
        let said = import(&file, (40, 30), "a.jpg").unwrap_err().to_string();
        assert!(said.contains("8192x65536"), "{said}");
        let said = Session::parse(&file, session(width, height, 5000).as_bytes()).unwrap_err().to_string();
        assert!(said.contains("too much memory"), "{said}");
    }
}

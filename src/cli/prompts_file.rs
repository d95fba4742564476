//! The prompt files of `tinsel track`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::files::PhotoIdentity;
use crate::files::import::import;
use crate::mask::{CompressedRle, Mask, Rle};
use crate::prompt::{BoxPrompt, Point, Prompt};
use crate::tracking::{Cue, ObjectId};

/// Larger files are rejected.
const MAX_BYTES: u64 = 64 << 20;

/// The prompts of an object.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ObjectPrompts {
    pub name: Option<String>,
    pub class: Option<String>,
    /// By frame.
    pub cues: BTreeMap<usize, Cue>,
}

/// An entry of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    object: ObjectId,
    frame: usize,
    /// x, y, and 1 on the object or 0 outside it; 1 if it is missing.
    #[serde(default)]
    points: Vec<Vec<f32>>,
    #[serde(rename = "box")]
    bbox: Option<[f32; 4]>,
    /// A file, relative to this one.
    mask: Option<String>,
    name: Option<String>,
    class: Option<String>,
}

/// Reads a prompt file.
///
/// # Errors
/// It cannot be read or parsed, or contains no prompt; a mask that cannot be read.
pub(super) fn read(file: &Path) -> anyhow::Result<BTreeMap<ObjectId, ObjectPrompts>> {
    let named = || file.display().to_string();
    let size = file.metadata().with_context(|| format!("{}: cannot be opened", named()))?.len();
    if size > MAX_BYTES {
        bail!("{}: is too large for a prompt file ({size} bytes)", named());
    }
    let text = std::fs::read(file).with_context(|| format!("{}: cannot be opened", named()))?;
    let entries: Vec<Entry> = serde_json::from_slice(&text)
        .map_err(|e| anyhow!("{}: is not a prompt file ({e}); `tinsel track --help` shows one", named()))?;
    let mut objects: BTreeMap<ObjectId, ObjectPrompts> = BTreeMap::new();
    for (i, entry) in entries.into_iter().enumerate() {
        let place = || format!("{}: entry {}", file.display(), i + 1);
        if entry.object == 0 {
            bail!("{}: objects are counted from 1", place());
        }
        let object = objects.entry(entry.object).or_default();
        let frame = entry.frame;
        object.name = entry.name.clone().or(object.name.take());
        object.class = entry.class.clone().or(object.class.take());
        let cue = cue(entry, file).with_context(place)?;
        if object.cues.insert(frame, cue).is_some() {
            bail!(
                "{}: the object already has a prompt on frame {frame}; put its points into one entry",
                place()
            );
        }
    }
    if objects.is_empty() {
        bail!("{}: contains no prompts", named());
    }
    Ok(objects)
}

fn cue(entry: Entry, file: &Path) -> anyhow::Result<Cue> {
    let point = |numbers: &Vec<f32>| match numbers[..] {
        [x, y] => Ok(Point { x, y, positive: true }),
        [x, y, label] if label == 0.0 || label == 1.0 => Ok(Point { x, y, positive: label == 1.0 }),
        _ => Err(anyhow!("a point is [x, y, 1] on the object or [x, y, 0] outside it")),
    };
    let points = entry.points.iter().map(point).collect::<anyhow::Result<_>>()?;
    let bbox = entry.bbox.map(|[x0, y0, x1, y1]| BoxPrompt { x0, y0, x1, y1 });
    let folder = file.parent().unwrap_or(Path::new(""));
    let mask = entry.mask.map(|mask| mask_of(&folder.join(mask))).transpose()?;
    let cue = Cue { prompt: Prompt { points, bbox }, mask, corrects: None };
    match (cue.prompt.is_empty(), cue.mask.is_some()) {
        (true, false) => bail!("it is empty; give `points`, a `box` or a `mask`"),
        (false, true) => bail!("give either a `mask` or `points` and a `box`"),
        _ => Ok(cue),
    }
}

/// Reads the mask of one object from an image.
///
/// # Errors
/// It cannot be read, or contains no mask or several.
pub(super) fn mask_of(file: &Path) -> anyhow::Result<Arc<Mask>> {
    let size = PhotoIdentity::of(file)?.size;
    let imported = import(file, size, file)?;
    match &imported.masks[..] {
        [item] => Ok(item.mask.clone()),
        masks => bail!(
            "{}: contains {} masks; give an image that is white where the object is and black elsewhere",
            file.display(),
            masks.len()
        ),
    }
}

/// What makes prompts different from others.
pub(super) fn described(objects: &BTreeMap<ObjectId, ObjectPrompts>) -> Value {
    let cue = |frame: usize, object: ObjectId, cue: &Cue| {
        let points = cue.prompt.points.iter().map(|p| json!([p.x, p.y, u8::from(p.positive)]));
        json!({
            "object": object,
            "frame": frame,
            "points": points.collect::<Vec<_>>(),
            "box": cue.prompt.bbox.map(|b| [b.x0, b.y0, b.x1, b.y1]),
            "mask": cue.mask.as_ref().map(|mask| CompressedRle::from(&Rle::from(&**mask)).counts),
        })
    };
    let cues = objects
        .iter()
        .flat_map(|(number, object)| object.cues.iter().map(move |(frame, said)| cue(*frame, *number, said)));
    cues.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("objects.json");
        std::fs::write(&file, text).unwrap();
        read(&file).map_or_else(|error| format!("{error:#}"), |objects| format!("{objects:?}"))
    }

    #[test]
    fn prompts_of_several_objects_and_frames() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("objects.json");
        image::GrayImage::from_fn(8, 6, |x, _| image::Luma([if x < 3 { 255 } else { 0 }]))
            .save(dir.path().join("m.png"))
            .unwrap();
        let text = r#"[{"object": 2, "frame": 7, "box": [1, 2, 3, 4.5]},
            {"object": 1, "frame": 0, "points": [[3, 4], [5, 6, 0]], "name": "cup", "class": "things"},
            {"object": 2, "frame": 1, "mask": "m.png"}]"#;
        std::fs::write(&file, text).unwrap();
        let objects = read(&file).unwrap();
        assert_eq!(objects.keys().copied().collect::<Vec<_>>(), [1, 2]);
        let points = &objects[&1].cues[&0].prompt.points;
        assert_eq!((points.len(), points[0].positive, points[1].positive), (2, true, false));
        assert_eq!(
            (objects[&1].name.as_deref(), objects[&1].class.as_deref()),
            (Some("cup"), Some("things"))
        );
        assert_eq!(objects[&2].cues[&7].prompt.bbox.unwrap().y1, 4.5);
        assert_eq!(objects[&2].cues[&1].mask.as_ref().unwrap().area(), 3 * 6);
        let other = BTreeMap::from([(1, objects[&1].clone())]);
        assert_ne!(described(&objects), described(&other));
    }

    #[test]
    fn mistakes_are_reported_with_their_place() {
        for (text, parts) in [
            ("{}", ["not a prompt file", "--help"]),
            ("[]", ["no prompts", "objects.json"]),
            (r#"[{"object": 1, "frame": 0}]"#, ["entry 1", "is empty"]),
            (r#"[{"object": 0, "frame": 0, "points": [[1, 2]]}]"#, ["entry 1", "from 1"]),
            (r#"[{"object": 1, "frame": 0, "points": [[1]]}]"#, ["entry 1", "[x, y, 1]"]),
            (r#"[{"object": 1, "frame": 0, "mask": "absent.png"}]"#, ["entry 1", "absent.png"]),
            (r#"[{"object": 1, "frame": 0, "point": [[1, 2]]}]"#, ["point", "not a prompt file"]),
            (
                r#"[{"object": 1, "frame": 3, "points": [[1, 2]]}, {"object": 1, "frame": 3, "box": [1, 2, 3, 4]}]"#,
                ["entry 2", "frame 3"],
            ),
        ] {
            let message = message(text);
            assert!(parts.iter().all(|part| message.contains(part)), "{message}");
        }
    }
}

//! CVAT 1.1: tracks of a video, or the masks of images.

use std::path::Path;

use super::{SequenceDefinition, Track, TrackMask, TrackedSequence};
use crate::colour::mask_colour;
use crate::files::{FileSet, WriteError};
use crate::mask::Mask;
use crate::tracking::Frames;

pub struct Video;
pub struct Images;

impl SequenceDefinition for Video {
    fn key(&self) -> &'static str {
        "cvat-video"
    }

    fn label(&self) -> &'static str {
        "CVAT for video (XML)"
    }

    /// `NAME_cvat_video.xml`.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        _: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        let file = folder.join(format!("{}_cvat_video.xml", sequence.name));
        let (width, height) = sequence.size(&file)?;
        let size = format!(
            "      <original_size>\n        <width>{width}</width>\n        <height>{height}</height>\n      \
             </original_size>\n"
        );
        let mut text = head(sequence, "interpolation", &size);
        for (id, track) in sequence.tracks.iter().enumerate() {
            let label = escaped(track.class_name());
            text += &format!("  <track id=\"{id}\" label=\"{label}\" source=\"semi-auto\">\n");
            let mut last: Option<(usize, &TrackMask)> = None;
            for (frame, item) in track.masks.iter().filter(|(_, item)| !item.mask.is_empty()) {
                if let Some((before, gone)) = last.filter(|(before, _)| before + 1 < *frame) {
                    text += &video_mask(before + 1, gone, true);
                }
                text += &video_mask(*frame, item, false);
                last = Some((*frame, item));
            }
            if let Some((frame, gone)) = last.filter(|(frame, _)| frame + 1 < sequence.frames.len()) {
                text += &video_mask(frame + 1, gone, true);
            }
            text += "  </track>\n";
        }
        text += "</annotations>\n";
        set.add_text(&file, &text)
    }
}

impl SequenceDefinition for Images {
    fn key(&self) -> &'static str {
        "cvat-images"
    }

    fn label(&self) -> &'static str {
        "CVAT for images (XML)"
    }

    /// `NAME_cvat_images.xml`; the group of a mask is its object.
    fn add(
        &self,
        set: &mut FileSet,
        sequence: &TrackedSequence,
        _: &mut dyn Frames,
        folder: &Path,
    ) -> Result<(), WriteError> {
        let mut text = head(sequence, "annotation", "");
        for (i, frame, (width, height)) in sequence.seen() {
            let name = escaped(&frame.file);
            text += &format!("  <image id=\"{i}\" name=\"{name}\" width=\"{width}\" height=\"{height}\">\n");
            for (track, item) in sequence.visible(i) {
                text += &image_mask(track, item);
            }
            text += "  </image>\n";
        }
        text += "</annotations>\n";
        set.add_text(&folder.join(format!("{}_cvat_images.xml", sequence.name)), &text)
    }
}

/// The beginning of the file, with the labels.
fn head(sequence: &TrackedSequence, mode: &str, size: &str) -> String {
    let label = |(i, name): (usize, &str)| {
        let [r, g, b] = mask_colour(i as u64);
        format!(
            "        <label>\n          <name>{}</name>\n          <color>#{r:02x}{g:02x}{b:02x}</color>\n          \
             <type>any</type>\n          <attributes></attributes>\n        </label>\n",
            escaped(name)
        )
    };
    let labels: String = sequence.classes().into_iter().enumerate().map(label).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    \
         <task>\n      <name>{}</name>\n      <size>{}</size>\n      <mode>{mode}</mode>\n      <start_frame>0\
         </start_frame>\n      <stop_frame>{}</stop_frame>\n      <labels>\n{labels}      </labels>\n{size}    \
         </task>\n  </meta>\n",
        escaped(&sequence.name),
        sequence.frames.len(),
        sequence.frames.len().saturating_sub(1)
    )
}

fn video_mask(frame: usize, item: &TrackMask, is_outside: bool) -> String {
    format!(
        "    <mask frame=\"{frame}\" keyframe=\"1\" outside=\"{}\" occluded=\"0\" {} z_order=\"0\">\n    </mask>\n",
        u8::from(is_outside),
        pixels(&item.mask)
    )
}

fn image_mask(track: &Track, item: &TrackMask) -> String {
    format!(
        "    <mask label=\"{}\" source=\"semi-auto\" occluded=\"0\" {} z_order=\"0\" group_id=\"{}\">\n    \
         </mask>\n",
        escaped(track.class_name()),
        pixels(&item.mask),
        track.number
    )
}

/// A mask inside its box, row by row, zeros first.
fn pixels(mask: &Mask) -> String {
    let Some(b) = mask.bbox() else { return String::new() };
    let (mut counts, mut end) = (vec![], 0u64);
    let width = u64::from(b.width());
    for (y, run) in mask.all_runs() {
        let [from, to] = run.map(|x| u64::from(y - b.y0) * width + u64::from(x - b.x0));
        match counts.last_mut() {
            // A run goes on at the beginning of the next row.
            Some(last) if from == end => *last += to - from,
            _ => counts.extend([from - end, to - from]),
        }
        end = to;
    }
    let rest = width * u64::from(b.height()) - end;
    counts.extend((rest > 0).then_some(rest));
    let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    format!(
        "rle=\"{}\" left=\"{}\" top=\"{}\" width=\"{}\" height=\"{}\"",
        counts.join(", "),
        b.x0,
        b.y0,
        b.width(),
        b.height()
    )
}

/// Text for XML, without the characters that it cannot hold.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_go_on_over_the_ends_of_rows() {
        let mask =
            Mask::from_fn(10, 6, |x, y| (2..5).contains(&x) && (1..4).contains(&y) && (x, y) != (2, 1));
        assert_eq!(pixels(&mask), r#"rle="1, 8" left="2" top="1" width="3" height="3""#);
        let mask = Mask::from_fn(10, 6, |x, y| matches!((x, y), (2, 1) | (4, 1) | (3, 2)));
        assert_eq!(pixels(&mask), r#"rle="0, 1, 1, 1, 1, 1, 1" left="2" top="1" width="3" height="2""#);
    }

    #[test]
    fn text_is_safe_in_attributes() {
        assert_eq!(escaped("a<b> & \"c\"\u{1}näher"), "a&lt;b&gt; &amp; &quot;c&quot; näher");
    }
}

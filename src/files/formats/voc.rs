//! Pascal VOC: images whose palette index is the class, or the object, of each pixel.

use std::path::{Path, PathBuf};

use super::class_list::{ClassList, ListFile, PREVIOUS_FOLDERS, lines, of_lines};
use super::definition::{Definition, Keeps, Shape, Subject};
use super::destination::Destination;
use super::part::{Part, PartList};
use super::reading::Reader;
use super::{ExportOptions, picture};
use crate::annotation::Annotation;
use crate::files::atomic::WriteSeek;
use crate::files::drawing::for_each_pixel;
use crate::files::yaml::quoted;
use crate::files::{FileSet, WriteError};

/// Index 0 is the background, 255 is void.
const MAX_INDEX: usize = 254;
/// The name in labelme's converter.
const BACKGROUND: &str = "_background_";
/// The class list.
const LIST: &str = "class_names.txt";
/// The challenge's lists of photos.
const PART_LISTS: [PartList; 4] = [
    PartList { file: "ImageSets/Segmentation/train.txt", parts: &[Part::Train] },
    PartList { file: "ImageSets/Segmentation/val.txt", parts: &[Part::Val] },
    PartList { file: "ImageSets/Segmentation/trainval.txt", parts: &[Part::Train, Part::Val] },
    PartList { file: "ImageSets/Segmentation/test.txt", parts: &[Part::Test] },
];

pub struct PascalVoc;

impl Definition for PascalVoc {
    fn key(&self) -> &'static str {
        "voc"
    }

    fn label(&self) -> &'static str {
        "Pascal VOC classes and objects (PNG)"
    }

    fn keeps(&self, _: &ExportOptions) -> Keeps {
        Keeps { missing_class: false, details: false, ..Keeps::all_with(Shape::UpperPixels) }
    }

    fn files(&self, _: &[Annotation], _: &ExportOptions, to: &Destination) -> Vec<PathBuf> {
        files(to).into()
    }

    fn add(&self, set: &mut FileSet, subject: &Subject, classes: &mut ClassList) -> Result<(), WriteError> {
        add(set, subject, classes)
    }

    fn shared_files(&self) -> &'static [&'static str] {
        &[LIST]
    }

    fn photo_folder(&self, _: Option<Part>) -> Option<&'static str> {
        Some("JPEGImages")
    }

    fn has_parts(&self) -> bool {
        true
    }

    fn part_lists(&self) -> &'static [PartList] {
        &PART_LISTS
    }

    fn reader(&self) -> Option<&'static dyn Reader> {
        Some(&picture::Pictures)
    }
}

/// The images of classes and of objects, and the class list.
fn files(to: &Destination) -> [PathBuf; 3] {
    let picture = |folder: &str| to.folder.join(folder).join(format!("{}.png", to.stem));
    [picture("SegmentationClass"), picture("SegmentationObject"), to.folder.join(LIST)]
}

/// Adds `SegmentationClass/NAME.png`, `SegmentationObject/NAME.png` and the class list, whose line numbers
/// from 0 are the indices. Objects are numbered from 1 in the masks' order; small masks are on top.
fn add(set: &mut FileSet, subject: &Subject, classes: &mut ClassList) -> Result<(), WriteError> {
    let &Subject { photo, masks, to, .. } = subject;
    let [of_classes, of_objects, list] = files(to);
    let mut file = ListFile::read(&list, of_lines)?;
    let mut existing = file.classes()?.names().map(Into::into).collect::<Vec<String>>().into_iter();
    let background = existing.next().unwrap_or_else(|| BACKGROUND.into());
    if !background.trim_matches('_').eq_ignore_ascii_case("background") {
        let cause = format!(
            "its first line is {}, but index 0 must not belong to a class; make {BACKGROUND} the first line, \
             or choose another folder",
            quoted(&background)
        );
        return Err(WriteError::Encoding { path: list, cause });
    }
    classes.join(ClassList::uncoloured(existing), &list, PREVIOUS_FOLDERS)?;
    classes.extend(masks);
    let refuse = |path: &Path, n: usize, what: &str| {
        let cause = format!("{n} {what} are too many: Pascal VOC has room for {MAX_INDEX}");
        Err(WriteError::Encoding { path: path.into(), cause })
    };
    if classes.len() > MAX_INDEX {
        return refuse(&of_classes, classes.len(), "classes");
    }
    if masks.len() > MAX_INDEX {
        return refuse(&of_objects, masks.len(), "masks");
    }
    let index_of_class = |i: usize| classes.place_of(&masks[i]) as u8 + 1;
    let (width, height) = photo.pixels.dimensions();
    for (file, index) in
        [(&of_classes, &index_of_class as &dyn Fn(usize) -> u8), (&of_objects, &|i| i as u8 + 1)]
    {
        let mut indices = vec![0; width as usize * height as usize];
        for (i, item) in masks.iter().enumerate() {
            let value = index(i);
            for_each_pixel(&item.mask, |x, y| indices[(y * width + x) as usize] = value);
        }
        set.add(file, |out| write_indexed(out, (width, height), &indices))?;
    }
    let with_background = format!("{background}\n{}", lines(classes));
    file.write(set, with_background)?;
    classes.add_file(file);
    Ok(())
}

/// Writes an image with the challenge's palette; `indices` are row-major.
pub fn write_indexed(
    out: &mut dyn WriteSeek,
    (width, height): (u32, u32),
    indices: &[u8],
) -> Result<(), String> {
    let mut encoder = png::Encoder::new(out, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette());
    let mut writer = encoder.write_header().map_err(|e| e.to_string())?;
    writer.write_image_data(indices).map_err(|e| e.to_string())?;
    writer.finish().map_err(|e| e.to_string())
}

/// The 256 colours of the challenge's `labelcolormap`: the bits of the index spread over the
/// highest bits of the channels.
fn palette() -> Vec<u8> {
    let channel = |index: u8, first: u8| {
        (0..8).fold(0, |sum, level| {
            let bit = index.checked_shr(u32::from(first + 3 * level)).unwrap_or(0) & 1;
            sum | bit << (7 - level)
        })
    };
    (0..=255).flat_map(|index| [0, 1, 2].map(|first| channel(index, first))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::subject;
    use super::super::{ExportOptions, Format};
    use super::*;
    use crate::files::export::export_with;

    #[test]
    fn the_palette_is_that_of_the_challenge() {
        let palette = palette();
        let colour = |i: usize| &palette[3 * i..3 * i + 3];
        assert_eq!((colour(0), colour(1), colour(2)), (&[0, 0, 0][..], &[128, 0, 0][..], &[0, 128, 0][..]));
        assert_eq!(
            (colour(15), colour(20), colour(255)),
            (&[192, 128, 128][..], &[0, 64, 128][..], &[224, 224, 192][..])
        );
    }

    #[test]
    fn indices_tell_classes_and_objects() {
        let (photo, mut masks) = subject();
        masks[1].class = Some("cup".into());
        let dir = tempfile::tempdir().unwrap();
        let files =
            export_with(&photo, &masks, Format::Voc, &ExportOptions::default(), dir.path(), false).unwrap();
        assert_eq!(std::fs::read_to_string(&files[2]).unwrap(), "_background_\nobject\ncup\n");
        for (file, expected) in [(&files[0], [1, 2]), (&files[1], [1, 2])] {
            let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(file).unwrap()));
            let mut reader = decoder.read_info().unwrap();
            assert_eq!(reader.info().color_type, png::ColorType::Indexed);
            let mut pixels = vec![0; 24];
            reader.next_frame(&mut pixels).unwrap();
            for (i, pixel) in pixels.iter().enumerate() {
                let (x, y) = (i as u32 % 6, i as u32 / 6);
                let of = (0..2).find(|m| masks[*m].mask.get(x, y));
                assert_eq!(*pixel, of.map_or(0, |m| expected[m]), "{x},{y}");
            }
        }
        let many: Vec<_> = masks.iter().cycle().take(255).cloned().collect();
        let error = export_with(&photo, &many, Format::Voc, &ExportOptions::default(), dir.path(), true);
        assert!(error.unwrap_err().to_string().contains("255 masks"));
    }

    #[test]
    fn a_list_without_background_is_refused() {
        let (photo, masks) = subject();
        let dir = tempfile::tempdir().unwrap();
        let list = dir.path().join("class_names.txt");
        let export = || export_with(&photo, &masks, Format::Voc, &ExportOptions::default(), dir.path(), true);
        std::fs::write(&list, "cat\nobject\n").unwrap();
        let said = export().unwrap_err().to_string();
        assert!(said.contains("class_names.txt: ") && said.contains("\"cat\""), "{said}");
        std::fs::write(&list, "").unwrap();
        export().unwrap();
        assert_eq!(std::fs::read_to_string(&list).unwrap(), "_background_\nobject\n");
        std::fs::write(&list, "background\ncat\n").unwrap();
        export().unwrap();
        assert_eq!(std::fs::read_to_string(&list).unwrap(), "background\ncat\nobject\n");
    }
}

//! The file set of the script that people ran before: a combined overlay, and for each mask a
//! cut-out and a coloured layer.

use std::path::{Path, PathBuf};

use super::super::atomic::{WriteError, Writer};
use super::super::photo::Photo;
use super::{ExportMask, images};

/// Writes `NAME_combined_overlay_MODEL.png`, and with `segment_images` also
/// `NAME_MODEL/NAME_mask_I.png` (the photo, alpha is the mask) and
/// `NAME_MODEL/NAME_mask_I_overlay.png` (one colour at half opacity). Masks are numbered from 0 by
/// area, largest first.
///
/// # Errors
/// [`WriteError::Exists`] when a file is there already and `overwrite` is false; nothing has been
/// written then.
pub fn write_script_files(
    photo: &Photo,
    masks: &[ExportMask],
    model: &str,
    folder: &Path,
    segment_images: bool,
    overwrite: bool,
) -> Result<Vec<PathBuf>, WriteError> {
    let stem = photo.stem();
    let mut writer = Writer::new(overwrite);
    let combined = images::overlay(&photo.pixels, masks);
    let file = folder.join(format!("{stem}_combined_overlay_{model}.png"));
    writer.add(&file, |out| images::write_png(out, &combined.into()))?;
    if segment_images {
        let folder = folder.join(format!("{stem}_{model}"));
        let mut order: Vec<&ExportMask> = masks.iter().collect();
        order.sort_by_key(|m| std::cmp::Reverse(m.mask.area()));
        for (i, item) in order.into_iter().enumerate() {
            let cutout = images::cutout(&photo.pixels, &item.mask, false).into();
            let file = folder.join(format!("{stem}_mask_{i}.png"));
            writer.add(&file, |out| images::write_png(out, &cutout))?;
            let layer = images::colour_layer(item).into();
            let file = folder.join(format!("{stem}_mask_{i}_overlay.png"));
            writer.add(&file, |out| images::write_png(out, &layer))?;
        }
    }
    writer.commit()
}

#[cfg(test)]
mod tests {
    use super::super::tests::subject;
    use super::*;

    #[test]
    fn the_files_have_the_scripts_names_and_order() {
        let (photo, masks) = subject();
        let dir = tempfile::tempdir().unwrap();
        let files = write_script_files(&photo, &masks, "starter", dir.path(), true, false).unwrap();
        let names: Vec<_> =
            files.iter().map(|f| f.strip_prefix(dir.path()).unwrap().to_str().unwrap()).collect();
        let expected = [
            "photo.one_combined_overlay_starter.png",
            "photo.one_starter/photo.one_mask_0.png",
            "photo.one_starter/photo.one_mask_0_overlay.png",
            "photo.one_starter/photo.one_mask_1.png",
            "photo.one_starter/photo.one_mask_1_overlay.png",
        ];
        assert_eq!(names, expected);
        let layer = image::open(&files[2]).unwrap().into_rgba8();
        assert_eq!(layer.get_pixel(1, 0).0, [255, 0, 0, 127], "the largest mask comes first");
        assert_eq!(layer.get_pixel(0, 0).0[3], 0);
    }
}

use std::path::{Path, PathBuf};

use crate::colour::Colour;
use crate::files::export::export_with;
use crate::files::formats::tests::{SIZE, awkward_subject};
use crate::files::formats::{ExportOptions, Format};
use crate::files::import::{import, masks_among};

/// What a picture of masks with these pixels brings: names and areas.
fn masks_in(picture: impl Into<image::DynamicImage>) -> Result<Vec<(String, u64)>, String> {
    let (dir, picture) = (tempfile::tempdir().unwrap(), picture.into());
    let file = dir.path().join("m.png");
    picture.save(&file).unwrap();
    masks_of(&file, (picture.width(), picture.height()))
}

fn masks_of(file: &Path, size: (u32, u32)) -> Result<Vec<(String, u64)>, String> {
    let imported = import(file, size, "a.jpg").map_err(|error| error.to_string())?;
    assert_eq!(imported.problems, []);
    Ok(imported.masks.into_iter().map(|item| (item.name, item.mask.area())).collect())
}

/// A square of 6x6 pixels, one of 10x10, and a ring of the index 255 around the first.
fn squares(x: u32, y: u32) -> u8 {
    match (x, y) {
        (4..10, 4..10) => 1,
        (3..11, 3..11) => 255,
        (20..30, 10..20) => 2,
        _ => 0,
    }
}

fn indexed(palette: &[[u8; 3]], index: impl Fn(u32, u32) -> u8) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut encoder = png::Encoder::new(std::fs::File::create(dir.path().join("m.png")).unwrap(), 40, 30);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette.concat());
    let pixels: Vec<u8> =
        (0..30).flat_map(|y| (0..40).map(move |x| (x, y))).map(|(x, y)| index(x, y)).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    dir
}

#[test]
fn the_index_of_a_palette_is_the_label_whatever_its_colours() {
    let named = |names: [&str; 2]| Ok(vec![(names[0].to_owned(), 36), (names[1].to_owned(), 100)]);
    let without_void = |x, y| squares(x, y) % 255;
    for palette in [
        vec![[0; 3], [128, 0, 0], [0, 128, 0]],
        vec![[255; 3], [128, 0, 0], [0, 128, 0]],
        vec![[0; 3], [10; 3], [10; 3]],
        vec![[0; 3]; 256],
    ] {
        let dir = indexed(&palette, without_void);
        assert_eq!(masks_of(&dir.path().join("m.png"), (40, 30)), named(["m 1", "m 2"]), "{palette:?}");
    }
    let dir = indexed(&[[9, 8, 7]; 256], squares);
    assert_eq!(masks_of(&dir.path().join("m.png"), (40, 30)), named(["m 1", "m 2"]), "void is no label");
    let dir = indexed(&[[9, 8, 7]; 256], |x, y| if squares(x, y) == 2 { 255 } else { 0 });
    assert_eq!(masks_of(&dir.path().join("m.png"), (40, 30)), Ok(vec![("m".into(), 100)]), "unless alone");
    // Colours that tell labels apart are kept, others are not.
    let colours = |palette: &[[u8; 3]]| -> Vec<Option<Colour>> {
        let imported =
            import(&indexed(palette, without_void).path().join("m.png"), (40, 30), "a.jpg").unwrap();
        imported.masks.iter().map(|item| item.colour).collect()
    };
    assert_eq!(colours(&[[255; 3], [128, 0, 0], [0, 128, 0]]), [Some([128, 0, 0]), Some([0, 128, 0])]);
    assert_eq!(colours(&[[0; 3]; 3]), [None, None]);
}

#[test]
fn soft_edges_make_one_mask_and_a_photo_none() {
    // A disc of 10 pixels radius with an edge of 5.
    let shade = |x: u32, y: u32| {
        let distance = (f64::from(x) - 20.0).hypot(f64::from(y) - 15.0);
        ((12.5 - distance) / 5.0).clamp(0.0, 1.0)
    };
    let soft = image::GrayImage::from_fn(40, 30, |x, y| image::Luma([(shade(x, y) * 255.0).round() as u8]));
    let half = soft.pixels().filter(|p| p.0[0] >= 128).count() as u64;
    let one = Ok(vec![("m".to_owned(), half)]);
    assert_eq!(masks_in(soft.clone()), one);
    assert_eq!(
        masks_in(image::DynamicImage::from(soft.clone()).into_rgb8()),
        one,
        "also if it is called colour"
    );
    let deep =
        image::ImageBuffer::from_fn(40, 30, |x, y| image::Luma([u16::from(soft.get_pixel(x, y).0[0]) * 257]));
    assert_eq!(masks_in(deep), one);

    let gradient = image::GrayImage::from_fn(40, 30, |x, y| image::Luma([(x + y) as u8]));
    let wavy = |x: u32, y: u32, i: u32| (128.0 + 99.0 * f64::from(x * (i + 1) + y * 2).sin()) as u8;
    let noise = image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([0, 1, 2].map(|i| wavy(x, y, i))));
    for (photo, what) in [
        (gradient.into(), "grey values vary"),
        (image::DynamicImage::from(noise.clone()), "colours of a photo"),
    ] {
        let error = masks_in(photo).unwrap_err();
        assert!(error.contains(what), "{error}");
    }
    let grey = |x, y| noise.get_pixel(x, y).0[0];
    let dir = indexed(&(0..=255).map(|i| [i, 255 - i, 7]).collect::<Vec<_>>(), grey);
    let error = masks_of(&dir.path().join("m.png"), (40, 30)).unwrap_err();
    assert!(error.contains("colours of a photo"), "{error}");
}

#[test]
fn label_maps_are_told_from_soft_edges() {
    let grey = |value: fn(u32, u32) -> u16| {
        image::ImageBuffer::from_fn(40, 30, move |x, y| image::Luma([value(x, y)]))
    };
    // Hundreds of cells side by side, each of 3x3 pixels; lines of a pixel; steps of brightness.
    let cells = masks_in(grey(|x, y| (x / 3 + y / 3 * 14) as u16)).unwrap();
    assert_eq!((cells.len(), &cells[0]), (139, &("m 1".to_owned(), 9)));
    let lines =
        masks_in(grey(|x, y| if y % 2 == 1 { (y / 2) as u16 } else { u16::from(x == 0 && y == 0) })).unwrap();
    assert_eq!(lines.len(), 14);
    let steps = image::GrayImage::from_fn(40, 30, |x, _| image::Luma([(x / 10 * 85) as u8]));
    assert_eq!(masks_in(steps).unwrap().len(), 3);
    // A label is what the file holds, also in few bits.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("m.png");
    let mut encoder = png::Encoder::new(std::fs::File::create(&file).unwrap(), 4, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Two);
    encoder.write_header().unwrap().write_image_data(&[0b00_01_10_10]).unwrap();
    assert_eq!(masks_of(&file, (4, 1)), Ok(vec![("m 1".into(), 1), ("m 2".into(), 2)]));
}

#[test]
fn label_maps_in_tiff_files_are_read_as_they_are() {
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/photos");
    // Fields of four colours, of which the palette's first is the ground.
    let masks = masks_of(&photos.join("palette.tiff"), (32, 32)).unwrap();
    assert_eq!(masks.iter().map(|(_, area)| *area).collect::<Vec<_>>(), [256; 3]);
    let masks = masks_of(&photos.join("grey.tiff"), (32, 32)).unwrap();
    assert_eq!(masks.len(), 4);
    let error = masks_of(&photos.join("kinds/palette.tiff"), (27, 19)).unwrap_err();
    assert!(error.contains("colours of a photo"), "{error}");
}

#[test]
fn pictures_of_masks_come_back() {
    let (photo, masks) = awkward_subject();
    let dir = tempfile::tempdir().unwrap();
    let options = ExportOptions::default();
    for format in [Format::BinaryPng, Format::CutoutFull] {
        let files = export_with(&photo, &masks, format, &options, dir.path(), false).unwrap();
        for (file, item) in files.iter().zip(&masks) {
            let imported = import(file, SIZE, "a cup.jpg").unwrap();
            assert_eq!((imported.masks.len(), &imported.masks[0].mask), (1, &item.mask), "{format:?}");
        }
    }
    let files = export_with(&photo, &masks, Format::Voc, &options, dir.path(), false).unwrap();
    let objects = import(&files[1], SIZE, "").unwrap();
    assert_eq!(objects.masks.len(), masks.len());
    assert!(masks.iter().all(|item| objects.masks.iter().any(|other| other.mask == item.mask)));
    let error = import(&files[1], (70, 90), "").unwrap_err().to_string();
    assert!(error.contains("90x70") && error.contains("rotated"), "{error}");
}

#[test]
fn pictures_that_may_be_photos_are_masks_only_beyond_doubt() {
    use image::{GrayImage, Luma, LumaA, Rgb, RgbImage};

    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name);
    let (width, height) = SIZE;
    let inside = |x: u32, y: u32| x.abs_diff(40).pow(2) + y.abs_diff(30).pow(2) < 400;
    let mask = GrayImage::from_fn(width, height, |x, y| Luma([if inside(x, y) { 255 } else { 0 }]));
    for name in ["mask.png", "mask.tif", "mask.bmp", "mask.pgm"] {
        mask.save(file(name)).unwrap();
    }
    let labels = |x: u32, y: u32| if inside(x, y) { [200, 30, 30] } else { [0, 90 * (x as u8 / 45), 0] };
    RgbImage::from_fn(width, height, |x, y| Rgb(labels(x, y))).save(file("labels.png")).unwrap();
    let photo = |x: u32, y: u32| Rgb([(3 * x) as u8, (x * y) as u8, (2 * y) as u8]);
    for name in ["photo.png", "photo.tif", "photo.bmp"] {
        RgbImage::from_fn(width, height, photo).save(file(name)).unwrap();
    }
    let cutout = |x: u32, y: u32| LumaA([x as u8, if inside(x, y) { 255 } else { 0 }]);
    image::GrayAlphaImage::from_fn(width, height, cutout).save(file("cutout.png")).unwrap();
    GrayImage::from_pixel(width, height, Luma([255])).save(file("white.png")).unwrap();
    GrayImage::new(width, height).save(file("black.png")).unwrap();
    GrayImage::from_fn(9, 9, |x, _| Luma([if x < 3 { 255 } else { 0 }])).save(file("small.png")).unwrap();
    mask.save(file("mask.jpg")).unwrap();
    std::fs::write(file("text.png"), "no picture").unwrap();
    std::fs::create_dir(file("folder.png")).unwrap();

    let found = |names: &[&str]| -> Vec<(usize, usize)> {
        let files: Vec<PathBuf> = names.iter().map(|name| file(name)).collect();
        let all = masks_among(&files, SIZE);
        all.into_iter().map(|(place, imported)| (place, imported.masks.len())).collect()
    };
    for name in ["mask.png", "mask.tif", "mask.bmp", "mask.pgm"] {
        assert_eq!(found(&[name]), [(0, 1)], "{name}");
    }
    assert_eq!(found(&["labels.png"]), [(0, 2)]);
    let others = ["small.png", "mask.jpg", "text.png", "folder.png", "missing.png"];
    for name in ["photo.png", "photo.tif", "photo.bmp", "cutout.png", "white.png", "black.png"] {
        assert_eq!(found(&[name]), [], "{name}");
        assert_eq!(found(&["mask.png", name]), [], "{name}");
    }
    for name in others {
        assert_eq!(found(&[name]), [], "{name}");
        assert_eq!(found(&[name, "mask.png"]), [(1, 1)], "{name}");
    }
}

#[test]
fn planes_in_tiles_are_read() {
    // 20x20 pixels in tiles of 16x16, a plane for each colour: the first is white where x < 5.
    let (mut file, mut tiles) = (vec![b'I', b'I', 42, 0, 8, 0, 0, 0], vec![]);
    for plane in 0..3 {
        for tile in 0..4 {
            let left = 16 * (tile % 2);
            tiles.extend((0..256).map(|i| if plane == 0 && left + i % 16 < 5 { 255_u8 } else { 0 }));
        }
    }
    let entries: [(u16, u16, u32, u32); 11] = [
        (256, 4, 1, 20),
        (257, 4, 1, 20),
        (258, 3, 3, 0),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (277, 3, 1, 3),
        (284, 3, 1, 2),
        (322, 4, 1, 16),
        (323, 4, 1, 16),
        (324, 4, 12, 6),
        (325, 4, 12, 54),
    ];
    let beyond = 8 + 2 + 12 * entries.len() as u32 + 4;
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        let value = if count > 1 { beyond + value } else { value };
        file.extend(tag.to_le_bytes().into_iter().chain(kind.to_le_bytes()));
        file.extend(count.to_le_bytes().into_iter().chain(value.to_le_bytes()));
    }
    file.extend([0; 4]);
    file.extend([8, 0, 8, 0, 8, 0]);
    (0..12).for_each(|i| file.extend((beyond + 102 + 256 * i).to_le_bytes()));
    (0..12).for_each(|_| file.extend(256_u32.to_le_bytes()));
    file.extend(tiles);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("m.tif");
    std::fs::write(&path, file).unwrap();
    assert_eq!(masks_of(&path, (20, 20)), Ok(vec![("m".into(), 100)]));
}

use image::{DynamicImage, GenericImageView};

use super::*;

/// A file of one strip: fields of SHORT values, then the data.
fn file(is_big_endian: bool, fields: &[(u16, &[u16])], data: &[u8]) -> Vec<u8> {
    let short = |n: u16| if is_big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let long = |n: u32| if is_big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let mut fields: Vec<(u16, Vec<u16>)> = fields.iter().map(|(tag, all)| (*tag, all.to_vec())).collect();
    let after = 8 + 2 + 12 * (fields.len() + 1) + 4;
    let values: usize = fields.iter().map(|(_, all)| if all.len() > 2 { 2 * all.len() } else { 0 }).sum();
    fields.push((tag::STRIP_OFFSETS, vec![(after + values) as u16]));
    fields.sort();
    let mut bytes = if is_big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
    bytes.extend(long(8));
    bytes.extend(short(fields.len() as u16));
    let mut outside = vec![];
    for (tag, all) in &fields {
        bytes.extend([short(*tag), short(3)].concat());
        bytes.extend(long(all.len() as u32));
        let all: Vec<u8> = all.iter().flat_map(|n| short(*n)).collect();
        if all.len() > 4 {
            bytes.extend(long((after + outside.len()) as u32));
            outside.extend(all);
        } else {
            bytes.extend(&all);
            bytes.resize(bytes.len() + 4 - all.len(), 0);
        }
    }
    bytes.extend(long(0));
    [bytes, outside, data.to_vec()].concat()
}

fn decoded(bytes: &[u8]) -> Result<DynamicImage, ImageError> {
    DynamicImage::from_decoder(Tiff::new(bytes)?)
}

fn greys(bytes: &[u8]) -> Vec<u8> {
    decoded(bytes).unwrap().into_luma8().into_raw()
}

const GREY: (u16, &[u16]) = (tag::PHOTOMETRIC, &[1]);

fn sized(width: &'static [u16], height: &'static [u16]) -> [(u16, &'static [u16]); 2] {
    [(tag::WIDTH, width), (tag::HEIGHT, height)]
}

#[test]
fn samples_of_few_bits_fill_bytes_from_the_highest_on() {
    let size = sized(&[3], &[2]);
    for is_big_endian in [false, true] {
        let grey = |bits: &'static [u16], data: &[u8]| {
            greys(&file(is_big_endian, &[&size[..], &[GREY, (tag::BITS, bits)]].concat(), data))
        };
        assert_eq!(grey(&[1], &[0b101 << 5, 0b010 << 5]), [255, 0, 255, 0, 255, 0]);
        assert_eq!(grey(&[2], &[0b00_01_10_11, 0b11_10_01_00]), [0, 85, 170, 255, 170, 85]);
        assert_eq!(grey(&[4], &[0x01, 0x2f, 0xfe, 0xd0]), [0, 17, 34, 255, 238, 221]);
        assert_eq!(grey(&[12], &[0x00, 0x0f, 0xff, 0x80, 0, 0, 0, 0, 0, 0]), [0, 255, 128, 0, 0, 0]);
    }
}

#[test]
fn a_chroma_is_shared_by_its_lumas() {
    let size = sized(&[3], &[3]);
    let ycbcr = [(tag::PHOTOMETRIC, &[6][..]), (tag::BITS, &[8, 8, 8]), (tag::SAMPLES, &[3])];
    // Units of 2x2 lumas and two chromas; those on the right and below reach outside.
    let units = [
        [10, 20, 40, 50, 128, 128],
        [30, 0, 60, 0, 128, 228],
        [70, 80, 0, 0, 128, 128],
        [90, 0, 0, 0, 128, 128],
    ];
    let data: Vec<u8> = units.concat();
    let picture = decoded(&file(false, &[&size[..], &ycbcr].concat(), &data)).unwrap();
    let seen: Vec<u8> = picture.pixels().map(|(_, _, p)| p.0[2]).collect();
    assert_eq!(seen, [10, 20, 30, 40, 50, 60, 70, 80, 90], "blue depends on the first chroma alone");
    assert_eq!([picture.get_pixel(2, 0).0[0], picture.get_pixel(0, 0).0[0]], [170, 10]);
}

#[test]
fn kinds_that_are_not_read_are_named() {
    let size = sized(&[3], &[2]);
    let named = |fields: &[(u16, &[u16])], what: &str| {
        let bytes = file(false, &[&size[..], fields].concat(), &[0; 99]);
        let error = decoded(&bytes).unwrap_err();
        assert!(matches!(error, ImageError::Unsupported(_)), "{error}");
        assert!(error.to_string().contains(what), "{what}: {error}");
    };
    let rgb = [(tag::PHOTOMETRIC, &[2][..]), (tag::SAMPLES, &[3])];
    named(&[(tag::PHOTOMETRIC, &[8])], "Lab");
    named(&[(tag::PHOTOMETRIC, &[32803])], "raw");
    named(&[GREY, (tag::COMPRESSION, &[6])], "old-style");
    named(&[GREY, (tag::COMPRESSION, &[50000])], "Zstandard");
    named(&[GREY, (tag::COMPRESSION, &[4]), (tag::BITS, &[8])], "fax");
    named(&[GREY, (tag::BITS, &[24])], "whole numbers of 24 bits");
    named(&[GREY, (tag::BITS, &[8]), (tag::SAMPLE_FORMAT, &[3])], "floating-point numbers of 8 bits");
    named(&[GREY, (tag::SAMPLES, &[65])], "65 channels");
    named(&[(tag::PHOTOMETRIC, &[5]), (tag::SAMPLES, &[3])], "3 channels");
    named(&[&rgb[..], &[(tag::BITS, &[5, 6, 5])]].concat(), "different depths");
    named(
        &[&rgb[..], &[(tag::BITS, &[8, 8, 8]), (tag::SAMPLE_FORMAT, &[1, 1, 3])]].concat(),
        "different types",
    );
    named(&[&rgb[..], &[(tag::BITS, &[8; 3]), (tag::PREDICTOR, &[3])]].concat(), "predictor");
}

#[test]
fn what_contradicts_itself_is_damaged() {
    let size = sized(&[3], &[2]);
    let eight = [GREY, (tag::BITS, &[8][..])];
    let whole = file(false, &[&size[..], &eight].concat(), &[7; 6]);
    assert_eq!(greys(&whole), [7; 6]);
    let fails = |bytes: &[u8]| assert!(!matches!(decoded(bytes), Ok(_) | Err(ImageError::Unsupported(_))));
    (0..whole.len()).for_each(|end| fails(&whole[..end]));
    let without_sides = file(false, &eight, &[7; 6]);
    fails(&without_sides);
    let tiles = |side: &'static [u16]| {
        [
            (tag::TILE_WIDTH, side),
            (tag::TILE_HEIGHT, side),
            (tag::TILE_OFFSETS, &[8]),
            (tag::TILE_BYTES, &[9]),
        ]
    };
    fails(&file(false, &[&size[..], &eight, &tiles(&[0])].concat(), &[]));
    fails(&file(false, &[&size[..], &eight, &tiles(&[60_000])].concat(), &[]));
    let palette = [(tag::PHOTOMETRIC, &[3][..]), (tag::BITS, &[8]), (tag::PALETTE, &[1, 2, 3])];
    fails(&file(false, &[&size[..], &palette].concat(), &[7; 6]));
}

#[test]
fn more_tiles_than_can_be_counted_are_missing() {
    let field = |tag: u16, value: u32| {
        [&tag.to_le_bytes()[..], &4u16.to_le_bytes(), &1u32.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let fields = [
        field(tag::WIDTH, u32::MAX),
        field(tag::HEIGHT, u32::MAX),
        field(tag::PHOTOMETRIC, 2),
        field(tag::SAMPLES, 3),
        field(tag::PLANES, 2),
        field(tag::TILE_WIDTH, 1),
        field(tag::TILE_HEIGHT, 1),
        field(tag::TILE_OFFSETS, 8),
    ];
    let bytes = [&b"II*\0\x08\0\0\0\x08\0"[..], &fields.concat()].concat();
    let error = Tiff::new(&bytes).err().unwrap().to_string();
    assert!(error.contains("tiles are missing"), "{error}");
}

/// Joins files of one image each into one of several pages; positions inside the pages are moved along.
fn pages_of(images: &[Vec<u8>]) -> Vec<u8> {
    let mut joined: Vec<u8> = vec![];
    let mut link = 4;
    for image in images {
        let base = joined.len() as u32;
        let mut image = image.clone();
        let count = usize::from(u16::from_le_bytes([image[8], image[9]]));
        for entry in (0..count).map(|i| 10 + 12 * i) {
            let number = |at: usize| u32::from_le_bytes(image[at..at + 4].try_into().unwrap());
            let (tag, values) = (u16::from_le_bytes([image[entry], image[entry + 1]]), number(entry + 4));
            let moved = number(entry + 8) + base;
            if tag == tag::STRIP_OFFSETS || values > 2 {
                image[entry + 8..entry + 12].copy_from_slice(&moved.to_le_bytes());
                if tag == tag::STRIP_OFFSETS {
                    image[entry + 2] = 4;
                }
            }
        }
        joined.extend(image);
        joined[link..link + 4].copy_from_slice(&(base + 8).to_le_bytes());
        link = base as usize + 10 + 12 * count;
    }
    joined
}

#[test]
fn pages_are_counted_without_smaller_copies_and_circles_end() {
    let page = |shade: u8, kind: &'static [u16]| {
        let fields = [&sized(&[2], &[1])[..], &[GREY, (tag::BITS, &[8]), (tag::SUBFILE_TYPE, kind)]].concat();
        file(false, &fields, &[shade, shade])
    };
    let bytes = pages_of(&[page(10, &[0]), page(20, &[1]), page(30, &[2]), page(40, &[0])]);
    assert_eq!(pages(&bytes), 3, "the second image is a smaller copy");
    let shade =
        |i| DynamicImage::from_decoder(Tiff::page(&bytes, i).unwrap()).unwrap().into_luma8().into_raw()[0];
    assert_eq!([0, 1, 2].map(shade), [10, 30, 40]);
    assert!(Tiff::page(&bytes, 3).is_err());
    assert_eq!(pages(&page(1, &[0])), 1);
    let mut circle = pages_of(&[page(10, &[0]), page(20, &[0])]);
    let fields = circle.len() / 2 + 8;
    let link = fields + 2 + 12 * usize::from(u16::from_le_bytes([circle[fields], circle[fields + 1]]));
    circle[link..link + 4].copy_from_slice(&8u32.to_le_bytes());
    assert!((2..=3).contains(&pages(&circle)));
    assert_eq!(pages(b"II*\0"), 0);
}

#[test]
fn channels_that_are_no_colours_are_kept() {
    let fields = |extra: &'static [u16]| {
        let mut fields = sized(&[2], &[1]).to_vec();
        fields.extend([GREY, (tag::BITS, &[8, 8, 8, 8, 8][..]), (tag::SAMPLES, &[5])]);
        fields.extend((!extra.is_empty()).then_some((tag::EXTRA, extra)));
        fields
    };
    let data = [1, 2, 3, 4, 5, 11, 12, 13, 14, 15];
    for (extra, channels) in [(&[][..], 5), (&[0, 0, 0, 0], 5), (&[0, 0, 0, 2], 4)] {
        let bytes = file(false, &fields(extra), &data);
        let samples = Tiff::new(&bytes).unwrap().samples().unwrap().unwrap();
        assert_eq!(samples.channels(), channels);
        assert!(!samples.is_deep() && !samples.has_colours());
        assert_eq!(samples.extent()[0], 1.0);
    }
}

#[test]
fn samples_of_12_bits_and_white_as_zero_have_zero_as_black() {
    let size = sized(&[2], &[1]);
    let of = |photometric: &'static [u16]| {
        let fields = [&size[..], &[(tag::PHOTOMETRIC, photometric), (tag::BITS, &[12])]].concat();
        let bytes = file(false, &fields, &[0x00, 0x0f, 0xff]);
        Tiff::new(&bytes).unwrap().samples().unwrap().unwrap().render(&Default::default()).into_raw()
    };
    assert_eq!(of(&[1]), [0, 0, 0, 255, 255, 255]);
    assert_eq!(of(&[0]), [255, 255, 255, 0, 0, 0]);
}

#[test]
fn floating_point_numbers_of_16_bits_are_read() {
    let fields = [&sized(&[2], &[1])[..], &[GREY, (tag::BITS, &[16]), (tag::SAMPLE_FORMAT, &[3])]].concat();
    let bytes = [0.5, 1.0].map(|value| half::f16::from_f32(value).to_le_bytes()).concat();
    assert_eq!(greys(&file(false, &fields, &bytes)), [128, 255]);
}

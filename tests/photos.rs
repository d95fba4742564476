//! Photos of any kind: `tests/data/photos/make.py` makes the files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageBuffer, Luma, LumaA, Rgb, Rgba, RgbaImage};
use tinsel::files::session::Session;
use tinsel::files::{
    Channels, Photo, PhotoIdentity, Rendering, Window, page_path, pages, photos_beside, photos_in,
};

const FIELDS: [[u8; 3]; 4] = [[200, 40, 30], [40, 180, 60], [30, 60, 190], [128, 128, 128]];

fn made(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/photos").join(name)
}

/// The colours in the middle of the four fields.
fn seen(name: &str) -> [[u8; 3]; 4] {
    let before = std::fs::read(made(name)).unwrap();
    let photo = Photo::open(&made(name)).unwrap();
    assert_eq!(photo.pixels.dimensions(), (32, 32), "{name}");
    let identity = PhotoIdentity { size: (32, 32), fingerprint: photo.fingerprint };
    assert_eq!(PhotoIdentity::of(&made(name)).unwrap(), identity, "{name}");
    assert_eq!(std::fs::read(made(name)).unwrap(), before, "{name} was touched");
    [(8, 8), (24, 8), (8, 24), (24, 24)].map(|(x, y)| photo.pixels.get_pixel(x, y).0)
}

fn assert_near(name: &str, expected: [[u8; 3]; 4], tolerance: u8) {
    let seen = seen(name);
    let pairs = seen.iter().flatten().zip(expected.iter().flatten());
    assert!(pairs.into_iter().all(|(a, b)| a.abs_diff(*b) <= tolerance), "{name}: {seen:?}");
}

#[test]
fn every_format_opens_with_its_colours() {
    let lossless = "plain.png palette.png plain.webp plain.bmp palette.bmp plain.ppm moving.gif plain.tiff \
                    deep.tiff float.tiff lzw.tiff palette.tiff";
    lossless.split_whitespace().for_each(|name| assert_near(name, FIELDS, 0));
    let lossy = "baseline.jpg progressive.jpg restarts.jpg lossy.webp cmyk.jpg ycck.jpg cmyk.tiff";
    lossy.split_whitespace().for_each(|name| assert_near(name, FIELDS, 4));
    let luma = |[r, g, b]: [u8; 3]| {
        let luma = (299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b) + 500) / 1000;
        [luma as u8; 3]
    };
    for name in ["grey.jpg", "grey.png", "grey.tiff", "float_grey.tiff"] {
        assert_near(name, FIELDS.map(luma), 2);
    }
}

/// Asserts that a file shows the waves as a picture of them does, by `worst` at a pixel and, because decoders round
/// differently, by little on the whole.
fn assert_alike(name: &str, reference: &str, worst: u8) {
    let photo = Photo::open(&made(&format!("kinds/{name}"))).unwrap_or_else(|error| panic!("{error}"));
    let expected = image::open(made(&format!("kinds/{reference}"))).unwrap().into_rgb8();
    assert_eq!(photo.pixels.dimensions(), expected.dimensions(), "{name}");
    let off: Vec<u8> = photo.pixels.iter().zip(expected.iter()).map(|(a, b)| a.abs_diff(*b)).collect();
    let mean = off.iter().map(|off| f64::from(*off)).sum::<f64>() / off.len() as f64;
    assert!(off.iter().all(|off| *off <= worst) && mean < 0.7, "{name}: {:?}, mean {mean}", off.iter().max());
}

#[test]
fn jpeg_files_with_scans_of_single_components_and_rare_samplings_look_as_in_pillow() {
    for name in [
        "444_3_scans",
        "422_3_scans",
        "440_3_scans",
        "420_3_scans",
        "420_2_scans",
        "411_3_scans",
        "finer_chroma_3_scans",
        "finer_chroma_progressive",
        "thirds_3_scans",
    ] {
        assert_alike(&format!("{name}.jpg"), &format!("{name}.png"), 4);
    }
}

#[test]
fn all_common_kinds_of_tiff_look_as_in_pillow() {
    let colours = "big big_other_byte_order planar_tiles planar_strips deep_differences float_differences \
                   extra_channel alpha packed reversed reversed_lzw";
    colours.split_whitespace().for_each(|name| assert_alike(&format!("{name}.tiff"), "waves.png", 0));
    let greys = "grey_of_32_bits grey_of_32_bits_low grey_signed grey_float grey_float_255 grey_from_white grey_alpha";
    greys.split_whitespace().for_each(|name| assert_alike(&format!("{name}.tiff"), "grey.png", 0));
    let bits = "bits bits_reversed fax3 fax3_filled fax3_two fax3_two_filled fax4 fax4_reversed fax_lines";
    bits.split_whitespace().for_each(|name| assert_alike(&format!("{name}.tiff"), "bits.png", 0));
    for (name, worst) in [
        ("palette", 0),
        ("premultiplied", 0),
        ("inks", 1),
        ("ycbcr", 1),
        ("jpeg_ycbcr", 4),
        ("jpeg_tiles", 4),
        ("jpeg_rgb", 2),
    ] {
        assert_alike(&format!("{name}.tiff"), &format!("{name}.png"), worst);
    }
}

#[test]
fn a_whole_jpeg_file_opens_without_the_marker_of_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.jpg");
    for name in ["baseline.jpg", "progressive.jpg", "restarts.jpg", "kinds/420_3_scans.jpg"] {
        let whole = std::fs::read(made(name)).unwrap();
        let end = whole.len() - 2;
        let expected = Photo::open(&made(name)).unwrap();
        for filled in [0, 700] {
            std::fs::write(&path, [&whole[..end], &vec![0; filled]].concat()).unwrap();
            let photo = Photo::open(&path).unwrap_or_else(|error| panic!("{error}"));
            let off = photo.pixels.iter().zip(expected.pixels.iter()).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(off <= Some(4), "{name}: {off:?}");
        }
        for cut in [6, 30, 60] {
            for filled in [0, 700] {
                std::fs::write(&path, [&whole[..end - cut], &vec![0; filled]].concat()).unwrap();
                let error = Photo::open(&path).unwrap_err().to_string();
                assert!(error.contains("incomplete"), "{name} without {cut} bytes: {error}");
            }
        }
    }
}

#[test]
fn an_orientation_of_four_bytes_counts() {
    let mut bytes = std::fs::read(made("lying.jpg")).unwrap();
    let short = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
    let at = bytes.windows(12).position(|entry| entry == short).expect("the orientation");
    bytes[at..at + 12].copy_from_slice(&[0x01, 0x12, 0, 4, 0, 0, 0, 1, 0, 0, 0, 6]);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.jpg");
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(Photo::open(&path).unwrap().pixels, Photo::open(&made("lying.jpg")).unwrap().pixels);
}

#[test]
fn photos_stand_upright_in_memory_only() {
    assert_near("lying.jpg", FIELDS, 4);
    for name in ["lying.png", "lying.webp", "lying.tiff"] {
        assert_near(name, FIELDS, 0);
    }
}

#[test]
fn colours_with_a_profile_become_those_that_people_see() {
    for name in ["p3.png", "adobe_rgb.png"] {
        assert_near(name, FIELDS, 3);
    }
    for name in ["p3.jpg", "adobe_rgb.jpg"] {
        assert_near(name, FIELDS, 6);
    }
}

#[test]
fn a_damaged_profile_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.png");
    let mut encoder = png::Encoder::with_info(std::fs::File::create(&path).unwrap(), {
        let mut info = png::Info::with_size(1, 1);
        info.color_type = png::ColorType::Rgb;
        info.icc_profile = Some(b"no profile".as_slice().into());
        info
    })
    .unwrap();
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header().unwrap().write_image_data(&[1, 2, 3]).unwrap();
    assert_eq!(Photo::open(&path).unwrap().pixels.get_pixel(0, 0).0, [1, 2, 3]);
}

/// A picture that went through a file.
fn reopened(picture: impl Into<DynamicImage>, extension: &str) -> Photo {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a").with_extension(extension);
    picture.into().save(&path).unwrap();
    Photo::open(&path).unwrap()
}

#[test]
fn deep_channels_are_rounded() {
    let all = |x: u32, y: u32| (y * 256 + x) as u16;
    let rounded = |value: u16| ((u32::from(value) * 255 + 32767) / 65535) as u8;
    let grey = ImageBuffer::from_fn(256, 256, |x, y| Luma([all(x, y)]));
    let colour = ImageBuffer::from_fn(256, 256, |x, y| Rgb([all(x, y), !all(x, y), 0]));
    for extension in ["png", "tiff"] {
        let photo = reopened(grey.clone(), extension);
        assert!(photo.pixels.enumerate_pixels().all(|(x, y, p)| p.0 == [rounded(all(x, y)); 3]));
        let photo = reopened(colour.clone(), extension);
        let expected = |x, y| [rounded(all(x, y)), rounded(!all(x, y)), 0];
        assert!(photo.pixels.enumerate_pixels().all(|(x, y, p)| p.0 == expected(x, y)));
    }
}

#[test]
fn transparency_is_dropped_and_the_colours_behind_it_stay() {
    for alpha in [0, 9, 255] {
        let rgba = RgbaImage::from_pixel(3, 2, Rgba([10, 20, 30, alpha]));
        let grey = ImageBuffer::from_pixel(3, 2, LumaA([200u8, alpha]));
        let deep = ImageBuffer::from_pixel(3, 2, Rgba([0x0a0a, 0x1414, 0x1e1e, u16::from(alpha)]));
        for extension in ["png", "webp", "tiff"] {
            let photo = reopened(rgba.clone(), extension);
            assert_eq!(photo.pixels.get_pixel(2, 1).0, [10, 20, 30], "{extension}");
        }
        assert_eq!(reopened(grey, "png").pixels.get_pixel(0, 1).0, [200; 3]);
        assert_eq!(reopened(deep, "png").pixels.get_pixel(0, 1).0, [10, 20, 30]);
    }
}

/// What is said about a file with this content.
fn complaint(name: &str, content: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    let began = Instant::now();
    let error = Photo::open(&path).unwrap_err().to_string();
    assert!(began.elapsed() < Duration::from_secs(5), "{name} took {:?}", began.elapsed());
    assert!(error.contains(name), "{error}");
    error
}

#[test]
fn formats_that_are_not_read_are_named_with_a_way_out() {
    let media = |brands: &[u8]| {
        let length = (8 + brands.len()) as u32;
        [&length.to_be_bytes(), b"ftyp".as_slice(), brands, &[0; 64]].concat()
    };
    let arithmetic = std::fs::read(made("kinds/arithmetic.jpg")).unwrap();
    for (name, content, word) in [
        ("phone.heic", &*media(b"heic\0\0\0\0mif1heic"), "HEIC"),
        ("phone.jpg", &media(b"mif1\0\0\0\0mif1heic"), "HEIC"),
        ("small.avif", &media(b"avif\0\0\0\0avifmif1"), "AVIF"),
        ("clip.jpg", &media(b"isom\0\0\0\0isom"), "a video"),
        ("new.jxl", b"\xff\x0a0123456789", "JPEG XL"),
        ("arithmetic.jpg", &arithmetic, "JPEG of an unusual kind (arithmetic coding)"),
    ] {
        let error = complaint(name, content);
        assert!(error.contains(word) && error.contains("save it as JPEG or PNG"), "{error}");
    }
    // A film that is none, or without the program for films.
    let error = complaint("clip.mp4", &media(b"isom\0\0\0\0isom"));
    assert!(error.contains("`ffmpeg`"), "{error}");
}

#[test]
fn numbers_that_are_no_shades_are_shown_from_the_lowest_to_the_highest() {
    for name in ["kinds/heights.tiff", "kinds/counts.tiff"] {
        let photo = Photo::open(&made(name)).unwrap_or_else(|error| panic!("{error}"));
        let shades = || photo.pixels.pixels().map(|pixel| pixel.0[0]);
        assert_eq!((shades().min(), shades().max()), (Some(0), Some(255)), "{name}");
        assert!(photo.samples.is_some_and(|samples| samples.is_deep()), "{name}");
    }
}

#[test]
fn a_12_bit_picture_is_not_black_and_its_window_can_be_set() {
    let dir = tempfile::tempdir().unwrap();
    for extension in ["tif", "png"] {
        let path = dir.path().join("cells").with_extension(extension);
        let low = ImageBuffer::from_fn(64, 64, |x, y| Luma([(y * 64 + x) as u16]));
        low.save(&path).unwrap();
        let photo = Photo::open(&path).unwrap();
        let seen = [(0, 0), (0, 32), (63, 63)].map(|(x, y)| photo.pixels.get_pixel(x, y).0);
        assert!(seen[0] == [0; 3] && seen[1][0].abs_diff(128) <= 1 && seen[2] == [255; 3], "{seen:?}");
        let window = Some(Window { black: 0.0, white: 65535.0 });
        let whole = Photo::open_as(&path, &Rendering { window, ..Rendering::default() }).unwrap();
        assert_eq!(whole.pixels.get_pixel(63, 63).0, [16; 3], "the whole range is nearly black");
        assert_eq!(whole.fingerprint, photo.fingerprint);
    }
}

#[test]
fn only_pictures_that_hold_more_than_8_bits_keep_samples() {
    let samples = |name: &str| Photo::open(&made(name)).unwrap().samples;
    for name in [
        "plain.png",
        "plain.tiff",
        "grey.tiff",
        "palette.tiff",
        "cmyk.tiff",
        "baseline.jpg",
        "kinds/alpha.tiff",
    ] {
        assert!(samples(name).is_none(), "{name}");
    }
    for (name, channels) in [("deep.tiff", 3), ("float_grey.tiff", 1), ("kinds/extra_channel.tiff", 4)] {
        assert_eq!(samples(name).map(|samples| samples.channels()), Some(channels), "{name}");
    }
}

#[test]
fn each_page_of_a_file_is_a_photo() {
    let file = made("kinds/pages.tiff");
    assert_eq!(pages(&file).unwrap(), 3);
    assert_eq!(pages(&made("plain.png")).unwrap(), 1);
    for (page, (reference, stem)) in
        [("waves.png", "pages"), ("grey.png", "pages_page2"), ("bits.png", "pages_page3")]
            .into_iter()
            .enumerate()
    {
        let path = page_path(&file, page);
        let photo = Photo::open(&path).unwrap();
        let expected = image::open(made(&format!("kinds/{reference}"))).unwrap().into_rgb8();
        assert!(*photo.pixels == expected, "page {page}");
        assert_eq!((photo.pages, photo.file(), photo.stem()), (3, file.clone(), stem.to_owned()));
        let identity = PhotoIdentity::of(&path).unwrap();
        assert_eq!((identity.size, identity.fingerprint), ((27, 19), photo.fingerprint));
        assert_eq!(Session::path_for(&path), made(&format!("kinds/{}.tinsel.json", photo.file_name())));
    }
    for (path, pages) in [(page_path(&file, 3), 3), (page_path(&made("plain.png"), 1), 1)] {
        let errors = [Photo::open(&path).unwrap_err(), PhotoIdentity::of(&path).unwrap_err()];
        for error in errors.map(|error| error.to_string()) {
            assert!(error.contains("does not exist: the last page of the file is number"), "{error}");
            assert!(error.ends_with(&pages.to_string()), "{error}");
        }
    }
}

#[test]
fn channels_are_shown_as_grey_or_as_colours() {
    let open = |channels| {
        let rendering = Rendering { channels, ..Rendering::default() };
        Photo::open_as(&made("kinds/channels.tiff"), &rendering).unwrap().pixels
    };
    let picture = |name: &str| image::open(made(name)).unwrap().into_rgb8();
    assert!(*open(None) == picture("kinds/grey.png"), "the first one");
    let waves = open(Some(Channels::Rgb([Some(1), Some(2), Some(3)])));
    assert!(*waves == picture("kinds/waves.png"));
    let last = open(Some(Channels::Grey(4)));
    assert!(last.pixels().zip(open(None).pixels()).all(|(a, b)| a.0[0] == 255 - b.0[0]));
}

/// A PNG chunk.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = !0u32;
    for byte in kind.iter().chain(data) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    [&(data.len() as u32).to_be_bytes(), kind.as_slice(), data, &(!crc).to_be_bytes()].concat()
}

fn png(width: u32, height: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let end = chunk(b"IEND", &[]);
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunks.concat(), end].concat()
}

/// Zeros, compressed a thousand times.
fn zeros(megabytes: usize) -> Vec<u8> {
    let mut file = std::io::Cursor::new(vec![]);
    let mut encoder = png::Encoder::new(&mut file, 1 << 20, megabytes as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    for _ in 0..megabytes {
        stream.write_all(&vec![0; 1 << 20]).unwrap();
    }
    stream.finish().unwrap();
    writer.finish().unwrap();
    let bytes = file.into_inner();
    let mut data = vec![];
    let mut at = 8;
    while at < bytes.len() {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        if &bytes[at + 4..at + 8] == b"IDAT" {
            data.extend(&bytes[at + 8..at + 8 + length]);
        }
        at += 12 + length;
    }
    data
}

#[test]
fn small_files_that_claim_to_be_huge_are_refused() {
    let empty = chunk(b"IDAT", &[]);
    let gif = b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;";
    let bmp = {
        let mut file = std::fs::read(made("plain.bmp")).unwrap();
        file[18..22].copy_from_slice(&50_000u32.to_le_bytes());
        file[22..26].copy_from_slice(&50_000u32.to_le_bytes());
        file
    };
    let jpeg = {
        let mut file = std::fs::read(made("grey.jpg")).unwrap();
        let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        file[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
        file
    };
    for (name, content) in [
        ("wide.png", png(100_000, 1, std::slice::from_ref(&empty))),
        ("large.png", png(59_000, 59_000, std::slice::from_ref(&empty))),
        ("large.gif", gif.to_vec()),
        ("large.ppm", b"P6 50000 50000 255\n".to_vec()),
        ("large.bmp", bmp),
        ("large.jpg", jpeg),
    ] {
        let error = complaint(name, &content);
        assert!(error.contains("too large") && error.contains("at most 500 megapixels"), "{error}");
    }
    let error = complaint("line.png", &png(4_000_000_000, 1, &[empty]));
    assert!(error.contains("too large"), "{error}");
    // Metadata of a small picture that unpacks to a thousand times its size.
    let profile = [b"p\0\0".as_slice(), &zeros(300)].concat();
    assert!(profile.len() < 1 << 20, "{} bytes", profile.len());
    let pixel = zeros(1);
    let bomb = png(1, 1, &[chunk(b"iCCP", &profile), chunk(b"IDAT", &pixel)]);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("profile.png"), bomb).unwrap();
    let before = peak_mb();
    // Whether it opens without its profile is the decoder's affair; that it takes no memory is ours.
    let _ = Photo::open(&dir.path().join("profile.png"));
    assert!(peak_mb() < before + 200, "{} MB", peak_mb() - before);
}

/// The most memory that this process has held.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).map_or(0, |kb| kb >> 10)
}

#[test]
fn a_folder_of_ten_thousand_photos_is_listed_at_once() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..10_000 {
        std::fs::write(dir.path().join(format!("img{i}.jpg")), b"").unwrap();
        std::fs::write(dir.path().join(format!("img{i}.jpg.tinsel.json")), b"").unwrap();
    }
    let began = Instant::now();
    let photos = photos_in(dir.path()).unwrap();
    let beside = photos_beside(&dir.path().join("img777.jpg"));
    println!("10000 photos listed twice in {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!((photos.len(), &photos[9_999]), (10_000, &dir.path().join("img9999.jpg")));
    assert_eq!(beside, photos);
}

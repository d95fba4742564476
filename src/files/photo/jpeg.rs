//! JPEG: choosing the decoder that reads a file correctly, and naming what neither reads.
//!
//! The fast decoder reads the files of cameras. It misreads sequential images with separate scans for the
//! components, and some rare samplings; the slower decoder reads these, and is tested against libjpeg.

use std::io::{Cursor, Read};

use image::codecs::jpeg::JpegDecoder;
use image::{ColorType, ImageDecoder, ImageError, ImageFormat, ImageResult, Limits};
use jpeg_decoder::{ColorTransform, PixelFormat};

use super::trouble;

/// A decoder that reads this file correctly.
///
/// # Errors
/// The file has an unsupported kind, or its headers are damaged or incomplete.
pub(super) fn decoder<'a>(bytes: &'a [u8]) -> ImageResult<Box<dyn ImageDecoder + 'a>> {
    let headers = Headers::of(bytes);
    if let Some(kind) = headers.unsupported() {
        return Err(trouble::unsupported(ImageFormat::Jpeg, kind));
    }
    if !headers.ends && !headers.has_all_coefficients() {
        return Err(damaged("the file ends too early"));
    }
    if headers.ends && headers.is_common() {
        return Ok(Box::new(JpegDecoder::new(Cursor::new(bytes))?));
    }
    Ok(Box::new(Careful::new(bytes, &headers)?))
}

fn damaged(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ImageError {
    trouble::damaged(ImageFormat::Jpeg, cause)
}

/// A decoded JPEG stream, with one to four channels.
pub(super) struct Channels {
    pub size: (usize, usize),
    pub count: usize,
    /// The channels of each pixel, row by row.
    pub samples: Vec<u8>,
}

/// Decodes a stream that is part of another file. Three channels are converted from YCbCr to RGB, or else not
/// changed.
pub(super) fn channels(stream: impl Read, is_ycbcr: bool, max_bytes: usize) -> ImageResult<Channels> {
    let mut decoder = jpeg_decoder::Decoder::new(stream);
    decoder.read_info().map_err(refusal)?;
    let info = decoder.info().ok_or_else(|| damaged("it has no frame"))?;
    let is_inks = match info.pixel_format {
        PixelFormat::L8 | PixelFormat::RGB24 => false,
        PixelFormat::CMYK32 => true,
        PixelFormat::L16 => {
            return Err(trouble::unsupported(ImageFormat::Jpeg, "more than 8 bits per channel"));
        }
    };
    decoder.set_color_transform(match (is_inks, is_ycbcr) {
        (true, _) => ColorTransform::CMYK,
        (false, true) => ColorTransform::YCbCr,
        (false, false) => ColorTransform::RGB,
    });
    let pixels = usize::from(info.width) * usize::from(info.height);
    if pixels * info.pixel_format.pixel_bytes() > max_bytes {
        return Err(trouble::too_large());
    }
    let mut samples = decoder.decode().map_err(refusal)?;
    if is_inks {
        // The decoder inverts them.
        samples.iter_mut().for_each(|sample| *sample = 255 - *sample);
    }
    let size = (info.width.into(), info.height.into());
    Ok(Channels { size, count: info.pixel_format.pixel_bytes(), samples })
}

struct Component {
    id: u8,
    /// Samples per unit, across and down.
    sampling: (u8, u8),
}

struct Scan {
    /// The ids of its components.
    components: Vec<u8>,
    /// Its first and last coefficient.
    band: (u8, u8),
    /// How many of their lowest bits are left to later scans.
    low: u8,
}

/// The segments of a file, as far as they could be parsed.
#[derive(Default)]
struct Headers {
    /// The N of the frame's marker SOFN.
    process: Option<u8>,
    precision: u8,
    height: u16,
    components: Vec<Component>,
    scans: Vec<Scan>,
    is_jfif: bool,
    /// The colour transform that Adobe's segment names.
    adobe: Option<u8>,
    is_hierarchical: bool,
    /// Whether the end marker exists.
    ends: bool,
}

impl Headers {
    fn of(bytes: &[u8]) -> Self {
        let mut headers = Self::default();
        let mut at = 2;
        while let Some(skipped) = bytes.get(at..).and_then(next_marker) {
            at += skipped;
            let marker = bytes[at + 1];
            at += 2;
            match marker {
                0xd9 => {
                    headers.ends = true;
                    break;
                }
                // Markers without a segment: restarts, and one for private use.
                0x01 | 0xd0..=0xd8 => continue,
                _ => {}
            }
            let Some(&[high, low]) = bytes.get(at..at + 2) else { break };
            let length = usize::from(u16::from_be_bytes([high, low])).max(2);
            let segment = bytes.get(at + 2..at + length).unwrap_or_default();
            headers.take(marker, segment);
            at += length;
        }
        headers
    }

    fn take(&mut self, marker: u8, segment: &[u8]) {
        match (marker, segment) {
            (
                0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf,
                [precision, h0, h1, _, _, _, rest @ ..],
            ) if self.process.is_none() => {
                self.process = Some(marker - 0xc0);
                self.precision = *precision;
                self.height = u16::from_be_bytes([*h0, *h1]);
                let component = |c: &[u8]| Component { id: c[0], sampling: (c[1] >> 4, c[1] & 15) };
                self.components = rest.chunks_exact(3).map(component).collect();
            }
            (0xda, [count, rest @ ..]) => {
                let (components, rest) = rest.split_at((2 * usize::from(*count)).min(rest.len()));
                let components = components.chunks_exact(2).map(|c| c[0]).collect();
                if let [first, last, bits] = *rest {
                    self.scans.push(Scan { components, band: (first, last), low: bits & 15 });
                }
            }
            (0xde, _) => self.is_hierarchical = true,
            (0xe0, [b'J', b'F', b'I', b'F', 0, ..]) => self.is_jfif = true,
            (0xee, [b'A', b'd', b'o', b'b', b'e', _, _, _, _, _, _, transform, ..]) => {
                self.adobe = Some(*transform);
            }
            _ => {}
        }
    }

    /// The name of its kind, if no decoder here supports it.
    fn unsupported(&self) -> Option<&'static str> {
        match self.process? {
            9..=11 | 13..=15 => Some("arithmetic coding"),
            3 | 7 => Some("lossless coding"),
            _ if self.is_hierarchical => Some("hierarchical coding"),
            5..=6 => Some("hierarchical coding"),
            _ if self.precision != 8 => Some("more than 8 bits per channel"),
            _ if self.height == 0 => Some("a height that is given at its end"),
            _ if !matches!(self.components.len(), 1 | 3 | 4) => Some("an unusual number of channels"),
            _ => None,
        }
    }

    /// Whether every bit of every coefficient is in some scan. The last scan may still be incomplete.
    fn has_all_coefficients(&self) -> bool {
        let sequential = self.process != Some(2);
        let comes = |id: u8, k: u8| {
            self.scans.iter().any(|scan| {
                let (first, last) = scan.band;
                scan.components.contains(&id) && (sequential || (first..=last).contains(&k) && scan.low == 0)
            })
        };
        self.process.is_some() && self.components.iter().all(|c| (0..64).all(|k| comes(c.id, k)))
    }

    /// Whether the fast decoder reads it correctly.
    fn is_common(&self) -> bool {
        let together = self.scans.iter().all(|scan| scan.components.len() == self.components.len());
        let finest = self.components.first().map_or((0, 0), |c| c.sampling);
        let plain = |c: &Component| {
            let (x, y) = c.sampling;
            x.is_power_of_two() && y.is_power_of_two() && x <= finest.0 && y <= finest.1
        };
        // It derives the colours from the ids even if JFIF says otherwise.
        let named_rgb = self.components.iter().map(|c| c.id).eq(*b"RGB");
        (together || self.process == Some(2))
            && self.components.iter().all(plain)
            && !(named_rgb && self.is_jfif)
    }

    /// The colour space of the components, by the rules of libjpeg.
    fn transform(&self) -> ColorTransform {
        let ids: Vec<u8> = self.components.iter().map(|c| c.id).collect();
        match (self.components.len(), self.adobe) {
            (1, _) => ColorTransform::Grayscale,
            (3, _) if self.is_jfif => ColorTransform::YCbCr,
            (3, Some(0)) => ColorTransform::RGB,
            (3, None) if ids == *b"RGB" => ColorTransform::RGB,
            (3, _) => ColorTransform::YCbCr,
            (_, Some(2)) => ColorTransform::YCCK,
            (_, _) => ColorTransform::CMYK,
        }
    }
}

/// The number of bytes before the next marker. Pixel data contains no markers: there, a zero follows 0xff.
fn next_marker(bytes: &[u8]) -> Option<usize> {
    bytes.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff))
}

/// A decoder for the rare kinds, including files without an end marker.
struct Careful<'a> {
    bytes: &'a [u8],
    ends: bool,
    transform: ColorTransform,
    info: jpeg_decoder::ImageInfo,
    icc: Option<Vec<u8>>,
    exif: Option<Vec<u8>>,
}

/// The endings for a file without an end. Zeros and ones alternate in the second, so that no pixel code
/// begins both.
const ENDS: [[u8; 18]; 2] = [end(0), end(0xaa)];

const fn end(fill: u8) -> [u8; 18] {
    let mut end = [fill; 18];
    (end[16], end[17]) = (0xff, 0xd9);
    end
}

impl<'a> Careful<'a> {
    fn new(bytes: &'a [u8], headers: &Headers) -> ImageResult<Self> {
        let mut decoder = jpeg_decoder::Decoder::new(bytes);
        decoder.read_info().map_err(refusal)?;
        let info = decoder.info().ok_or_else(|| damaged("it has no frame"))?;
        let (icc, exif) = (decoder.icc_profile(), decoder.exif_data().map(<[u8]>::to_vec));
        let transform = headers.transform();
        Ok(Self { bytes, ends: headers.ends, transform, info, icc, exif })
    }

    fn pixels(&self, end: &[u8]) -> ImageResult<Vec<u8>> {
        // Padding of the last disk block is not pixel data.
        let filled = self.bytes.iter().rev().take_while(|byte| **byte == 0).count();
        let kept = if self.ends { self.bytes.len() } else { self.bytes.len() - filled };
        let mut decoder = jpeg_decoder::Decoder::new(self.bytes[..kept].chain(end));
        decoder.set_color_transform(self.transform);
        decoder.decode().map_err(refusal)
    }
}

impl ImageDecoder for Careful<'_> {
    fn dimensions(&self) -> (u32, u32) {
        (self.info.width.into(), self.info.height.into())
    }

    fn color_type(&self) -> ColorType {
        match self.info.pixel_format {
            PixelFormat::L8 => ColorType::L8,
            _ => ColorType::Rgb8,
        }
    }

    fn icc_profile(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.icc.clone())
    }

    fn exif_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.exif.clone())
    }

    fn set_limits(&mut self, limits: Limits) -> ImageResult<()> {
        let (width, height) = self.dimensions();
        limits.check_dimensions(width, height)?;
        // In addition to the pixels, it stores a plane of each component, and coefficients of two bytes.
        let needed = 4 * u64::from(width) * u64::from(height) * self.info.pixel_format.pixel_bytes() as u64;
        match limits.max_alloc {
            Some(most) if needed > most => Err(trouble::too_large()),
            _ => Ok(()),
        }
    }

    fn read_image(self, buf: &mut [u8]) -> ImageResult<()> {
        let pixels = match self.ends {
            true => self.pixels(&[])?,
            false => {
                // The file is complete if its end makes no difference.
                let [one, other] = ENDS.map(|end| self.pixels(&end));
                match (one, other) {
                    (Ok(one), Ok(other)) if one == other => one,
                    _ => return Err(damaged("the file ends too early")),
                }
            }
        };
        if self.info.pixel_format != PixelFormat::CMYK32 {
            buf.copy_from_slice(&pixels);
            return Ok(());
        }
        for (rgb, cmyk) in buf.chunks_exact_mut(3).zip(pixels.chunks_exact(4)) {
            rgb.copy_from_slice(&rgb_of_inks([cmyk[0], cmyk[1], cmyk[2], cmyk[3]]));
        }
        Ok(())
    }

    fn read_image_boxed(self: Box<Self>, buf: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buf)
    }
}

/// Converts CMYK to RGB without a profile.
pub(super) fn rgb_of_inks([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    let white = 255 - u32::from(k);
    [c, m, y].map(|ink| (((255 - u32::from(ink)) * white + 127) / 255) as u8)
}

fn refusal(error: jpeg_decoder::Error) -> ImageError {
    match error {
        jpeg_decoder::Error::Io(error) => ImageError::IoError(error),
        jpeg_decoder::Error::Unsupported(kind) => {
            trouble::unsupported(ImageFormat::Jpeg, format!("{kind:?}"))
        }
        other => damaged(other),
    }
}

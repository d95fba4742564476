//! TIFF: strips and tiles, in one or several planes, in either byte and bit order; grey, RGB, CMYK, YCbCr and
//! palettes; 1 to 16 bits, with restrictions 32 and 64; any number of channels; pages.
//!
//! Missing fields of an image have the default values of the specification.

mod chunk;
mod directory;
mod fax;
mod planes;
#[cfg(test)]
mod tests;

use std::io::Read;

use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageError, ImageFormat, ImageResult, Limits};

use self::chunk::Compression;
use self::directory::Directory;
use super::jpeg::{self, rgb_of_inks};
use super::trouble;

pub use self::directory::{is_tiff, pages};

fn unsupported(kind: impl Into<String>) -> ImageError {
    trouble::unsupported(ImageFormat::Tiff, kind)
}

fn damaged(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ImageError {
    trouble::damaged(ImageFormat::Tiff, cause)
}

/// Numbers of the fields.
mod tag {
    pub const SUBFILE_TYPE: u16 = 254;
    pub const OLD_SUBFILE_TYPE: u16 = 255;
    pub const WIDTH: u16 = 256;
    pub const HEIGHT: u16 = 257;
    pub const BITS: u16 = 258;
    pub const COMPRESSION: u16 = 259;
    pub const PHOTOMETRIC: u16 = 262;
    pub const FILL_ORDER: u16 = 266;
    pub const STRIP_OFFSETS: u16 = 273;
    pub const ORIENTATION: u16 = 274;
    pub const SAMPLES: u16 = 277;
    pub const ROWS_PER_STRIP: u16 = 278;
    pub const STRIP_BYTES: u16 = 279;
    pub const PLANES: u16 = 284;
    pub const FAX_OPTIONS: u16 = 292;
    pub const PREDICTOR: u16 = 317;
    pub const PALETTE: u16 = 320;
    pub const TILE_WIDTH: u16 = 322;
    pub const TILE_HEIGHT: u16 = 323;
    pub const TILE_OFFSETS: u16 = 324;
    pub const TILE_BYTES: u16 = 325;
    pub const SUB_PICTURES: u16 = 330;
    pub const INKS: u16 = 332;
    pub const EXTRA: u16 = 338;
    pub const SAMPLE_FORMAT: u16 = 339;
    pub const JPEG_TABLES: u16 = 347;
    pub const YCBCR_COEFFICIENTS: u16 = 529;
    pub const YCBCR_SUBSAMPLING: u16 = 530;
    pub const REFERENCE_BLACK_WHITE: u16 = 532;
    pub const ICC: u16 = 34675;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colours {
    WhiteIsZero,
    BlackIsZero,
    Rgb,
    Palette,
    Inks,
    YCbCr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Unsigned,
    Signed,
    Float,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Predictor {
    None,
    Differences,
    FloatDifferences,
}

/// How samples are converted to shades from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    /// The maximum of their bits is white.
    Bits,
    /// They already are such shades.
    Shades,
    /// From 0 to 1.
    Unit,
}

/// An image of a file.
pub struct Tiff<'a> {
    bytes: &'a [u8],
    directory: Directory<'a>,
    width: u32,
    height: u32,
    colours: Colours,
    number: Number,
    bits: usize,
    /// Samples per pixel, in all planes.
    samples: usize,
    /// Which of them is the opacity.
    alpha: Option<usize>,
    /// Whether the colours are premultiplied by alpha.
    is_premultiplied: bool,
    is_planar: bool,
    compression: Compression,
    predictor: Predictor,
    bits_are_reversed: bool,
    /// Lumas for each chroma, across and down.
    subsampling: (usize, usize),
    /// Width and height of strips or tiles.
    chunk: (u32, u32),
    /// Position and size of each in the file.
    places: Vec<(usize, usize)>,
    palette: Vec<[u8; 3]>,
}

/// The values of an image with one channel, row by row.
pub struct Indices {
    pub values: Vec<u32>,
    /// The largest value that the file can store.
    pub white: u32,
    /// Colours of the values; empty for shades of grey.
    pub palette: Vec<[u8; 3]>,
}

/// More channels are rejected.
const MAX_CHANNELS: usize = 64;
/// A tile of more bytes is rejected: it may claim any size.
const MAX_TILE_BYTES: u64 = 256 << 20;

impl<'a> Tiff<'a> {
    /// Interprets the fields of the first page.
    ///
    /// # Errors
    /// The image has an unsupported kind, or its fields contradict each other.
    pub fn new(bytes: &'a [u8]) -> ImageResult<Self> {
        Self::page(bytes, 0)
    }

    /// As [`Tiff::new`], for a page counted from 0.
    ///
    /// # Errors
    /// See there; the page does not exist.
    pub fn page(bytes: &'a [u8], page: usize) -> ImageResult<Self> {
        let directory = Directory::read(bytes, page).ok_or_else(|| damaged("its fields cannot be found"))?;
        let field = |tag, default| directory.number(tag).unwrap_or(default);
        let side = |tag| u32::try_from(field(tag, 0)).map_err(|_| trouble::too_large());
        let (width, height) = (side(tag::WIDTH)?, side(tag::HEIGHT)?);
        if width == 0 || height == 0 {
            return Err(damaged("it has no pixels"));
        }
        if is_raw(bytes, &directory) {
            return Err(unsupported("raw camera data"));
        }
        let colours = match field(tag::PHOTOMETRIC, 0) {
            0 => Colours::WhiteIsZero,
            1 => Colours::BlackIsZero,
            2 => Colours::Rgb,
            3 => Colours::Palette,
            5 => Colours::Inks,
            6 => Colours::YCbCr,
            8..=10 => return Err(unsupported("Lab colours")),
            32844 | 32845 => return Err(unsupported("logarithmic luminance")),
            other => return Err(unsupported(format!("colour type {other}"))),
        };
        let compression = Compression::of(field(tag::COMPRESSION, 1), field(tag::FAX_OPTIONS, 0))?;
        let samples = field(tag::SAMPLES, 1) as usize;
        let all = |tag| directory.numbers(tag).take(samples.min(64)).collect::<Vec<u64>>();
        let depths = all(tag::BITS);
        let bits = depths.first().map_or(1, |bits| *bits as usize);
        if depths.iter().any(|depth| *depth as usize != bits) {
            return Err(unsupported("channels of different depths"));
        }
        let formats = all(tag::SAMPLE_FORMAT);
        let number = match formats.first() {
            Some(first) if formats.iter().any(|format| format != first) => {
                return Err(unsupported("channels of different types"));
            }
            None | Some(1 | 4) => Number::Unsigned,
            Some(2) => Number::Signed,
            Some(3) => Number::Float,
            _ => return Err(unsupported("complex numbers")),
        };
        let extra: Vec<u64> = directory.numbers(tag::EXTRA).take(64).collect();
        let colour_samples = colours.samples();
        let plain = samples.checked_sub(extra.len());
        // Some files do not declare their alpha channel, and some with many channels do not declare any.
        let may_have_more = matches!(colours, Colours::Rgb | Colours::BlackIsZero | Colours::WhiteIsZero);
        let fits =
            plain == Some(colour_samples) || extra.is_empty() && may_have_more && samples > colour_samples;
        if !fits || samples > MAX_CHANNELS {
            return Err(unsupported(format!("{samples} channels")));
        }
        let declared = extra.iter().position(|kind| matches!(kind, 1 | 2)).map(|i| colour_samples + i);
        let undeclared = (extra.is_empty() && (colours, samples) == (Colours::Rgb, 4)).then_some(3);
        let predictor = match field(tag::PREDICTOR, 1) {
            _ if matches!(compression, Compression::Jpeg | Compression::Fax(_)) => Predictor::None,
            1 => Predictor::None,
            2 if matches!(bits, 8 | 16 | 32 | 64) => Predictor::Differences,
            3 if number == Number::Float => Predictor::FloatDifferences,
            other => return Err(unsupported(format!("predictor number {other}"))),
        };
        let is_planar = field(tag::PLANES, 1) == 2;
        let subsampling = match (colours, compression) {
            (Colours::YCbCr, Compression::Jpeg) => (1, 1),
            (Colours::YCbCr, _) => {
                let factors: Vec<u64> = directory.numbers(tag::YCBCR_SUBSAMPLING).take(2).collect();
                let factor = |i: usize| factors.get(i).map_or(2, |factor| *factor as usize);
                (factor(0), factor(1))
            }
            _ => (1, 1),
        };
        let tiff = Self {
            palette: if colours == Colours::Palette { palette(&directory, bits)? } else { vec![] },
            is_premultiplied: extra.first() == Some(&1),
            bits_are_reversed: field(tag::FILL_ORDER, 1) == 2 && compression != Compression::Jpeg,
            chunk: (width, height),
            places: vec![],
            bytes,
            width,
            height,
            colours,
            number,
            bits,
            samples,
            alpha: declared.or(undeclared),
            is_planar,
            compression,
            predictor,
            subsampling,
            directory,
        };
        tiff.check_kind()?;
        tiff.with_chunks()
    }

    /// The name of a valid combination that is not supported.
    fn check_kind(&self) -> ImageResult<()> {
        let plain = matches!(self.bits, 8 | 16 | 32 | 64);
        let readable = match self.number {
            Number::Unsigned => (1..=16).contains(&self.bits) || self.bits == 32,
            Number::Signed => plain && self.bits <= 32,
            Number::Float => plain && self.bits >= 16,
        };
        if !readable {
            let kind = match self.number {
                Number::Unsigned => "whole",
                Number::Signed => "signed",
                Number::Float => "floating-point",
            };
            return Err(unsupported(format!("{kind} numbers of {} bits", self.bits)));
        }
        let is_deep = self.number != Number::Unsigned || self.bits > 16;
        match self.colours {
            Colours::WhiteIsZero if is_deep => {
                return Err(unsupported(format!("numbers of {} bits with 0 as white", self.bits)));
            }
            Colours::Palette if is_deep || self.bits > 8 => {
                return Err(unsupported(format!("a palette of {} bits", self.bits)));
            }
            Colours::YCbCr if is_deep || self.bits != 8 => {
                return Err(unsupported(format!("YCbCr of {} bits", self.bits)));
            }
            Colours::Inks if self.directory.number(tag::INKS).is_some_and(|inks| inks != 1) => {
                return Err(unsupported("inks other than CMYK"));
            }
            _ => {}
        }
        let (across, down) = self.subsampling;
        if !matches!((across, down), (1 | 2 | 4, 1 | 2 | 4)) {
            return Err(unsupported(format!("YCbCr with {across}x{down} subsampling")));
        }
        let is_subsampled = (across, down) != (1, 1);
        if is_subsampled && (self.is_planar || self.predictor != Predictor::None || self.samples != 3) {
            return Err(unsupported("subsampled YCbCr in planes"));
        }
        if matches!(self.compression, Compression::Fax(_)) && (self.bits, self.samples) != (1, 1) {
            return Err(unsupported("fax compression of more than black and white"));
        }
        if self.compression == Compression::Jpeg && self.bits != 8 {
            return Err(unsupported("JPEG compression of more than 8 bits"));
        }
        Ok(())
    }

    fn with_chunks(mut self) -> ImageResult<Self> {
        let is_tiled = self.directory.has(tag::TILE_OFFSETS);
        let side = |tag, default: u32| match self.directory.number(tag) {
            Some(side) => u32::try_from(side).unwrap_or(u32::MAX),
            None => default,
        };
        self.chunk = match is_tiled {
            true => (side(tag::TILE_WIDTH, 0), side(tag::TILE_HEIGHT, 0)),
            false => (self.width, side(tag::ROWS_PER_STRIP, self.height).min(self.height)),
        };
        let (width, height) = (u64::from(self.chunk.0), u64::from(self.chunk.1));
        if width == 0 || height == 0 {
            return Err(damaged("its strips or tiles have no size"));
        }
        let pixels = width.checked_mul(height).ok_or_else(trouble::too_large)?;
        if is_tiled && pixels.saturating_mul((self.samples * self.sample_bytes()) as u64) > MAX_TILE_BYTES {
            return Err(trouble::too_large());
        }
        let (offsets, lengths) = match is_tiled {
            true => (tag::TILE_OFFSETS, tag::TILE_BYTES),
            false => (tag::STRIP_OFFSETS, tag::STRIP_BYTES),
        };
        let (across, down) = self.grid();
        let planes = if self.is_planar { self.samples } else { 1 };
        let count = across.saturating_mul(down).saturating_mul(planes);
        if self.directory.numbers(offsets).len() < count {
            return Err(damaged("some of its strips or tiles are missing"));
        }
        let numbers = |tag| {
            let number = |number| usize::try_from(number).unwrap_or(usize::MAX);
            self.directory.numbers(tag).take(count).map(number).collect::<Vec<usize>>()
        };
        // Without lengths, as in old files, and for uncompressed pixels, the end of the file is the limit.
        let lengths = if self.compression == Compression::None { vec![] } else { numbers(lengths) };
        let lengths = lengths.into_iter().chain(std::iter::repeat(usize::MAX));
        self.places = numbers(offsets).into_iter().zip(lengths).collect();
        Ok(self)
    }

    /// Strips or tiles across and down.
    fn grid(&self) -> (usize, usize) {
        (self.width.div_ceil(self.chunk.0) as usize, self.height.div_ceil(self.chunk.1) as usize)
    }

    /// Bytes of an unpacked sample.
    fn sample_bytes(&self) -> usize {
        self.bits.div_ceil(8)
    }

    /// Bytes of an unpacked pixel.
    fn pixel_bytes(&self) -> usize {
        self.samples * self.sample_bytes()
    }

    /// Image rows in a row of chunks.
    fn rows(&self, down: usize) -> usize {
        let before = down as u64 * u64::from(self.chunk.1);
        (u64::from(self.height) - before).min(self.chunk.1.into()) as usize
    }

    /// The pixels of a chunk, at full chunk width and clipped to the image's height; samples with the lowest
    /// byte first.
    fn pixels(&self, across: usize, down: usize) -> ImageResult<Vec<u8>> {
        let (columns, lines) = self.grid();
        let index = down * columns + across;
        let rows = self.rows(down);
        if !self.is_planar {
            return self.plane(index, rows, self.samples);
        }
        let bytes = self.sample_bytes();
        let mut pixels = vec![0; self.chunk.0 as usize * rows * self.pixel_bytes()];
        for plane in 0..self.samples {
            let samples = self.plane(index + plane * columns * lines, rows, 1)?;
            let of_pixels = pixels.chunks_exact_mut(self.pixel_bytes());
            for (pixel, sample) in of_pixels.zip(samples.chunks_exact(bytes)) {
                pixel[plane * bytes..][..bytes].copy_from_slice(sample);
            }
        }
        Ok(pixels)
    }

    /// One plane, or all in one, of a chunk.
    fn plane(&self, index: usize, rows: usize, samples: usize) -> ImageResult<Vec<u8>> {
        let (at, length) = self.places[index];
        let data = self.bytes.get(at..).ok_or_else(|| damaged("some of its strips or tiles are missing"))?;
        let data = &data[..length.min(data.len())];
        let width = self.chunk.0 as usize;
        if self.compression == Compression::Jpeg {
            return self.jpeg(data, rows, samples);
        }
        let reversed: Vec<u8>;
        let data = if self.bits_are_reversed {
            reversed = data.iter().map(|byte| byte.reverse_bits()).collect();
            &reversed
        } else {
            data
        };
        let (lumas_across, lumas_down) = self.subsampling;
        if self.subsampling != (1, 1) {
            let row_bytes = width.div_ceil(lumas_across) * (lumas_across * lumas_down + 2);
            let units = chunk::unpack(data, self.compression, (width, rows.div_ceil(lumas_down)), row_bytes)?;
            return Ok(chunk::spread_chroma(&units, (width, rows), self.subsampling));
        }
        let row_bytes = (width * samples * self.bits).div_ceil(8);
        let mut plain = chunk::unpack(data, self.compression, (width, rows), row_bytes)?;
        let bytes = self.sample_bytes();
        if !self.bits.is_multiple_of(8) {
            return Ok(chunk::unpack_bits(&plain, row_bytes, width * samples, self.bits));
        }
        if self.directory.is_big_endian && self.predictor != Predictor::FloatDifferences {
            plain.chunks_exact_mut(bytes).for_each(<[u8]>::reverse);
        }
        for row in plain.chunks_exact_mut(row_bytes) {
            match self.predictor {
                Predictor::None => break,
                Predictor::Differences => chunk::undo_differences(row, samples, bytes),
                Predictor::FloatDifferences => chunk::undo_float_differences(row, samples, bytes),
            }
        }
        Ok(plain)
    }

    /// Decodes a chunk that is a JPEG stream; its tables may be in a field.
    fn jpeg(&self, data: &[u8], rows: usize, samples: usize) -> ImageResult<Vec<u8>> {
        const START: [u8; 2] = [0xff, 0xd8];
        const END: [u8; 2] = [0xff, 0xd9];
        let tables = self.directory.blob(tag::JPEG_TABLES).unwrap_or_default();
        let tables = tables.strip_prefix(&START).unwrap_or(tables);
        let tables = tables.strip_suffix(&END).unwrap_or(tables);
        let body = data.strip_prefix(&START).unwrap_or(data);
        let width = self.chunk.0 as usize;
        let stream = START.chain(tables).chain(body);
        let max_bytes = usize::try_from(MAX_TILE_BYTES).unwrap_or(usize::MAX).max(width * rows * samples);
        let found = jpeg::channels(stream, self.is_converted_by_jpeg(), max_bytes)?;
        if found.count != samples || found.size.0 < width || found.size.1 < rows {
            return Err(damaged("one of its JPEG streams has a different size"));
        }
        let row = found.size.0 * samples;
        Ok(found
            .samples
            .chunks_exact(row)
            .take(rows)
            .flat_map(|row| &row[..width * samples])
            .copied()
            .collect())
    }

    /// Whether the JPEG streams yield RGB.
    fn is_converted_by_jpeg(&self) -> bool {
        self.compression == Compression::Jpeg && self.colours == Colours::YCbCr && !self.is_planar
    }

    /// All colour samples in the part of a chunk inside the image.
    fn each_value(&self, mut see: impl FnMut(f64)) -> ImageResult<()> {
        let (bytes, colours) = (self.sample_bytes(), self.colours.samples());
        self.each_row(|_, _, row| {
            for pixel in row.chunks_exact(self.pixel_bytes()) {
                pixel.chunks_exact(bytes).take(colours).for_each(|sample| see(self.value(sample)));
            }
        })
    }

    /// Calls `f` with x, y and the pixels of each row of each chunk, clipped to the image.
    fn each_row(&self, mut see: impl FnMut(usize, usize, &[u8])) -> ImageResult<()> {
        let (columns, lines) = self.grid();
        let pixel = self.pixel_bytes();
        for (down, across) in (0..lines).flat_map(|down| (0..columns).map(move |across| (down, across))) {
            let pixels = self.pixels(across, down)?;
            let (x, y) = (across * self.chunk.0 as usize, down * self.chunk.1 as usize);
            let wide = (self.chunk.0 as usize).min(self.width as usize - x);
            for (i, row) in pixels.chunks_exact(self.chunk.0 as usize * pixel).enumerate() {
                see(x, y + i, &row[..wide * pixel]);
            }
        }
        Ok(())
    }

    /// A sample as a number.
    fn value(&self, sample: &[u8]) -> f64 {
        let mut eight = [0; 8];
        eight[..sample.len()].copy_from_slice(sample);
        let bits = u64::from_le_bytes(eight);
        match (self.number, sample.len()) {
            (Number::Unsigned, _) => bits as f64,
            (Number::Signed, 1) => f64::from(bits as i8),
            (Number::Signed, 2) => f64::from(bits as i16),
            (Number::Signed, _) => f64::from(bits as i32),
            (Number::Float, 2) => f64::from(half::f16::from_bits(bits as u16)),
            (Number::Float, 4) => f64::from(f32::from_bits(bits as u32)),
            (Number::Float, _) => f64::from_bits(bits),
        }
    }

    /// How samples are converted to shades. For numbers without a fixed range, the content of the image
    /// decides.
    ///
    /// # Errors
    /// Neither interpretation fits.
    fn scale(&self) -> ImageResult<Scale> {
        if self.number == Number::Unsigned && self.bits <= 16 {
            return Ok(Scale::Bits);
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut is_finite = true;
        self.each_value(|value| {
            is_finite &= value.is_finite();
            (low, high) = (low.min(value), high.max(value));
        })?;
        let is_float = self.number == Number::Float;
        match () {
            () if !is_finite || low < 0.0 => {}
            () if is_float && high <= 1.0 => return Ok(Scale::Unit),
            // Above 1 and yet dark is most likely unbounded light.
            () if high <= 255.0 && (!is_float || high >= 32.0) => return Ok(Scale::Shades),
            // Darker images are counts or measurements.
            () if self.number == Number::Unsigned && high >= f64::from(1u32 << 31) => return Ok(Scale::Bits),
            () => {}
        }
        let kind = if is_float { "floating-point" } else { "whole" };
        let range = if is_finite { format!("from {low} to {high}") } else { "without limit".into() };
        Err(unsupported(format!("{kind} numbers of {} bits {range}, which are not shades", self.bits)))
    }

    /// A sample as a shade.
    fn shade(&self, sample: &[u8], scale: Scale) -> u8 {
        match (scale, sample) {
            (Scale::Bits, [value]) if self.bits == 8 => *value,
            (Scale::Bits, _) => {
                let most = (1u64 << self.bits) - 1;
                ((self.value(sample) as u64 * 255 + most / 2) / most) as u8
            }
            (Scale::Shades, _) => self.value(sample) as u8,
            (Scale::Unit, _) => (self.value(sample) * 255.0).round() as u8,
        }
    }

    /// The pixels of an image with one channel of whole numbers: shades of grey, with 0 as black, or palette
    /// indices. `None` for other images.
    ///
    /// # Errors
    /// The data is damaged.
    pub fn indices(&self) -> ImageResult<Option<Indices>> {
        let is_index = matches!(self.colours, Colours::Palette | Colours::BlackIsZero | Colours::WhiteIsZero);
        if !is_index || self.samples != 1 || self.number != Number::Unsigned {
            return Ok(None);
        }
        let white = u32::MAX >> (32 - self.bits);
        let flip = if self.colours == Colours::WhiteIsZero { white } else { 0 };
        let mut values = vec![0; self.width as usize * self.height as usize];
        self.each_row(|x, y, row| {
            let to = &mut values[y * self.width as usize + x..];
            let from = row.chunks_exact(self.pixel_bytes()).map(|sample| self.value(sample) as u32 ^ flip);
            to.iter_mut().zip(from).for_each(|(to, value)| *to = value);
        })?;
        Ok(Some(Indices { values, white, palette: self.palette.clone() }))
    }

    /// A converter from shades of YCbCr to RGB, with the coefficients and the range of the file.
    fn rgb_of_ycbcr(&self) -> impl Fn([u8; 3]) -> [u8; 3] {
        let numbers = |tag, default: &[f64]| {
            let found = self.directory.fractions(tag);
            let usable = found.len() == default.len() && found.iter().all(|number| number.is_finite());
            if usable { found } else { default.to_vec() }
        };
        let luma = numbers(tag::YCBCR_COEFFICIENTS, &[0.299, 0.587, 0.114]);
        let range = numbers(tag::REFERENCE_BLACK_WHITE, &[0.0, 255.0, 128.0, 255.0, 128.0, 255.0]);
        move |[y, cb, cr]| {
            let coded = |value: u8, i: usize, full: f64| {
                (f64::from(value) - range[2 * i]) * full / (range[2 * i + 1] - range[2 * i])
            };
            let (y, cb, cr) = (coded(y, 0, 255.0), coded(cb, 1, 127.0), coded(cr, 2, 127.0));
            let (r, b) = (cr * (2.0 - 2.0 * luma[0]) + y, cb * (2.0 - 2.0 * luma[2]) + y);
            let g = (y - luma[2] * b - luma[0] * r) / luma[1];
            [r, g, b].map(|channel| channel.round() as u8)
        }
    }
}

impl Colours {
    /// Colour samples per pixel.
    fn samples(self) -> usize {
        match self {
            Self::WhiteIsZero | Self::BlackIsZero | Self::Palette => 1,
            Self::Rgb | Self::YCbCr => 3,
            Self::Inks => 4,
        }
    }
}

/// Whether the image is the preview of a raw camera file.
fn is_raw(bytes: &[u8], directory: &Directory) -> bool {
    const DNG_VERSION: u16 = 50706;
    let is_preview = directory.number(tag::SUBFILE_TYPE).is_some_and(|kind| kind & 1 == 1);
    let is_of_sensor = matches!(directory.number(tag::PHOTOMETRIC), Some(32803 | 34892));
    let is_cr2 = bytes.get(8..10) == Some(b"CR") && directory.number(tag::COMPRESSION) == Some(6);
    is_of_sensor || is_cr2 || is_preview && (directory.has(DNG_VERSION) || directory.has(tag::SUB_PICTURES))
}

fn palette(directory: &Directory, bits: usize) -> ImageResult<Vec<[u8; 3]>> {
    let count = 1usize << bits.min(16);
    let levels: Vec<u64> = directory.numbers(tag::PALETTE).take(3 * count).collect();
    if levels.len() < 3 * count {
        return Err(damaged("its palette is missing or too short"));
    }
    // 16 bits, but some files have 8.
    let shift = if levels.iter().all(|level| *level < 256) { 0 } else { 8 };
    let level = |i: usize| (levels[i] >> shift) as u8;
    Ok((0..count).map(|i| [level(i), level(count + i), level(2 * count + i)]).collect())
}

impl Tiff<'_> {
    /// Whether the pixels have an opacity, which is not decoded. In planes it is taken for a further channel.
    pub fn has_opacity(&self) -> bool {
        self.alpha.is_some() && !self.is_planar
    }
}

impl ImageDecoder for Tiff<'_> {
    fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn color_type(&self) -> ColorType {
        match self.colours {
            Colours::WhiteIsZero | Colours::BlackIsZero => ColorType::L8,
            _ => ColorType::Rgb8,
        }
    }

    fn icc_profile(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.directory.blob(tag::ICC).map(<[u8]>::to_vec))
    }

    fn orientation(&mut self) -> ImageResult<Orientation> {
        let number = self.directory.number(tag::ORIENTATION).and_then(|number| u8::try_from(number).ok());
        Ok(number.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms))
    }

    fn set_limits(&mut self, limits: Limits) -> ImageResult<()> {
        limits.check_dimensions(self.width, self.height)?;
        // A strip may be the whole image, once unpacked and once in its planes.
        let strip = 2 * u64::from(self.chunk.0) * u64::from(self.chunk.1) * self.pixel_bytes() as u64;
        match limits.max_alloc {
            Some(most) if strip > most => Err(trouble::too_large()),
            _ => Ok(()),
        }
    }

    fn read_image(self, buf: &mut [u8]) -> ImageResult<()> {
        let scale = self.scale()?;
        let (bytes, colour_samples) = (self.sample_bytes(), self.colours.samples());
        let out_bytes = usize::from(self.color_type().bytes_per_pixel());
        let rgb_of_ycbcr = self.rgb_of_ycbcr();
        let is_rgb = self.is_converted_by_jpeg();
        self.each_row(|x, y, row| {
            let out = &mut buf[(y * self.width as usize + x) * out_bytes..];
            for (pixel, out) in row.chunks_exact(self.pixel_bytes()).zip(out.chunks_exact_mut(out_bytes)) {
                let sample = |i: usize| &pixel[i * bytes..][..bytes];
                let shade = |i: usize| self.shade(sample(i), scale);
                match self.colours {
                    Colours::BlackIsZero => out[0] = shade(0),
                    Colours::WhiteIsZero => out[0] = 255 - shade(0),
                    Colours::Palette => out.copy_from_slice(&self.palette[usize::from(pixel[0])]),
                    Colours::YCbCr if !is_rgb => {
                        out.copy_from_slice(&rgb_of_ycbcr([shade(0), shade(1), shade(2)]));
                    }
                    Colours::Rgb | Colours::YCbCr => (0..3).for_each(|i| out[i] = shade(i)),
                    Colours::Inks => {
                        out.copy_from_slice(&rgb_of_inks([shade(0), shade(1), shade(2), shade(3)]));
                    }
                }
                if self.is_premultiplied && matches!(self.colours, Colours::Rgb | Colours::BlackIsZero) {
                    let alpha = u32::from(shade(colour_samples));
                    out.iter_mut().for_each(|shade| {
                        *shade = (u32::from(*shade) * 255).checked_div(alpha).unwrap_or(0).min(255) as u8;
                    });
                }
            }
        })
    }

    fn read_image_boxed(self: Box<Self>, buf: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buf)
    }
}

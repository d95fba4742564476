//! The content of an embedding's file: little-endian numbers.
//!
//! `TINSELEM`, the version, the photo's width and height and the number of maps, each 32 bits; then
//! for each map the number of its axes, 32 bits, their lengths, 64 bits, and its values, float32; at
//! the end the CRC-32 of all before.

use crate::sam::{Encoded, Map};

const MAGIC: [u8; 8] = *b"TINSELEM";
/// Raise this when the format changes, or the encoder's results for the same pixels.
pub const VERSION: u32 = 2;
/// The largest magnitude in half precision, which networks are also made for.
const MAX_VALUE: f32 = 65_504.0;

/// The encoder's output for a photo.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// Width and height of the photo, or of its part, in pixels.
    pub photo_size: (u32, u32),
    /// The shapes of the encoder's maps.
    pub shapes: &'a [Vec<usize>],
}

impl Form<'_> {
    /// The size of a file in bytes; `None` if it overflows.
    pub fn bytes(&self) -> Option<u64> {
        let numbers = |count: usize, size: usize| count.checked_mul(size);
        let map = |shape: &Vec<usize>| {
            let values = shape.iter().try_fold(1, |product: usize, length| numbers(product, *length))?;
            numbers(values, size_of::<f32>())?.checked_add(size_of::<u32>() + shape.len() * size_of::<u64>())
        };
        // The magic number, four numbers and the checksum are around the maps.
        let around = MAGIC.len() + 5 * size_of::<u32>();
        self.shapes.iter().try_fold(around, |sum, shape| sum.checked_add(map(shape)?))?.try_into().ok()
    }
}

/// The content of a file.
pub fn bytes(encoded: &Encoded) -> Vec<u8> {
    let values: usize = encoded.maps.iter().map(|map| map.values.len()).sum();
    let mut out = Vec::with_capacity(values * size_of::<f32>() + 1024);
    let (width, height) = encoded.photo_size;
    out.extend(MAGIC);
    for number in [VERSION, width, height, encoded.maps.len() as u32] {
        out.extend(number.to_le_bytes());
    }
    for Map { shape, values } in &encoded.maps {
        out.extend((shape.len() as u32).to_le_bytes());
        shape.iter().for_each(|length| out.extend((*length as u64).to_le_bytes()));
        let start = out.len();
        out.resize(start + size_of_val(&values[..]), 0);
        for (to, value) in out[start..].as_chunks_mut::<4>().0.iter_mut().zip(values) {
            *to = value.to_le_bytes();
        }
    }
    let checksum = crc32fast::hash(&out);
    out.extend(checksum.to_le_bytes());
    out
}

/// Parses the content of a file; `None` if it is damaged, of another version, or not a possible encoder
/// output.
pub fn parse(bytes: &[u8], form: Form) -> Option<Encoded> {
    let (content, checksum) = bytes.split_last_chunk()?;
    if crc32fast::hash(content) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let mut reader = Reader(content);
    if reader.take::<8>()? != MAGIC || reader.number()? != VERSION {
        return None;
    }
    let photo_size = (reader.number()?, reader.number()?);
    if photo_size != form.photo_size || reader.number()? as usize != form.shapes.len() {
        return None;
    }
    let maps = form.shapes.iter().map(|shape| reader.map(shape)).collect::<Option<_>>()?;
    reader.0.is_empty().then_some(Encoded { photo_size, maps })
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// A map of this shape.
    fn map(&mut self, shape: &[usize]) -> Option<Map> {
        if self.number()? as usize != shape.len() {
            return None;
        }
        for length in shape {
            if u64::from_le_bytes(self.take()?) != *length as u64 {
                return None;
            }
        }
        let count = shape.iter().try_fold(1usize, |product, length| product.checked_mul(*length))?;
        let (values, rest) = self.0.split_at_checked(count.checked_mul(size_of::<f32>())?)?;
        self.0 = rest;
        let values: Vec<f32> = values.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        // This also rejects NaN.
        let is_possible = values.iter().all(|value| value.abs() <= MAX_VALUE);
        is_possible.then(|| Map { shape: shape.to_vec(), values })
    }
}

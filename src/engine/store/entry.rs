//! The content of an embedding's file: little-endian numbers.
//!
//! `TINSELEM`, the version, the photo's width and height and the number of maps, each 32 bits; then
//! for each map the number of its axes, 32 bits, their lengths, 64 bits, and its values, float32; at
//! the end the CRC-32 of all before.

use crate::sam2::{Encoded, Map};

const MAGIC: [u8; 8] = *b"TINSELEM";
/// To be raised when the format changes, or what the encoder computes for the same pixels.
pub const VERSION: u32 = 2;
/// Files that are larger are no embeddings.
pub const MAX_BYTES: u64 = 1 << 30;
const MOST_MAPS: u32 = 16;
const MOST_AXES: u32 = 8;

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

/// What a file holds; `None` if it is damaged or of another version.
pub fn parse(bytes: &[u8]) -> Option<Encoded> {
    let (content, checksum) = bytes.split_last_chunk()?;
    if crc32fast::hash(content) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let mut reader = Reader(content);
    if reader.take::<8>()? != MAGIC || reader.number()? != VERSION {
        return None;
    }
    let photo_size = (reader.number()?, reader.number()?);
    let count = reader.number().filter(|count| *count <= MOST_MAPS)?;
    let maps = (0..count).map(|_| reader.map()).collect::<Option<_>>()?;
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

    fn map(&mut self) -> Option<Map> {
        let axes = self.number().filter(|axes| *axes <= MOST_AXES)?;
        let length = |reader: &mut Self| usize::try_from(u64::from_le_bytes(reader.take()?)).ok();
        let shape: Vec<usize> = (0..axes).map(|_| length(self)).collect::<Option<_>>()?;
        let count = shape.iter().try_fold(1usize, |product, length| product.checked_mul(*length))?;
        let (values, rest) = self.0.split_at_checked(count.checked_mul(size_of::<f32>())?)?;
        self.0 = rest;
        let values = values.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Some(Map { shape, values })
    }
}

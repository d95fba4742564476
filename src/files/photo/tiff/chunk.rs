//! Strips and tiles: unpacking them to plain samples.

use std::io::Read;

use image::ImageResult;

use super::fax::{self, Coding};
use super::{damaged, unsupported};

/// The compression of a chunk's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Fax(Coding),
    Lzw,
    Jpeg,
    Deflate,
    PackBits,
}

impl Compression {
    /// # Errors
    /// The number belongs to an unsupported compression. `options` are those of Group 3.
    pub fn of(number: u64, options: u64) -> ImageResult<Self> {
        const UNCOMPRESSED_MODE: u64 = 2;
        Ok(match number {
            1 => Self::None,
            2 => Self::Fax(Coding::Bytes),
            3 | 4 if options & UNCOMPRESSED_MODE != 0 => {
                return Err(unsupported("uncompressed parts in fax compression"));
            }
            3 if options & 1 == 1 => Self::Fax(Coding::Two),
            3 => Self::Fax(Coding::One),
            4 => Self::Fax(Coding::Four),
            5 => Self::Lzw,
            7 => Self::Jpeg,
            8 | 32946 => Self::Deflate,
            32773 => Self::PackBits,
            6 => return Err(unsupported("old-style JPEG compression")),
            34887 => return Err(unsupported("LERC compression")),
            34925 => return Err(unsupported("LZMA compression")),
            33003 | 33005 | 34712 => return Err(unsupported("JPEG 2000 compression")),
            50000 => return Err(unsupported("Zstandard compression")),
            50001 => return Err(unsupported("WebP compression")),
            50002 => return Err(unsupported("JPEG XL compression")),
            other => return Err(unsupported(format!("compression number {other}"))),
        })
    }
}

/// Unpacks the first `rows` rows of `row_bytes` bytes each, with `width` pixels per row. Not for JPEG.
///
/// # Errors
/// The data is damaged or ends too early.
pub(super) fn unpack(
    data: &[u8],
    compression: Compression,
    (width, rows): (usize, usize),
    row_bytes: usize,
) -> ImageResult<Vec<u8>> {
    let length = row_bytes * rows;
    let mut unpacked = vec![];
    match compression {
        Compression::None => unpacked.extend_from_slice(&data[..length.min(data.len())]),
        Compression::Fax(coding) => unpacked = fax::decode(data, width, rows, coding).map_err(damaged)?,
        Compression::Lzw => {
            use weezl::{BitOrder, decode::Decoder};
            // Very old files have reversed codes, as the first one shows.
            let order = match data {
                [0, second, ..] if second & 1 == 1 => BitOrder::Lsb,
                _ => BitOrder::Msb,
            };
            let mut decoder = Decoder::with_tiff_size_switch(order, 8);
            lzw(&mut decoder, data, length, &mut unpacked);
        }
        Compression::Deflate => {
            let decoder = flate2::read::ZlibDecoder::new(data);
            // The data before the damage is kept: it may be all that is needed.
            let _ = decoder.take(length as u64).read_to_end(&mut unpacked);
        }
        Compression::PackBits => pack_bits(data, length, &mut unpacked),
        Compression::Jpeg => {}
    }
    if unpacked.len() < length {
        return Err(damaged("its data is damaged or ends too early"));
    }
    unpacked.truncate(length);
    Ok(unpacked)
}

fn lzw(decoder: &mut weezl::decode::Decoder, mut data: &[u8], length: usize, unpacked: &mut Vec<u8>) {
    let mut part = vec![0; 1 << 16];
    while unpacked.len() < length {
        let result = decoder.decode_bytes(data, &mut part);
        data = &data[result.consumed_in..];
        unpacked.extend_from_slice(&part[..result.consumed_out]);
        if !matches!(result.status, Ok(weezl::LzwStatus::Ok)) {
            return;
        }
    }
}

fn pack_bits(mut data: &[u8], length: usize, unpacked: &mut Vec<u8>) {
    while let ([head, rest @ ..], true) = (data, unpacked.len() < length) {
        data = rest;
        match (*head as i8, rest) {
            (-128, _) => {}
            (head @ 0.., _) => {
                let (literal, rest) = rest.split_at((head as usize + 1).min(rest.len()));
                unpacked.extend_from_slice(literal);
                data = rest;
            }
            (head, [byte, rest @ ..]) => {
                unpacked.resize(unpacked.len() + 1 + usize::from(head.unsigned_abs()), *byte);
                data = rest;
            }
            (_, []) => return,
        }
    }
}

/// Undoes horizontal prediction: samples as differences to the previous pixel. Samples have `bytes` bytes,
/// the lowest first.
pub(super) fn undo_differences(row: &mut [u8], samples: usize, bytes: usize) {
    let stride = samples * bytes;
    for at in (stride..row.len()).step_by(bytes) {
        let mut carry = 0;
        for at in at..row.len().min(at + bytes) {
            let sum = u16::from(row[at]) + u16::from(row[at - stride]) + carry;
            (row[at], carry) = (sum as u8, sum >> 8);
        }
    }
}

/// The same for floating-point numbers, which are also split: all highest bytes come first, then all second
/// ones, and so on. The result has whole numbers, the lowest byte first.
pub(super) fn undo_float_differences(row: &mut [u8], samples: usize, bytes: usize) {
    for at in samples..row.len() {
        row[at] = row[at].wrapping_add(row[at - samples]);
    }
    let planes = row.to_vec();
    let count = row.len() / bytes;
    for (i, value) in row.chunks_exact_mut(bytes).enumerate() {
        value.iter_mut().rev().enumerate().for_each(|(plane, byte)| *byte = planes[plane * count + i]);
    }
}

/// Samples of `bits` bits each, packed from the highest bit of each row on, as one byte or two.
pub(super) fn unpack_bits(packed: &[u8], row_bytes: usize, samples: usize, bits: usize) -> Vec<u8> {
    let mut plain = vec![];
    for row in packed.chunks_exact(row_bytes) {
        let (mut held, mut count, mut bytes) = (0u32, 0, row.iter());
        for _ in 0..samples {
            while count < bits {
                held = held << 8 | bytes.next().map_or(0, |byte| u32::from(*byte));
                count += 8;
            }
            count -= bits;
            let value = (held >> count & ((1 << bits) - 1)) as u16;
            plain.extend_from_slice(&value.to_le_bytes()[..bits.div_ceil(8)]);
        }
    }
    plain
}

/// Gives every pixel its own chroma: `data` holds units of `across` x `down` lumas and two chromas.
pub(super) fn spread_chroma(
    data: &[u8],
    (width, rows): (usize, usize),
    (across, down): (usize, usize),
) -> Vec<u8> {
    let (unit, units) = (across * down + 2, width.div_ceil(across));
    let mut plain = Vec::with_capacity(3 * width * rows);
    for y in 0..rows {
        for x in 0..width {
            let unit = &data[unit * (y / down * units + x / across)..][..unit];
            let luma = unit[y % down * across + x % across];
            plain.extend_from_slice(&[luma, unit[across * down], unit[across * down + 1]]);
        }
    }
    plain
}

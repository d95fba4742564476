//! The orientation of a photo.

use image::metadata::Orientation;

/// The orientation in an EXIF block, as SHORT or as LONG: both exist, and Pillow accepts both.
pub(super) fn orientation(exif: &[u8]) -> Option<Orientation> {
    const TAG: u32 = 0x0112;
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let is_big = match exif.get(..4)? {
        b"II*\0" => false,
        b"MM\0*" => true,
        _ => return None,
    };
    let number = |at: usize, length: usize| -> Option<u32> {
        let bytes = exif.get(at..at.checked_add(length)?)?.iter();
        let shift = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        Some(if is_big { bytes.fold(0, shift) } else { bytes.rev().fold(0, shift) })
    };
    let directory = number(4, 4)? as usize;
    let entries = number(directory, 2)? as usize;
    let entry = (0..entries).map(|i| directory + 2 + 12 * i).find(|at| number(*at, 2) == Some(TAG))?;
    let length = match number(entry + 2, 2)? {
        3 => 2,
        4 => 4,
        _ => return None,
    };
    Orientation::from_exif(u8::try_from(number(entry + 8, length)?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orientations_of_both_types_and_byte_orders() {
        let big = |kind: u8, value: [u8; 4]| {
            let entry = [&[1, 0x12, 0, kind, 0, 0, 0, 1], &value[..]].concat();
            [&b"MM\0*\0\0\0\x08\0\x02\x01\x0f\0\x02\0\0\0\x01\0\0\0\0"[..], &entry, &[0; 4]].concat()
        };
        assert_eq!(orientation(&big(3, [0, 6, 0, 0])), Some(Orientation::Rotate90));
        assert_eq!(orientation(&big(4, [0, 0, 0, 8])), Some(Orientation::Rotate270));
        assert_eq!(orientation(&big(4, [0, 0, 1, 6])), None, "262 is no orientation");
        assert_eq!(orientation(&big(2, [0, 6, 0, 0])), None);
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x04\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(orientation(little), Some(Orientation::Rotate90));
        assert_eq!(orientation(&[b"Exif\0\0", &little[..]].concat()), Some(Orientation::Rotate90));
        (0..little.len()).for_each(|end| assert_eq!(orientation(&little[..end.min(19)]), None));
    }
}

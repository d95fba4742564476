//! The tags of the images in a TIFF or BigTIFF file.

use std::collections::{HashMap, HashSet};

use super::tag;

/// Fields of an image, by their tags.
pub(super) struct Directory<'a> {
    bytes: &'a [u8],
    pub is_big_endian: bool,
    fields: HashMap<u16, Field>,
    /// The number of its fields in the file.
    count: usize,
    /// The position of the next image's fields; 0 after the last.
    next: usize,
}

/// Images after this many fields of all are ignored: those of a small file can claim to be any number.
const MAX_FIELDS: usize = 1 << 22;

#[derive(Clone, Copy)]
struct Field {
    kind: u16,
    count: usize,
    /// The position of its values in the file.
    at: usize,
}

/// Bytes of a value by the number of its type: BYTE, ASCII, SHORT, LONG, RATIONAL and so on.
const SIZES: [usize; 19] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/// Whether a file begins like TIFF or BigTIFF.
pub fn is_tiff(bytes: &[u8]) -> bool {
    matches!(bytes.get(..4), Some(b"II*\0" | b"MM\0*" | b"II+\0" | b"MM\0+"))
}

/// The number of pages in a file; 0 if it has no image.
pub fn pages(bytes: &[u8]) -> usize {
    Directory::pages(bytes).count()
}

impl<'a> Directory<'a> {
    /// Follows the header to the fields of a page, counted from 0; a field that lies outside the file counts as
    /// missing.
    pub fn read(bytes: &'a [u8], page: usize) -> Option<Self> {
        Self::pages(bytes).nth(page)
    }

    /// The first image, and those after it that are no smaller copies or masks of others.
    fn pages(bytes: &'a [u8]) -> impl Iterator<Item = Self> {
        let (mut seen, mut fields) = (HashSet::new(), 0);
        // Images that form a circle end the file.
        let images = std::iter::successors(Self::first(bytes), move |image| {
            let next = image.next;
            fields += image.count.max(1);
            (next != 0 && seen.insert(next) && fields < MAX_FIELDS).then(|| Self::at(bytes, next)).flatten()
        });
        let is_page = |(i, image): &(usize, Self)| *i == 0 || image.is_page();
        images.enumerate().filter(is_page).map(|(_, image)| image)
    }

    fn is_page(&self) -> bool {
        const SMALLER_COPY: u64 = 1;
        const MASK: u64 = 4;
        const OLD_SMALLER_COPY: u64 = 2;
        self.has(tag::WIDTH)
            && self.number(tag::SUBFILE_TYPE).unwrap_or(0) & (SMALLER_COPY | MASK) == 0
            && self.number(tag::OLD_SUBFILE_TYPE) != Some(OLD_SMALLER_COPY)
    }

    fn first(bytes: &'a [u8]) -> Option<Self> {
        let header = Self::empty(bytes);
        let (start, word) = if header.is_big_file()? { (8, 8) } else { (4, 4) };
        Self::at(bytes, header.offset(start, word)?)
    }

    fn empty(bytes: &'a [u8]) -> Self {
        let is_big_endian = bytes.first() == Some(&b'M');
        Self { bytes, is_big_endian, fields: HashMap::new(), count: 0, next: 0 }
    }

    fn is_big_file(&self) -> Option<bool> {
        Some(self.uint(2, 2)? == 43)
    }

    /// The image whose fields begin at `start`.
    fn at(bytes: &'a [u8], start: usize) -> Option<Self> {
        let mut directory = Self::empty(bytes);
        // Bytes of an offset, of the count of fields, and of a field.
        let (word, count, entry) = if directory.is_big_file()? { (8, 8, 20) } else { (4, 2, 12) };
        let fields = directory.offset(start, count)?;
        let first = start.checked_add(count)?;
        if fields > bytes.len() / entry {
            return None;
        }
        for i in 0..fields {
            let at = first.checked_add(entry * i)?;
            let (tag, kind) = (directory.uint(at, 2)? as u16, directory.uint(at + 2, 2)? as u16);
            let Some(count) = directory.offset(at + 4, word) else { continue };
            let Some(size) = SIZES.get(usize::from(kind)).filter(|size| **size > 0) else { continue };
            let Some(length) = count.checked_mul(*size) else { continue };
            let inside = at + 4 + word;
            let at = if length <= word { Some(inside) } else { directory.offset(inside, word) };
            let Some(at) = at else { continue };
            if at.checked_add(length).is_some_and(|end| end <= bytes.len()) {
                directory.fields.entry(tag).or_insert(Field { kind, count, at });
            }
        }
        directory.count = fields;
        directory.next = directory.offset(first + entry * fields, word).unwrap_or(0);
        Some(directory)
    }

    pub fn has(&self, tag: u16) -> bool {
        self.fields.contains_key(&tag)
    }

    /// The whole numbers of a field; empty if it is missing or has another type.
    pub fn numbers(&self, tag: u16) -> impl ExactSizeIterator<Item = u64> {
        let whole = |field: &&Field| matches!(field.kind, 1 | 3 | 4 | 13 | 16 | 18);
        let field =
            self.fields.get(&tag).filter(whole).copied().unwrap_or(Field { kind: 1, count: 0, at: 0 });
        let size = SIZES[usize::from(field.kind)];
        (0..field.count).map(move |i| self.uint(field.at + i * size, size).unwrap_or_default())
    }

    /// The first whole number of a field.
    pub fn number(&self, tag: u16) -> Option<u64> {
        self.numbers(tag).next()
    }

    /// The fractions of a field.
    pub fn fractions(&self, tag: u16) -> Vec<f64> {
        const RATIONAL: u16 = 5;
        let Some(field) = self.fields.get(&tag).filter(|field| field.kind == RATIONAL) else { return vec![] };
        let part = |at| self.uint(at, 4).unwrap_or_default() as f64;
        (0..field.count.min(16)).map(|i| field.at + 8 * i).map(|at| part(at) / part(at + 4)).collect()
    }

    /// The bytes of a field.
    pub fn blob(&self, tag: u16) -> Option<&'a [u8]> {
        let field = self.fields.get(&tag).filter(|field| SIZES[usize::from(field.kind)] == 1)?;
        self.bytes.get(field.at..field.at + field.count)
    }

    fn uint(&self, at: usize, size: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(size)?)?.iter();
        let shift = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.is_big_endian { bytes.fold(0, shift) } else { bytes.rev().fold(0, shift) })
    }

    fn offset(&self, at: usize, size: usize) -> Option<usize> {
        self.uint(at, size).and_then(|number| usize::try_from(number).ok())
    }
}

//! The key of an embedding: a hash of everything that it depends on.

use std::fmt;
use std::io::{self, Read};

use image::RgbImage;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::entry;
use crate::mask::PixelBox;

/// Size of a piece in bytes; several pieces are hashed in parallel.
const PIECE: usize = 1 << 20;
/// Bytes of a file in memory at a time.
const BLOCK: usize = 32 * PIECE;

/// The hash of a photo's pixels or of a model's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash([u8; 32]);

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl ContentHash {
    /// Hashes the pixels and the size of a photo, whatever file they come from.
    pub fn of_pixels(photo: &RgbImage) -> Self {
        let mut hash = Sha256::new();
        hash.update(photo.width().to_le_bytes());
        hash.update(photo.height().to_le_bytes());
        add(&mut hash, photo.as_raw());
        Self(hash.finalize().into())
    }

    /// Hashes a model in memory.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        add(&mut hash, bytes);
        Self(hash.finalize().into())
    }

    /// Hashes several contents, in this order.
    ///
    /// # Errors
    /// Reading failed.
    pub fn of_files(contents: impl IntoIterator<Item = impl Read>) -> io::Result<Self> {
        let mut hash = Sha256::new();
        let mut block = Vec::with_capacity(BLOCK);
        for mut content in contents {
            let mut length = 0;
            loop {
                block.clear();
                let count = (&mut content).take(BLOCK as u64).read_to_end(&mut block)?;
                if count == 0 {
                    break;
                }
                length += count as u64;
                add(&mut hash, &block);
            }
            hash.update(length.to_le_bytes());
        }
        Ok(Self(hash.finalize().into()))
    }
}

/// Hashes on all cores: the hash of the hashes of all pieces.
fn add(hash: &mut Sha256, bytes: &[u8]) {
    let pieces: Vec<_> = bytes.par_chunks(PIECE).map(Sha256::digest).collect();
    pieces.iter().for_each(|piece| hash.update(piece));
}

/// Identifies an embedding by everything that it depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EmbeddingKey([u8; 32]);

impl EmbeddingKey {
    /// The key for a photo, or a part of it, and a model whose input has this side.
    pub fn new(photo: ContentHash, part: Option<PixelBox>, model: ContentHash, input_side: usize) -> Self {
        let mut hash = Sha256::new();
        hash.update(entry::VERSION.to_le_bytes());
        // Another version of the program may resize or encode slightly differently.
        hash.update(env!("CARGO_PKG_VERSION"));
        hash.update(photo.0);
        hash.update(model.0);
        hash.update((input_side as u64).to_le_bytes());
        if let Some(PixelBox { x0, y0, x1, y1 }) = part {
            [x0, y0, x1, y1].iter().for_each(|edge| hash.update(edge.to_le_bytes()));
        }
        Self(hash.finalize().into())
    }
}

impl fmt::Display for EmbeddingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..16].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

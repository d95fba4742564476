//! The frames of a sequence.

use std::sync::Arc;

use image::RgbImage;

/// Why a frame cannot be read. The message names it and the cause.
pub type FrameError = Box<dyn std::error::Error + Send + Sync>;

/// A source of frames, which are read when they are needed.
pub trait Frames {
    /// The number of frames.
    fn count(&self) -> usize;

    /// The pixels of a frame, counted from 0. Frames may differ in size.
    ///
    /// # Errors
    /// It cannot be read; the others may.
    fn frame(&mut self, index: usize) -> Result<Arc<RgbImage>, FrameError>;
}

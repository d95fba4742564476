//! Frames that can only be read one after the other, in any order.

use std::collections::VecDeque;
use std::sync::Arc;

use image::RgbImage;

/// Frames one after the other, as long as they can be read.
pub(super) type Stream = Box<dyn Iterator<Item = Result<RgbImage, String>> + Send>;

/// Starts a stream at a frame.
pub(super) type Start = Box<dyn Fn(usize) -> Result<Stream, String> + Send>;

/// Frames that are kept for reading backwards, and the memory that they may take.
const KEPT: usize = 32;
const KEPT_BYTES: usize = 128 << 20;

/// Frames that can only be read one after the other. Reading backwards starts again a little earlier, and keeps
/// the frames in between.
pub(super) struct Reel {
    count: usize,
    start: Start,
    stream: Option<Stream>,
    /// The frame that the stream gives next.
    next: usize,
    /// The last frames with their numbers.
    kept: VecDeque<(usize, Arc<RgbImage>)>,
}

impl Reel {
    pub fn new(count: usize, start: Start) -> Self {
        Self { count, start, stream: None, next: 0, kept: VecDeque::new() }
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// A frame.
    ///
    /// # Errors
    /// It cannot be read; the message does not name the file.
    pub fn frame(&mut self, index: usize) -> Result<Arc<RgbImage>, String> {
        if let Some((_, kept)) = self.kept.iter().find(|(number, _)| *number == index) {
            return Ok(kept.clone());
        }
        if index >= self.count {
            return Err(format!("there is no frame {index}"));
        }
        if self.stream.is_none() || index < self.next {
            let backwards = self.stream.is_some();
            let first = if backwards { (index + 1).saturating_sub(self.room()) } else { index };
            self.kept.clear();
            self.stream = Some((self.start)(first)?);
            self.next = first;
        }
        loop {
            let number = self.next;
            let frame = self.stream.as_mut().and_then(Iterator::next);
            let frame = match frame.unwrap_or_else(|| Err(format!("it ends before frame {index}"))) {
                Ok(frame) => Arc::new(frame),
                Err(cause) => {
                    // Streams do not go on after an error.
                    self.stream = None;
                    return Err(format!("frame {index}: {cause}"));
                }
            };
            self.next += 1;
            self.kept.push_back((number, frame.clone()));
            while self.kept.len() > self.room() {
                self.kept.pop_front();
            }
            if number == index {
                return Ok(frame);
            }
        }
    }

    /// How many frames are kept.
    fn room(&self) -> usize {
        let bytes = self.kept.back().map_or(0, |(_, frame)| frame.as_raw().len());
        KEPT.min(KEPT_BYTES / bytes.max(1)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn frames_come_in_any_order_with_few_starts() {
        let starts: Arc<Mutex<Vec<usize>>> = Arc::default();
        let log = starts.clone();
        let start = move |first: usize| -> Result<Stream, String> {
            log.lock().unwrap().push(first);
            let frames = (first..90).map(|i| Ok(RgbImage::from_pixel(2, 2, image::Rgb([i as u8; 3]))));
            Ok(Box::new(frames))
        };
        let mut reel = Reel::new(100, Box::new(start));
        let mut read = |index: usize| reel.frame(index).map(|frame| usize::from(frame.as_raw()[0]));
        for index in (5..60).chain((0..60).rev()).chain([7, 8, 80]) {
            assert_eq!(read(index), Ok(index));
        }
        let error = read(95).unwrap_err();
        assert!(error.contains("frame 95") && error.contains("ends before"), "{error}");
        assert_eq!((read(89), read(40)), (Ok(89), Ok(40)));
        assert!(read(100).is_err());
        // The last 32 frames were still there, on the way back and after the error.
        assert_eq!(*starts.lock().unwrap(), [5, 0, 40]);
    }
}

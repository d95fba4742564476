//! Animated pictures: GIF, WebP and PNG.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, DynamicImage, Frames, ImageDecoder, ImageFormat, ImageResult, Limits};

use super::SequenceError;
use super::reel::{Reel, Stream};

/// More memory than any frame takes.
const MAX_DECODED_BYTES: u64 = 2 << 30;

/// The frames of an animated picture.
///
/// # Errors
/// It is damaged, or not animated.
pub(super) fn reel(path: &Path, format: ImageFormat) -> Result<Reel, SequenceError> {
    let damaged = |cause: String| SequenceError::Damaged { path: path.into(), cause };
    let single = || SequenceError::SinglePicture { path: path.into() };
    let frames = frames(path, format).map_err(|e| damaged(e.to_string()))?.ok_or_else(single)?;
    let count = frames.take_while(Result::is_ok).count();
    if count < 2 {
        return Err(single());
    }
    let path: PathBuf = path.into();
    Ok(Reel::new(count, Box::new(move |first| stream(&path, format, first))))
}

/// The frames of a file; `None` if it is not animated.
fn frames(path: &Path, format: ImageFormat) -> ImageResult<Option<Frames<'static>>> {
    let file = BufReader::new(File::open(path)?);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    Ok(match format {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(file)?;
            decoder.set_limits(limits)?;
            Some(decoder.into_frames())
        }
        ImageFormat::WebP => {
            let mut decoder = WebPDecoder::new(file)?;
            decoder.set_limits(limits)?;
            decoder.has_animation().then(|| decoder.into_frames())
        }
        _ => {
            let decoder = PngDecoder::with_limits(file, limits)?;
            if decoder.is_apng()? { Some(decoder.apng()?.into_frames()) } else { None }
        }
    })
}

/// Frames from one on. They are decoded on a thread of their own, because decoders cannot move between threads;
/// it ends with the stream.
fn stream(path: &Path, format: ImageFormat, first: usize) -> Result<Stream, String> {
    let (sender, receiver) = sync_channel(0);
    let path: PathBuf = path.into();
    std::thread::spawn(move || {
        let failed = |error: String| Err(format!("{}: {error}", path.display()));
        match frames(&path, format) {
            Ok(Some(frames)) => {
                let frames = frames.skip(first).map(|frame| match frame {
                    Ok(frame) => Ok(DynamicImage::from(frame.into_buffer()).into_rgb8()),
                    Err(error) => failed(error.to_string()),
                });
                frames.map(|frame| sender.send(frame)).take_while(Result::is_ok).for_each(drop);
            }
            // Nobody may listen any more.
            Ok(None) => drop(sender.send(failed("is no longer animated".into()))),
            Err(error) => drop(sender.send(failed(error.to_string()))),
        }
    });
    Ok(Box::new(receiver.into_iter()))
}

#[cfg(test)]
mod tests {
    use image::codecs::gif::GifEncoder;
    use image::{Frame, RgbaImage};

    use super::*;
    use crate::files::sequence::Sequence;
    use crate::tracking::Frames as _;

    fn picture(value: u8) -> RgbaImage {
        RgbaImage::from_fn(9, 7, |x, _| {
            image::Rgba(if x == u32::from(value) { [255; 4] } else { [0, 0, 0, 255] })
        })
    }

    #[test]
    fn the_frames_of_an_animated_gif() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("moving.gif");
        let mut encoder = GifEncoder::new(File::create(&path).unwrap());
        encoder.encode_frames((0..8).map(|i| Frame::new(picture(i)))).unwrap();
        drop(encoder);
        let mut sequence = Sequence::open(&path).unwrap();
        assert_eq!((sequence.name.as_str(), sequence.count()), ("moving", 8));
        assert_eq!(sequence.frames[3].stem, "00003");
        for i in [0, 1, 5, 2, 7, 6] {
            let expected = DynamicImage::from(picture(i)).into_rgb8();
            assert_eq!(*sequence.frame(i.into()).unwrap(), expected, "{i}");
        }
        let mut single = GifEncoder::new(File::create(&path).unwrap());
        single.encode_frame(Frame::new(picture(1))).unwrap();
        drop(single);
        assert!(matches!(Sequence::open(&path), Err(SequenceError::SinglePicture { .. })));
    }

    #[test]
    fn the_frames_of_an_animated_png() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("moving.png");
        let mut encoder = png::Encoder::new(File::create(&path).unwrap(), 9, 7);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_animated(3, 0).unwrap();
        let mut writer = encoder.write_header().unwrap();
        (0..3).for_each(|i| writer.write_image_data(picture(i).as_raw()).unwrap());
        writer.finish().unwrap();
        let mut sequence = Sequence::open(&path).unwrap();
        assert_eq!(sequence.count(), 3);
        for i in [2, 0, 1] {
            let expected = DynamicImage::from(picture(i)).into_rgb8();
            assert_eq!(*sequence.frame(i.into()).unwrap(), expected, "{i}");
        }
    }
}

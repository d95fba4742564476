//! Films, read and written by the program `ffmpeg`.

use std::ffi::OsString;
use std::io::{BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use image::RgbImage;

use super::SequenceError;
use super::reel::{Reel, Stream};

const PROGRAM: &str = "ffmpeg";
/// From this major version on, the option for passing frames through has another name.
const NEW_OPTIONS: u32 = 6;
/// More values than any header line of a picture has.
const MAX_HEADER: usize = 64;
/// Pixels of the largest frame.
const MAX_PIXELS: usize = 1 << 29;

/// The frames of a film.
///
/// # Errors
/// `ffmpeg` is not installed, or cannot decode it.
pub(super) fn reel(path: &Path) -> Result<Reel, SequenceError> {
    let no_film = |cause: String| SequenceError::NoFilm { path: path.into(), cause };
    let version = run(path, &["-version".into()])?;
    let options = passthrough(&String::from_utf8_lossy(&version.stdout));
    let mut arguments = input(path);
    arguments.extend(["-c", "copy", "-f", "null", "-progress", "pipe:1", "-nostats", "-"].map(Into::into));
    let counted = run(path, &arguments)?;
    let count = count(&String::from_utf8_lossy(&counted.stdout));
    if count == 0 || !counted.status.success() {
        return Err(no_film(complaint(&String::from_utf8_lossy(&counted.stderr))));
    }
    let path: PathBuf = path.into();
    Ok(Reel::new(count, Box::new(move |first| stream(&path, first, options))))
}

/// The options before all others, and the film's first track of pictures.
fn input(path: &Path) -> Vec<OsString> {
    // A name may look like an option or an address.
    let mut file: OsString = "file:".into();
    file.push(path);
    let mut arguments: Vec<OsString> = ["-v", "error", "-nostdin", "-i"].map(Into::into).into();
    arguments.push(file);
    arguments.extend(["-map", "0:v:0"].map(Into::into));
    arguments
}

fn run(path: &Path, arguments: &[OsString]) -> Result<Output, SequenceError> {
    Command::new(PROGRAM).args(arguments).stdin(Stdio::null()).output().map_err(|cause| match cause.kind() {
        ErrorKind::NotFound => SequenceError::NoFfmpeg { path: path.into() },
        _ => SequenceError::NoFilm {
            path: path.into(),
            cause: format!("`{PROGRAM}` cannot be started: {cause}"),
        },
    })
}

/// What `ffmpeg` says at the end of its messages.
fn complaint(messages: &str) -> String {
    let last = messages.lines().rev().map(str::trim).find(|line| !line.is_empty());
    last.unwrap_or("it has no frames").to_owned()
}

/// The number of frames in a progress report.
fn count(report: &str) -> usize {
    let frames = report.lines().filter_map(|line| line.strip_prefix("frame="));
    frames.filter_map(|number| number.trim().parse().ok()).next_back().unwrap_or(0)
}

/// How to ask this version not to repeat or drop frames.
fn passthrough(version: &str) -> [&'static str; 2] {
    let number = version.split_whitespace().nth(2).unwrap_or_default().trim_start_matches('n');
    let major = number.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major < NEW_OPTIONS => ["-vsync", "0"],
        _ => ["-fps_mode", "passthrough"],
    }
}

fn stream(path: &Path, first: usize, options: [&str; 2]) -> Result<Stream, String> {
    let mut arguments = input(path);
    arguments.extend(["-vf".into(), format!("select=gte(n\\,{first})").into()]);
    arguments.extend(options.map(Into::into));
    arguments.extend(["-f", "image2pipe", "-c:v", "ppm", "-"].map(Into::into));
    let child = Command::new(PROGRAM)
        .args(&arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.map_err(|e| format!("{}: `{PROGRAM}` cannot be started: {e}", path.display()))?;
    let pictures = child.stdout.take().map(BufReader::new);
    Ok(Box::new(Film { child, pictures, named: path.display().to_string() }))
}

/// A film that is being decoded.
struct Film {
    child: Child,
    pictures: Option<BufReader<ChildStdout>>,
    named: String,
}

impl Iterator for Film {
    type Item = Result<RgbImage, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let picture = read_picture(self.pictures.as_mut()?).transpose()?;
        Some(picture.map_err(|cause| format!("{}: {cause}", self.named)))
    }
}

impl Drop for Film {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes a film with `ffmpeg`, frame by frame.
pub struct FilmWriter {
    child: Child,
    frames: Option<ChildStdin>,
    size: (u32, u32),
}

impl FilmWriter {
    /// Begins a film (MP4) of frames of this size, so many a second.
    ///
    /// # Errors
    /// `ffmpeg` is not installed.
    pub fn new(path: &Path, (width, height): (u32, u32), rate: f32) -> Result<Self, SequenceError> {
        let encoders = run(path, &["-hide_banner".into(), "-encoders".into()])?;
        let has_x264 = String::from_utf8_lossy(&encoders.stdout).contains("libx264");
        let codec: &[&str] = if has_x264 { &["libx264", "-crf", "18"] } else { &["mpeg4", "-q:v", "3"] };
        let mut file: OsString = "file:".into();
        file.push(path);
        let size = format!("{width}x{height}");
        let rate = rate.to_string();
        let child = Command::new(PROGRAM)
            .args([
                "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", &size, "-r", &rate, "-i",
                "-",
            ])
            // Most players show only this kind of pixels, which needs even sides.
            .args(["-an", "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-c:v"])
            .args(codec)
            .arg(file)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let cause = |e: std::io::Error| SequenceError::NoFilm { path: path.into(), cause: e.to_string() };
        let mut child = child.map_err(cause)?;
        let frames = child.stdin.take();
        Ok(Self { child, frames, size: (width, height) })
    }

    /// Width and height of its frames.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// `ffmpeg` has ended, because it cannot write the film.
    pub fn add(&mut self, frame: &RgbImage) -> Result<(), String> {
        let Some(frames) = &mut self.frames else { return Ok(()) };
        frames.write_all(frame.as_raw()).map_err(|_| format!("`{PROGRAM}` cannot write the film"))
    }

    /// Ends the film.
    ///
    /// # Errors
    /// `ffmpeg` cannot write it.
    pub fn finish(mut self) -> Result<(), String> {
        drop(self.frames.take());
        let status = self.child.wait().map_err(|e| e.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("`{PROGRAM}` cannot write the film ({status})")) }
    }
}

impl Drop for FilmWriter {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The next picture in binary PPM; `None` at the end.
fn read_picture(input: &mut impl Read) -> Result<Option<RgbImage>, String> {
    let Some(kind) = word(input)? else { return Ok(None) };
    let mut number = || -> Result<usize, String> {
        word(input)?.and_then(|word| word.parse().ok()).ok_or_else(|| "a frame has no size".into())
    };
    let (width, height, largest) = (number()?, number()?, number()?);
    let pixels = width.checked_mul(height).filter(|pixels| (1..=MAX_PIXELS).contains(pixels));
    let Some(pixels) = pixels.filter(|_| kind == "P6" && largest == 255) else {
        return Err(format!(
            "`{PROGRAM}` gave a frame in an unknown form ({kind} {width}x{height} {largest})"
        ));
    };
    let mut bytes = vec![0; 3 * pixels];
    input.read_exact(&mut bytes).map_err(|_| "the last frame is incomplete".to_owned())?;
    Ok(RgbImage::from_raw(width as u32, height as u32, bytes))
}

/// The next word of a header, and the character after it; `None` at the end.
fn word(input: &mut impl Read) -> Result<Option<String>, String> {
    let mut word = String::new();
    let mut byte = [0];
    loop {
        match input.read(&mut byte) {
            Ok(0) => return Ok(Some(word).filter(|word| !word.is_empty())),
            Ok(_) if byte[0].is_ascii_whitespace() && word.is_empty() => {}
            Ok(_) if byte[0].is_ascii_whitespace() => return Ok(Some(word)),
            Ok(_) if word.len() >= MAX_HEADER => return Err("a frame has no header".into()),
            Ok(_) => word.push(char::from(byte[0])),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_follow_each_other_in_a_pipe() {
        let mut pipe: &[u8] = b"P6\n2 1\n255\nabcdefP6\n1 1\n255\nxyzP6\n3 3\n255\nab";
        let first = read_picture(&mut pipe).unwrap().unwrap();
        assert_eq!((first.dimensions(), &first.as_raw()[..]), ((2, 1), &b"abcdef"[..]));
        assert_eq!(read_picture(&mut pipe).unwrap().unwrap().as_raw(), b"xyz");
        assert!(read_picture(&mut pipe).unwrap_err().contains("incomplete"));
        assert_eq!(read_picture(&mut &b""[..]).unwrap(), None);
        for bad in
            ["P5\n1 1\n255\nabc", "P6\n1 1\n65535\nabc", "P6\n99999 99999\n255\n", "P6\nx", "P6\n0 5\n255\n"]
        {
            assert!(read_picture(&mut bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn versions_and_counts_are_read() {
        assert_eq!(passthrough("ffmpeg version 4.4.2-0ubuntu0 Copyright"), ["-vsync", "0"]);
        for version in ["ffmpeg version 7.1 Copyright", "ffmpeg version n6.0", "ffmpeg version N-1-g12", ""] {
            assert_eq!(passthrough(version)[0], "-fps_mode");
        }
        assert_eq!(count("frame=1\nfps=0\nframe=  287\nprogress=end\n"), 287);
        assert_eq!(count("progress=end\n"), 0);
        assert_eq!(complaint("a\n b: Invalid data found\n\n"), "b: Invalid data found");
        assert_eq!(complaint(""), "it has no frames");
    }
}

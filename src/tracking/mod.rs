//! Following objects through the frames of a sequence.
//!
//! A [`Tracker`] knows the objects and what was said about them: a [`Cue`] on any number of frames each. A [`Run`]
//! answers the cues and follows the objects over frames, one small [`Step`] after the other. Neither owns a
//! thread or a file: frames come from [`Frames`] when they are needed, results are handed out at once, and a run
//! that is dropped loses nothing that was done.
//!
//! With the weights of SAM 2 or EdgeTAM, objects are followed by the network's memory, as by the official
//! predictor for videos: frames are resized with Pillow's bicubic filter on 8 bits, as there and unlike photos,
//! so that masks are the official ones. Other models have no memory. With them, each frame is prompted with the box of the object on
//! the frame before and a point inside it, moved as the object has moved last, with and without the mask;
//! of the answers, the one counts that has the shape of the mask before.
//!
//! What is kept is bounded, however long the sequence: the cues, and for each object its prompted frames and the
//! last few of the followed ones.
//!
//! A frame with a cue is never followed: its answer stays, and steers what is followed after it. Where an object
//! was followed to a frame before a cue was given there, the answer to the cue takes into account what is
//! remembered of it, as a correction.
//!
//! ```no_run
//! use std::path::Path;
//! use std::sync::Arc;
//!
//! use tinsel::files::sequence::Sequence;
//! use tinsel::prompt::{Point, Prompt};
//! use tinsel::sam::Predictor;
//! use tinsel::tracking::{Range, Run, Step, Tracker};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let predictor = Arc::new(Predictor::open(Path::new("sam2.1_hiera_tiny.pt"))?);
//! let mut sequence = Sequence::open(Path::new("burst"))?;
//! let mut tracker = Tracker::new(predictor, sequence.frames.len())?;
//! let click = Point { x: 300.0, y: 180.0, positive: true };
//! tracker.set_cue(1, 0, Prompt { points: vec![click], bbox: None }.into())?;
//! let mut run = Run::new(&tracker, Range::forward())?;
//! loop {
//!     match run.step(&mut tracker, &mut sequence, &())? {
//!         Step::Tracked(found) => println!("frame {}: {} pixels", found.frame, found.mask.area()),
//!         Step::Unreadable { frame, error } => eprintln!("frame {frame}: {error}"),
//!         Step::Working => {}
//!         Step::Done => break,
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod cue;
mod doubt;
mod follower;
mod frames;
mod run;
#[cfg(test)]
mod tests;
mod track;
mod tracker;

pub use crate::sam::memory::Direction;
pub use crate::track::Doubt;
pub use cue::Cue;
pub use doubt::DoubtLimits;
pub use frames::{FrameError, Frames};
pub use run::{Limit, Range, Run, Step};
pub use tracker::{ObjectId, Origin, PriorMask, TrackError, Tracked, Tracker};

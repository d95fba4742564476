//! Tinsel: interactive image segmentation with the Segment Anything networks, on the CPU.
//!
//! The layers, each of which knows only those before it: [`mask`], [`edge`] and [`sam`] (pixels and the
//! network), [`everything`] (prompting a whole photo), [`tracking`] (following objects through a sequence), [`document`] and [`files`] (what a person
//! makes and where it goes), [`models`] (published weights), [`engine`] (the worker thread).
//!
//! ```
//! use tinsel::files::Photo;
//! use tinsel::prompt::{Point, Prompt};
//! use tinsel::sam::{Output, Predictor};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let predictor = Predictor::built_in(None)?;
//! let photo = Photo::open("assets/samples/coffee.jpg".as_ref())?;
//! let embedding = predictor.encode(&photo.pixels, &())?;
//! let click = Point { x: 290.0, y: 170.0, positive: true };
//! let prompt = Prompt { points: vec![click], ..Prompt::default() };
//! let prediction = predictor.predict(&embedding, &prompt.into(), Output::Candidates, &())?;
//! let (mask, stability_score) = prediction.mask(prediction.suggested);
//! assert!(mask.get(290, 170) && stability_score > 0.9);
//! # Ok(())
//! # }
//! ```

pub mod about;
pub mod annotation;
#[cfg(feature = "app")]
pub mod app;
pub mod attribute;
#[cfg(feature = "cli")]
pub mod cli;
pub mod colour;
#[cfg(any(feature = "app", feature = "cli"))]
pub mod doctor;
pub mod document;
pub mod edge;
pub mod engine;
pub mod everything;
pub mod files;
#[cfg(any(feature = "app", feature = "cli"))]
pub mod logging;
pub mod mask;
pub mod models;
pub mod prompt;
pub mod sam;
pub mod track;
pub mod tracking;

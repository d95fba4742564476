//! "Segment everything": prompt the network with a grid of points and keep the good masks.
//!
//! Follows `sam2/automatic_mask_generator.py`.
//!
//! ```
//! use tinsel::everything::{Filters, Parameters, filter, generate};
//! use tinsel::files::Photo;
//! use tinsel::sam::Predictor;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let predictor = Predictor::built_in(None)?;
//! let photo = Photo::open("assets/samples/coffee.jpg".as_ref())?.pixels;
//! let embedding = predictor.encode(&photo, &())?;
//! let parameters = Parameters { points_per_side: 4, ..Parameters::for_model(&predictor) };
//! let outcome = generate(&predictor, &photo, &embedding, &parameters, |_| {}, &())?;
//! let masks = filter(&outcome.found, &Filters::from(&parameters));
//! assert!(masks.len() > 2 && masks.len() < outcome.found.len());
//! # Ok(())
//! # }
//! ```

pub mod compare;
mod crops;
mod explored;
mod filter;
mod found;
mod generator;
mod grid;
mod nms;
mod overlap;
mod parameters;

pub use compare::{Comparison, DEFAULT_MIN_IOU, Pair, Unmatched, compare};
pub use filter::{Filters, Kept, filter};
pub use found::FoundMask;
pub use generator::{Batch, Outcome, Search, crop, generate};
pub use overlap::overlaps;
pub use parameters::{Parameters, ParametersError, Preset};

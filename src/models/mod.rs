//! Published weights: which there are, where they lie on this computer, how they get there.
//!
//! Nothing here knows what is inside a weights file, and nothing runs in the background: [`download`]
//! and [`verify`] block, report through a callback and stop when it says so.
//!
//! ```no_run
//! use std::ops::ControlFlow;
//! use tinsel::models::{Options, Store, download, find};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Store::from_environment(None)?;
//! let file = download(&store, find("sam2.1-tiny")?, &Options::default(), &mut |progress| {
//!     println!("{} bytes", progress.bytes_done);
//!     ControlFlow::Continue(())
//! })?;
//! # Ok(())
//! # }
//! ```

mod catalogue;
mod choice;
#[cfg(feature = "download")]
mod download;
mod progress;
mod store;
mod verify;

pub use catalogue::{CATALOGUE, Entry, LICENCE, Source, UnknownName, find};
pub use choice::{Choice, INPUT_SIDES};
#[cfg(feature = "download")]
pub use download::{DownloadError, Options, Place, download};
pub use progress::{Progress, Stage};
pub use store::{FOLDER_VARIABLE, OnDisk, ResolveError, Store, StoreError, URL_VARIABLE};
pub use verify::{VerifyError, verify};

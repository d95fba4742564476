//! The project of a folder: what its photos share.
//!
//! It is the file `tinsel-project.json` in the folder or, where that cannot be written, one in the user's data
//! folder. It is JSON:
//!
//! ```json
//! {
//!   "format": "tinsel-project",
//!   "version": 1,
//!   "classes": [{"name": "cup", "colour": [230, 60, 40], "key": 1}],
//!   "photos": {"cup.jpg": {"state": "done", "note": "blurred at the left"}},
//!   "renames": [{"from": "mug", "to": "cup", "revision": 1}]
//! }
//! ```
//!
//! `key` is the digit that chooses the class; it and everything in `photos` may be missing. `state` is `done` or
//! `review`; a photo with neither is new, or started once it has masks. Sessions name their classes. A class that
//! is renamed, or merged into another one, is renamed in `renames` alone; a session knows with which `revision`
//! it was written, and the later renames are applied when it is read ([`Project::name_since`]). So renaming takes
//! no longer in a folder of 100 000 photos. Keys that this program does not know are kept.
//!
//! Several windows may work on one project: each saves its own changes, joined with those of the others
//! ([`ProjectFile::save`]).

mod content;
mod merge;
mod store;

pub use content::{PhotoEntry, PhotoState, Project, ProjectClass, Rename};
pub use store::{ProjectError, ProjectFile};

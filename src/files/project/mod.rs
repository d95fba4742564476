//! The project of a folder: the data that its photos share.
//!
//! The file is `tinsel-project.json` in the folder or, if that is read-only, a file in the user's data
//! folder. It is JSON:
//!
//! ```json
//! {
//!   "format": "tinsel-project",
//!   "version": 1,
//!   "classes": [{
//!     "name": "cup", "colour": [230, 60, 40], "key": 1,
//!     "attributes": [{"name": "occluded", "kind": "yes/no"}]
//!   }],
//!   "photos": {"cup.jpg": {"state": "done", "note": "blurred at the left", "tags": ["night"]}},
//!   "renames": [{"from": "mug", "to": "cup", "revision": 1}, {"from": "thing", "to": null, "revision": 2}]
//! }
//! ```
//!
//! `key` is the digit that selects the class; it, `attributes` and everything in `photos` may be missing. The
//! kinds of attributes are `text`, `number`, `yes/no` and `choice`, with its `values`. `state` is `done`
//! or `review`; a photo with neither is new, or started once it has masks. Sessions name their classes. When
//! a class is renamed, merged into another one or deleted (`"to": null`), only `classes` and `renames` change;
//! a session stores the `revision` that it was written with, and later renames are applied when it is read
//! ([`Project::name_since`]). So renaming takes no longer in a folder of 100 000 photos. Renames with
//! `"undone": true` do not count. Unknown keys are preserved.
//!
//! Several windows may work on one project: each saves its own changes, merged with those of the others
//! ([`ProjectFile::save`]).

mod content;
mod merge;
mod open;
mod renames;
mod store;
mod work_state;

pub use content::{PhotoEntry, PhotoState, Project, ProjectClass, Rename};
pub use open::{OpenProject, ProjectEdit, ProjectLabel};
pub(super) use renames::{bring_up_to_date, tags_of};
pub use store::{ProjectError, ProjectFile};
pub use work_state::{WorkState, WorkStates};

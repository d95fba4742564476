//! What the window is in the middle of. Each state owns its fields and says what follows from a change.

mod ahead;
mod batch;
mod encoding;
mod everything;
mod last_save;
mod model;
mod panels;
mod photo_states;
mod picture;
mod projects;
mod prompt;
mod review;
mod sample;
mod sequence;
mod stage;
mod vertices;

pub(super) use batch::{Batch, BatchPhoto, BatchWork, Results};
pub(super) use encoding::Encoding;
pub(super) use everything::{Everything, FilterChange};
pub(super) use last_save::{LastSave, SaveState};
pub(super) use model::Model;
pub(super) use panels::PanelStates;
pub(super) use photo_states::PhotoStates;
pub(super) use picture::Picture;
pub(super) use projects::{Projects, folder_of};
pub(super) use prompt::{Asker, PromptQueries};
pub(super) use review::{Place, Review, ReviewCount, ReviewPhoto};
pub(super) use sample::Sample;
pub(super) use sequence::{
    FollowRun, Lane, Reach, Saving, Sequence, SpanKind, StepEdit, StepId, Summary, Timeline, Way,
};
pub(super) use stage::Stage;
pub(super) use vertices::{EditedMask, VertexEdit, VertexEditing, Vertices};

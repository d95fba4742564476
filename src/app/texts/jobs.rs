//! What the engine was doing when something went wrong.

use crate::engine::JobKind;

texts! { jobs:
    model;
    encoding;
    ahead;
    prompt;
    preview;
    everything;
    comparison;
    batch;
    shapes;
    following;
}

pub fn job(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Model => model(),
        JobKind::Encoding => encoding(),
        JobKind::Ahead => ahead(),
        JobKind::Prompt => prompt(),
        JobKind::Preview => preview(),
        JobKind::Everything => everything(),
        JobKind::Comparison => comparison(),
        JobKind::Batch => batch(),
        JobKind::Shapes => shapes(),
        JobKind::Following => following(),
    }
}

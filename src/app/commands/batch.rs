//! The menu Batch: all photos of the folder at once, and the review of what comes of it.

use egui::Key;

use super::{Command, Menu, PromptState, commands, plain, shift};
use crate::app::batch_question::BatchQuestion;
use crate::app::shell::Tinsel;

const BATCH: Command = Command { menu: Menu::Batch, ..super::COMMAND };

/// About the proposal that a review is at.
const PROPOSAL: Command =
    Command { prompt: PromptState::Empty, enabled: |window| window.reviewed().is_some(), ..BATCH };

commands! {
    SEGMENT_ALL = Command {
        id: "SegmentAll",
        over_comparison: true,
        enabled: can_start,
        run: |window, _, _| window.batch_question = Some(BatchQuestion::everything()),
        ..BATCH
    };
    BOXES_TO_MASKS = Command {
        id: "BoxesToMasks",
        over_comparison: true,
        enabled: can_start,
        run: |window, _, frame| {
            let dialog = window.dialog(frame);
            window.tasks.pick_boxes(dialog, window.workspace.photos.clone());
        },
        ..BATCH
    };
    STOP_BATCH = Command {
        id: "StopBatch",
        begins_group: true,
        over_comparison: true,
        enabled: |window| window.batch.is_running(),
        run: |window, _, _| window.stop_batch(),
        ..BATCH
    };
    REVIEW = Command {
        id: "Review",
        begins_group: true,
        keys: &[shift(Key::R)],
        enabled: Tinsel::has_photo,
        on: |window| window.review.is_running(),
        run: |window, _, _| window.toggle_review(),
        ..BATCH
    };
    ACCEPT_PROPOSAL = Command {
        id: "AcceptProposal",
        keys: &[plain(Key::Y)],
        run: |window, _, _| window.accept_proposal(),
        ..PROPOSAL
    };
    REJECT_PROPOSAL = Command {
        id: "RejectProposal",
        keys: &[plain(Key::N)],
        run: |window, _, _| window.reject_proposal(),
        ..PROPOSAL
    };
    SKIP_PROPOSAL = Command {
        id: "SkipProposal",
        keys: &[plain(Key::J)],
        run: |window, _, _| window.review.skip(),
        ..PROPOSAL
    };
}

fn can_start(window: &Tinsel) -> bool {
    window.has_photo() && window.has_model() && !window.batch.is_running()
}

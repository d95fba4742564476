//! What the network is asked: prompts and their answers, regions, everything mode; in the menu Mask.

use egui::{Key, KeyboardShortcut};

use super::{Command, Menu, PromptState, commands, ctrl, ctrl_shift, plain, shift};
use crate::app::texts::menus as texts;
use crate::document::Edit;
use crate::sam::has_single;

const PROMPT: Command = Command { menu: Menu::Mask, ..super::COMMAND };

commands! {
    REFINE = Command {
        id: "Refine",
        text: "Refine selected",
        begins_group: true,
        tooltip: "Refine the selected mask with further clicks",
        keys: &[plain(Key::R)],
        enabled: |window| window.has_photo() && window.has_model() && window.selects_one(),
        run: |window, _, _| {
            if let Some(id) = window.selection().first() {
                window.reopen(*id);
            }
        },
        ..PROMPT
    };
    ACCEPT = Command {
        id: "Accept",
        text: "Accept mask",
        tooltip: "Add the mask to the list",
        keys: &[plain(Key::Enter), plain(Key::F)],
        prompt: PromptState::Set,
        run: |window, _, _| window.accept(),
        ..PROMPT
    };
    DROP_PROMPT = Command {
        id: "DropPrompt",
        text: "Clear prompt",
        tooltip: "Remove all points and the box",
        keys: &[plain(Key::Escape), plain(Key::B)],
        prompt: PromptState::Set,
        // Escape belongs to what the mouse is doing first.
        enabled: |window| !window.stage.canvas.is_dragging(),
        run: |window, _, _| window.workspace.document.apply(Edit::ClearPrompt),
        ..PROMPT
    };
    NEXT_CANDIDATE = Command {
        id: "NextCandidate",
        text: "Next candidate",
        tooltip: "Show the next candidate mask",
        keys: &[plain(Key::Tab)],
        submenu: Some(texts::CANDIDATE),
        prompt: PromptState::Set,
        run: |window, _, _| window.step_candidate(1),
        ..PROMPT
    };
    CANDIDATE_1 = candidate::<1>(
        "Candidate(1)",
        "Candidate 1",
        "Show the first candidate mask",
        &[shift(Key::Num1)],
    );
    CANDIDATE_2 = candidate::<2>(
        "Candidate(2)",
        "Candidate 2",
        "Show the second candidate mask",
        &[shift(Key::Num2)],
    );
    CANDIDATE_3 = candidate::<3>(
        "Candidate(3)",
        "Candidate 3",
        "Show the third candidate mask",
        &[shift(Key::Num3)],
    );
    ENCODE_REGION = Command {
        id: "EncodeRegion",
        text: "Focus on the visible area",
        begins_group: true,
        tooltip: "Zoom in on a small object first; the network then takes a closer look at the visible area",
        keys: &[ctrl(Key::R)],
        enabled: |window| window.has_photo() && window.has_model(),
        run: |window, _, _| window.enter_region(),
        ..PROMPT
    };
    WHOLE_PHOTO = Command {
        id: "WholePhoto",
        text: "Whole photo",
        tooltip: "Leave the region and use the whole photo again",
        keys: &[ctrl_shift(Key::R)],
        enabled: |window| window.region().is_some(),
        run: |window, _, _| window.set_region(None),
        ..PROMPT
    };
    SEGMENT_EVERYTHING = Command {
        id: "SegmentEverything",
        text: "Segment everything",
        begins_group: true,
        tooltip: "Find a mask for each object in the photo",
        keys: &[ctrl(Key::G)],
        enabled: |window| window.has_photo() && window.has_model() && !window.everything.is_pending(),
        run: |window, _, _| window.segment_everything(),
        ..PROMPT
    };
    COMPARE = Command {
        id: "Compare",
        text: "Compare two models…",
        tooltip: "Segment everything with two models or settings and compare the results",
        keys: &[ctrl_shift(Key::B)],
        over_comparison: true,
        enabled: |window| window.has_photo() && window.has_model() && !window.comparing.is_running(),
        run: |window, _, _| window.comparing.open = true,
        ..PROMPT
    };
    CANCEL = Command {
        id: "Cancel",
        text: "Cancel",
        begins_group: true,
        tooltip: "Stop the current task; masks found so far are kept",
        keys: &[ctrl(Key::Period)],
        over_comparison: true,
        enabled: |window| {
            window.everything.is_searching() || window.comparing.is_running() || window.encoding.is_running()
        },
        run: |window, _, _| window.cancel(),
        ..PROMPT
    };
}

const fn candidate<const NUMBER: usize>(
    id: &'static str,
    text: &'static str,
    tooltip: &'static str,
    keys: &'static [KeyboardShortcut],
) -> Command {
    Command {
        id,
        text,
        tooltip,
        keys,
        submenu: Some(texts::CANDIDATE),
        prompt: PromptState::Set,
        run: |window, _, _| {
            let count = window.candidates();
            // With the single mask in front, the candidates begin at index 1.
            let index = NUMBER - usize::from(!has_single(count));
            if index < count {
                window.workspace.document.apply(Edit::Choose(index));
            }
        },
        ..PROMPT
    }
}

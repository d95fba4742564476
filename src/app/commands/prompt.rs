//! What the network is asked: prompts and their answers, regions, everything mode; in the menu Mask.

use egui::{Key, KeyboardShortcut};

use super::{Command, Menu, PromptState, Submenu, commands, ctrl, ctrl_shift, plain, shift};
use crate::document::Edit;
use crate::sam::has_single;

const PROMPT: Command = Command { menu: Menu::Mask, ..super::COMMAND };

commands! {
    REFINE = Command {
        id: "Refine",
        begins_group: true,
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
        keys: &[plain(Key::Enter), plain(Key::F)],
        prompt: PromptState::Set,
        run: |window, _, _| window.accept(),
        ..PROMPT
    };
    DROP_PROMPT = Command {
        id: "DropPrompt",
        keys: &[plain(Key::Escape), plain(Key::B)],
        prompt: PromptState::Set,
        // Escape belongs to what the mouse is doing first.
        enabled: |window| !window.stage.canvas.is_dragging(),
        run: |window, _, _| window.workspace.document.apply(Edit::ClearPrompt),
        ..PROMPT
    };
    NEXT_CANDIDATE = Command {
        id: "NextCandidate",
        keys: &[plain(Key::Tab)],
        submenu: Some(Submenu::Candidate),
        prompt: PromptState::Set,
        run: |window, _, _| window.step_candidate(1),
        ..PROMPT
    };
    CANDIDATE_1 = candidate::<1>("Candidate(1)", &[shift(Key::Num1)]);
    CANDIDATE_2 = candidate::<2>("Candidate(2)", &[shift(Key::Num2)]);
    CANDIDATE_3 = candidate::<3>("Candidate(3)", &[shift(Key::Num3)]);
    ENCODE_REGION = Command {
        id: "EncodeRegion",
        begins_group: true,
        keys: &[ctrl(Key::R)],
        enabled: |window| window.has_photo() && window.has_model(),
        run: |window, _, _| window.enter_region(),
        ..PROMPT
    };
    WHOLE_PHOTO = Command {
        id: "WholePhoto",
        keys: &[ctrl_shift(Key::R)],
        enabled: |window| window.region().is_some(),
        run: |window, _, _| window.set_region(None),
        ..PROMPT
    };
    SEGMENT_EVERYTHING = Command {
        id: "SegmentEverything",
        begins_group: true,
        keys: &[ctrl(Key::G)],
        enabled: |window| window.has_photo() && window.has_model() && !window.everything.is_pending(),
        run: |window, _, _| window.segment_everything(),
        ..PROMPT
    };
    COMPARE = Command {
        id: "Compare",
        keys: &[ctrl_shift(Key::B)],
        over_comparison: true,
        enabled: |window| window.has_photo() && window.has_model() && !window.comparing.is_running(),
        run: |window, _, _| window.comparing.open = true,
        ..PROMPT
    };
    CANCEL = Command {
        id: "Cancel",
        begins_group: true,
        keys: &[ctrl(Key::Period)],
        over_comparison: true,
        enabled: |window| {
            window.everything.is_searching() || window.comparing.is_running() || window.encoding.is_running()
        },
        run: |window, _, _| window.cancel(),
        ..PROMPT
    };
}

const fn candidate<const NUMBER: usize>(id: &'static str, keys: &'static [KeyboardShortcut]) -> Command {
    Command {
        id,
        keys,
        submenu: Some(Submenu::Candidate),
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

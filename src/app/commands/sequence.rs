//! The menu Sequence: following objects through the frames, and going through these.

use egui::Key;

use super::{Command, Menu, commands, ctrl, ctrl_shift, plain, shift};
use crate::app::shell::Tinsel;
use crate::app::state::Way;

const SEQUENCE: Command = Command { menu: Menu::Sequence, enabled: has_frames, ..super::COMMAND };

commands! {
    TREAT_AS_SEQUENCE = Command {
        id: "Sequence",
        enabled: |window| window.has_photo() && window.workspace.photos.len() > 1,
        on: has_frames,
        run: |window, _, _| window.toggle_sequence(),
        ..SEQUENCE
    };
    OPEN_FRAMES = Command {
        id: "OpenFrames",
        enabled: Tinsel::has_photo,
        run: |window, _, _| window.open_frames(),
        ..SEQUENCE
    };
    FOLLOW_FORWARD = Command {
        id: "FollowForward",
        keys: &[ctrl(Key::T)],
        run: |window, _, _| window.follow(Way::Forward),
        begins_group: true,
        ..SEQUENCE
    };
    FOLLOW_BACKWARD = Command {
        id: "FollowBackward",
        keys: &[ctrl_shift(Key::T)],
        run: |window, _, _| window.follow(Way::Backward),
        ..SEQUENCE
    };
    FOLLOW_BOTH = Command {
        id: "FollowBoth",
        run: |window, _, _| window.follow(Way::Both),
        ..SEQUENCE
    };
    STOP_FOLLOWING = Command {
        id: "StopFollowing",
        enabled: |window| window.sequence.is_following(),
        run: |window, _, _| window.stop_following(),
        ..SEQUENCE
    };
    PLAY = Command {
        id: "Play",
        keys: &[shift(Key::P)],
        on: |window| window.sequence.is_playing(),
        run: |window, _, _| window.toggle_play(),
        begins_group: true,
        ..SEQUENCE
    };
    FIRST_FRAME = Command {
        id: "FirstFrame",
        keys: &[shift(Key::Home)],
        enabled: |window| window.frame().is_some_and(|frame| frame > 0),
        run: |window, _, _| window.open_photo(0),
        ..SEQUENCE
    };
    LAST_FRAME = Command {
        id: "LastFrame",
        keys: &[shift(Key::End)],
        enabled: |window| window.frame().is_some_and(|frame| frame + 1 < window.workspace.photos.len()),
        run: |window, _, _| window.open_photo(window.workspace.photos.len() - 1),
        ..SEQUENCE
    };
    NEXT_DOUBTFUL = Command {
        id: "NextDoubtful",
        keys: &[plain(Key::Period)],
        enabled: |window| window.landmark(true, true).is_some(),
        run: |window, _, _| go_to_landmark(window, true, true),
        begins_group: true,
        ..SEQUENCE
    };
    PREVIOUS_DOUBTFUL = Command {
        id: "PreviousDoubtful",
        keys: &[plain(Key::Comma)],
        enabled: |window| window.landmark(true, false).is_some(),
        run: |window, _, _| go_to_landmark(window, true, false),
        ..SEQUENCE
    };
    NEXT_PROMPTED = Command {
        id: "NextPrompted",
        keys: &[shift(Key::Period)],
        enabled: |window| window.landmark(false, true).is_some(),
        run: |window, _, _| go_to_landmark(window, false, true),
        ..SEQUENCE
    };
    PREVIOUS_PROMPTED = Command {
        id: "PreviousPrompted",
        keys: &[shift(Key::Comma)],
        enabled: |window| window.landmark(false, false).is_some(),
        run: |window, _, _| go_to_landmark(window, false, false),
        ..SEQUENCE
    };
    COPY_TO_NEXT = Command {
        id: "CopyToNextFrame",
        keys: &[ctrl_shift(Key::N)],
        enabled: |window| has_frames(window) && window.selects(1) && window.neighbour(1).is_some(),
        run: |window, _, _| window.copy_to_next_frame(),
        begins_group: true,
        ..SEQUENCE
    };
    MARK_ABSENT = Command {
        id: "MarkAbsent",
        enabled: |window| !window.tracks_in_hand().is_empty(),
        run: |window, _, _| window.mark_absent(),
        ..SEQUENCE
    };
    CLEAR_FROM_HERE = Command {
        id: "ClearFromHere",
        run: |window, _, _| window.clear_from_here(),
        ..SEQUENCE
    };
    DELETE_OBJECTS = Command {
        id: "DeleteObjects",
        enabled: |window| !window.tracks_in_hand().is_empty(),
        run: |window, _, _| window.delete_tracks(window.tracks_in_hand()),
        ..SEQUENCE
    };
    EXPORT_SEQUENCE = Command {
        id: "ExportSequence",
        enabled: |window| has_frames(window) && !window.sequence_export.is_running(),
        run: |window, _, _| {
            let beside = window.workspace.photos.first().and_then(|photo| photo.parent());
            let folder = window.settings.export_folder.as_deref().or(beside);
            window.sequence_export.open_for(folder);
        },
        begins_group: true,
        ..SEQUENCE
    };
}

fn has_frames(window: &Tinsel) -> bool {
    window.sequence.open.is_some()
}

fn go_to_landmark(window: &mut Tinsel, doubtful: bool, forward: bool) {
    if let Some(frame) = window.landmark(doubtful, forward) {
        window.open_photo(frame);
    }
}

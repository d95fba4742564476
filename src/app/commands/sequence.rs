//! The menu Sequence: following objects through the frames, and going through these.

use egui::Key;

use super::{Command, Menu, commands, ctrl, ctrl_shift, plain, shift};
use crate::app::shell::Tinsel;
use crate::app::state::Way;

const SEQUENCE: Command = Command { menu: Menu::Sequence, enabled: has_frames, ..super::COMMAND };

commands! {
    TREAT_AS_SEQUENCE = Command {
        id: "Sequence",
        text: "Folder is a sequence",
        tooltip: "Show the photos of the folder as frames on a timeline, through which objects can be followed",
        enabled: |window| window.has_photo() && window.workspace.photos.len() > 1,
        on: has_frames,
        run: |window, _, _| window.toggle_sequence(),
        ..SEQUENCE
    };
    OPEN_FRAMES = Command {
        id: "OpenFrames",
        text: "Open all frames of this file",
        tooltip: "Show the pages or frames of the open file, such as a TIFF stack or an animated picture, as a sequence",
        enabled: Tinsel::has_photo,
        run: |window, _, _| window.open_frames(),
        ..SEQUENCE
    };
    FOLLOW_FORWARD = Command {
        id: "FollowForward",
        text: "Follow forward",
        tooltip: "Follow all objects from this frame on; selected masks become objects",
        keys: &[ctrl(Key::T)],
        run: |window, _, _| window.follow(Way::Forward),
        begins_group: true,
        ..SEQUENCE
    };
    FOLLOW_BACKWARD = Command {
        id: "FollowBackward",
        text: "Follow backward",
        tooltip: "Follow all objects from this frame back; selected masks become objects",
        keys: &[ctrl_shift(Key::T)],
        run: |window, _, _| window.follow(Way::Backward),
        ..SEQUENCE
    };
    FOLLOW_BOTH = Command {
        id: "FollowBoth",
        text: "Follow both ways",
        tooltip: "Follow all objects from this frame forward, then backward; selected masks become objects",
        run: |window, _, _| window.follow(Way::Both),
        ..SEQUENCE
    };
    STOP_FOLLOWING = Command {
        id: "StopFollowing",
        text: "Stop following",
        tooltip: "Stop; what was followed is kept",
        enabled: |window| window.sequence.is_following(),
        run: |window, _, _| window.stop_following(),
        ..SEQUENCE
    };
    PLAY = Command {
        id: "Play",
        text: "Play",
        tooltip: "Play the sequence with its masks, or stop",
        keys: &[shift(Key::P)],
        on: |window| window.sequence.is_playing(),
        run: |window, _, _| window.toggle_play(),
        begins_group: true,
        ..SEQUENCE
    };
    FIRST_FRAME = Command {
        id: "FirstFrame",
        text: "First frame",
        keys: &[shift(Key::Home)],
        enabled: |window| window.frame().is_some_and(|frame| frame > 0),
        run: |window, _, _| window.open_photo(0),
        ..SEQUENCE
    };
    LAST_FRAME = Command {
        id: "LastFrame",
        text: "Last frame",
        keys: &[shift(Key::End)],
        enabled: |window| window.frame().is_some_and(|frame| frame + 1 < window.workspace.photos.len()),
        run: |window, _, _| window.open_photo(window.workspace.photos.len() - 1),
        ..SEQUENCE
    };
    NEXT_DOUBTFUL = Command {
        id: "NextDoubtful",
        text: "Next doubtful frame",
        tooltip: "Go to the next frame with a mask that may be wrong",
        keys: &[plain(Key::Period)],
        enabled: |window| window.landmark(true, true).is_some(),
        run: |window, _, _| go_to_landmark(window, true, true),
        begins_group: true,
        ..SEQUENCE
    };
    PREVIOUS_DOUBTFUL = Command {
        id: "PreviousDoubtful",
        text: "Previous doubtful frame",
        tooltip: "Go to the frame before with a mask that may be wrong",
        keys: &[plain(Key::Comma)],
        enabled: |window| window.landmark(true, false).is_some(),
        run: |window, _, _| go_to_landmark(window, true, false),
        ..SEQUENCE
    };
    NEXT_PROMPTED = Command {
        id: "NextPrompted",
        text: "Next prompted frame",
        tooltip: "Go to the next frame on which an object was prompted or corrected",
        keys: &[shift(Key::Period)],
        enabled: |window| window.landmark(false, true).is_some(),
        run: |window, _, _| go_to_landmark(window, false, true),
        ..SEQUENCE
    };
    PREVIOUS_PROMPTED = Command {
        id: "PreviousPrompted",
        text: "Previous prompted frame",
        tooltip: "Go to the frame before on which an object was prompted or corrected",
        keys: &[shift(Key::Comma)],
        enabled: |window| window.landmark(false, false).is_some(),
        run: |window, _, _| go_to_landmark(window, false, false),
        ..SEQUENCE
    };
    COPY_TO_NEXT = Command {
        id: "CopyToNextFrame",
        text: "Copy to next frame",
        tooltip: "Put the selected masks on the next frame, as prompted there, and go there",
        keys: &[ctrl_shift(Key::N)],
        enabled: |window| has_frames(window) && window.selects(1) && window.neighbour(1).is_some(),
        run: |window, _, _| window.copy_to_next_frame(),
        begins_group: true,
        ..SEQUENCE
    };
    MARK_ABSENT = Command {
        id: "MarkAbsent",
        text: "Mark as absent",
        tooltip: "Say that the selected objects are not on this frame",
        enabled: |window| !window.tracks_in_hand().is_empty(),
        run: |window, _, _| window.mark_absent(),
        ..SEQUENCE
    };
    CLEAR_FROM_HERE = Command {
        id: "ClearFromHere",
        text: "Clear from here",
        tooltip: "Remove what was followed of the selected objects, or of all, from this frame on; prompted frames stay",
        run: |window, _, _| window.clear_from_here(),
        ..SEQUENCE
    };
    DELETE_OBJECTS = Command {
        id: "DeleteObjects",
        text: "Delete objects",
        tooltip: "Remove the selected objects from all frames",
        enabled: |window| !window.tracks_in_hand().is_empty(),
        run: |window, _, _| window.delete_tracks(window.tracks_in_hand()),
        ..SEQUENCE
    };
    EXPORT_SEQUENCE = Command {
        id: "ExportSequence",
        text: "Export sequence…",
        tooltip: "Write the objects on all frames: DAVIS, COCO, YouTube-VIS, MOTS, CVAT and others, or a film",
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

//! The menu Shape: what is done to the pixels of the selected masks. Sizes come from the settings.

use egui::Key;

use super::{Command, Menu, commands, ctrl, ctrl_shift};
use crate::document::ShapeOp;

const SHAPE: Command = Command { menu: Menu::Shape, enabled: |window| window.selects(1), ..super::COMMAND };

/// Makes one mask of several.
const COMBINATION: Command = Command { enabled: |window| window.selects(2), ..SHAPE };

commands! {
    FILL_HOLES = Command {
        id: "Shape(FillHoles)",
        text: "Fill holes",
        tooltip: "Fill all holes of the selected masks",
        run: |window, _, _| window.reshape(ShapeOp::FillHoles(None)),
        ..SHAPE
    };
    REMOVE_SPECKS = Command {
        id: "Shape(RemoveSpecks)",
        text: "Remove specks",
        tooltip: "Remove small separate parts, below the size in the panel Change shape",
        run: |window, _, _| window.reshape(ShapeOp::RemoveSpecks(window.settings.speck_area)),
        ..SHAPE
    };
    SMOOTH = Command {
        id: "Shape(Smooth)",
        text: "Smooth",
        tooltip: "Round corners and close gaps, by the pixels in the panel Change shape",
        run: |window, _, _| window.reshape(ShapeOp::Smooth(window.settings.shape_pixels)),
        ..SHAPE
    };
    GROW = Command {
        id: "Shape(Grow)",
        text: "Grow",
        tooltip: "Grow by the pixels in the panel Change shape",
        keys: &[ctrl(Key::CloseBracket)],
        run: |window, _, _| window.reshape(ShapeOp::Grow(window.settings.shape_pixels)),
        ..SHAPE
    };
    SHRINK = Command {
        id: "Shape(Shrink)",
        text: "Shrink",
        tooltip: "Shrink by the pixels in the panel Change shape",
        keys: &[ctrl(Key::OpenBracket)],
        run: |window, _, _| window.reshape(ShapeOp::Shrink(window.settings.shape_pixels)),
        ..SHAPE
    };
    KEEP_LARGEST_PART = Command {
        id: "Shape(KeepLargestPart)",
        text: "Keep the largest part",
        tooltip: "Remove all separate parts but the largest",
        run: |window, _, _| window.reshape(ShapeOp::KeepLargestPart),
        ..SHAPE
    };
    SPLIT = Command {
        id: "Shape(Split)",
        text: "Split into parts",
        tooltip: "Make a mask of each separate part",
        keys: &[ctrl_shift(Key::S)],
        run: |window, _, _| window.reshape(ShapeOp::Split),
        ..SHAPE
    };
    UNION = Command {
        id: "Shape(Union)",
        text: "Unite",
        tooltip: "Make one mask of the selected ones",
        keys: &[ctrl(Key::U)],
        run: |window, _, _| window.reshape(ShapeOp::Union),
        ..COMBINATION
    };
    SUBTRACT = Command {
        id: "Shape(Subtract)",
        text: "Subtract",
        tooltip: "Take the later masks out of the first one in the list",
        keys: &[ctrl(Key::D)],
        run: |window, _, _| window.reshape(ShapeOp::Subtract),
        ..COMBINATION
    };
    INTERSECT = Command {
        id: "Shape(Intersect)",
        text: "Intersect",
        tooltip: "Keep what all selected masks share",
        keys: &[ctrl(Key::I)],
        run: |window, _, _| window.reshape(ShapeOp::Intersect),
        ..COMBINATION
    };
}

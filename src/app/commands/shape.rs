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
        tooltip: "Remove separate parts smaller than the size in the Change shape panel",
        run: |window, _, _| window.reshape(ShapeOp::RemoveSpecks(window.settings.speck_area)),
        ..SHAPE
    };
    SMOOTH = Command {
        id: "Shape(Smooth)",
        text: "Smooth",
        tooltip: "Round corners and close gaps, by the distance in the Change shape panel",
        run: |window, _, _| window.reshape(ShapeOp::Smooth(window.settings.shape_pixels)),
        ..SHAPE
    };
    GROW = Command {
        id: "Shape(Grow)",
        text: "Grow",
        begins_group: true,
        tooltip: "Grow by the distance in the Change shape panel",
        keys: &[ctrl(Key::CloseBracket)],
        run: |window, _, _| window.reshape(ShapeOp::Grow(window.settings.shape_pixels)),
        ..SHAPE
    };
    SHRINK = Command {
        id: "Shape(Shrink)",
        text: "Shrink",
        tooltip: "Shrink by the distance in the Change shape panel",
        keys: &[ctrl(Key::OpenBracket)],
        run: |window, _, _| window.reshape(ShapeOp::Shrink(window.settings.shape_pixels)),
        ..SHAPE
    };
    REFINE_EDGE = Command {
        id: "RefineEdge",
        text: "Refine edge",
        tooltip: "Move the boundary to the edges in the photo, within the reach in the Change shape panel",
        keys: &[ctrl_shift(Key::E)],
        run: |window, _, _| window.refine_edges(),
        ..SHAPE
    };
    KEEP_LARGEST_PART = Command {
        id: "Shape(KeepLargestPart)",
        text: "Keep largest part",
        begins_group: true,
        tooltip: "Remove all separate parts except the largest",
        run: |window, _, _| window.reshape(ShapeOp::KeepLargestPart),
        ..SHAPE
    };
    SPLIT = Command {
        id: "Shape(Split)",
        text: "Split into parts",
        tooltip: "Turn each separate part into a mask of its own",
        keys: &[ctrl_shift(Key::S)],
        run: |window, _, _| window.reshape(ShapeOp::Split),
        ..SHAPE
    };
    UNION = Command {
        id: "Shape(Union)",
        text: "Merge",
        begins_group: true,
        tooltip: "Merge the selected masks into one",
        keys: &[ctrl(Key::U)],
        run: |window, _, _| window.reshape(ShapeOp::Union),
        ..COMBINATION
    };
    SUBTRACT = Command {
        id: "Shape(Subtract)",
        text: "Subtract",
        tooltip: "Subtract the other selected masks from the first one in the list",
        keys: &[ctrl(Key::D)],
        run: |window, _, _| window.reshape(ShapeOp::Subtract),
        ..COMBINATION
    };
    INTERSECT = Command {
        id: "Shape(Intersect)",
        text: "Intersect",
        tooltip: "Keep only the area that all selected masks share",
        keys: &[ctrl(Key::I)],
        run: |window, _, _| window.reshape(ShapeOp::Intersect),
        ..COMBINATION
    };
}

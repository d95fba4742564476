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
        run: |window, _, _| window.reshape(ShapeOp::FillHoles(None)),
        ..SHAPE
    };
    REMOVE_SPECKS = Command {
        id: "Shape(RemoveSpecks)",
        run: |window, _, _| window.reshape(ShapeOp::RemoveSpecks(window.settings.speck_area)),
        ..SHAPE
    };
    SMOOTH = Command {
        id: "Shape(Smooth)",
        run: |window, _, _| window.reshape(ShapeOp::Smooth(window.settings.shape_pixels)),
        ..SHAPE
    };
    GROW = Command {
        id: "Shape(Grow)",
        begins_group: true,
        keys: &[ctrl(Key::CloseBracket)],
        run: |window, _, _| window.reshape(ShapeOp::Grow(window.settings.shape_pixels)),
        ..SHAPE
    };
    SHRINK = Command {
        id: "Shape(Shrink)",
        keys: &[ctrl(Key::OpenBracket)],
        run: |window, _, _| window.reshape(ShapeOp::Shrink(window.settings.shape_pixels)),
        ..SHAPE
    };
    REFINE_EDGE = Command {
        id: "RefineEdge",
        keys: &[ctrl_shift(Key::E)],
        run: |window, _, _| window.refine_edges(),
        ..SHAPE
    };
    KEEP_LARGEST_PART = Command {
        id: "Shape(KeepLargestPart)",
        begins_group: true,
        run: |window, _, _| window.reshape(ShapeOp::KeepLargestPart),
        ..SHAPE
    };
    SPLIT = Command {
        id: "Shape(Split)",
        keys: &[ctrl_shift(Key::S)],
        run: |window, _, _| window.reshape(ShapeOp::Split),
        ..SHAPE
    };
    UNION = Command {
        id: "Shape(Union)",
        begins_group: true,
        keys: &[ctrl(Key::U)],
        run: |window, _, _| window.reshape(ShapeOp::Union),
        ..COMBINATION
    };
    SUBTRACT = Command {
        id: "Shape(Subtract)",
        keys: &[ctrl(Key::D)],
        run: |window, _, _| window.reshape(ShapeOp::Subtract),
        ..COMBINATION
    };
    INTERSECT = Command {
        id: "Shape(Intersect)",
        keys: &[ctrl(Key::I)],
        run: |window, _, _| window.reshape(ShapeOp::Intersect),
        ..COMBINATION
    };
}

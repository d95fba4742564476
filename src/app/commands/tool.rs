//! The tools, the size of the brush, and the crosshair that stands for the mouse; in the menu Mask.

use egui::{Context, Key, Vec2};

use super::{Command, Menu, PromptState, Submenu, commands, plain};
use crate::app::settings::Tool;
use crate::app::shell::Tinsel;

const BRUSH_STEP: f32 = 1.25;

const TOOL: Command =
    Command { menu: Menu::Mask, submenu: Some(Submenu::Tool), enabled: Tinsel::has_photo, ..super::COMMAND };

const MOVE_CROSS: Command = Command { submenu: Some(Submenu::Crosshair), ..TOOL };

commands! {
    POSITIVE = Command {
        id: "Tool(Positive)",
        keys: &[plain(Key::Q)],
        on: |window| window.stage.tool == Tool::Positive,
        run: |window, _, _| window.stage.tool = Tool::Positive,
        ..TOOL
    };
    NEGATIVE = Command {
        id: "Tool(Negative)",
        keys: &[plain(Key::E)],
        on: |window| window.stage.tool == Tool::Negative,
        run: |window, _, _| window.stage.tool = Tool::Negative,
        ..TOOL
    };
    BOX = Command {
        id: "Tool(Box)",
        keys: &[plain(Key::W)],
        on: |window| window.stage.tool == Tool::Box,
        run: |window, _, _| window.stage.tool = Tool::Box,
        ..TOOL
    };
    SELECT = Command {
        id: "Tool(Select)",
        keys: &[plain(Key::M)],
        on: |window| window.stage.tool == Tool::Select,
        run: |window, _, _| window.stage.tool = Tool::Select,
        ..TOOL
    };
    BRUSH = Command {
        id: "Tool(Brush)",
        keys: &[plain(Key::T)],
        on: |window| window.stage.tool == Tool::Brush,
        run: |window, _, _| window.stage.tool = Tool::Brush,
        ..TOOL
    };
    ERASER = Command {
        id: "Tool(Eraser)",
        keys: &[plain(Key::X)],
        on: |window| window.stage.tool == Tool::Eraser,
        run: |window, _, _| window.stage.tool = Tool::Eraser,
        ..TOOL
    };
    LASSO = Command {
        id: "Tool(Lasso)",
        keys: &[plain(Key::L)],
        on: |window| window.stage.tool == Tool::Lasso,
        run: |window, _, _| window.stage.tool = Tool::Lasso,
        ..TOOL
    };
    VERTICES = Command {
        id: "Tool(Vertices)",
        keys: &[plain(Key::K)],
        prompt: PromptState::Empty,
        on: |window| window.stage.tool == Tool::Vertices,
        run: |window, _, _| window.take_vertex_tool(),
        ..TOOL
    };
    LARGER_BRUSH = Command {
        id: "BrushLarger",
        keys: &[plain(Key::CloseBracket)],
        run: |window, _, _| resize_brush(window, BRUSH_STEP),
        enabled: |_| true,
        ..TOOL
    };
    SMALLER_BRUSH = Command {
        id: "BrushSmaller",
        keys: &[plain(Key::OpenBracket)],
        run: |window, _, _| resize_brush(window, 1.0 / BRUSH_STEP),
        enabled: |_| true,
        ..TOOL
    };
    CROSS_LEFT = Command {
        id: "Cross(Left)",
        keys: &[plain(Key::ArrowLeft)],
        run: |window, ctx, _| move_cross(window, ctx, Vec2::LEFT),
        ..MOVE_CROSS
    };
    CROSS_RIGHT = Command {
        id: "Cross(Right)",
        keys: &[plain(Key::ArrowRight)],
        run: |window, ctx, _| move_cross(window, ctx, Vec2::RIGHT),
        ..MOVE_CROSS
    };
    CROSS_UP = Command {
        id: "Cross(Up)",
        keys: &[plain(Key::ArrowUp)],
        run: |window, ctx, _| move_cross(window, ctx, Vec2::UP),
        ..MOVE_CROSS
    };
    CROSS_DOWN = Command {
        id: "Cross(Down)",
        keys: &[plain(Key::ArrowDown)],
        run: |window, ctx, _| move_cross(window, ctx, Vec2::DOWN),
        ..MOVE_CROSS
    };
    CLICK_CROSS = Command {
        id: "ClickCross",
        keys: &[plain(Key::C)],
        enabled: |window| window.stage.canvas.has_cross(),
        run: |window, ctx, frame| {
            let opposite = ctx.input(|i| i.modifiers.shift);
            let action = window.stage.canvas.click_cross(window.stage.tool, opposite, &window.workspace.document);
            action.into_iter().for_each(|action| window.apply(action, ctx, frame));
        },
        submenu: Some(Submenu::Crosshair),
        ..TOOL
    };
}

/// The command that takes a tool.
pub(in crate::app) fn of(tool: Tool) -> &'static Command {
    match tool {
        Tool::Positive => &POSITIVE,
        Tool::Negative => &NEGATIVE,
        Tool::Box => &BOX,
        Tool::Select => &SELECT,
        Tool::Brush => &BRUSH,
        Tool::Eraser => &ERASER,
        Tool::Lasso => &LASSO,
        Tool::Vertices => &VERTICES,
    }
}

fn move_cross(window: &mut Tinsel, ctx: &Context, direction: Vec2) {
    let fine = ctx.input(|i| i.modifiers.shift);
    if let Some(open) = &window.workspace.open {
        window.stage.canvas.move_cross(direction, fine, open.size());
    }
}

fn resize_brush(window: &mut Tinsel, factor: f32) {
    let radius = &mut window.settings.brush_radius;
    *radius = (*radius * factor).clamp(0.75, 1000.0);
}

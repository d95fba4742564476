//! The menu File: photos, models, masks in files.

use egui::{Context, Key, ViewportCommand};

use super::{Command, Menu, commands, ctrl, ctrl_shift};
use crate::app::export_window::Which;
use crate::app::shell::Tinsel;
use crate::engine::ModelSource;
use crate::sam::weights::BUILT_IN_NAME;

const FILE: Command = Command { menu: Menu::File, over_comparison: true, ..super::COMMAND };

commands! {
    OPEN_PHOTOS = Command {
        id: "OpenPhotos",
        keys: &[ctrl(Key::O)],
        run: |window, _, frame| window.tasks.pick_photos(window.dialog(frame)),
        ..FILE
    };
    OPEN_FOLDER = Command {
        id: "OpenFolder",
        keys: &[ctrl_shift(Key::O)],
        run: |window, _, frame| window.tasks.pick_folder(window.dialog(frame)),
        ..FILE
    };
    OPEN_SAMPLE = Command {
        id: "OpenSample",
        run: |window, _, _| window.open_sample(),
        ..FILE
    };
    OPEN_MODEL = Command {
        id: "OpenModel",
        begins_group: true,
        keys: &[ctrl(Key::M)],
        run: |window, _, frame| window.tasks.pick_model(window.dialog(frame)),
        ..FILE
    };
    USE_BUILT_IN_MODEL = Command {
        id: "UseBuiltInModel",
        enabled: |window| window.model.name() != Some(BUILT_IN_NAME),
        run: |window, _, _| window.load_model(ModelSource::built_in()),
        ..FILE
    };
    EXPORT = Command {
        id: "Export",
        begins_group: true,
        keys: &[ctrl(Key::E), ctrl(Key::S)],
        over_comparison: false,
        enabled: |window| {
            let has_masks = !window.document().masks().is_empty();
            window.has_photo() && (has_masks || window.workspace.photos.len() > 1)
        },
        run: open_export,
        ..FILE
    };
    EXPORT_SELECTED = Command {
        id: "ExportSelected",
        over_comparison: false,
        enabled: |window| window.has_photo() && window.selects(1),
        run: |window, ctx, frame| {
            open_export(window, ctx, frame);
            window.export.which = Which::Selected;
        },
        ..FILE
    };
    IMPORT_MASKS = Command {
        id: "ImportMasks",
        keys: &[ctrl_shift(Key::I)],
        over_comparison: false,
        enabled: Tinsel::has_photo,
        run: |window, _, frame| window.tasks.pick_masks(window.dialog(frame)),
        ..FILE
    };
    IMPORT_CLASSES = Command {
        id: "ImportClasses",
        over_comparison: false,
        enabled: Tinsel::has_photo,
        run: |window, _, frame| window.tasks.pick_classes(window.dialog(frame)),
        ..FILE
    };
    QUIT = Command {
        id: "Quit",
        begins_group: true,
        keys: &[ctrl(Key::Q)],
        run: |_, ctx, _| ctx.send_viewport_cmd(ViewportCommand::Close),
        ..FILE
    };
}

fn open_export(window: &mut Tinsel, _: &Context, _: &eframe::Frame) {
    if let Some(open) = &window.workspace.open {
        let path = &open.photo.path;
        let beside = path.parent().filter(|_| !window.sample.is(path));
        let (model, settings) = (window.model.name(), &window.settings);
        window.export.open_for(&window.workspace.document, beside, model, settings);
    }
}

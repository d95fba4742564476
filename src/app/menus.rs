//! Lines of menus that run commands, and the menus of the secondary button: on masks, on the photo beside them,
//! and on photos of the filmstrip.

use std::path::{Path, PathBuf};

use egui::{Align2, Button, Color32, FontFamily, FontId, Response, ScrollArea, Ui, vec2};

use super::actions::{Action, Actions};
use super::commands::{self, Availability, Command};
use super::look::{ICONS, icons};
use super::texts::{menus as texts, states};
use crate::document::{ClassId, Document, Edit, MaskId};
use crate::files::project::{PhotoState, ProjectEdit, WorkState};

/// The height of a list of classes, in points.
const CLASSES_HEIGHT: f32 = 300.0;
/// The room for check marks before the lines of a menu, and as much behind them, in points.
const GUTTER: f32 = 22.0;

/// Lines of a menu touch, so that all fit a low window and the pointer is always on one. There is room for check marks
/// before them.
fn close_up(ui: &mut Ui) {
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.spacing_mut().button_padding.x = GUTTER;
}

/// A line with a check mark if what it stands for is on.
fn checked_ui(ui: &mut Ui, button: Button, is_enabled: bool, is_on: bool) -> Response {
    let scope = ui.scope(|ui| {
        let text = ui.visuals().widgets.inactive.fg_stroke.color;
        let selection = &mut ui.visuals_mut().selection;
        (selection.bg_fill, selection.stroke.color) = (Color32::TRANSPARENT, text);
        ui.add_enabled(is_enabled, button.selected(is_on))
    });
    let response = scope.inner;
    if is_on {
        let at = response.rect.left_center() + vec2(GUTTER / 2.0, 0.0);
        let font = FontId::new(13.0, FontFamily::Name(ICONS.into()));
        let colour = ui.visuals().widgets.inactive.fg_stroke.color;
        ui.painter().text(at, Align2::CENTER_CENTER, icons::CHECK, font, colour);
    }
    response
}

/// A line that runs a command, with its keys.
pub(super) fn command_item_ui(
    ui: &mut Ui,
    command: &'static Command,
    availability: &Availability,
    actions: &mut Actions,
) {
    item_ui(ui, command, &availability.text(command), availability, actions);
}

/// Commands as a menu: in groups, and those of a submenu in one. `after` draws what comes after a command.
pub(super) fn commands_ui(
    ui: &mut Ui,
    commands: &[&'static Command],
    availability: &Availability,
    actions: &mut Actions,
    mut after: impl FnMut(&mut Ui, &'static Command, &mut Actions),
) {
    close_up(ui);
    for (i, together) in commands.chunk_by(|a, b| a.submenu.is_some() && a.submenu == b.submenu).enumerate() {
        let [first, ..] = *together else { continue };
        if first.begins_group && i > 0 {
            ui.separator();
        }
        if let Some(submenu) = first.submenu {
            ui.menu_button(submenu.label(), |ui| {
                close_up(ui);
                together.iter().for_each(|command| command_item_ui(ui, command, availability, actions));
            });
        } else {
            command_item_ui(ui, first, availability, actions);
            after(ui, first, actions);
        }
    }
}

/// The same with a text that suits the place better.
fn item_ui(
    ui: &mut Ui,
    command: &'static Command,
    text: &str,
    availability: &Availability,
    actions: &mut Actions,
) {
    let mut button = Button::new(text);
    if let Some(key) = availability.keymap.text(ui.ctx(), command) {
        button = button.shortcut_text(key);
    }
    let is_enabled = availability.is_enabled(command);
    let mut response = checked_ui(ui, button, is_enabled, availability.is_on(command));
    if !command.tooltip().is_empty() {
        response = response.on_hover_text(command.tooltip());
    }
    if response.clicked() {
        actions.push(Action::Run(command));
    }
}

/// What can be done to the selected masks.
pub(super) fn mask_menu_ui(
    ui: &mut Ui,
    document: &Document,
    availability: &Availability,
    actions: &mut Actions,
) {
    use commands::{edit, file, mask, prompt, tool};
    close_up(ui);
    let selected: Vec<_> = document.selection().iter().filter_map(|id| document.mask(*id)).collect();
    let is_visible = selected.iter().any(|item| item.visible);
    let is_locked = selected.iter().all(|item| item.locked);
    let is_alone = document.solo().is_some();
    let mut item = |ui: &mut Ui, command, text| item_ui(ui, command, text, availability, actions);
    item(ui, &prompt::REFINE, texts::refine());
    item(ui, &tool::VERTICES, texts::edit_outline());
    item(ui, &mask::INSPECT_SELECTED, texts::inspect());
    ui.separator();
    item(ui, &mask::HIDE_SELECTED, if is_visible { texts::hide() } else { texts::show() });
    item(ui, &mask::SOLO_SELECTED, if is_alone { texts::show_all() } else { texts::show_alone() });
    item(ui, &mask::LOCK_SELECTED, if is_locked { texts::unlock() } else { texts::lock() });
    ui.separator();
    item(ui, &mask::RENAME_SELECTED, texts::rename());
    ui.menu_button(texts::class(), |ui| class_menu_ui(ui, document, actions));
    ui.separator();
    let mut item = |ui: &mut Ui, command, text| item_ui(ui, command, text, availability, actions);
    item(ui, &edit::COPY_MASKS, texts::copy());
    item(ui, &edit::COPY_CUTOUT, edit::COPY_CUTOUT.text());
    item(ui, &edit::COPY_MASK, edit::COPY_MASK.text());
    item(ui, &edit::DUPLICATE_SELECTED, texts::duplicate());
    item(ui, &file::EXPORT_SELECTED, texts::export());
    ui.separator();
    item(ui, &edit::DELETE_SELECTED, texts::delete());
}

/// The classes, to assign one to the selected masks.
fn class_menu_ui(ui: &mut Ui, document: &Document, actions: &mut Actions) {
    let selected: Vec<MaskId> = document.selection().iter().copied().collect();
    let mut of_masks = selected.iter().filter_map(|id| document.mask(*id)).map(|item| item.annotation.class);
    let shared = of_masks.next().filter(|first| of_masks.all(|class| class == *first));
    let mut choice = |ui: &mut Ui, class: Option<ClassId>, name: &str, key: Option<u8>| {
        let mut button = Button::new(name);
        if let Some(key) = key {
            button = button.shortcut_text(key.to_string());
        }
        if checked_ui(ui, button, true, shared == Some(class)).clicked() {
            actions.push(Action::Edit(Edit::SetClass(selected.clone(), class)));
        }
    };
    close_up(ui);
    choice(ui, None, texts::no_class(), Some(0));
    ScrollArea::vertical().max_height(CLASSES_HEIGHT).show(ui, |ui| {
        for class in document.classes().all() {
            choice(ui, Some(class.id), &class.name, class.key);
        }
    });
}

/// What can be done to the photo where no mask is.
pub(super) fn canvas_menu_ui(ui: &mut Ui, availability: &Availability, actions: &mut Actions) {
    use commands::{edit, photo, prompt, view};
    close_up(ui);
    let groups: [&[&'static Command]; 4] = [
        &[&edit::PASTE_MASKS, &edit::PASTE_BY_SHAPE, &edit::SELECT_ALL],
        &[&prompt::SEGMENT_EVERYTHING, &prompt::ENCODE_REGION, &prompt::WHOLE_PHOTO],
        &[&view::SHOW_ALL, &view::ZOOM_FIT, &view::ZOOM_ACTUAL],
        &[&photo::SHOW_IN_FOLDER],
    ];
    for (i, group) in groups.into_iter().enumerate() {
        if i > 0 {
            ui.separator();
        }
        group.iter().for_each(|command| command_item_ui(ui, command, availability, actions));
    }
}

/// A photo of the filmstrip.
pub(super) struct PhotoSubject<'a> {
    pub path: &'a Path,
    /// Its place in the list.
    pub index: usize,
    pub is_current: bool,
    pub state: WorkState,
    /// The project of its folder has been read, so that its state can change.
    pub has_project: bool,
}

/// What can be done to a photo. The keys are those of the commands for the open photo.
pub(super) fn photo_menu_ui(
    ui: &mut Ui,
    subject: &PhotoSubject,
    availability: &Availability,
    actions: &mut Actions,
) {
    close_up(ui);
    let path = || PathBuf::from(subject.path);
    let key_of = |ui: &Ui, command: &Command| {
        availability.keymap.text(ui.ctx(), command).filter(|_| subject.is_current).unwrap_or_default()
    };
    if ui.add_enabled(!subject.is_current, Button::new(texts::open_photo())).clicked() {
        actions.push(Action::GoToPhoto(subject.index));
    }
    ui.separator();
    let now = if let WorkState::Set(state) = subject.state { Some(state) } else { None };
    let review_key = key_of(ui, &commands::photo::MARK_REVIEW);
    ui.add_enabled_ui(subject.has_project, |ui| {
        for (wanted, text, key) in [
            (Some(PhotoState::Done), states::state(WorkState::Set(PhotoState::Done)), ""),
            (Some(PhotoState::Review), states::state(WorkState::Set(PhotoState::Review)), &*review_key),
            (None, states::clear(), ""),
        ] {
            if checked_ui(ui, with_key(Button::new(text), key), true, now == wanted).clicked() {
                let name = subject.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                actions.push(Action::EditPhoto(path(), ProjectEdit::SetState(name, wanted)));
            }
        }
        let key = key_of(ui, &commands::photo::EDIT_NOTE);
        if ui.add(with_key(Button::new(commands::photo::EDIT_NOTE.text()), &key)).clicked() {
            actions.push(Action::EditNote(path()));
        }
    });
    ui.separator();
    let key = key_of(ui, &commands::photo::SHOW_IN_FOLDER);
    if ui.add(with_key(Button::new(commands::photo::SHOW_IN_FOLDER.text()), &key)).clicked() {
        actions.push(Action::ShowInFolder(path()));
    }
    if ui.button(texts::copy_path()).clicked() {
        ui.ctx().copy_text(subject.path.display().to_string());
    }
}

fn with_key<'a>(button: Button<'a>, key: &'a str) -> Button<'a> {
    if key.is_empty() { button } else { button.shortcut_text(key) }
}

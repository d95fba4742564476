//! The classes of the folder: choose the active one, add, search, rename, merge, colour, delete, and assign to
//! the selected masks.

use std::collections::HashMap;

use egui::scroll_area::ScrollArea;
use egui::{Button, CollapsingHeader, Id, Key, RichText, TextEdit, Ui};

use super::super::actions::{Action, Actions};
use super::super::look::select_all;
use super::super::texts::classes as texts;
use super::AttributeWindow;
use crate::colour::Colour;
use crate::document::{Class, ClassId, Document};
use crate::files::project::ProjectEdit;

/// The list is at most this high, in points; longer ones scroll.
const MAX_HEIGHT: f32 = 190.0;
/// Shorter lists need no search.
const SEARCH_FROM: usize = 9;
const ROW_HEIGHT: f32 = 20.0;

/// What the panel remembers between frames.
#[derive(Default)]
pub(in crate::app) struct Classes {
    /// The name of a class that is being typed.
    new: String,
    search: String,
    renaming: Option<(ClassId, String)>,
    /// A colour that is being picked, which becomes a change when the picker is left.
    picking: Option<(ClassId, Colour)>,
    pub attributes: AttributeWindow,
}

impl Classes {
    /// Forgets what is about the classes of one folder.
    pub fn leave_photo(&mut self) {
        (self.renaming, self.picking) = (None, None);
    }

    pub fn ui(&mut self, ui: &mut Ui, document: &Document, active: Option<&Class>, actions: &mut Actions) {
        let classes = document.classes().all();
        let title = texts::title(classes.len(), active.map(|class| &*class.name));
        CollapsingHeader::new(title).id_salt("classes").default_open(false).show(ui, |ui| {
            if classes.len() >= SEARCH_FROM {
                let edit = TextEdit::singleline(&mut self.search).hint_text(texts::search());
                let response = ui.add(edit.desired_width(f32::INFINITY));
                response
                    .widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, texts::search()));
            } else {
                self.search.clear();
            }
            self.list_ui(ui, document, active, actions);
            self.new_ui(ui, document, actions);
        });
    }

    fn list_ui(&mut self, ui: &mut Ui, document: &Document, active: Option<&Class>, actions: &mut Actions) {
        let searched = self.search.trim().to_lowercase();
        let is_found = |class: &&Class| searched.is_empty() || class.name.to_lowercase().contains(&searched);
        let found: Vec<&Class> = document.classes().all().iter().filter(is_found).collect();
        if found.is_empty() && !searched.is_empty() {
            ui.weak(texts::nothing_found());
        }
        let mut counts: HashMap<ClassId, usize> = HashMap::new();
        for class in document.masks().iter().filter_map(|item| document.class_of(item)) {
            *counts.entry(class.id).or_default() += 1;
        }
        let area = ScrollArea::vertical().id_salt("class list").max_height(MAX_HEIGHT);
        area.auto_shrink([false, true]).show_rows(ui, ROW_HEIGHT, found.len(), |ui, rows| {
            for class in &found[rows] {
                let is_active = active.is_some_and(|active| active.id == class.id);
                let count = counts.get(&class.id).copied().unwrap_or(0);
                ui.push_id(class.id, |ui| {
                    ui.horizontal(|ui| self.class_ui(ui, class, count, is_active, document, actions));
                });
            }
        });
    }

    fn new_ui(&mut self, ui: &mut Ui, document: &Document, actions: &mut Actions) {
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut self.new)
                // Its own, because rows come before it.
                .id(Id::unique("new class"))
                .hint_text(texts::new())
                .desired_width(160.0);
            let response = ui.add(edit);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, texts::new()));
            let entered = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
            let name = self.new.trim().to_owned();
            let is_new = !name.is_empty() && document.classes().named(&name).is_none();
            let button = ui.add_enabled(is_new, Button::new(texts::add()));
            if is_new && (entered || button.clicked()) {
                actions.push(Action::EditProject(ProjectEdit::AddClasses(vec![(name, None)])));
                self.new.clear();
                if entered {
                    // The next class can be typed at once.
                    response.request_focus();
                }
            }
        });
    }

    fn class_ui(
        &mut self,
        ui: &mut Ui,
        class: &Class,
        count: usize,
        is_active: bool,
        document: &Document,
        actions: &mut Actions,
    ) {
        let mut colour = self.picking.filter(|(id, _)| *id == class.id).map_or(class.colour, |(_, c)| c);
        let picker = ui.color_edit_button_srgb(&mut colour);
        if picker.changed() {
            self.picking = Some((class.id, colour));
        } else if let Some((id, colour)) = self.picking.filter(|(id, _)| *id == class.id)
            && !egui::Popup::is_any_open(ui.ctx())
        {
            self.picking = None;
            actions.push(Action::EditProject(ProjectEdit::SetColour(id, colour)));
        }
        let key = class.key.map(|key| key.to_string()).unwrap_or_default();
        ui.add_sized([10.0, ROW_HEIGHT], egui::Label::new(RichText::new(key).monospace().weak()));
        match &mut self.renaming {
            Some((id, text)) if *id == class.id => {
                let response = ui.add(TextEdit::singleline(text).desired_width(120.0));
                let typed = text.clone();
                response.widget_info(|| {
                    let mut info = egui::WidgetInfo::text_edit(true, &typed, &typed, texts::rename());
                    info.label = Some(texts::new_name().to_owned());
                    info
                });
                if response.lost_focus() {
                    let name = text.trim().to_owned();
                    let is_kept = !name.is_empty() && !ui.input(|i| i.key_pressed(Key::Escape));
                    if is_kept && name != class.name {
                        actions.push(Action::EditProject(ProjectEdit::RenameClass(class.id, name)));
                    }
                    self.renaming = None;
                } else if !response.has_focus() {
                    response.request_focus();
                    select_all(ui, &response, &typed);
                }
            }
            _ => {
                let button = Button::new(texts::class(&class.name, count)).selected(is_active).truncate();
                let width = (ui.available_width() - 34.0).max(40.0);
                let response = ui
                    .scope(|ui| {
                        ui.set_max_width(width);
                        ui.add(button)
                    })
                    .inner;
                if response.on_hover_text(texts::choose_tooltip()).clicked() {
                    actions.push(Action::ChooseClass(Some(class.id)));
                }
                self.menu_ui(ui, class, count, is_active, document, actions);
            }
        }
    }

    fn menu_ui(
        &mut self,
        ui: &mut Ui,
        class: &Class,
        count: usize,
        is_active: bool,
        document: &Document,
        actions: &mut Actions,
    ) {
        let menu = ui.menu_button("…", |ui| {
            if is_active && ui.button(texts::none_active()).clicked() {
                actions.push(Action::ChooseClass(None));
            }
            if ui.add_enabled(count > 0, Button::new(texts::select_masks())).clicked() {
                let masks = document.masks().iter();
                let is_of_class = |id: ClassId| document.classes().get(id).is_some_and(|c| c.id == class.id);
                let own = masks.filter(|item| item.annotation.class.is_some_and(is_of_class));
                actions.push(Action::Select(own.map(|item| item.id).collect()));
            }
            if ui.button(texts::rename()).clicked() {
                self.renaming = Some((class.id, class.name.clone()));
            }
            if ui.button(texts::attributes()).clicked() {
                self.attributes.open(class);
            }
            ui.menu_button(texts::key(), |ui| {
                for key in (1..=9).map(Some).chain([None]) {
                    let text = key.map_or(texts::no_key().to_owned(), |key| key.to_string());
                    if ui.add(Button::new(text).selected(class.key == key)).clicked() {
                        actions.push(Action::EditProject(ProjectEdit::SetKey(class.id, key)));
                    }
                }
            });
            ui.add_enabled_ui(document.classes().all().len() > 1, |ui| {
                ui.menu_button(texts::merge(), |ui| {
                    let others: Vec<&Class> =
                        document.classes().all().iter().filter(|other| other.id != class.id).collect();
                    ScrollArea::vertical().max_height(300.0).show_rows(
                        ui,
                        ROW_HEIGHT,
                        others.len(),
                        |ui, rows| {
                            for other in &others[rows] {
                                if ui.button(&other.name).clicked() {
                                    let edit = ProjectEdit::RenameClass(class.id, other.name.clone());
                                    actions.push(Action::EditProject(edit));
                                }
                            }
                        },
                    );
                });
            });
            ui.separator();
            if ui.button(texts::delete()).on_hover_text(texts::delete_tooltip()).clicked() {
                actions.push(Action::EditProject(ProjectEdit::RemoveClass(class.id)));
            }
        });
        menu.response.accessible_name(texts::menu(&class.name));
    }
}

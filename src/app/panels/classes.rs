//! The classes of the photo: add, rename, colour, delete, and assign to the selected masks.

use egui::{Button, CollapsingHeader, Color32, Id, TextEdit, Ui};

use super::super::actions::{Action, Actions};
use super::super::texts::classes as texts;
use crate::document::{Class, ClassId, Document, Edit, MaskId};

/// What the panel remembers between frames.
#[derive(Default)]
pub(in crate::app) struct Classes {
    /// The name of a class that is being typed.
    new: String,
    renaming: Option<(ClassId, String)>,
    /// A colour that is being picked, which becomes a change when the picker is left.
    picking: Option<(ClassId, [u8; 3])>,
}

impl Classes {
    /// Forgets what is about the classes of one photo.
    pub fn leave_photo(&mut self) {
        (self.renaming, self.picking) = (None, None);
    }

    pub fn ui(&mut self, ui: &mut Ui, document: &Document, actions: &mut Actions) {
        let title = texts::title(document.classes().len());
        CollapsingHeader::new(title).id_salt("classes").default_open(false).show(ui, |ui| {
            for (i, class) in document.classes().iter().enumerate() {
                ui.horizontal(|ui| self.class_ui(ui, i, class, document, actions));
            }
            ui.horizontal(|ui| {
                let edit = TextEdit::singleline(&mut self.new)
                    // Its own, because rows come before it.
                    .id(Id::unique("new class"))
                    .hint_text(texts::NEW)
                    .desired_width(160.0);
                let response = ui.add(edit);
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, texts::NEW));
                let entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
                let name = self.new.trim().to_owned();
                let is_new = !name.is_empty() && document.classes().iter().all(|c| c.name != name);
                let button = ui.add_enabled(is_new, Button::new(texts::ADD));
                if is_new && (entered || button.clicked()) {
                    actions.push(Action::Edit(Edit::AddClass(name)));
                    self.new.clear();
                    if entered {
                        // The next class can be typed at once.
                        response.request_focus();
                    }
                }
            });
        });
    }

    fn class_ui(&mut self, ui: &mut Ui, i: usize, class: &Class, document: &Document, actions: &mut Actions) {
        let mut colour = self.picking.filter(|(id, _)| *id == class.id).map_or(class.colour, |(_, c)| c);
        let picker = ui.color_edit_button_srgb(&mut colour);
        if picker.changed() {
            self.picking = Some((class.id, colour));
        } else if let Some((id, colour)) = self.picking.filter(|(id, _)| *id == class.id)
            && !egui::Popup::is_any_open(ui.ctx())
        {
            self.picking = None;
            actions.push(Action::Edit(Edit::SetClassColour(id, colour)));
        }
        if i < 9 {
            ui.weak((i + 1).to_string());
        }
        match &mut self.renaming {
            Some((id, text)) if *id == class.id => {
                let response = ui.add(TextEdit::singleline(text).desired_width(120.0));
                if response.lost_focus() {
                    let name = text.trim().to_owned();
                    let taken = document.classes().iter().any(|c| c.name == name);
                    if !name.is_empty() && !taken && !ui.input(|i| i.key_pressed(egui::Key::Escape)) {
                        actions.push(Action::Edit(Edit::RenameClass(class.id, name)));
                    }
                    self.renaming = None;
                } else if !response.has_focus() {
                    response.request_focus();
                }
            }
            _ => {
                let selection: Vec<MaskId> = document.selection().iter().copied().collect();
                let count = document.masks().iter().filter(|m| m.annotation.class == Some(class.id)).count();
                let text = texts::class(&class.name, count);
                let button = ui.add(Button::new(text).fill(Color32::TRANSPARENT));
                if button.on_hover_text(texts::ASSIGN_TOOLTIP).clicked() {
                    actions.push(if selection.is_empty() {
                        let own = document.masks().iter().filter(|m| m.annotation.class == Some(class.id));
                        Action::Select(own.map(|m| m.id).collect())
                    } else {
                        Action::Edit(Edit::SetClass(selection, Some(class.id)))
                    });
                }
                let button = |ui: &mut Ui, text: &str, verb: &str| {
                    let name = texts::button(verb, &class.name);
                    ui.small_button(text).on_hover_text(verb).accessible_name(name).clicked()
                };
                if button(ui, "…", texts::RENAME) {
                    self.renaming = Some((class.id, class.name.clone()));
                }
                if button(ui, "×", texts::DELETE) {
                    actions.push(Action::Edit(Edit::DeleteClass(class.id)));
                }
            }
        }
    }
}

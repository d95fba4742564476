//! Attributes: the window that defines those of a class, and the fields for their values.

use egui::{Button, Checkbox, ComboBox, Context, Grid, Id, Modal, TextEdit, Ui, WidgetInfo};

use super::super::actions::{Action, Actions};
use super::super::look::number_field;
use super::super::texts::attributes as texts;
use crate::attribute::{AttributeDefinition, AttributeKind, AttributeValue};
use crate::document::{Class, ClassId, Document, Edit, MaskId, MaskItem};
use crate::files::project::ProjectEdit;

/// The attributes of a class while they are edited.
#[derive(Default)]
pub(in crate::app) struct AttributeWindow {
    edited: Option<Edited>,
}

struct Edited {
    class: ClassId,
    name: String,
    /// Each with the choices as text.
    definitions: Vec<(AttributeDefinition, String)>,
}

/// A text field that is being typed in, until it loses the focus.
#[derive(Default)]
pub(in crate::app) struct AttributeFields {
    typed: Option<(MaskId, String, String)>,
}

impl AttributeWindow {
    pub fn open(&mut self, class: &Class) {
        let with_choices = |definition: &AttributeDefinition| {
            let choices = match &definition.kind {
                AttributeKind::Choice { values } => values.join(", "),
                _ => String::new(),
            };
            (definition.clone(), choices)
        };
        let definitions = class.attributes.iter().map(with_choices).collect();
        self.edited = Some(Edited { class: class.id, name: class.name.clone(), definitions });
    }

    pub fn is_open(&self) -> bool {
        self.edited.is_some()
    }

    pub fn ui(&mut self, ctx: &Context, actions: &mut Actions) {
        let Some(edited) = &mut self.edited else { return };
        let (mut save, mut close) = (false, false);
        let modal = Modal::new(Id::unique("attributes")).show(ctx, |ui| {
            ui.set_width(460.0);
            ui.heading(texts::title(&edited.name));
            definitions_ui(ui, &mut edited.definitions);
            if ui.button(texts::add()).clicked() {
                let definition = AttributeDefinition { name: String::new(), kind: AttributeKind::YesNo };
                edited.definitions.push((definition, String::new()));
            }
            ui.separator();
            ui.horizontal(|ui| {
                save = ui.button(texts::save()).clicked();
                close = ui.button(texts::cancel()).clicked();
            });
        });
        if save {
            let edit = ProjectEdit::SetAttributes(edited.class, finished(&edited.definitions));
            actions.push(Action::EditProject(edit));
        }
        if save || close || modal.should_close() {
            self.edited = None;
        }
    }
}

/// The definitions with a name, each name once.
fn finished(definitions: &[(AttributeDefinition, String)]) -> Vec<AttributeDefinition> {
    let mut finished: Vec<AttributeDefinition> = vec![];
    for (definition, choices) in definitions {
        let name = definition.name.trim().to_owned();
        if name.is_empty() || finished.iter().any(|other| other.name == name) {
            continue;
        }
        let kind = match &definition.kind {
            AttributeKind::Choice { .. } => {
                let values = choices.split(',').map(|value| value.trim().to_owned());
                AttributeKind::Choice { values: values.filter(|value| !value.is_empty()).collect() }
            }
            kind => kind.clone(),
        };
        finished.push(AttributeDefinition { name, kind });
    }
    finished
}

fn definitions_ui(ui: &mut Ui, definitions: &mut Vec<(AttributeDefinition, String)>) {
    let mut deleted = None;
    Grid::new("definitions").num_columns(4).show(ui, |ui| {
        for (i, (definition, choices)) in definitions.iter_mut().enumerate() {
            let edit =
                TextEdit::singleline(&mut definition.name).hint_text(texts::name()).desired_width(120.0);
            let response = ui.add(edit);
            response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, texts::name()));
            ComboBox::from_id_salt(("kind", i)).selected_text(kind_text(&definition.kind)).show_ui(
                ui,
                |ui| {
                    let choice = AttributeKind::Choice { values: vec![] };
                    for kind in [AttributeKind::YesNo, AttributeKind::Text, AttributeKind::Number, choice] {
                        let is_current =
                            std::mem::discriminant(&kind) == std::mem::discriminant(&definition.kind);
                        if ui.add(Button::new(kind_text(&kind)).selected(is_current)).clicked() {
                            definition.kind = kind;
                        }
                    }
                },
            );
            if matches!(definition.kind, AttributeKind::Choice { .. }) {
                let edit = TextEdit::singleline(choices).hint_text(texts::choices()).desired_width(150.0);
                let response = ui.add(edit);
                response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, texts::choices()));
            } else {
                ui.label("");
            }
            if ui.small_button("×").on_hover_text(texts::delete()).clicked() {
                deleted = Some(i);
            }
            ui.end_row();
        }
    });
    if let Some(i) = deleted {
        definitions.remove(i);
    }
}

fn kind_text(kind: &AttributeKind) -> &'static str {
    match kind {
        AttributeKind::YesNo => texts::yes_no(),
        AttributeKind::Text => texts::text(),
        AttributeKind::Number => texts::number(),
        AttributeKind::Choice { .. } => texts::choice(),
    }
}

impl AttributeFields {
    /// The attributes of the selected masks: those of the class of the first one, and others that it has.
    pub fn ui(&mut self, ui: &mut Ui, document: &Document, selected: &[&MaskItem], actions: &mut Actions) {
        let Some(first) = selected.first() else { return };
        let defined = document.class_of(first).map_or(&[][..], |class| &class.attributes);
        let has = &first.annotation.attributes;
        let is_defined = |name: &str| defined.iter().any(|definition| definition.name == name);
        let others = has
            .keys()
            .filter(|name| !is_defined(name))
            .map(|name| AttributeDefinition { name: name.clone(), kind: AttributeKind::Text });
        let all: Vec<AttributeDefinition> = defined.iter().cloned().chain(others).collect();
        if all.is_empty() {
            return;
        }
        let ids: Vec<MaskId> = selected.iter().map(|item| item.id).collect();
        Grid::new("attributes").num_columns(2).show(ui, |ui| {
            for AttributeDefinition { name, kind } in &all {
                ui.weak(name);
                if let Some(value) = self.field_ui(ui, first, name, kind, has.get(name)) {
                    actions.push(Action::Edit(Edit::SetAttribute(ids.clone(), name.clone(), value)));
                }
                ui.end_row();
            }
        });
    }

    /// The field for a value; returns the new value if the user has changed it.
    fn field_ui(
        &mut self,
        ui: &mut Ui,
        item: &MaskItem,
        name: &str,
        kind: &AttributeKind,
        value: Option<&AttributeValue>,
    ) -> Option<Option<AttributeValue>> {
        match kind {
            AttributeKind::YesNo => {
                let mut yes = value == Some(&AttributeValue::YesNo(true));
                let response = ui.add(Checkbox::without_text(&mut yes));
                response.widget_info(|| WidgetInfo::selected(egui::Role::CheckBox, true, yes, name));
                response.changed().then_some(Some(AttributeValue::YesNo(yes)))
            }
            AttributeKind::Number => {
                let mut number = if let Some(AttributeValue::Number(number)) = value { *number } else { 0.0 };
                let response = ui.add(number_field(&mut number).update_while_editing(false));
                response.changed().then_some(Some(AttributeValue::Number(number)))
            }
            AttributeKind::Choice { values } => {
                let now = value.map(ToString::to_string);
                let mut chosen = None;
                let shown = now.clone().unwrap_or_default();
                ComboBox::from_id_salt(("attribute", name)).selected_text(shown).show_ui(ui, |ui| {
                    for choice in std::iter::once(None).chain(values.iter().map(Some)) {
                        let text = choice.map_or(texts::none(), String::as_str);
                        if ui.add(Button::new(text).selected(now.as_ref() == choice)).clicked() {
                            chosen = Some(choice.map(|choice| AttributeValue::Text(choice.clone())));
                        }
                    }
                });
                chosen
            }
            AttributeKind::Text => {
                let is_typed = |typed: &(MaskId, String, String)| typed.0 == item.id && typed.1 == name;
                let kept = value.map(ToString::to_string).unwrap_or_default();
                let mut text = match self.typed.as_ref().filter(|typed| is_typed(typed)) {
                    Some((_, _, text)) => text.clone(),
                    None => kept.clone(),
                };
                let response = ui.add(TextEdit::singleline(&mut text).desired_width(150.0));
                response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, name));
                if response.changed() {
                    self.typed = Some((item.id, name.to_owned(), text.clone()));
                }
                if !response.lost_focus() || text == kept {
                    return None;
                }
                self.typed.take_if(|typed| is_typed(typed));
                let text = text.trim();
                Some((!text.is_empty()).then(|| AttributeValue::Text(text.to_owned())))
            }
        }
    }
}

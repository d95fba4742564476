//! The window for the note about a photo.

use std::path::PathBuf;

use egui::{Context, Id, Key, Modal, TextEdit};

use super::super::actions::{Action, Actions};
use super::super::texts::states as texts;
use crate::files::project::ProjectEdit;

/// The note that is being written, if any.
#[derive(Default)]
pub(in crate::app) struct Note {
    /// The photo, the note, and the tags with commas between them.
    edited: Option<(PathBuf, String, String)>,
}

impl Note {
    pub fn open(&mut self, photo: PathBuf, text: String, tags: &[String]) {
        self.edited = Some((photo, text, tags.join(", ")));
    }

    pub fn is_open(&self) -> bool {
        self.edited.is_some()
    }

    pub fn ui(&mut self, ctx: &Context, actions: &mut Actions) {
        let Some((photo, text, tags)) = &mut self.edited else { return };
        let name = photo.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (mut save, mut close) = (false, false);
        let modal = Modal::new(Id::unique("note")).show(ctx, |ui| {
            ui.set_width(360.0);
            ui.heading(texts::note_title(&name));
            let edit = TextEdit::multiline(text).desired_rows(3).desired_width(f32::INFINITY);
            let response = ui.add(edit);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, texts::note()));
            if ui.memory(|memory| memory.focused().is_none()) {
                response.request_focus();
            }
            let edit = TextEdit::singleline(tags).hint_text(texts::tags_hint()).desired_width(f32::INFINITY);
            let response = ui.add(edit);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, texts::tags()));
            ui.horizontal(|ui| {
                save = ui.button(texts::save()).clicked();
                close = ui.button(texts::cancel()).clicked();
            });
            save |= ui.input(|input| input.modifiers.command && input.key_pressed(Key::Enter));
        });
        if save {
            let mut words: Vec<String> = tags.split(',').map(|tag| tag.trim().to_owned()).collect();
            words.retain(|tag| !tag.is_empty());
            let note = ProjectEdit::SetNote(name.clone(), text.trim().to_owned());
            actions.push(Action::EditPhoto(photo.clone(), note));
            actions.push(Action::EditPhoto(photo.clone(), ProjectEdit::SetTags(name, words)));
        }
        if save || close || modal.should_close() {
            self.edited = None;
        }
    }
}

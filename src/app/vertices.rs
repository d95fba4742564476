//! Editing the outline of a mask point by point: when it begins, and what becomes of it.

use egui::{Context, Key, Modifiers};

use super::actions::Action;
use super::settings::Tool;
use super::shell::Tinsel;
use super::state::{EditedMask, VertexEdit, Vertices};
use super::texts::{messages, vertices as texts};
use crate::document::{Edit, Label, Reshape};
use crate::mask::Mask;

impl Tinsel {
    /// Takes the tool, and tells if there is no mask to edit.
    pub(super) fn take_vertex_tool(&mut self) {
        self.stage.tool = Tool::Vertices;
        if !self.selects_one() {
            self.messages.news(texts::select_one());
        } else if self.selected().any(|item| item.locked) {
            self.messages.news(messages::selected_locked());
        }
    }

    /// Begins with the selected mask while the tool is taken; applies the outline when it is left, or another
    /// mask is selected.
    pub(super) fn follow_vertices(&mut self) {
        let wanted = self.mask_to_edit();
        let current = self.stage.vertices.mask();
        let is_same = |a: &EditedMask, b: &EditedMask| a.is(b.photo, b.id, &b.pixels);
        match (current, &wanted) {
            (None, None) => return,
            (Some(current), Some(wanted)) if is_same(current, wanted) => return,
            _ => self.finish_vertices(),
        }
        if let Some(mask) = wanted {
            self.tasks.trace_vertices(mask.clone(), self.settings.vertex_tolerance);
            self.stage.vertices = Vertices::Tracing(mask);
        }
    }

    /// The only selected mask, if the tool can edit it.
    fn mask_to_edit(&self) -> Option<EditedMask> {
        let open = self.workspace.open.as_ref().filter(|_| self.stage.tool == Tool::Vertices)?;
        let item = self.selected().next().filter(|item| self.selects_one() && !item.locked)?;
        Some(EditedMask { photo: open.id, id: item.id, pixels: item.annotation.mask.clone() })
    }

    /// Turns the edited outline into pixels.
    pub(super) fn finish_vertices(&mut self) {
        if let Some(editing) = self.stage.vertices.take_changed() {
            self.tasks.fill_vertices(editing.mask, editing.polygon);
        }
    }

    /// As [`Tinsel::finish_vertices`], before all work is saved.
    pub(super) fn finish_vertices_now(&mut self) {
        if let Some(editing) = self.stage.vertices.take_changed() {
            let filled = editing.polygon.applied(&editing.mask.pixels);
            self.vertices_filled(&editing.mask, filled);
        }
    }

    /// Leaves the tool with the outline as it is.
    pub(super) fn apply_vertices(&mut self) {
        let is_changed = self.stage.vertices.editing().is_some_and(|editing| editing.polygon.is_changed());
        if !is_changed {
            self.messages.news(texts::unchanged());
        }
        self.finish_vertices();
        self.stage.tool = Tool::Select;
    }

    /// Leaves the tool with the mask as it was.
    pub(super) fn discard_vertices(&mut self) {
        self.stage.vertices = Vertices::Idle;
        self.stage.tool = Tool::Select;
    }

    /// Gives a mask the pixels of its edited outline, as one step of undo, and tells how many have changed.
    pub(super) fn vertices_filled(&mut self, edited: &EditedMask, filled: Mask) {
        let Some(document) = self.workspace.document_of(edited.photo) else { return };
        let now = document.mask(edited.id).map(|item| item.annotation.mask.clone());
        if !now.is_some_and(|now| edited.is(edited.photo, edited.id, &now)) {
            return self.messages.news(messages::masks_changed());
        }
        let kept = edited.pixels.intersection_area(&filled);
        let (added, removed) = (filled.area() - kept, edited.pixels.area() - kept);
        if added + removed > 0 {
            let changed = vec![(edited.id, filled.into())];
            document.apply(Edit::Reshape(Reshape { what: Label::EditPoints, changed, ..Reshape::default() }));
        }
        self.messages.news(texts::changed(added, removed));
    }

    /// What a pressed key means for the outline that is edited; it comes before commands.
    pub(super) fn take_vertex_key(&self, ctx: &Context) -> Option<Action> {
        let editing = self.stage.vertices.editing()?;
        let pressed = |key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        // Escape belongs to what the mouse is doing first.
        if !self.stage.canvas.is_dragging() && pressed(Key::Escape) {
            return Some(Action::DiscardVertices);
        }
        // Enter on a button belongs to it.
        let is_on_canvas = ctx.memory(|memory| memory.focused()).is_none_or(|id| self.stage.canvas.is(id));
        if is_on_canvas && self.document().prompting().is_empty() && pressed(Key::Enter) {
            return Some(Action::ApplyVertices);
        }
        let selected = editing.selected.filter(|_| pressed(Key::Delete) || pressed(Key::Backspace))?;
        Some(Action::Vertices(VertexEdit::Delete(selected)))
    }
}

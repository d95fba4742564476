//! The mask whose outline is edited point by point.

use std::sync::Arc;

use crate::document::MaskId;
use crate::mask::Mask;
use crate::mask::vertices::{VertexId, VertexPolygon};

/// As many changes can be undone while the outline is edited.
const MAX_STEPS: usize = 100;

/// A change of the outline that is edited; places are in photo pixels.
#[derive(Debug, Clone)]
pub(in crate::app) enum VertexEdit {
    /// The mouse has pressed a vertex and is now here.
    Drag {
        vertex: VertexId,
        to: [f32; 2],
    },
    Drop,
    /// The dragged vertex goes back to its place.
    CancelDrag,
    /// Adds a vertex to the edge after another one.
    Insert {
        after: VertexId,
        near: [f32; 2],
    },
    Delete(VertexId),
    Select(Option<VertexId>),
    SetTolerance(f32),
    Simplify,
}

/// A mask of a photo.
#[derive(Debug, Clone)]
pub(in crate::app) struct EditedMask {
    /// Names the photo.
    pub photo: u64,
    pub id: MaskId,
    /// Its pixels before the change.
    pub pixels: Arc<Mask>,
}

impl EditedMask {
    /// Whether it is this mask, unchanged.
    pub fn is(&self, photo: u64, id: MaskId, pixels: &Arc<Mask>) -> bool {
        (self.photo, self.id) == (photo, id) && Arc::ptr_eq(&self.pixels, pixels)
    }
}

/// An outline under way.
pub(in crate::app) struct VertexEditing {
    pub mask: EditedMask,
    pub polygon: VertexPolygon,
    /// The vertex that Delete removes.
    pub selected: Option<VertexId>,
    dragged: Option<VertexId>,
    undo: Vec<VertexPolygon>,
}

impl VertexEditing {
    pub fn new(mask: EditedMask, polygon: VertexPolygon) -> Self {
        Self { mask, polygon, selected: None, dragged: None, undo: vec![] }
    }

    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Takes the last change back.
    pub fn undo(&mut self) {
        if let Some(mut polygon) = self.undo.pop() {
            polygon.set_tolerance(self.polygon.tolerance());
            self.polygon = polygon;
            (self.selected, self.dragged) = (None, None);
        }
    }

    pub fn apply(&mut self, edit: VertexEdit) {
        match edit {
            VertexEdit::Drag { vertex, to } => self.drag(vertex, to),
            VertexEdit::Drop => self.dragged = None,
            VertexEdit::CancelDrag => {
                if self.dragged.is_some() {
                    self.undo();
                }
            }
            VertexEdit::Insert { after, near } => {
                self.remember();
                self.selected = self.polygon.insert(after, near);
            }
            VertexEdit::Delete(vertex) => {
                self.remember();
                self.polygon.delete(vertex);
                self.selected = None;
            }
            VertexEdit::Select(vertex) => self.selected = vertex,
            VertexEdit::SetTolerance(tolerance) => self.polygon.set_tolerance(tolerance),
            VertexEdit::Simplify => {
                self.remember();
                self.polygon.simplify();
                self.selected = None;
            }
        }
    }

    fn drag(&mut self, vertex: VertexId, to: [f32; 2]) {
        let vertex = match self.dragged {
            Some(dragged) => dragged,
            None => {
                self.remember();
                self.polygon.loosen(vertex)
            }
        };
        self.polygon.move_to(vertex, to);
        (self.dragged, self.selected) = (Some(vertex), Some(vertex));
    }

    fn remember(&mut self) {
        if self.undo.len() == MAX_STEPS {
            self.undo.remove(0);
        }
        self.undo.push(self.polygon.clone());
    }
}

/// The state of the tool.
#[derive(Default)]
pub(in crate::app) enum Vertices {
    #[default]
    Idle,
    /// The outline of a mask is being traced.
    Tracing(EditedMask),
    Editing(Box<VertexEditing>),
}

impl Vertices {
    pub fn editing(&self) -> Option<&VertexEditing> {
        match self {
            Self::Editing(editing) => Some(editing),
            _ => None,
        }
    }

    pub fn editing_mut(&mut self) -> Option<&mut VertexEditing> {
        match self {
            Self::Editing(editing) => Some(editing),
            _ => None,
        }
    }

    /// The mask that it is about.
    pub fn mask(&self) -> Option<&EditedMask> {
        match self {
            Self::Idle => None,
            Self::Tracing(mask) => Some(mask),
            Self::Editing(editing) => Some(&editing.mask),
        }
    }

    /// The outline of the mask was traced.
    pub fn traced(&mut self, mask: EditedMask, polygon: VertexPolygon) {
        let is_awaited = |awaited: &EditedMask| awaited.is(mask.photo, mask.id, &mask.pixels);
        if matches!(self, Self::Tracing(awaited) if is_awaited(awaited)) {
            *self = Self::Editing(Box::new(VertexEditing::new(mask, polygon)));
        }
    }

    /// Ends the editing; returns the outline if it was changed.
    pub fn take_changed(&mut self) -> Option<VertexEditing> {
        match std::mem::take(self) {
            Self::Editing(editing) if editing.polygon.is_changed() => Some(*editing),
            _ => None,
        }
    }
}

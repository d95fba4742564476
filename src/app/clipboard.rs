//! Copied masks, and pasting them: in the same place, or by shape.

use std::sync::Arc;

use super::messages::first_few;
use super::shell::Tinsel;
use super::texts::{clipboard as texts, messages};
use crate::annotation::Annotation;
use crate::colour::Colour;
use crate::document::{Document, Edit, Label, MaskItem, Reshape, query_for_shape};
use crate::engine::{CandidateMask, JobKind};
use crate::files::session::Session;
use crate::mask::Mask;
use crate::prompt::Prompt;

/// Masks without their photo.
#[derive(Debug, Clone, Default)]
pub(super) struct CopiedMasks {
    /// Without prompts and scores, which belong to the photo.
    masks: Vec<Annotation>,
    /// The classes, with their colours.
    classes: Vec<(String, Option<Colour>)>,
    /// Width and height of the photo.
    size: (u32, u32),
}

/// Masks at the size of a photo.
#[derive(Debug)]
pub(super) struct FittedMasks {
    masks: Vec<Annotation>,
    classes: Vec<(String, Option<Colour>)>,
    /// The size of the photo that they come from, if it is another one, and how many masks were cut at the
    /// border or lie outside.
    other_size: Option<((u32, u32), usize, usize)>,
}

impl CopiedMasks {
    fn of<'a>(document: &Document, items: impl Iterator<Item = &'a Arc<MaskItem>>, size: (u32, u32)) -> Self {
        let masks: Vec<Annotation> = items.map(|item| document.annotation(item)).collect();
        let classes = document.classes().all().iter();
        let classes = classes.map(|class| (class.name.clone(), Some(class.colour)));
        Self::new(masks, classes, size)
    }

    /// All masks of a session.
    pub fn of_session(session: &Session) -> Self {
        let masks = session.masks.iter().map(|mask| mask.annotation.clone()).collect();
        let classes = session.classes.iter().map(|class| (class.name.clone(), Some(class.colour)));
        Self::new(masks, classes, (session.photo.width, session.photo.height))
    }

    fn new(
        masks: Vec<Annotation>,
        classes: impl Iterator<Item = (String, Option<Colour>)>,
        size: (u32, u32),
    ) -> Self {
        let bare = |mask: Annotation| Annotation {
            prompt: Prompt::default(),
            predicted_iou: None,
            stability_score: None,
            proposal: None,
            ..mask
        };
        let masks: Vec<Annotation> = masks.into_iter().map(bare).collect();
        let is_used = |name: &String| masks.iter().any(|mask| mask.class.as_ref() == Some(name));
        let classes = classes.filter(|(name, _)| is_used(name)).collect();
        Self { masks, classes, size }
    }

    /// The class of the first mask that has one.
    fn class(&self) -> Option<&String> {
        self.masks.iter().find_map(|mask| mask.class.as_ref())
    }

    /// The masks in a photo of another size, in their place from the top left corner. Slow for large photos.
    pub fn fitted(self, (width, height): (u32, u32)) -> FittedMasks {
        let Self { mut masks, classes, size } = self;
        if size == (width, height) {
            return FittedMasks { masks, classes, other_size: None };
        }
        let (count, mut cut) = (masks.len(), 0);
        masks.retain_mut(|annotation| {
            let fitted = Mask::from_runs(width, height, annotation.mask.all_runs());
            cut += usize::from(!fitted.is_empty() && fitted.area() < annotation.mask.area());
            annotation.mask = Arc::new(fitted);
            !annotation.mask.is_empty()
        });
        let outside = count - masks.len();
        FittedMasks { masks, classes, other_size: Some((size, cut, outside)) }
    }
}

/// The copied masks, and the search for them in another photo.
#[derive(Debug, Default)]
pub(super) struct Clipboard {
    copied: Option<CopiedMasks>,
    search: Option<Search>,
}

/// A search for the copied masks.
#[derive(Debug)]
struct Search {
    number: u64,
    copied: CopiedMasks,
    fraction: f32,
}

impl Clipboard {
    pub fn has_masks(&self) -> bool {
        self.copied.is_some()
    }

    pub fn is_searching(&self) -> bool {
        self.search.is_some()
    }

    /// What the status bar says of a search, and the share of masks done in [0, 1].
    pub fn status(&self) -> Option<(String, f32)> {
        self.search.as_ref().map(|search| (texts::finding().into(), search.fraction))
    }

    pub fn progress(&mut self, fraction: f32) {
        if let Some(search) = &mut self.search {
            search.fraction = fraction;
        }
    }

    /// Gives a search up that was cancelled or failed.
    pub fn give_up(&mut self, number: u64) {
        self.search.take_if(|search| search.number == number);
    }
}

impl Tinsel {
    /// Copies the selected masks. Their names go to the system's clipboard, which tells other programs and the
    /// system that something was copied.
    pub(super) fn copy_masks(&mut self) {
        let Some(open) = &self.workspace.open else { return };
        let copied = CopiedMasks::of(self.document(), self.selected(), open.size());
        let names: Vec<&str> = copied.masks.iter().map(|mask| mask.name.as_str()).collect();
        self.tasks.ctx().copy_text(names.join("\n"));
        self.messages.news(texts::copied(copied.masks.len()));
        self.clipboard.copied = Some(copied);
    }

    /// Adds the copied masks to the open photo, in the same place.
    pub(super) fn paste_masks(&mut self) {
        if let (Some(open), Some(copied)) = (&self.workspace.open, &self.clipboard.copied) {
            self.tasks.fit(open.id, open.size(), copied.clone());
        }
    }

    /// Lets the network find the copied masks in the open photo, near their place.
    pub(super) fn paste_by_shape(&mut self) {
        let (Some(open), Some(copied)) = (&self.workspace.open, &self.clipboard.copied) else { return };
        if !self.model.is_loaded() {
            return self.messages.news(messages::model_loading());
        }
        let masks = copied.masks.iter().map(|annotation| &annotation.mask);
        let queries = masks.filter_map(|mask| query_for_shape(mask, open.size())).collect();
        let number = self.engine.find_shapes(open.reference(), queries);
        let mut copied = copied.clone();
        // These have no query.
        copied.masks.retain(|annotation| !annotation.mask.is_empty());
        self.clipboard.search = Some(Search { number, copied, fraction: 0.0 });
    }

    /// Adds copies of the selected masks above all others, and selects them.
    pub(super) fn duplicate_selected(&mut self) {
        let copy = |item: &Arc<MaskItem>| {
            let name = texts::copy_of(&item.annotation.name);
            // An object of a sequence has one mask in a frame.
            (Annotation { name, track: None, ..item.annotation.clone() }, None)
        };
        let copies: Vec<_> = self.selected().map(copy).collect();
        let count = copies.len();
        let document = &mut self.workspace.document;
        let change = Reshape { what: Label::Duplicate, added: copies, ..Reshape::default() };
        document.apply(Edit::Reshape(change));
        let new = document.masks().iter().rev().take(count).map(|item| item.id).collect::<Vec<_>>();
        document.select(new);
    }

    /// Adds all masks of the previous photo of the folder to the open one, in the same place.
    pub(super) fn duplicate_previous(&mut self) {
        let (Some(open), Some(path)) = (&self.workspace.open, self.workspace.previous()) else { return };
        match self.workspace.document_at(path) {
            Some((document, size)) => {
                let copied = CopiedMasks::of(document, document.masks().iter(), size);
                self.tasks.fit(open.id, open.size(), copied);
            }
            None => self.tasks.fit_session(open.id, open.size(), path.clone()),
        }
    }

    /// Gives the selected masks the class of the copied ones.
    pub(super) fn paste_class(&mut self) {
        let Some(copied) = &self.clipboard.copied else { return };
        let Some(name) = copied.class() else { return self.messages.news(texts::no_class()) };
        let class = copied.classes.iter().find(|(class, _)| class == name).cloned();
        let class = class.unwrap_or_else(|| (name.clone(), None));
        let Some(photo) = self.workspace.open.as_ref().map(|open| open.id) else { return };
        let ids = self.adopt_classes(photo, [class]);
        let class = ids.into_values().next();
        self.edit_selection(|selection| Edit::SetClass(selection, class));
    }

    /// Adds masks to a photo and selects them.
    pub(super) fn pasted(&mut self, photo: u64, fitted: FittedMasks) {
        let FittedMasks { masks, classes, other_size } = fitted;
        match other_size {
            None if masks.is_empty() => return self.messages.news(texts::nothing_in_previous()),
            None => {}
            Some((size, cut, outside)) => self.messages.news(texts::other_size(cut, outside, size)),
        }
        self.add_pasted(photo, masks, classes);
    }

    /// Adds the masks that the network has found to their photo.
    pub(super) fn shapes_found(&mut self, number: u64, photo: u64, found: Vec<Option<CandidateMask>>) {
        let Some(search) = self.clipboard.search.take_if(|search| search.number == number) else { return };
        let CopiedMasks { masks, classes, .. } = search.copied;
        let (mut pasted, mut missing) = (vec![], vec![]);
        for (annotation, found) in masks.into_iter().zip(found) {
            match found.filter(|found| !found.mask.is_empty()) {
                Some(found) => pasted.push(Annotation {
                    mask: found.mask,
                    predicted_iou: Some(found.predicted_iou),
                    stability_score: Some(found.stability_score),
                    model: self.model.name().map(Into::into),
                    ..annotation
                }),
                None => missing.push(annotation.name),
            }
        }
        if !missing.is_empty() {
            self.messages.news(texts::not_found(&first_few(missing)));
        }
        self.add_pasted(photo, pasted, classes);
    }

    /// Stops the search for the copied masks.
    pub(super) fn cancel_search(&mut self) {
        self.engine.cancel(JobKind::Shapes);
    }

    fn add_pasted(&mut self, photo: u64, masks: Vec<Annotation>, classes: Vec<(String, Option<Colour>)>) {
        let count = masks.len();
        if count == 0 {
            return;
        }
        let masks = self.with_class_ids(photo, masks, classes);
        let Some(document) = self.workspace.document_of(photo) else { return };
        document.apply(Edit::Paste(masks));
        let first = document.masks().len() - count;
        let ids: Vec<_> = document.masks()[first..].iter().map(|item| item.id).collect();
        document.select(ids);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(areas: &[[u32; 4]], size: (u32, u32)) -> CopiedMasks {
        let mask = |[x0, y0, x1, y1]: &[u32; 4]| {
            let inside = |x: u32, y: u32| (*x0..*x1).contains(&x) && (*y0..*y1).contains(&y);
            Annotation::new("", Mask::from_fn(size.0, size.1, inside))
        };
        CopiedMasks::new(areas.iter().map(mask).collect(), std::iter::empty(), size)
    }

    #[test]
    fn masks_keep_their_place_in_a_photo_of_another_size() {
        let masks = copied(&[[0, 0, 4, 4], [6, 2, 12, 6], [10, 8, 12, 10]], (12, 10));
        let FittedMasks { masks: same, other_size, .. } = masks.clone().fitted((12, 10));
        assert!(other_size.is_none());
        assert!(same.iter().zip(&masks.masks).all(|(a, b)| Arc::ptr_eq(&a.mask, &b.mask)));

        let fitted = masks.fitted((8, 20));
        assert_eq!(fitted.other_size, Some(((12, 10), 1, 1)));
        let boxes: Vec<_> = fitted.masks.iter().map(|m| m.mask.bbox().unwrap().xywh()).collect();
        assert_eq!(boxes, [[0, 0, 4, 4], [6, 2, 2, 4]]);
        assert!(fitted.masks.iter().all(|m| (m.mask.width(), m.mask.height()) == (8, 20)));
    }
}

//! Conversion between documents and sessions.

use std::sync::Arc;

use serde_json::Value;

use super::content::{Session, SessionClass, SessionMask};
use crate::colour::mask_colour;
use crate::document::{Class, ClassId, Document, MaskId, MaskItem};

/// The key for the candidate chosen by hand.
const CANDIDATE: &str = "candidate";

impl Session {
    /// This session with the work of a document instead of its own. `masks` are those of the document, or the
    /// masks to be saved instead; `None` keeps the model of this session. Unknown keys of classes and masks
    /// are preserved by name.
    pub fn with_work(&self, document: &Document, masks: &[Arc<MaskItem>], model: Option<&str>) -> Self {
        let mut session = self.clone();
        session.model = model.map(str::to_owned).or(session.model);
        session.classes = document.classes().iter().map(|class| self.class(class)).collect();
        session.masks = masks.iter().map(|item| self.mask(document, item)).collect();
        session
    }

    fn class(&self, class: &Class) -> SessionClass {
        let previous = self.classes.iter().find(|previous| previous.name == class.name);
        let other = previous.map(|previous| previous.other.clone()).unwrap_or_default();
        SessionClass { name: class.name.clone(), colour: class.colour, other }
    }

    fn mask(&self, document: &Document, item: &MaskItem) -> SessionMask {
        let previous = self.masks.iter().find(|previous| previous.annotation.name == item.annotation.name);
        let mut other = previous.map(|previous| previous.other.clone()).unwrap_or_default();
        other.remove(CANDIDATE);
        if let Some(chosen) = item.chosen {
            other.insert(CANDIDATE.into(), chosen.into());
        }
        let annotation = document.annotation(item);
        SessionMask { annotation, visible: item.visible, locked: item.locked, other }
    }

    /// The work as a document without history.
    pub fn document(&self) -> Document {
        let classes = self.all_classes();
        let first = classes.len() as u64 + 1;
        let masks = self.masks.iter().zip(first..).map(|(mask, id)| {
            let annotation = mask.annotation.clone();
            let class = classes.iter().find(|class| Some(&class.name) == annotation.class.as_ref());
            MaskItem {
                chosen: mask.other.get(CANDIDATE).and_then(Value::as_u64).map(|n| n as usize),
                visible: mask.visible,
                locked: mask.locked,
                edited: true,
                ..MaskItem::new(MaskId(id), annotation.with_class(class.map(|class| class.id)))
            }
        });
        let masks = masks.collect();
        Document::restored(classes, masks)
    }

    /// The classes of the list, and those that only masks name.
    fn all_classes(&self) -> Vec<Class> {
        let in_list = self.classes.iter().map(|class| (&class.name, Some(class.colour)));
        let named = self.masks.iter().filter_map(|mask| Some((mask.annotation.class.as_ref()?, None)));
        let mut classes: Vec<Class> = vec![];
        for (name, colour) in in_list.chain(named) {
            if classes.iter().all(|class| class.name != *name) {
                let id = ClassId(classes.len() as u64 + 1);
                let colour = colour.unwrap_or_else(|| mask_colour(id.0));
                classes.push(Class { id, name: name.clone(), colour });
            }
        }
        classes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Annotation;
    use crate::document::Edit;
    use crate::mask::Mask;
    use crate::prompt::{BoxPrompt, Point};

    fn mask(n: u32) -> Annotation<ClassId> {
        Annotation {
            predicted_iou: (n == 4).then_some(0.75),
            stability_score: (n == 4).then_some(0.5),
            model: (n == 4).then(|| "sam2.1-tiny".into()),
            ..Annotation::new("", Mask::from_fn(30, 20, |x, y| x < n && y > 3))
        }
    }

    #[test]
    fn a_document_comes_back_as_it_was() {
        let mut document = Document::default();
        for n in [4, 9] {
            document.apply(Edit::SetBox(Some(BoxPrompt { x0: 1.0, y0: 2.0, x1: 9.0, y1: 8.0 })));
            document.apply(Edit::AddPoint(Point { x: 3.5, y: 4.0, positive: false }, None));
            document.apply(Edit::Choose(2));
            document.apply(Edit::Accept(mask(n)));
        }
        document.apply(Edit::AddClass("cup".into()));
        let (id, class) = (document.masks()[1].id, document.classes()[0].id);
        document.apply(Edit::SetClass(vec![id], Some(class)));
        document.apply(Edit::SetVisible(vec![id], false));
        document.apply(Edit::SetLocked(vec![id], true));
        let mut base = Session::new("a.jpg".into(), (30, 20), 7);
        base.other.insert("from the future".into(), 5.into());
        let saved = base.with_work(&document, document.masks(), Some("mobile-sam"));
        assert_eq!((saved.other.len(), saved.model.as_deref()), (1, Some("mobile-sam")));

        let mut restored = saved.document();
        assert_eq!(restored.classes()[0].name, "cup");
        for (a, b) in restored.masks().iter().zip(document.masks()) {
            assert_eq!(restored.annotation(a), document.annotation(b));
            assert_eq!((a.visible, a.locked, a.chosen), (b.visible, b.locked, b.chosen));
            assert_eq!((a.chosen, a.annotation.prompt.points.len()), (Some(2), 1));
        }
        assert_eq!(base.with_work(&restored, restored.masks(), Some("mobile-sam")), saved);
        assert!(restored.undo_label().is_none());

        let first = restored.masks()[0].id;
        restored.apply(Edit::Delete(vec![first]));
        let mut restored = base.with_work(&restored, restored.masks(), None).document();
        restored.apply(Edit::AddMasks(vec![mask(2)]));
        assert_eq!(restored.masks()[1].annotation.name, "Mask 3", "no name is given twice");
    }
}

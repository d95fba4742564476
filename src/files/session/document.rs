//! Conversion between documents and sessions.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::content::{Absence, Session, SessionClass, SessionMask};
use crate::document::{Class, ClassId, Document, MaskId, MaskItem};
use crate::files::project::OpenProject;

/// The key for the candidate chosen by hand.
const CANDIDATE: &str = "candidate";

impl Session {
    /// This session with the work of a document instead of its own. `masks` are those of the document, or the
    /// masks to be saved instead; `None` keeps the model of this session. Unknown keys of classes and masks
    /// are preserved by name.
    pub fn with_work(&self, document: &Document, masks: &[Arc<MaskItem>], model: Option<&str>) -> Self {
        let mut session = self.clone();
        session.model = model.map(str::to_owned).or(session.model);
        let used: HashSet<ClassId> =
            masks.iter().filter_map(|item| Some(document.class_of(item)?.id)).collect();
        let classes = document.classes().all().iter().filter(|class| used.contains(&class.id));
        session.classes = classes.map(|class| self.class(class)).collect();
        session.project_revision = document.classes().revision();
        session.masks = masks.iter().map(|item| self.mask(document, item)).collect();
        let absence = |(track, is_prompted)| Absence { track, is_prompted };
        session.absent = document.absences().map(absence).collect();
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

    /// The work as a document without history. Classes that the project does not have are added to it.
    pub fn document(&self, project: &mut OpenProject) -> Document {
        let in_list = self.classes.iter().map(|class| (class.name.clone(), Some(class.colour)));
        let named = self.masks.iter().filter_map(|mask| Some((mask.annotation.class.clone()?, None)));
        let classes = project.adopt_all(in_list.chain(named), self.project_revision);
        let masks = self.masks.iter().zip(1..).map(|(mask, id)| {
            let annotation = mask.annotation.clone();
            let class = annotation.class.as_ref().and_then(|name| classes.get(name).copied());
            MaskItem {
                chosen: mask.other.get(CANDIDATE).and_then(Value::as_u64).map(|n| n as usize),
                visible: mask.visible,
                locked: mask.locked,
                edited: true,
                ..MaskItem::new(MaskId(id), annotation.with_class(class))
            }
        });
        let masks = masks.collect();
        let absences = self.absent.iter().map(|absence| (absence.track, absence.is_prompted));
        Document::restored(project.classes().clone(), masks, absences)
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
        let mut project = OpenProject::default();
        let class = project.adopt("cup", None, 0).unwrap();
        document.use_classes(project.classes().clone());
        let id = document.masks()[1].id;
        document.apply(Edit::SetClass(vec![id], Some(class)));
        document.apply(Edit::SetVisible(vec![id], false));
        document.apply(Edit::SetLocked(vec![id], true));
        let mut base = Session::new("a.jpg".into(), (30, 20), 7);
        base.other.insert("from the future".into(), 5.into());
        let saved = base.with_work(&document, document.masks(), Some("mobile-sam"));
        assert_eq!((saved.other.len(), saved.model.as_deref()), (1, Some("mobile-sam")));

        let mut restored = saved.document(&mut OpenProject::default());
        assert_eq!(restored.classes().all()[0].name, "cup");
        for (a, b) in restored.masks().iter().zip(document.masks()) {
            assert_eq!(restored.annotation(a), document.annotation(b));
            assert_eq!((a.visible, a.locked, a.chosen), (b.visible, b.locked, b.chosen));
            assert_eq!((a.chosen, a.annotation.prompt.points.len()), (Some(2), 1));
        }
        assert_eq!(base.with_work(&restored, restored.masks(), Some("mobile-sam")), saved);
        assert!(restored.undo_label().is_none());

        let first = restored.masks()[0].id;
        restored.apply(Edit::Delete(vec![first]));
        let restored = base.with_work(&restored, restored.masks(), None);
        let mut restored = restored.document(&mut project);
        restored.apply(Edit::AddMasks(vec![mask(2)]));
        assert_eq!(restored.masks()[1].annotation.name, "Mask 3", "no name is given twice");
    }
}

//! How the masks of the list lie in each other and cover the photo.

use std::collections::HashMap;
use std::sync::Arc;

use super::latest::{ByAddress, Latest};
use crate::document::{MaskId, MaskItem};
use crate::mask::{Coverage, Mask, coverage, parents};

/// How some masks lie in each other, and what they cover.
#[derive(Default)]
pub(in crate::app) struct MaskRelations {
    /// For a mask that lies inside another one of the list, the smallest such.
    pub parents: HashMap<MaskId, MaskId>,
    pub coverage: Coverage,
}

type Subject = Vec<(MaskId, ByAddress<Mask>)>;

/// Keeps the relations of the masks up to date; for a moment after a change they are the old ones.
pub(in crate::app) struct Relations {
    subject: Subject,
    relations: MaskRelations,
    task: Latest<Subject, MaskRelations>,
}

impl Relations {
    pub fn new(ctx: egui::Context) -> Self {
        Self { subject: vec![], relations: MaskRelations::default(), task: Latest::new(ctx, 1) }
    }

    /// Whether an answer is on its way.
    pub fn is_pending(&self) -> bool {
        self.task.is_pending()
    }

    /// The relations of these masks on a photo of this size, or those of the masks before.
    pub fn of(&mut self, masks: &[Arc<MaskItem>], size: (u32, u32)) -> &MaskRelations {
        while let Some((subject, relations)) = self.task.next() {
            (self.subject, self.relations) = (subject, relations.unwrap_or_default());
        }
        let is_same = |(id, mask): &(MaskId, ByAddress<Mask>), item: &Arc<MaskItem>| {
            *id == item.id && Arc::ptr_eq(&mask.0, &item.annotation.mask)
        };
        let is_current = self.subject.len() == masks.len()
            && self.subject.iter().zip(masks).all(|(subject, item)| is_same(subject, item));
        if !is_current && !self.task.is_pending() {
            let subject: Subject =
                masks.iter().map(|m| (m.id, ByAddress(m.annotation.mask.clone()))).collect();
            self.task.ask(subject.clone(), move || relate(&subject, size));
        }
        &self.relations
    }
}

fn relate(subject: &Subject, size: (u32, u32)) -> MaskRelations {
    let masks: Vec<&Mask> = subject.iter().map(|(_, mask)| &*mask.0).collect();
    let inside = parents(&masks).into_iter().enumerate();
    let parents = inside.filter_map(|(i, parent)| Some((subject[i].0, subject[parent?].0))).collect();
    MaskRelations { parents, coverage: coverage(masks, size) }
}

//! How the masks of the list lie in each other and cover the photo.

use std::collections::HashMap;
use std::sync::Arc;

use super::latest::{ByAddress, Latest};
use crate::document::{MaskId, MaskItem};
use crate::mask::{Coverage, Mask, coverage, parents};

/// The answer for some masks.
#[derive(Default)]
pub(in crate::app) struct Known {
    /// For a mask that lies inside another one of the list, the smallest such.
    pub parents: HashMap<MaskId, MaskId>,
    pub coverage: Coverage,
}

type Subject = Vec<(MaskId, ByAddress<Mask>)>;

/// Keeps the relations of the masks up to date; for a moment after a change they are the old ones.
pub(in crate::app) struct Relations {
    subject: Subject,
    known: Known,
    task: Latest<Subject, Known>,
}

impl Relations {
    pub fn new(ctx: egui::Context) -> Self {
        Self { subject: vec![], known: Known::default(), task: Latest::new(ctx, 1) }
    }

    /// Whether an answer is on its way.
    pub fn is_pending(&self) -> bool {
        self.task.is_pending()
    }

    /// The relations of these masks on a photo of this size, or of those that were there before.
    pub fn of(&mut self, masks: &[Arc<MaskItem>], size: (u32, u32)) -> &Known {
        while let Some((subject, known)) = self.task.next() {
            (self.subject, self.known) = (subject, known.unwrap_or_default());
        }
        let is_same = |(id, mask): &(MaskId, ByAddress<Mask>), item: &Arc<MaskItem>| {
            *id == item.id && Arc::ptr_eq(&mask.0, &item.annotation.mask)
        };
        let is_known = self.subject.len() == masks.len()
            && self.subject.iter().zip(masks).all(|(known, item)| is_same(known, item));
        if !is_known && !self.task.is_pending() {
            let subject: Subject =
                masks.iter().map(|m| (m.id, ByAddress(m.annotation.mask.clone()))).collect();
            self.task.ask(subject.clone(), move || relate(&subject, size));
        }
        &self.known
    }
}

fn relate(subject: &Subject, size: (u32, u32)) -> Known {
    let masks: Vec<&Mask> = subject.iter().map(|(_, mask)| &*mask.0).collect();
    let inside = parents(&masks).into_iter().enumerate();
    let parents = inside.filter_map(|(i, parent)| Some((subject[i].0, subject[parent?].0))).collect();
    Known { parents, coverage: coverage(masks, size) }
}

//! How the masks of the list lie in each other and cover the photo, worked out in the background.

use std::collections::HashMap;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::document::{MaskId, MaskItem};
use crate::mask::{Coverage, Mask, coverage, parents};

/// The answer for some masks.
#[derive(Default)]
pub(super) struct Known {
    /// For a mask that lies inside another one of the list, the smallest such.
    pub parents: HashMap<MaskId, MaskId>,
    pub coverage: Coverage,
}

type Subject = Vec<(MaskId, Arc<Mask>)>;

/// Keeps the relations of the masks up to date; for a moment after a change they are the old ones.
pub(super) struct Relations {
    subject: Subject,
    known: Known,
    pending: bool,
    sender: Sender<(Subject, Known)>,
    receiver: Receiver<(Subject, Known)>,
    ctx: egui::Context,
}

impl Relations {
    pub fn new(ctx: egui::Context) -> Self {
        let (sender, receiver) = unbounded();
        Self { subject: vec![], known: Known::default(), pending: false, sender, receiver, ctx }
    }

    /// Whether an answer is on its way.
    pub fn is_pending(&self) -> bool {
        self.pending
    }

    /// The relations of these masks on a photo of this size, or of those that were there before.
    pub fn of(&mut self, masks: &[Arc<MaskItem>], size: (u32, u32)) -> &Known {
        if let Some((subject, known)) = self.receiver.try_iter().last() {
            (self.subject, self.known, self.pending) = (subject, known, false);
        }
        let is_subject = |(id, mask): &(MaskId, Arc<Mask>), item: &Arc<MaskItem>| {
            *id == item.id && Arc::ptr_eq(mask, &item.annotation.mask)
        };
        let known = self.subject.len() == masks.len()
            && self.subject.iter().zip(masks).all(|(a, b)| is_subject(a, b));
        if !known && !self.pending {
            self.pending = true;
            let subject: Subject = masks.iter().map(|m| (m.id, m.annotation.mask.clone())).collect();
            let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
            std::thread::spawn(move || {
                let known = relate(&subject, size);
                // The window may have closed meanwhile.
                let _ = sender.send((subject, known));
                ctx.request_repaint();
            });
        }
        &self.known
    }
}

fn relate(subject: &Subject, size: (u32, u32)) -> Known {
    let masks: Vec<&Mask> = subject.iter().map(|(_, mask)| &**mask).collect();
    let inside = parents(&masks).into_iter().enumerate();
    let parents = inside.filter_map(|(i, parent)| Some((subject[i].0, subject[parent?].0))).collect();
    Known { parents, coverage: coverage(masks, size) }
}

//! Going from one proposal to the next: which photos have some, which one is shown, and what has come of the
//! others.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::document::{Document, MaskId, MaskItem, Moment};

/// A photo with proposals.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::app) struct ReviewPhoto {
    pub path: PathBuf,
    /// How certain the least certain proposal is, in [0, 1].
    pub certainty: f32,
    pub proposals: usize,
}

/// What has come of the proposals of a review.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::app) struct ReviewCount {
    pub accepted: usize,
    /// Accepted with other pixels.
    pub corrected: usize,
    pub rejected: usize,
    pub undecided: usize,
}

/// Where a review is after a change of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Place {
    /// At the same proposal as before.
    Same,
    /// This proposal is to be shown.
    Next(MaskId),
    /// The photo has no further proposals.
    End,
}

struct Run {
    /// The photos to come, the one with the least certain proposal first.
    photos: Vec<ReviewPhoto>,
    /// The photo that the review is at, even if the user has gone elsewhere.
    target: Option<ReviewPhoto>,
    arrival: Option<Arrival>,
    /// The last decision in the photo is to be undone on arrival.
    undoes: bool,
    /// The photos with decisions that the review has left, in order.
    decided: Vec<ReviewPhoto>,
    /// The proposals of each photo, by its id, as they were first seen.
    seen: HashMap<u64, Vec<Arc<MaskItem>>>,
    skipped: HashSet<(u64, MaskId)>,
    /// The photo and the proposal that is shown.
    current: Option<(u64, MaskId)>,
}

/// The arrival at a photo.
#[derive(Clone, Copy)]
struct Arrival {
    moment: Moment,
    /// When the last change of its document before then was made.
    last_change: Option<Moment>,
}

#[derive(Default)]
pub(in crate::app) struct Review {
    run: Option<Run>,
}

impl Review {
    pub fn start(&mut self, mut photos: Vec<ReviewPhoto>) {
        photos.sort_by(|a, b| a.certainty.total_cmp(&b.certainty));
        self.run = Some(Run {
            photos,
            target: None,
            arrival: None,
            undoes: false,
            decided: vec![],
            seen: HashMap::new(),
            skipped: HashSet::new(),
            current: None,
        });
    }

    pub fn is_running(&self) -> bool {
        self.run.is_some()
    }

    /// Whether the review is at a photo.
    pub fn is_at(&self, photo: &Path) -> bool {
        self.target().is_some_and(|target| target == photo)
    }

    /// The photo that the review is at.
    pub fn target(&self) -> Option<&Path> {
        self.run.as_ref()?.target.as_ref().map(|photo| photo.path.as_path())
    }

    /// How many photos are to come.
    pub fn photos_left(&self) -> usize {
        self.run.as_ref().map_or(0, |run| run.photos.len())
    }

    /// The proposal that is shown in the photo with this id.
    pub fn current(&self, photo: u64) -> Option<MaskId> {
        let (of, id) = self.run.as_ref()?.current?;
        (of == photo).then_some(id)
    }

    /// Goes on to the next photo; `document` is that of the photo that the review was at.
    pub fn next_photo(&mut self, document: &Document) -> Option<PathBuf> {
        let run = self.run.as_mut()?;
        let has_decided = run.arrival.is_some_and(|at| at.last_change != document.undo_moment());
        let previous = run.target.take().filter(|_| has_decided);
        run.decided.extend(previous);
        (run.arrival, run.undoes, run.current) = (None, false, None);
        if run.photos.is_empty() {
            return None;
        }
        let next = run.photos.remove(0);
        run.target = Some(next.clone());
        Some(next.path)
    }

    /// Whether undo goes back to a decision in a previous photo, because nothing has been changed since the
    /// arrival at this one. `project` is the moment of the last change of the folder's project.
    pub fn can_go_back(&self, document: &Document, project: Option<Moment>) -> bool {
        let Some(run) = &self.run else { return false };
        let is_unchanged = |at: Arrival| {
            at.last_change == document.undo_moment() && project.is_none_or(|change| change < at.moment)
        };
        run.arrival.is_some_and(is_unchanged) && !run.decided.is_empty()
    }

    /// Goes back to the photo with the last decision, which is undone on arrival.
    pub fn go_back(&mut self) -> Option<PathBuf> {
        let run = self.run.as_mut()?;
        let previous = run.decided.pop()?;
        let left = run.target.replace(previous.clone());
        left.into_iter().for_each(|photo| run.photos.insert(0, photo));
        (run.arrival, run.undoes, run.current) = (None, true, None);
        Some(previous.path)
    }

    /// The review's photo is open. Returns whether its last decision is to be undone.
    pub fn arrive(&mut self) -> bool {
        self.run.as_mut().is_some_and(|run| std::mem::take(&mut run.undoes))
    }

    /// Looks which proposal of the open photo comes next.
    pub fn follow(&mut self, photo: u64, document: &Document) -> Place {
        let Some(run) = &mut self.run else { return Place::Same };
        let last_change = document.undo_moment();
        run.arrival.get_or_insert_with(|| Arrival { moment: Moment::now(), last_change });
        let seen = run.seen.entry(photo).or_default();
        let mut next = None;
        for item in document.proposals() {
            if seen.iter().all(|known| known.id != item.id) {
                seen.push(item.clone());
            }
            let is_open = !run.skipped.contains(&(photo, item.id));
            next = next.or(is_open.then_some(item.id));
        }
        let Some(next) = next else { return Place::End };
        // The least certain comes first, also after undo.
        match run.current.replace((photo, next)) == run.current {
            true => Place::Same,
            false => Place::Next(next),
        }
    }

    /// Leaves the shown proposal undecided.
    pub fn skip(&mut self) {
        if let Some(run) = &mut self.run {
            run.skipped.extend(run.current.take());
        }
    }

    /// Ends the review; `document` finds the document of a photo by its id.
    pub fn end<'a>(&mut self, document: impl Fn(u64) -> Option<&'a Document>) -> Option<ReviewCount> {
        let run = self.run.take()?;
        let mut count = ReviewCount::default();
        for (photo, items) in &run.seen {
            let Some(document) = document(*photo) else { continue };
            for item in items {
                match document.mask(item.id).map(|now| &now.annotation) {
                    None => count.rejected += 1,
                    Some(now) if now.proposal.is_some() => count.undecided += 1,
                    Some(now) if now.mask == item.annotation.mask => count.accepted += 1,
                    Some(_) => count.corrected += 1,
                }
            }
        }
        let unseen = run.target.iter().filter(|_| run.arrival.is_none()).chain(&run.photos);
        count.undecided += unseen.map(|photo| photo.proposals).sum::<usize>();
        Some(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::{Annotation, Proposal};
    use crate::document::Edit;
    use crate::mask::Mask;

    fn document(certainties: &[f32]) -> Document {
        let proposal = |certainty: &f32| Annotation {
            predicted_iou: Some(*certainty),
            proposal: Some(Proposal::default()),
            ..Annotation::new("", Mask::from_fn(9, 9, |x, _| x as f32 > certainty * 8.0))
        };
        let mut document = Document::default();
        let masks = certainties.iter().map(proposal).collect();
        document.apply(Edit::Import(masks));
        document
    }

    fn photo(path: &str, certainty: f32, proposals: usize) -> ReviewPhoto {
        ReviewPhoto { path: path.into(), certainty, proposals }
    }

    #[test]
    fn the_least_certain_comes_first_and_undo_leads_back() {
        let mut review = Review::default();
        let (mut a, mut b) = (document(&[0.9, 0.5, 0.7]), document(&[0.2]));
        let ids: Vec<MaskId> = a.masks().iter().map(|m| m.id).collect();
        let (id_a, id_b) = (1, 2);
        review.start(vec![photo("a", 0.5, 3), photo("b", 0.2, 1), photo("c", 0.95, 4)]);
        assert_eq!(review.next_photo(&Document::default()), Some("b".into()));
        let only = b.masks()[0].id;
        assert_eq!((review.follow(id_b, &b), review.follow(id_b, &b)), (Place::Next(only), Place::Same));
        b.apply(Edit::Delete(vec![only]));
        assert_eq!(review.follow(id_b, &b), Place::End);

        assert_eq!(review.next_photo(&b), Some("a".into()));
        assert_eq!(review.follow(id_a, &a), Place::Next(ids[1]));
        // Nothing has been decided here: undo goes back to the photo before.
        assert!(review.can_go_back(&a, None));
        assert_eq!(review.go_back(), Some("b".into()));
        assert!(review.arrive() && b.undo());
        assert_eq!(review.follow(id_b, &b), Place::Next(only));
        b.apply(Edit::AcceptProposals(vec![only]));
        assert_eq!(review.follow(id_b, &b), Place::End);

        assert_eq!(review.next_photo(&b), Some("a".into()));
        assert!(!review.arrive());
        assert_eq!(review.follow(id_a, &a), Place::Next(ids[1]));
        a.apply(Edit::Delete(vec![ids[1]]));
        assert_eq!(review.follow(id_a, &a), Place::Next(ids[2]));
        assert!(!review.can_go_back(&a, None), "there is something to undo here");
        a.undo();
        assert_eq!(review.follow(id_a, &a), Place::Next(ids[1]));
        review.skip();
        assert_eq!(review.follow(id_a, &a), Place::Next(ids[2]));
        let changed = vec![(ids[2], Arc::new(Mask::from_fn(9, 9, |_, y| y == 0)))];
        a.apply(Edit::Reshape(crate::document::Reshape { changed, ..Default::default() }));
        assert_eq!(review.follow(id_a, &a), Place::Next(ids[0]));

        let documents = HashMap::from([(id_a, &a), (id_b, &b)]);
        let count = review.end(|id| documents.get(&id).copied()).unwrap();
        let expected = ReviewCount { accepted: 1, corrected: 1, rejected: 0, undecided: 2 + 4 };
        assert_eq!(count, expected);
        assert!(!review.is_running());
    }
}

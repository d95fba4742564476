//! What everything mode found on a photo: while it runs, and afterwards for trying filters.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use super::texts::everything as texts;
use crate::annotation::Annotation;
use crate::colour::mask_colour;
use crate::document::{ClassId, Document, Edit, FoundKey, MaskId, MaskItem, Sifting};
use crate::engine::{FilterTask, Filtered, PhotoRef};
use crate::everything::{Filters, FoundMask, Kept, Parameters};
use crate::files::session::UnfinishedRun;

/// How far the search is.
struct SearchProgress {
    points_done: usize,
    points_total: usize,
    started: Instant,
}

/// A run, under way or ended, with all that it found.
pub(super) struct EverythingRun {
    pub number: u64,
    pub photo: u64,
    /// Only a part of the photo is searched; what was found elsewhere stays.
    part: bool,
    /// Name of the model that searches.
    model: Option<Arc<str>>,
    /// The lowest thresholds that filters can go back to; what is below was not kept.
    pub searched: Parameters,
    /// Filters as the user wants them, perhaps in the middle of dragging a slider.
    pub filters: Filters,
    initial: Filters,
    found: Arc<Vec<FoundMask>>,
    progress: Option<SearchProgress>,
    /// Masks that the filters leave, to be shown instead of the document's until they get there.
    preview: Option<Vec<Arc<MaskItem>>>,
    /// The first request of this run to the filter task.
    first: Option<u64>,
    request: u64,
    answered: u64,
    /// Put the answer to the newest request into the document.
    commit: bool,
}

impl EverythingRun {
    pub fn new(
        number: u64,
        photo: &PhotoRef,
        model: Option<&str>,
        searched: Parameters,
        filters: Filters,
    ) -> Self {
        Self {
            number,
            model: model.map(Into::into),
            photo: photo.id,
            part: photo.part.is_some(),
            searched,
            filters,
            initial: filters,
            found: Arc::default(),
            progress: Some(SearchProgress { points_done: 0, points_total: 0, started: Instant::now() }),
            preview: Some(vec![]),
            first: None,
            request: 0,
            answered: 0,
            commit: false,
        }
    }

    /// Whether points are still being searched.
    pub fn is_searching(&self) -> bool {
        self.progress.is_some()
    }

    /// Whether masks are on their way into the document.
    pub fn is_pending(&self) -> bool {
        self.is_searching() || self.commit || self.request != self.answered
    }

    /// Whether what was found is not in the document yet, and is to get there.
    pub fn is_unfinished(&self) -> bool {
        self.is_searching() || self.commit
    }

    /// The number of masks that were found, with the lowest thresholds and before NMS.
    pub fn found(&self) -> usize {
        self.found.len()
    }

    /// All masks that were found, with the lowest thresholds and before NMS.
    pub fn all_found(&self) -> &Arc<Vec<FoundMask>> {
        &self.found
    }

    /// The filters that the run was started with.
    pub fn initial_filters(&self) -> Filters {
        self.initial
    }

    /// The document's masks, with those of this run replaced by what its filters would leave while that is
    /// still being tried.
    pub fn items_in(&self, document: &Document) -> Vec<Arc<MaskItem>> {
        let Some(preview) = &self.preview else { return document.masks().to_vec() };
        let stays =
            |m: &&Arc<MaskItem>| m.edited || m.locked || m.found.is_none_or(|key| key.run != self.number);
        let own: Vec<Arc<MaskItem>> = document.masks().iter().filter(stays).cloned().collect();
        let known: BTreeSet<FoundKey> = own.iter().filter_map(|m| m.found).collect();
        let new = preview.iter().filter(|new| new.found.is_none_or(|key| !known.contains(&key)));
        own.iter().chain(new).cloned().collect()
    }

    /// What is to be kept with a document while the masks are on their way there. What an earlier run found is
    /// whole, and kept until there is something whole in its place.
    pub fn to_keep_with(&self, document: &Document) -> UnfinishedRun {
        let is_replaced =
            |m: &Arc<MaskItem>| !m.edited && !m.locked && m.found.is_some_and(|key| key.run != self.number);
        let replaces_others = !self.part && document.masks().iter().any(is_replaced);
        let masks = if replaces_others { document.masks().to_vec() } else { self.items_in(document) };
        UnfinishedRun { revision: self.answered, masks }
    }

    pub fn add(&mut self, found: Vec<FoundMask>, points: (usize, usize), task: &mut FilterTask) {
        if let Some(progress) = &mut self.progress {
            (progress.points_done, progress.points_total) = points;
        }
        Arc::make_mut(&mut self.found).extend(found);
        self.request(task);
    }

    /// The search has ended; what the filters leave goes into the document.
    pub fn end(&mut self, task: &mut FilterTask) {
        self.progress = None;
        self.commit(task);
    }

    pub fn set_filters(&mut self, filters: Filters, task: &mut FilterTask) {
        self.filters = filters;
        self.request(task);
    }

    /// Puts what the filters leave into the document as soon as it is known.
    pub fn commit(&mut self, task: &mut FilterTask) {
        self.commit = true;
        self.request(task);
    }

    fn request(&mut self, task: &mut FilterTask) {
        self.request = task.request(self.found.clone(), self.filters);
        self.first.get_or_insert(self.request);
    }

    /// Takes an answer in; returns the change of the document, if it is due.
    pub fn receive(&mut self, filtered: Filtered) -> Option<Edit> {
        // An answer to the run before this one.
        if self.first.is_none_or(|first| filtered.number < first) {
            return None;
        }
        self.answered = filtered.number;
        if !(self.commit && filtered.number == self.request) {
            let mut items = self.items(&filtered.kept);
            items.sort_by_key(|m| Reverse(m.annotation.mask.area()));
            self.preview = Some(items);
            return None;
        }
        let items = self.items(&filtered.kept);
        (self.commit, self.preview) = (false, None);
        let annotation = |(kept, item): (&Kept, Arc<MaskItem>)| (kept.index, item.annotation.clone());
        let kept = filtered.kept.iter().zip(items).map(annotation).collect();
        let sifting = Sifting { run: self.number, filters: filtered.filters, beside: self.part };
        Some(Edit::Sift { sifting, kept })
    }

    /// Name and colour stay the same however often filters take the mask away and back.
    fn annotation(&self, kept: &Kept) -> Annotation<ClassId> {
        Annotation {
            colour: Some(mask_colour(kept.index as u64)),
            model: self.model.clone(),
            ..kept.found.annotation(texts::mask_name(kept.index + 1))
        }
    }

    /// What filters leave as masks, those that were left before as the same ones: of thousands, only few change while
    /// a slider is moved.
    fn items(&self, kept: &[Kept]) -> Vec<Arc<MaskItem>> {
        let former = self.preview.iter().flatten().filter_map(|m| Some((m.found?, m)));
        let former: BTreeMap<FoundKey, &Arc<MaskItem>> = former.collect();
        let item = |kept: &Kept| {
            let key = FoundKey { run: self.number, index: kept.index };
            if let Some(item) = former.get(&key)
                && Arc::ptr_eq(&item.annotation.mask, &kept.found.mask)
            {
                return (*item).clone();
            }
            // Ids of masks in documents grow from 1.
            let item = MaskItem::new(MaskId(u64::MAX - kept.index as u64), self.annotation(kept));
            Arc::new(MaskItem { found: Some(key), ..item })
        };
        kept.iter().map(item).collect()
    }

    /// The status bar's text about a search under way, and the share of points done in [0, 1].
    pub fn status(&self) -> Option<(String, f32)> {
        let SearchProgress { points_done, points_total, started } = self.progress.as_ref()?;
        if *points_total == 0 {
            return Some((texts::running().into(), 0.0));
        }
        let fraction = *points_done as f32 / *points_total as f32;
        let seconds_left =
            started.elapsed().as_secs_f32() * (1.0 - fraction) / fraction.max(f32::MIN_POSITIVE);
        let kept = self.preview.as_ref().map_or(0, Vec::len);
        Some((texts::progress(kept, *points_done, *points_total, seconds_left), fraction))
    }
}

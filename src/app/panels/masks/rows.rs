//! What the list shows in which order.

use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::cells::score_text;
use crate::app::texts::masks as texts;
use crate::document::{Class, ClassId, ClassList, MaskId, MaskItem};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum SortBy {
    #[default]
    Order,
    Name,
    Area,
    PredictedIou,
    Stability,
    /// Each mask below the one that it lies inside of.
    Tree,
    /// Each mask below its class.
    Class,
}

impl SortBy {
    pub fn label(self) -> &'static str {
        match self {
            SortBy::Order => texts::order(),
            SortBy::Name => texts::name(),
            SortBy::Area => texts::area(),
            SortBy::PredictedIou => texts::predicted_iou(),
            SortBy::Stability => texts::stability(),
            SortBy::Tree => texts::tree(),
            SortBy::Class => texts::classes(),
        }
    }

    /// The figure of a mask that matters in this order.
    pub fn figure(self, item: &MaskItem) -> String {
        match self {
            SortBy::PredictedIou => score_text(item.annotation.predicted_iou),
            SortBy::Stability => score_text(item.annotation.stability_score),
            SortBy::Order | SortBy::Name | SortBy::Area | SortBy::Tree | SortBy::Class => {
                item.annotation.mask.area().to_string()
            }
        }
    }

    fn compare(self, a: &MaskItem, b: &MaskItem) -> Ordering {
        // Masks without a score come before those with the lowest.
        let score = |score: Option<f32>| score.unwrap_or(-1.0);
        match self {
            SortBy::Order | SortBy::Tree | SortBy::Class => Ordering::Equal,
            SortBy::Name => a.annotation.name.to_lowercase().cmp(&b.annotation.name.to_lowercase()),
            SortBy::Area => a.annotation.mask.area().cmp(&b.annotation.mask.area()),
            SortBy::PredictedIou => {
                score(a.annotation.predicted_iou).total_cmp(&score(b.annotation.predicted_iou))
            }
            SortBy::Stability => {
                score(a.annotation.stability_score).total_cmp(&score(b.annotation.stability_score))
            }
        }
    }
}

/// A line of the list.
pub(super) enum Row<'a> {
    /// A class, or those without one, above its masks.
    Group {
        class: Option<&'a Class>,
        masks: Vec<MaskId>,
    },
    Mask {
        item: &'a Arc<MaskItem>,
        depth: usize,
    },
}

impl Row<'_> {
    pub fn mask(&self) -> Option<MaskId> {
        match self {
            Row::Mask { item, .. } => Some(item.id),
            Row::Group { .. } => None,
        }
    }
}

/// The masks in the order of `sort_by`; those that are not `settled` yet come last.
pub(super) fn sorted<'a>(
    items: impl Iterator<Item = &'a Arc<MaskItem>>,
    sort_by: SortBy,
    descending: bool,
    settled: impl Fn(&MaskItem) -> bool,
) -> Vec<Row<'a>> {
    let mut items: Vec<&Arc<MaskItem>> = items.collect();
    if sort_by == SortBy::Order && descending {
        items.reverse();
    }
    items.sort_by(|a, b| {
        let order = sort_by.compare(a, b);
        settled(b).cmp(&settled(a)).then(if descending { order.reverse() } else { order })
    });
    items.into_iter().map(|item| Row::Mask { item, depth: 0 }).collect()
}

/// The masks below their classes, those without one at the end; of `folded` classes only the line itself.
pub(super) fn grouped<'a>(
    items: impl Iterator<Item = &'a Arc<MaskItem>>,
    classes: &'a ClassList,
    folded: &HashSet<Option<ClassId>>,
) -> Vec<Row<'a>> {
    let mut members: HashMap<Option<ClassId>, Vec<&Arc<MaskItem>>> = HashMap::new();
    for item in items {
        let class = item.annotation.class.and_then(|id| classes.get(id));
        members.entry(class.map(|class| class.id)).or_default().push(item);
    }
    let mut rows = vec![];
    for class in classes.all().iter().map(Some).chain([None]) {
        let id = class.map(|class| class.id);
        let items = members.remove(&id).unwrap_or_default();
        if items.is_empty() && class.is_none() {
            continue;
        }
        rows.push(Row::Group { class, masks: items.iter().map(|item| item.id).collect() });
        if !folded.contains(&id) {
            rows.extend(items.into_iter().map(|item| Row::Mask { item, depth: 1 }));
        }
    }
    rows
}

/// Every mask below the one that it lies inside of, larger ones first.
pub(super) fn tree<'a>(items: &'a [Arc<MaskItem>], parents: &HashMap<MaskId, MaskId>) -> Vec<Row<'a>> {
    let mut children: HashMap<Option<MaskId>, Vec<&Arc<MaskItem>>> = HashMap::new();
    for item in items {
        children.entry(parents.get(&item.id).copied()).or_default().push(item);
    }
    // For a moment after a change a parent can be gone; its children are then on top.
    let gone: Vec<Option<MaskId>> =
        children.keys().copied().filter(|k| k.is_some_and(|id| items.iter().all(|m| m.id != id))).collect();
    for key in gone {
        let orphans = children.remove(&key).unwrap_or_default();
        children.entry(None).or_default().extend(orphans);
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|m| (m.annotation.mask.area(), Reverse(m.id)));
    }
    // The largest is last, where it is taken from next.
    let mut open: Vec<(&Arc<MaskItem>, usize)> =
        children.remove(&None).unwrap_or_default().into_iter().map(|m| (m, 0)).collect();
    let mut rows = vec![];
    while let Some((item, depth)) = open.pop() {
        rows.push(Row::Mask { item, depth });
        open.extend(children.remove(&Some(item.id)).unwrap_or_default().into_iter().map(|m| (m, depth + 1)));
    }
    rows
}

/// The mask that those moved to the gap above line `gap` of a list in layer order come before;
/// `None` for the end. The `moved` ones themselves do not count.
pub(super) fn mask_after_gap(
    rows: &[MaskId],
    gap: usize,
    descending: bool,
    moved: &[MaskId],
) -> Option<MaskId> {
    let stays = |id: &&MaskId| !moved.contains(*id);
    if descending {
        rows[..gap.min(rows.len())].iter().rev().find(stays).copied()
    } else {
        rows[gap.min(rows.len())..].iter().find(stays).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::Annotation;
    use crate::document::{Document, Edit};
    use crate::files::project::OpenProject;
    use crate::mask::Mask;

    fn document(masks: usize) -> Document {
        let mut document = Document::default();
        let new = |n: usize| Annotation::new("", Mask::from_fn(8, 8, |x, _| x as usize <= n));
        document.apply(Edit::AddMasks((0..masks).map(new).collect()));
        document
    }

    fn ids(document: &Document) -> Vec<MaskId> {
        document.masks().iter().map(|m| m.id).collect()
    }

    #[test]
    fn a_dragged_mask_lands_in_the_gap_in_both_directions() {
        for descending in [false, true] {
            for dragged in 0..4 {
                for gap in 0..=4 {
                    let mut document = document(4);
                    let mut shown = ids(&document);
                    if descending {
                        shown.reverse();
                    }
                    let id = shown[dragged];
                    let before = mask_after_gap(&shown, gap, descending, &[id]);
                    document.apply(Edit::Move { ids: vec![id], before });
                    let mut wanted = shown.clone();
                    wanted.retain(|m| *m != id);
                    wanted.insert(if gap > dragged { gap - 1 } else { gap }, id);
                    if descending {
                        wanted.reverse();
                    }
                    assert_eq!(ids(&document), wanted, "{dragged} to {gap}, descending: {descending}");
                }
            }
        }
    }

    #[test]
    fn masks_stand_below_their_class_unless_it_is_folded() {
        let mut document = document(3);
        let all = ids(&document);
        let mut project = OpenProject::default();
        let cup = project.adopt("cup", None, 0).unwrap();
        project.adopt("table", None, 0);
        document.use_classes(project.classes().clone());
        document.apply(Edit::SetClass(vec![all[2]], Some(cup)));
        let lines = |folded: &HashSet<Option<ClassId>>| -> Vec<Result<usize, MaskId>> {
            grouped(document.masks().iter(), document.classes(), folded)
                .iter()
                .map(|row| match row {
                    Row::Group { masks, .. } => Ok(masks.len()),
                    Row::Mask { item, .. } => Err(item.id),
                })
                .collect()
        };
        assert_eq!(lines(&HashSet::new()), [Ok(1), Err(all[2]), Ok(0), Ok(2), Err(all[0]), Err(all[1])]);
        assert_eq!(lines(&HashSet::from([None, Some(cup)])), [Ok(1), Ok(0), Ok(2)]);
    }
}

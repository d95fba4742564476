//! Comparison of two results on one photo: matched and unmatched masks.

use std::sync::Arc;

use rayon::prelude::*;

use crate::mask::{Mask, union_area};

/// Masks with at least this IoU show the same object.
pub const DEFAULT_MIN_IOU: f64 = 0.75;

/// Two masks that show the same object, by their indices in the lists.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub a: usize,
    pub b: usize,
    pub iou: f64,
}

/// An unmatched mask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unmatched {
    /// Its index in its own list.
    pub mask: usize,
    /// The mask of the other list that overlaps it most, and their IoU; `None` if none does.
    pub nearest: Option<(usize, f64)>,
}

/// The comparison of two lists of masks, A and B.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The most similar first. No mask is in two pairs.
    pub pairs: Vec<Pair>,
    /// Masks of A that B lacks, in A's order.
    pub only_a: Vec<Unmatched>,
    /// Masks of B that A lacks, in B's order.
    pub only_b: Vec<Unmatched>,
    /// The share of the photo covered by all masks of A together, in [0, 1].
    pub covered_a: f64,
    pub covered_b: f64,
}

impl Comparison {
    /// The mean IoU of the pairs; `None` if there are none.
    pub fn mean_iou(&self) -> Option<f64> {
        let sum: f64 = self.pairs.iter().map(|pair| pair.iou).sum();
        (!self.pairs.is_empty()).then(|| sum / self.pairs.len() as f64)
    }

    /// A number for each mask of B, for colouring both lists: the index of its match in A, or a number beyond
    /// the masks of A.
    pub fn numbers_of_b(&self) -> Vec<usize> {
        let mut numbers = vec![0; self.pairs.len() + self.only_b.len()];
        let first_free = self.pairs.len() + self.only_a.len();
        self.pairs.iter().for_each(|pair| numbers[pair.b] = pair.a);
        self.only_b.iter().zip(first_free..).for_each(|(alone, number)| numbers[alone.mask] = number);
        numbers
    }
}

/// Compares two lists of masks of one photo. Pairs are matched by IoU, the best first, if it is at least
/// `min_iou`; of equal pairs the one earlier in the lists is preferred.
///
/// # Panics
/// If the masks have different sizes.
pub fn compare(a: &[Arc<Mask>], b: &[Arc<Mask>], min_iou: f64) -> Comparison {
    let mut possible: Vec<Pair> = a
        .par_iter()
        .enumerate()
        .flat_map_iter(|(i, mask)| {
            let alike = b.iter().enumerate().filter(move |(_, other)| mask.iou_at_most(other) >= min_iou);
            alike.map(move |(j, other)| Pair { a: i, b: j, iou: mask.iou(other) })
        })
        .filter(|pair| pair.iou >= min_iou && pair.iou > 0.0)
        .collect();
    // Stable, and in the order of the lists before.
    possible.sort_by(|p, q| q.iou.total_cmp(&p.iou));
    let (mut taken_a, mut taken_b) = (vec![false; a.len()], vec![false; b.len()]);
    possible.retain(|pair| {
        let free = !taken_a[pair.a] && !taken_b[pair.b];
        if free {
            (taken_a[pair.a], taken_b[pair.b]) = (true, true);
        }
        free
    });
    Comparison {
        pairs: possible,
        only_a: unmatched(a, &taken_a, b),
        only_b: unmatched(b, &taken_b, a),
        covered_a: covered(a),
        covered_b: covered(b),
    }
}

fn unmatched(masks: &[Arc<Mask>], taken: &[bool], others: &[Arc<Mask>]) -> Vec<Unmatched> {
    let left: Vec<usize> = (0..masks.len()).filter(|i| !taken[*i]).collect();
    left.into_par_iter().map(|mask| Unmatched { mask, nearest: nearest(&masks[mask], others) }).collect()
}

fn nearest(mask: &Mask, others: &[Arc<Mask>]) -> Option<(usize, f64)> {
    let mut hopes: Vec<(usize, f64)> =
        others.iter().enumerate().map(|(i, other)| (i, mask.iou_at_most(other))).collect();
    hopes.sort_by(|p, q| q.1.total_cmp(&p.1));
    let mut best = None;
    for (i, at_most) in hopes {
        let so_far = best.map_or(0.0, |(_, iou)| iou);
        if at_most <= so_far {
            break;
        }
        let iou = mask.iou(&others[i]);
        if iou > so_far {
            best = Some((i, iou));
        }
    }
    best
}

fn covered(masks: &[Arc<Mask>]) -> f64 {
    let Some(first) = masks.first() else { return 0.0 };
    let pixels = u64::from(first.width()) * u64::from(first.height());
    union_area(masks.iter().map(|mask| &**mask)) as f64 / pixels.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns `x0..x1` of a photo of 100 x 10 pixels.
    fn columns(x0: u32, x1: u32) -> Arc<Mask> {
        Arc::new(Mask::from_fn(100, 10, |x, _| (x0..x1).contains(&x)))
    }

    #[test]
    fn the_most_alike_become_partners_and_the_rest_stand_alone() {
        // Both of B are like the first of A, but the second more so.
        let a = [columns(0, 20), columns(50, 60)];
        let b = [columns(0, 18), columns(0, 19), columns(55, 75), columns(90, 100)];
        let found = compare(&a, &b, DEFAULT_MIN_IOU);
        assert_eq!(found.pairs, [Pair { a: 0, b: 1, iou: 0.95 }]);
        assert_eq!(found.only_a, [Unmatched { mask: 1, nearest: Some((2, 0.2)) }]);
        let nearest: Vec<_> = found.only_b.iter().map(|alone| (alone.mask, alone.nearest)).collect();
        assert_eq!(nearest, [(0, Some((0, 0.9))), (2, Some((1, 0.2))), (3, None)]);
        assert_eq!((found.covered_a, found.covered_b), (0.3, 0.49));
        assert_eq!(found.mean_iou(), Some(0.95));
        assert_eq!(found.numbers_of_b(), [2, 0, 3, 4]);
    }

    #[test]
    fn a_result_is_its_own_partner() {
        let masks: Vec<_> = (0..30).map(|i| columns(i * 2, i * 3 + 1)).filter(|m| !m.is_empty()).collect();
        let same = compare(&masks, &masks, 1.0);
        assert!(same.pairs.iter().all(|pair| pair.a == pair.b && pair.iou == 1.0));
        assert_eq!((same.pairs.len(), same.mean_iou()), (masks.len(), Some(1.0)));
        assert_eq!(same.numbers_of_b(), (0..masks.len()).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_has_nothing_in_common() {
        let empty = Arc::new(Mask::from_fn(100, 10, |_, _| false));
        for (a, b) in [(vec![], vec![]), (vec![columns(1, 2)], vec![]), (vec![empty.clone()], vec![empty])] {
            let found = compare(&a, &b, 0.0);
            assert!(found.pairs.is_empty() && found.mean_iou().is_none());
            assert_eq!((found.only_a.len(), found.only_b.len()), (a.len(), b.len()));
            assert_eq!(found.covered_b, 0.0);
        }
    }
}

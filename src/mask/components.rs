//! Connected parts of a mask, and removing small ones.

use super::bitmap::Mask;
use super::boolean::combine_rows;

/// A run of pixels: its row, its first column and the column after its last.
type Run = (u32, [u32; 2]);

impl Mask {
    /// The parts of the mask that do not touch, not even at corners (8-connectivity), largest first.
    pub fn parts(&self) -> Vec<Mask> {
        let mut parts = components(self.all_runs().collect(), Corners::Connect);
        parts.sort_by_key(|part| std::cmp::Reverse(area(part)));
        parts.into_iter().map(|part| Mask::from_runs(self.width(), self.height(), part)).collect()
    }

    /// The largest of [`Mask::parts`], the first of equals; empty if the mask is empty.
    pub fn largest_part(&self) -> Mask {
        let parts = components(self.all_runs().collect(), Corners::Connect);
        // The last maximum is taken, hence backwards.
        let largest = parts.into_iter().rev().max_by_key(|part| area(part)).unwrap_or_default();
        Mask::from_runs(self.width(), self.height(), largest)
    }

    /// The mask with every hole filled: every area of unset pixels that is not connected to the photo's
    /// border along pixel sides (4-connectivity, because set pixels that touch at a corner enclose it).
    pub fn filled(&self) -> Mask {
        let holes: Vec<Run> = self.holes().into_iter().flatten().collect();
        let mut runs: Vec<Run> = self.all_runs().chain(holes).collect();
        runs.sort_unstable();
        Mask::from_runs(self.width(), self.height(), runs)
    }

    /// Number of [`Mask::parts`].
    pub(super) fn part_count(&self) -> usize {
        let mut towards = linked(&self.all_runs().collect::<Vec<_>>(), Corners::Connect);
        (0..towards.len() as u32).filter(|i| root(&mut towards, *i) == *i).count()
    }

    /// The areas that [`Mask::filled`] fills.
    pub(super) fn holes(&self) -> Vec<Vec<Run>> {
        let Some(b) = self.bbox() else { return vec![] };
        let mut unset = vec![];
        for y in b.y0..b.y1 {
            combine_rows(&[[b.x0, b.x1]], self.row(y), |all, set| all && !set, |run| unset.push((y, run)));
        }
        // What reaches the edge of the box goes on outside, or ends at the photo's border.
        let at_edge =
            |(y, [start, end]): &Run| *start == b.x0 || *end == b.x1 || *y == b.y0 || *y + 1 == b.y1;
        let mut areas = components(unset, Corners::Part);
        areas.retain(|area| !area.iter().any(at_edge));
        areas
    }

    /// Fills every connected area of unset pixels (8-connectivity) that is smaller than `min_area` pixels,
    /// including those at the photo's border.
    ///
    /// Like `remove_small_regions(mask, min_area, "holes")` in `sam2/utils/amg.py`.
    pub fn without_small_holes(&self, min_area: u64) -> Mask {
        let holes: Vec<Run> = components(self.unset_runs(), Corners::Connect)
            .into_iter()
            .filter(|hole| area(hole) < min_area)
            .flatten()
            .collect();
        if holes.is_empty() {
            return self.clone();
        }
        let mut runs: Vec<Run> = self.all_runs().chain(holes).collect();
        runs.sort_unstable();
        Mask::from_runs(self.width(), self.height(), runs)
    }

    /// Removes every connected part (8-connectivity) that is smaller than `min_area` pixels; the largest is
    /// kept if all are.
    ///
    /// Like `remove_small_regions(mask, min_area, "islands")` in `sam2/utils/amg.py`.
    pub fn without_small_parts(&self, min_area: u64) -> Mask {
        let parts = components(self.all_runs().collect(), Corners::Connect);
        if parts.iter().all(|part| area(part) >= min_area) {
            return self.clone();
        }
        let largest = parts.iter().map(|part| area(part)).max().unwrap_or(0);
        // The first of equals, like numpy's argmax; parts are in the order of their first pixel.
        let first_largest = parts.iter().position(|part| area(part) == largest);
        let all_small = largest < min_area;
        let mut runs: Vec<Run> = parts
            .into_iter()
            .enumerate()
            .filter(|(i, part)| if all_small { Some(*i) == first_largest } else { area(part) >= min_area })
            .flat_map(|(_, part)| part)
            .collect();
        runs.sort_unstable();
        Mask::from_runs(self.width(), self.height(), runs)
    }

    /// The runs of unset pixels, over the whole photo.
    pub(super) fn unset_runs(&self) -> Vec<Run> {
        let mut runs = vec![];
        for y in 0..self.height() {
            let mut from = 0;
            for [start, end] in self.row(y) {
                if *start > from {
                    runs.push((y, [from, *start]));
                }
                from = *end;
            }
            if from < self.width() {
                runs.push((y, [from, self.width()]));
            }
        }
        runs
    }
}

fn area(runs: &[Run]) -> u64 {
    runs.iter().map(|(_, [start, end])| u64::from(end - start)).sum()
}

/// The relation of pixels that only touch at a corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Corners {
    /// Neighbours: 8-connectivity.
    Connect,
    /// Not neighbours: 4-connectivity.
    Part,
}

/// Groups runs, given from top to bottom and left to right, into connected components, each in the
/// order of its first run.
fn components(runs: Vec<Run>, corners: Corners) -> Vec<Vec<Run>> {
    let mut towards = linked(&runs, corners);
    let mut number = vec![usize::MAX; runs.len()];
    let mut components: Vec<Vec<Run>> = vec![];
    for (i, run) in runs.into_iter().enumerate() {
        let first = root(&mut towards, i as u32) as usize;
        if number[first] == usize::MAX {
            number[first] = components.len();
            components.push(vec![]);
        }
        components[number[first]].push(run);
    }
    components
}

/// Union-find: every run points towards the first run of its component.
fn linked(runs: &[Run], corners: Corners) -> Vec<u32> {
    // How much further than its own columns a run reaches for its neighbours.
    let reach = u32::from(corners == Corners::Connect);
    let mut towards: Vec<u32> = (0..runs.len() as u32).collect();
    let mut above = 0..0;
    let mut begin = 0;
    while begin < runs.len() {
        let y = runs[begin].0;
        let end = begin + runs[begin..].partition_point(|run| run.0 == y);
        let mut upper = if above.start < above.end && runs[above.start].0 + 1 == y { above } else { 0..0 };
        for i in begin..end {
            let [start, stop] = runs[i].1;
            // Runs that end before this one, diagonal neighbours included, touch none of the later.
            while upper.start < upper.end && runs[upper.start].1[1] + reach <= start {
                upper.start += 1;
            }
            for other in upper.clone().take_while(|j| runs[*j].1[0] < stop + reach) {
                join(&mut towards, i as u32, other as u32);
            }
        }
        above = begin..end;
        begin = end;
    }
    towards
}

fn root(towards: &mut [u32], mut i: u32) -> u32 {
    while towards[i as usize] != i {
        let next = towards[towards[i as usize] as usize];
        towards[i as usize] = next;
        i = next;
    }
    i
}

fn join(towards: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(towards, a), root(towards, b));
    towards[a.max(b) as usize] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    /// Components by flooding, pixel by pixel.
    fn flooded(mask: &Mask) -> Vec<u64> {
        let (width, height) = (mask.width() as i32, mask.height() as i32);
        let mut seen = std::collections::HashSet::new();
        let mut sizes = vec![];
        for start in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            let mut open = vec![start];
            let mut size = 0;
            while let Some((x, y)) = open.pop() {
                let inside = (0..width).contains(&x) && (0..height).contains(&y);
                if inside && mask.get(x as u32, y as u32) && seen.insert((x, y)) {
                    size += 1;
                    open.extend((-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (x + dx, y + dy))));
                }
            }
            sizes.extend((size > 0).then_some(size));
        }
        sizes.sort_by_key(|size| std::cmp::Reverse(*size));
        sizes
    }

    #[test]
    fn parts_are_those_of_flooding() {
        for seed in 1..30u32 {
            let set = |x: u32, y: u32| (x * x * 31 + y * 17 + x * y * seed) % 11 < 3;
            let mask = Mask::from_fn(70, 50, set);
            let parts = mask.parts();
            assert_eq!(parts.iter().map(Mask::area).collect::<Vec<_>>(), flooded(&mask), "{seed}");
        }
    }

    #[test]
    fn small_holes_are_filled_and_small_parts_removed() {
        let ring = |x: u32, y: u32| (5..20).contains(&x) && (5..20).contains(&y);
        let hole = |x: u32, y: u32| (8..11).contains(&x) && (8..11).contains(&y);
        let speck = |x: u32, y: u32| (x, y) == (30, 3);
        let mask = Mask::from_fn(40, 30, |x, y| (ring(x, y) && !hole(x, y)) || speck(x, y));
        assert_eq!(mask.without_small_holes(10), Mask::from_fn(40, 30, |x, y| ring(x, y) || speck(x, y)));
        assert_eq!(mask.without_small_holes(9), mask);
        assert_eq!(mask.without_small_parts(2), Mask::from_fn(40, 30, |x, y| ring(x, y) && !hole(x, y)));
        assert_eq!(mask.without_small_parts(1), mask);
        assert_eq!(mask.without_small_parts(9999), mask.without_small_parts(2), "the largest stays");
    }

    /// Areas of unset pixels by flooding along sides; those at the photo's border are left out.
    fn flooded_holes(mask: &Mask) -> Vec<Vec<(u32, u32)>> {
        let (width, height) = (mask.width(), mask.height());
        let mut seen = std::collections::HashSet::new();
        let mut holes = vec![];
        for start in samples::pixels(width, height) {
            let mut open = vec![start];
            let mut area = vec![];
            while let Some((x, y)) = open.pop() {
                if x < width && y < height && !mask.get(x, y) && seen.insert((x, y)) {
                    area.push((x, y));
                    open.extend([(x + 1, y), (x, y + 1), (x.wrapping_sub(1), y), (x, y.wrapping_sub(1))]);
                }
            }
            let bounded = |(x, y): &(u32, u32)| *x > 0 && *y > 0 && x + 1 < width && y + 1 < height;
            if !area.is_empty() && area.iter().all(bounded) {
                holes.push(area);
            }
        }
        holes
    }

    #[test]
    fn holes_are_those_of_flooding() {
        for mask in samples::masks(41, 33) {
            let holes = flooded_holes(&mask);
            assert_eq!(mask.holes().len(), holes.len());
            let within: std::collections::HashSet<_> = holes.into_iter().flatten().collect();
            let filled = mask.filled();
            assert_eq!(filled, Mask::from_fn(41, 33, |x, y| mask.get(x, y) || within.contains(&(x, y))));
            assert!(filled.holes().is_empty());
        }
    }

    #[test]
    fn the_largest_part_is_the_first_of_the_parts() {
        for mask in samples::masks(41, 33) {
            let parts = mask.parts();
            assert_eq!(mask.part_count(), parts.len());
            assert_eq!(mask.largest_part(), parts.first().cloned().unwrap_or(mask));
        }
    }

    #[test]
    fn full_and_empty_masks_stay() {
        for mask in [Mask::from_fn(9, 7, |_, _| true), Mask::from_fn(9, 7, |_, _| false)] {
            assert_eq!(mask.without_small_parts(5), mask);
        }
        let full = Mask::from_fn(9, 7, |_, _| true);
        assert_eq!(full.without_small_holes(5), full);
    }
}

//! The border of a mask as closed polylines along pixel edges.

use super::bitmap::Mask;

/// The borders between set and unset pixels: closed loops of pixel corners in photo coordinates, with the
/// mask on the right-hand side (outer loops run clockwise on the screen, holes anticlockwise). Only the
/// corners where the direction changes are stored.
///
/// If two pixels only touch at a corner, the loops are separate (4-connectivity). Each loop begins at the
/// leftmost of its uppermost edges that run to the right; loops are in the order of their starting points,
/// row by row.
pub fn outline(mask: &Mask) -> Vec<Vec<[u32; 2]>> {
    let Some(b) = mask.bbox() else { return vec![] };
    let mut sides = Sides::new(mask);
    let mut loops = vec![];
    for y in b.y0..b.y1 {
        let above = row_above(mask, y);
        let mut upper = above.iter().enumerate().peekable();
        for (index, [start, end]) in mask.row(y).iter().enumerate() {
            // An edge to the right begins after the run's left side, if nothing is above there, ...
            while upper.next_if(|(_, run)| run[1] <= *start).is_some() {}
            if upper.peek().is_none_or(|(_, run)| run[0] > *start) {
                loops.extend(sides.walk(Side { y, index, end: End::Left }));
            }
            // ... and after the right side of each run above that ends within the run.
            while let Some((index, _)) = upper.next_if(|(_, run)| run[1] < *end) {
                loops.extend(sides.walk(Side { y: y - 1, index, end: End::Right }));
            }
        }
    }
    loops
}

fn row_above(mask: &Mask, y: u32) -> &[[u32; 2]] {
    y.checked_sub(1).map_or(&[], |above| mask.row(above))
}

/// One of the two upright edges of a run. Every loop goes up left ends and down right ends; the
/// level edges between them follow from the runs above and below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Side {
    y: u32,
    /// Of the run in its row.
    index: usize,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Left,
    Right,
}

/// The sides of a mask's runs, and which of them were visited.
struct Sides<'a> {
    mask: &'a Mask,
    /// The row of the first run, and the number of runs above each row from there.
    y0: u32,
    runs_above: Vec<usize>,
    walked: Vec<bool>,
}

impl<'a> Sides<'a> {
    fn new(mask: &'a Mask) -> Self {
        let rows = mask.bbox().map_or(0..0, |b| b.y0..b.y1);
        let y0 = rows.start;
        let mut runs = 0;
        let mut runs_above = vec![];
        for y in rows {
            runs_above.push(runs);
            runs += mask.row(y).len();
        }
        Self { mask, y0, runs_above, walked: vec![false; 2 * runs] }
    }

    /// The corners of the loop that runs along `first`, from where that ends; `None` if it was walked before.
    fn walk(&mut self, first: Side) -> Option<Vec<[u32; 2]>> {
        if *self.walked(first) {
            return None;
        }
        let mut corners = vec![];
        let mut side = first;
        loop {
            *self.walked(side) = true;
            let (leaves, next) = (self.corners(side)[1], self.next(side));
            let arrives = self.corners(next)[0];
            if leaves != arrives {
                corners.extend([leaves, arrives]);
            }
            side = next;
            if side == first {
                return Some(corners);
            }
        }
    }

    fn walked(&mut self, side: Side) -> &mut bool {
        let run = self.runs_above[(side.y - self.y0) as usize] + side.index;
        &mut self.walked[2 * run + usize::from(side.end == End::Right)]
    }

    /// Where a side begins and ends.
    fn corners(&self, side: Side) -> [[u32; 2]; 2] {
        let [start, end] = self.mask.row(side.y)[side.index];
        match side.end {
            End::Left => [[start, side.y + 1], [start, side.y]],
            End::Right => [[end, side.y], [end, side.y + 1]],
        }
    }

    /// The side after this one, straight ahead or along one level edge. Where there is a choice, the
    /// one that turns right and so keeps to the same pixel.
    fn next(&self, side: Side) -> Side {
        let Side { y, index, end } = side;
        let here = self.mask.row(y);
        let [start, stop] = here[index];
        match end {
            End::Left => {
                let above = row_above(self.mask, y);
                // The first run above that ends right of where this side does.
                let over = above.partition_point(|run| run[1] <= start);
                match above.get(over) {
                    // The run's top is free from here to that run, or to its own end.
                    Some([from, _]) if (start + 1..stop).contains(from) => {
                        Side { y: y - 1, index: over, end: End::Left }
                    }
                    // That run is overhead: back along its bottom, to the run before this one or to its start.
                    Some([from, _]) if *from <= start => match index.checked_sub(1) {
                        Some(before) if here[before][1] > *from => Side { y, index: before, end: End::Right },
                        _ => Side { y: y - 1, index: over, end: End::Left },
                    },
                    _ => Side { y, index, end: End::Right },
                }
            }
            End::Right => {
                let below = self.mask.row(y + 1);
                // The last run below that starts left of where this side ends.
                let under = below.partition_point(|run| run[0] < stop).checked_sub(1);
                match under.map(|under| (under, below[under])) {
                    // The run's bottom is free from here back to that run, or to its own start.
                    Some((under, [_, to])) if (start + 1..stop).contains(&to) => {
                        Side { y: y + 1, index: under, end: End::Right }
                    }
                    // That run is underneath: on along its top, to the run after this one or to its end.
                    Some((under, [_, to])) if to >= stop => match here.get(index + 1) {
                        Some([after, _]) if *after < to => Side { y, index: index + 1, end: End::Left },
                        _ => Side { y: y + 1, index: under, end: End::Right },
                    },
                    _ => Side { y, index, end: End::Left },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::samples;
    use super::*;

    /// The outline by walking from corner to corner, looking at the pixels around each.
    fn walked(mask: &Mask) -> Vec<Vec<[u32; 2]>> {
        // Right, down, left and up: the step, and the pixels right and left of it, from the corner.
        const STEPS: [([i64; 2], [i64; 2], [i64; 2]); 4] = [
            ([1, 0], [0, 0], [0, -1]),
            ([0, 1], [-1, 0], [0, 0]),
            ([-1, 0], [-1, -1], [-1, 0]),
            ([0, -1], [0, -1], [-1, -1]),
        ];
        let set = |[x, y]: [i64; 2], [dx, dy]: [i64; 2]| {
            let pixel = (u32::try_from(x + dx), u32::try_from(y + dy));
            matches!(pixel, (Ok(x), Ok(y)) if mask.get(x, y))
        };
        let leaves = |at, direction: usize| set(at, STEPS[direction].1) && !set(at, STEPS[direction].2);
        let mut seen = HashSet::new();
        let mut loops = vec![];
        for (x, y) in samples::pixels(mask.width(), mask.height()) {
            let start = ([i64::from(x), i64::from(y)], 0);
            if !leaves(start.0, 0) || seen.contains(&start) {
                continue;
            }
            let (mut at, mut direction) = start;
            let mut corners = vec![];
            loop {
                seen.insert((at, direction));
                let before = direction;
                at = [at[0] + STEPS[direction].0[0], at[1] + STEPS[direction].0[1]];
                // Right, straight on, left.
                let turns = [1, 0, 3].map(|turn| (before + turn) % 4);
                direction = turns.into_iter().find(|turn| leaves(at, *turn)).unwrap();
                if direction != before {
                    corners.push(at.map(|v| v as u32));
                }
                if (at, direction) == start {
                    break;
                }
            }
            // The start was met last.
            corners.rotate_right(1);
            loops.push(corners);
        }
        loops
    }

    #[test]
    fn the_loops_are_those_of_walking_along_pixels() {
        for mask in samples::masks(53, 41) {
            assert_eq!(outline(&mask), walked(&mask));
        }
    }

    fn signed_area(corners: &[[u32; 2]]) -> i64 {
        let next = corners.iter().cycle().skip(1);
        corners
            .iter()
            .zip(next)
            .map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]))
            .sum::<i64>()
            / 2
    }

    #[test]
    fn a_rectangle_has_four_corners() {
        let mask = Mask::from_fn(10, 10, |x, y| (2..5).contains(&x) && (3..9).contains(&y));
        assert_eq!(outline(&mask), vec![vec![[2, 3], [5, 3], [5, 9], [2, 9]]]);
    }

    #[test]
    fn the_loops_enclose_exactly_the_area() {
        let ring = |x: u32, y: u32| {
            (1..20).contains(&x) && (1..15).contains(&y) && !((5..9).contains(&x) && (4..8).contains(&y))
        };
        let noise = |x: u32, y: u32| (x * x * 31 + y * 17 + x * y) % 7 < 3;
        for mask in [Mask::from_fn(30, 20, ring), Mask::from_fn(40, 33, noise)] {
            let loops = outline(&mask);
            let enclosed: i64 = loops.iter().map(|l| signed_area(l)).sum();
            assert_eq!(enclosed, mask.area() as i64);
            assert!(loops.iter().all(|l| l.len() >= 4));
        }
        assert_eq!(outline(&Mask::from_fn(30, 20, ring)).len(), 2);
    }

    #[test]
    fn pixels_that_touch_at_a_corner_stay_apart() {
        let mask = Mask::from_fn(4, 4, |x, y| (x, y) == (1, 1) || (x, y) == (2, 2));
        assert_eq!(outline(&mask).len(), 2);
    }
}

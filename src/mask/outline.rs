//! The border of a mask as closed polylines along pixel edges.

use std::collections::HashMap;

use super::bitmap::Mask;

/// The borders between set and unset pixels: closed loops of pixel corners in photo coordinates,
/// with the mask on the right-hand side as one walks (outer loops run clockwise on the screen,
/// holes the other way). Only the corners where the direction changes are kept.
///
/// Where two pixels touch only at a corner the loops are kept apart (4-connectivity).
pub fn outline(mask: &Mask) -> Vec<Vec<[u32; 2]>> {
    let Some(b) = mask.bbox() else { return vec![] };
    // A directed unit edge leaves each corner at most once in each direction.
    let mut edges: HashMap<(u32, u32), Vec<Direction>> = HashMap::new();
    let mut order = vec![];
    for y in b.y0..b.y1 {
        for run in mask.runs(y) {
            for x in run.clone() {
                let above = y > 0 && mask.get(x, y - 1);
                if !above {
                    edges.entry((x, y)).or_default().push(Direction::Right);
                    order.push((x, y));
                }
                if !mask.get(x, y + 1) {
                    edges.entry((x + 1, y + 1)).or_default().push(Direction::Left);
                }
            }
            edges.entry((run.start, y + 1)).or_default().push(Direction::Up);
            edges.entry((run.end, y)).or_default().push(Direction::Down);
        }
    }
    // Every loop, holes included, has an edge that runs to the right.
    order.into_iter().filter_map(|start| walk(&mut edges, start)).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Right,
    Down,
    Left,
    Up,
}

impl Direction {
    fn step(self, (x, y): (u32, u32)) -> (u32, u32) {
        match self {
            Direction::Right => (x + 1, y),
            Direction::Down => (x, y + 1),
            Direction::Left => (x - 1, y),
            Direction::Up => (x, y - 1),
        }
    }

    /// The direction after a right turn, which keeps to the same pixel at a shared corner.
    fn right_turn(self) -> Self {
        match self {
            Direction::Right => Direction::Down,
            Direction::Down => Direction::Left,
            Direction::Left => Direction::Up,
            Direction::Up => Direction::Right,
        }
    }
}

/// Follows and removes the loop that leaves `start` to the right; `None` if it was walked before.
fn walk(edges: &mut HashMap<(u32, u32), Vec<Direction>>, start: (u32, u32)) -> Option<Vec<[u32; 2]>> {
    let take = |edges: &mut HashMap<_, Vec<Direction>>, at, preferred| -> Option<Direction> {
        let leaving: &mut Vec<Direction> = edges.get_mut(&at)?;
        let index = leaving.iter().position(|d| *d == preferred).unwrap_or(0);
        (index < leaving.len()).then(|| leaving.swap_remove(index))
    };
    if !edges.get(&start)?.contains(&Direction::Right) {
        return None;
    }
    let mut direction = take(edges, start, Direction::Right)?;
    let mut corners = vec![[start.0, start.1]];
    let mut at = direction.step(start);
    while at != start || direction == Direction::Right {
        let Some(next) = take(edges, at, direction.right_turn()) else { break };
        if next != direction {
            corners.push([at.0, at.1]);
        }
        direction = next;
        at = direction.step(at);
    }
    Some(corners)
}

#[cfg(test)]
mod tests {
    use super::*;

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

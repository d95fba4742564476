//! Snapping vertices to other masks and to the photo's border.

use crate::mask::Mask;

/// Larger distances, in pixels, would make the search slow and the snapping a surprise.
const MAX_REACH: f32 = 12.0;

/// How a corner of four pixels lies to a mask, the better target last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// On a straight boundary.
    Boundary,
    /// At a corner of the boundary.
    Corner,
}

/// The place to snap to within `reach` pixels: a corner of another mask, else the border of the photo, else the
/// boundary of another mask; `at` itself if there is none.
pub fn snapped(at: [f32; 2], reach: f32, size: (u32, u32), others: &[&Mask]) -> [f32; 2] {
    let reach = reach.min(MAX_REACH);
    let on_mask = nearest_target(at, reach, others);
    if let Some((Target::Corner, place)) = on_mask {
        return place;
    }
    let at_border = |value: f32, side: u32| {
        let ends = [0.0, side as f32];
        ends.into_iter().find(|end| (value - end).abs() <= reach).unwrap_or(value)
    };
    let border = [at_border(at[0], size.0), at_border(at[1], size.1)];
    match on_mask {
        Some((_, place)) if border == at => place,
        _ => border,
    }
}

/// The nearest of the best targets.
fn nearest_target(at: [f32; 2], reach: f32, others: &[&Mask]) -> Option<(Target, [f32; 2])> {
    let places = |v: f32| ((v - reach).ceil().max(0.0) as u32)..=((v + reach).floor().max(0.0) as u32);
    let is_near = |mask: &&&Mask| {
        let [x, y] = at;
        mask.bbox().is_some_and(|b| {
            let (right, bottom) = (b.x1 as f32 + reach, b.y1 as f32 + reach);
            (b.x0 as f32 - reach..=right).contains(&x) && (b.y0 as f32 - reach..=bottom).contains(&y)
        })
    };
    let near: Vec<&&Mask> = others.iter().filter(is_near).collect();
    let distance = |[x, y]: [f32; 2]| (x - at[0]).hypot(y - at[1]);
    let mut best: Option<(Target, [f32; 2])> = None;
    for (y, x) in places(at[1]).flat_map(|y| places(at[0]).map(move |x| (y, x))) {
        let place = [x as f32, y as f32];
        if distance(place) > reach {
            continue;
        }
        let target = near.iter().filter_map(|mask| target_at(mask, x, y)).max();
        let is_better = |target: Target| {
            best.is_none_or(|(other, there)| {
                target > other || (target == other && distance(place) < distance(there))
            })
        };
        if let Some(target) = target.filter(|target| is_better(*target)) {
            best = Some((target, place));
        }
    }
    best
}

/// How the corner at the top left of a pixel lies to a mask.
fn target_at(mask: &Mask, x: u32, y: u32) -> Option<Target> {
    let get = |x: Option<u32>, y: Option<u32>| x.zip(y).is_some_and(|(x, y)| mask.get(x, y));
    let (left, above) = (x.checked_sub(1), y.checked_sub(1));
    let [a, b, c, d] = [get(left, above), get(Some(x), above), get(left, Some(y)), get(Some(x), Some(y))];
    match (a, b, c, d) {
        _ if a == b && b == c && c == d => None,
        _ if (a == b && c == d) || (a == c && b == d) => Some(Target::Boundary),
        _ => Some(Target::Corner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (u32, u32) = (40, 30);

    fn snap(at: [f32; 2], reach: f32) -> [f32; 2] {
        let square = Mask::from_fn(40, 30, |x, y| (10..20).contains(&x) && (10..20).contains(&y));
        let corner = Mask::from_fn(40, 30, |x, y| x >= 36 && y >= 26);
        snapped(at, reach, SIZE, &[&square, &corner])
    }

    #[test]
    fn corners_come_before_the_border_and_that_before_straight_boundaries() {
        assert_eq!(snap([12.4, 8.4], 3.0), [10.0, 10.0]);
        assert_eq!(snap([14.6, 8.4], 3.0), [15.0, 10.0], "the corners are too far away");
        assert_eq!(snap([22.4, 14.6], 3.0), [20.0, 15.0]);
        assert_eq!(snap([25.0, 2.0], 3.0), [25.0, 0.0]);
        assert_eq!(snap([1.0, 28.0], 3.0), [0.0, 30.0]);
        assert_eq!(snap([38.5, 27.9], 1.7), [40.0, 27.9], "the border comes before the boundary");
        assert_eq!(snap([30.0, 15.0], 3.0), [30.0, 15.0]);
        assert_eq!(snap([15.0, 15.0], 100.0), [10.0, 10.0]);
    }
}

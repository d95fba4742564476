//! A point well inside a mask.

use super::bitmap::Mask;

/// The search uses about this many large pixels along the longer side of the part.
const FINENESS: u32 = 256;

impl Mask {
    /// The centre, in photo coordinates, of a pixel of the mask's largest part that is about as far from the
    /// border as possible, including the photo's border; `None` if the mask is empty. Of several, one in the
    /// middle. Suitable for a click or a label.
    pub fn inner_point(&self) -> Option<[f32; 2]> {
        let part = self.largest_part();
        let b = part.bbox()?;
        let factor = (b.width().max(b.height()) / FINENESS).max(1);
        let coarse = part.wholly_covered([b.x0, b.y0], factor);
        // A part too thin for large pixels has no depth to look through either.
        let (x, y) = match deepest(&coarse) {
            Some((x, y)) => (b.x0 + x * factor + factor / 2, b.y0 + y * factor + factor / 2),
            None => deepest(&part)?,
        };
        Some([x as f32 + 0.5, y as f32 + 0.5])
    }
}

/// One of the pixels that stay the longest when the mask shrinks, in whole steps.
fn deepest(mask: &Mask) -> Option<(u32, u32)> {
    let b = mask.bbox()?;
    // Unset pixels all around let it shrink from the photo's border, too.
    let framed = mask.all_runs().map(|(y, run)| (y - b.y0 + 1, run.map(|x| x - b.x0 + 1)));
    let framed = Mask::from_runs(b.width() + 2, b.height() + 2, framed);
    let (mut enough, mut left) = (1, framed.clone());
    // Doubling first, because the cost of shrinking grows with the distance.
    let (mut low, mut high) = (0, None);
    while high.is_none_or(|high| low + 1 < high) {
        let shrunk = framed.shrunk(enough as f32);
        if shrunk.is_empty() {
            high = Some(enough);
        } else {
            (low, left) = (enough, shrunk);
        }
        enough = high.map_or(2 * enough, |high| (low + high) / 2);
    }
    let left = left.largest_part();
    let middle = left.figures()?.centroid.map(|v| v as u32);
    let nearest = left.all_runs().map(|(y, [start, end])| (middle[0].clamp(start, end - 1), y));
    let squared = |(x, y): (u32, u32)| {
        u64::from(x.abs_diff(middle[0])).pow(2) + u64::from(y.abs_diff(middle[1])).pow(2)
    };
    nearest.min_by_key(|at| squared(*at)).map(|(x, y)| (x + b.x0 - 1, y + b.y0 - 1))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, pixels};
    use super::*;

    /// The distance from a pixel to the nearest one that is unset or outside the photo.
    fn depth(mask: &Mask, (x, y): (u32, u32)) -> f64 {
        let (x, y) = (i64::from(x), i64::from(y));
        let around =
            (-1..=i64::from(mask.height())).flat_map(|y| (-1..=i64::from(mask.width())).map(move |x| (x, y)));
        let unset = around.filter(
            |(x, y)| !matches!((u32::try_from(*x), u32::try_from(*y)), (Ok(x), Ok(y)) if mask.get(x, y)),
        );
        let squared = unset.map(|(ox, oy)| (ox - x).pow(2) + (oy - y).pow(2)).min();
        (squared.unwrap_or(0) as f64).sqrt()
    }

    fn pixel([x, y]: [f32; 2]) -> (u32, u32) {
        assert_eq!((x.fract(), y.fract()), (0.5, 0.5));
        (x as u32, y as u32)
    }

    #[test]
    fn no_pixel_lies_deeper() {
        for mask in samples::masks(60, 45) {
            let part = mask.largest_part();
            let Some(point) = mask.inner_point() else {
                assert!(mask.is_empty());
                continue;
            };
            let at = pixel(point);
            assert!(part.get(at.0, at.1));
            let set = pixels(60, 45).filter(|(x, y)| part.get(*x, *y));
            let deepest = set.map(|at| depth(&part, at)).fold(0.0, f64::max);
            assert!(depth(&part, at) >= deepest - 1.0, "{} {deepest}", depth(&part, at));
        }
    }

    #[test]
    fn of_many_points_the_middle_is_taken() {
        let rectangle = |x0: u32, x1: u32, y0: u32, y1: u32| {
            Mask::from_fn(120, 110, move |x, y| (x0..x1).contains(&x) && (y0..y1).contains(&y))
        };
        assert_eq!(rectangle(10, 101, 20, 31).inner_point(), Some([55.5, 25.5]));
        assert_eq!(rectangle(10, 21, 5, 96).inner_point(), Some([15.5, 50.5]));
        assert_eq!(rectangle(0, 120, 0, 11).inner_point(), Some([60.5, 5.5]));
    }

    #[test]
    fn large_and_thin_parts_have_a_point() {
        let ring =
            |x: u32, y: u32| (550..=600).contains(&(x.abs_diff(700).pow(2) + y.abs_diff(650).pow(2)).isqrt());
        let mask = Mask::from_fn(1500, 1300, ring);
        let at = pixel(mask.inner_point().unwrap());
        let radius = f64::from(at.0.abs_diff(700)).hypot(f64::from(at.1.abs_diff(650)));
        assert!((565.0..586.0).contains(&radius), "{radius}");
        let line = Mask::from_fn(1500, 1300, |x, y| x.abs_diff(y) <= 1);
        let at = pixel(line.inner_point().unwrap());
        assert_eq!(at.0, at.1);
        let disc = Mask::stroke(1500, 1300, &[[600.0, 700.0]], 400.0);
        let [x, y] = disc.inner_point().unwrap();
        assert!((x - 600.0).hypot(y - 700.0) < 8.0);
    }
}

//! What must hold of every mask.

use tinsel::mask::polygon::{
    Polygon, filled_as_coco, filled_with_outline, polygons, simplified, through_centres, united,
    without_holes,
};
use tinsel::mask::{CompressedRle, Mask, PixelBox, Rle, outline};

/// Checks that the parts of a mask agree with each other, and that every encoding gives it back.
pub fn check(mask: &Mask) {
    check_runs(mask);
    let rle = Rle::from(mask);
    assert_eq!(Mask::try_from(&rle).as_ref(), Ok(mask));
    assert_eq!(Rle::try_from(&CompressedRle::from(&rle)), Ok(rle));
    check_polygons(mask);
}

fn check_runs(mask: &Mask) {
    let (mut area, mut bbox) = (0, None);
    let mut last = None;
    for (y, [start, end]) in mask.all_runs() {
        assert!(y < mask.height() && start < end && end <= mask.width());
        assert!(
            last.is_none_or(|(row, end)| row < y || row == y && end < start),
            "runs touch or lie out of order"
        );
        last = Some((y, end));
        area += u64::from(end - start);
        let b: &mut PixelBox = bbox.get_or_insert(PixelBox { x0: start, y0: y, x1: end, y1: y + 1 });
        (b.x0, b.x1, b.y1) = (b.x0.min(start), b.x1.max(end), y + 1);
    }
    assert_eq!((area, bbox), (mask.area(), mask.bbox()));
}

fn check_polygons(mask: &Mask) {
    let (width, height) = (mask.width(), mask.height());
    let parts = polygons(mask);
    let areas = parts.iter().map(|part| doubled_area([&part.outer]) + doubled_area(&part.holes));
    assert_eq!(areas.sum::<i64>(), 2 * mask.area() as i64);
    let rings = parts.iter().flat_map(Polygon::simple_rings).collect::<Vec<_>>();
    assert_eq!(doubled_area(&rings), 2 * mask.area() as i64);
    assert_eq!(doubled_area(&outline(mask)), 2 * mask.area() as i64);
    let whole = without_holes(mask, &parts);
    check_runs(&whole);
    let filled = |fill: &dyn Fn(&[[u32; 2]]) -> Mask| {
        united(parts.iter().map(|part| fill(&part.outer)), width, height)
    };
    let as_coco = |edges: &[[u32; 2]]| {
        let points: Vec<[f64; 2]> = edges.iter().map(|point| point.map(f64::from)).collect();
        filled_as_coco(&points, width, height).expect("the photo is small")
    };
    let with_outline = |edges: &[[u32; 2]]| {
        let points: Vec<[i64; 2]> = through_centres(edges).iter().map(|point| point.map(i64::from)).collect();
        filled_with_outline(&points, width, height)
    };
    assert_eq!(filled(&as_coco), whole);
    assert_eq!(filled(&with_outline), whole);
    for ring in &rings {
        assert!(simplified(ring, 1.5).len() >= 3);
    }
}

/// Twice the area of rings, those of holes negative.
fn doubled_area<'a>(rings: impl IntoIterator<Item = &'a Vec<[u32; 2]>>) -> i64 {
    let cross = |(a, b): (&[u32; 2], &[u32; 2])| {
        i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])
    };
    let ring = |ring: &Vec<[u32; 2]>| ring.iter().zip(ring.iter().cycle().skip(1)).map(cross).sum::<i64>();
    rings.into_iter().map(ring).sum()
}

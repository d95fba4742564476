//! Masks: their encodings, drawn shapes, and what is done with them.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use tinsel::mask::polygon::{filled_as_coco, filled_with_outline, is_near};
use tinsel::mask::{CompressedRle, Mask, Rle, coverage, parents, pillow, union_area};
use tinsel_fuzz::{is_small, masks};

#[derive(Arbitrary, Debug)]
struct Input {
    width: u8,
    height: u8,
    sources: [Source; 2],
    part: [u8; 4],
    distance: u8,
}

/// What a mask is made from.
#[derive(Arbitrary, Debug)]
enum Source {
    Counts(Vec<u8>),
    /// Also of other sizes than the photo's.
    Rle {
        size: [u32; 2],
        counts: Vec<u32>,
    },
    Compressed(String),
    Runs(Vec<(u8, [u8; 2])>),
    Points {
        shape: Shape,
        points: Vec<[Coordinate; 2]>,
    },
}

#[derive(Arbitrary, Debug)]
enum Shape {
    Coco,
    WithOutline,
    PillowPolygon,
    PillowEllipse,
    Stroke(Coordinate),
    Lasso,
    Rectangle,
}

#[derive(Arbitrary, Debug, Clone, Copy)]
enum Coordinate {
    Pixel(u8),
    /// In sixteenths of a pixel.
    Fraction(i16),
    Any(f32),
}

impl Coordinate {
    fn value(self) -> f32 {
        match self {
            Self::Pixel(value) => value.into(),
            Self::Fraction(value) => f32::from(value) / 16.0,
            Self::Any(value) => value,
        }
    }
}

impl Source {
    fn mask(&self, (width, height): (u32, u32)) -> Option<Mask> {
        match self {
            Self::Counts(counts) => {
                let mut rest = width * height;
                let clip = |count: &u8| {
                    let count = u32::from(*count).min(rest);
                    rest -= count;
                    count
                };
                let mut counts: Vec<u32> = counts.iter().map(clip).collect();
                counts.push(rest);
                let rle = Rle { size: [height, width], counts };
                let set = |i: usize, count: &u32| if i % 2 == 1 { u64::from(*count) } else { 0 };
                let area: u64 = rle.counts.iter().enumerate().map(|(i, count)| set(i, count)).sum();
                let mask = Mask::try_from(&rle).expect("the runs fill the photo");
                assert_eq!(mask.area(), area);
                Some(mask)
            }
            Self::Rle { size, counts } => Mask::try_from(&Rle { size: *size, counts: counts.clone() }).ok(),
            Self::Compressed(counts) => {
                let compressed = CompressedRle { size: [height, width], counts: counts.clone() };
                Mask::try_from(&Rle::try_from(&compressed).ok()?).ok()
            }
            Self::Runs(runs) => {
                let mut runs: Vec<(u32, [u32; 2])> =
                    runs.iter().map(|(y, run)| ((*y).into(), run.map(Into::into))).collect();
                runs.sort_unstable();
                Some(Mask::from_runs(width, height, runs))
            }
            Self::Points { shape, points } => shape.drawn(points, (width, height)),
        }
    }
}

impl Shape {
    fn drawn(&self, points: &[[Coordinate; 2]], (width, height): (u32, u32)) -> Option<Mask> {
        let points: Vec<[f32; 2]> = points.iter().map(|point| point.map(Coordinate::value)).collect();
        let precise: Vec<[f64; 2]> = points.iter().map(|point| point.map(f64::from)).collect();
        let is_near = is_near(&precise, width, height);
        match self {
            Self::Lasso => Some(Mask::polygon(width, height, &points)),
            Self::Stroke(radius) => Some(Mask::stroke(width, height, &points, radius.value())),
            Self::Rectangle => match points[..] {
                [a, b, ..] => Some(Mask::rectangle(width, height, a, b)),
                _ => None,
            },
            _ if !is_near => None,
            Self::Coco => filled_as_coco(&precise, width, height).ok(),
            Self::WithOutline => {
                let pixels: Vec<[i64; 2]> =
                    precise.iter().map(|point| point.map(|v| v.floor() as i64)).collect();
                Some(filled_with_outline(&pixels, width, height))
            }
            Self::PillowPolygon => Some(pillow::polygon(&precise, width, height)),
            Self::PillowEllipse => match precise[..] {
                [[x0, y0], [x1, y1], ..] => Some(pillow::ellipse([x0, y0, x1, y1], width, height)),
                _ => None,
            },
        }
    }
}

fuzz_target!(|input: Input| {
    let size = (input.width.into(), input.height.into());
    let made = input.sources.each_ref().map(|source| source.mask(size));
    for mask in made.iter().flatten().filter(|mask| is_small((mask.width(), mask.height()))) {
        check_one(mask, &input);
    }
    if let [Some(a), Some(b)] = &made
        && (a.width(), a.height()) == size
        && (b.width(), b.height()) == size
    {
        check_two(a, b);
    }
});

fn check_one(mask: &Mask, input: &Input) {
    masks::check(mask);
    let total = u64::from(mask.width()) * u64::from(mask.height());
    let complement = mask.complement();
    assert_eq!(complement.area(), total - mask.area());
    assert_eq!(mask.parts().iter().map(Mask::area).sum::<u64>(), mask.area());
    assert_eq!(mask.filled().intersection_area(mask), mask.area());
    let pixels = f32::from(input.distance % 16) / 2.0;
    assert_eq!(mask.grown(pixels).intersection_area(mask), mask.area());
    let shrunk = mask.shrunk(pixels);
    assert_eq!(shrunk.intersection_area(mask), shrunk.area());
    let least = u64::from(input.distance);
    let changed = [
        &complement,
        &mask.filled(),
        &mask.grown(pixels),
        &shrunk,
        &mask.smoothed(pixels),
        &mask.largest_part(),
        &mask.without_small_parts(least),
        &mask.without_small_holes(least),
    ];
    changed.into_iter().for_each(masks::check);
    assert_eq!(mask.figures().is_some(), !mask.is_empty());
    if let Some([x, y]) = mask.inner_point() {
        assert!(mask.get(x as u32, y as u32));
    }
    let [x, y, width, height] = input.part.map(u32::from);
    let part = tinsel::mask::PixelBox { x0: x, y0: y, x1: x + width, y1: y + height };
    let cropped = mask.cropped(part);
    masks::check(&cropped);
    masks::check(&cropped.placed(x, y, mask.width(), mask.height()));
}

fn check_two(a: &Mask, b: &Mask) {
    let (union, intersection, difference) = (a.union(b), a.intersection(b), a.difference(b));
    [&union, &intersection, &difference].into_iter().for_each(masks::check);
    assert_eq!(intersection.area(), a.intersection_area(b));
    assert_eq!(union.area() + intersection.area(), a.area() + b.area());
    assert_eq!(difference.area() + intersection.area(), a.area());
    assert_eq!(union_area([a, b]), union.area());
    assert!(a.iou(b) <= a.iou_at_most(b));
    coverage([a, b], (a.width(), a.height()));
    parents(&[a, b]);
}

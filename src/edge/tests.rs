//! Figures on edges whose opacity is known. `cargo test --release --lib edge::tests -- --nocapture` prints them.

use image::Rgb;

use super::*;

const SIDE: u32 = 256;
/// Pixels along a side of a cell of the coarse masks, as the networks' for a photo of 2048 pixels.
const CELL: u32 = 8;

/// Numbers that look random, around 0 with a deviation near 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        let mut sum = 0.0;
        for _ in 0..4 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            sum += (self.0 >> 40) as f32 / (1u64 << 24) as f32 - 0.5;
        }
        sum * 1.7
    }

    /// Blotches of a few pixels and fine grain, for each channel.
    fn texture(&mut self) -> Vec<[f32; 3]> {
        let grain: Vec<[f32; 3]> =
            (0..SIDE * SIDE).map(|_| [self.next(), self.next(), self.next()]).collect();
        let at = |x: i32, y: i32| {
            grain[(y.rem_euclid(SIDE as i32) * SIDE as i32 + x.rem_euclid(SIDE as i32)) as usize]
        };
        let blotch = |i: i32| {
            let near = (-3..=3).flat_map(|dy| (-3..=3).map(move |dx| (dx, dy)));
            let (x, y) = (i % SIDE as i32, i / SIDE as i32);
            let sum = near.fold([0.0; 3], |sum, (dx, dy)| {
                std::array::from_fn(|c| sum[c] + at(x + dx, y + dy)[c] / 7.0)
            });
            let fine = at(x, y);
            std::array::from_fn(|c| sum[c] + 0.3 * fine[c])
        };
        (0..(SIDE * SIDE) as i32).map(blotch).collect()
    }
}

/// The share of each pixel that lies in a wavy disc.
fn disc() -> Vec<f32> {
    const FINE: u32 = 8;
    let inside = |x: f32, y: f32| {
        let (x, y) = (x - 128.0, y - 128.0);
        x.hypot(y) < 80.0 + 5.0 * (7.0 * y.atan2(x)).sin()
    };
    let share = |i: u32| {
        let fine = (0..FINE).flat_map(|y| (0..FINE).map(move |x| (x, y)));
        let place = |n: u32, fine: u32| n as f32 + (fine as f32 + 0.5) / FINE as f32;
        let count = fine.filter(|(x, y)| inside(place(i % SIDE, *x), place(i / SIDE, *y))).count();
        count as f32 / (FINE * FINE) as f32
    };
    (0..SIDE * SIDE).map(share).collect()
}

/// The mask of whole cells that are mostly in the object.
fn coarse(opacity: &[f32]) -> Mask {
    Mask::from_fn(SIDE, SIDE, |x, y| {
        let (x, y) = (x / CELL * CELL, y / CELL * CELL);
        let cell = (0..CELL).flat_map(|dy| (0..CELL).map(move |dx| (y + dy) * SIDE + x + dx));
        cell.map(|i| opacity[i as usize]).sum::<f32>() > (CELL * CELL) as f32 / 2.0
    })
}

/// The object on its background, with the opacity between them, and texture on both.
fn photo(opacity: &[f32], object: [f32; 3], background: [f32; 3], amount: f32) -> RgbImage {
    let mut noise = Noise(7);
    let [over, under] = [noise.texture(), noise.texture()];
    RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let i = (y * SIDE + x) as usize;
        Rgb(std::array::from_fn(|c| {
            let (over, under) = (object[c] + amount * over[i][c], background[c] + amount * under[i][c]);
            let mixed = over * opacity[i] + under * (1.0 - opacity[i]);
            (mixed.clamp(0.0, 1.0) * 255.0).round() as u8
        }))
    })
}

/// How far the boundary is off on average, in pixels: the wrong pixels, and the wrong opacity, for each pixel of its
/// length.
fn errors(opacity: &[f32], seen: impl Fn(u32, u32) -> u8) -> [f32; 2] {
    let length = std::f32::consts::TAU * 80.0;
    let all = (0..SIDE * SIDE).map(|i| (opacity[i as usize], f32::from(seen(i % SIDE, i / SIDE)) / 255.0));
    let wrong = all.clone().filter(|(true_one, seen)| (*true_one >= 0.5) != (*seen >= 0.5)).count() as f32;
    [wrong / length, all.map(|(true_one, seen)| (true_one - seen).abs()).sum::<f32>() / length]
}

#[test]
fn boundaries_move_to_the_edges_of_the_photo() {
    let opacity = disc();
    let true_mask = Mask::from_fn(SIDE, SIDE, |x, y| opacity[(y * SIDE + x) as usize] >= 0.5);
    let [coarse, small] = [coarse(&opacity), true_mask.shrunk(5.0)];
    let [strong, weak] = [([0.65, 0.45, 0.35], [0.35, 0.5, 0.6]), ([0.5, 0.45, 0.42], [0.42, 0.46, 0.5])];
    println!("off by pixels, before and after     boundary        opacity");
    for (name, mask, (object, background), texture, most) in [
        ("coarse mask", &coarse, strong, 0.02, [0.1, 0.2]),
        ("coarse mask, texture", &coarse, strong, 0.08, [0.25, 0.45]),
        ("coarse mask, colours alike", &coarse, weak, 0.06, [1.5, 1.9]),
        ("mask too small, texture", &small, strong, 0.08, [1.0, 1.3]),
    ] {
        let before = errors(&opacity, |x, y| if mask.get(x, y) { 255 } else { 0 });
        let photo = photo(&opacity, object, background, texture);
        let alpha = refine(&photo, mask, &Refinement::default());
        let after = errors(&opacity, |x, y| alpha.get(x, y));
        let [boundary, softness] = [0, 1].map(|i| format!("{:.2} -> {:.2}", before[i], after[i]));
        println!("{name:32} {boundary:>15} {softness:>15}");
        assert!(after[0] < most[0] && after[1] < most[1], "{name}: {after:?}");
        assert!(before[0] > 1.5 && after[0] < before[0] / 1.3, "{name}: {after:?} after {before:?}");
    }
}

#[test]
fn without_an_edge_nearby_the_boundary_stays_and_is_only_smoothed() {
    let mask = coarse(&disc());
    let grey = RgbImage::from_pixel(SIDE, SIDE, Rgb([90, 90, 90]));
    let refined = refine(&grey, &mask, &Refinement::default()).mask();
    let changed = refined.difference(&mask).union(&mask.difference(&refined));
    assert!(changed.area() * 10 < mask.area(), "{}", changed.area());
    let far = mask.grown(8.0).difference(&mask.shrunk(8.0));
    assert!(changed.difference(&far).is_empty(), "farther than the radius");
}

#[test]
fn tiles_leave_no_seams_and_photos_may_end_at_the_object() {
    // Large enough for several tiles; the object reaches three sides of the photo.
    let (width, height) = (700, 400);
    let edge = |y: u32| 350 + (y as f32 / 20.0).sin().mul_add(6.0, 0.0) as u32;
    let photo =
        RgbImage::from_fn(width, height, |x, y| Rgb(if x < edge(y) { [200, 60, 40] } else { [40, 90, 160] }));
    let mask = Mask::from_fn(width, height, |x, _| x < 350);
    let alpha = refine(&photo, &mask, &Refinement { radius: 10.0, strength: 0.5 });
    let expected = Mask::from_fn(width, height, |x, y| x < edge(y));
    assert_eq!(alpha.mask(), expected);
    assert_eq!(
        (alpha.get(0, 0), alpha.get(300, 255), alpha.get(300, 256), alpha.get(699, 399)),
        (255, 255, 255, 0)
    );
}

#[test]
fn small_and_empty_masks_are_no_problem() {
    let photo = RgbImage::from_fn(20, 10, |x, y| Rgb([x as u8, y as u8, 9]));
    for mask in [
        Mask::from_fn(20, 10, |_, _| false),
        Mask::from_fn(20, 10, |x, y| (x, y) == (19, 9)),
        Mask::from_fn(20, 10, |_, _| true),
    ] {
        for radius in [0.0, 1.0, 64.0, f32::INFINITY] {
            let refined = refine(&photo, &mask, &Refinement { radius, strength: 2.0 }).mask();
            assert_eq!((refined.width(), refined.height()), (20, 10));
            assert_eq!(refined.is_empty(), mask.is_empty());
        }
    }
    let pixel = refine(&RgbImage::new(1, 1), &Mask::from_fn(1, 1, |_, _| true), &Refinement::default());
    assert_eq!(pixel.get(0, 0), 255);
}

//! What happens to masks after the network: `cargo bench --bench masks`.

use std::sync::{Arc, LazyLock};

use divan::{Bencher, black_box};
use tinsel::everything::{Filters, FoundMask, Parameters, filter};
use tinsel::mask::{Mask, PixelBox, outline};
use tinsel::sam::LowRes;

/// Photos of 0.8, 6 and 24 megapixels.
const PHOTOS: [(u32, u32); 3] = [(1200, 675), (3000, 2000), LARGE];
const LARGE: (u32, u32) = (6000, 4000);
/// Side of the network's logits.
const SIDE: usize = 256;

fn main() {
    divan::main();
}

/// Logits of a blob with a wavy border, positive inside.
fn low_res(size: (u32, u32)) -> LowRes {
    let at = |i: usize| {
        let (x, y) = ((i % SIDE) as f32 - 120.0, (i / SIDE) as f32 - 130.0);
        let border = 70.0 + 12.0 * (9.0 * y.atan2(x)).sin();
        (border - x.hypot(y)).clamp(-16.0, 16.0)
    };
    LowRes::over_photo((0..SIDE * SIDE).map(at).collect(), SIDE, size).unwrap()
}

/// The blob at a photo's size, moved by a share of the photo.
fn blob(size: (u32, u32), shift: u32) -> Mask {
    let (mask, _) = low_res(size).mask(0.0, 1.0);
    let runs =
        mask.all_runs().map(|(y, [from, to])| (y, [(from + shift).min(size.0), (to + shift).min(size.0)]));
    Mask::from_runs(size.0, size.1, runs.filter(|(_, [from, to])| from < to))
}

/// A thousand ellipses as a run finds them: each thing several times, with other scores.
fn found((width, height): (u32, u32), count: u32) -> Vec<FoundMask> {
    let one = |i: u32| {
        let thing = i / 4;
        let centre = [(thing * 7919) % width, (thing * 6101) % height].map(f64::from);
        let radii = [20 + (thing * 37) % 180 + i % 4, 20 + (thing * 53) % 120 + i % 4].map(f64::from);
        let rows = 0..height;
        let runs = rows.filter_map(|y| {
            let half = 1.0 - ((f64::from(y) - centre[1]) / radii[1]).powi(2);
            let half = radii[0] * half.max(0.0).sqrt();
            let [from, to] =
                [centre[0] - half, centre[0] + half].map(|x| x.clamp(0.0, f64::from(width)) as u32);
            (from < to).then_some((y, [from, to]))
        });
        FoundMask {
            mask: Arc::new(Mask::from_runs(width, height, runs)),
            predicted_iou: 0.8 + ((i * 131) % 200) as f32 / 1000.0,
            stability_score: 0.97,
            point: centre.map(|x| x as f32),
            crop_box: PixelBox { x0: 0, y0: 0, x1: width, y1: height },
        }
    };
    (0..count).map(one).collect()
}

/// From logits to a mask and its stability score.
#[divan::bench(args = PHOTOS)]
fn mask_with(bencher: Bencher, size: (u32, u32)) {
    let low_res = low_res(size);
    bencher.bench(|| black_box(&low_res).mask(0.0, 1.0));
}

#[divan::bench(args = PHOTOS)]
fn filter_1000(bencher: Bencher, size: (u32, u32)) {
    let found = found(size, 1000);
    let filters = Filters::from(&Parameters::default());
    bencher.bench(|| filter(black_box(&found), &filters));
}

/// With holes and specks removed and masks inside others left out.
#[divan::bench(args = PHOTOS, sample_count = 10)]
fn filter_1000_with_clean_up(bencher: Bencher, size: (u32, u32)) {
    let found = found(size, 1000);
    let official = Filters::from(&Parameters::default());
    let filters = Filters { min_mask_region_area: 100, hide_inside: true, ..official };
    bencher.bench(|| filter(black_box(&found), &filters));
}

static LARGE_BLOB: LazyLock<Mask> = LazyLock::new(|| blob(LARGE, 0));

#[divan::bench(args = [2.0, 20.0])]
fn grown(bencher: Bencher, pixels: f32) {
    bencher.bench(|| black_box(&*LARGE_BLOB).grown(pixels));
}

#[divan::bench]
fn outline_24_megapixels(bencher: Bencher) {
    bencher.bench(|| outline(black_box(&LARGE_BLOB)));
}

#[divan::bench]
fn union(bencher: Bencher) {
    let other = blob(LARGE, LARGE.0 / 8);
    bencher.bench(|| black_box(&*LARGE_BLOB).union(black_box(&other)));
}

#[divan::bench]
fn intersection_area(bencher: Bencher) {
    let other = blob(LARGE, LARGE.0 / 8);
    bencher.bench(|| black_box(&*LARGE_BLOB).intersection_area(black_box(&other)));
}

//! Small pictures of photos, made in the background when they come into view.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use egui::{ColorImage, TextureHandle, TextureOptions};
use image::imageops;

use super::super::tasks::Latest;
use super::TILE;
use crate::files::Photo;
use crate::files::session::Session;

/// Threads that read photos. A few, because a large photo takes much memory while it is read.
const THREADS: usize = 2;
/// Pictures out of view are kept, for scrolling back, until there are more than this.
const MOST: usize = 400;

/// A photo in the strip.
pub(super) struct Tile {
    /// `None` if the photo cannot be read.
    pub picture: Option<TextureHandle>,
    /// Masks in the file saved next to the photo.
    pub masks: usize,
    /// When it was last in view, in frames.
    seen: u64,
}

/// The picture of a photo, and how many masks it has.
struct Summary {
    picture: Option<ColorImage>,
    masks: usize,
}

pub(super) struct Pictures {
    task: Latest<PathBuf, Summary>,
    tiles: HashMap<PathBuf, Tile>,
    frame: u64,
    ctx: egui::Context,
}

impl Pictures {
    pub fn new(ctx: egui::Context) -> Self {
        Self { task: Latest::new(ctx.clone(), THREADS), tiles: HashMap::new(), frame: 0, ctx }
    }

    pub fn get(&self, path: &Path) -> Option<&Tile> {
        self.tiles.get(path)
    }

    pub fn is_pending(&self) -> bool {
        self.task.is_pending()
    }

    /// Receives finished pictures.
    pub fn receive(&mut self) {
        while let Some((path, summary)) = self.task.next() {
            let Summary { picture, masks } = summary.unwrap_or(Summary { picture: None, masks: 0 });
            let load = |image| self.ctx.load_texture("photo", image, TextureOptions::LINEAR);
            self.tiles.insert(path, Tile { picture: picture.map(load), masks, seen: self.frame });
        }
    }

    /// Looks at these photos again when they are in view.
    pub fn forget(&mut self, paths: &[PathBuf]) {
        paths.iter().for_each(|path| drop(self.tiles.remove(path)));
    }

    /// Begins no more pictures for now.
    pub fn pause(&mut self) {
        self.task.keep(|_| false);
    }

    /// Asks for the pictures of the photos in view; others that have not been begun are given up.
    pub fn want(&mut self, in_view: &[PathBuf]) {
        self.frame += 1;
        for path in in_view {
            if let Some(tile) = self.tiles.get_mut(path) {
                tile.seen = self.frame;
            }
        }
        if self.tiles.len() > MOST {
            let mut seen: Vec<u64> = self.tiles.values().map(|tile| tile.seen).collect();
            seen.sort_unstable();
            let oldest = seen[seen.len() - MOST / 2].min(self.frame);
            self.tiles.retain(|_, tile| tile.seen >= oldest);
        }
        let pixels = (TILE * self.ctx.pixels_per_point()).ceil();
        let size = (pixels.x as u32, pixels.y as u32);
        self.task.keep(|path| in_view.contains(path));
        for path in in_view.iter().filter(|path| !self.tiles.contains_key(*path)) {
            let subject = path.clone();
            self.task.ask(path.clone(), move || summarise(&subject, size));
        }
    }
}

/// Reads a photo and the number of masks saved next to it.
fn summarise(path: &Path, size: (u32, u32)) -> Summary {
    // A decoder that panics on a damaged file leaves the number of masks.
    let picture = std::panic::catch_unwind(|| picture(path, size)).unwrap_or_default();
    Summary { picture, masks: Session::count_masks(path).unwrap_or(0) }
}

/// A photo made small enough for a tile; `None` if it cannot be read.
fn picture(path: &Path, (most_width, most_height): (u32, u32)) -> Option<ColorImage> {
    let photo = Photo::open_as(path, &Session::rendering_for(path)).ok()?;
    let (width, height) = photo.pixels.dimensions();
    let share =
        f64::min(f64::from(most_width) / f64::from(width), f64::from(most_height) / f64::from(height));
    let side = |length: u32| ((f64::from(length) * share.min(1.0)).round() as u32).max(1);
    let small = imageops::thumbnail(&*photo.pixels, side(width), side(height));
    let size = [small.width() as usize, small.height() as usize];
    Some(ColorImage::from_rgb(size, small.as_raw()))
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    #[test]
    fn pictures_keep_the_shape_of_the_photo_and_what_cannot_be_read_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let (wide, tiny, bad) =
            (dir.path().join("w.png"), dir.path().join("t.png"), dir.path().join("b.jpg"));
        RgbImage::from_pixel(400, 100, Rgb([9, 80, 200])).save(&wide).unwrap();
        RgbImage::from_pixel(1, 3, Rgb([9, 80, 200])).save(&tiny).unwrap();
        std::fs::write(&bad, "no picture").unwrap();
        let small = picture(&wide, (96, 64)).unwrap();
        assert_eq!((small.size, small.pixels[50].to_array()), ([96, 24], [9, 80, 200, 255]));
        assert_eq!(picture(&tiny, (96, 64)).unwrap().size, [1, 3]);
        assert!(picture(&bad, (96, 64)).is_none());
    }

    #[test]
    fn while_they_are_paused_no_pictures_are_begun() {
        let dir = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..MOST).map(|i| dir.path().join(format!("{i}.png"))).collect();
        for path in &paths {
            RgbImage::from_pixel(300, 200, Rgb([9, 80, 200])).save(path).unwrap();
        }
        let mut pictures = Pictures::new(egui::Context::default());
        let finish = |pictures: &mut Pictures| {
            let start = std::time::Instant::now();
            while pictures.is_pending() {
                assert!(start.elapsed().as_secs() < 20);
                pictures.receive();
            }
            pictures.tiles.len()
        };
        pictures.want(&paths);
        pictures.pause();
        let begun = finish(&mut pictures);
        assert!(begun < MOST, "{begun} were begun at once");
        pictures.want(&paths);
        assert_eq!(finish(&mut pictures), MOST);
    }

    #[test]
    fn only_what_is_in_view_is_made_and_old_pictures_go() {
        let dir = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..3 * MOST).map(|i| dir.path().join(format!("{i}.jpg"))).collect();
        let mut pictures = Pictures::new(egui::Context::default());
        let mut most = 0;
        for in_view in paths.chunks(100) {
            pictures.want(in_view);
            let start = std::time::Instant::now();
            while !in_view.iter().all(|path| pictures.get(path).is_some()) {
                assert!(start.elapsed().as_secs() < 20);
                pictures.receive();
            }
            assert!(in_view.iter().all(|path| pictures.get(path).unwrap().picture.is_none()));
            most = most.max(pictures.tiles.len());
        }
        assert!(most <= MOST + 100, "{most} pictures were kept");
        assert!(pictures.get(&paths[0]).is_none());
        assert!(pictures.get(paths.last().unwrap()).is_some());
    }
}

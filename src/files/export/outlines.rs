//! What the formats with outlines have in common.

use std::path::{Component, Path, PathBuf};

use super::format::ExportOptions;
use super::slashed;
use crate::mask::Mask;
use crate::mask::polygon::{Polygon, Ring, polygons, simplified, through_centres, without_holes};

/// The outer outline of each part of a mask along the edges of its pixels.
pub(super) fn outer_edges(mask: &Mask, options: &ExportOptions) -> Vec<Ring> {
    polygons(mask).into_iter().map(|part| simplified(&part.outer, options.tolerance)).collect()
}

/// Each part of a mask along the edges of its pixels: the outer outline, clockwise on the screen,
/// then its holes, the other way round.
pub(super) fn along_edges(mask: &Mask, options: &ExportOptions) -> Vec<Vec<Ring>> {
    let simple =
        |part: &Polygon| part.simple_rings().iter().map(|ring| simplified(ring, options.tolerance)).collect();
    polygons(mask).iter().map(simple).collect()
}

/// The outer outline of each part of a mask through the centres of its pixels, largest first: what
/// programs expect that draw the outline as well as fill it. Holes are left out, and parts in them.
/// Each outline has at least three points, even that of a single pixel.
pub(super) fn through_pixels(mask: &Mask, options: &ExportOptions) -> Vec<Ring> {
    let parts = polygons(mask);
    let solid = without_holes(mask, &parts);
    let mut parts = if solid == *mask { parts } else { polygons(&solid) };
    parts.sort_by_cached_key(|part| std::cmp::Reverse(doubled_area(&part.outer)));
    let outline = |ring: Ring| {
        let mut ring = simplified(&through_centres(&ring), options.tolerance);
        while ring.len() < 3 {
            ring.push(ring[ring.len() - 1]);
        }
        ring
    };
    parts.into_iter().map(|part| outline(part.outer)).collect()
}

fn doubled_area(ring: &[[u32; 2]]) -> i64 {
    let cross = |(a, b): (&[u32; 2], &[u32; 2])| {
        i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])
    };
    ring.iter().zip(ring.iter().cycle().skip(1)).map(cross).sum::<i64>().abs()
}

/// The way from a folder to a file, with slashes; the whole path if there is no such way.
pub(super) fn relative(file: &Path, folder: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    let above = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Some(to), Some(from)) = (real(above), real(folder)) else { return slashed(file) };
    let shared = to.components().zip(from.components()).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return slashed(&to.join(name));
    }
    let up = std::iter::repeat_n(Component::ParentDir, from.components().count() - shared);
    let way: PathBuf = up.chain(to.components().skip(shared)).collect();
    slashed(&way.join(name))
}

/// The path without links, also that of what is not there yet.
pub(super) fn real(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    path.canonicalize().ok().or_else(|| {
        let above = real(path.parent()?)?;
        match path.file_name() {
            Some(name) => Some(above.join(name)),
            None => above.parent().map(Into::into),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_photo() {
        let dir = tempfile::tempdir().unwrap();
        let (photos, out) = (dir.path().join("photos"), dir.path().join("out/json"));
        std::fs::create_dir_all(&photos).unwrap();
        std::fs::create_dir_all(&out).unwrap();
        let photo = photos.join("a b.jpg");
        assert_eq!(relative(&photo, &photos), "a b.jpg");
        assert_eq!(relative(&photo, &out), "../../photos/a b.jpg");
        assert_eq!(relative(&photo, dir.path()), "photos/a b.jpg");
        assert_eq!(relative(&photo, &photos.join("not/../yet")), "../a b.jpg");
    }

    #[test]
    #[cfg(unix)]
    fn the_way_from_a_folder_that_is_not_there_yet_leads_through_links() {
        let dir = tempfile::tempdir().unwrap();
        let photos = dir.path().join("photos");
        std::fs::create_dir(&photos).unwrap();
        std::os::unix::fs::symlink(&photos, dir.path().join("link")).unwrap();
        let (photo, folder) = (photos.join("a.jpg"), dir.path().join("link/new/json"));
        assert_eq!(relative(&photo, &folder), "../../a.jpg");
        std::fs::create_dir_all(&folder).unwrap();
        assert_eq!(relative(&photo, &folder), "../../a.jpg", "as once it is there");
    }

    #[test]
    fn every_part_has_an_outline_of_three_points() {
        let mask = Mask::from_fn(9, 9, |x, y| {
            (x, y) == (8, 8)
                || (x, y) == (3, 3)
                || x < 7 && y < 7 && !((1..6).contains(&x) && (1..6).contains(&y))
        });
        let rings = through_pixels(&mask, &ExportOptions::default());
        let expected = vec![vec![[0, 0], [6, 0], [6, 6], [0, 6]], vec![[8, 8]; 3]];
        assert_eq!(rings, expected, "the largest part first; what lies in its hole is covered");
        assert_eq!(along_edges(&mask, &ExportOptions::default()).len(), 3);
    }
}

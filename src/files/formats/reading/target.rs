//! The photo that a file is read for, and the limits for its masks.

use std::cell::Cell;
use std::path::Path;

use serde_json::Value;

use super::json::whole;
use super::{ImportError, Imported};
use crate::annotation::Annotation;
use crate::mask::polygon::is_near;

/// Files with more masks than this for one photo are rejected.
const MAX_MASKS: usize = 100_000;
/// The longest outline of one polygon, and of all polygons in a file, in pixels. A few characters are enough
/// for an outline that goes back and forth endlessly.
const MAX_OUTLINE: f64 = (1 << 26) as f64;
const MAX_OUTLINES: f64 = (1 << 30) as f64;
/// The memory limit for the masks of a file. A few characters are enough for a mask of a whole photo.
const MAX_MASK_BYTES: usize = 2 << 30;
/// The limits used up by the masks of a file so far.
#[derive(Debug, Default)]
pub struct Costs {
    /// In pixels.
    outlines: Cell<f64>,
    mask_bytes: Cell<usize>,
}

/// The photo that masks are imported for.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    pub path: &'a Path,
    /// Width and height in pixels, upright.
    pub size: (u32, u32),
    pub photo: &'a Path,
    pub costs: &'a Costs,
}

impl Target<'_> {
    pub fn damaged(&self, cause: impl Into<String>) -> ImportError {
        ImportError::Damaged { path: self.path.into(), cause: cause.into() }
    }

    pub fn check_size(&self, found: (u32, u32)) -> Result<(), ImportError> {
        if found == self.size {
            return Ok(());
        }
        Err(ImportError::OtherSize { path: self.path.into(), found, expected: self.size })
    }

    /// Like [`Target::check_size`], for a file where the size is optional.
    pub fn check_size_if_known(&self, width: &Value, height: &Value) -> Result<(), ImportError> {
        self.check_size((whole(width).unwrap_or(self.size.0), whole(height).unwrap_or(self.size.1)))
    }

    pub fn check_count(&self, masks: usize) -> Result<(), ImportError> {
        if masks <= MAX_MASKS {
            return Ok(());
        }
        let cause = format!("{masks} masks for one photo");
        Err(ImportError::TooLarge { path: self.path.into(), cause })
    }

    /// Rejects polygons with absurd points, which only cost time.
    pub fn check_outline(&self, points: &[[f64; 2]]) -> Result<(), String> {
        if !is_near(points, self.size.0, self.size.1) {
            return Err("its points lie far outside the photo".into());
        }
        let side = |(a, b): (&[f64; 2], &[f64; 2])| 1.0 + (b[0] - a[0]).abs().max((b[1] - a[1]).abs());
        let length: f64 = points.iter().zip(points.iter().cycle().skip(1)).map(side).sum();
        let outlines = self.costs.outlines.get() + length;
        if length > MAX_OUTLINE || outlines > MAX_OUTLINES {
            return Err(format!("its outline of {length:.0} pixels is too long"));
        }
        self.costs.outlines.set(outlines);
        Ok(())
    }

    /// Adds a mask, or reports why it is unusable.
    pub fn take(&self, imported: &mut Imported, place: String, mask: Result<Annotation, String>) {
        let mask = mask.and_then(|item| {
            let bytes = self.costs.mask_bytes.get() + item.mask.bytes();
            if bytes > MAX_MASK_BYTES {
                return Err("needs more memory than the masks of a file may take".into());
            }
            self.costs.mask_bytes.set(bytes);
            Ok(item)
        });
        imported.take(place, mask);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::mask::Mask;

    #[test]
    fn what_a_file_may_cost_has_an_end() {
        let (path, photo, costs) = (Path::new("a.json"), Path::new("a.jpg"), Costs::default());
        let target = Target { path, size: (1000, 20_000), photo, costs: &costs };
        let to_and_fro: Vec<[f64; 2]> = (0..4000).map(|i| [500.0, f64::from(i % 2) * 19_999.0]).collect();
        assert!(target.check_outline(&to_and_fro).unwrap_err().contains("too long"));
        let once = target.size;
        let around = [[0.0, 0.0], [f64::from(once.0), 0.0], [0.0, f64::from(once.1)]];
        let accepted = (0..100_000).take_while(|_| target.check_outline(&around).is_ok()).count();
        assert!((20_000..40_000).contains(&accepted), "{accepted}");

        let full = Arc::new(Mask::from_fn(1000, 20_000, |_, _| true));
        let mut imported = Imported::default();
        for _ in 0..10_000 {
            let item = Annotation::new("full", full.clone());
            target.take(&mut imported, "mask".into(), Ok(item));
        }
        assert!(imported.masks.len() > 1000 && imported.problems.len() > 100, "{}", imported.masks.len());
        assert!(imported.problems[0].what.contains("memory"));
    }
}

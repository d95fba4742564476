//! Many thin lines as one mesh: two corners a point, and the profile of the line as a texture.
//!
//! The tessellator of egui makes four times as many corners for a soft line, and twice that for a
//! dark one under it, which takes too long for the outlines of hundreds of masks in each frame.

use egui::{Color32, ColorImage, Context, Mesh, Pos2, TextureHandle, TextureId, TextureOptions, Vec2, pos2};

/// Half the width of a line and of the dark one under it, in points.
const LINE: f32 = 0.75;
const UNDER: f32 = 1.5;
/// Beyond these, colours fade out over this many points.
const FADE: f32 = 1.0;
const REACH: f32 = UNDER + FADE / 2.0;

/// Opacity of the dark line, in [0, 1].
const DARK: f32 = 0.65;

/// Texels across a line.
const TEXELS: usize = 32;

/// At sharp turns a line is at most this many times as wide, so that it has no long spikes.
const LONGEST_MITRE: f32 = 2.0;

/// Looks across a line: white, to be coloured, between dark.
pub(super) fn profile(ctx: &Context) -> TextureHandle {
    let texel = |i: usize| {
        let off = (((i as f32 + 0.5) / TEXELS as f32) * 2.0 - 1.0).abs() * REACH;
        let covers = |half_width: f32| ((half_width + FADE / 2.0 - off) / FADE).clamp(0.0, 1.0);
        let light = covers(LINE);
        let alpha = light + covers(UNDER) * DARK * (1.0 - light);
        let [light, alpha] = [light, alpha].map(|share| (share * 255.0).round() as u8);
        Color32::from_rgba_premultiplied(light, light, light, alpha)
    };
    let image = ColorImage::new([TEXELS, 1], (0..TEXELS).map(texel).collect());
    ctx.load_texture("line", image, TextureOptions::LINEAR)
}

/// Lines on the screen, later ones over earlier ones.
pub(super) struct Strips(Mesh);

impl Strips {
    pub fn new(profile: TextureId) -> Self {
        Self(Mesh::with_texture(profile))
    }

    /// Adds a line through points on the screen.
    pub fn add(&mut self, points: &[Pos2], closed: bool, colour: Color32) {
        let count = points.len();
        if count < 2 {
            return;
        }
        let mesh = &mut self.0;
        let base = mesh.vertices.len() as u32;
        // Not by `normalized`, which takes its time to guard against numbers that no screen has.
        let normal = |from: Pos2, to: Pos2| {
            let along = to - from;
            let length = along.length_sq().sqrt();
            if length > 0.0 { along.rot90() / length } else { Vec2::ZERO }
        };
        let mut before = if closed { normal(points[count - 1], points[0]) } else { Vec2::ZERO };
        for (i, point) in points.iter().enumerate() {
            let next = points.get(i + 1).or(points.first().filter(|_| closed));
            let after = next.map_or(before, |next| normal(*point, *next));
            if before == Vec2::ZERO {
                before = after;
            }
            // As far out as both neighbouring segments reach.
            let offset =
                (before + after) * (REACH / (1.0 + before.dot(after)).max(2.0 / LONGEST_MITRE.powi(2)));
            for (corner, across) in [(*point + offset, 0.0), (*point - offset, 1.0)] {
                let uv = pos2(across, 0.5);
                mesh.vertices.push(egui::epaint::Vertex { pos: corner, uv, color: colour });
            }
            before = after;
        }
        let segments = if closed { count } else { count - 1 };
        for i in 0..segments as u32 {
            let [a, b] = [base + 2 * i, base + 2 * ((i + 1) % count as u32)];
            mesh.indices.extend([a, a + 1, b, b, a + 1, b + 1]);
        }
    }

    pub fn mesh(self) -> Mesh {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_wide_at_its_corners_as_elsewhere() {
        let square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)].map(|(x, y)| pos2(x, y));
        let mut strips = Strips::new(TextureId::default());
        strips.add(&square, true, Color32::WHITE);
        strips.add(&square[..3], false, Color32::WHITE);
        let mesh = strips.mesh();
        assert!(mesh.is_valid());
        assert_eq!((mesh.vertices.len(), mesh.indices.len()), (8 + 6, 6 * (4 + 2)));
        let bounds = mesh.calc_bounds();
        assert!((bounds.min - pos2(-REACH, -REACH)).length() < 1e-5, "{bounds}");
        assert!((bounds.max - pos2(10.0 + REACH, 10.0 + REACH)).length() < 1e-5, "{bounds}");
    }

    #[test]
    fn a_sharp_turn_makes_no_spike() {
        let hairpin = [pos2(0.0, 0.0), pos2(100.0, 1.0), pos2(0.0, 2.0)];
        let mut strips = Strips::new(TextureId::default());
        strips.add(&hairpin, false, Color32::WHITE);
        assert!(strips.mesh().calc_bounds().right() < 100.0 + LONGEST_MITRE * REACH + 1e-3);
    }
}

//! Lines of text in images, in every script with an installed font.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ab_glyph_rasterizer::{Rasterizer, point};
use image::{Rgb, RgbImage};
use parley::fontique::Blob;
use parley::{
    FontContext, FontFamily, FontFamilyName, GlyphRun, Layout, LayoutContext, PositionedLayoutItem,
    StyleProperty,
};
use skrifa::instance::{NormalizedCoord, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};

const FONT: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.otf");
const FONT_FAMILY: &str = "Inter";

/// Reads the list of installed fonts once.
static TYPESETTER: LazyLock<Mutex<Typesetter>> = LazyLock::new(|| {
    let mut fonts = FontContext::new();
    fonts.collection.register_fonts(Blob::new(Arc::new(FONT)), None);
    Mutex::new(Typesetter { fonts, layouts: LayoutContext::new() })
});

struct Typesetter {
    fonts: FontContext,
    layouts: LayoutContext<()>,
}

impl Typesetter {
    /// One line of text, `height` pixels high.
    fn line(&mut self, text: &str, height: f32) -> Layout<()> {
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, text, 1.0, false);
        builder.push_default(StyleProperty::FontSize(height));
        let family = FontFamily::Single(FontFamilyName::Named(FONT_FAMILY.into()));
        builder.push_default(StyleProperty::FontFamily(family));
        let mut layout = builder.build(text);
        layout.break_all_lines(None);
        layout
    }
}

/// Draws a line of text with its top-left corner at a position; smaller than `height` if it would be wider
/// than `max_width`, all in pixels. Characters missing in all fonts are drawn as a box.
pub fn draw_line(
    picture: &mut RgbImage,
    text: &str,
    at: [f32; 2],
    height: f32,
    max_width: f32,
    colour: Rgb<u8>,
) {
    // A line break would start a new line.
    let text = text.replace(['\n', '\r', '\u{2028}', '\u{2029}'], " ");
    let mut typesetter = TYPESETTER.lock().unwrap_or_else(PoisonError::into_inner);
    let mut layout = typesetter.line(&text, height);
    if layout.width() > max_width {
        layout = typesetter.line(&text, height * max_width / layout.width());
    }
    for line in layout.lines() {
        for item in line.items() {
            if let PositionedLayoutItem::GlyphRun(run) = item {
                draw_run(picture, &run, at, colour);
            }
        }
    }
}

/// Draws glyphs of one font.
fn draw_run(picture: &mut RgbImage, glyphs: &GlyphRun<()>, at: [f32; 2], colour: Rgb<u8>) {
    let run = glyphs.run();
    let font = run.font();
    let Ok(face) = FontRef::from_index(font.data.data(), font.index) else { return };
    let outlines = face.outline_glyphs();
    let coordinates: Vec<_> =
        run.normalized_coords().iter().map(|c| NormalizedCoord::from_bits(*c)).collect();
    let size = Size::new(run.font_size());
    for glyph in glyphs.positioned_glyphs() {
        let Some(outline) = outlines.get(GlyphId::new(glyph.id)) else { continue };
        let mut shape = Shape::default();
        // A malformed glyph is left blank.
        if outline.draw(DrawSettings::unhinted(size, coordinates.as_slice()), &mut shape).is_ok() {
            shape.paint(picture, [at[0] + glyph.x, at[1] + glyph.y], colour);
        }
    }
}

/// The outline of a glyph in pixels; its origin is on the baseline, y grows upwards.
#[derive(Default)]
struct Shape {
    segments: Vec<Segment>,
    start: [f32; 2],
    pen: [f32; 2],
}

enum Segment {
    Line([[f32; 2]; 2]),
    Quadratic([[f32; 2]; 3]),
    Cubic([[f32; 2]; 4]),
}

impl Segment {
    fn points(&self) -> &[[f32; 2]] {
        match self {
            Self::Line(points) => points,
            Self::Quadratic(points) => points,
            Self::Cubic(points) => points,
        }
    }
}

impl OutlinePen for Shape {
    fn move_to(&mut self, x: f32, y: f32) {
        (self.start, self.pen) = ([x, y], [x, y]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.segments.push(Segment::Line([self.pen, [x, y]]));
        self.pen = [x, y];
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.segments.push(Segment::Quadratic([self.pen, [cx, cy], [x, y]]));
        self.pen = [x, y];
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.segments.push(Segment::Cubic([self.pen, [cx0, cy0], [cx1, cy1], [x, y]]));
        self.pen = [x, y];
    }

    fn close(&mut self) {
        let [x, y] = self.start;
        self.line_to(x, y);
    }
}

impl Shape {
    /// Fills the shape with its origin at a position in the image, clipped to the image.
    fn paint(&self, picture: &mut RgbImage, origin: [f32; 2], colour: Rgb<u8>) {
        let placed = |[x, y]: [f32; 2]| [origin[0] + x, origin[1] - y];
        let points = || self.segments.iter().flat_map(Segment::points).map(|p| placed(*p));
        let least = |axis: usize| points().map(|p| p[axis]).fold(f32::INFINITY, f32::min).floor();
        let most = |axis: usize| points().map(|p| p[axis]).fold(f32::NEG_INFINITY, f32::max).ceil();
        let (left, top) = (least(0), least(1));
        let (width, height) = (most(0) - left, most(1) - top);
        let limit = |side: u32| 1.0..=2.0 * side as f32;
        if !limit(picture.width()).contains(&width) || !limit(picture.height()).contains(&height) {
            return;
        }
        let mut pixels = Rasterizer::new(width as usize + 1, height as usize + 1);
        let at = |p: [f32; 2]| {
            let [x, y] = placed(p);
            point(x - left, y - top)
        };
        for segment in &self.segments {
            match segment {
                Segment::Line([a, b]) => pixels.draw_line(at(*a), at(*b)),
                Segment::Quadratic([a, b, c]) => pixels.draw_quad(at(*a), at(*b), at(*c)),
                Segment::Cubic([a, b, c, d]) => pixels.draw_cubic(at(*a), at(*b), at(*c), at(*d)),
            }
        }
        pixels.for_each_pixel_2d(|dx, dy, coverage| {
            let (x, y) = (left as i64 + i64::from(dx), top as i64 + i64::from(dy));
            let place = u32::try_from(x).ok().zip(u32::try_from(y).ok());
            if let Some(pixel) = place.and_then(|(x, y)| picture.get_pixel_mut_checked(x, y)) {
                for (value, ink) in pixel.0.iter_mut().zip(colour.0) {
                    let mixed =
                        f32::from(*value) + (f32::from(ink) - f32::from(*value)) * coverage.clamp(0.0, 1.0);
                    *value = mixed.round() as u8;
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: Rgb<u8> = Rgb([255; 3]);

    /// What a line looks like, and the columns that have ink.
    fn drawn(text: &str, max_width: f32) -> (RgbImage, Vec<u32>) {
        let mut picture = RgbImage::from_pixel(400, 40, PAPER);
        draw_line(&mut picture, text, [4.0, 4.0], 20.0, max_width, Rgb([0; 3]));
        let inked = |x: &u32| (0..40).any(|y| *picture.get_pixel(*x, y) != PAPER);
        let columns = (0..400).filter(inked).collect();
        (picture, columns)
    }

    #[test]
    fn text_has_ink_where_it_is_said_to_be_and_is_fitted_to_the_width() {
        let (_, columns) = drawn("Handgriff", 390.0);
        let (first, last) = (columns[0], *columns.last().unwrap());
        assert!((4..8).contains(&first) && (70..120).contains(&last), "{first} to {last}");
        let (_, fitted) = drawn(&"Handgriff ".repeat(20), 200.0);
        assert!((190..=205).contains(fitted.last().unwrap()), "{:?}", fitted.last());
        assert!(drawn("", 390.0).1.is_empty());
        assert_eq!(drawn("a\nb", 390.0), drawn("a b", 390.0));
    }

    #[test]
    fn letters_of_arabic_are_joined_and_run_from_right_to_left() {
        // Needs a font with Arabic; without one all letters are the same box.
        let (joined, _) = drawn("\u{633}\u{644}\u{627}\u{645}", 390.0);
        let (one, _) = drawn("\u{633}", 390.0);
        let (other, _) = drawn("\u{645}", 390.0);
        if one != other {
            let (reversed, _) = drawn("\u{645}\u{627}\u{644}\u{633}", 390.0);
            assert_ne!(joined, reversed);
            let (_, columns) = drawn("\u{633}\u{644}\u{627}\u{645}", 390.0);
            let gaps = columns.windows(2).filter(|pair| pair[1] > pair[0] + 1).count();
            assert!(gaps <= 1, "isolated letters: {columns:?}");
        }
    }
}

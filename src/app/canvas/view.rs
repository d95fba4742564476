//! Where the photo lies on the screen: zoom and pan.

use egui::emath::TSTransform;
use egui::{Pos2, Rect, Ui, Vec2, pos2, vec2};

use crate::mask::PixelBox;

/// Screen points around a photo that is fitted.
const MARGIN: f32 = 12.0;
/// Largest zoom, in screen pixels for each photo pixel.
const MAX_ZOOM: f32 = 64.0;
/// Points that the wheel scrolls to zoom by the factor e.
const POINTS_PER_E: f32 = 200.0;
/// Smallest side of the photo on the screen, in points.
const MIN_SIDE: f32 = 32.0;

/// The transform from photo pixels to screen points.
#[derive(Clone)]
pub(in crate::app) struct View {
    screen_from_photo: TSTransform,
    /// Keep the whole photo in view when the canvas changes its size.
    fitted: bool,
    /// What to do as soon as the size of the canvas is known.
    pending: Option<Change>,
    /// Where the canvas was in the last frame, and how fine the screen.
    canvas: Rect,
    pixels_per_point: f32,
    /// What aligning has taken from the translation, for slow movements to add up.
    remainder: Vec2,
}

#[derive(Clone, Copy)]
enum Change {
    ActualSize,
    By(f32),
    Show(Rect),
    /// This photo pixel in the middle, at this many screen points a photo pixel.
    At(Pos2, f32),
}

impl Default for View {
    fn default() -> Self {
        Self {
            screen_from_photo: TSTransform::IDENTITY,
            fitted: true,
            pending: None,
            canvas: Rect::ZERO,
            pixels_per_point: 1.0,
            remainder: Vec2::ZERO,
        }
    }
}

impl View {
    pub fn fit(&mut self) {
        *self = Self::default();
    }

    /// One photo pixel for each screen pixel.
    pub fn actual_size(&mut self) {
        self.pending = Some(Change::ActualSize);
    }

    /// The photo pixel in the middle of the canvas, and screen points for each photo pixel; the
    /// latter is 0 while the whole photo is fitted.
    pub fn centre(&self) -> [f32; 3] {
        let middle = self.to_photo(self.canvas.center());
        [middle.x, middle.y, if self.fitted { 0.0 } else { self.screen_from_photo.scaling }]
    }

    /// Goes back to what [`View::centre`] returned.
    pub fn go_to(&mut self, [x, y, scaling]: [f32; 3]) {
        if scaling > 0.0 {
            self.pending = Some(Change::At(pos2(x, y), scaling));
        }
    }

    /// Zooms around the middle of the canvas.
    pub fn zoom_by(&mut self, factor: f32) {
        self.pending = Some(Change::By(factor));
    }

    /// Shows a part of the photo as large as it fits.
    pub fn show(&mut self, in_photo: Rect) {
        self.pending = Some(Change::Show(in_photo));
    }

    /// The same view on a canvas that lies elsewhere on the screen.
    pub fn shifted(&self, by: Vec2) -> Self {
        let mut shifted = self.clone();
        shifted.screen_from_photo.translation += by;
        shifted
    }

    pub fn pan(&mut self, by: Vec2) {
        self.screen_from_photo.translation += by + std::mem::take(&mut self.remainder);
        self.fitted = false;
    }

    /// Brings a place of the photo to the middle of the canvas, at the same zoom.
    pub fn center_on(&mut self, in_photo: Pos2) {
        self.pan(self.canvas.center() - self.to_screen(in_photo));
    }

    /// The part of the photo's plane that the canvas shows.
    pub fn shown(&self) -> Rect {
        self.screen_from_photo.inverse() * self.canvas
    }

    /// Brings the transform up to date with the canvas; `size` is the photo's, in pixels.
    pub fn update(&mut self, canvas: Rect, size: Vec2, pixels_per_point: f32) {
        self.pixels_per_point = pixels_per_point;
        match self.pending.take() {
            Some(Change::ActualSize) => {
                self.zoom_at(canvas.center(), 1.0 / self.zoom(), size);
                self.fitted = false;
            }
            Some(Change::By(factor)) => self.zoom_at(canvas.center(), factor, size),
            Some(Change::Show(part)) => {
                self.center(canvas, part.expand2(part.size() * 0.15 + Vec2::splat(4.0)));
                self.fitted = false;
                self.zoom_at(canvas.center(), 1.0, size);
            }
            Some(Change::At(middle, scaling)) => {
                self.screen_from_photo =
                    TSTransform::new(canvas.center() - middle.to_vec2() * scaling - Pos2::ZERO, scaling);
                self.fitted = false;
                self.zoom_at(canvas.center(), 1.0, size);
            }
            None => {}
        }
        self.canvas = canvas;
        if self.fitted {
            self.center(canvas, Rect::from_min_size(Pos2::ZERO, size));
        }
        // Some of the photo always stays in view.
        let on_screen = self.screen_from_photo * Rect::from_min_size(Pos2::ZERO, size);
        let reach = canvas.shrink(MIN_SIDE.min(canvas.width() / 2.0).min(canvas.height() / 2.0));
        let pull = |low: f32, high: f32, from: f32, to: f32| (from - high).max(0.0) + (to - low).min(0.0);
        self.screen_from_photo.translation += vec2(
            pull(on_screen.left(), on_screen.right(), reach.left(), reach.right()),
            pull(on_screen.top(), on_screen.bottom(), reach.top(), reach.bottom()),
        );
        self.align();
    }

    /// Where texels are as large as screen pixels, or a whole number of them, they lie exactly on
    /// them, so that nothing is blurred.
    fn align(&mut self) {
        let octave = self.zoom().log2();
        if (octave - octave.round()).abs() < 1e-4 {
            let exact = self.screen_from_photo.translation;
            let aligned = (exact * self.pixels_per_point).round() / self.pixels_per_point;
            if aligned != exact {
                self.screen_from_photo.translation = aligned;
                self.remainder = exact - aligned;
            }
        }
    }

    fn center(&mut self, canvas: Rect, part: Rect) {
        let room = (canvas.size() - Vec2::splat(2.0 * MARGIN)).max(Vec2::splat(1.0));
        let scaling = (room / part.size()).min_elem();
        let translation = canvas.center() - part.center().to_vec2() * scaling;
        self.screen_from_photo = TSTransform::new(translation.to_vec2(), scaling);
    }

    /// Zooms so that the photo pixel under `at` stays where it is.
    pub fn zoom_at(&mut self, at: Pos2, factor: f32, size: Vec2) {
        let old = self.screen_from_photo.scaling;
        let smallest = (MIN_SIDE / size.max_elem()).min(old);
        let largest = (MAX_ZOOM / self.pixels_per_point).max(old);
        let new = (old * factor).clamp(smallest, largest);
        if new == old {
            return;
        }
        let fixed = self.screen_from_photo.inverse() * at;
        self.screen_from_photo = TSTransform::new((at - fixed.to_vec2() * new).to_vec2(), new);
        self.remainder = Vec2::ZERO;
        self.fitted = false;
    }

    /// Zooms as the wheel or two fingers say, around the pointer at `at`.
    pub fn zoom_with_wheel(&mut self, ui: &Ui, at: Pos2, size: Vec2) {
        let (zoom, scroll) = ui.input(|i| (i.zoom_delta(), i.smooth_scroll_delta.y));
        let factor = zoom * (scroll / POINTS_PER_E).exp();
        if factor != 1.0 {
            self.zoom_at(at, factor, size);
        }
    }

    pub fn screen_from_photo(&self) -> TSTransform {
        self.screen_from_photo
    }

    pub fn to_photo(&self, on_screen: Pos2) -> Pos2 {
        self.screen_from_photo.inverse() * on_screen
    }

    /// The place in the photo that is painted in the middle of the screen pixel under the pointer.
    ///
    /// Pointers report the corner of that pixel, which may belong to another pixel of the photo.
    pub fn pointed(&self, on_screen: Pos2) -> Pos2 {
        // A position on a border may come slightly rounded down.
        let pixel = (on_screen.to_vec2() * self.pixels_per_point + Vec2::splat(0.01)).floor();
        self.to_photo(((pixel + Vec2::splat(0.5)) / self.pixels_per_point).to_pos2())
    }

    pub fn to_photo_rect(&self, on_screen: Rect) -> Rect {
        self.screen_from_photo.inverse() * on_screen
    }

    /// The pixels of a photo that are in view, of which it has this many in width and height.
    pub fn visible(&self, (width, height): (u32, u32)) -> PixelBox {
        let in_photo = self.to_photo_rect(self.canvas);
        let low = |x: f32, most: u32| (x.floor().max(0.0) as u32).min(most.saturating_sub(1));
        let high = |x: f32, low: u32, most: u32| (x.ceil().max(0.0) as u32).clamp(low + 1, most.max(low + 1));
        let (x0, y0) = (low(in_photo.min.x, width), low(in_photo.min.y, height));
        PixelBox { x0, y0, x1: high(in_photo.max.x, x0, width), y1: high(in_photo.max.y, y0, height) }
    }

    pub fn to_screen(&self, in_photo: Pos2) -> Pos2 {
        self.screen_from_photo * in_photo
    }

    /// Screen pixels for each photo pixel.
    pub fn zoom(&self) -> f32 {
        self.screen_from_photo.scaling * self.pixels_per_point
    }
}

/// A position as a point on the photo, moved to the border if it lies outside.
pub(super) fn clamp_to_photo(in_photo: Pos2, (width, height): (u32, u32)) -> Pos2 {
    pos2(in_photo.x.clamp(0.0, width as f32), in_photo.y.clamp(0.0, height as f32))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANVAS: Rect = Rect { min: pos2(100.0, 50.0), max: pos2(900.0, 650.0) };

    fn fitted(size: Vec2) -> View {
        let mut view = View::default();
        view.update(CANVAS, size, 1.0);
        view
    }

    #[test]
    fn a_fitted_photo_is_whole_and_centred() {
        for size in [vec2(4000.0, 300.0), vec2(30.0, 600.0), vec2(1.0, 1.0)] {
            let view = fitted(size);
            let photo = view.screen_from_photo() * Rect::from_min_size(Pos2::ZERO, size);
            assert!(CANVAS.expand(0.1).contains_rect(photo), "{photo}");
            assert!((photo.center() - CANVAS.center()).length() < 0.1);
        }
    }

    #[test]
    fn zooming_keeps_the_pixel_under_the_pointer() {
        let size = vec2(1200.0, 675.0);
        let mut view = fitted(size);
        let at = pos2(300.0, 200.0);
        let before = view.to_photo(at);
        view.zoom_at(at, 3.0, size);
        view.update(CANVAS, size, 1.0);
        assert!((view.to_photo(at) - before).length() < 0.01);
        view.update(CANVAS, size, 2.0);
        view.zoom_at(at, 1e9, size);
        assert!(view.zoom() <= MAX_ZOOM + 0.01);
    }

    #[test]
    fn the_photo_cannot_be_lost() {
        let size = vec2(1200.0, 675.0);
        let mut view = fitted(size);
        view.pan(vec2(1e6, -1e6));
        view.update(CANVAS, size, 1.0);
        let photo = view.screen_from_photo() * Rect::from_min_size(Pos2::ZERO, size);
        assert!(photo.intersects(CANVAS));
    }

    #[test]
    fn what_is_visible_is_whole_pixels_of_the_photo() {
        let size = vec2(1200.0, 675.0);
        let mut view = fitted(size);
        assert_eq!(view.visible((1200, 675)), PixelBox { x0: 0, y0: 0, x1: 1200, y1: 675 });
        view.zoom_at(CANVAS.left_top(), 1000.0, size);
        view.pan(CANVAS.left_top() - view.to_screen(pos2(100.5, 200.0)));
        view.update(CANVAS, size, 1.0);
        // 64 screen pixels each.
        assert_eq!(view.visible((1200, 675)), PixelBox { x0: 100, y0: 200, x1: 113, y1: 210 });
    }

    #[test]
    fn actual_size_is_one_to_one_on_any_screen() {
        let size = vec2(1200.0, 675.0);
        let mut view = View::default();
        view.update(CANVAS, size, 2.0);
        view.actual_size();
        view.update(CANVAS, size, 2.0);
        assert!((view.zoom() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn at_actual_size_pixels_lie_on_pixels_and_the_pointer_is_on_the_one_it_shows() {
        let size = vec2(1201.0, 675.0);
        for pixels_per_point in [1.0, 1.25, 1.5, 2.0] {
            let mut view = View::default();
            view.actual_size();
            view.update(CANVAS, size, pixels_per_point);
            view.pan(vec2(0.3, -7.7));
            view.update(CANVAS, size, pixels_per_point);
            let corner = view.to_screen(Pos2::ZERO).to_vec2() * pixels_per_point;
            assert!((corner - corner.round()).length() < 1e-3, "{corner}");
            for x in 0..300 {
                let pointer = pos2((corner.x.round() + x as f32) / pixels_per_point, 300.0);
                assert_eq!(view.pointed(pointer).x.floor(), x as f32);
            }
        }
    }

    #[test]
    fn slow_movements_add_up_where_pixels_are_aligned() {
        let size = vec2(1201.0, 675.0);
        let mut view = View::default();
        view.actual_size();
        view.update(CANVAS, size, 1.0);
        let before = view.to_screen(Pos2::ZERO);
        for _ in 0..40 {
            view.pan(vec2(0.25, -0.25));
            view.update(CANVAS, size, 1.0);
        }
        assert!((view.to_screen(Pos2::ZERO) - before - vec2(10.0, -10.0)).length() < 1.0);
    }

    #[test]
    fn a_place_is_brought_to_the_middle() {
        let size = vec2(1200.0, 675.0);
        let mut view = fitted(size);
        view.zoom_at(CANVAS.center(), 4.0, size);
        view.center_on(pos2(700.0, 300.0));
        view.update(CANVAS, size, 1.0);
        assert!((view.shown().center() - pos2(700.0, 300.0)).length() < 0.5);
    }
}

//! The photos of the folder as a strip of small pictures.

mod pictures;

use std::ops::Range;
use std::path::{Path, PathBuf};

use egui::scroll_area::ScrollArea;
use egui::style::ScrollAnimation;
use egui::{
    Align, Align2, Color32, FontId, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2,
};

use self::pictures::{Pictures, Tile};
use super::actions::{Action, Actions};
use super::texts::{self, filmstrip};
use super::theme::ACCENT;

/// The room for a picture, in points.
const TILE: Vec2 = vec2(96.0, 64.0);
const GAP: f32 = 6.0;
/// From the left edge of a tile to that of the next.
const PITCH: f32 = TILE.x + GAP;

/// The strip and the pictures in it. However many photos there are, only those in view cost
/// anything.
pub(super) struct Filmstrip {
    pictures: Pictures,
    /// The photo that was scrolled to.
    followed: Option<(usize, PathBuf)>,
}

impl Filmstrip {
    pub fn new(ctx: egui::Context) -> Self {
        Self { pictures: Pictures::new(ctx), followed: None }
    }

    /// Looks at these photos again when they are in view.
    pub fn forget(&mut self, paths: &[PathBuf]) {
        self.pictures.forget(paths);
    }

    /// Whether pictures are being made.
    pub fn is_pending(&self) -> bool {
        self.pictures.is_pending()
    }

    /// Draws the strip. `masks_of` gives the number of masks of a photo, as far as this window knows.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        photos: &[PathBuf],
        current: usize,
        masks_of: &dyn Fn(&Path) -> Option<usize>,
        actions: &mut Actions,
    ) {
        self.pictures.receive();
        let now = photos.get(current).map(|path| (current, path.clone()));
        let has_moved = now != self.followed;
        self.followed = now;
        // The wheel moves the only way there is.
        ui.style_mut().always_scroll_the_only_direction = true;
        let area = ScrollArea::horizontal().auto_shrink([false, true]).id_salt("filmstrip");
        let visible = area.show_viewport(ui, |ui, viewport| {
            let (strip, _) =
                ui.allocate_exact_size(vec2(photos.len() as f32 * PITCH - GAP, TILE.y), Sense::hover());
            let place = |i: usize| Rect::from_min_size(strip.min + vec2(i as f32 * PITCH, 0.0), TILE);
            if has_moved {
                ui.scroll_to_rect_animation(place(current), Some(Align::Center), ScrollAnimation::none());
            }
            let visible = in_view(viewport.x_range().min, viewport.x_range().max, photos.len());
            for i in visible.clone() {
                let path = &photos[i];
                let tile = self.pictures.get(path);
                let masks = masks_of(path).or(tile.map(|tile| tile.masks)).unwrap_or(0);
                if tile_ui(ui, place(i), i, path, i == current, tile, masks) {
                    actions.push(Action::GoToPhoto(i));
                }
            }
            visible
        });
        self.pictures.want(&photos[visible.inner]);
    }
}

/// The tiles between two places of the strip, one more on each side so that they are there in time.
fn in_view(left: f32, right: f32, count: usize) -> Range<usize> {
    let first = ((left / PITCH).floor().max(0.0) as usize).saturating_sub(1).min(count);
    let end = ((right / PITCH).ceil().max(0.0) as usize + 1).clamp(first, count);
    first..end
}

/// Draws a photo's tile; returns whether it was clicked.
fn tile_ui(
    ui: &mut Ui,
    rect: Rect,
    index: usize,
    path: &Path,
    is_current: bool,
    tile: Option<&Tile>,
    masks: usize,
) -> bool {
    let response = ui.interact(rect, ui.scope_id().with(("photo", index)), Sense::CLICK | Sense::FOCUSABLE);
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let unreadable = tile.is_some_and(|tile| tile.picture.is_none());
    let state = match masks {
        _ if unreadable => Some(filmstrip::UNREADABLE.to_owned()),
        0 => None,
        n => Some(texts::masks(n)),
    };
    let label = filmstrip::label(&name, state.as_deref());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_current, &label));
    let painter = ui.painter_at(rect.expand(2.0));
    painter.rect_filled(rect, 2.0, ui.visuals().extreme_bg_color);
    match tile.map(|tile| &tile.picture) {
        Some(Some(picture)) => {
            let size = picture.size_vec2();
            let shown = Rect::from_center_size(rect.center(), size * (TILE / size).min_elem());
            let whole = Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
            painter.image(picture.id(), shown, whole, Color32::WHITE);
        }
        Some(None) => {
            let colour = ui.visuals().weak_text_color();
            painter.text(
                rect.center(),
                Align2::CENTER_CENTER,
                filmstrip::UNREADABLE,
                FontId::proportional(12.0),
                colour,
            );
        }
        None => {}
    }
    if masks > 0 {
        let text = painter.layout_no_wrap(filmstrip::mark(masks), FontId::proportional(11.0), Color32::WHITE);
        let size = (text.size() + vec2(8.0, 2.0)).max(Vec2::splat(15.0));
        let mark = Align2::RIGHT_TOP.align_size_within_rect(size, rect.shrink(3.0));
        painter.rect(
            mark,
            7.0,
            ACCENT,
            Stroke::new(1.0, Color32::from_black_alpha(120)),
            StrokeKind::Outside,
        );
        painter.galley(mark.center() - text.size() / 2.0, text, Color32::WHITE);
    }
    let border = if is_current {
        Stroke::new(2.5, ACCENT)
    } else if response.hovered() {
        Stroke::new(1.5, ui.visuals().strong_text_color())
    } else {
        Stroke::NONE
    };
    painter.rect_stroke(rect, 2.0, border, StrokeKind::Inside);
    if response.has_focus() {
        painter.rect_stroke(
            rect.shrink(2.5),
            2.0,
            (1.5, ui.visuals().strong_text_color()),
            StrokeKind::Inside,
        );
    }
    response.on_hover_text(filmstrip::tooltip(&name, state.as_deref())).clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tiles_near_the_view_are_made() {
        let at = |tile: usize| tile as f32 * PITCH;
        assert_eq!(in_view(0.0, at(5), 10_000), 0..6);
        assert_eq!(in_view(at(5_000), at(5_008), 10_000), 4_999..5_009);
        assert_eq!(in_view(at(9_995), at(10_003), 10_000), 9_994..10_000);
        assert_eq!(in_view(0.0, at(9), 2), 0..2);
        assert_eq!(in_view(0.0, at(9), 0), 0..0);
        assert_eq!(in_view(at(50), at(60), 3), 3..3);
    }
}

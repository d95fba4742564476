//! The photos of the folder as a strip of small pictures.

mod pictures;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::scroll_area::ScrollArea;
use egui::style::ScrollAnimation;
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align, Align2, Color32, ComboBox, FontFamily, FontId, Rect, Role, Sense, Stroke, StrokeKind, TextEdit,
    Ui, Vec2, WidgetInfo, vec2,
};

use self::pictures::{Pictures, Tile};
use super::actions::{Action, Actions};
use super::commands::Availability;
use super::look::{ACCENT, ICONS, ICONS_FILLED, icons, tokens};
use super::menus::{PhotoSubject, photo_menu_ui};
use super::state::{PhotoStates, Projects, folder_of};
use super::texts::{filmstrip, states as states_texts, units};
use crate::files::project::{PhotoState, WorkState};

/// The room for a picture, in points.
const TILE: Vec2 = vec2(96.0, 64.0);
/// The room for a name below it.
const NAME_HEIGHT: f32 = 16.0;
/// The width of the filter and the search beside the strip.
const FILTER_WIDTH: f32 = 116.0;
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

    /// Gives up pictures that nobody sees, because something else takes the place of the strip.
    pub fn rest(&mut self) {
        self.pictures.receive();
        self.pictures.want(&[]);
    }

    /// Draws the strip, and beside it what limits it to some photos.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        content: &StripContent,
        states: &mut PhotoStates,
        actions: &mut Actions,
    ) {
        ui.horizontal(|ui| {
            ui.allocate_ui(vec2(FILTER_WIDTH, TILE.y + NAME_HEIGHT), |ui| {
                ui.vertical(|ui| filter_ui(ui, states));
            });
            self.strip_ui(ui, content, states, actions);
        });
    }

    fn strip_ui(&mut self, ui: &mut Ui, content: &StripContent, states: &PhotoStates, actions: &mut Actions) {
        let StripContent { photos, current, .. } = *content;
        let shown = states.shown();
        let count = shown.map_or(photos.len(), <[usize]>::len);
        let index_at = |place: usize| shown.map_or(place, |shown| shown[place]);
        let place_of_current = match shown {
            Some(shown) => shown.iter().position(|index| *index == current).unwrap_or(0),
            None => current,
        };
        self.pictures.receive();
        let now = photos.get(current).map(|path| (place_of_current, path.clone()));
        let has_moved = now != self.followed;
        self.followed = now;
        // The wheel moves the only way there is.
        ui.style_mut().always_scroll_the_only_direction = true;
        let area = ScrollArea::horizontal().auto_shrink([false, true]).id_salt("filmstrip");
        let visible = area.show_viewport(ui, |ui, viewport| {
            let size = vec2((count as f32 * PITCH - GAP).max(1.0), TILE.y + NAME_HEIGHT);
            let (strip, _) = ui.allocate_exact_size(size, Sense::hover());
            let place = |i: usize| Rect::from_min_size(strip.min + vec2(i as f32 * PITCH, 0.0), TILE);
            if has_moved {
                let current = place(place_of_current);
                ui.scroll_to_rect_animation(current, Some(Align::Center), ScrollAnimation::none());
            }
            let visible = in_view(viewport.x_range().min, viewport.x_range().max, count);
            for i in visible.clone() {
                let index = index_at(i);
                let path = &photos[index];
                let tile = self.pictures.get(path);
                let counted = || tile.map(|tile| tile.masks).or(states.count_of(path)).unwrap_or(0);
                let masks = (content.masks_of)(path).unwrap_or_else(counted);
                let subject = TileContent {
                    index,
                    path,
                    is_current: index == current,
                    tile,
                    masks,
                    state: WorkState::new(content.projects.state_of(path), masks),
                    has_project: content.projects.knows(&folder_of(path)),
                    note: content.projects.note_of(path),
                };
                if tile_ui(ui, place(i), &subject, content.availability, actions) {
                    actions.push(Action::GoToPhoto(index));
                }
            }
            visible
        });
        match content.wait {
            Some(time) => {
                self.pictures.pause();
                ui.ctx().request_repaint_after(time);
            }
            None => {
                let visible: Vec<PathBuf> = visible.inner.map(|i| photos[index_at(i)].clone()).collect();
                self.pictures.want(&visible);
            }
        }
    }
}

/// What the strip shows.
pub(super) struct StripContent<'a> {
    pub photos: &'a [PathBuf],
    pub current: usize,
    /// The number of masks of a photo, as far as this window knows.
    pub masks_of: &'a dyn Fn(&Path) -> Option<usize>,
    pub projects: &'a Projects,
    pub availability: &'a Availability,
    /// For how long no more pictures are to be made, because something else needs the processor.
    pub wait: Option<Duration>,
}

/// What a tile shows.
struct TileContent<'a> {
    index: usize,
    path: &'a Path,
    is_current: bool,
    tile: Option<&'a Tile>,
    masks: usize,
    state: WorkState,
    has_project: bool,
    note: &'a str,
}

/// Limits the strip to photos in a state, or to those with a text in their name.
fn filter_ui(ui: &mut Ui, states: &mut PhotoStates) {
    let text = |state: Option<WorkState>| state.map_or(states_texts::all(), states_texts::state);
    let combo = ComboBox::from_id_salt("state filter").width(FILTER_WIDTH - 12.0);
    let combo = combo.selected_text(text(states.filter)).show_ui(ui, |ui| {
        for state in std::iter::once(None).chain(WorkState::ALL.map(Some)) {
            ui.selectable_value(&mut states.filter, state, text(state));
        }
    });
    combo.response.on_hover_text(states_texts::filter_tooltip());
    let edit = TextEdit::singleline(&mut states.search).hint_text(states_texts::search_hint());
    let response = ui.add(edit.desired_width(FILTER_WIDTH - 12.0));
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, states_texts::search()));
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
    content: &TileContent,
    availability: &Availability,
    actions: &mut Actions,
) -> bool {
    let TileContent { index, path, is_current, tile, masks, state, has_project, note } = *content;
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let whole = rect.with_max_y(rect.max.y + NAME_HEIGHT);
    let response = ui.interact(whole, ui.scope_id().with(("photo", index)), Sense::CLICK | Sense::FOCUSABLE);
    let unreadable = tile.is_some_and(|tile| tile.picture.is_none());
    let parts = [
        unreadable.then(|| filmstrip::unreadable().to_owned()),
        (masks > 0 && !unreadable).then(|| units::masks(masks)),
        matches!(state, WorkState::Set(_)).then(|| states_texts::state(state).to_lowercase()),
        (!note.is_empty()).then(|| note.to_owned()),
    ];
    let about = units::listed(parts);
    let about = Some(&*about).filter(|about| !about.is_empty());
    let label = filmstrip::label(&name, about);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_current, &label));
    name_ui(ui, whole.with_min_y(rect.max.y), &name, is_current, state);
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
                filmstrip::unreadable(),
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
    let subject = PhotoSubject { path, index, is_current, state, has_project };
    response.context_menu(|ui| photo_menu_ui(ui, &subject, availability, actions));
    response.on_hover_text(filmstrip::tooltip(&name, about)).clicked()
}

/// The name below a picture, as much of it as fits, behind the icon of the state.
fn name_ui(ui: &Ui, rect: Rect, name: &str, is_current: bool, state: WorkState) {
    let tokens = tokens(ui.visuals());
    let (symbol, is_filled, colour) = match state {
        WorkState::New => (icons::CIRCLE, false, tokens.text_3),
        WorkState::Started => (icons::CIRCLE_HALF, false, tokens.text_2),
        WorkState::Set(PhotoState::Review) => (icons::FLAG_FILL, true, tokens.review),
        WorkState::Set(PhotoState::Done) => (icons::CHECK_CIRCLE_FILL, true, tokens.done),
    };
    let family = FontFamily::Name(if is_filled { ICONS_FILLED } else { ICONS }.into());
    let text_colour = if is_current { tokens.text } else { tokens.text_2 };
    let font = FontId::proportional(11.0);
    let name = elided(name, |text| {
        ui.painter().layout_no_wrap(text.to_owned(), font.clone(), text_colour).size().x
            <= rect.width() - 18.0
    });
    let mut job = LayoutJob::default();
    job.append(&symbol.to_string(), 0.0, TextFormat::simple(FontId::new(12.0, family), colour));
    job.append(&name, 4.0, TextFormat::simple(font.clone(), text_colour));
    job.wrap = TextWrapping::truncate_at_width(rect.width());
    let galley = ui.painter().layout_job(job);
    let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect).min;
    ui.painter().galley(at, galley, text_colour);
}

/// A file name without its middle, if all of it does not fit: photos of a camera differ in their ends.
fn elided(name: &str, fits: impl Fn(&str) -> bool) -> String {
    const END: usize = 8;
    if fits(name) {
        return name.to_owned();
    }
    let letters: Vec<char> = name.chars().collect();
    let end: String = letters[letters.len().saturating_sub(END)..].iter().collect();
    let with_beginning = |count: usize| letters[..count].iter().chain(&['…']).collect::<String>() + &end;
    let longest = letters.len().saturating_sub(END);
    (0..longest).rev().map(with_beginning).find(|text| fits(text)).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_their_beginning_and_their_end() {
        let fits = |text: &str| text.chars().count() <= 14;
        assert_eq!(elided("short.jpg", fits), "short.jpg");
        assert_eq!(elided("IMG_20241219_085200.jpg", fits), "IMG_2…5200.jpg");
        assert_eq!(elided("ÄÖÜ漢字漢字漢字漢字.jpg", |_| false), "漢字漢字.jpg");
    }

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

//! The cells of a line.

use egui::{Button, Color32, Image, Rect, RichText, Sense, Stroke, StrokeKind, TextureHandle, Ui, vec2};

use super::super::super::actions::{Action, Actions};
use super::super::super::look::{icon, icon_filled, icons, tokens};
use super::super::super::texts::{decimal, masks as texts};
use crate::colour::Colour;
use crate::document::{Class, Document, Edit, MaskId, MaskItem};

/// Side of the picture of a mask, in points.
const PICTURE: f32 = 24.0;

/// What the mask looks like, in a frame of its colour.
pub(super) fn picture_ui(ui: &mut Ui, picture: Option<&TextureHandle>, [r, g, b]: Colour) {
    let (area, _) = ui.allocate_exact_size(egui::Vec2::splat(PICTURE), Sense::hover());
    let colour = Color32::from_rgb(r, g, b);
    match picture {
        Some(picture) => Image::new(picture).corner_radius(3.0).paint_at(ui, area),
        None => drop(ui.painter().rect_filled(area, 3.0, tokens(ui.visuals()).thumbnail)),
    }
    ui.painter().rect_stroke(area, 3.0, Stroke::new(2.0, colour), StrokeKind::Inside);
}

/// A score in [0, 1], which SAM 1's predicted IoU can exceed a little; nothing where no network gave one.
pub(super) fn score_text(score: Option<f32>) -> String {
    score.map(|score| decimal(score.clamp(0.0, 1.0), 2)).unwrap_or_default()
}

pub(super) fn figure_ui(ui: &mut Ui, text: String, settled: bool) {
    ui.label(if settled { RichText::new(text) } else { RichText::new(text).weak() });
}

/// The mark of a mask that no person has looked at yet.
pub(super) fn proposed_ui(ui: &mut Ui, item: &MaskItem) {
    let text = RichText::new(texts::proposed()).small().color(ui.visuals().warn_fg_color);
    ui.label(text).on_hover_text(texts::proposed_by(item.annotation.model.as_deref()));
}

/// The buttons of a line. They are seen where they are likely to be used or say something; the rest of the list
/// stays calm.
pub(super) fn buttons_ui(ui: &mut Ui, document: &Document, item: &MaskItem, actions: &mut Actions) {
    ui.spacing_mut().item_spacing.x = 0.0;
    ui.spacing_mut().button_padding.x = 4.0;
    let is_calm = !document.selection().contains(&item.id) && !is_pointed_at(ui);
    let opacity = |is_seen: bool| if is_calm && !is_seen { 0.0 } else { 1.0 };
    ui.set_opacity(opacity(!item.visible));
    if eye_ui(ui, item.visible, &item.annotation.name) {
        actions.push(Action::Edit(Edit::SetVisible(vec![item.id], !item.visible)));
    }
    let alone = document.solo() == Some(item.id);
    ui.set_opacity(opacity(alone));
    if button_ui(ui, icons::CROSSHAIR, texts::solo(), &item.annotation.name, alone) {
        actions.push(Action::Edit(Edit::Solo((!alone).then_some(item.id))));
    }
    ui.set_opacity(opacity(false));
    if button_ui(ui, icons::TRASH, texts::delete(), &item.annotation.name, false) {
        actions.push(Action::Edit(Edit::Delete(vec![item.id])));
    }
}

/// Whether the pointer is on the line that this is a cell of, or the keyboard on some button.
pub(super) fn is_pointed_at(ui: &Ui) -> bool {
    let line = Rect::from_x_y_ranges(ui.clip_rect().x_range(), ui.max_rect().y_range());
    ui.rect_contains_pointer(line.expand2(vec2(0.0, 2.0))) || ui.memory(|memory| memory.focused().is_some())
}

/// The line above the masks of a class. Returns whether it is to be folded or unfolded.
pub(super) fn group_name_ui(ui: &mut Ui, class: Option<&Class>, count: usize, folded: bool) -> bool {
    let name = group_name(class);
    let verb = if folded { texts::expand() } else { texts::collapse() };
    let clicked =
        button_ui(ui, if folded { icons::CARET_RIGHT } else { icons::CARET_DOWN }, verb, name, false);
    if let Some(Class { colour: [r, g, b], .. }) = class {
        ui.label(icon_filled(icons::CIRCLE_FILL, 10.0).color(Color32::from_rgb(*r, *g, *b)));
    }
    ui.strong(texts::group(name, count));
    clicked
}

/// Shows or hides all masks of a class.
pub(super) fn group_buttons_ui(
    ui: &mut Ui,
    document: &Document,
    class: Option<&Class>,
    masks: &[MaskId],
    actions: &mut Actions,
) {
    ui.spacing_mut().item_spacing.x = 2.0;
    let visible = masks.iter().filter_map(|id| document.mask(*id)).any(|m| m.visible);
    if !masks.is_empty() && eye_ui(ui, visible, &texts::all_of(group_name(class))) {
        actions.push(Action::Edit(Edit::SetVisible(masks.to_vec(), !visible)));
    }
}

fn group_name(class: Option<&Class>) -> &str {
    class.map_or(texts::without_class(), |class| &class.name)
}

fn eye_ui(ui: &mut Ui, visible: bool, name: &str) -> bool {
    let (eye, verb) = if visible { (icons::EYE, texts::hide()) } else { (icons::EYE_SLASH, texts::show()) };
    button_ui(ui, eye, verb, name, false)
}

fn button_ui(ui: &mut Ui, symbol: char, verb: &str, name: &str, selected: bool) -> bool {
    let button = Button::new(icon(symbol, 15.0)).small().selected(selected).frame_when_inactive(false);
    ui.add(button).on_hover_text(verb).accessible_name(texts::button(verb, name)).clicked()
}

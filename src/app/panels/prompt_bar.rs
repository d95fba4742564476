//! The bar beside the object that is being prompted: points, candidates, class, accept, discard.

use egui::{
    Align2, Area, Button, Color32, Context, FontId, Frame, Id, Order, Painter, Pos2, Rect, Response,
    RichText, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability, Command};
use super::super::inquiry::Inquiry;
use super::super::look::{NEGATIVE, POSITIVE, icon, icon_filled, icons, primary_button, tokens};
use super::super::texts::prompt as texts;
use crate::document::{Class, Edit, Prompting};
use crate::mask::{Mask, PixelBox};
use crate::sam::has_single;

/// From the object to the bar, in points.
const GAP: f32 = 12.0;
/// Side of a silhouette, in cells and in points.
const CELLS: u32 = 30;
/// Beside wider photos, in points, the buttons show their keys.
const WITH_KEYS: f32 = 620.0;
/// What shows each candidate.
const CANDIDATES: [&Command; 3] =
    [&commands::prompt::CANDIDATE_1, &commands::prompt::CANDIDATE_2, &commands::prompt::CANDIDATE_3];

/// What the bar shows.
pub(in crate::app) struct PromptContent<'a> {
    pub prompting: &'a Prompting,
    pub inquiry: &'a Inquiry,
    /// The class that accepting will give.
    pub class: Option<&'a Class>,
    pub classes: &'a [Class],
    pub availability: &'a Availability,
    /// Where the object is in the window, in points.
    pub object: Rect,
    pub canvas: Rect,
    /// The mouse is in the middle of a gesture on the photo.
    pub is_dragging: bool,
}

/// Where the bar is.
#[derive(Default)]
pub(in crate::app) struct PromptBar {
    size: Vec2,
    /// The place, and the object that it was chosen for.
    place: Option<(Pos2, Rect)>,
    /// The candidate below the pointer, which is shown instead of the chosen one.
    pub hovered: Option<usize>,
}

impl PromptBar {
    /// Draws the bar if there is a prompt.
    pub fn ui(&mut self, ctx: &Context, content: &PromptContent, actions: &mut Actions) {
        self.hovered = None;
        if content.prompting.is_empty() {
            self.place = None;
            return;
        }
        let place = match self.place {
            Some((place, object)) if object == content.object => place,
            _ => self.choose_place(ctx, content),
        };
        self.place = Some((place, content.object));
        let area = Area::new(Id::unique("prompt bar")).order(Order::Middle).fixed_pos(place);
        let shown = area.constrain_to(content.canvas).show(ctx, |ui| {
            if content.is_dragging {
                ui.multiply_opacity(0.35);
            }
            let shadow = ui.visuals().popup_shadow;
            Frame::popup(ui.style()).shadow(shadow).inner_margin(8.0).show(ui, |ui| {
                // All that stands in the row is centred in its height.
                ui.spacing_mut().interact_size.y = CELLS as f32 + 4.0;
                ui.horizontal(|ui| self.content_ui(ui, content, actions));
            });
        });
        self.size = shown.response.rect.size();
    }

    /// Below the object, above it where there is no room, inside the canvas, and never below the pointer.
    fn choose_place(&self, ctx: &Context, content: &PromptContent) -> Pos2 {
        let PromptContent { object, canvas, .. } = content;
        let size = self.size.max(vec2(500.0_f32.min(canvas.width() - 16.0), 52.0));
        let x = (object.center().x - size.x / 2.0)
            .clamp(canvas.left() + 8.0, (canvas.right() - size.x - 8.0).max(canvas.left() + 8.0));
        let lowest = canvas.bottom() - size.y - 8.0;
        let below = object.bottom() + GAP;
        let above = object.top() - GAP - size.y;
        let mut y = match (below <= lowest, above >= canvas.top() + 8.0) {
            (true, _) => below,
            (false, true) => above,
            (false, false) => lowest,
        };
        if let Some(pointer) = ctx.input(|input| input.pointer.latest_pos())
            && Rect::from_min_size(pos2(x, y), size).expand(6.0).contains(pointer)
        {
            let lower = pointer.y + 2.0 * GAP;
            y = if lower <= lowest { lower } else { pointer.y - 2.0 * GAP - size.y };
        }
        pos2(x, y)
    }

    fn content_ui(&mut self, ui: &mut Ui, content: &PromptContent, actions: &mut Actions) {
        let PromptContent { prompting, inquiry, .. } = *content;
        counts_ui(ui, prompting, actions);
        ui.separator();
        self.candidates_ui(ui, content, actions);
        ui.separator();
        class_ui(ui, content, actions);
        let has_answer = inquiry.shown(prompting).is_some();
        let key_of = |ui: &Ui, command: &Command| {
            let key = content.availability.keymap.text(ui.ctx(), command);
            let key = key.filter(|_| content.canvas.width() > WITH_KEYS).unwrap_or_default();
            RichText::new(key).small()
        };
        let accept = primary_button(
            ui,
            (
                icon(icons::CHECK, 16.0).color(Color32::WHITE),
                RichText::new(texts::accept()).color(Color32::WHITE),
                key_of(ui, &commands::prompt::ACCEPT).color(Color32::from_white_alpha(210)),
            ),
        );
        let accept = ui.add_enabled(has_answer || inquiry.is_pending(), accept.min_size(vec2(0.0, 30.0)));
        if accept.on_hover_text(texts::accept_tooltip()).accessible_name(texts::accept()).clicked() {
            actions.push(Action::Run(&commands::prompt::ACCEPT));
        }
        let discard = (texts::clear(), key_of(ui, &commands::prompt::DROP_PROMPT).weak());
        let discard = Button::new(discard).frame_when_inactive(false).min_size(vec2(0.0, 30.0));
        let discard = ui.add(discard).on_hover_text(texts::clear_tooltip()).accessible_name(texts::clear());
        if discard.clicked() {
            actions.push(Action::Run(&commands::prompt::DROP_PROMPT));
        }
    }

    fn candidates_ui(&mut self, ui: &mut Ui, content: &PromptContent, actions: &mut Actions) {
        let PromptContent { prompting, inquiry, class, .. } = *content;
        let shown = inquiry.shown(prompting).map(|(index, _)| index);
        let Some(answer) = inquiry.answer().filter(|answer| !answer.candidates.is_empty()) else {
            ui.weak(if inquiry.is_pending() { texts::computing() } else { texts::no_mask() });
            return;
        };
        let has_single_mask = has_single(answer.candidates.len());
        for (i, candidate) in answer.candidates.iter().enumerate() {
            // With the single mask in front, the candidates begin at index 1.
            let number = if has_single_mask { i } else { i + 1 };
            let name = if number == 0 { texts::single().to_owned() } else { texts::candidate(number) };
            let command = number.checked_sub(1).and_then(|i| CANDIDATES.get(i));
            let key = command.and_then(|command| content.availability.keymap.text(ui.ctx(), command));
            // SAM 1 can predict a little more than 1.
            let predicted_iou = candidate.predicted_iou.clamp(0.0, 1.0);
            let (stability, area) = (candidate.stability_score, candidate.mask.area());
            let label = texts::with_score(&name, predicted_iou);
            let colour = class.map(|class| class.colour);
            let response = silhouette_ui(ui, &candidate.mask, shown == Some(i), colour);
            response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, shown == Some(i), &label));
            if response.hovered() {
                self.hovered = Some(i);
            }
            if let Some(digit) = key.as_deref().and_then(|key| key.rsplit('+').next()) {
                let at = response.rect.right_bottom() - vec2(4.0, 2.0);
                let (font, colour) = (FontId::proportional(9.0), tokens(ui.visuals()).text_2);
                ui.painter().text(at, Align2::RIGHT_BOTTOM, digit, font, colour);
            }
            let next = content.availability.keymap.text(ui.ctx(), &commands::prompt::NEXT_CANDIDATE);
            let keys = texts::keys(key.as_deref(), next.as_deref());
            let tooltip = format!("{name}\n{}{keys}", texts::scores(predicted_iou, stability, area));
            if response.on_hover_text(tooltip).clicked() {
                actions.push(Action::Edit(Edit::Choose(i)));
            }
        }
    }
}

/// How many points there are of each kind, and the box.
fn counts_ui(ui: &mut Ui, prompting: &Prompting, actions: &mut Actions) {
    let positive = prompting.prompt.points.iter().filter(|point| point.positive).count();
    let negative = prompting.prompt.points.len() - positive;
    let counts = ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.label(icon(icons::PLUS_CIRCLE, 16.0).color(POSITIVE));
        ui.label(positive.to_string());
        ui.add_space(4.0);
        ui.label(icon(icons::MINUS_CIRCLE, 16.0).color(NEGATIVE));
        ui.label(negative.to_string());
    });
    let text = texts::points(positive, negative);
    counts.response.on_hover_text(&text).accessible_name(text);
    if prompting.prompt.bbox.is_some() {
        let button = Button::new(icon(icons::BOUNDING_BOX, 16.0)).small();
        let response = ui.add(button).on_hover_text(texts::delete_box()).accessible_name(texts::delete_box());
        if response.clicked() {
            actions.push(Action::Edit(Edit::SetBox(None)));
        }
    }
}

/// The class that the mask gets, and a menu of all classes.
fn class_ui(ui: &mut Ui, content: &PromptContent, actions: &mut Actions) {
    let PromptContent { class, classes, .. } = *content;
    if classes.is_empty() {
        return;
    }
    let name = class.map_or(texts::no_class(), |class| &class.name);
    let [r, g, b] = class.map_or([128; 3], |class| class.colour);
    let swatch = icon_filled(icons::CIRCLE_FILL, 12.0).color(Color32::from_rgb(r, g, b));
    let key = class.and_then(|class| class.key).map(|key| key.to_string()).unwrap_or_default();
    let button =
        Button::new((swatch, name, RichText::new(key).weak().small(), icon(icons::CARET_DOWN, 12.0)));
    let menu = egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
        egui::ScrollArea::vertical().max_height(300.0).show_rows(ui, 22.0, classes.len(), |ui, rows| {
            for class in &classes[rows] {
                if ui.button(&class.name).clicked() {
                    actions.push(Action::ChooseClass(Some(class.id)));
                }
            }
        });
    });
    menu.0.on_hover_text(texts::class_tooltip()).accessible_name(texts::class(name));
}

/// The shape of a candidate.
fn silhouette_ui(ui: &mut Ui, mask: &Mask, is_shown: bool, colour: Option<[u8; 3]>) -> Response {
    let (rect, response) =
        ui.allocate_exact_size(Vec2::splat(CELLS as f32 + 4.0), Sense::CLICK | Sense::FOCUSABLE);
    let tokens = tokens(ui.visuals());
    let edge = match (is_shown, response.hovered() || response.has_focus()) {
        (true, _) => Stroke::new(2.0, tokens.accent),
        (false, true) => Stroke::new(1.0, tokens.text_2),
        (false, false) => Stroke::new(1.0, tokens.edge),
    };
    ui.painter().rect(rect, 6.0, tokens.field, edge, StrokeKind::Inside);
    let [r, g, b] = colour.filter(|_| is_shown).unwrap_or([0xb4; 3]);
    if let Some(bbox) = mask.bbox() {
        paint_shape(ui.painter(), rect.shrink(2.0), mask, bbox, Color32::from_rgb(r, g, b));
    }
    response
}

/// Paints a mask, sampled in cells, row by row.
fn paint_shape(painter: &Painter, rect: Rect, mask: &Mask, bbox: PixelBox, colour: Color32) {
    let PixelBox { x0, y0, x1, y1 } = bbox;
    let side = (x1 - x0).max(y1 - y0).max(1) as f32;
    let middle = (f32::midpoint(x0 as f32, x1 as f32), f32::midpoint(y0 as f32, y1 as f32));
    let at = |cell: u32, middle: f32| middle + ((cell as f32 + 0.5) / CELLS as f32 - 0.5) * side * 1.15;
    let is_inside = |x: f32, y: f32| {
        x >= 0.0
            && y >= 0.0
            && (x as u32) < mask.width()
            && (y as u32) < mask.height()
            && mask.get(x as u32, y as u32)
    };
    let cell = rect.width() / CELLS as f32;
    for row in 0..CELLS {
        let mut start = None;
        for column in 0..=CELLS {
            let is_set = column < CELLS && is_inside(at(column, middle.0), at(row, middle.1));
            match (is_set, start) {
                (true, None) => start = Some(column),
                (false, Some(from)) => {
                    let min = rect.min + vec2(from as f32 * cell, row as f32 * cell);
                    let max = rect.min + vec2(column as f32 * cell, (row + 1) as f32 * cell);
                    painter.rect_filled(Rect::from_min_max(min, max), 0.0, colour);
                    start = None;
                }
                _ => {}
            }
        }
    }
}

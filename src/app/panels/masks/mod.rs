//! The list of masks.

mod cells;
mod rows;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use egui::containers::menu::MenuButton;
use egui::{Button, Color32, Context, DragAndDrop, Key, Rect, Response, RichText, Sense, TextEdit, Ui};
use egui_extras::{Column, TableBuilder};
use image::RgbImage;

use self::cells::{
    buttons_ui, figure_ui, group_buttons_ui, group_name_ui, is_pointed_at, picture_ui, proposed_ui,
};
use self::rows::{Row, SortBy, grouped, mask_after_gap, sorted, tree};
use super::super::actions::{Action, Actions};
use super::super::commands::Availability;
use super::super::look::{ACCENT, icon, icon_button, icon_filled, icons, select_all, tokens};
use super::super::menus::mask_menu_ui;
use super::super::tasks::Thumbnails;
use super::super::texts::masks as texts;
use crate::colour::Colour;
use crate::document::{Class, ClassId, Document, Edit, MaskId, MaskItem};

const ROW_HEIGHT: f32 = 32.0;
/// For each level of the tree, in points.
const INDENT: f32 = 10.0;

/// Masks on their way to another place.
struct Dragged(Vec<MaskId>);

/// What the list shows.
pub(in crate::app) struct ListContent<'a> {
    pub document: &'a Document,
    pub photo: &'a Arc<RgbImage>,
    /// The document's masks, and those that may become some, greyed.
    pub items: &'a [Arc<MaskItem>],
    pub colours: &'a HashMap<MaskId, Colour>,
    /// The masks that others lie inside of.
    pub parents: &'a HashMap<MaskId, MaskId>,
    pub availability: &'a Availability,
}

/// What the list remembers between frames.
pub(in crate::app) struct MaskList {
    sort_by: SortBy,
    descending: bool,
    /// The mask whose name is being edited, and the text so far.
    renaming: Option<(MaskId, String)>,
    /// Where a range selected with Shift begins.
    anchor: Option<MaskId>,
    /// Only masks with this in their name or class are listed.
    search: String,
    /// The field for it is shown, and has just been opened.
    is_searching: bool,
    has_opened_search: bool,
    /// The classes whose masks are not listed below them.
    folded: HashSet<Option<ClassId>>,
    thumbnails: Thumbnails,
    /// What was selected in the last frame: the list moves to what is selected elsewhere.
    selection: BTreeSet<MaskId>,
}

impl MaskList {
    pub fn new(ctx: Context) -> Self {
        Self {
            sort_by: SortBy::default(),
            descending: false,
            renaming: None,
            anchor: None,
            search: String::new(),
            is_searching: false,
            has_opened_search: false,
            folded: HashSet::new(),
            thumbnails: Thumbnails::new(ctx),
            selection: BTreeSet::new(),
        }
    }

    /// Forgets what is about the masks of one photo.
    pub fn leave_photo(&mut self) {
        (self.renaming, self.anchor) = (None, None);
        self.folded.clear();
    }

    /// Lets the user type another name for a mask.
    pub fn rename(&mut self, item: &MaskItem) {
        self.search.clear();
        self.folded.clear();
        self.renaming = Some((item.id, item.annotation.name.clone()));
        self.selection.clear();
    }

    pub fn ui(&mut self, ui: &mut Ui, content: &ListContent, actions: &mut Actions) {
        self.search_ui(ui);
        self.thumbnails.receive();
        let ListContent { document, items, .. } = *content;
        let rows = self.rows(content);
        if rows.is_empty() {
            ui.weak(if items.is_empty() { texts::empty() } else { texts::no_match() });
            return;
        }
        ui.style_mut().interaction.selectable_labels = false;
        let tokens = tokens(ui.visuals());
        ui.visuals_mut().selection.bg_fill = tokens.selected_row;
        ui.visuals_mut().selection.stroke.color = tokens.text;
        let mut table = TableBuilder::new(ui)
            .id_salt("masks")
            .sense(Sense::click_and_drag())
            .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
            .auto_shrink(false)
            .min_scrolled_height(60.0)
            .column(Column::exact(30.0))
            .column(Column::remainder().at_least(40.0).clip(true))
            .column(Column::exact(54.0))
            .column(Column::exact(70.0));
        if self.selection != *document.selection() {
            self.selection.clone_from(document.selection());
            let is_selected = |row: &Row| row.mask().is_some_and(|id| self.selection.contains(&id));
            if let Some(first) = rows.iter().position(is_selected) {
                table = table.scroll_to_row(first, None);
            }
        }
        table.body(|mut body| {
            scroll_while_dragging(body.ui_mut());
            body.rows(ROW_HEIGHT, rows.len(), |mut row| {
                let index = row.index();
                match &rows[index] {
                    Row::Group { class, masks } => {
                        row.col(|_| {});
                        row.col(|ui| {
                            let id = class.map(|class| class.id);
                            let folded = self.folded.contains(&id);
                            if group_name_ui(ui, *class, masks.len(), folded) {
                                if folded {
                                    self.folded.remove(&id)
                                } else {
                                    self.folded.insert(id)
                                };
                            }
                        });
                        row.col(|_| {});
                        row.col(|ui| group_buttons_ui(ui, document, *class, masks, actions));
                    }
                    Row::Mask { item, depth } => {
                        let settled = document.mask(item.id).is_some();
                        row.set_selected(settled && document.selection().contains(&item.id));
                        let colour =
                            content.colours.get(&item.id).copied().unwrap_or(item.annotation.shown_colour());
                        row.col(|ui| {
                            picture_ui(ui, self.thumbnails.of(&item.annotation.mask, content.photo), colour)
                        });
                        row.col(|ui| {
                            ui.add_space(INDENT * *depth as f32);
                            let class = document.class_of(item);
                            self.name_ui(ui, item, class, settled, actions);
                        });
                        row.col(|ui| figure_ui(ui, self.sort_by.figure(item), settled));
                        row.col(|ui| {
                            if settled {
                                buttons_ui(ui, document, item, actions);
                            }
                        });
                    }
                }
                self.row_used(&row.response(), content, &rows, index, actions);
            });
        });
    }

    fn rows<'a>(&self, content: &ListContent<'a>) -> Vec<Row<'a>> {
        let ListContent { document, items, parents, .. } = *content;
        let searched = self.search.trim().to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&searched);
        let is_wanted = |item: &MaskItem| {
            searched.is_empty()
                || has(&item.annotation.name)
                || document.class_of(item).is_some_and(|class| has(&class.name))
        };
        let found = items.iter().filter(|item| is_wanted(item));
        match self.sort_by {
            SortBy::Tree => {
                let mut rows = tree(items, parents);
                rows.retain(|row| matches!(row, Row::Mask { item, .. } if is_wanted(item)));
                rows
            }
            SortBy::Class => grouped(found, document.classes(), &self.folded),
            by => sorted(found, by, self.descending, |item| document.mask(item.id).is_some()),
        }
    }

    /// What a click on a line, or something dragged there, does.
    fn row_used(
        &mut self,
        response: &Response,
        content: &ListContent,
        rows: &[Row],
        index: usize,
        actions: &mut Actions,
    ) {
        let ListContent { document, availability, .. } = *content;
        match &rows[index] {
            Row::Group { class, masks } => {
                if response.dnd_hover_payload::<Dragged>().is_some() {
                    response.ctx.layer_painter(response.layer_id).rect_stroke(
                        response.rect,
                        2.0,
                        (2.0, ACCENT),
                        egui::StrokeKind::Inside,
                    );
                }
                if let Some(dragged) = response.dnd_release_payload::<Dragged>() {
                    let class = class.map(|class| class.id);
                    actions.push(Action::Edit(Edit::SetClass(dragged.0.clone(), class)));
                } else if response.clicked() {
                    actions.push(Action::Select(masks.clone()));
                }
            }
            Row::Mask { item, .. } if document.mask(item.id).is_some() => {
                let selection = document.selection();
                let together = selection.contains(&item.id);
                response.dnd_set_drag_payload(Dragged(if together {
                    selection.iter().copied().collect()
                } else {
                    vec![item.id]
                }));
                if self.sort_by == SortBy::Order {
                    self.take_dropped(response, rows, index, actions);
                }
                if response.secondary_clicked() && !together {
                    actions.push(Action::Select(vec![item.id]));
                }
                response.context_menu(|ui| mask_menu_ui(ui, document, availability, actions));
                if response.double_clicked() {
                    actions.push(Action::ZoomToMask(item.id));
                } else if response.clicked() {
                    let modifiers = response.ctx.input(|i| i.modifiers);
                    let order: Vec<MaskId> = rows.iter().filter_map(Row::mask).collect();
                    self.select(&order, item.id, modifiers, actions);
                }
            }
            Row::Mask { .. } => {}
        }
    }

    /// Moves what is dropped on a line to the nearer of the gaps above and below it.
    fn take_dropped(&self, response: &Response, rows: &[Row], index: usize, actions: &mut Actions) {
        let Some(pointer) = response.ctx.pointer_interact_pos() else { return };
        let Rect { min, max } = response.rect;
        let below = pointer.y > response.rect.center().y;
        if response.dnd_hover_payload::<Dragged>().is_some() {
            let y = if below { max.y } else { min.y };
            response.ctx.layer_painter(response.layer_id).hline(min.x..=max.x, y, (2.0, ACCENT));
        }
        if let Some(dragged) = response.dnd_release_payload::<Dragged>() {
            let order: Vec<MaskId> = rows.iter().filter_map(Row::mask).collect();
            let before = mask_after_gap(&order, index + usize::from(below), self.descending, &dragged.0);
            actions.push(Action::Edit(Edit::Move { ids: dragged.0.clone(), before }));
        }
    }

    /// A field for what the listed masks have in their name or class, if it is wanted.
    fn search_ui(&mut self, ui: &mut Ui) {
        if !self.is_searching && self.search.is_empty() {
            return;
        }
        let edit =
            TextEdit::singleline(&mut self.search).hint_text(texts::search()).desired_width(f32::INFINITY);
        let response = ui.add(edit);
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, texts::search_label()));
        if std::mem::take(&mut self.has_opened_search) {
            response.request_focus();
        }
        if response.lost_focus() && self.search.is_empty() {
            self.is_searching = false;
        }
    }

    /// Switches for the orders in which masks are below what they lie inside of, or below their class, for the
    /// other orders, and for the search. From right to left.
    pub fn switches_ui(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.x = 2.0;
        let switches = [
            (SortBy::Class, icons::TAG, texts::list_by_classes(), texts::classes_tooltip()),
            (SortBy::Tree, icons::TREE_STRUCTURE, texts::list_by_tree(), texts::tree_tooltip()),
        ];
        for (by, symbol, name, tooltip) in switches {
            let on = self.sort_by == by;
            let response = icon_button(ui, symbol, name, on).on_hover_text(tooltip);
            if response.clicked() {
                self.sort_by = if on { SortBy::Order } else { by };
                self.descending = false;
            }
        }
        let menu =
            MenuButton::from_button(Button::new(icon(icons::LIST_BULLETS, 16.0)).frame_when_inactive(false));
        let (response, _) = menu.ui(ui, |ui| {
            for by in [SortBy::Order, SortBy::Name, SortBy::Area, SortBy::PredictedIou, SortBy::Stability] {
                let mark = match (self.sort_by == by, self.descending) {
                    (false, _) => "",
                    (true, false) => "▲",
                    (true, true) => "▼",
                };
                let button = Button::new(by.label()).selected(self.sort_by == by).shortcut_text(mark);
                if ui.add(button).clicked() {
                    // Figures are first wanted largest first, names and order from the beginning.
                    let first = !matches!(by, SortBy::Order | SortBy::Name);
                    self.descending = if self.sort_by == by { !self.descending } else { first };
                    self.sort_by = by;
                }
            }
        });
        response.on_hover_text(texts::sort()).accessible_name(texts::sort());
        if icon_button(ui, icons::MAGNIFYING_GLASS, texts::search_label(), self.is_searching).clicked() {
            self.is_searching = !self.is_searching;
            self.has_opened_search = self.is_searching;
            if !self.is_searching {
                self.search.clear();
            }
        }
    }

    fn name_ui(
        &mut self,
        ui: &mut Ui,
        item: &MaskItem,
        class: Option<&Class>,
        settled: bool,
        actions: &mut Actions,
    ) {
        match &mut self.renaming {
            Some((id, text)) if *id == item.id => {
                let edit = TextEdit::singleline(text).hint_text(texts::name()).desired_width(f32::INFINITY);
                let response = ui.add(edit);
                let typed = text.clone();
                response.widget_info(|| {
                    let mut info = egui::WidgetInfo::text_edit(true, &typed, &typed, texts::name());
                    info.label = Some(texts::new_name().to_owned());
                    info
                });
                if response.lost_focus() {
                    let name = text.trim().to_owned();
                    let kept = !ui.input(|i| i.key_pressed(Key::Escape)) && !name.is_empty();
                    if kept && name != item.annotation.name {
                        actions.push(Action::Edit(Edit::Rename(item.id, name)));
                    }
                    self.renaming = None;
                } else if !response.has_focus() {
                    response.request_focus();
                    select_all(ui, &response, &typed);
                }
            }
            _ if settled => {
                let is_selected = self.selection.contains(&item.id);
                ui.spacing_mut().item_spacing.x = 4.0;
                if item.locked {
                    ui.label(icon(icons::LOCK_SIMPLE, 14.0)).on_hover_text(texts::locked());
                }
                if item.annotation.proposal.is_some() {
                    proposed_ui(ui, item);
                }
                if let Some(class) = class {
                    let [r, g, b] = class.colour;
                    ui.label(icon_filled(icons::CIRCLE_FILL, 9.0).color(Color32::from_rgb(r, g, b)));
                    ui.label(RichText::new(&class.name));
                }
                let name = RichText::new(&item.annotation.name);
                ui.label(if class.is_some() { name.weak() } else { name });
                let is_calm = !is_selected && !is_pointed_at(ui);
                ui.set_opacity(if is_calm { 0.0 } else { 1.0 });
                let button = Button::new("…").small().frame_when_inactive(false);
                let button = ui.add(button).on_hover_text(texts::rename());
                if button.accessible_name(texts::button(texts::rename(), &item.annotation.name)).clicked() {
                    self.renaming = Some((item.id, item.annotation.name.clone()));
                }
            }
            _ => {
                ui.weak(&item.annotation.name);
            }
        }
    }

    fn select(&mut self, rows: &[MaskId], id: MaskId, modifiers: egui::Modifiers, actions: &mut Actions) {
        let position = |id: MaskId| rows.iter().position(|row| *row == id);
        let range = self.anchor.filter(|_| modifiers.shift).and_then(position).zip(position(id));
        if let Some((a, b)) = range {
            let between = rows[a.min(b)..=a.max(b)].to_vec();
            actions.push(Action::Select(between));
        } else {
            self.anchor = Some(id);
            actions.push(if modifiers.command {
                Action::ToggleSelected(id)
            } else {
                Action::Select(vec![id])
            });
        }
    }
}

/// Moves the list while something is dragged to its upper or lower end.
fn scroll_while_dragging(ui: &mut Ui) {
    let Some(pointer) = ui.ctx().pointer_interact_pos() else { return };
    let list = ui.clip_rect();
    if !DragAndDrop::has_payload_of_type::<Dragged>(ui.ctx()) || !list.x_range().contains(pointer.x) {
        return;
    }
    let up = list.top() + ROW_HEIGHT - pointer.y;
    let down = pointer.y - (list.bottom() - ROW_HEIGHT);
    let speed = up.max(0.0) - down.max(0.0);
    if speed != 0.0 {
        ui.scroll_with_delta(egui::vec2(0.0, speed * 0.5));
        ui.ctx().request_repaint();
    }
}

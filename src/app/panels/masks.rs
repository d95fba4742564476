//! The list of masks.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::sync::Arc;

use egui::{Button, Color32, Key, RichText, Sense, TextEdit, Ui};
use egui_extras::{Column, TableBuilder};

use super::super::actions::{Action, Actions};
use crate::document::{Class, Colour, Document, Edit, MaskId, MaskItem};

const ROW_HEIGHT: f32 = 22.0;
/// For each level of the tree, in points.
const INDENT: f32 = 10.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum SortBy {
    #[default]
    Order,
    Name,
    Area,
    PredictedIou,
    Stability,
    /// Each mask below the one that it lies inside of.
    Tree,
}

impl SortBy {
    fn label(self) -> &'static str {
        match self {
            SortBy::Order => "#",
            SortBy::Name => "Name",
            SortBy::Area => "Area",
            SortBy::PredictedIou => "IoU",
            SortBy::Stability => "Stability",
            SortBy::Tree => "Tree",
        }
    }

    fn compare(self, a: &MaskItem, b: &MaskItem) -> Ordering {
        match self {
            SortBy::Order | SortBy::Tree => Ordering::Equal,
            SortBy::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
            SortBy::Area => a.mask.area().cmp(&b.mask.area()),
            SortBy::PredictedIou => a.predicted_iou.total_cmp(&b.predicted_iou),
            SortBy::Stability => a.stability_score.total_cmp(&b.stability_score),
        }
    }
}

/// What the list remembers between frames.
#[derive(Default)]
pub(in crate::app) struct MaskList {
    sort_by: SortBy,
    descending: bool,
    /// The mask whose name is being edited, and the text so far.
    renaming: Option<(MaskId, String)>,
    /// Where a range selected with Shift begins.
    anchor: Option<MaskId>,
    /// Only masks with this in their name or class are listed.
    search: String,
}

impl MaskList {
    /// Draws the list of `items`: the document's masks, and those that may become some, greyed.
    /// `parents` names the masks that others lie inside of.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        document: &Document,
        items: &[Arc<MaskItem>],
        colours: &HashMap<MaskId, Colour>,
        parents: &HashMap<MaskId, MaskId>,
        actions: &mut Actions,
    ) {
        let settled = |item: &MaskItem| document.mask(item.id).is_some();
        let is_wanted = |item: &&Arc<MaskItem>| {
            let class = item.class.and_then(|id| document.class(id)).map(|class| class.name.to_lowercase());
            let wanted = self.search.trim().to_lowercase();
            item.name.to_lowercase().contains(&wanted) || class.is_some_and(|name| name.contains(&wanted))
        };
        let mut rows: Vec<(&Arc<MaskItem>, usize)> =
            items.iter().filter(is_wanted).map(|item| (item, 0)).collect();
        if self.sort_by == SortBy::Tree {
            rows = tree(items, parents);
            rows.retain(|(item, _)| is_wanted(item));
        } else {
            rows.sort_by(|(a, _), (b, _)| {
                let order = self.sort_by.compare(a, b);
                settled(b).cmp(&settled(a)).then(if self.descending { order.reverse() } else { order })
            });
            if self.sort_by == SortBy::Order && self.descending {
                rows.reverse();
            }
        }
        if rows.is_empty() && !items.is_empty() {
            ui.weak("No mask of that name or class.");
            return;
        }
        if rows.is_empty() {
            ui.weak("No masks yet. Click on a thing in the photo, or segment everything.");
            return;
        }
        ui.style_mut().interaction.selectable_labels = false;
        let table = TableBuilder::new(ui)
            .id_salt("masks")
            .striped(true)
            .sense(Sense::click())
            .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
            .auto_shrink(false)
            .min_scrolled_height(60.0)
            .column(Column::exact(26.0))
            .column(Column::remainder().at_least(70.0).clip(true))
            .column(Column::exact(62.0))
            .column(Column::exact(42.0))
            .column(Column::exact(62.0))
            .column(Column::exact(78.0));
        table
            .header(ROW_HEIGHT, |mut header| {
                for by in [SortBy::Order, SortBy::Name, SortBy::Area, SortBy::PredictedIou, SortBy::Stability]
                {
                    header.col(|ui| self.header_ui(ui, by));
                }
                header.col(|_| {});
            })
            .body(|body| {
                body.rows(ROW_HEIGHT, rows.len(), |mut row| {
                    let index = row.index();
                    let (item, depth) = rows[index];
                    let settled = settled(item);
                    row.set_selected(settled && document.selection().contains(&item.id));
                    row.col(|ui| swatch_ui(ui, colours.get(&item.id).copied().unwrap_or(item.colour)));
                    row.col(|ui| {
                        ui.add_space(INDENT * depth as f32);
                        let class = item.class.and_then(|id| document.class(id));
                        self.name_ui(ui, item, class, settled, actions);
                    });
                    let figure = |ui: &mut Ui, text: String| {
                        ui.label(if settled { RichText::new(text) } else { RichText::new(text).weak() });
                    };
                    row.col(|ui| figure(ui, item.mask.area().to_string()));
                    row.col(|ui| figure(ui, format!("{:.2}", item.predicted_iou)));
                    row.col(|ui| figure(ui, format!("{:.2}", item.stability_score)));
                    row.col(|ui| {
                        if settled {
                            buttons_ui(ui, document, item, actions);
                        }
                    });
                    let response = row.response();
                    if settled && response.double_clicked() {
                        actions.push(Action::ZoomToMask(item.id));
                    } else if settled && response.clicked() {
                        let modifiers = response.ctx.input(|i| i.modifiers);
                        let order: Vec<MaskId> = rows.iter().map(|(item, _)| item.id).collect();
                        self.select(&order, item.id, modifiers, actions);
                    }
                });
            });
    }

    /// A field for what the listed masks have in their name or class.
    pub fn search_ui(&mut self, ui: &mut Ui) {
        let edit = TextEdit::singleline(&mut self.search).hint_text("Search").desired_width(70.0);
        let response = ui.add(edit);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search masks"));
    }

    /// A switch for the order in which each mask is below the one that it lies inside of.
    pub fn tree_switch_ui(&mut self, ui: &mut Ui) {
        let on = self.sort_by == SortBy::Tree;
        let button = Button::new(SortBy::Tree.label()).small().selected(on);
        if ui.add(button).on_hover_text("Each mask below the one that it lies inside of").clicked() {
            self.sort_by = if on { SortBy::Order } else { SortBy::Tree };
            self.descending = false;
        }
    }

    fn header_ui(&mut self, ui: &mut Ui, by: SortBy) {
        let mark = match (self.sort_by == by, self.descending) {
            (false, _) => "",
            (true, false) => " ▲",
            (true, true) => " ▼",
        };
        let button = Button::new(RichText::new(format!("{}{mark}", by.label())).strong()).frame(false);
        let name = if by == SortBy::Order { "Sort by order" } else { "Sort by this column" };
        if ui.add(button).on_hover_text(name).clicked() {
            // Figures are first wanted largest first, names and order from the beginning.
            let first = !matches!(by, SortBy::Order | SortBy::Name);
            self.descending = if self.sort_by == by { !self.descending } else { first };
            self.sort_by = by;
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
                let edit = TextEdit::singleline(text).hint_text("Name").desired_width(f32::INFINITY);
                let response = ui.add(edit);
                let typed = text.clone();
                response.widget_info(|| {
                    let mut info = egui::WidgetInfo::text_edit(true, &typed, &typed, "Name");
                    info.label = Some("New name".to_owned());
                    info
                });
                if response.lost_focus() {
                    let name = text.trim().to_owned();
                    let kept = !ui.input(|i| i.key_pressed(Key::Escape)) && !name.is_empty();
                    if kept && name != item.name {
                        actions.push(Action::Edit(Edit::Rename(item.id, name)));
                    }
                    self.renaming = None;
                } else if !response.has_focus() {
                    response.request_focus();
                }
            }
            _ if settled => {
                if item.locked {
                    ui.weak("L").on_hover_text("Locked");
                }
                if let Some(class) = class {
                    let [r, g, b] = class.colour;
                    ui.colored_label(Color32::from_rgb(r, g, b), "■").on_hover_text(&class.name);
                }
                ui.label(&item.name);
                let button = ui.small_button("…").on_hover_text("Rename");
                if button.accessible_name(format!("Rename {}", item.name)).clicked() {
                    self.renaming = Some((item.id, item.name.clone()));
                }
            }
            _ => {
                ui.weak(&item.name);
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

/// Every mask below the one that it lies inside of, larger ones first, and how deep it lies.
fn tree<'a>(
    items: &'a [Arc<MaskItem>],
    parents: &HashMap<MaskId, MaskId>,
) -> Vec<(&'a Arc<MaskItem>, usize)> {
    let mut children: HashMap<Option<MaskId>, Vec<&Arc<MaskItem>>> = HashMap::new();
    for item in items {
        children.entry(parents.get(&item.id).copied()).or_default().push(item);
    }
    // For a moment after a change a parent can be gone; its children are then on top.
    let gone: Vec<Option<MaskId>> =
        children.keys().copied().filter(|k| k.is_some_and(|id| items.iter().all(|m| m.id != id))).collect();
    for key in gone {
        let orphans = children.remove(&key).unwrap_or_default();
        children.entry(None).or_default().extend(orphans);
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|m| (m.mask.area(), Reverse(m.id)));
    }
    // The largest is last, where it is taken from next.
    let mut open: Vec<(&Arc<MaskItem>, usize)> =
        children.remove(&None).unwrap_or_default().into_iter().map(|m| (m, 0)).collect();
    let mut rows = vec![];
    while let Some((item, depth)) = open.pop() {
        rows.push((item, depth));
        open.extend(children.remove(&Some(item.id)).unwrap_or_default().into_iter().map(|m| (m, depth + 1)));
    }
    rows
}

fn swatch_ui(ui: &mut Ui, [r, g, b]: Colour) {
    let (area, _) = ui.allocate_exact_size(egui::vec2(14.0, 14.0), Sense::hover());
    ui.painter().rect_filled(area, 3.0, Color32::from_rgb(r, g, b));
}

fn buttons_ui(ui: &mut Ui, document: &Document, item: &MaskItem, actions: &mut Actions) {
    ui.spacing_mut().item_spacing.x = 2.0;
    let button = |ui: &mut Ui, text: &str, verb: &str, selected: bool| {
        let button = Button::new(RichText::new(text).monospace()).small().selected(selected);
        ui.add(button).on_hover_text(verb).accessible_name(format!("{verb} {}", item.name)).clicked()
    };
    let (eye, verb) = if item.visible { ("●", "Hide") } else { ("○", "Show") };
    if button(ui, eye, verb, false) {
        actions.push(Action::Edit(Edit::SetVisible(vec![item.id], !item.visible)));
    }
    let alone = document.solo() == Some(item.id);
    if button(ui, "S", "Solo", alone) {
        actions.push(Action::Edit(Edit::Solo((!alone).then_some(item.id))));
    }
    if button(ui, "×", "Delete", false) {
        actions.push(Action::Edit(Edit::Delete(vec![item.id])));
    }
}

//! The timeline below the photo: the frames of a sequence, and a lane for each of its objects.

mod header;
mod strip;

use std::collections::BTreeSet;

use egui::scroll_area::ScrollArea;
use egui::{
    Button, CursorIcon, Key, Label, Rect, Response, RichText, Role, Sense, TextEdit, Ui, WidgetInfo, pos2,
    vec2,
};

use self::header::header_ui;
use self::strip::{Axis, lane_ui, playhead_ui, ruler_ui};
use super::actions::{Action, Actions};
use super::commands::Availability;
use super::look::{icon_filled, icons, select_all, tokens};
use super::state::{Lane, Timeline};
use super::texts::sequence as texts;
use crate::document::Presence;
use crate::track::TrackId;
use crate::tracking::DoubtLimits;

/// Heights of the rows and the width of the names, in points.
const HEADER: f32 = 38.0;
const RULER: f32 = 22.0;
const LANE: f32 = 24.0;
const NAMES: f32 = 168.0;

/// What the timeline shows.
pub(super) struct TimelineContent<'a> {
    pub timeline: &'a Timeline,
    /// The frame on the canvas, or on its way there.
    pub frame: usize,
    /// The objects that are selected.
    pub selected: BTreeSet<TrackId>,
    pub frame_rate: f32,
    pub doubts: DoubtLimits,
    /// Whether the model follows objects by what it remembers of them.
    pub remembers: bool,
}

/// What the timeline remembers between frames.
#[derive(Default)]
pub(super) struct TimelinePanel {
    /// The first frame in view, and how many are; all of them if it is `None`.
    view: Option<(f32, f32)>,
    /// The object whose name is being edited, and the text so far.
    renaming: Option<(TrackId, String)>,
}

impl TimelinePanel {
    /// The height for this many objects, in points.
    pub fn height(objects: usize) -> f32 {
        HEADER + RULER + LANE * objects.clamp(2, 5) as f32 + 8.0
    }

    pub fn ui(
        &mut self,
        ui: &mut Ui,
        content: &TimelineContent,
        availability: &Availability,
        actions: &mut Actions,
    ) {
        ui.spacing_mut().item_spacing.y = 0.0;
        header_ui(ui, HEADER, content, availability, actions);
        let whole = ui.available_rect_before_wrap();
        let strip = whole.with_min_x(whole.min.x + NAMES);
        let axis = Axis::new(strip.shrink2(vec2(8.0, 0.0)), self.view, content.timeline.frames());
        let ruler = self.ruler(ui, whole.with_max_y(whole.min.y + RULER), axis, content, actions);
        let lanes = whole.with_min_y(whole.min.y + RULER);
        ui.scope_builder(egui::UiBuilder::new().max_rect(lanes), |ui| {
            let area = ScrollArea::vertical().auto_shrink(false).id_salt("lanes");
            area.show(ui, |ui| self.lanes_ui(ui, axis, content, actions));
        });
        if content.timeline.lanes.len() == 0 {
            let text = if content.timeline.is_reading { texts::reading() } else { texts::no_objects_yet() };
            let at = pos2(whole.min.x + NAMES + 8.0, lanes.min.y + 6.0);
            ui.put(
                Rect::from_min_size(at, vec2(lanes.width() - NAMES - 16.0, 20.0)),
                Label::new(RichText::new(text).weak()).truncate(),
            );
        }
        playhead_ui(ui, axis, ruler.rect, lanes.max.y, content.frame);
        self.navigate(ui, whole, axis, content.timeline.frames());
    }

    /// The numbers of the frames, on which the current one can be dragged.
    fn ruler(
        &self,
        ui: &mut Ui,
        rect: Rect,
        axis: Axis,
        content: &TimelineContent,
        actions: &mut Actions,
    ) -> Response {
        let count = content.timeline.frames();
        let strip = rect.with_min_x(rect.min.x + NAMES);
        let response = ui.interact(strip, ui.scope_id().with("ruler"), Sense::CLICK | Sense::DRAG);
        response.widget_info(|| {
            let mut info = WidgetInfo::slider(true, content.frame as f64 + 1.0, texts::timeline());
            info.label = Some(format!("{}, {}", texts::timeline(), texts::frame(content.frame, count)));
            info
        });
        ruler_ui(ui, strip, axis);
        scrub(&response, axis, content.frame, actions);
        if response.has_focus() {
            let step = ui.input(|input| {
                let pressed = |key| input.num_presses(key) as isize;
                pressed(Key::ArrowRight) - pressed(Key::ArrowLeft)
            });
            let to = content.frame.saturating_add_signed(step).min(count.saturating_sub(1));
            if step != 0 && to != content.frame {
                actions.push(Action::GoToPhoto(to));
            }
            let arrows = egui::EventFilter { horizontal_arrows: true, ..egui::EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        }
        response.on_hover_cursor(CursorIcon::ResizeHorizontal)
    }

    fn lanes_ui(&mut self, ui: &mut Ui, axis: Axis, content: &TimelineContent, actions: &mut Actions) {
        let all: Vec<(TrackId, &Lane)> = content.timeline.lanes.iter().collect();
        for (track, lane) in &all {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LANE), Sense::hover());
            if content.selected.contains(track) {
                ui.painter().rect_filled(rect, 4.0, tokens(ui.visuals()).selected_row);
            }
            let names = rect.with_max_x(rect.min.x + NAMES);
            self.name_ui(ui, names, (*track, lane), &all, content, actions);
            let strip = rect.with_min_x(rect.min.x + NAMES);
            let response =
                ui.interact(strip, ui.scope_id().with(("lane", track)), Sense::CLICK | Sense::DRAG);
            lane_ui(ui, strip, axis, lane);
            scrub(&response, axis, content.frame, actions);
            response.context_menu(|ui| self.menu_ui(ui, (*track, lane), &all, actions));
        }
    }

    fn name_ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        (track, lane): (TrackId, &Lane),
        all: &[(TrackId, &Lane)],
        content: &TimelineContent,
        actions: &mut Actions,
    ) {
        let mut row = ui.new_child(
            egui::UiBuilder::new()
                .max_rect(rect.shrink2(vec2(8.0, 0.0)))
                .layout(egui::Layout::left_to_right(egui::Align::Center)),
        );
        if let Some((_, text)) = self.renaming.as_mut().filter(|(renamed, _)| *renamed == track) {
            let response = row.add(TextEdit::singleline(text).desired_width(f32::INFINITY));
            response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, texts::name()));
            if response.lost_focus() {
                let name = text.trim().to_owned();
                if !row.input(|i| i.key_pressed(Key::Escape)) && !name.is_empty() && name != lane.looks.name {
                    actions.push(Action::RenameTrack(track, name));
                }
                self.renaming = None;
            } else if !response.has_focus() {
                response.request_focus();
                let typed = text.clone();
                select_all(&row, &response, &typed);
            }
            return;
        }
        let [r, g, b] = lane.looks.colour;
        let presence = lane.at(content.frame);
        row.label(icon_filled(icons::CIRCLE_FILL, 10.0).color(egui::Color32::from_rgb(r, g, b)));
        if matches!(presence, Some(Presence::Followed(doubts)) if !doubts.is_empty()) {
            let colour = tokens(row.visuals()).review;
            row.label(icon_filled(icons::WARNING_FILL, 13.0).color(colour)).on_hover_text(texts::doubtful());
        }
        let mut name = RichText::new(&lane.looks.name);
        if presence.is_none_or(|presence| matches!(presence, Presence::Absent { .. })) {
            name = name.weak();
        }
        row.add(Label::new(name).truncate().selectable(false));
        let state = texts::prompted_frames(lane.prompted().count());
        let whole = ui.interact(rect, ui.scope_id().with(("name", track)), Sense::CLICK | Sense::FOCUSABLE);
        let is_selected = content.selected.contains(&track);
        let label = texts::lane(&lane.looks.name, &state);
        whole.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, &label));
        if whole.double_clicked() {
            self.renaming = Some((track, lane.looks.name.clone()));
        } else if whole.clicked() {
            actions.push(Action::ChooseTrack(track));
        }
        whole.context_menu(|ui| self.menu_ui(ui, (track, lane), all, actions));
        let is_chosen = content.timeline.chosen == Some(track);
        whole.on_hover_text(if is_chosen { texts::next_mask(&lane.looks.name) } else { state });
    }

    fn menu_ui(
        &mut self,
        ui: &mut Ui,
        (track, lane): (TrackId, &Lane),
        all: &[(TrackId, &Lane)],
        actions: &mut Actions,
    ) {
        if ui.button(texts::rename_ellipsis()).clicked() {
            self.renaming = Some((track, lane.looks.name.clone()));
        }
        ui.add_enabled_ui(all.len() > 1, |ui| {
            ui.menu_button(texts::merge_into(), |ui| {
                for (to, other) in all.iter().filter(|(to, _)| *to != track) {
                    if ui.button(&other.looks.name).clicked() {
                        actions.push(Action::MergeTracks { from: track, to: *to });
                    }
                }
            });
        });
        if ui.button(texts::split_here()).clicked() {
            actions.push(Action::SplitTrack(track));
        }
        ui.separator();
        if ui.add(Button::new(texts::delete())).clicked() {
            actions.push(Action::DeleteTrack(track));
        }
    }

    /// Zooms with Ctrl and the wheel or two fingers, and moves with the wheel from side to side.
    fn navigate(&mut self, ui: &Ui, whole: Rect, axis: Axis, count: usize) {
        let Some(pointer) = ui.ctx().pointer_hover_pos().filter(|at| whole.contains(*at)) else { return };
        let (zoom, shift) = ui.input(|input| {
            let wheel = input.smooth_scroll_delta();
            let sideways = if input.modifiers.shift { wheel.x + wheel.y } else { wheel.x };
            (input.zoom_delta(), sideways)
        });
        if zoom == 1.0 && shift == 0.0 {
            return;
        }
        let (first, shown) = axis.view();
        let at = axis.position(pointer.x);
        let shown_now = (shown / zoom).clamp(8.0_f32.min(count as f32), count as f32);
        let first = at - (at - first) * shown_now / shown - shift * shown_now / axis.width();
        self.view =
            (shown_now < count as f32).then(|| (first.clamp(0.0, count as f32 - shown_now), shown_now));
    }
}

/// Goes to the frame under the pointer, while it is pressed.
fn scrub(response: &Response, axis: Axis, frame: usize, actions: &mut Actions) {
    let pointer = response
        .interact_pointer_pos()
        .filter(|_| response.clicked() || response.dragged() || response.is_pointer_button_down_on());
    if let Some(pointer) = pointer.filter(|_| !response.secondary_clicked()) {
        let to = axis.frame_at(pointer.x);
        if to != frame {
            actions.push(Action::GoToPhoto(to));
        }
    }
}

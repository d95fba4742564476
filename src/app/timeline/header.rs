//! The row above the ruler: playing, following, and how far that is.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{
    Align, Button, ComboBox, Label, Layout, PopupCloseBehavior, ProgressBar, RichText, Sense, Slider, Ui,
    UiBuilder, WidgetInfo, vec2,
};

use super::TimelineContent;
use super::strip::diamond;
use crate::app::actions::{Action, Actions};
use crate::app::commands::{self, Availability, Command, sequence as keys};
use crate::app::look::{icon, icon_filled, icons, number_field, number_slider, primary_button, tokens};
use crate::app::state::{FollowRun, Reach};
use crate::app::texts::{menus, sequence as texts, units};
use crate::tracking::DoubtLimits;

/// Frames to follow over, at first.
const SOME_FRAMES: usize = 20;

pub(super) fn header_ui(
    ui: &mut Ui,
    height: f32,
    content: &TimelineContent,
    availability: &Availability,
    actions: &mut Actions,
) {
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let in_row = UiBuilder::new().max_rect(row).layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(in_row, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        match &content.timeline.run {
            Some(run) => progress_ui(ui, run, availability, actions),
            None => legend_ui(ui, content, actions),
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            transport_ui(ui, content, availability, actions);
            ui.separator();
            follow_ui(ui, content, availability, actions);
            notice_ui(ui, content);
        });
    });
}

fn command_button(
    ui: &mut Ui,
    symbol: char,
    command: &'static Command,
    availability: &Availability,
    actions: &mut Actions,
) {
    let is_on = availability.is_on(command);
    let button = Button::new(icon(symbol, 16.0)).selected(is_on).frame_when_inactive(is_on);
    let response = ui.add_enabled(availability.is_enabled(command), button.min_size(vec2(28.0, 26.0)));
    let key = availability.keymap.text(ui.ctx(), command);
    let tooltip = menus::tooltip(command.text(), key.as_deref());
    if response.on_hover_text(tooltip).accessible_name(command.text()).clicked() {
        actions.push(Action::Run(command));
    }
}

fn transport_ui(ui: &mut Ui, content: &TimelineContent, availability: &Availability, actions: &mut Actions) {
    let symbol = if content.timeline.playing.is_some() { icons::PAUSE } else { icons::PLAY };
    ui.spacing_mut().item_spacing.x = 0.0;
    for (symbol, command) in [
        (icons::SKIP_BACK, &keys::FIRST_FRAME),
        (icons::CARET_LEFT, &commands::photo::PREVIOUS_PHOTO),
        (symbol, &keys::PLAY),
        (icons::CARET_RIGHT, &commands::photo::NEXT_PHOTO),
        (icons::SKIP_FORWARD, &keys::LAST_FRAME),
    ] {
        command_button(ui, symbol, command, availability, actions);
    }
    ui.spacing_mut().item_spacing.x = 6.0;
    let mut rate = content.frame_rate;
    let field =
        number_field(&mut rate).range(1.0..=120.0).speed(0.2).max_decimals(2).suffix(units::rate_suffix());
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::drag_value(true, f64::from(rate)));
    if response.on_hover_text(texts::rate()).changed() {
        actions.push(Action::SetFrameRate(rate));
    }
    // Of a fixed width, so that what follows stays in its place.
    let count = content.timeline.frames();
    let widest = texts::frame(count.saturating_sub(1), count).len() as f32 * 7.0;
    ui.allocate_ui_with_layout(vec2(widest, 20.0), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(widest);
        ui.label(texts::frame(content.frame, count));
    });
}

fn follow_ui(ui: &mut Ui, content: &TimelineContent, availability: &Availability, actions: &mut Actions) {
    ui.label(RichText::new(texts::follow()).weak());
    let is_free = content.timeline.run.is_none();
    for (symbol, command, is_main) in [
        (icons::ARROW_LEFT, &keys::FOLLOW_BACKWARD, false),
        (icons::ARROWS_LEFT_RIGHT, &keys::FOLLOW_BOTH, false),
        (icons::ARROW_RIGHT, &keys::FOLLOW_FORWARD, true),
    ] {
        let enabled = is_free && availability.is_enabled(command);
        let text = icon(symbol, 16.0);
        let button = match is_main && enabled {
            true => primary_button(ui, text.color(egui::Color32::WHITE)),
            false => Button::new(text),
        };
        let response = ui.add_enabled(enabled, button.min_size(vec2(32.0, 26.0)));
        let key = availability.keymap.text(ui.ctx(), command);
        let name = menus::tooltip(command.text(), key.as_deref());
        let method = if content.remembers { texts::by_memory() } else { texts::by_shape() };
        let tooltip = format!("{name}\n{}\n{method}", command.tooltip());
        if response.on_hover_text(tooltip).accessible_name(command.text()).clicked() {
            actions.push(Action::Run(command));
        }
    }
    let mut reach = content.timeline.reach;
    let text = |reach: Reach| match reach {
        Reach::End => texts::to_the_end().to_owned(),
        Reach::NextPrompt => texts::to_next_prompt().to_owned(),
        Reach::Frames(count) => units::frames(count),
    };
    let some = if let Reach::Frames(count) = reach { count } else { SOME_FRAMES };
    let combo = ComboBox::from_id_salt("reach").width(120.0).truncate().selected_text(text(reach));
    let combo = combo.show_ui(ui, |ui| {
        for choice in [Reach::End, Reach::NextPrompt, Reach::Frames(some)] {
            ui.selectable_value(&mut reach, choice, text(choice));
        }
    });
    combo.response.on_hover_text(texts::reach());
    if let Reach::Frames(count) = &mut reach {
        ui.add(number_field(count).range(1..=content.timeline.frames().max(2)));
    }
    if reach != content.timeline.reach {
        actions.push(Action::SetReach(reach));
    }
}

/// What is doubtful on the open frame, or how the model follows.
fn notice_ui(ui: &mut Ui, content: &TimelineContent) {
    let lanes = &content.timeline.lanes;
    if let Some(chosen) = content.timeline.chosen.and_then(|track| lanes.get(track)) {
        ui.add(Label::new(texts::next_mask(&chosen.looks.name)).truncate());
        return;
    }
    let doubts = lanes.doubts_at(content.frame);
    if let Some((name, signs)) = doubts.first() {
        let colour = tokens(ui.visuals()).review;
        ui.label(icon_filled(icons::WARNING_FILL, 15.0).color(colour));
        ui.add(Label::new(texts::doubtful_mask(name, signs)).truncate());
    } else if !content.remembers {
        ui.add(Label::new(RichText::new(texts::by_shape()).weak()).truncate());
    }
}

/// From right to left.
fn progress_ui(ui: &mut Ui, run: &FollowRun, availability: &Availability, actions: &mut Actions) {
    let stop = &keys::STOP_FOLLOWING;
    let button = Button::new((icon(icons::STOP, 15.0), texts::stop()));
    let response = ui.add_enabled(!run.is_stopped && availability.is_enabled(stop), button);
    if response.on_hover_text(stop.tooltip()).accessible_name(stop.text()).clicked() {
        actions.push(Action::Run(stop));
    }
    ui.add(ProgressBar::new(run.fraction()).desired_width(110.0).desired_height(6.0));
    let text = match run.number {
        Some(_) => texts::progress(run.done(), run.times()),
        None => texts::preparing().to_owned(),
    };
    ui.label(text);
}

/// From right to left.
fn legend_ui(ui: &mut Ui, content: &TimelineContent, actions: &mut Actions) {
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (button, _) = MenuButton::from_button(Button::new(texts::doubts()))
        .config(stays)
        .ui(ui, |ui| doubts_ui(ui, content.doubts, actions));
    button.on_hover_text(texts::doubts_tooltip());
    if ui.available_width() < 760.0 {
        return;
    }
    let tokens = tokens(ui.visuals());
    let weak = |text: &str| RichText::new(text).weak().size(11.0);
    ui.label(weak(texts::absent()));
    swatch(ui, |painter, rect| {
        let line = [rect.left_center(), rect.right_center()];
        let stroke = egui::Stroke::new(1.5, tokens.text_3);
        painter.extend(egui::Shape::dashed_line(&line, stroke, 3.0, 3.0));
    });
    ui.label(weak(texts::doubtful()));
    swatch(ui, |painter, rect| painter.rect_filled(rect, 2.0, tokens.review));
    ui.label(weak(texts::followed()));
    swatch(ui, |painter, rect| painter.rect_filled(rect, 2.0, tokens.accent));
    ui.label(weak(texts::prompted()));
    let colour = ui.visuals().strong_text_color();
    swatch(ui, |painter, rect| diamond(painter, rect.center(), colour));
}

fn swatch<T>(ui: &mut Ui, draw: impl FnOnce(&egui::Painter, egui::Rect) -> T) {
    let (rect, _) = ui.allocate_exact_size(vec2(16.0, 8.0), egui::Sense::hover());
    draw(ui.painter(), rect);
}

/// From where on masks are doubtful.
fn doubts_ui(ui: &mut Ui, limits: DoubtLimits, actions: &mut Actions) {
    let mut new = limits;
    ui.spacing_mut().slider_width = 140.0;
    egui::Grid::new("doubts").num_columns(2).show(ui, |ui| {
        let mut row = |text: &str, slider: Slider| {
            ui.label(text);
            ui.add(slider).widget_info(|| WidgetInfo::slider(true, 0.0, text));
            ui.end_row();
        };
        row(texts::predicted_iou(), number_slider(&mut new.predicted_iou, 0.0..=1.0));
        row(texts::area_ratio(), number_slider(&mut new.area_ratio, 1.05..=10.0).logarithmic(true));
        row(texts::shift(), number_slider(&mut new.shift, 0.05..=3.0).logarithmic(true));
        row(texts::object_score(), number_slider(&mut new.object_score, -10.0..=10.0));
    });
    if ui.button(texts::reset()).clicked() {
        new = DoubtLimits::default();
    }
    if new != limits {
        actions.push(Action::SetDoubts(new));
    }
}

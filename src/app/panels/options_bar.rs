//! The row above the photo: what the tool does, and how masks are shown.

use std::ops::RangeInclusive;

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align, Button, Label, Layout, PopupCloseBehavior, RichText, Role, Ui, WidgetInfo};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability};
use super::super::look::{icon, icons, number_field, number_slider, section_title};
use super::super::settings::{Settings, Tool};
use super::super::state::Vertices;
use super::super::texts::{menus as texts, units};
use super::looks::{SLIDER_HEIGHT, colours_ui, opacity_ui, style_ui};
use super::{everything_settings_ui, vertex_bar_ui};
use crate::everything::Parameters;

/// In a narrower row, in points, buttons have no text.
const NARROW: f32 = 760.0;
/// Radii of the brush, in photo pixels.
const RADII: RangeInclusive<f32> = 0.75..=500.0;

/// What the row shows.
pub(in crate::app) struct OptionsBar<'a> {
    pub tool: Tool,
    pub vertices: &'a Vertices,
    pub settings: &'a Settings,
    pub parameters: &'a Parameters,
    /// The parameters that suit the model.
    pub own_parameters: &'a Parameters,
}

pub(in crate::app) fn options_bar_ui(
    ui: &mut Ui,
    bar: &OptionsBar,
    availability: &Availability,
    actions: &mut Actions,
) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        looks_ui(ui, bar, availability, actions);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| tool_ui(ui, bar, availability, actions));
    });
}

/// From right to left.
fn looks_ui(ui: &mut Ui, bar: &OptionsBar, availability: &Availability, actions: &mut Actions) {
    let OptionsBar { settings, parameters, own_parameters, .. } = *bar;
    let is_narrow = ui.available_width() < NARROW;
    colours_ui(ui, settings.colours, is_narrow, actions);
    style_ui(ui, availability, is_narrow, actions);
    opacity_ui(ui, settings.opacity, 70.0, actions);
    ui.label(icon(icons::DROP_HALF, 15.0)).on_hover_text(texts::opacity());
    ui.separator();
    // Menus with sliders and fields stay open while these are used.
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let gear = match is_narrow {
        true => Button::new(icon(icons::SPARKLE, 16.0)),
        false => Button::new((icon(icons::SPARKLE, 15.0), texts::settings())),
    };
    let (settings_button, _) = MenuButton::from_button(gear)
        .config(stays)
        .ui(ui, |ui| everything_settings_ui(ui, parameters, own_parameters, actions));
    settings_button.on_hover_text(texts::settings_tooltip()).accessible_name(texts::settings());
}

/// The tool, and its options or gestures, as far as they fit.
fn tool_ui(ui: &mut Ui, bar: &OptionsBar, availability: &Availability, actions: &mut Actions) {
    let command = commands::tool::of(bar.tool);
    match bar.tool {
        Tool::Positive | Tool::Negative | Tool::Box => {
            ui.label(section_title(texts::prompt()));
            let preview = &commands::view::LIVE_PREVIEW;
            let mut is_on = availability.is_on(preview);
            if ui.checkbox(&mut is_on, preview.text()).on_hover_text(preview.tooltip()).clicked() {
                actions.push(Action::Run(preview));
            }
        }
        Tool::Vertices => {
            return vertex_bar_ui(ui, bar.vertices, bar.settings.vertex_tolerance, actions);
        }
        Tool::Brush | Tool::Eraser => {
            ui.label(section_title(command.text()));
            brush_ui(ui, bar.settings.brush_radius, actions);
        }
        Tool::Select | Tool::Lasso => drop(ui.label(section_title(command.text()))),
    }
    ui.add(Label::new(RichText::new(command.tooltip()).weak()).truncate());
}

/// The radius of brush and eraser.
fn brush_ui(ui: &mut Ui, radius: f32, actions: &mut Actions) {
    let mut changed = radius;
    ui.spacing_mut().slider_width = 100.0;
    let height = std::mem::replace(&mut ui.spacing_mut().interact_size.y, SLIDER_HEIGHT);
    let slider = ui.add(number_slider(&mut changed, RADII).logarithmic(true).show_value(false));
    ui.spacing_mut().interact_size.y = height;
    slider.widget_info(|| WidgetInfo::slider(true, f64::from(changed), texts::brush_radius()));
    slider.on_hover_text(texts::brush_radius_tooltip());
    let number =
        number_field(&mut changed).range(RADII).speed(0.1).suffix(units::pixels_suffix()).max_decimals(1);
    let number = ui.add_sized([64.0, height], number);
    number
        .widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, texts::number_of(texts::brush_radius())));
    if changed != radius {
        actions.push(Action::SetBrushRadius(changed));
    }
}

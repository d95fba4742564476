//! How masks look: opacity, style, and what their colours mean. In the options bar, and under the tab Image.

use egui::containers::menu::MenuButton;
use egui::{Align, Button, Layout, Response, Role, Ui, WidgetInfo, emath, vec2};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability};
use super::super::look::{icon, icons, number_field, number_slider};
use super::super::texts::{menus as texts, units};
use crate::document::ColourMode;

/// Lower than buttons, so that the handle is small.
pub(super) const SLIDER_HEIGHT: f32 = 18.0;

/// A slider with its name before it and its number behind it, all on one line. The response is that of both.
pub(super) fn slider_line_ui<Num: emath::Numeric>(
    ui: &mut Ui,
    name: &str,
    value: &mut Num,
    slider: impl FnOnce(&mut Ui, &mut Num) -> Response,
    number: impl FnOnce(&mut Ui, &mut Num) -> Response,
) -> Response {
    const NAME: f32 = 72.0;
    const NUMBER: f32 = 64.0;
    let row = ui.horizontal(|ui| {
        let (height, gap) = (ui.spacing().interact_size.y, ui.spacing().item_spacing.x);
        ui.allocate_ui_with_layout(vec2(NAME, height), Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(NAME);
            ui.weak(name);
        });
        ui.spacing_mut().slider_width = (ui.available_width() - NUMBER - gap).max(40.0);
        ui.spacing_mut().interact_size.y = SLIDER_HEIGHT;
        let at = value.to_f64();
        let slider = slider(ui, value);
        slider.widget_info(|| WidgetInfo::slider(true, at, name));
        let size = vec2(NUMBER, height);
        let layout = Layout::left_to_right(Align::Center);
        let number = ui.allocate_ui_with_layout(size, layout, |ui| number(ui, value)).inner;
        number.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, texts::number_of(name)));
        slider.union(number)
    });
    row.inner
}

/// The slider for the opacity of masks, and its number. In a row from right to left the number comes first.
pub(super) fn opacity_ui(ui: &mut Ui, opacity: f32, width: f32, actions: &mut Actions) {
    let mut percent = opacity * 100.0;
    let number = |ui: &mut Ui, percent: &mut f32| {
        let number =
            number_field(percent).range(0.0..=100.0).fixed_decimals(0).suffix(units::percent_suffix());
        let response = ui.add_sized([48.0, ui.spacing().interact_size.y], number);
        response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, texts::opacity_number()));
    };
    let slider = |ui: &mut Ui, percent: &mut f32| {
        ui.spacing_mut().slider_width = width;
        let height = std::mem::replace(&mut ui.spacing_mut().interact_size.y, SLIDER_HEIGHT);
        let response = ui.add(number_slider(percent, 0.0..=100.0).show_value(false));
        ui.spacing_mut().interact_size.y = height;
        response.widget_info(|| WidgetInfo::slider(true, f64::from(*percent), texts::opacity()));
        response.on_hover_text(texts::opacity());
    };
    if ui.layout().prefer_right_to_left() {
        number(ui, &mut percent);
        slider(ui, &mut percent);
    } else {
        slider(ui, &mut percent);
        number(ui, &mut percent);
    }
    if percent != opacity * 100.0 {
        actions.push(Action::SetOpacity(percent / 100.0));
    }
}

/// The menu of styles, on a button with the one in use; with an icon only where there is little room.
pub(super) fn style_ui(ui: &mut Ui, availability: &Availability, is_narrow: bool, actions: &mut Actions) {
    let current = commands::view::STYLES.into_iter().find(|command| availability.is_on(command));
    let current = current.map_or(texts::style(), |command| command.text());
    let (response, _) =
        MenuButton::from_button(menu_button(icons::CIRCLE_HALF, current, is_narrow)).ui(ui, |ui| {
            for command in commands::view::STYLES {
                let button = Button::new(command.text()).selected(availability.is_on(command));
                if ui.add(button).on_hover_text(command.tooltip()).clicked() {
                    actions.push(Action::Run(command));
                }
            }
        });
    named(response, texts::style(), current);
}

/// The same of what colours mean.
pub(super) fn colours_ui(ui: &mut Ui, mode: ColourMode, is_narrow: bool, actions: &mut Actions) {
    let modes = [
        (ColourMode::Class, texts::by_class(), texts::by_class_tooltip()),
        (ColourMode::Own, texts::own(), texts::own_tooltip()),
        (ColourMode::Random(1), texts::random(), texts::random_tooltip()),
        (ColourMode::Area, texts::by_area(), texts::by_area_tooltip()),
        (ColourMode::Score, texts::by_score(), texts::by_score_tooltip()),
    ];
    let is_in_use = |choice: &ColourMode| std::mem::discriminant(choice) == std::mem::discriminant(&mode);
    let current = modes.iter().find(|(choice, ..)| is_in_use(choice)).map_or(texts::colours(), |mode| mode.1);
    let (response, _) =
        MenuButton::from_button(menu_button(icons::SWATCHES, current, is_narrow)).ui(ui, |ui| {
            for (choice, text, tooltip) in modes {
                let is_current = is_in_use(&choice);
                if ui.add(Button::new(text).selected(is_current)).on_hover_text(tooltip).clicked() {
                    actions.push(Action::SetColourMode(match mode {
                        ColourMode::Random(seed) if is_current => ColourMode::Random(seed + 1),
                        _ => choice,
                    }));
                }
            }
        });
    named(response, texts::colours(), current);
}

fn menu_button(symbol: char, text: &str, is_narrow: bool) -> Button<'_> {
    match is_narrow {
        true => Button::new(icon(symbol, 16.0)),
        false => Button::new((icon(symbol, 15.0), text, icon(icons::CARET_DOWN, 12.0))),
    }
}

fn named(response: Response, name: &str, current: &str) {
    response.on_hover_text(texts::choice(name, current)).accessible_name(name);
}

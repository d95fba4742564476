//! Menu bar and toolbar, both made from the commands.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Align, Button, Layout, PopupCloseBehavior, Slider, Ui};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability, Command, Menu};
use super::super::models::Models;
use super::super::settings::{Settings, Tool};
use super::super::texts::menus as texts;
use super::{embeddings_ui, everything_settings_ui};
use crate::document::ColourMode;
use crate::everything::Parameters;

/// The menu bar, and at its end how far the work on the folder is.
pub(in crate::app) fn menu_ui(
    ui: &mut Ui,
    progress: Option<&str>,
    availability: &Availability,
    actions: &mut Actions,
) {
    egui::MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL {
            ui.menu_button(menu.label(), |ui| {
                for command in menu.commands().filter(|command| command.in_menu) {
                    command_item_ui(ui, command, availability, actions);
                }
            });
        }
        if let Some(progress) = progress {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.label(progress));
        }
    });
}

fn command_item_ui(
    ui: &mut Ui,
    command: &'static Command,
    availability: &Availability,
    actions: &mut Actions,
) {
    let mut button = Button::new(availability.text(command)).selected(availability.is_on(command));
    if let Some(key) = availability.keymap.text(ui.ctx(), command) {
        button = button.shortcut_text(key);
    }
    let mut response = ui.add_enabled(availability.is_enabled(command), button);
    if !command.tooltip.is_empty() {
        response = response.on_hover_text(command.tooltip);
    }
    if response.clicked() {
        actions.push(Action::Run(command));
    }
}

/// What the toolbar shows.
pub(in crate::app) struct Toolbar<'a> {
    pub settings: &'a Settings,
    pub parameters: &'a Parameters,
    /// The parameters that suit the model.
    pub own_parameters: &'a Parameters,
    /// The model's name, once it is loaded.
    pub model: Option<&'a str>,
    pub models: &'a Models,
    /// Embeddings on disk, in bytes, if there is a folder for them.
    pub embeddings_kept: Option<u64>,
}

pub(in crate::app) fn toolbar_ui(
    ui: &mut Ui,
    toolbar: &Toolbar,
    availability: &Availability,
    actions: &mut Actions,
) {
    let Toolbar { settings, parameters, own_parameters, model, models, embeddings_kept } = *toolbar;
    ui.horizontal_wrapped(|ui| {
        let mut button = |ui: &mut Ui, command: &'static Command, text: &str| {
            let keys = availability.keymap.text(ui.ctx(), command);
            let button = Button::new(text).selected(availability.is_on(command));
            let response = ui.add_enabled(availability.is_enabled(command), button);
            let tooltip = texts::tooltip(command.tooltip, keys.as_deref());
            if response.on_hover_text(tooltip).clicked() {
                actions.push(Action::Run(command));
            }
        };
        button(ui, &commands::file::OPEN_PHOTOS, texts::OPEN);
        button(ui, &commands::file::OPEN_FOLDER, texts::FOLDER);
        ui.separator();
        for command in Tool::ALL.map(commands::tool::of) {
            button(ui, command, command.text);
        }
        ui.separator();
        let everything = &commands::prompt::SEGMENT_EVERYTHING;
        button(ui, everything, everything.text);
        // Menus with sliders and fields stay open while these are used.
        let stays = || MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let (settings_button, _) = MenuButton::new(texts::SETTINGS)
            .config(stays())
            .ui(ui, |ui| everything_settings_ui(ui, parameters, own_parameters, actions));
        settings_button.on_hover_text(texts::SETTINGS_TOOLTIP);
        ui.separator();
        let mut opacity = settings.opacity * 100.0;
        let slider =
            Slider::new(&mut opacity, 0.0..=100.0).text(texts::OPACITY).suffix(" %").fixed_decimals(0);
        // A fixed size, so that the row can wrap in front of it.
        if ui.add_sized([200.0, 20.0], slider).changed() {
            actions.push(Action::SetOpacity(opacity / 100.0));
        }
        ui.menu_button(texts::STYLE, |ui| {
            for command in commands::view::STYLES {
                let button = Button::new(command.text).selected(availability.is_on(command));
                if ui.add(button).on_hover_text(command.tooltip).clicked() {
                    actions.push(Action::Run(command));
                }
            }
        });
        colour_mode_ui(ui, settings.colours, actions);
        ui.separator();
        let text = texts::model(model.unwrap_or(texts::LOADING));
        MenuButton::new(text).config(stays()).ui(ui, |ui| {
            models.ui(ui, model.unwrap_or_default(), &settings.models_url, actions);
            ui.separator();
            embeddings_ui(ui, embeddings_kept, settings, actions);
        });
    });
}

fn colour_mode_ui(ui: &mut Ui, mode: ColourMode, actions: &mut Actions) {
    let modes = [
        (ColourMode::Class, texts::BY_CLASS, texts::BY_CLASS_TOOLTIP),
        (ColourMode::Own, texts::OWN, texts::OWN_TOOLTIP),
        (ColourMode::Random(1), texts::RANDOM, texts::RANDOM_TOOLTIP),
        (ColourMode::Area, texts::BY_AREA, texts::BY_AREA_TOOLTIP),
        (ColourMode::Score, texts::BY_SCORE, texts::BY_SCORE_TOOLTIP),
    ];
    ui.menu_button(texts::COLOURS, |ui| {
        for (choice, text, tooltip) in modes {
            let is_current = std::mem::discriminant(&choice) == std::mem::discriminant(&mode);
            if ui.add(Button::new(text).selected(is_current)).on_hover_text(tooltip).clicked() {
                actions.push(Action::SetColourMode(match mode {
                    ColourMode::Random(seed) if is_current => ColourMode::Random(seed + 1),
                    _ => choice,
                }));
            }
        }
    });
}

//! Menu bar and toolbar, both made from the command registry.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Button, PopupCloseBehavior, Slider, Ui};

use super::super::actions::{Action, Actions};
use super::super::commands::{Command, Menu};
use super::super::keymap::Keymap;
use super::super::models::Models;
use super::super::settings::{MaskStyle, Settings, Tool};
use super::everything_settings_ui;
use crate::document::ColourMode;
use crate::everything::Parameters;

/// Which commands make sense at the moment, and how some are called now.
pub(in crate::app) struct Availability<'a> {
    pub enabled: &'a dyn Fn(Command) -> bool,
    pub undo_label: Option<&'a str>,
    pub redo_label: Option<&'a str>,
    /// What is switched on, of the commands that switch.
    pub is_on: &'a dyn Fn(Command) -> bool,
    pub keymap: &'a Keymap,
}

pub(in crate::app) fn menu_ui(ui: &mut Ui, availability: &Availability, actions: &mut Actions) {
    egui::MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL {
            ui.menu_button(menu.label(), |ui| {
                let shown = |c: &Command| c.info().menu == menu && !matches!(c, Command::Class(_));
                for command in Command::ALL.into_iter().filter(shown) {
                    command_item_ui(ui, command, availability, actions);
                }
            });
        }
    });
}

fn command_item_ui(ui: &mut Ui, command: Command, availability: &Availability, actions: &mut Actions) {
    let info = command.info();
    let what = match command {
        Command::Undo => availability.undo_label,
        Command::Redo => availability.redo_label,
        _ => None,
    };
    let text = what.map_or_else(|| info.text.to_owned(), |what| format!("{}: {what}", info.text));
    let mut button = Button::new(text).selected((availability.is_on)(command));
    if let Some(key) = availability.keymap.text(ui.ctx(), command) {
        button = button.shortcut_text(key);
    }
    let mut response = ui.add_enabled((availability.enabled)(command), button);
    if !info.tooltip.is_empty() {
        response = response.on_hover_text(info.tooltip);
    }
    if response.clicked() {
        actions.push(Action::Run(command));
    }
}

/// What the toolbar shows.
pub(in crate::app) struct Toolbar<'a> {
    pub tool: Tool,
    pub settings: &'a Settings,
    pub parameters: &'a Parameters,
    /// The parameters that suit the model.
    pub own_parameters: &'a Parameters,
    /// The model's name, once it is loaded.
    pub model: Option<&'a str>,
    pub models: &'a Models,
}

pub(in crate::app) fn toolbar_ui(
    ui: &mut Ui,
    toolbar: &Toolbar,
    availability: &Availability,
    actions: &mut Actions,
) {
    let Toolbar { tool, settings, parameters, own_parameters, model, models } = *toolbar;
    ui.horizontal_wrapped(|ui| {
        let button = |ui: &mut Ui, command: Command, text: &str, selected: bool| {
            let info = command.info();
            let keys = availability.keymap.text(ui.ctx(), command).map(|key| format!(" ({key})"));
            let button = Button::new(text).selected(selected);
            ui.add_enabled((availability.enabled)(command), button)
                .on_hover_text(format!("{}{}", info.tooltip, keys.unwrap_or_default()))
                .clicked()
        };
        for (command, text) in [(Command::OpenPhotos, "Open"), (Command::OpenFolder, "Folder")] {
            if button(ui, command, text, false) {
                actions.push(Action::Run(command));
            }
        }
        ui.separator();
        for one in Tool::ALL {
            let command = Command::Tool(one);
            if button(ui, command, command.info().text, tool == one) {
                actions.push(Action::Run(command));
            }
        }
        ui.separator();
        if button(ui, Command::SegmentEverything, "Segment everything", false) {
            actions.push(Action::Run(Command::SegmentEverything));
        }
        // Menus with sliders and fields stay open while these are used.
        let stays = || MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let (settings_button, _) = MenuButton::new("Settings")
            .config(stays())
            .ui(ui, |ui| everything_settings_ui(ui, parameters, own_parameters, actions));
        settings_button.on_hover_text("How thoroughly to segment everything, and what to keep");
        ui.separator();
        let mut opacity = settings.opacity * 100.0;
        let slider = Slider::new(&mut opacity, 0.0..=100.0).text("Opacity").suffix(" %").fixed_decimals(0);
        // A fixed size, so that the row can wrap in front of it.
        if ui.add_sized([200.0, 20.0], slider).changed() {
            actions.push(Action::SetOpacity(opacity / 100.0));
        }
        ui.menu_button("Style", |ui| {
            for style in MaskStyle::ALL {
                let info = Command::Style(style).info();
                let button = Button::new(info.text).selected(settings.style == style);
                if ui.add(button).on_hover_text(info.tooltip).clicked() {
                    actions.push(Action::Run(Command::Style(style)));
                }
            }
        });
        colour_mode_ui(ui, settings.colours, actions);
        ui.separator();
        let text = format!("Model: {}", model.unwrap_or("loading…"));
        MenuButton::new(text).config(stays()).ui(ui, |ui| {
            models.ui(ui, model.unwrap_or_default(), &settings.models_url, actions);
        });
    });
}

fn colour_mode_ui(ui: &mut Ui, mode: ColourMode, actions: &mut Actions) {
    let modes = [
        (ColourMode::Class, "By class", "The colour of the class; masks without one are grey"),
        (ColourMode::Own, "Own", "Each mask keeps its own colour"),
        (ColourMode::Random(1), "Random", "Other colours each time, to tell neighbours apart"),
        (ColourMode::Area, "By area", "From the smallest mask, dark blue, to the largest, yellow"),
        (ColourMode::Score, "By score", "From a predicted IoU of 0, dark blue, to 1, yellow"),
    ];
    ui.menu_button("Colours", |ui| {
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

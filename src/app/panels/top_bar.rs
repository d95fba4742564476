//! The top row: menus, the photo and its neighbours, how far the work on the folder is, and the model.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{
    Align, Button, Label, Layout, PopupCloseBehavior, ProgressBar, RichText, Ui, UiBuilder, WidgetText, vec2,
};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability, Menu};
use super::super::look::{icon, icon_button, icons, section_title, tokens};
use super::super::menus::commands_ui;
use super::super::models::Models;
use super::super::recent::{RecentFiles, recent_menu_ui};
use super::super::settings::Settings;
use super::super::texts::{menus as texts, states};
use super::embeddings_ui;

/// What the top row shows.
pub(in crate::app) struct TopBar<'a> {
    pub settings: &'a Settings,
    pub recent: &'a RecentFiles,
    /// The name of the photo's folder.
    pub folder: Option<String>,
    /// The photo, and which of how many it is.
    pub photo: Option<String>,
    /// How many photos are done, of how many; `None` if there is one photo only.
    pub done: Option<(usize, usize)>,
    /// The model's name, once it is loaded.
    pub model: Option<&'a str>,
    pub models: &'a Models,
    /// Embeddings on disk, in bytes, if there is a folder for them.
    pub embeddings_kept: Option<u64>,
}

pub(in crate::app) fn top_bar_ui(
    ui: &mut Ui,
    bar: &TopBar,
    availability: &Availability,
    actions: &mut Actions,
) {
    let whole = ui.max_rect();
    let side = |layout| UiBuilder::new().max_rect(whole).layout(layout);
    let mut left = ui.new_child(side(Layout::left_to_right(Align::Center)));
    let end_of_menus = menus_ui(&mut left, bar, availability, actions);
    let mut right = ui.new_child(side(Layout::right_to_left(Align::Center)));
    right_ui(&mut right, bar, availability, actions);
    let between = whole.with_min_x(end_of_menus + 12.0).with_max_x(right.min_rect().left() - 12.0);
    if between.width() > 80.0 {
        let centre = UiBuilder::new().max_rect(between).layout(Layout::left_to_right(Align::Center));
        photo_ui(&mut ui.new_child(centre), bar, availability, actions);
    }
    ui.advance_cursor_after_rect(whole);
}

/// Draws the menus; returns where they end.
fn menus_ui(ui: &mut Ui, bar: &TopBar, availability: &Availability, actions: &mut Actions) -> f32 {
    let mut end = ui.max_rect().left();
    egui::MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL {
            let button = ui.menu_button(menu.label(), |ui| {
                let commands: Vec<_> = menu.commands().filter(|command| command.in_menu).collect();
                commands_ui(ui, &commands, availability, actions, |ui, command, actions| {
                    if *command == commands::file::OPEN_FOLDER {
                        recent_menu_ui(ui, &bar.settings.recent, bar.recent, actions);
                    }
                });
            });
            if menu == Menu::File && button.response.clicked() {
                actions.push(Action::CheckRecent);
            }
            end = end.max(button.response.rect.right());
        }
    });
    end
}

/// The folder and the photo in the middle, and buttons to the neighbours.
fn photo_ui(ui: &mut Ui, bar: &TopBar, availability: &Availability, actions: &mut Actions) {
    let Some(photo) = &bar.photo else { return };
    let folder = bar.folder.as_ref().map(|folder| RichText::new(format!("{folder}  ›")).weak());
    let width = |ui: &Ui, text: RichText| {
        WidgetText::from(text).into_galley(ui, None, f32::INFINITY, egui::TextStyle::Body).size().x
    };
    let buttons = 2.0 * 36.0;
    let of_folder = folder.clone().map_or(0.0, |folder| width(ui, folder) + 30.0);
    let of_photo = width(ui, section_title(photo));
    let available = ui.available_width();
    // The folder is the first to go where there is little room.
    let shows_folder = of_folder + of_photo + buttons <= available;
    let wanted = of_photo + buttons + if shows_folder { of_folder } else { 0.0 };
    ui.add_space(((available - wanted) / 2.0).max(0.0));
    if let Some(folder) = folder.filter(|_| shows_folder) {
        ui.label(icon(icons::FOLDER, 16.0).color(tokens(ui.visuals()).text_2));
        ui.label(folder);
    }
    let room = (available - buttons - if shows_folder { of_folder } else { 0.0 }).clamp(40.0, of_photo + 2.0);
    ui.allocate_ui_with_layout(vec2(room, 26.0), Layout::left_to_right(Align::Center), |ui| {
        ui.add(Label::new(section_title(photo)).truncate());
    });
    for (symbol, command) in [
        (icons::CARET_LEFT, &commands::photo::PREVIOUS_PHOTO),
        (icons::CARET_RIGHT, &commands::photo::NEXT_PHOTO),
    ] {
        let is_enabled = availability.is_enabled(command);
        let response =
            ui.add_enabled_ui(is_enabled, |ui| icon_button(ui, symbol, command.text(), false)).inner;
        if response.clicked() {
            actions.push(Action::Run(command));
        }
    }
}

fn right_ui(ui: &mut Ui, bar: &TopBar, availability: &Availability, actions: &mut Actions) {
    let panel = &commands::view::SIDE_PANEL;
    if icon_button(ui, icons::SIDEBAR_SIMPLE, panel.text(), availability.is_on(panel)).clicked() {
        actions.push(Action::Run(panel));
    }
    // Menus with sliders and fields stay open while these are used.
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let name = bar.model.unwrap_or(texts::loading());
    let button = Button::new((icon(icons::CPU, 16.0), name, icon(icons::CARET_DOWN, 12.0)));
    let (response, _) = MenuButton::from_button(button).config(stays).ui(ui, |ui| {
        bar.models.ui(ui, bar.model.unwrap_or_default(), &bar.settings.models_url, actions);
        ui.separator();
        embeddings_ui(ui, bar.embeddings_kept, bar.settings, actions);
    });
    response.accessible_name(texts::model(name));
    if let Some((done, photos)) = bar.done {
        let share = done as f32 / photos as f32;
        ui.add(ProgressBar::new(share).desired_width(92.0).desired_height(4.0));
        ui.label(RichText::new(states::progress(done, photos)).weak());
    }
}

//! The tab about the picture: how masks look, page and channels of the file, the window of its samples, and the
//! view.

use egui::{Button, Grid, Response, ScrollArea, SliderClamping, Ui, Widget, vec2};

use super::super::actions::{Action, Actions};
use super::super::commands::{self, Availability};
use super::super::look::{number_field, number_slider};
use super::super::settings::Settings;
use super::super::state::Picture;
use super::super::texts::{image as texts, menus as menu_texts, units};
use super::looks::{colours_ui, opacity_ui, slider_line_ui, style_ui};
use crate::files::{Adjustment, Channels, Photo, Rendering, Samples, Window, file_and_page};

/// What the tab remembers between frames.
#[derive(Default)]
pub(in crate::app) struct ImageTab {
    /// It is shown in place of the properties of the selected mask.
    pub open: bool,
    /// The page that is being dragged to.
    page: Option<usize>,
}

/// What the tab shows.
pub(in crate::app) struct ImageContent<'a> {
    pub photo: &'a Photo,
    pub picture: &'a Picture,
    pub settings: &'a Settings,
    pub availability: &'a Availability,
}

impl ImageTab {
    pub fn ui(&mut self, ui: &mut Ui, content: &ImageContent, actions: &mut Actions) {
        let ImageContent { photo, picture, availability, .. } = *content;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            masks_ui(ui, content, actions);
            ui.separator();
            if photo.pages > 1 {
                self.page_ui(ui, photo, availability, actions);
                ui.separator();
            }
            if let Some(samples) = &photo.samples {
                let mut rendering = picture.rendering;
                samples_ui(ui, samples, &mut rendering);
                if rendering != picture.rendering {
                    actions.push(Action::SetRendering(rendering));
                }
                ui.separator();
            }
            view_ui(ui, picture, actions);
        });
    }

    fn page_ui(&mut self, ui: &mut Ui, photo: &Photo, availability: &Availability, actions: &mut Actions) {
        let (_, page) = file_and_page(&photo.path);
        ui.horizontal_wrapped(|ui| {
            let mut number = self.page.unwrap_or(page) + 1;
            let label = ui.label(texts::page());
            let response =
                ui.add(number_field(&mut number).range(1..=photo.pages).speed(0.1)).labelled_by(label.id);
            self.page = Some(number - 1).filter(|_| response.dragged() || response.has_focus());
            // Reading each page that is passed would take long.
            let is_chosen = response.drag_stopped() || response.lost_focus() || response.changed();
            if is_chosen && self.page.is_none() && number - 1 != page {
                actions.push(Action::GoToPage(number - 1));
            }
            ui.label(texts::of_pages(photo.pages));
            for command in [&commands::photo::PREVIOUS_PAGE, &commands::photo::NEXT_PAGE] {
                let button = Button::new(command.text()).small();
                let button = ui.add_enabled(availability.is_enabled(command), button);
                if button.on_hover_text(command.tooltip()).clicked() {
                    actions.push(Action::Run(command));
                }
            }
        });
    }
}

/// How masks look.
fn masks_ui(ui: &mut Ui, content: &ImageContent, actions: &mut Actions) {
    let ImageContent { settings, availability, .. } = *content;
    Grid::new("look of masks").num_columns(2).spacing(vec2(12.0, 6.0)).show(ui, |ui| {
        ui.weak(menu_texts::opacity());
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 64.0).clamp(40.0, 140.0);
            opacity_ui(ui, settings.opacity, width, actions);
        });
        ui.end_row();
        ui.weak(menu_texts::style());
        style_ui(ui, availability, false, actions);
        ui.end_row();
        ui.weak(menu_texts::colours());
        colours_ui(ui, settings.colours, false, actions);
        ui.end_row();
    });
}

/// Channels, and the window if the samples are deep.
fn samples_ui(ui: &mut Ui, samples: &Samples, rendering: &mut Rendering) {
    if samples.channels() > 1 {
        channels_ui(ui, samples, rendering);
    }
    if !samples.is_deep() {
        return;
    }
    ui.strong(texts::window());
    let automatic = Rendering { window: None, ..*rendering };
    let mut window = samples.window(rendering).unwrap_or(Window { black: 0.0, white: 1.0 });
    let before = window;
    let [low, high] = samples.extent();
    let decimals = if samples.is_whole() { 0 } else { 4 };
    for (value, text, tooltip) in [
        (&mut window.black, texts::black(), texts::black_tooltip()),
        (&mut window.white, texts::white(), texts::white_tooltip()),
    ] {
        let former = *value;
        let slider = |ui: &mut Ui, value: &mut f64| {
            ui.add(number_slider(value, low..=high).clamping(SliderClamping::Never).show_value(false))
        };
        let number = |ui: &mut Ui, value: &mut f64| {
            ui.add(number_field(value).max_decimals(decimals).speed((high - low) / 500.0))
        };
        if slider_line_ui(ui, text, value, slider, number).on_hover_text(tooltip).double_clicked() {
            *value = former;
            rendering.window = None;
        }
    }
    if window != before {
        rendering.window = Some(window);
    }
    let [low, high] = Rendering::GAMMAS;
    let slider = |ui: &mut Ui, value: &mut f32| {
        ui.add(number_slider(value, low..=high).logarithmic(true).max_decimals(2).show_value(false))
    };
    let number = |ui: &mut Ui, value: &mut f32| {
        ui.add(number_field(value).range(low..=high).speed(0.01).max_decimals(2))
    };
    let line = slider_line_ui(ui, texts::midtones(), &mut rendering.gamma, slider, number);
    if line.on_hover_text(texts::midtones_tooltip()).double_clicked() {
        rendering.gamma = 1.0;
    }
    ui.horizontal(|ui| {
        let is_automatic = rendering.window.is_none() && rendering.gamma == 1.0;
        let button = ui.add_enabled(!is_automatic, Button::new(texts::automatic()));
        if button.on_hover_text(texts::automatic_tooltip()).clicked() {
            *rendering = Rendering { gamma: 1.0, ..automatic };
        }
        let [black, white] = samples.extent();
        let all = samples.range().unwrap_or(Window { black, white });
        let is_all = rendering.window == Some(all);
        let button = ui.add_enabled(!is_all, Button::new(texts::whole_range()));
        if button.on_hover_text(texts::whole_range_tooltip()).clicked() {
            rendering.window = Some(all);
        }
    });
}

/// One channel as grey, or three as colours; numbers from 1 on are shown, and 0 for none.
fn channels_ui(ui: &mut Ui, samples: &Samples, rendering: &mut Rendering) {
    let count = samples.channels();
    let shown = rendering.channels.unwrap_or_else(|| samples.usual_channels());
    let mut chosen = shown;
    ui.horizontal(|ui| {
        let is_grey = matches!(shown, Channels::Grey(_));
        if ui.radio(is_grey, texts::one_channel()).clicked() && !is_grey {
            chosen = Channels::Grey(0);
        }
        if ui.radio(!is_grey, texts::colours()).clicked() && is_grey {
            chosen = Channels::Rgb([Some(0), Some(1), Some(2).filter(|_| count > 2)]);
        }
    });
    ui.horizontal_wrapped(|ui| match &mut chosen {
        Channels::Grey(channel) => {
            let mut number = *channel + 1;
            named(ui, texts::channel(), number_field(&mut number).range(1..=count).speed(0.05));
            *channel = number - 1;
            ui.label(texts::of_channels(count));
        }
        Channels::Rgb(of_colours) => {
            for (channel, text) in of_colours.iter_mut().zip([texts::red(), texts::green(), texts::blue()]) {
                let mut number = channel.map_or(0, |channel| channel + 1);
                named(ui, text, number_field(&mut number).range(0..=count).speed(0.05));
                *channel = number.checked_sub(1);
            }
        }
    });
    if chosen != shown {
        rendering.channels = Some(chosen).filter(|chosen| *chosen != samples.usual_channels());
    }
}

/// The view of all photos.
fn view_ui(ui: &mut Ui, picture: &Picture, actions: &mut Actions) {
    ui.strong(texts::view()).on_hover_text(texts::view_tooltip());
    let Adjustment { mut brightness, mut contrast, mut gamma } = picture.adjustment;
    let mut network_sees = picture.network_sees;
    for (value, text) in [(&mut brightness, texts::brightness()), (&mut contrast, texts::contrast())] {
        let mut percent = *value * 100.0;
        let slider = |ui: &mut Ui, value: &mut f32| {
            ui.add(number_slider(value, -100.0..=100.0).fixed_decimals(0).show_value(false))
        };
        let number = |ui: &mut Ui, value: &mut f32| {
            ui.add(
                number_field(value).range(-100.0..=100.0).fixed_decimals(0).suffix(units::percent_suffix()),
            )
        };
        let line = slider_line_ui(ui, text, &mut percent, slider, number);
        let is_reset = line.on_hover_text(texts::reset_tooltip()).double_clicked();
        *value = if is_reset { 0.0 } else { percent / 100.0 };
    }
    let slider = |ui: &mut Ui, value: &mut f32| {
        ui.add(number_slider(value, 0.1..=10.0).logarithmic(true).max_decimals(2).show_value(false))
    };
    let number = |ui: &mut Ui, value: &mut f32| {
        ui.add(number_field(value).range(0.1..=10.0).speed(0.01).max_decimals(2))
    };
    let line = slider_line_ui(ui, texts::gamma(), &mut gamma, slider, number);
    if line.on_hover_text(texts::reset_tooltip()).double_clicked() {
        gamma = 1.0;
    }
    ui.horizontal_wrapped(|ui| {
        if ui.add_enabled(!picture.adjustment.is_none(), Button::new(texts::reset())).clicked() {
            (brightness, contrast, gamma) = (0.0, 0.0, 1.0);
        }
        ui.checkbox(&mut network_sees, texts::network_sees()).on_hover_text(texts::network_sees_tooltip());
    });
    let adjustment = Adjustment { brightness, contrast, gamma };
    if adjustment != picture.adjustment || network_sees != picture.network_sees {
        actions.push(Action::SetAdjustment(adjustment, network_sees));
    }
}

fn named(ui: &mut Ui, name: &str, widget: impl Widget) -> Response {
    let label = ui.label(name);
    ui.add(widget).labelled_by(label.id)
}

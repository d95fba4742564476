//! The model menu: what is available, what is on disk, downloads with progress and cancel.

use std::path::{Path, PathBuf};

use egui::{Button, Grid, ProgressBar, TextEdit, Ui};

use super::actions::{Action, Actions};
use super::commands;
use super::tasks::Download;
use super::texts::models as texts;
use crate::engine::ModelSource;
use crate::models::{
    CATALOGUE, Choice, DownloadError, Entry, INPUT_SIDES, LICENCE, OnDisk, Progress, Stage, Store,
};
use crate::sam::weights::BUILT_IN_NAME;

/// Extensions of files that are taken for models when they are dropped or chosen.
pub(super) const MODEL_EXTENSIONS: &[&str] = &["pt", "pth", "torch", "bin", "ckpt", "safetensors", "onnx"];

/// What older versions called their built-in model, as settings may still do.
const FORMER_BUILT_IN_NAMES: [&str; 1] = ["starter"];

/// The input side of all published networks, in pixels.
const LARGEST_SIDE: usize = INPUT_SIDES[0];

/// The model that is offered first.
const SUGGESTED: &str = "sam2.1-tiny";

/// Whether a file is meant as a model.
pub(super) fn is_model_file(path: &Path) -> bool {
    path.extension().is_some_and(|e| MODEL_EXTENSIONS.iter().any(|model| e.eq_ignore_ascii_case(model)))
}

/// The models and the download that is running, if one is.
#[derive(Default)]
pub(super) struct Models {
    running: Option<Download>,
    in_use: Option<InUse>,
}

/// The model that is loaded.
struct InUse {
    /// As [`to_remember`] gives it.
    name: String,
    /// Side of the network input, in pixels.
    input_side: usize,
}

/// Where models lie and come from.
pub(super) fn store(base_url: &str) -> Result<Store, String> {
    let url = Some(base_url.trim()).filter(|url| !url.is_empty());
    Store::from_environment(url).map_err(|e| e.to_string())
}

/// What a name or path given by hand or remembered stands for.
pub(super) fn source(name_or_path: &str, base_url: &str) -> Result<ModelSource, String> {
    let Choice { name, side } = Choice::parse(name_or_path);
    if name == BUILT_IN_NAME || FORMER_BUILT_IN_NAMES.contains(&&name[..]) {
        return Ok(ModelSource { file: None, side });
    }
    let path = store(base_url)?.resolve(&name).map_err(|e| e.to_string())?;
    Ok(ModelSource { file: Some(path), side })
}

/// How a loaded model is found again, also when the program starts in another folder.
pub(super) fn to_remember(name: &str) -> String {
    if Choice::parse(name).name == BUILT_IN_NAME {
        return name.to_owned();
    }
    std::path::absolute(name).map_or_else(|_| name.to_owned(), |path| path.display().to_string())
}

/// What a loaded model is called: by its name in the catalogue, or by its file.
pub(super) fn display_name(name: &str, base_url: &str) -> String {
    let Choice { name, side } = Choice::parse(name);
    let path = Path::new(&name);
    let entry = store(base_url).ok().and_then(|store| store.entry_of(path));
    let file = || path.file_name().map(|f| f.to_string_lossy().into_owned());
    let shown = entry.map(|entry| entry.name.to_owned()).or_else(file);
    Choice { name: shown.unwrap_or(name), side }.to_string()
}

impl Models {
    /// Starts a download; only one runs at a time.
    pub fn download(&mut self, entry: &'static Entry, store: Store, ctx: &egui::Context) {
        self.running.get_or_insert_with(|| Download::start(entry, store, ctx));
    }

    /// A model was loaded; `name` is that of [`to_remember`], the side that of the network input in pixels.
    pub fn loaded(&mut self, name: &str, input_side: usize) {
        self.in_use = Some(InUse { name: name.to_owned(), input_side });
    }

    /// Stops the download; what has come stays, and the next one resumes from there.
    pub fn cancel(&self) {
        if let Some(running) = &self.running {
            running.stop();
        }
    }

    /// The file of a download that has ended, or what went wrong. Nothing if it was cancelled.
    pub fn receive(&mut self) -> Option<Result<PathBuf, String>> {
        let outcome = self.running.as_ref()?.outcome()?;
        self.running = None;
        match outcome {
            Ok(Ok(file)) => Some(Ok(file)),
            Ok(Err(DownloadError::Cancelled)) => None,
            Ok(Err(error)) => Some(Err(error.to_string())),
            Err(panicked) => Some(Err(panicked.to_string())),
        }
    }

    /// While the built-in model is in use: how to get a better one.
    pub fn hint_ui(&self, ui: &mut Ui, base_url: &str, actions: &mut Actions) {
        if let Some(running) = &self.running {
            ui.add(ProgressBar::new(fraction(running.progress())).desired_width(90.0).show_percentage());
            ui.weak(texts::downloading(running.entry.name, &describe(running.progress())));
            return;
        }
        let Some(entry) = CATALOGUE.iter().find(|entry| entry.name == SUGGESTED) else { return };
        let Ok(store) = store(base_url) else { return };
        if matches!(store.state(entry), OnDisk::Present { .. }) {
            if ui.small_button(texts::use_model(entry.name)).clicked() {
                actions.push(Action::UseModel(ModelSource::file(store.file(entry))));
            }
        } else {
            let text = texts::get_model(entry.name, entry.bytes);
            if ui.small_button(text).on_hover_text(texts::title(entry)).clicked() {
                actions.push(Action::DownloadModel(entry));
            }
        }
    }

    pub fn ui(&self, ui: &mut Ui, current: &str, base_url: &str, actions: &mut Actions) {
        let current = &Choice::parse(current).name;
        ui.set_min_width(520.0);
        if let Ok(store) = store(base_url) {
            self.list_ui(ui, &store, current, actions);
        }
        if let Some(in_use) = &self.in_use {
            in_use.side_ui(ui, actions);
        }
        mirror_ui(ui, base_url, actions);
        if ui.button(texts::open_file()).clicked() {
            actions.push(Action::Run(&commands::file::OPEN_MODEL));
        }
    }

    fn list_ui(&self, ui: &mut Ui, store: &Store, current: &str, actions: &mut Actions) {
        Grid::new("models").num_columns(3).striped(true).show(ui, |ui| {
            let built_in = Button::selectable(current == BUILT_IN_NAME, BUILT_IN_NAME);
            if ui.add(built_in).clicked() {
                actions.push(Action::Run(&commands::file::USE_BUILT_IN_MODEL));
            }
            ui.label(texts::built_in());
            ui.weak(texts::ready());
            ui.end_row();
            for entry in CATALOGUE {
                self.entry_ui(ui, entry, store, current, actions);
                ui.end_row();
            }
        });
        ui.separator();
        ui.weak(texts::licence(LICENCE));
        ui.weak(texts::folder(store.folder()));
    }

    fn entry_ui(
        &self,
        ui: &mut Ui,
        entry: &'static Entry,
        store: &Store,
        current: &str,
        actions: &mut Actions,
    ) {
        let state = store.state(entry);
        let present = matches!(state, OnDisk::Present { .. });
        let name = ui.add_enabled(present, Button::selectable(current == entry.name, entry.name));
        if name.on_disabled_hover_text(texts::download_first()).clicked() {
            actions.push(Action::UseModel(ModelSource::file(store.file(entry))));
        }
        ui.label(texts::entry(entry));
        if let Some(running) = self.running.as_ref().filter(|r| r.entry == entry) {
            ui.horizontal(|ui| {
                ui.add(ProgressBar::new(fraction(running.progress())).desired_width(90.0).show_percentage());
                ui.weak(describe(running.progress()));
                let stop = ui.small_button(texts::stop());
                if stop.accessible_name(texts::button(texts::stop(), entry.name)).clicked() {
                    actions.push(Action::CancelDownload);
                }
            });
            return;
        }
        let verb = match state {
            OnDisk::Present { .. } => {
                ui.weak(texts::on_disk());
                return;
            }
            OnDisk::Partial { .. } => texts::resume(),
            OnDisk::Missing => texts::download(),
        };
        let text = texts::with_size(verb, entry.bytes);
        let button = ui.add_enabled(self.running.is_none(), Button::new(text));
        if button.accessible_name(texts::button(verb, entry.name)).clicked() {
            actions.push(Action::DownloadModel(entry));
        }
    }
}

impl InUse {
    /// The choice of the input side, unless the model was exported with a fixed one.
    fn side_ui(&self, ui: &mut Ui, actions: &mut Actions) {
        let Choice { name, side } = Choice::parse(&self.name);
        let path = Path::new(&name);
        if path.is_dir() || path.extension().is_some_and(|e| e.eq_ignore_ascii_case("onnx")) {
            return;
        }
        ui.horizontal(|ui| {
            ui.label(texts::network_input());
            let mut sides = INPUT_SIDES.to_vec();
            if !sides.contains(&self.input_side) {
                sides.insert(0, self.input_side);
            }
            for side in sides {
                let button = ui.add(Button::selectable(side == self.input_side, side.to_string()));
                let button = button.on_hover_text(texts::network_input_tooltip());
                if button.accessible_name(texts::network_input_of(side)).clicked() {
                    actions.push(Action::SetInputSide(side));
                }
            }
            ui.label(texts::pixels());
            let file = path.file_name().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
            let suggested = Choice::suggested_side(&file).filter(|suggested| *suggested != self.input_side);
            if let Some(suggested) = suggested.filter(|_| side.is_none()) {
                if ui.button(texts::trained_with(suggested)).clicked() {
                    actions.push(Action::SetInputSide(suggested));
                }
            } else if self.input_side < LARGEST_SIDE {
                ui.weak(texts::smaller_input());
            }
        });
    }
}

fn fraction(progress: Option<Progress>) -> f32 {
    let share = |p: Progress| Some(p.bytes_done as f32 / p.bytes_total? as f32);
    progress.and_then(share).unwrap_or(0.0).clamp(0.0, 1.0)
}

fn describe(progress: Option<Progress>) -> String {
    let Some(progress) = progress else { return texts::connecting().into() };
    if progress.stage == Stage::Checking {
        return texts::checking().into();
    }
    texts::speed(progress.bytes_per_second, progress.seconds_left)
}

/// Where models are downloaded from. What is typed becomes a setting only if it is an address; otherwise,
/// what is wrong with it is shown.
fn mirror_ui(ui: &mut Ui, base_url: &str, actions: &mut Actions) {
    let typed = egui::Id::unique("typed mirror");
    let mut url = ui.data(|data| data.get_temp(typed)).unwrap_or_else(|| base_url.to_owned());
    let usable = store(&url);
    ui.horizontal(|ui| {
        let label = ui.label(texts::mirror());
        let edit = TextEdit::singleline(&mut url).hint_text(texts::mirror_hint()).desired_width(320.0);
        let response = ui.add(edit).labelled_by(label.id);
        if response.changed() {
            if store(&url).is_ok() {
                actions.push(Action::SetModelsUrl(url.clone()));
            }
            ui.data_mut(|data| data.insert_temp(typed, url));
        } else if !response.has_focus() {
            ui.data_mut(|data| data.remove::<String>(typed));
        }
    });
    if let Err(error) = usable {
        ui.colored_label(ui.visuals().error_fg_color, error);
    }
}
